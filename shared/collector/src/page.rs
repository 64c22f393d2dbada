//! The pages of a list.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Error as Custom, IgnoredAny};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use steps::Shape;

/// One page: its items, byte for byte where it holds them so, and what tells where the next one is.
#[derive(Debug)]
pub(crate) struct Page<'b> {
    pub(crate) items: Vec<Cow<'b, RawValue>>,
    pub(crate) next: Next<'b>,
    /// Where what changes from now on will be told, on the last page of a delta query.
    pub(crate) delta: Option<Cow<'b, str>>,
    /// How many items the list has, on its first page if that was asked for. Intune says how many
    /// the page has, unasked.
    pub(crate) count: Option<u64>,
}

/// Where a list goes on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'b> {
    /// Nowhere: this was its last page.
    End,
    /// At a link.
    Link(Cow<'b, str>),
    /// At a row, unless that many were read.
    Rows {
        /// How many rows there are.
        total: u64,
    },
}

#[derive(Deserialize)]
struct Wire<'b> {
    // Some services write null for an empty list. A body without the field is no list.
    #[serde(borrow, deserialize_with = "Option::deserialize")]
    value: Option<Vec<&'b RawValue>>,
    // Azure Resource Manager says `nextLink`, Microsoft Graph `@odata.nextLink`, and some resource
    // providers something else. A page may have several.
    #[serde(borrow, default, rename = "nextLink")]
    next: Option<Cow<'b, str>>,
    #[serde(borrow, default, rename = "@odata.nextLink")]
    odata_next: Option<Cow<'b, str>>,
    #[serde(borrow, default, rename = "odata.nextLink")]
    old_odata_next: Option<Cow<'b, str>>,
    #[serde(borrow, default, rename = "@nextLink")]
    annotated_next: Option<Cow<'b, str>>,
    #[serde(borrow, default, rename = "NextLink")]
    capital_next: Option<Cow<'b, str>>,
    #[serde(borrow, default, rename = "@odata.deltaLink")]
    delta: Option<Cow<'b, str>>,
    #[serde(default, rename = "@odata.count")]
    count: Value,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

/// Some rows of a report of Intune.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Table<'b> {
    total_row_count: u64,
    #[serde(borrow)]
    schema: Vec<Column<'b>>,
    #[serde(borrow)]
    values: Vec<Vec<&'b RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Column<'b> {
    #[serde(borrow)]
    column: Cow<'b, str>,
}

