//! The items of a list of Azure Resource Manager, and its pages.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::error::Failure;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;

/// The items of a list by their places, of which some may be empty.
pub(super) struct Items<'a> {
    total: u64,
    at: Box<dyn Fn(u64) -> Option<Value> + 'a>,
}

impl<'a> Items<'a> {
    pub(super) fn new(total: u64, at: impl Fn(u64) -> Option<Value> + 'a) -> Self {
        Self { total, at: Box::new(at) }
    }

    pub(super) fn all(items: Vec<Value>) -> Self {
        let total = items.len() as u64;
        Self::new(total, move |place| items.get(usize::try_from(place).ok()?).cloned())
    }

    /// Those of them that are wanted.
    pub(super) fn only(self, is_wanted: impl Fn(&Value) -> bool + 'a) -> Self {
        Self::new(self.total, move |place| (self.at)(place).filter(|item| is_wanted(item)))
    }

    /// The item with a name.
    pub(super) fn named(&self, name: &str) -> Option<Value> {
        // A provider is named by its namespace.
        let is_it = |item: &Value| {
            let own = item.get("name").or_else(|| item.get("namespace")).and_then(Value::as_str);
            own.is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        (0..self.total).filter_map(&self.at).find(is_it)
    }

    /// The first item.
    pub(super) fn first(&self) -> Option<Value> {
        (0..self.total).find_map(&self.at)
    }

    /// A page of the list, with so many items at most. Of its places, those are left out for which
    /// there is no item.
    pub(super) fn page(
        &self,
        cloud: &Cloud,
        request: &Request,
        size: u64,
    ) -> Result<Answer, Failure> {
        let top = request.parameter("$top").map(|top| {
            top.parse().ok().filter(|top| *top > 0).ok_or_else(|| Failure::invalid_top(top))
        });
        let size = top.transpose()?.map_or(size, |top: u64| top.min(size));
        // Providers spell the parameter in two ways; both are understood.
        let token = request.parameter("$skiptoken");
        let list = request.path.to_ascii_lowercase();
        let page = cloud.pager.page(&list, self.total, size, token);
        let page = page.ok_or_else(Failure::invalid_skip_token)?;
        let head: Vec<(&'static str, Value)> = page
            .next
            .map(|token| ("nextLink", json!(next_link(cloud, request, &token))))
            .into_iter()
            .collect();
        Ok(Answer::page(&head, page.places.filter_map(&self.at)))
    }
}

/// The address of the next page: that of this one, with another token.
fn next_link(cloud: &Cloud, request: &Request, token: &str) -> String {
    let parameters =
        request.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .append_pair("$skiptoken", token)
        .finish();
    let path: Vec<String> = request.segments().into_iter().map(encode).collect();
    format!("{}/management.azure.com/{}?{query}", cloud.base, path.join("/"))
}

/// Encodes a part of a path, of which names can hold more than an address may.
fn encode(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
}
