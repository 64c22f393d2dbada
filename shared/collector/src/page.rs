//! The pages of a list.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use steps::Shape;

/// One page: its items, byte for byte, and the link to the next.
#[derive(Debug)]
pub(crate) struct Page<'b> {
    pub(crate) items: Vec<&'b RawValue>,
    pub(crate) next: Option<Cow<'b, str>>,
}

#[derive(Deserialize)]
struct Wire<'b> {
    #[serde(borrow)]
    value: Vec<&'b RawValue>,
    // Azure Resource Manager says `nextLink`; Microsoft Graph says `@odata.nextLink`.
    #[serde(borrow, default, rename = "nextLink", alias = "@odata.nextLink")]
    next: Option<Cow<'b, str>>,
}

impl<'b> Page<'b> {
    /// Reads a page of a shape, without copying what it holds.
    ///
    /// # Errors
    ///
    /// If it has another shape.
    pub(crate) fn read(body: &'b [u8], shape: Shape) -> Result<Self, serde_json::Error> {
        match shape {
            Shape::One => {
                let item: &RawValue = serde_json::from_slice(body)?;
                Ok(Self { items: vec![item], next: None })
            }
            Shape::Pages => {
                let Wire { value, next } = serde_json::from_slice(body)?;
                Ok(Self { items: value, next: next.filter(|link| !link.is_empty()) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_page_panics(bytes: Vec<u8>, value in r#"[\[\]{}\",:0-9a-z ]{0,40}"#) {
            let odd = format!(r#"{{"value":{value},"nextLink":{value}}}"#);
            for body in [bytes.as_slice(), value.as_bytes(), odd.as_bytes()] {
                let _ = Page::read(body, Shape::Pages);
                let _ = Page::read(body, Shape::One);
            }
        }
    }

    #[test]
    fn a_page_has_items_and_perhaps_a_next_link() {
        let body = br#"{"value":[{"a":1},2],"nextLink":"https://x/?$skiptoken=1"}"#;
        let page = Page::read(body, Shape::Pages).unwrap();
        assert_eq!(page.items.iter().map(|it| it.get()).collect::<Vec<_>>(), [r#"{"a":1}"#, "2"]);
        assert_eq!(page.next.as_deref(), Some("https://x/?$skiptoken=1"));
        let body = br#"{"value":[],"nextLink":"https://x/?a=1\u0026b=2"}"#;
        let page = Page::read(body, Shape::Pages).unwrap();
        assert_eq!(page.next.as_deref(), Some("https://x/?a=1&b=2"));
        let body = br#"{"@odata.nextLink":null,"value":[]}"#;
        assert_eq!(Page::read(body, Shape::Pages).unwrap().next, None);
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        for body in ["", "<html>", "{}", r#"{"value":1}"#, r#"{"value":[],"nextLink":1}"#] {
            assert!(Page::read(body.as_bytes(), Shape::Pages).is_err(), "{body}");
        }
    }
}
