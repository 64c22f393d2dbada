//! What a step may find, as far as it is declared: for ledgers, documents and checks.

use std::collections::BTreeSet;

use graph::{Direction, RelationshipClass, relationship_type};

use crate::arm::resources::resource_groups::RESOURCE_GROUP;
use crate::convert::is_placed;
use crate::entity::{EntityType, Property};
use crate::sources::OFF_BY_DEFAULT;
use crate::step::{Link, PARENT, Step};

/// A type of relationship that a step may find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relationship {
    /// Its type.
    pub kind: String,
    /// The type of the entity where it starts; `*` for any.
    pub from: &'static str,
    /// How the ends relate.
    pub class: RelationshipClass,
    /// The type of the entity where it ends; `*` for any.
    pub to: &'static str,
    /// Whether it stands for a relationship to an entity that was not found.
    pub is_mapped: bool,
}

/// Stands for the type of any entity.
const ANY: &str = "*";

impl Step {
    /// The types of the entities that the step finds. What it merely patches, another step finds.
    pub fn entity_types(&self) -> impl Iterator<Item = &'static EntityType> {
        let emits = self.emits.filter(|_| self.patches.is_empty());
        emits
            .into_iter()
            .chain(self.parts.iter().map(|it| it.emits))
            .chain(self.adds.iter().copied())
    }

    /// Whether the step only runs for an instance that names its ingestion source.
    #[must_use]
    pub fn is_off_by_default(&self) -> bool {
        self.ingestion_source.is_some_and(|source| OFF_BY_DEFAULT.contains(&source))
    }

    /// The types of the entities that the step adds properties to, and other steps find.
    pub fn patched_types(&self) -> impl Iterator<Item = &'static EntityType> {
        let emits = self.emits.filter(|_| !self.patches.is_empty());
        emits.into_iter().chain(self.extends.iter().map(|(of, _)| *of))
    }

    /// The declaration of a property that the step sets of entities of a type, if it does.
    #[must_use]
    pub fn property(&self, kind: &str, name: &str) -> Option<&'static Property> {
        let own = self.entity_types().find(|of| of.kind == kind).and_then(|of| of.property(name));
        let patch = || {
            let patch = self.patches.iter().find(|it| it.name == name);
            patch.filter(|_| self.emits.is_some_and(|of| of.kind == kind))
        };
        let extension = || {
            let (of, _) =
                self.extends.iter().find(|(of, names)| of.kind == kind && names.contains(&name))?;
            of.property(name)
        };
        own.or_else(patch).or_else(extension)
    }

    /// The relationships that the step may find, in order.
    #[must_use]
    pub fn relationships(&self) -> BTreeSet<Relationship> {
        let mut found = BTreeSet::new();
        // What a step without entities relates is what it reads the lists of.
        let items = self.emits.as_slice();
        let items = if items.is_empty() { self.list.parents } else { items };
        for link in self.links {
            // A link with a subject says itself what relates, even if the step has no entities.
            let subject = link.subject.map(|(of, _)| of);
            let items = if subject.is_some() { subject.as_slice() } else { items };
            for item in items {
                link.declare(item.kind, self.list.parents, &mut found);
            }
        }
        for item in items {
            for part in self.parts {
                found.insert(Relationship::new(item.kind, part.class, part.emits.kind, None));
                for link in part.links {
                    link.declare(part.emits.kind, &[item], &mut found);
                }
            }
        }
        if let Some(emits) = self.emits.filter(|it| is_placed(it) && self.patches.is_empty()) {
            let has = RelationshipClass::Has;
            found.insert(Relationship::new(RESOURCE_GROUP.kind, has, emits.kind, None));
        }
        found
    }
}

impl Step {
    /// Whether the step may find relationships of a type.
    #[must_use]
    pub fn may_relate(&self, kind: &str) -> bool {
        self.relationships().iter().any(|it| match it.kind.split_once(ANY) {
            // The type of the end that may be any is part of the relationship's.
            Some((before, after)) => kind.starts_with(before) && kind.ends_with(after),
            None => it.kind == kind,
        })
    }
}

impl Link {
    /// Adds the relationships that the link makes of entities of a type.
    fn declare(
        &self,
        item: &'static str,
        parents: &[&'static EntityType],
        found: &mut BTreeSet<Relationship>,
    ) {
        let item = self.subject.map_or(item, |(it, _)| it.kind);
        let others = if self.path == PARENT { parents } else { self.to };
        let mut others: Vec<&'static str> = others.iter().map(|it| it.kind).collect();
        if others.is_empty() {
            others.push(ANY);
        }
        let ends = |other| match self.direction {
            Direction::Forward => (item, other),
            Direction::Reverse => (other, item),
        };
        for other in others {
            let (from, to) = ends(other);
            found.insert(Relationship::new(from, self.class, to, self.kind));
        }
        let (from, to) = ends(ANY);
        found.extend(self.maps.iter().map(|kind| Relationship {
            is_mapped: true,
            ..Relationship::new(from, self.class, to, Some(kind))
        }));
    }
}

impl Relationship {
    fn new(
        from: &'static str,
        class: RelationshipClass,
        to: &'static str,
        kind: Option<&str>,
    ) -> Self {
        let kind = kind.map_or_else(|| relationship_type(from, class, to), str::to_owned);
        Self { kind, from, class, to, is_mapped: false }
    }
}

#[cfg(test)]
mod tests {
    use crate::registry::find;

    #[test]
    fn what_a_step_finds_is_known_before_it_runs() {
        let step = find("ad-group-members").unwrap();
        let types: Vec<_> = step.entity_types().map(|it| it.kind).collect();
        assert_eq!(types, ["azure_group_member"]);
        let relationships: Vec<_> = step.relationships().into_iter().map(|it| it.kind).collect();
        assert!(relationships.contains(&"azure_user_group_has_user".to_owned()));
        assert!(relationships.contains(&"azure_group_has_member".to_owned()));
    }

    #[test]
    fn a_resource_group_has_its_resources() {
        let disks = find("rm-compute-virtual-machine-disks").unwrap();
        let relationships: Vec<_> = disks.relationships().into_iter().map(|it| it.kind).collect();
        assert_eq!(relationships, ["azure_resource_group_has_managed_disk"]);
    }
}
