//! What a step may find, as far as it is declared: for ledgers, documents and checks.

use std::collections::BTreeSet;

use graph::{Direction, RelationshipClass, relationship_type};

use crate::becomes::{Becomes, Emits};
use crate::entity::{EntityType, RESOURCE_GROUP_KIND};
use crate::link::{At, Link, Subject};
use crate::list::Listed;
use crate::property::Property;
use crate::resource_type::ResourceType;
use crate::sources::OFF_BY_DEFAULT;
use crate::step::Step;

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
        let mut types: Vec<&'static EntityType> = Vec::new();
        for becomes in self.becomes.all() {
            let hooked = becomes.hook.iter().flat_map(|it| it.adds);
            for of in becomes.finds().iter().chain(hooked) {
                if !types.iter().any(|it| std::ptr::eq(*it, *of)) {
                    types.push(of);
                }
            }
        }
        types.into_iter()
    }

    /// The type of the entity that each item is, if the step finds it and each is of one type.
    #[must_use]
    pub fn emits(&self) -> Option<&'static EntityType> {
        match self.becomes.emits {
            Emits::One(of) => Some(of),
            _ => None,
        }
    }

    /// The types of the entities that its items become, or add properties to: what a ledger tells
    /// of.
    pub fn read_types(&self) -> impl Iterator<Item = &'static EntityType> {
        let patched = match self.becomes.emits {
            Emits::Patch(of, _) => vec![of],
            Emits::PatchOfParent(_) => self.list.parents.to_vec(),
            _ => Vec::new(),
        };
        self.entity_types().chain(patched)
    }

    /// The type of resource of the step's list, if Azure Resource Graph knows whether the
    /// subscription has any of it: the types that lie in resource groups by themselves, and some
    /// that belong to them. Of others it knows some, in other tables or at other times.
    #[must_use]
    pub fn indexed(&self) -> Option<ResourceType> {
        if let Listed::Type(resource) = self.list.place.resource
            && resource.is_indexed_child()
        {
            return Some(resource);
        }
        let is_contained = self.becomes.finds().iter().any(|of| of.is_contained);
        self.list.resource().filter(|it| is_contained && !it.is_child())
    }

    /// Whether the step tells of the subscriptions that instances may be made for.
    #[must_use]
    pub fn discovers(&self) -> bool {
        self.becomes.discovers.is_some()
    }

    /// The links of its items, and of what stands in them.
    pub fn all_links(&self) -> impl Iterator<Item = &'static Link> {
        let links = self.becomes.all().into_iter().flat_map(|it| it.links);
        links.collect::<Vec<_>>().into_iter()
    }

    /// Whether the step only runs for an instance that names its ingestion source.
    #[must_use]
    pub fn is_off_by_default(&self) -> bool {
        self.needs.ingestion_source.is_some_and(|source| OFF_BY_DEFAULT.contains(&source))
    }

    /// The properties that the step adds to entities of some types, which other steps find.
    #[must_use]
    pub fn patches(&self) -> Vec<(&'static EntityType, &'static Property)> {
        let mut patches = Vec::new();
        for becomes in self.becomes.all() {
            match becomes.emits {
                Emits::Patch(of, properties) => {
                    patches.extend(properties.iter().map(|it| (of, it)));
                }
                Emits::Extension(of, names) => patches.extend(extended(of, names)),
                Emits::PatchOfParent(properties) => {
                    let parents = self.list.parents.iter();
                    patches.extend(parents.flat_map(|of| properties.iter().map(|it| (*of, it))));
                }
                _ => (),
            }
            let hooked = becomes.hook.iter().flat_map(|it| it.extends);
            patches.extend(hooked.flat_map(|(of, names)| extended(of, names)));
        }
        patches
    }

    /// The types of the entities that the step adds properties to, and other steps find.
    pub fn patched_types(&self) -> impl Iterator<Item = &'static EntityType> {
        let mut types: Vec<&'static EntityType> = Vec::new();
        for (of, _) in self.patches() {
            if !types.iter().any(|it| std::ptr::eq(*it, of)) {
                types.push(of);
            }
        }
        types.into_iter()
    }

    /// The declaration of a property that the step sets of entities of a type, if it does.
    #[must_use]
    pub fn property(&self, kind: &str, name: &str) -> Option<&'static Property> {
        let own = self.entity_types().find(|of| of.kind == kind).and_then(|of| of.property(name));
        own.or_else(|| {
            let mut patches = self.patches().into_iter();
            patches.find(|(of, it)| of.kind == kind && it.name == name).map(|(_, it)| it)
        })
    }

    /// The relationships that the step may find, in order.
    #[must_use]
    pub fn relationships(&self) -> BTreeSet<Relationship> {
        let mut found = BTreeSet::new();
        self.becomes.declare(self.list.parents, &mut Vec::new(), &mut found);
        found
    }
}

/// The declarations of some properties of a type.
fn extended(
    of: &'static EntityType,
    names: &'static [&'static str],
) -> impl Iterator<Item = (&'static EntityType, &'static Property)> {
    names.iter().filter_map(move |name| Some((of, of.property(name)?)))
}

