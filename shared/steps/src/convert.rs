//! From an item to entities and references: the one conversion that every step's declaration feeds.

use std::borrow::Cow;

use graph::{Direction, End, Entity, Key, Name, Reference, RelationshipClass, Unresolved};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use crate::becomes::{Becomes, Emits};
use crate::entity::EntityType;
use crate::item::{Item, Parent};
use crate::link::{At, Link, Subject};
use crate::list::Shape;
use crate::output::Output;
use crate::path;
use crate::property::Property;
use crate::step::Step;
use crate::tags;

impl Step {
    /// Adds what an item becomes to `out`.
    ///
    /// This cannot fail. What is not understood is left out and counted as drift: one odd property
    /// must not hide the entity, nor one odd item the others.
    pub fn convert(&self, item: Item<'_>, out: &mut Output) {
        let before = out.found();
        self.becomes.convert(&item, &self.place(), out);
        // A step may leave items out, but not for want of the id that would say what they are. The
        // rows of reports have none.
        let may_be_left_out = matches!(self.becomes.emits, Emits::Nothing | Emits::Choice(..));
        let has_ids = may_be_left_out && self.list.shape() == Shape::Pages;
        if has_ids && item.id().is_none() && out.found() == before {
            out.lose(format!("{}.id", self.id));
        }
    }

    /// Calls `found` with everything that an item and what stands in it become, and the item or
    /// that one.
    pub fn visit(&self, item: &Item<'_>, found: &mut dyn FnMut(&Becomes, &Item<'_>)) {
        self.becomes.visit(item, &self.place(), found);
    }

    fn place(&self) -> Place<'_> {
        Place { label: self.id, parents: self.list.parents, is_besides: false }
    }
}

/// What a conversion knows of where an item stands.
struct Place<'a> {
    /// What drift calls the item.
    label: &'a str,
    /// The types of what it may belong to.
    parents: &'a [&'static EntityType],
    /// Whether the item becomes something else as well, which is told what Microsoft answered.
    is_besides: bool,
}

impl Becomes {
    /// Adds what an item becomes, or something that stands in one.
    fn convert(&self, item: &Item<'_>, place: &Place<'_>, out: &mut Output) {
        if !(self.when)(item) {
            return;
        }
        let of = self.type_of(item, place.parents);
        let this = of.and_then(|of| Some((of, (self.key)(item).filter(is_plausible)?)));
        match &this {
            Some((of, key)) => self.add(of, key, item, place, out),
            // What relates is not known without it.
            None if of.is_some() => return out.lose(format!("{}.id", place.label)),
            None => (),
        }
        let end = this.as_ref().map(|(of, key)| End::known(key, of.kind));
        for link in self.links {
            link.convert(end.as_ref(), item, out);
        }
        self.each_nested(this.as_ref(), item, place, &mut |nested, item, place| {
            nested.convert(item, place, out);
        });
        if let Some(discover) = self.discovers {
            match discover(item) {
                Some(discovery) => out.discoveries.push(discovery),
                None => out.lose(format!("{}.id", place.label)),
            }
        }
        if let Some(hook) = self.hook {
            (hook.relate)(item, out);
        }
    }

