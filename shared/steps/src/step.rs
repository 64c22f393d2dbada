//! What a step is.
//!
//! A step is data. To add one, declare it, name it in the registry, and record a page of it; there
//! is nothing to call.

use graph::{Direction, Entity, Key, Name, RelationshipClass, Unresolved};
use serde_json::{Map, Value};

use crate::convert::{Item, Output, Scope};
use crate::entity::{EntityType, Property};
use crate::integration::Integration;
use crate::list::List;

/// A list to read, and the graph that its items become.
#[derive(Debug)]
pub struct Step {
    /// Names the step in events, queues, object names, logs and documents. Never changes.
    pub id: &'static str,
    /// What it reads, for people.
    pub name: &'static str,
    /// The integration that it belongs to.
    pub integration: Integration,
    /// Ids of the reference integration's steps that this one makes needless, and other spellings.
    /// Asking for one of them runs this step.
    pub covers: &'static [&'static str],
    /// What an instance must be configured with for the step to run.
    pub needs: Needs,
    /// The ingestion source that switches it, if it can be switched off.
    pub ingestion_source: Option<&'static str>,
    /// The list that is read.
    pub list: List,
    /// What the collector must be allowed to do.
    pub permissions: &'static [Permission],
    /// What each item becomes, unless only its relationships matter.
    pub emits: Option<&'static EntityType>,
    /// The properties that the step adds to entities of `emits`, which another step finds. Empty if
    /// it finds them itself.
    pub patches: &'static [Property],
    /// What stands in an item and is an entity of its own.
    pub parts: &'static [Part],
    /// How each item relates to other entities.
    pub links: &'static [Link],
    /// The key of an item, where it is not its id.
    pub key: fn(&Item<'_>) -> Option<Key>,
    /// The names that an item's entity answers to besides its key. A patch adds them to those it has.
    pub aliases: fn(&Item<'_>) -> Vec<Name>,
    /// Sets the properties that no single field holds.
    pub refine: fn(&Item<'_>, &mut Entity),
    /// Adds the entities and references that no declaration describes.
    pub relate: fn(&Item<'_>, &mut Output),
    /// The types of the entities that `relate` adds.
    pub adds: &'static [&'static EntityType],
    /// The properties that `relate` adds to entities of other types, which other steps find.
    pub extends: &'static [(&'static EntityType, &'static [&'static str])],
    /// Whether `relate` discovers subscriptions that instances may be made for.
    pub discovers: bool,
    /// The id of the step that it stands in for: it only reads anything if that one could not, and what it
    /// finds is then as good.
    pub instead_of: Option<&'static str>,
    /// The item to go by where the list cannot be read, for an entity that has to exist.
    pub stand_in: Option<fn(&Scope) -> Value>,
}

impl Step {
    /// A step of every instance, for declaring others with `..Step::NEW`.
    pub const NEW: Self = Self {
        id: "",
        name: "",
        integration: Integration::Azure,
        covers: &[],
        needs: Needs::Nothing,
        ingestion_source: None,
        list: List::resource_manager("/", "-"),
        permissions: &[],
        emits: None,
        patches: &[],
        parts: &[],
        links: &[],
        key: |item| item.id().map(Key::new),
        aliases: |_| Vec::new(),
        refine: |_, _| (),
        relate: |_, _| (),
        adds: &[],
        extends: &[],
        discovers: false,
        instead_of: None,
        stand_in: None,
    };

    /// A step that reads the directory, for declaring others with `..Step::DIRECTORY`.
    pub const DIRECTORY: Self = Self { needs: Needs::Directory, ..Self::NEW };

    /// A step that reads a subscription, for declaring others with `..Step::SUBSCRIPTION`.
    pub const SUBSCRIPTION: Self = Self { needs: Needs::Subscription, ..Self::NEW };

    /// A step that reads what all subscriptions belong to, for declaring others with
    /// `..Step::SUBSCRIPTIONS`.
    pub const SUBSCRIPTIONS: Self = Self { needs: Needs::SubscriptionInstances, ..Self::NEW };

    /// A step of Microsoft 365, for declaring others with `..Step::MICROSOFT365`.
    pub const MICROSOFT365: Self = Self { integration: Integration::Microsoft365, ..Self::NEW };

    /// A step that reads Microsoft Intune, for declaring others with `..Step::INTUNE`.
    pub const INTUNE: Self = Self { needs: Needs::Intune, ..Self::MICROSOFT365 };
}

/// What an instance must be configured with for a step to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the step always runs.
    Nothing,
    /// `ingestActiveDirectory`.
    Directory,
    /// A `subscriptionId`.
    Subscription,
    /// `configureSubscriptionInstances`.
    SubscriptionInstances,
    /// A tenant with Microsoft Intune.
    Intune,
}

