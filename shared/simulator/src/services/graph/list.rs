//! Lists of objects, of which a page is made at a time.

use serde_json::{Map, Value, json};

use super::error::Failure;
use super::query::Query;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::directory::document::Document;
use crate::world::directory::membership::Membership;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::reference::Reference;
use crate::world::directory::{self, Object};
use crate::world::tenant::Tenant;

/// An object with what is not among its properties: its type, and what was asked for with it.
pub(crate) struct Item<'a> {
    pub(crate) object: Box<dyn Object + 'a>,
    extra: Map<String, Value>,
    is_hidden: bool,
}

impl<'a> Item<'a> {
    /// An object as its own list has it.
    pub(crate) fn of(tenant: &'a Tenant, reference: Reference) -> Self {
        Self::new(reference.object(tenant))
    }

    pub(crate) fn new(object: Box<dyn Object + 'a>) -> Self {
        Self { object, extra: Map::new(), is_hidden: false }
    }

    /// An object that something refers to, which has an id whatever is selected.
    pub(crate) fn referred(tenant: &'a Tenant, reference: Reference) -> Self {
        Self::new(reference.object(tenant)).with("id", json!(reference.id(tenant)))
    }

    /// The same where there can be objects of other types.
    pub(crate) fn typed(tenant: &'a Tenant, reference: Reference) -> Self {
        Self::referred(tenant, reference).with("@odata.type", json!(reference.odata_type()))
    }

    /// The same for those who may not read its properties.
    pub(crate) fn hidden(self) -> Self {
        Self { is_hidden: true, ..self }
    }

    /// The same with something more.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.extra.insert(name.to_owned(), value);
        self
    }

    /// The same with what a parameter asked for, if it did.
    pub(crate) fn expanded(self, query: &Query, name: &str, make: impl FnOnce() -> Value) -> Self {
        if query.expands(name) { self.with(name, make()) } else { self }
    }

    /// The same with the objects of a relationship, if a parameter asked for it: with those that
    /// exist of the first ones.
    pub(crate) fn related(
        self,
        tenant: &Tenant,
        query: &Query,
        name: &str,
        all: impl FnOnce() -> Vec<Reference>,
    ) -> Self {
        self.expanded(query, name, || {
            let first = all().into_iter().take(EXPANDED).filter(|it| it.exists(tenant));
            let select = query.expanded_select(name);
            first.map(|it| Item::typed(tenant, it).json(select)).collect()
        })
    }

    pub(crate) fn json(self, select: Option<&[String]>) -> Value {
        let mut body = directory::json(&*self.object, select);
        if self.is_hidden {
            body.values_mut().for_each(|value| *value = Value::Null);
        }
        body.extend(self.extra);
        Value::Object(body)
    }
}

impl From<Document> for Item<'_> {
    fn from(document: Document) -> Self {
        Self::new(Box::new(document))
    }
}

/// The most objects that `$expand` shows of a relationship. There is no link to the rest, and those
/// of them that are gone are left out.
const EXPANDED: usize = 20;

/// What a list of objects of several types is called.
const MIXED: &str = "directoryObjects";

/// A list, any place of which can be made by itself.
pub(crate) struct List<'a> {
    /// What is listed, as the context of an answer names it.
    pub(crate) context: String,
    /// How many places there are.
    total: u64,
    /// How many objects there are, if that need not be counted.
    count: Option<u64>,
    /// What is at a place; nothing where there is something no more, or never was.
    get: Box<dyn Fn(u64) -> Option<Item<'a>> + 'a>,
}

impl<'a> List<'a> {
    pub(crate) fn new(
        context: impl Into<String>,
        total: u64,
        get: impl Fn(u64) -> Option<Item<'a>> + 'a,
    ) -> Self {
        Self { context: context.into(), total, count: Some(total), get: Box::new(get) }
    }

    /// The same where some of the places are empty.
    pub(crate) fn sparse(self) -> Self {
        Self { count: None, ..self }
    }

    /// All objects of a kind that are there.
    pub(crate) fn of_kind(
        tenant: &'a Tenant,
        context: &str,
        kind: ObjectKind,
        item: impl Fn(Reference) -> Item<'a> + 'a,
    ) -> Self {
        let get = move |place| {
            let object = kind.at(tenant, place);
            (!tenant.history.is_gone(object)).then(|| item(object))
        };
        let total = kind.count(tenant);
        let gone = tenant.history.gone(kind.type_name());
        Self { count: Some(total - gone.min(total)), ..Self::new(context, total, get) }
    }

