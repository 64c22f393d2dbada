//! What has changed in the directory since the tenant began. This alone is kept; it grows with the
//! changes and not with the tenant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use serde_json::Value;

use super::Object;
use super::object_kind::ObjectKind;
use super::reference::Reference;

/// What has changed in the directory.
#[derive(Debug, Default)]
pub(crate) struct History {
    past: RwLock<Past>,
    /// Held while something changes, so that changes come one after the other.
    changing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Past {
    events: Vec<Event>,
    fates: BTreeMap<Reference, Arc<Fate>>,
    created: BTreeMap<ObjectKind, Vec<Reference>>,
}

/// Something that happened to an object.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) subject: Reference,
    pub(crate) what: What,
}

/// What happened to an object.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Created,
    /// A property has another value.
    Changed(&'static str, Value),
    /// It can be restored.
    Deleted,
    /// It cannot.
    Purged,
    Added(Reference),
    Removed(Reference),
}

/// What has become of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    pub(crate) removal: Option<Removal>,
    properties: BTreeMap<&'static str, Value>,
    /// Members that it got beside those of the beginning. None ever moves, so that a list of them
    /// may be read whatever happens meanwhile.
    pub(crate) added: Vec<Reference>,
    /// Members that it has no more, of both.
    pub(crate) removed: BTreeSet<Reference>,
}

/// How an object has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It can be restored.
    Deleted,
    /// It cannot.
    Purged,
}

impl History {
    fn past(&self) -> RwLockReadGuard<'_, Past> {
        self.past.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps others from changing anything meanwhile.
    pub(crate) fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has become of an object; nothing if nothing ever happened to it.
    pub(crate) fn fate(&self, object: Reference) -> Option<Arc<Fate>> {
        self.past().fates.get(&object).cloned()
    }

    /// Whether an object was there once and is no more.
    pub(crate) fn is_gone(&self, object: Reference) -> bool {
        self.past().fates.get(&object).is_some_and(|fate| fate.removal.is_some())
    }

    /// How many objects of a kind have been created.
    pub(crate) fn created(&self, kind: ObjectKind) -> u64 {
        self.past().created.get(&kind).map_or(0, |created| created.len() as u64)
    }

    /// One of the objects of a kind that have been created, in that order.
    pub(crate) fn created_at(&self, kind: ObjectKind, place: u64) -> Option<Reference> {
        self.past().created.get(&kind)?.get(usize::try_from(place).ok()?).copied()
    }

    /// How many objects of a type have gone.
    pub(crate) fn gone(&self, type_name: &str) -> u64 {
        let past = self.past();
        let gone = past.fates.iter().filter(|(_, fate)| fate.removal.is_some());
        gone.filter(|(object, _)| object.type_name() == type_name).count() as u64
    }

    /// What has got a member since the beginning.
    pub(crate) fn holders_of(&self, member: Reference) -> Vec<Reference> {
        let past = self.past();
        let holders = past.fates.iter().filter(|(_, fate)| fate.added.contains(&member));
        holders.map(|(holder, _)| *holder).collect()
    }

    /// How much has happened so far.
    pub(crate) fn length(&self) -> usize {
        self.past().events.len()
    }

    /// What happened from one length of the history to another.
    pub(crate) fn between(&self, from: usize, to: usize) -> Vec<Event> {
        self.past().events.get(from..to).map(<[Event]>::to_vec).unwrap_or_default()
    }

    /// Lets something happen.
    pub(crate) fn record(&self, subject: Reference, what: What) {
        let mut past = self.past.write().unwrap_or_else(PoisonError::into_inner);
        if let (What::Created, Some(kind)) = (&what, ObjectKind::of(subject)) {
            past.created.entry(kind).or_default().push(subject);
        } else {
            let fate = Arc::make_mut(past.fates.entry(subject).or_default());
            match &what {
                What::Created => {}
                What::Changed(name, value) => {
                    fate.properties.insert(name, value.clone());
                }
                What::Deleted => fate.removal = Some(Removal::Deleted),
                What::Purged => fate.removal = Some(Removal::Purged),
                What::Added(member) => {
                    if !fate.removed.remove(member) {
                        fate.added.push(*member);
                    }
                }
                What::Removed(member) => {
                    fate.removed.insert(*member);
                }
            }
        }
        past.events.push(Event { subject, what });
    }
}

/// An object of which some properties have changed.
pub(crate) struct Changed<'a> {
    pub(crate) object: Box<dyn Object + 'a>,
    pub(crate) fate: Arc<Fate>,
}

impl Object for Changed<'_> {
    fn type_name(&self) -> &'static str {
        self.object.type_name()
    }

    fn defaults(&self) -> &'static [&'static str] {
        self.object.defaults()
    }

    fn property(&self, name: &str) -> Option<Value> {
        let changed = self.fate.properties.get(name).cloned();
        changed.or_else(|| self.object.property(name))
    }
}
