//! Looking for entities by their names and keys.

use std::cmp::Reverse;
use std::ops::Range;

use query::tables::Table;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Parameters;
use crate::site::Site;

/// How many are answered at a time.
const PAGE: usize = 50;

pub(crate) fn search(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let (text, kind) = (parameters.text("q"), parameters.text("type"));
    let skip = parameters.number("skip", 10_000_000, 0)?;
    if text.len() > 400 {
        return Err(Failure::Invalid("the text to search for is too long".to_owned()));
    }
    let tables = &site.tables.manifest.entities;
    let range = tables.iter().find(|it| it.kind == kind).map(Table::range);
    let is_of = |entity| match &range {
        Some(range) => range.contains(&entity),
        None => kind.is_empty(),
    };
    let found = site.names.search(text, is_of);
    let count = |range: &Range<u32>| -> usize {
        let before = |list: &[u32], number| list.partition_point(|it| *it < number);
        found.iter().map(|it| before(it, range.end) - before(it, range.start)).sum()
    };
    let mut types: Vec<(&str, usize)> =
        tables.iter().map(|it| (it.kind.as_str(), count(&it.range()))).collect();
    types.retain(|(_, count)| *count > 0);
    types.sort_by_key(|(kind, count)| (Reverse(*count), *kind));
    let types = types.into_iter().take(PAGE).map(|(kind, count)| json!([kind, count]));
    let total = found.iter().map(Vec::len).sum::<usize>();
    let items = found.iter().flatten().skip(skip).take(PAGE).map(|it| site.named(*it));
    Ok(json!({
        "total": total,
        "items": items.collect::<Vec<_>>(),
        "types": types.collect::<Vec<_>>(),
        "next": (skip + PAGE < total).then_some(skip + PAGE),
    }))
}
