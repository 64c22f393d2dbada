//! Whether reading everything comes to the same as adding the changes to what was kept.
//!
//! Of each item two numbers are sorted on the local disk, one for the item and one for what it
//! says, so that this costs few bytes for each and no memory.

use std::collections::{BTreeSet, HashSet};
use std::io;

use serde_json::value::{RawValue, to_raw_value};
use steps::Output;

use super::follow::Follow;
use super::items::converted;
use super::merge::{Changes, comparable};
use super::stale::{Stale, id, stale};
use super::task::Task;
use crate::context::Error;
use crate::digest::digest;
use crate::ledger::Reading;
use crate::link::sort::Sorter;
use crate::part::{Change, KeptItem, Owner};

/// How many of the items that differ are named.
const EXAMPLES: usize = 10;

/// Which of the two an item comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Kept,
    Read,
}

/// What is not compared, as it changed while the list was read.
struct Unsettled {
    items: HashSet<String>,
    lists: Option<Stale>,
}

/// An item as it is compared.
struct Compared {
    name: String,
    says: u64,
}

impl Compared {
    fn number(&self) -> [u8; 8] {
        digest(&[&self.name]).to_be_bytes()
    }
}

/// Compares what was read with what was kept and the changes to it. None if that cannot be.
pub(super) async fn divergence(follow: &Follow, task: &Task<'_>) -> Result<Option<Reading>, Error> {
    let Some(unsettled) = unsettled(follow, task).await? else { return Ok(None) };
    let mut sorter = Sorter::new();
    for side in [Side::Kept, Side::Read] {
        let is_whole = each(follow, task, side, &unsettled, &mut |item| {
            let mut value = vec![side as u8];
            value.extend(item.says.to_be_bytes());
            Ok(sorter.push(&item.number(), &value)?)
        })
        .await?;
        if !is_whole {
            return Ok(None);
        }
    }
    let (mut differ, mut first) = (0, HashSet::new());
    let mut note = |number: &[u8], sides: &[BTreeSet<Vec<u8>>; 2]| {
        if sides[0] != sides[1] {
            differ += 1;
            if first.len() < EXAMPLES {
                first.insert(number.to_owned());
            }
        }
    };
    let sorted = sorter.sorted()?;
    let mut reader = sorted.read()?;
    let (mut number, mut sides) = (Vec::new(), [BTreeSet::new(), BTreeSet::new()]);
    while let Some(record) = reader.next()? {
        if record.key != number {
            note(&number, &sides);
            (number, sides) = (record.key, [BTreeSet::new(), BTreeSet::new()]);
        }
        let (side, says) = record.value.split_at(1);
        sides[usize::from(side[0] == Side::Read as u8)].insert(says.to_owned());
    }
    note(&number, &sides);
    let mut examples = BTreeSet::new();
    if differ > 0 {
        for side in [Side::Kept, Side::Read] {
            each(follow, task, side, &unsettled, &mut |item| {
                if first.contains(&item.number()[..]) {
                    examples.insert(item.name);
                }
                Ok(())
            })
            .await?;
        }
    }
    Ok(Some(Reading::Reconciled { differ, examples: examples.into_iter().collect() }))
}

async fn unsettled(follow: &Follow, task: &Task<'_>) -> Result<Option<Unsettled>, Error> {
    let (mut items, mut line) = (HashSet::new(), String::new());
    if !task.step.list.parents.is_empty() {
        let Some(base) = &follow.base else { return Ok(None) };
        let lists = stale(task, base).await?;
        return Ok(lists.map(|lists| Unsettled { items, lists: Some(lists) }));
    }
    for name in task.checkpoint.delta.iter().flat_map(|delta| &delta.changes) {
        let Some(mut part) = task.part(name).await? else { return Ok(None) };
        while part.next(&mut line)? {
            let Change { object, is_late, .. } = part.parse(&line)?;
            items.extend(id(object).filter(|_| is_late));
        }
    }
    Ok(Some(Unsettled { items, lists: None }))
}

/// Hands on every item of a side that is compared. False if some are not there any more.
async fn each(
    follow: &Follow,
    task: &Task<'_>,
    side: Side,
    unsettled: &Unsettled,
    found: &mut (dyn FnMut(Compared) -> Result<(), Error> + Send),
) -> Result<bool, Error> {
    let (Some(delta), Some(base)) = (&task.checkpoint.delta, &follow.base) else {
        return Ok(false);
    };
    let mut changes = match side {
        Side::Read => Changes::default(),
        Side::Kept => match comparable(task).await? {
            Some(changes) => changes,
            None => return Ok(false),
        },
    };
    let parts = if side == Side::Kept { &base.parts } else { &delta.items };
    let is_one_list = task.step.list.parents.is_empty();
    let mut hand_on = |of: Option<&Owner<'_>>, item: &RawValue| {
        let Some(id) = id(item).filter(|id| !unsettled.items.contains(id)) else {
            return Ok(());
        };
        match of {
            None => found(Compared { name: id, says: digest(&[item.get()]) }),
            Some(of) => {
                let says = digest(&[&becomes(task, of, item)?]);
                found(Compared { name: format!("{} {id}", of.key), says })
            }
        }
    };
    let canonical = |item| to_raw_value(&task.step.canonical(item));
    let mut line = String::new();
    for name in parts {
        let Some(mut part) = task.part(name).await? else { return Ok(false) };
        while part.next(&mut line)? {
            let KeptItem { of, item } = part.parse(&line)?;
            let Some(item) = item else { continue };
            let is_stale = |of: &Owner<'_>| {
                unsettled.lists.as_ref().is_some_and(|lists| lists.is_stale(&of.key))
            };
            match &of {
                Some(of) if is_stale(of) => (),
                None if side == Side::Kept => {
                    let Some(item) = changes.apply(item) else { continue };
                    hand_on(None, &canonical(item).map_err(io::Error::from)?)?;
                }
                of => hand_on(of.as_ref(), item)?,
            }
        }
    }
    for item in changes.rest().filter(|_| is_one_list) {
        hand_on(None, &canonical(item).map_err(io::Error::from)?)?;
    }
    Ok(true)
}

/// What an item of a parent's list becomes. More than that may have changed of it, and nobody is
/// told.
fn becomes(task: &Task<'_>, of: &Owner<'_>, item: &RawValue) -> Result<String, Error> {
    let Output { entities, references, .. } = converted(task, of, item);
    let entities = entities.iter().map(|it| (it.key.as_str(), &it.properties, &it.raw));
    let becomes = (entities.collect::<Vec<_>>(), references);
    Ok(serde_json::to_string(&becomes).map_err(io::Error::from)?)
}
