//! A page of a list, taken apart so that it can be changed.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use url::Url;

use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::random::Draw;

/// A page of a list. Its items stay as they are, byte for byte.
pub(super) struct Listing {
    head: BTreeMap<String, Box<RawValue>>,
    link_name: &'static str,
    pub(super) items: Vec<Box<RawValue>>,
    /// The link to the next page.
    pub(super) next: Option<String>,
}

impl Listing {
    /// Takes an answer apart, if it is a page of a list.
    pub(super) fn read(request: &Request, body: &[u8]) -> Option<Self> {
        let mut head: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(body).ok()?;
        let items = serde_json::from_str(head.remove("value")?.get()).ok()?;
        let is_graph = request.host.eq_ignore_ascii_case("graph.microsoft.com");
        let link_name = if is_graph { "@odata.nextLink" } else { "nextLink" };
        let link = head.get(link_name).and_then(|link| serde_json::from_str(link.get()).ok());
        Some(Self { head, link_name, items, next: link.flatten() })
    }

    pub(super) fn write(mut self) -> Vec<u8> {
        // Where a list goes on, it is not over: a delta query has a link of its own at its end.
        if self.next.is_some() {
            self.head.remove("@odata.deltaLink");
        }
        let link = self.next.map(|link| serde_json::Value::from(link).to_string());
        if let Some(link) = link.and_then(|link| RawValue::from_string(link).ok()) {
            self.head.insert(self.link_name.to_owned(), link);
        }
        let mut body = b"{".to_vec();
        for (name, value) in &self.head {
            body.extend(format!("{}:{value},", serde_json::Value::from(name.as_str())).bytes());
        }
        body.extend(b"\"value\":[");
        for (place, item) in self.items.iter().enumerate() {
            if place > 0 {
                body.push(b',');
            }
            body.extend(item.get().bytes());
        }
        body.extend(b"]}");
        body
    }

    /// Puts an error beside the items.
    pub(super) fn fail(&mut self) {
        let error =
            json!({ "code": "InternalServerError", "message": "A backend did not answer." });
        self.head.extend(to_raw_value(&error).map(|error| ("error".to_owned(), error)));
    }

    /// Takes the id of the last item away. False if there is no item.
    pub(super) fn unidentify(&mut self) -> bool {
        let Some(item) = self.items.last_mut() else { return false };
        let fields: Option<BTreeMap<String, Box<RawValue>>> = serde_json::from_str(item.get()).ok();
        let Some(mut fields) = fields else { return false };
        fields.remove("id");
        *item = to_raw_value(&fields).unwrap_or_default();
        true
    }

    /// Lets the list of resource providers say that one is not registered. False if it is not
    /// there.
    pub(super) fn unregister(&mut self, namespace: &str) -> bool {
        for raw in &mut self.items {
            let Ok(mut item) = serde_json::from_str::<Value>(raw.get()) else { continue };
            let found = item["namespace"].as_str().unwrap_or_default();
            if found.eq_ignore_ascii_case(namespace) {
                item["registrationState"] = Value::from("NotRegistered");
                *raw = RawValue::from_string(item.to_string()).unwrap_or_else(|_| raw.clone());
                return true;
            }
        }
        false
    }

    /// Puts the items into another order. False if there is only one.
    pub(super) fn reorder(&mut self, draw: &mut Draw) -> bool {
        if self.items.len() < 2 {
            return false;
        }
        let by = 1 + draw.below(self.items.len() as u64 - 1);
        self.items.rotate_left(usize::try_from(by).unwrap_or_default());
        true
    }
}

const TOKEN: &str = "skiptoken=";

/// The page token in a link.
pub(super) fn token_of(link: &str) -> Option<&str> {
    let (_, rest) = link.split_once(TOKEN)?;
    Some(rest.split('&').next().unwrap_or(rest))
}

/// A link with another page token.
pub(super) fn with_token(link: &str, token: &str) -> String {
    let Some((head, rest)) = link.split_once(TOKEN) else { return link.to_owned() };
    let tail = rest.split_once('&').map(|(_, tail)| format!("&{tail}")).unwrap_or_default();
    format!("{head}{TOKEN}{token}{tail}")
}

/// The address of a page of the list that a request is for.
pub(super) fn address(cloud: &Cloud, request: &Request, token: Option<&str>) -> String {
    let Ok(mut url) = Url::parse(&cloud.base) else { return String::new() };
    if let Ok(mut path) = url.path_segments_mut() {
        path.clear().push(&request.host).extend(request.segments());
    }
    let kept = request.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("$skiptoken"));
    url.query_pairs_mut().extend_pairs(kept).extend_pairs(token.map(|token| ("$skiptoken", token)));
    url.into()
}

/// A link that leads to another host.
pub(super) fn elsewhere(cloud: &Cloud, link: &str, host: &str) -> String {
    format!("http://{host}{}", link.strip_prefix(&cloud.base).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_as_it_was_read() {
        let body = br#"{"@odata.count":3,"nextLink":null,"value":[{"b":1.50,"a":"\u00e4"},2]}"#;
        let listing = Listing::read(&Request::default(), body).unwrap();
        assert_eq!((listing.items.len(), &listing.next), (2, &None));
        assert_eq!(listing.write(), body);
        for body in ["", "{}", "[]", r#"{"value":{}}"#] {
            assert!(Listing::read(&Request::default(), body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn the_token_of_a_link_can_be_changed() {
        let link = "http://h/p?%24skiptoken=a&maxresults=2";
        assert_eq!(token_of(link), Some("a"));
        assert_eq!(with_token(link, "b"), "http://h/p?%24skiptoken=b&maxresults=2");
        assert_eq!(with_token("http://h/p?$skiptoken=a", "b"), "http://h/p?$skiptoken=b");
        assert_eq!(token_of("http://h/p"), None);
    }
}