    /// Calls `found` with everything that stands in an item and becomes something of its own.
    /// `this` is the item's entity.
    fn each_nested(
        &self,
        this: Option<&(&'static EntityType, Key)>,
        item: &Item<'_>,
        place: &Place<'_>,
        found: &mut dyn FnMut(&Self, &Item<'_>, &Place<'_>),
    ) {
        let whole = this.map(|(of, key)| Parent { key, kind: of.kind, json: item.json });
        let parent = whole.or(item.parent);
        let parents = this.map_or(place.parents, |(of, _)| std::slice::from_ref(of));
        for nested in self.nested {
            if nested.at.is_empty() {
                let place = Place { parents, is_besides: true, ..*place };
                found(&nested.becomes, &Item { parent, ..*item }, &place);
                continue;
            }
            let label = nested.becomes.finds().first().map_or(place.label, |of| of.kind);
            path::visit(item.json, nested.at, &mut |json| {
                let Ok(raw) = to_raw_value(json) else { return };
                let item = Item { json, raw: &raw, parent, instance: item.instance };
                found(&nested.becomes, &item, &Place { label, parents, is_besides: false });
            });
        }
    }

    /// Calls `found` with this and an item, and then with what stands in it.
    fn visit(&self, item: &Item<'_>, place: &Place<'_>, found: &mut dyn FnMut(&Self, &Item<'_>)) {
        if !(self.when)(item) {
            return;
        }
        found(self, item);
        let of = self.type_of(item, place.parents);
        let this = of.and_then(|of| Some((of, (self.key)(item).filter(is_plausible)?)));
        self.each_nested(this.as_ref(), item, place, &mut |nested, item, place| {
            nested.visit(item, place, found);
        });
    }

    /// The type of the entity that an item is, whoever finds it.
    fn type_of(
        &self,
        item: &Item<'_>,
        parents: &[&'static EntityType],
    ) -> Option<&'static EntityType> {
        match self.emits {
            Emits::Nothing => None,
            Emits::One(of) | Emits::Patch(of, _) | Emits::Extension(of, _) | Emits::Known(of) => {
                Some(of)
            }
            Emits::Choice(choose, _) => choose(item),
            Emits::PatchOfParent(_) => {
                let parent = item.parent?;
                parents.iter().copied().find(|of| of.kind == parent.kind)
            }
        }
    }

    /// Adds the entity that an item is, or what it adds to one that another step finds.
    fn add(
        &self,
        of: &'static EntityType,
        key: &Key,
        item: &Item<'_>,
        place: &Place<'_>,
        out: &mut Output,
    ) {
        let added: &'static [Property] = match self.emits {
            Emits::Nothing | Emits::Known(_) => return,
            Emits::One(_) | Emits::Choice(..) => {
                let mut entity = of.refined(key.clone(), item, self.refine, &mut out.drift);
                entity.aliases = (self.aliases)(item);
                conceal(self.conceals, &mut entity);
                if place.is_besides {
                    entity.raw = None;
                }
                out.entities.push(entity);
                return out.references.extend(containment(of, key));
            }
            Emits::Extension(..) => &[],
            Emits::Patch(_, properties) | Emits::PatchOfParent(properties) => properties,
        };
        let mut patch = of.patch(key.clone());
        read(of, added.iter(), item, &mut patch, &mut out.drift);
        (self.refine)(item, &mut patch);
        check(of, added, &mut patch, &mut out.drift);
        patch.aliases = (self.aliases)(item);
        // A patch that adds nothing is not worth storing.
        out.entities.extend(Some(patch).filter(|it| !it.properties.is_empty()));
    }
}

/// Leaves out of what Microsoft answered what stands at some paths.
fn conceal(paths: &[&str], entity: &mut Entity) {
    let Some(raw) = entity.raw.as_ref().filter(|_| !paths.is_empty()) else { return };
    let Ok(mut json) = serde_json::from_str::<Value>(raw.get()) else { return };
    let mut is_there = false;
    for path in paths {
        is_there |= path::remove(&mut json, path);
    }
    if is_there {
        entity.raw = to_raw_value(&json).ok();
    }
}

/// Whether a key can be that of anything: no id of Microsoft's is longer than this, holds control
/// characters, or leads upwards.
fn is_plausible(key: &Key) -> bool {
    const LONGEST: usize = 8192;
    let key = key.as_str();
    !key.is_empty()
        && key.len() <= LONGEST
        && !key.contains(char::is_control)
        && key.split('/').all(|segment| segment != "..")
}

impl EntityType {
    /// The entity that an item becomes, by what is declared.
    pub(crate) fn entity(
        &'static self,
        key: Key,
        item: &Item<'_>,
        drift: &mut Vec<String>,
    ) -> Entity {
        self.refined(key, item, |_, _| (), drift)
    }

