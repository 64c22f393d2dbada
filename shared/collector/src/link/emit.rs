//! Writing the snapshot: for each type one object of lines, in the order of their keys.

use std::io::Write as _;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use tempfile::NamedTempFile;

use super::sort::{Reader, Record, Sorted};
use super::{Linked, Unknowns, parse};
use crate::context::{Context, Error};
use crate::layout::{Job, Sort};
use crate::part::StoredEntity;
use crate::ports::{Body, Condition};

/// How hard to compress. Snapshots are read more often than parts, but not so often as to wait for.
const LEVEL: i32 = 3;

/// Writes the entities.
pub(super) async fn entities(
    context: &Context,
    job: &Job,
    entities: &Sorted,
    loans: &Sorted,
    unknowns: &Unknowns,
    linked: &mut Linked,
) -> Result<(), Error> {
    let mut snapshot = Snapshot { context, job, sort: Sort::Entities, object: None };
    let mut reader = Groups::new(entities.read()?)?;
    let mut loans = Groups::new(loans.read()?)?;
    while let Some((name, records)) = reader.next(entity_name)? {
        let kind = name.split('\0').next().unwrap_or_default().to_owned();
        let loans = loans.of(&name)?;
        let Some(line) = merge(&records, &loans, unknowns, linked)? else { continue };
        snapshot.write(&kind, line.as_bytes(), linked).await?;
    }
    snapshot.close(linked).await
}

/// Writes the relationships.
pub(super) async fn relationships(
    context: &Context,
    job: &Job,
    relationships: &Sorted,
    linked: &mut Linked,
) -> Result<(), Error> {
    let mut snapshot = Snapshot { context, job, sort: Sort::Relationships, object: None };
    let mut reader = Groups::new(relationships.read()?)?;
    while let Some((name, records)) = reader.next(whole_name)? {
        let kind = name.split('\0').next().unwrap_or_default().to_owned();
        // Those of one key are one: found from both ends, or on a page that was read twice.
        let Some(record) = records.first() else { continue };
        if record.value.windows(10).any(|it| it == b"\"_mapping\"") {
            *linked.mapped.entry(kind.clone()).or_default() += 1;
        }
        snapshot.write(&kind, &record.value, linked).await?;
    }
    snapshot.close(linked).await
}

/// The line of an entity, from every record of it; none if there are only patches of it.
fn merge(
    records: &[Record],
    loans: &[Record],
    unknowns: &Unknowns,
    linked: &mut Linked,
) -> Result<Option<String>, Error> {
    let mut found = Vec::new();
    for record in records {
        found.push(parse::<StoredEntity<'_>>(&record.value)?);
    }
    // Whoever was found first in the order of bytes is as good as any, and always the same.
    let Some(first) = found.first().filter(|it| !it.patch) else { return Ok(None) };
    linked.duplicates += found.iter().filter(|it| !it.patch).count() as u64 - 1;
    let patches = found.iter().filter(|it| it.patch).map(|it| it.entity.get().as_bytes());
    let patches: Vec<&[u8]> = patches.chain(loans.iter().map(|it| it.value.as_slice())).collect();
    let lacking = unknowns.get(first.kind.as_str());
    if patches.is_empty() && lacking.is_none() {
        return Ok(Some(line(first.entity.get(), first.raw)));
    }
    let mut entity: Map<String, Value> = parse(first.entity.get().as_bytes())?;
    for patch in patches {
        add(&mut entity, parse(patch)?);
    }
    let lacking = lacking.into_iter().flatten().filter(|(name, _)| !entity.contains_key(*name));
    let lacking: Vec<Value> = lacking.map(|(name, why)| format!("{name}: {why}").into()).collect();
    if !lacking.is_empty() {
        entity.insert("_unknown".to_owned(), lacking.into());
    }
    let text = serde_json::to_string(&entity).map_err(std::io::Error::from)?;
    Ok(Some(line(&text, first.raw)))
}

/// Adds what a patch says to what is known. Lists are united; what is known otherwise stays.
fn add(entity: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match (entity.get_mut(&name), value) {
            (Some(Value::Array(known)), Value::Array(added)) => {
                known.extend(added);
                known.sort_by_key(ToString::to_string);
                known.dedup();
            }
            (Some(_), _) => (),
            (None, value) => {
                entity.insert(name, value);
            }
        }
    }
}