impl<'b> Page<'b> {
    /// Reads a page of a shape, without copying what it holds where that can be.
    ///
    /// # Errors
    ///
    /// If it has another shape.
    pub(crate) fn read(body: &'b [u8], shape: Shape) -> Result<Self, serde_json::Error> {
        match shape {
            Shape::One | Shape::Export => {
                let item: &RawValue = serde_json::from_slice(body)?;
                Ok(Self {
                    items: vec![Cow::Borrowed(item)],
                    next: Next::End,
                    delta: None,
                    count: None,
                })
            }
            Shape::Pages => {
                let wire: Wire<'b> = serde_json::from_slice(body)?;
                if wire.error.is_some() {
                    return Err(Custom::custom("it holds an error beside its items"));
                }
                let links = [
                    wire.next,
                    wire.odata_next,
                    wire.old_odata_next,
                    wire.annotated_next,
                    wire.capital_next,
                ];
                let next = links.into_iter().flatten().find(|link| !link.is_empty());
                let items = wire.value.into_iter().flatten().map(Cow::Borrowed).collect();
                let delta = wire.delta.filter(|link| !link.is_empty());
                let next = next.map_or(Next::End, Next::Link);
                let text = || wire.count.as_str()?.parse().ok();
                Ok(Self { items, next, delta, count: wire.count.as_u64().or_else(text) })
            }
            Shape::Table => {
                let Table { total_row_count: total, schema, values } =
                    serde_json::from_slice(body)?;
                let item = |row: Vec<&RawValue>| {
                    let columns = schema.iter().map(|it| &it.column);
                    let item: BTreeMap<&Cow<'_, str>, &RawValue> = columns.zip(row).collect();
                    to_raw_value(&item).map(Cow::Owned)
                };
                let items = values.into_iter().map(item).collect::<Result<_, _>>()?;
                Ok(Self { items, next: Next::Rows { total }, delta: None, count: None })
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
            let table = format!(r#"{{"TotalRowCount":1,"Schema":[{{"Column":"a"}}],"Values":[{value}]}}"#);
            for body in [bytes.as_slice(), value.as_bytes(), odd.as_bytes(), table.as_bytes()] {
                for shape in [Shape::Pages, Shape::One, Shape::Table, Shape::Export] {
                    let _ = Page::read(body, shape);
                }
            }
        }
    }

    #[test]
    fn a_page_has_items_and_perhaps_a_next_link() {
        let body = br#"{"value":[{"a":1},2],"nextLink":"https://x/?$skiptoken=1"}"#;
        let page = Page::read(body, Shape::Pages).unwrap();
        assert_eq!(page.items.iter().map(|it| it.get()).collect::<Vec<_>>(), [r#"{"a":1}"#, "2"]);
        assert_eq!(page.next, Next::Link("https://x/?$skiptoken=1".into()));
        let body = br#"{"value":[],"nextLink":"https://x/?a=1\u0026b=2"}"#;
        let page = Page::read(body, Shape::Pages).unwrap();
        assert_eq!(page.next, Next::Link("https://x/?a=1&b=2".into()));
        let body = br#"{"@odata.nextLink":null,"value":[]}"#;
        assert_eq!(Page::read(body, Shape::Pages).unwrap().next, Next::End);
        let body = br#"{"value":[],"@odata.deltaLink":"https://x/?$deltatoken=1"}"#;
        let page = Page::read(body, Shape::Pages).unwrap();
        assert_eq!(
            (page.next, page.delta.as_deref()),
            (Next::End, Some("https://x/?$deltatoken=1"))
        );
    }

    #[test]
    fn a_page_may_say_how_many_items_there_are() {
        for (count, expected) in
            [("7", Some(7)), (r#""7""#, Some(7)), ("null", None), ("-1", None), (r#""many""#, None)]
        {
            let body = format!(r#"{{"@odata.count":{count},"value":[]}}"#);
            assert_eq!(Page::read(body.as_bytes(), Shape::Pages).unwrap().count, expected);
        }
    }

    #[test]
    fn a_table_has_items_by_column() {
        let body = br#"{"TotalRowCount":7,"Schema":[{"Column":"b","PropertyType":"String"},{"Column":"a"}],
            "Values":[["x",1],[null,{"c":2}],[]],"SessionId":""}"#;
        let page = Page::read(body, Shape::Table).unwrap();
        let items: Vec<_> = page.items.iter().map(|it| it.get()).collect();
        assert_eq!(items, [r#"{"a":1,"b":"x"}"#, r#"{"a":{"c":2},"b":null}"#, "{}"]);
        assert_eq!(page.next, Next::Rows { total: 7 });
    }

    #[test]
    fn pages_come_in_several_envelopes() {
        for (body, items, next) in [
            (r#"{"value":null}"#, 0, None),
            (r#"{"value":[1],"error":null}"#, 1, None),
            (r#"{"value":[1],"NextLink":"a"}"#, 1, Some("a")),
            (r#"{"value":[1],"odata.nextLink":"a"}"#, 1, Some("a")),
            (r#"{"value":[1],"@nextLink":"a"}"#, 1, Some("a")),
            (r#"{"value":[1],"nextLink":null,"@odata.nextLink":"a"}"#, 1, Some("a")),
            (r#"{"value":[1],"nextLink":"a","@odata.nextLink":"b"}"#, 1, Some("a")),
        ] {
            let page = Page::read(body.as_bytes(), Shape::Pages).unwrap();
            let next = next.map_or(Next::End, |link| Next::Link(link.into()));
            assert_eq!((page.items.len(), page.next), (items, next), "{body}");
        }
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        let partial = r#"{"value":[1],"error":{"code":"InternalError"}}"#;
        for body in ["", "<html>", "{}", partial, r#"{"value":1}"#, r#"{"value":[],"nextLink":1}"#]
        {
            assert!(Page::read(body.as_bytes(), Shape::Pages).is_err(), "{body}");
        }
    }
}
