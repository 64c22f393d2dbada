//! What a round of a delta query tells of: everything, or what has changed.

use std::collections::{BTreeMap, BTreeSet};

use super::collection::Collection;
use super::state::State;
use crate::world::directory::history::{Event, Removal, What};
use crate::world::directory::membership::Membership;
use crate::world::directory::reference::Reference;
use crate::world::random::coprime;
use crate::world::tenant::Tenant;

/// What a round tells of.
pub(super) struct Round<'a> {
    tenant: &'a Tenant,
    tracks_members: bool,
    subjects: Subjects,
    /// The objects come in an order that has nothing to do with what happened when.
    step: u64,
}

enum Subjects {
    /// All objects of a collection.
    All(Collection, u64),
    /// Some objects, each with what has changed of it; nothing where all of it is told.
    Some(Vec<(Reference, Option<Summary>)>),
}

/// What has happened to an object.
#[derive(Clone, Debug, Default)]
struct Summary {
    is_new: bool,
    properties: BTreeSet<&'static str>,
    /// Whether they are members now.
    members: BTreeMap<Reference, bool>,
}

/// An object that a round tells of.
pub(super) struct Subject<'a> {
    pub(super) object: Reference,
    /// Why it has gone, if it has.
    pub(super) removed: Option<&'static str>,
    /// The names of the properties that have changed; nothing if the client does not know it yet.
    pub(super) changed: Option<BTreeSet<&'static str>>,
    pub(super) members: Option<Members<'a>>,
}

/// The members that a round tells of.
pub(super) enum Members<'a> {
    All(Membership<'a>),
    Some(Vec<(Reference, bool)>),
}

impl Members<'_> {
    /// How many places there are. Some may be empty.
    pub(super) fn total(&self) -> u64 {
        match self {
            Self::All(members) => members.total(),
            Self::Some(members) => members.len() as u64,
        }
    }

    /// The member at a place, and whether it is one now.
    pub(super) fn get(&self, place: u64) -> Option<(Reference, bool)> {
        match self {
            Self::All(members) => Some((members.get(place)?, true)),
            Self::Some(members) => members.get(usize::try_from(place).ok()?).copied(),
        }
    }
}

impl<'a> Round<'a> {
    pub(super) fn new(tenant: &'a Tenant, collection: Collection, state: &State) -> Self {
        let mut objects: Vec<Reference> =
            state.ids.iter().filter_map(|id| Reference::find_ever(tenant, id)).collect();
        objects.retain(|object| collection.holds(*object));
        let subjects = match state.from {
            None if state.ids.is_empty() => Subjects::All(collection, state.total),
            None => Subjects::Some(objects.into_iter().map(|object| (object, None)).collect()),
            Some(from) => {
                let changed = summaries(tenant, collection, from, state).into_iter();
                let changed =
                    changed.filter(|(object, _)| state.ids.is_empty() || objects.contains(object));
                Subjects::Some(changed.map(|(object, summary)| (object, Some(summary))).collect())
            }
        };
        let total = subjects.total();
        let tracks_members = state.tracks_members(collection);
        Self { tenant, tracks_members, subjects, step: coprime(total.max(1), total * 5 / 8) }
    }

    /// How many places there are.
    pub(super) fn total(&self) -> u64 {
        self.subjects.total()
    }

    /// The object at a place; nothing if there is nothing to be told.
    pub(super) fn at(&self, place: u64) -> Option<Subject<'a>> {
        let place = place * self.step % self.total().max(1);
        let (object, summary) = match &self.subjects {
            Subjects::All(collection, _) => (collection.at(self.tenant, place), None),
            Subjects::Some(subjects) => {
                let (object, summary) = subjects.get(usize::try_from(place).ok()?)?;
                (*object, summary.as_ref())
            }
        };
        let removal = self.tenant.history.fate(object).and_then(|fate| fate.removal);
        // Who asks for everything is told of what can be restored, and not of what never comes
        // back.
        let removed = match removal {
            Some(Removal::Purged) if summary.is_none() => return None,
            Some(Removal::Purged) => Some("deleted"),
            Some(Removal::Deleted) => Some("changed"),
            None => None,
        };
        let known = summary.filter(|summary| !summary.is_new);
        let members = match known {
            _ if !self.tracks_members => None,
            None => Some(Members::All(Membership::of(self.tenant, object))),
            Some(summary) => Some(Members::Some(
                summary.members.iter().map(|(member, is_there)| (*member, *is_there)).collect(),
            )),
        };
        let changed = known.map(|summary| summary.properties.clone());
        Some(Subject { object, removed, changed, members })
    }
}

impl Subjects {
    fn total(&self) -> u64 {
        match self {
            Self::All(_, total) => *total,
            Self::Some(subjects) => subjects.len() as u64,
        }
    }
}

/// What has happened to each object of a collection, as far as the client tracks it.
fn summaries(
    tenant: &Tenant,
    collection: Collection,
    from: usize,
    state: &State,
) -> BTreeMap<Reference, Summary> {
    let tracks_members = state.tracks_members(collection);
    let mut summaries: BTreeMap<Reference, Summary> = BTreeMap::new();
    let events = tenant.history.between(from, state.to);
    if tracks_members {
        // Documented: a member is told to be removed also where the object itself was deleted.
        let is_removal = |event: &&Event| matches!(event.what, What::Deleted | What::Purged);
        let gone = events.iter().filter(is_removal).map(|event| event.subject).collect();
        for holder in (0..collection.places(tenant)).map(|place| collection.at(tenant, place)) {
            for member in Membership::of(tenant, holder).of_these(&gone) {
                summaries.entry(holder).or_default().members.insert(member, false);
            }
        }
    }
    for event in events {
        if !collection.holds(event.subject) {
            continue;
        }
        let is_told = match event.what {
            What::Created | What::Deleted | What::Purged => true,
            What::Changed(name, _) => state.tracks(name),
            What::Added(_) | What::Removed(_) => tracks_members,
        };
        if !is_told {
            continue;
        }
        let summary = summaries.entry(event.subject).or_default();
        match event.what {
            What::Created => summary.is_new = true,
            What::Deleted | What::Purged => {}
            What::Changed(name, _) => {
                summary.properties.insert(name);
            }
            What::Added(member) => {
                summary.members.insert(member, true);
            }
            What::Removed(member) => {
                summary.members.insert(member, false);
            }
        }
    }
    summaries
}