/// The line of an entity in the snapshot: its properties, and what Microsoft answered.
fn line(entity: &str, raw: Option<&RawValue>) -> String {
    let mut line = entity.to_owned();
    if let (Some(raw), Some('}')) = (raw, line.pop()) {
        line.push_str(r#","_rawData":[{"name":"default","rawData":"#);
        line.push_str(raw.get());
        line.push_str("}]}");
        return line;
    }
    line.push('}');
    line
}

/// The type and key of an entity's record, without its rank.
fn entity_name(key: &[u8]) -> &[u8] {
    &key[..key.len().saturating_sub(2)]
}

fn whole_name(key: &[u8]) -> &[u8] {
    key
}

/// Reads records in groups of one name.
struct Groups {
    reader: Reader,
    head: Option<Record>,
}

impl Groups {
    fn new(mut reader: Reader) -> Result<Self, Error> {
        let head = reader.next()?;
        Ok(Self { reader, head })
    }

    fn next(&mut self, name: fn(&[u8]) -> &[u8]) -> Result<Option<(String, Vec<Record>)>, Error> {
        let Some(first) = self.head.take() else { return Ok(None) };
        let this = name(&first.key).to_owned();
        let mut records = vec![first];
        while let Some(record) = self.reader.next()? {
            if name(&record.key) != this {
                self.head = Some(record);
                break;
            }
            records.push(record);
        }
        Ok(Some((String::from_utf8_lossy(&this).into_owned(), records)))
    }

    /// The records of a name. Names have to be asked for in order.
    fn of(&mut self, name: &str) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        while let Some(head) = self.head.take_if(|head| head.key.as_slice() <= name.as_bytes()) {
            if head.key == name.as_bytes() {
                records.push(head);
            }
            self.head = self.reader.next()?;
        }
        Ok(records)
    }
}

/// Writes one object after another.
struct Snapshot<'a> {
    context: &'a Context,
    job: &'a Job,
    sort: Sort,
    object: Option<Object>,
}

/// An object that is being written, on the local disk until it is complete.
struct Object {
    kind: String,
    lines: u64,
    file: NamedTempFile,
    encoder: zstd::Encoder<'static, std::fs::File>,
}

impl Snapshot<'_> {
    async fn write(&mut self, kind: &str, line: &[u8], linked: &mut Linked) -> Result<(), Error> {
        if self.object.as_ref().is_none_or(|object| object.kind != kind) {
            self.close(linked).await?;
            let file = NamedTempFile::new()?;
            let encoder = zstd::Encoder::new(file.reopen()?, LEVEL)?;
            self.object = Some(Object { kind: kind.to_owned(), lines: 0, file, encoder });
        }
        if let Some(object) = &mut self.object {
            object.encoder.write_all(line)?;
            object.encoder.write_all(b"\n")?;
            object.lines += 1;
        }
        Ok(())
    }

    async fn close(&mut self, linked: &mut Linked) -> Result<(), Error> {
        let Some(Object { kind, lines, file, encoder }) = self.object.take() else { return Ok(()) };
        encoder.finish()?;
        let name = self.job.snapshot(self.sort, &kind);
        let body = Body::File(file.path().to_owned());
        self.context.store.put(&name, body, Condition::Always).await?;
        linked.objects.push(name);
        match self.sort {
            Sort::Entities => linked.entities.insert(kind, lines),
            Sort::Relationships => linked.relationships.insert(kind, lines),
        };
        Ok(())
    }
}