    /// The entity that an item becomes, by what is declared and by a hook.
    pub(crate) fn refined(
        &'static self,
        key: Key,
        item: &Item<'_>,
        refine: fn(&Item<'_>, &mut Entity),
        drift: &mut Vec<String>,
    ) -> Entity {
        let mut entity = self.bare(key);
        entity.raw = Some(item.raw.to_owned());
        describe(self, item, &mut entity, drift);
        refine(item, &mut entity);
        complete(self, &mut entity);
        check(self, &[], &mut entity, drift);
        entity
    }

    /// Something to add to an entity that another step finds. Lists of several patches are united.
    pub(crate) fn patch(&self, key: Key) -> Entity {
        Entity { is_patch: true, ..self.bare(key) }
    }

    fn bare(&self, key: Key) -> Entity {
        Entity {
            key,
            kind: self.kind,
            class: self.class,
            aliases: Vec::new(),
            properties: Map::new(),
            raw: None,
            is_patch: false,
        }
    }
}

/// Sets what is declared, and what needs more than a path.
fn describe(
    emits: &'static EntityType,
    item: &Item<'_>,
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    read(emits, emits.declared(), item, entity, drift);
    if emits.is_placed() {
        let group = entity.key.resource_group();
        let group = group.as_ref().and_then(|it| it.as_str().rsplit('/').next());
        entity.set("resourceGroup", group);
    }
    if emits.property("webLink").is_some() {
        entity.set("webLink", item.id().map(|id| item.web_link(id)));
    }
    if emits.property("tags").is_some() {
        tags::assign(item.json.get("tags"), entity);
    }
    entity.set("tag.AccountName", item.instance.account_name.as_deref());
}

fn read<'p>(
    emits: &EntityType,
    properties: impl Iterator<Item = &'p Property>,
    item: &Item<'_>,
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    for property in properties {
        match property.read(item.json) {
            Ok(value) => entity.set(property.name, value),
            Err(_) => drift.push(format!("{}.{}", emits.kind, property.name)),
        }
    }
}

/// Sees to it that an entity has what whoever reads the graph relies on: a name above all.
fn complete(emits: &'static EntityType, entity: &mut Entity) {
    let text = |name| entity.text(name).filter(|it| !it.is_empty()).map(str::to_owned);
    let display = text("displayName").or_else(|| text("name"));
    let last = || entity.key.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let display = display.unwrap_or_else(last);
    let name = text("name").unwrap_or_else(|| display.clone());
    entity.set("displayName", Some(display));
    entity.set("name", Some(name));
    for property in emits.declared().filter(|it| it.or_null) {
        entity.properties.entry(property.name).or_insert(Value::Null);
    }
}

/// Leaves out what is not declared, or not as declared. What is written always is.
fn check(
    emits: &'static EntityType,
    patches: &'static [Property],
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    entity.properties.retain(|name, value| {
        let declared = patches.iter().find(|it| it.name == name).or_else(|| emits.property(name));
        let is_fine = declared.is_some_and(|it| it.admits(value));
        if !is_fine {
            drift.push(format!("{}.{name}", emits.kind));
        }
        is_fine
    });
}

/// A resource group has its resources.
fn containment(of: &EntityType, key: &Key) -> Option<Reference> {
    let group = key.resource_group().filter(|_| of.is_contained)?;
    Some(
        Link::of_parent(RelationshipClass::Has)
            .reference(End::known(key, of.kind), End::named(Name::from(&group))),
    )
}

/// Whether entities of a type can be signed in as, or hold who can.
fn is_identity(emits: &EntityType) -> bool {
    matches!(emits.kind, "azure_user" | "azure_user_group" | "azure_service_principal")
}

/// What stands where an identity would be, and there is none. Elsewhere it may be the id of
/// something: Conditional Access calls the trusted addresses of multifactor authentication so.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Link {
    /// Adds the references that it makes of an item. `this` is the item's entity, if it is one.
    fn convert(&self, this: Option<&End>, item: &Item<'_>, out: &mut Output) {
        if !(self.when)(item) {
            return;
        }
        let parent = || item.parent.map(|it| End::known(it.key, it.kind));
        let subjects: Vec<End> = match self.subject {
            Subject::Item => this.cloned().into_iter().collect(),
            Subject::Parent => parent().into_iter().collect(),
            Subject::Other(_, At::Path(path)) => {
                item.texts(path).into_iter().map(|id| End::named(Name::of_id(id))).collect()
            }
            Subject::Other(_, At::Found(find)) => find(item).into_iter().map(End::named).collect(),
            Subject::Other(_, At::Parent | At::Hook) => Vec::new(),
        };
        let before = out.references.len();
        if let (At::Parent, Some(parent)) = (self.at, parent()) {
            let related = subjects.iter().map(|it| self.reference(it.clone(), parent.clone()));
            out.references.extend(related);
        }
        for (value, name) in self.others(item) {
            for subject in &subjects {
                let mut reference = self.reference(subject.clone(), End::named(name.clone()));
                reference.key = (self.relationship.key)(&value, item);
                reference.properties = (self.relationship.properties)(&value, item);
                reference.unresolved = (self.unresolved)(&value, item);
                // What may be mapped is the other, so the subject is found first.
                reference.target_first = self.direction == Direction::Reverse
                    && matches!(subject, End::Named { .. })
                    && !reference.unresolved.is_drop();
                out.references.push(reference);
            }
        }
        if let Some(what) = self.loses.filter(|_| out.references.len() == before) {
            out.lose(what.to_owned());
        }
    }

    /// Whether an item refers to anything by it.
    #[must_use]
    pub fn refers(&self, item: &Item<'_>) -> bool {
        let subject = match self.subject {
            Subject::Other(_, At::Path(path)) => !item.texts(path).is_empty(),
            Subject::Other(_, At::Found(find)) => !find(item).is_empty(),
            Subject::Item | Subject::Parent | Subject::Other(..) => true,
        };
        let other = match self.at {
            At::Parent => item.parent.is_some(),
            _ => !self.others(item).is_empty(),
        };
        (self.when)(item) && subject && other
    }

    /// What an item refers to: each value, and the name that it stands for.
    fn others<'i>(&self, item: &Item<'i>) -> Vec<(Cow<'i, str>, Name)> {
        match self.at {
            At::Path(path) => {
                let is_nobody =
                    |value: &str| value == NOBODY && self.to.iter().any(|it| is_identity(it));
                let values = item.texts(path).into_iter().filter(|value| !is_nobody(value));
                values.filter_map(|it| Some((it.into(), (self.by)(it, item)?))).collect()
            }
            At::Found(find) => {
                let found = find(item).into_iter();
                found.map(|name| (Cow::from(name.as_str().to_owned()), name)).collect()
            }
            At::Parent | At::Hook => Vec::new(),
        }
    }

    /// A reference from or to an item's entity, as the link declares it.
    pub(crate) fn reference(&self, item: End, other: End) -> Reference {
        let (from, to) = match self.direction {
            Direction::Forward => (item, other),
            Direction::Reverse => (other, item),
        };
        Reference {
            from,
            class: self.class,
            to,
            kind: self.relationship.kind.map(str::to_owned),
            key: None,
            properties: Map::new(),
            inherits: self.inherits.iter().map(|&it| it.to_owned()).collect(),
            unresolved: Unresolved::Drop,
            target_first: false,
        }
    }
}
