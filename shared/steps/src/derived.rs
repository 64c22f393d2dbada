//! Relationships that no list says, and that follow from those that lists say.

use graph::RelationshipClass;

use crate::entity::EntityType;
use crate::integration::Integration;
use crate::step::Setting;

/// A rule: what is in something that is in something is in that, too.
///
/// It is no step, for it reads nothing. It goes by the relationships that the snapshot has in the
/// end, those that are carried forward included, so that it never contradicts them.
#[derive(Debug)]
pub struct Derived {
    /// Names the rule in plans and documents, as a step's id names that. Never changes.
    pub id: &'static str,
    /// What it finds, for people.
    pub name: &'static str,
    /// The integration that it belongs to.
    pub integration: Integration,
    /// What an instance must be configured with for it to apply.
    pub setting: Setting,
    /// The ingestion source that switches it.
    pub ingestion_source: Option<&'static str>,
    /// The type of entity that is in others of its type.
    pub of: &'static EntityType,
    /// The type of the relationships from one of them to another that is in it.
    pub nesting: &'static str,
    /// Which relationships it hands up, and what becomes of them.
    pub members: &'static [Member],
    /// To how many at most of those that something is in, however deep, it hands up what is in
    /// that: the nearest. What is nested by mistake, each in each, would otherwise fill any disk.
    pub most: usize,
}

/// A type of relationship that is handed up.
#[derive(Debug)]
pub struct Member {
    /// The type of the relationship that lists say.
    pub direct: &'static str,
    /// The type of the one that follows.
    pub becomes: &'static str,
    /// How its ends relate.
    pub class: RelationshipClass,
    /// The type of the entity where it ends.
    pub to: &'static EntityType,
}

/// The properties of every relationship that follows from others, with what they mean.
pub(crate) const PROPERTIES: [(&str, &str); 3] = [
    ("isTransitive", "Always true."),
    ("depth", "How many relationships it follows from at least: two or more."),
    ("via", "The key of the entity that the member is directly in, on a way of that depth."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::registry::{DERIVED, STEPS, derives};

    #[test]
    fn rules_follow_from_what_steps_find() {
        for rule in DERIVED {
            let found: BTreeSet<String> =
                STEPS.iter().flat_map(|step| step.relationships()).map(|it| it.kind).collect();
            let direct = rule.members.iter().map(|it| it.direct);
            for kind in direct.chain([rule.nesting]) {
                assert!(found.contains(kind), "no step finds {kind}");
            }
            for member in rule.members {
                let is_new = !STEPS.iter().any(|step| step.may_relate(member.becomes));
                assert!(is_new, "a step finds {}", member.becomes);
                assert!(std::ptr::eq(derives(member.becomes).unwrap(), *rule));
            }
        }
    }

    #[test]
    fn rules_are_named_and_switched_like_steps() {
        for rule in DERIVED {
            assert!(STEPS.iter().all(|step| step.id != rule.id), "{} is a step, too", rule.id);
            let source = rule.ingestion_source.unwrap();
            assert!(
                rule.integration.ingestion_sources().contains(&source),
                "nothing switches {}",
                rule.id
            );
            assert!(rule.most > 0);
        }
    }
}
