//! Reading what steps stored.

use std::borrow::Cow;
use std::pin::pin;

use futures_util::{StreamExt as _, stream};
use serde::Deserialize;

use super::record::rank;
use super::sort::{self, Sorted, Sorter};
use crate::context::{Context, Error};
use crate::layout::Content;
use crate::manifest::{Manifest, Part};
use crate::part::{PartReader, StoredEntity};

/// How many parts are asked for at once. Memory holds as many.
const AT_ONCE: usize = 8;

/// References by what of them has to be found.
pub(super) struct References {
    /// Both ends; by the name of the one to find first.
    pub(super) both: Sorter,
    /// One end; by its name.
    pub(super) one: Sorter,
    /// Neither.
    pub(super) none: Sorter,
}

/// Reads every part of every step, and sorts what they hold.
pub(super) async fn load(
    context: &Context,
    manifests: &[Manifest],
) -> Result<(Sorted, References), Error> {
    let mut entities = Sorter::new();
    let mut references =
        References { both: Sorter::new(), one: Sorter::new(), none: Sorter::new() };
    let mut line = String::new();
    let parts: Vec<Part> = manifests.iter().flat_map(|it| it.parts.clone()).collect();
    let mut parts = pin!(stream::iter(parts).map(|part| read(context, part)).buffered(AT_ONCE));
    while let Some(part) = parts.next().await {
        let (content, mut reader) = part?;
        while reader.next(&mut line)? {
            match content {
                Content::Entities => {
                    let entity: StoredEntity<'_> = reader.parse(&line)?;
                    let rank = if entity.patch { rank::PATCH } else { rank::FOUND };
                    let key = sort::key(&entity.kind, &entity.key, rank);
                    entities.push(&key, line.as_bytes())?;
                }
                Content::References => references.push(&reader.parse(&line)?, &line)?,
                // What is kept for the next job is no part of the graph, and no manifest names it.
                Content::Items | Content::Changes => (),
            }
        }
    }
    Ok((entities.sorted()?, references))
}

async fn read(context: &Context, part: Part) -> Result<(Content, PartReader), Error> {
    let object = context.store.get(&part.name).await?;
    let object = object.ok_or_else(|| Error::Unknown(part.name.clone()))?;
    Ok((part.content, PartReader::new(&part.name, object.body)?))
}

/// The names by which a reference finds its ends.
#[derive(Deserialize)]
struct Ends<'l> {
    #[serde(borrow)]
    from: End<'l>,
    #[serde(borrow)]
    to: End<'l>,
    #[serde(default)]
    target_first: bool,
}

/// One end of a reference, which has a name unless it is known.
#[derive(Deserialize)]
struct End<'l> {
    #[serde(borrow, default)]
    name: Option<Cow<'l, str>>,
}

impl References {
    fn push(&mut self, ends: &Ends<'_>, line: &str) -> Result<(), Error> {
        let Ends { from, to, target_first } = ends;
        let (sorter, name) = match (&from.name, &to.name) {
            (Some(_), Some(name)) if *target_first => (&mut self.both, &**name),
            (Some(name), Some(_)) => (&mut self.both, &**name),
            (Some(name), None) | (None, Some(name)) => (&mut self.one, &**name),
            (None, None) => (&mut self.none, ""),
        };
        Ok(sorter.push(name.as_bytes(), line.as_bytes())?)
    }
}
