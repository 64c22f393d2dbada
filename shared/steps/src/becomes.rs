//! What an item becomes: an entity, what stands in it, and what they are related to.

use graph::{Entity, Key, Name};

use crate::discovery::Discovery;
use crate::entity::EntityType;
use crate::item::Item;
use crate::link::Link;
use crate::output::Output;
use crate::property::Property;

/// What an item becomes, or something that stands in an item.
#[derive(Debug)]
pub struct Becomes {
    /// The entity that it is.
    pub emits: Emits,
    /// Of which items this holds. Others become nothing.
    pub when: fn(&Item<'_>) -> bool,
    /// The key of its entity, where that is not the item's id.
    pub key: fn(&Item<'_>) -> Option<Key>,
    /// The names that its entity answers to besides its key. A patch adds them to those it has.
    pub aliases: fn(&Item<'_>) -> Vec<Name>,
    /// Sets the properties that no single field holds.
    pub refine: fn(&Item<'_>, &mut Entity),
    /// How it relates to other entities.
    pub links: &'static [Link],
    /// What stands in it and becomes something of its own.
    pub nested: &'static [Nested],
    /// The subscription that it tells of, which an instance may be made for.
    pub discovers: Option<fn(&Item<'_>) -> Option<Discovery>>,
    /// Where it holds secrets, and other things that must not be kept: they are left out of what is
    /// stored.
    pub conceals: &'static [&'static str],
    /// What no declaration can say of it.
    pub hook: Option<Hook>,
}

/// The entity that an item is.
#[derive(Clone, Copy, Debug)]
pub enum Emits {
    /// None: only its relationships matter.
    Nothing,
    /// One of a type.
    One(&'static EntityType),
    /// One of the type that a function chooses among several; nothing if it chooses none.
    Choice(fn(&Item<'_>) -> Option<&'static EntityType>, &'static [&'static EntityType]),
    /// One that another step finds, and that properties are added to.
    Patch(&'static EntityType, &'static [Property]),
    /// One that another step finds, and some of whose declared properties only this tells.
    Extension(&'static EntityType, &'static [&'static str]),
    /// What the item belongs to, whatever its type, and properties are added to it.
    PatchOfParent(&'static [Property]),
    /// One that another step finds. Only its relationships matter.
    Known(&'static EntityType),
}

/// Something that stands in an item and becomes something of its own. The item is what it belongs
/// to.
#[derive(Debug)]
pub struct Nested {
    /// Where it stands; empty for the item itself, where one item becomes several entities.
    pub at: &'static str,
    /// What it becomes.
    pub becomes: Becomes,
}

impl Nested {
    /// What stands at a path of an item, and what it becomes.
    #[must_use]
    pub const fn at(at: &'static str, becomes: Becomes) -> Self {
        Self { at, becomes }
    }

    /// The item itself, and what it becomes besides.
    #[must_use]
    pub const fn besides(becomes: Becomes) -> Self {
        Self { at: "", becomes }
    }
}

/// What no declaration can say: a function that adds entities and references, and what it may add.
/// Its relationships are declared by links with [`crate::link::At::Hook`].
#[derive(Clone, Copy, Debug)]
pub struct Hook {
    /// Adds the entities and references.
    pub relate: fn(&Item<'_>, &mut Output),
    /// The types of the entities that it adds.
    pub adds: &'static [&'static EntityType],
    /// The properties that it adds to entities which other steps find.
    pub extends: &'static [(&'static EntityType, &'static [&'static str])],
}

impl Becomes {
    /// Nothing, until something is said of it.
    pub const NOTHING: Self = Self {
        emits: Emits::Nothing,
        when: |_| true,
        key: |item| item.id().map(Key::new),
        aliases: |_| Vec::new(),
        refine: |_, _| (),
        links: &[],
        nested: &[],
        discovers: None,
        conceals: &[],
        hook: None,
    };

    /// An entity of a type.
    #[must_use]
    pub const fn one(of: &'static EntityType) -> Self {
        Self { emits: Emits::One(of), ..Self::NOTHING }
    }

    /// An entity of the type that is chosen among several by the item; nothing if none is.
    #[must_use]
    pub const fn choice(
        among: &'static [&'static EntityType],
        choose: fn(&Item<'_>) -> Option<&'static EntityType>,
    ) -> Self {
        Self { emits: Emits::Choice(choose, among), ..Self::NOTHING }
    }

    /// Properties of an entity that another step finds.
    ///
    /// # Panics
    ///
    /// When compiled, if it adds nothing.
    #[must_use]
    pub const fn patch(of: &'static EntityType, properties: &'static [Property]) -> Self {
        assert!(!properties.is_empty(), "a patch adds something");
        Self { emits: Emits::Patch(of, properties), ..Self::NOTHING }
    }

    /// Properties of what the item belongs to, whatever its type.
    ///
    /// # Panics
    ///
    /// When compiled, if it adds nothing.
    #[must_use]
    pub const fn patch_of_parent(properties: &'static [Property]) -> Self {
        assert!(!properties.is_empty(), "a patch adds something");
        let key = |item: &Item<'_>| item.parent.map(|parent| parent.key.clone());
        Self { emits: Emits::PatchOfParent(properties), key, ..Self::NOTHING }
    }

    /// Declared properties of an entity that another step finds, and does not know.
    #[must_use]
    pub const fn extension(of: &'static EntityType, names: &'static [&'static str]) -> Self {
        Self { emits: Emits::Extension(of, names), ..Self::NOTHING }
    }

    /// Relationships of an entity that another step finds.
    #[must_use]
    pub const fn known(of: &'static EntityType) -> Self {
        Self { emits: Emits::Known(of), ..Self::NOTHING }
    }

    /// Relationships of what the item belongs to, or of what it names.
    #[must_use]
    pub const fn related(links: &'static [Link]) -> Self {
        Self { links, ..Self::NOTHING }
    }

    /// Only of items of which this holds.
    #[must_use]
    pub const fn when(self, when: fn(&Item<'_>) -> bool) -> Self {
        Self { when, ..self }
    }

    /// With a key that is not the item's id.
    #[must_use]
    pub const fn key(self, key: fn(&Item<'_>) -> Option<Key>) -> Self {
        Self { key, ..self }
    }

    /// With names that the entity answers to besides its key.
    #[must_use]
    pub const fn aliases(self, aliases: fn(&Item<'_>) -> Vec<Name>) -> Self {
        Self { aliases, ..self }
    }

    /// With properties that no single field holds.
    #[must_use]
    pub const fn refine(self, refine: fn(&Item<'_>, &mut Entity)) -> Self {
        Self { refine, ..self }
    }

    /// With relationships.
    #[must_use]
    pub const fn links(self, links: &'static [Link]) -> Self {
        Self { links, ..self }
    }

    /// With what stands in it.
    #[must_use]
    pub const fn nested(self, nested: &'static [Nested]) -> Self {
        Self { nested, ..self }
    }

    /// With subscriptions that instances may be made for.
    #[must_use]
    pub const fn discovers(self, discovers: fn(&Item<'_>) -> Option<Discovery>) -> Self {
        Self { discovers: Some(discovers), ..self }
    }

    /// Without what stands at some paths, which must not be kept.
    #[must_use]
    pub const fn conceals(self, conceals: &'static [&'static str]) -> Self {
        Self { conceals, ..self }
    }

    /// With what no declaration can say.
    #[must_use]
    pub const fn hook(self, hook: Hook) -> Self {
        Self { hook: Some(hook), ..self }
    }

    /// This, and what stands in it, however deep. What stands in itself is there once.
    pub(crate) fn all(&self) -> Vec<&Self> {
        fn add<'b>(becomes: &'b Becomes, all: &mut Vec<&'b Becomes>) {
            if all.iter().any(|it| std::ptr::eq(*it, becomes)) {
                return;
            }
            all.push(becomes);
            becomes.nested.iter().for_each(|nested| add(&nested.becomes, all));
        }
        let mut all = Vec::new();
        add(self, &mut all);
        all
    }

    /// The types of the entities that it finds itself, nested ones aside. What it merely patches,
    /// another step finds.
    pub(crate) fn finds(&self) -> &[&'static EntityType] {
        match &self.emits {
            Emits::One(of) => std::slice::from_ref(of),
            Emits::Choice(_, among) => among,
            _ => &[],
        }
    }

    /// The types of the entities that it may be, whoever finds them. `parents` are those of what it
    /// belongs to.
    pub(crate) fn kinds<'b>(
        &'b self,
        parents: &'b [&'static EntityType],
    ) -> &'b [&'static EntityType] {
        match &self.emits {
            Emits::Nothing => &[],
            Emits::One(of) | Emits::Patch(of, _) | Emits::Extension(of, _) | Emits::Known(of) => {
                std::slice::from_ref(of)
            }
            Emits::Choice(_, among) => among,
            Emits::PatchOfParent(_) => parents,
        }
    }
}
