//! The shortest ways from one entity to another.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Parameters;
use crate::site::Site;

/// How many relationships a way may have.
const LONGEST: usize = 8;

/// How many ways are answered.
const MOST: usize = 25;

pub(crate) async fn paths(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let from = site.entity(parameters.required("from")?)?;
    let to = site.entity(parameters.required("to")?)?;
    let hops = parameters.number("hops", LONGEST, 6)?;
    let without: Vec<&str> =
        parameters.text("without").split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
    let entities = &site.tables.manifest.entities;
    if let Some(missing) = without.iter().find(|it| !entities.iter().any(|of| of.kind == **it)) {
        return Err(Failure::Invalid(format!("the snapshot has no entity of the type {missing}")));
    }
    let barred = entities.iter().filter(|it| without.contains(&it.kind.as_str()));
    let barred: Vec<_> = barred.map(query::tables::Table::range).collect();
    // One more than is answered tells whether there are more.
    let mut ways = site.relationships().await?.ways((from, to), hops, &barred, MOST + 1);
    let is_cut = ways.len() > MOST;
    ways.truncate(MOST);
    let paths = ways.iter().map(|links| {
        let mut here = from;
        let steps = links.iter().map(|link| {
            let out = link.from == here;
            here = link.other(here);
            let table = site.tables.manifest.relationships.get(link.table as usize);
            let mut step = site.named(here);
            step["relationship"] = json!(table.map(|it| &it.kind));
            step["verb"] = json!(table.and_then(|it| it.classes.first()));
            step["out"] = json!(out);
            step
        });
        steps.collect::<Vec<_>>()
    });
    Ok(json!({
        "from": site.named(from),
        "to": site.named(to),
        "paths": paths.collect::<Vec<_>>(),
        "more": is_cut,
    }))
}