/// Something that the collector must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// An application permission of Microsoft Graph, such as `User.Read.All`.
    Graph(&'static str),
    /// An action of Azure Resource Manager, such as `Microsoft.Compute/disks/read`.
    Action(&'static str),
    /// An action on data, such as `Microsoft.KeyVault/vaults/secrets/readMetadata/action`.
    DataAction(&'static str),
}

/// Something that stands in an item and is an entity of its own.
#[derive(Debug)]
pub struct Part {
    /// Where it stands.
    pub at: &'static str,
    /// What it becomes.
    pub emits: &'static EntityType,
    /// How the item's entity relates to it.
    pub class: RelationshipClass,
    /// How it relates to other entities.
    pub links: &'static [Link],
    /// The names that its entity answers to besides its key.
    pub aliases: fn(&Item<'_>) -> Vec<Name>,
    /// Sets the properties that no single field holds. The item is the part; its parent the whole.
    pub refine: fn(&Item<'_>, &mut Entity),
}

/// Stands for the path of a link to what the item belongs to: the parent that its list is of.
pub const PARENT: &str = "..";

/// How an item relates to the entities that it refers to.
#[derive(Debug)]
pub struct Link {
    /// How the ends relate.
    pub class: RelationshipClass,
    /// Which way the relationship points, seen from the item.
    pub direction: Direction,
    /// The types of entity that the item may refer to; empty for any.
    pub to: &'static [&'static EntityType],
    /// Where the item holds what the reference is made of; [`PARENT`] for what the item belongs to;
    /// empty if [`Step::relate`] finds it.
    pub path: &'static str,
    /// The name that a value at the path stands for, if any.
    pub by: fn(&str, &Scope) -> Option<Name>,
    /// The type of the relationship, where it is not composed of the ends' types.
    pub kind: Option<&'static str>,
    /// The properties that the item's entity takes over from the entity that answers to the name.
    pub borrow: &'static [&'static str],
    /// What relates in the item's place, and where the item holds its id.
    pub subject: Option<(&'static EntityType, &'static str)>,
    /// What is known about the relationship itself.
    pub properties: fn(&str, &Item<'_>) -> Map<String, Value>,
    /// What becomes of the reference if nothing answers to the name.
    pub unresolved: fn(&str, &Item<'_>) -> Unresolved,
    /// The types of the mapped relationships that may become of it.
    pub maps: &'static [&'static str],
}

impl Link {
    /// The item relates to the entities of some types whose ids are at `path`.
    #[must_use]
    pub const fn new(
        class: RelationshipClass,
        to: &'static [&'static EntityType],
        path: &'static str,
    ) -> Self {
        Self {
            class,
            direction: Direction::Forward,
            to,
            path,
            by: |id, _| Some(Name::of_id(id)),
            kind: None,
            borrow: &[],
            subject: None,
            properties: |_, _| Map::new(),
            unresolved: |_, _| Unresolved::Drop,
            maps: &[],
        }
    }

    /// The item uses the entities whose ids are at `path`.
    #[must_use]
    pub const fn uses(to: &'static [&'static EntityType], path: &'static str) -> Self {
        Self::new(RelationshipClass::Uses, to, path)
    }

    /// The entities whose ids are at `path` have the item.
    #[must_use]
    pub const fn of(to: &'static [&'static EntityType], path: &'static str) -> Self {
        Self::new(RelationshipClass::Has, to, path).reverse()
    }

    /// What the item belongs to has the item, or contains it, and so on.
    #[must_use]
    pub const fn of_parent(class: RelationshipClass) -> Self {
        Self::new(class, &[], PARENT).reverse()
    }

    /// The relationship points from the other entity to the item.
    #[must_use]
    pub const fn reverse(self) -> Self {
        Self { direction: Direction::Reverse, ..self }
    }

    /// What is at the path stands for another name than that of an id.
    #[must_use]
    pub const fn by(self, by: fn(&str, &Scope) -> Option<Name>) -> Self {
        Self { by, ..self }
    }

    /// The relationship has a type of its own.
    #[must_use]
    pub const fn kind(self, kind: &'static str) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// The item's entity takes over properties of the entity that it refers to.
    #[must_use]
    pub const fn borrow(self, borrow: &'static [&'static str]) -> Self {
        Self { borrow, ..self }
    }

    /// It is not the item that relates, but what the item belongs to: the entity of a type whose id
    /// is at `path`.
    #[must_use]
    pub const fn subject(self, kind: &'static EntityType, path: &'static str) -> Self {
        Self { subject: Some((kind, path)), ..self }
    }

    /// The relationship itself has properties.
    #[must_use]
    pub const fn with(self, properties: fn(&str, &Item<'_>) -> Map<String, Value>) -> Self {
        Self { properties, ..self }
    }

    /// A reference to an entity that is not found becomes a mapped relationship of one of some
    /// types.
    #[must_use]
    pub const fn or_map(
        self,
        maps: &'static [&'static str],
        unresolved: fn(&str, &Item<'_>) -> Unresolved,
    ) -> Self {
        Self { unresolved, maps, ..self }
    }
}
