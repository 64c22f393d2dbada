//! How entities relate, and what a relationship is called.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How one entity relates to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RelationshipClass {
    /// The source lets the target through, or grants it something.
    Allows,
    /// The source is given the target.
    Assigned,
    /// The source leads to the target.
    Connects,
    /// The target is a part of the source.
    Contains,
    /// The source made the target.
    Created,
    /// The source says what the target is measured by.
    Defines,
    /// The source stops the target.
    Denies,
    /// The source adds something to the target.
    Extends,
    /// The source brought the target about.
    Generated,
    /// The target belongs to the source.
    Has,
    /// The source is how the target became known.
    Identified,
    /// The target is installed on the source.
    Installed,
    /// The source and the target are the same, seen from two sides.
    Is,
    /// The source looks after the target.
    Manages,
    /// The source watches the target.
    Monitors,
    /// The source may change the target, and who else may.
    Owns,
    /// The source did the target.
    Performed,
    /// The source guards the target.
    Protects,
    /// The source believes what the target says.
    Trusts,
    /// The source depends on the target.
    Uses,
}

impl RelationshipClass {
    /// The class as relationships carry it, such as `HAS`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allows => "ALLOWS",
            Self::Assigned => "ASSIGNED",
            Self::Connects => "CONNECTS",
            Self::Contains => "CONTAINS",
            Self::Created => "CREATED",
            Self::Defines => "DEFINES",
            Self::Denies => "DENIES",
            Self::Extends => "EXTENDS",
            Self::Generated => "GENERATED",
            Self::Has => "HAS",
            Self::Identified => "IDENTIFIED",
            Self::Installed => "INSTALLED",
            Self::Is => "IS",
            Self::Manages => "MANAGES",
            Self::Monitors => "MONITORS",
            Self::Owns => "OWNS",
            Self::Performed => "PERFORMED",
            Self::Protects => "PROTECTS",
            Self::Trusts => "TRUSTS",
            Self::Uses => "USES",
        }
    }
}

impl fmt::Display for RelationshipClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The type of the relationship between entities of two types, as `JupiterOne` composes it: the
/// source's type, the class, and the target's type without the leading words that the source's type
/// has at the same place, but never without all of them.
#[must_use]
pub fn relationship_type(from: &str, class: RelationshipClass, to: &str) -> String {
    let words: Vec<&str> = to.split('_').collect();
    let shared = from.split('_').zip(&words).take_while(|(a, b)| a == *b).count();
    let rest = words[shared.min(words.len() - 1)..].join("_");
    format!("{from}_{}_{rest}", class.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relationship_is_named_after_its_ends() {
        let check = |from, class, to, expected: &str| {
            assert_eq!(relationship_type(from, class, to), expected);
        };
        check("azure_vm", RelationshipClass::Uses, "azure_nic", "azure_vm_uses_nic");
        check(
            "azure_role_assignment",
            RelationshipClass::Uses,
            "azure_role_definition",
            "azure_role_assignment_uses_definition",
        );
        check(
            "azure_user_group",
            RelationshipClass::Has,
            "azure_user",
            "azure_user_group_has_user",
        );
        check(
            "azure_user_group",
            RelationshipClass::Has,
            "azure_user_group",
            "azure_user_group_has_group",
        );
    }
}
