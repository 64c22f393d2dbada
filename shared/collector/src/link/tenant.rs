//! One graph of several snapshots: what the instances of a tenant found, put together.
//!
//! An instance cannot see what another found, so where it refers to that it says by which
//! properties to find it: a mapped relationship. Here the other end is found.

use graph::{End, Key, Name, Reference, RelationshipKey, Unresolved};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::earlier;
use super::join::{Joined, merge};
use super::names::{Aliases, Names};
use super::objects::Objects;
use super::proof::Verdicts;
use super::record::{parse, rank};
use super::sort::{self, Groups, Record, Sorted, Sorter};
use crate::context::{Context, Error};
use crate::layout::{Job, RecordKind};
use crate::ledger::add;
use crate::snapshot;
use crate::summary::{Carried, Linked, Summary};

/// A mapped relationship of a snapshot.
#[derive(Deserialize)]
struct Mapped {
    #[serde(rename = "_class")]
    class: graph::RelationshipClass,
    #[serde(rename = "_key")]
    key: String,
    #[serde(rename = "_type")]
    kind: String,
    #[serde(rename = "_mapping")]
    mapping: Mapping,
    #[serde(flatten)]
    properties: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mapping {
    relationship_direction: graph::Direction,
    source_entity_key: String,
    target_entity: Target,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "_key")]
    key: Option<String>,
}

/// A mapped relationship of which the type of the end that is known was found.
#[derive(Serialize, Deserialize)]
struct Sourced<'l> {
    kind: String,
    #[serde(borrow)]
    line: &'l RawValue,
}

/// Puts snapshots together, and writes what comes of it as the snapshot of a job to `into`.
///
/// What two of them have is taken from the first that has it, in the order of their bytes. Each
/// instance has an account that stands for it; here all of them are that of the first.
///
/// # Errors
///
/// If storage or the local disk fails.
pub(crate) async fn tenant(
    context: &Context,
    summaries: &[&Summary],
    into: &Context,
    job: &Job,
) -> Result<Linked, Error> {
    let mut linked = Linked::default();
    let entities = entities(context, summaries).await?;
    let names = names(&entities)?;
    let joined = relationships(context, summaries, &names).await?;
    drop(names);
    let (relationships, _) = joined.sorted()?;

    let mut objects = Objects::new(into, job);
    for (record_kind, things) in
        [(RecordKind::Entities, entities), (RecordKind::Relationships, relationships)]
    {
        let mut groups = Groups::new(things.read_last()?);
        while let Some((name, records)) = groups.next()? {
            let kind = name.split('\0').next().unwrap_or_default();
            linked.duplicates += match record_kind {
                RecordKind::Entities => records.len() as u64 - 1,
                RecordKind::Relationships => 0,
            };
            let Some(first) = records.first() else { continue };
            let line = String::from_utf8_lossy(&first.value);
            objects.line(record_kind, kind, &line, &mut linked).await?;
        }
        objects.close(&mut linked).await?;
    }
    objects.store().await?;
    for (kind, Carried { count, reason }) in summaries.iter().flat_map(|it| &it.graph.carried) {
        let none = || Carried { count: 0, reason: reason.clone() };
        linked.carried.entry(kind.clone()).or_insert_with(none).count += count;
    }
    for Linked { dropped, limited, guarded, changes, .. } in summaries.iter().map(|it| &it.graph) {
        add(&mut linked.dropped, dropped);
        add(&mut linked.limited, limited);
        add(&mut linked.guarded, guarded);
        add(&mut linked.changes, changes);
    }
    Ok(linked)
}

/// The names that entities answer to.
fn names(entities: &Sorted) -> Result<Sorted, Error> {
    let mut names = Names::new();
    let mut groups = Groups::new(entities.read()?);
    while let Some((name, records)) = groups.next()? {
        let Some(Record { value, .. }) = records.last() else { continue };
        let Aliases { aliases } = parse(value)?;
        names.add(name.split_once('\0').unwrap_or_default(), &aliases, value)?;
    }
    names.sorted(&Verdicts::default())
}

async fn entities(context: &Context, summaries: &[&Summary]) -> Result<Sorted, Error> {
    let (mut entities, mut line) = (Sorter::new(), String::new());
    for (at, summary) in summaries.iter().enumerate() {
        let account = Some(summary.job.instance.as_str()).filter(|_| at > 0);
        for kind in summary.graph.entities.keys() {
            let mut lines = snapshot::whole(context, summary, RecordKind::Entities, kind).await?;
            while lines.next(&mut line)? {
                let earlier::Key { key } = parse(line.as_bytes())?;
                if account == Some(key.as_str()) {
                    continue;
                }
                entities.push(&sort::key(kind, &key, rank::BEFORE), line.as_bytes())?;
            }
        }
    }
    Ok(entities.sorted()?)
}