impl Becomes {
    /// Adds the relationships that it makes, and those that its nested entities make. `parents` are
    /// the types of what it belongs to. `seen` is what stands in itself, and was declared.
    fn declare<'b>(
        &'b self,
        parents: &[&'static EntityType],
        seen: &mut Vec<&'b Self>,
        found: &mut BTreeSet<Relationship>,
    ) {
        if seen.iter().any(|it| std::ptr::eq(*it, self)) {
            return;
        }
        seen.push(self);
        let own = self.kinds(parents);
        for link in self.links {
            let subjects = match link.subject {
                Subject::Item => own,
                Subject::Parent => parents,
                Subject::Other(types, _) => types,
            };
            for of in subjects {
                link.declare(of.kind, parents, found);
            }
            link.declare_mapped(subjects, found);
        }
        for of in self.finds().iter().filter(|of| of.is_contained) {
            let has = RelationshipClass::Has;
            found.insert(Relationship::new(RESOURCE_GROUP_KIND, has, of.kind, None));
        }
        let wholes = if own.is_empty() { parents } else { own };
        self.nested.iter().for_each(|it| it.becomes.declare(wholes, seen, found));
    }
}

impl Step {
    /// Whether the step may find relationships of a type.
    #[must_use]
    pub fn may_relate(&self, kind: &str) -> bool {
        self.relationships().iter().any(|it| it.may_be(kind))
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
        let others = if matches!(self.at, At::Parent) { parents } else { self.to };
        let mut others: Vec<&'static str> = others.iter().map(|it| it.kind).collect();
        if others.is_empty() {
            others.push(ANY);
        }
        for other in others {
            let (from, to) = self.ends(item, other);
            found.insert(Relationship::new(from, self.class, to, self.relationship.kind));
        }
    }

    /// Adds the mapped relationships that the link makes of entities of some types. One end of them
    /// is not found, and may be of any type; so may the other, if it may be of several.
    fn declare_mapped(&self, subjects: &[&'static EntityType], found: &mut BTreeSet<Relationship>) {
        let (item, other) = match (subjects, self.to) {
            ([item], _) => (item.kind, ANY),
            (_, [other]) => (ANY, other.kind),
            _ => (ANY, ANY),
        };
        let (from, to) = self.ends(item, other);
        found.extend(self.maps.iter().map(|kind| Relationship {
            is_mapped: true,
            ..Relationship::new(from, self.class, to, Some(kind))
        }));
    }

    /// Where the relationship between an item and another entity starts, and where it ends.
    const fn ends<T: Copy>(&self, item: T, other: T) -> (T, T) {
        match self.direction {
            Direction::Forward => (item, other),
            Direction::Reverse => (other, item),
        }
    }
}

impl Relationship {
    fn new(
        from: &'static str,
        class: RelationshipClass,
        to: &'static str,
        kind: Option<&str>,
    ) -> Self {
        let kind = kind.map_or_else(|| composed(from, class, to), str::to_owned);
        Self { kind, from, class, to, is_mapped: false }
    }

    /// Whether its type may be the one with a name: the type of an end that may be any is part of
    /// the relationship's.
    fn may_be(&self, kind: &str) -> bool {
        let Some((before, _)) = self.kind.split_once(ANY) else { return self.kind == kind };
        if self.from != ANY {
            return kind.starts_with(before);
        }
        let class = format!("_{}_", self.class.as_str().to_lowercase());
        kind.match_indices(&class).any(|(at, _)| {
            self.to == ANY || relationship_type(&kind[..at], self.class, self.to) == kind
        })
    }
}

/// The type of a relationship, with a star for the part that depends on an end of any type. Where
/// it starts anywhere, that shares the first word with where it ends, which is the provider's.
fn composed(from: &str, class: RelationshipClass, to: &str) -> String {
    match to.split_once('_') {
        Some((_, rest)) if from == ANY => relationship_type(from, class, rest),
        _ => relationship_type(from, class, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn an_end_of_any_type_is_part_of_the_relationship() {
        let may_be = |from, to, kind: &str| {
            Relationship::new(from, RelationshipClass::Has, to, None).may_be(kind)
        };
        let state = "azure_policy_state";
        assert_eq!(composed(ANY, RelationshipClass::Has, state), "*_has_policy_state");
        assert!(may_be(ANY, state, "azure_vm_has_policy_state"));
        assert!(may_be(ANY, state, "azure_policy_assignment_has_state"));
        assert!(!may_be(ANY, state, "azure_vm_has_state"));
        assert!(!may_be(ANY, state, "azure_vm_uses_policy_state"));
        assert!(may_be(state, ANY, "azure_policy_state_has_vm"));
        assert!(!may_be(state, ANY, "azure_policy_set_has_vm"));
        assert!(may_be("azure_vm", state, "azure_vm_has_policy_state"));
    }

    #[test]
    fn a_resource_group_has_its_resources() {
        let disks = find("rm-compute-virtual-machine-disks").unwrap();
        let relationships: Vec<_> = disks.relationships().into_iter().map(|it| it.kind).collect();
        assert!(relationships.iter().any(|it| it == "azure_resource_group_has_managed_disk"));
    }
}
