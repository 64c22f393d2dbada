//! What an entity is related to, by type of relationship. Of types that have many, only the count
//! is answered, until they are asked for by pages.

use std::collections::BTreeMap;

use query::execute::Link;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Parameters;
use crate::site::Site;

/// How many of a type of relationship are answered at a time.
const PAGE: usize = 25;

/// The relationships of an entity, by type and by whether they lead away from it.
pub(crate) type Groups = BTreeMap<(u32, bool), Vec<Link>>;

/// The relationships of an entity.
pub(crate) async fn groups(site: &Site, entity: u32) -> Result<Groups, Failure> {
    let mut groups = Groups::new();
    for link in site.relationships().await?.of(entity) {
        groups.entry((link.table, link.from == entity)).or_default().push(link);
    }
    Ok(groups)
}

/// A type of relationship of an entity, in numbers.
pub(crate) fn group(site: &Site, (table, out): (u32, bool), links: &[Link]) -> Value {
    let table = site.tables.manifest.relationships.get(table as usize);
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for link in links {
        *types.entry(site.kind(if out { link.to } else { link.from })).or_default() += 1;
    }
    json!({
        "relationship": table.map(|it| &it.kind),
        "verb": table.and_then(|it| it.classes.first()),
        "out": out,
        "count": links.len(),
        "types": types,
    })
}

pub(crate) async fn neighbours(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let entity = site.entity(parameters.required("key")?)?;
    let wanted = parameters.text("relationship");
    let direction = parameters.text("direction");
    let skip = parameters.number("skip", 10_000_000, 0)?;
    let mut answered = Vec::new();
    for (of, links) in groups(site, entity).await? {
        let kind = site.tables.manifest.relationships.get(of.0 as usize).map(|it| &it.kind);
        let is_wanted = kind.is_some_and(|it| it == wanted) && (direction == "out") == of.1;
        if !wanted.is_empty() && !is_wanted {
            continue;
        }
        let is_hub = wanted.is_empty() && links.len() > PAGE;
        let page = links.iter().skip(skip).take(if is_hub { 0 } else { PAGE });
        let items = page.map(|it| site.named(if of.1 { it.to } else { it.from }));
        let mut group = group(site, of, &links);
        group["items"] = items.collect();
        if let Some(object) = group.as_object_mut() {
            let next = skip + PAGE;
            object
                .insert("next".to_owned(), json!((!is_hub && next < links.len()).then_some(next)));
        }
        answered.push(group);
    }
    Ok(json!({ "entity": site.named(entity), "groups": answered }))
}