/// The relationships of all snapshots. Mapped ones become relationships to what is found.
async fn relationships(
    context: &Context,
    summaries: &[&Summary],
    names: &Sorted,
) -> Result<Joined, Error> {
    let mut joined = Joined::new();
    let mut mapped = Sorter::new();
    let mut line = String::new();
    let Some(first) = summaries.first().map(|it| &it.job.instance) else { return Ok(joined) };
    for summary in summaries {
        let own = &summary.job.instance;
        for kind in summary.graph.relationships.keys() {
            let is_mapped = summary.graph.mapped.contains_key(kind);
            let mut lines =
                snapshot::whole(context, summary, RecordKind::Relationships, kind).await?;
            while lines.next(&mut line)? {
                if own != first && line.contains(own.as_str()) {
                    line = with_account(&line, own, first);
                }
                match is_mapped.then(|| parse::<Mapped>(line.as_bytes())) {
                    Some(Ok(it)) if it.mapping.target_entity.key.is_some() => {
                        let source = Name::from(&Key::new(&it.mapping.source_entity_key));
                        mapped.push(source.as_str().as_bytes(), line.as_bytes())?;
                    }
                    _ => joined.keep(line.as_bytes())?,
                }
            }
        }
    }
    let mut sourced = Sorter::new();
    merge(mapped.sorted()?, names, |line, matches| {
        let Some(source) = matches.first() else { return joined.keep(line) };
        let it: Mapped = parse(line)?;
        let target = Key::new(it.mapping.target_entity.key.as_deref().unwrap_or_default());
        let sourced_line = Sourced { kind: source.kind.clone(), line: parse(line)? };
        let sourced_line = serde_json::to_vec(&sourced_line).map_err(std::io::Error::from)?;
        Ok(sourced.push(Name::from(&target).as_str().as_bytes(), &sourced_line)?)
    })?;
    merge(sourced.sorted()?, names, |line, matches| {
        let Sourced { kind, line } = parse(line)?;
        if matches.is_empty() {
            return joined.keep(line.get().as_bytes());
        }
        let it: Mapped = parse(line.get().as_bytes())?;
        let source = (it.mapping.source_entity_key.as_str(), kind.as_str());
        let reference = reference(&it);
        for found in matches {
            let found = (found.key.as_str(), found.kind.as_str());
            let (from, to) = match it.mapping.relationship_direction {
                graph::Direction::Forward => (source, found),
                graph::Direction::Reverse => (found, source),
            };
            joined.direct(&reference, from, to, [source.0, found.0])?;
        }
        Ok(())
    })?;
    Ok(joined)
}

/// A line with the account of one instance in the place of another's. The key of an account is the
/// id of its instance: it is an end by itself, or one end of the key of a relationship. Other keys
/// may hold the id, too, and stay.
fn with_account(line: &str, own: &str, first: &str) -> String {
    let mut line = line.to_owned();
    for (before, after) in [("\"", "\""), ("\"", "|"), ("|", "\"")] {
        let (from, to) = (format!("{before}{own}{after}"), format!("{before}{first}{after}"));
        line = line.replace(&from, &to);
    }
    line
}

/// The reference that a mapped relationship was made of, as far as its ends do not matter.
fn reference(mapped: &Mapped) -> Reference {
    let nobody = End::known(&Key::new(&mapped.mapping.source_entity_key), "");
    let source = &mapped.mapping.source_entity_key;
    let composed = format!("{source}|{}|", mapped.class.as_str().to_lowercase());
    let mut properties = mapped.properties.clone();
    properties.remove("displayName");
    Reference {
        from: nobody.clone(),
        class: mapped.class,
        to: nobody,
        // A type of this kind stands in for one that is composed of those of the ends.
        kind: (!mapped.kind.starts_with("mapping_source_")).then(|| mapped.kind.clone()),
        key: (!mapped.key.starts_with(&composed))
            .then(|| RelationshipKey::Prefix(mapped.key.clone())),
        properties,
        inherits: Vec::new(),
        unresolved: Unresolved::Drop,
        target_first: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_are_those_of_the_first_instance() {
        let line = r#"{"_fromEntityKey":"t~s","_key":"t~s|has|x:t~s","_toEntityKey":"x:t~s"}"#;
        let expected = r#"{"_fromEntityKey":"t","_key":"t|has|x:t~s","_toEntityKey":"x:t~s"}"#;
        assert_eq!(with_account(line, "t~s", "t"), expected);
        let line = r#"{"_fromEntityKey":"a","_key":"a|has|t~s","_toEntityKey":"t~s"}"#;
        let expected = r#"{"_fromEntityKey":"a","_key":"a|has|t","_toEntityKey":"t"}"#;
        assert_eq!(with_account(line, "t~s", "t"), expected);
    }
}