    /// The members of an object.
    pub(crate) fn of_members(tenant: &'a Tenant, holder: Reference) -> Self {
        let members = Membership::of(tenant, holder);
        let get = move |place| Some(Item::typed(tenant, members.get(place)?));
        Self::new(MIXED, Membership::of(tenant, holder).total(), get).sparse()
    }

    /// A list of objects whose types differ. Those that have gone are not in it.
    pub(crate) fn of_references(tenant: &'a Tenant, mut references: Vec<Reference>) -> Self {
        references.retain(|reference| !tenant.history.is_gone(*reference));
        let total = references.len() as u64;
        let get = move |place| {
            let reference = references.get(usize::try_from(place).ok()?)?;
            Some(Item::typed(tenant, *reference))
        };
        Self::new(MIXED, total, get)
    }

    /// A list that is there as a whole.
    pub(crate) fn of_documents(context: impl Into<String>, documents: Vec<Document>) -> Self {
        let total = documents.len() as u64;
        let get = move |place| Some(documents.get(usize::try_from(place).ok()?)?.clone().into());
        Self::new(context, total, get)
    }

    /// The list in the order that is asked for. Each page takes all objects to find that out.
    pub(crate) fn ordered(self, query: &Query) -> Self {
        let Some((name, is_descending)) = query.order() else { return self };
        let text = |item: &Item| {
            let property = item.object.property(name);
            property.as_ref().and_then(Value::as_str).unwrap_or_default().to_lowercase()
        };
        let places = (0..self.total).filter_map(|place| Some((text(&self.item(place)?), place)));
        let mut places: Vec<(String, u64)> = places.collect();
        places.sort_unstable();
        if is_descending {
            places.reverse();
        }
        let Self { context, count, get, .. } = self;
        let total = places.len() as u64;
        let at = move |place| get(places.get(usize::try_from(place).ok()?)?.1);
        Self { context, total, count, get: Box::new(at) }
    }

    /// What is at a place.
    pub(crate) fn item(&self, place: u64) -> Option<Item<'a>> {
        (self.get)(place)
    }

    /// What is at a place, if it is like the filter wants it.
    fn wanted(&self, query: &Query, place: u64) -> Option<Item<'a>> {
        let is_like = |item: &Item| query.wants(&|name: &str| item.object.property(name));
        self.item(place).filter(is_like)
    }

    /// Where a page ends that begins at a place. Without a filter it has a number of places, so
    /// that nothing has to be made to find that out.
    fn end(&self, query: &Query, start: u64, size: u64) -> u64 {
        if !query.is_narrow() {
            return start.saturating_add(size);
        }
        let mut wanted = (start..self.total).filter(|at| self.wanted(query, *at).is_some());
        let last = usize::try_from(size - 1).ok().and_then(|size| wanted.nth(size));
        last.map_or(self.total, |last| last + 1)
    }

    /// How many objects there are.
    pub(crate) fn count(&self, query: &Query) -> u64 {
        let known = self.count.filter(|_| !query.is_narrow());
        let all = || (0..self.total).filter(|at| self.wanted(query, *at).is_some()).count() as u64;
        known.unwrap_or_else(all)
    }

    /// Refuses parameters that name properties which the listed type does not have. An empty list
    /// refuses none, and one of several types leaves out what one of them does not have.
    pub(crate) fn check(&self, query: &Query) -> Result<(), Failure> {
        if self.context == MIXED {
            return Ok(());
        }
        let sample = (0..self.total).find_map(|place| self.item(place));
        sample.map_or(Ok(()), |sample| query.check(&*sample.object))
    }

    /// The page that is asked for.
    pub(crate) fn page(
        &self,
        cloud: &Cloud,
        request: &Request,
        query: &Query,
    ) -> Result<Answer, Failure> {
        self.check(query)?;
        let (token, size) = (request.parameter("$skiptoken"), cloud.pager.size(query.top()));
        let (name, end) = (query.list_name(&request.path), |start| self.end(query, start, size));
        let page = cloud
            .pager
            .page_to(&name, self.total, size, token, end)
            .ok_or_else(Failure::expired_page_token)?;
        let mut head = vec![("@odata.context", json!(query.context(&self.context)))];
        // Only the first page tells.
        if query.counts() && request.eventual && token.is_none() {
            head.push(("@odata.count", json!(self.count(query))));
        }
        if let Some(next) = page.next {
            let link = query.next_link(&cloud.base, &request.path, &next);
            head.push(("@odata.nextLink", json!(link)));
        }
        let items = page.places.filter_map(|at| self.wanted(query, at));
        Ok(Answer::page(&head, items.map(|item| item.json(query.select()))))
    }
}
