//! `tenantgraph path` and `tenantgraph neighbours`.

use std::collections::BTreeMap;

use query::execute::{Answer, Results, Thing, entities_called};
use query::tables::Tables;

use crate::arguments::{Drawn, Neighbours, Path};
use crate::asked::{Target, open};
use crate::print::{json, line};
use crate::progress::remark;
use crate::query::print;
use crate::{End, Error, kinds};

pub(crate) async fn path(arguments: Path) -> Result<End, Error> {
    let Target { tables, .. } = open(&arguments.asked).await?;
    let Path { longest, without, .. } = &arguments;
    let mut known = kinds::declared();
    known.extend(tables.manifest.entities.iter().map(|it| it.kind.clone()));
    without.iter().try_for_each(|it| kinds::among(it, &known))?;
    let from = one(&tables, &arguments.from).await?;
    let to = one(&tables, &arguments.to).await?;
    let Some(route) = query::execute::route(&tables, from, to, *longest, without).await? else {
        remark(&format!("there is no way of at most {longest} relationships"));
        return Ok(End::Complete);
    };
    if drawn(&arguments.form, &route.answer)? {
        return Ok(End::Complete);
    }
    let Results::Tree { vertices, edges } = &route.answer.results else { return Ok(End::Complete) };
    for pair in route.keys.windows(2) {
        let [left, right] = pair else { continue };
        let end = |key: &str| vertices.iter().find(|it| it.text("_key") == key).map(words);
        let is = |key: &serde_json::Value, end: &str| key.as_str() == Some(end);
        let there = edges.iter().find(|it| is(&it.from, left) && is(&it.to, right));
        let back = edges.iter().find(|it| is(&it.from, right) && is(&it.to, left));
        let arrow = match (there, back) {
            (Some(edge), _) => format!("-{}->", edge.text("_class")),
            (None, Some(edge)) => format!("<-{}-", edge.text("_class")),
            (None, None) => String::new(),
        };
        let (left, right) = (end(left).unwrap_or_default(), end(right).unwrap_or_default());
        line(&format!("{left}  {arrow}  {right}"))?;
    }
    Ok(End::Complete)
}

pub(crate) async fn neighbours(arguments: Neighbours) -> Result<End, Error> {
    let Target { tables, .. } = open(&arguments.asked).await?;
    let entity = one(&tables, &arguments.key).await?;
    let answer = query::execute::neighbours(&tables, entity, arguments.limit).await?;
    if drawn(&arguments.form, &answer)? {
        return Ok(End::Complete);
    }
    let Results::Tree { vertices, edges } = &answer.results else { return Ok(End::Complete) };
    let by_key: BTreeMap<&str, &Thing> = vertices.iter().map(|it| (it.text("_key"), it)).collect();
    let Some(own) = vertices.first() else { return Ok(End::Complete) };
    line(&words(own))?;
    for edge in edges {
        let key = |key: &serde_json::Value| by_key.get(key.as_str().unwrap_or_default()).copied();
        let (Some(from), Some(to)) = (key(&edge.from), key(&edge.to)) else { continue };
        let class = edge.text("_class");
        if from == own {
            line(&format!("  -{class}->  {}", words(to)))?;
        } else {
            line(&format!("  <-{class}-  {}", words(from)))?;
        }
    }
    let (shown, total) = (edges.len() as u64, answer.total.unwrap_or_default());
    if shown < total {
        remark(&format!("{total} relationships were found, and {shown} of them are shown"));
    }
    Ok(End::Complete)
}

/// Prints JSON or a drawing, if that is asked for.
fn drawn(form: &Drawn, answer: &Answer) -> Result<bool, Error> {
    match form.tree {
        Some(tree) => print::tree(tree, answer)?,
        None if form.json => json(&answer.to_json(None))?,
        None => return Ok(false),
    }
    Ok(true)
}

/// An entity in words.
fn words(thing: &Thing) -> String {
    let name = match thing.text("displayName") {
        "" => thing.text("_key"),
        name => name,
    };
    format!("{name} ({})", thing.text("_type"))
}

/// The only entity with a key or a name.
async fn one(tables: &Tables, name: &str) -> Result<u32, Error> {
    let found = entities_called(tables, name).await?;
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("there is no entity with the key or name {name:?}").into()),
        several => {
            Err(format!("{} entities are called {name:?}; give a key", several.len()).into())
        }
    }
}
