//! How a device stands to a policy.

use crate::item::Item;
use crate::microsoft365::report::cell;

/// How a device stands to a policy, by Microsoft Graph's names.
///
/// Source: Microsoft Graph, "complianceStatus enum type", for the names and their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Unknown,
    NotApplicable,
    Compliant,
    Remediated,
    NonCompliant,
    Error,
    Conflict,
    NotAssigned,
}

impl Status {
    /// The status that Microsoft Graph, a report, or a report in numbers calls so.
    pub(super) fn of(word: &str) -> Option<Self> {
        let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        Some(match word.to_ascii_lowercase().as_str() {
            // Reports have several words for a device that has not said.
            "0" | "unknown" | "notevaluated" | "pending" | "inprogress" => Self::Unknown,
            "1" | "notapplicable" => Self::NotApplicable,
            "2" | "compliant" | "succeeded" | "success" => Self::Compliant,
            "3" | "remediated" => Self::Remediated,
            // A device in its grace period does not comply; it only has no consequences yet.
            "4" | "noncompliant" | "notcompliant" | "ingraceperiod" => Self::NonCompliant,
            "5" | "error" | "failed" => Self::Error,
            "6" | "conflict" => Self::Conflict,
            "7" | "notassigned" => Self::NotAssigned,
            _ => return None,
        })
    }

    /// The status that a row of a report has in `PolicyStatus`: in words, as far as they are
    /// understood, else by its number.
    pub(super) fn of_row(row: &Item<'_>) -> Option<Self> {
        let words = ["PolicyStatus_loc", "PolicyStatus"].into_iter();
        words.filter_map(|column| cell(row, column)).find_map(|word| Self::of(&word))
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotApplicable => "notApplicable",
            Self::Compliant => "compliant",
            Self::Remediated => "remediated",
            Self::NonCompliant => "nonCompliant",
            Self::Error => "error",
            Self::Conflict => "conflict",
            Self::NotAssigned => "notAssigned",
        }
    }

    /// Whether the policy is meant for the device.
    pub(super) const fn is_assigned(self) -> bool {
        !matches!(self, Self::NotApplicable | Self::NotAssigned)
    }

    /// Whether the device complies, if that is known.
    pub(super) const fn is_compliant(self) -> Option<bool> {
        match self {
            Self::Compliant | Self::Remediated => Some(true),
            Self::NonCompliant | Self::Error | Self::Conflict => Some(false),
            Self::Unknown | Self::NotApplicable | Self::NotAssigned => None,
        }
    }

    /// How bad it is, in a word and in a number up to 10, if it is something to look into.
    pub(super) const fn severity(self) -> Option<(&'static str, u8)> {
        match self {
            Self::NonCompliant | Self::Error | Self::Conflict => Some(("high", 6)),
            Self::Unknown => Some(("medium", 4)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_known_by_every_name() {
        for (names, expected) in [
            (
                &["nonCompliant", "Not compliant", "Noncompliant", "4", "In grace period"][..],
                "nonCompliant",
            ),
            (&["compliant", "Compliant", "Succeeded", "2"], "compliant"),
            (&["error", "Error", "5"], "error"),
            (&["conflict", "Conflict", "6"], "conflict"),
            (&["notApplicable", "Not applicable", "1"], "notApplicable"),
            (&["unknown", "Pending", "Not evaluated", "0"], "unknown"),
        ] {
            for name in names {
                assert_eq!(Status::of(name).map(Status::as_str), Some(expected), "{name}");
            }
        }
        assert_eq!(Status::of("erfolgreich"), None);
    }

    #[test]
    fn every_name_of_a_status_is_its_own() {
        for number in 0..=7 {
            let status = Status::of(&number.to_string()).unwrap();
            assert_eq!(Status::of(status.as_str()), Some(status));
        }
    }

    #[test]
    fn only_what_a_policy_is_meant_for_can_be_a_finding() {
        for number in 0..=7 {
            let status = Status::of(&number.to_string()).unwrap();
            assert!(status.severity().is_none() || status.is_assigned(), "{status:?}");
            assert!(
                status.severity().is_none() || status.is_compliant() != Some(true),
                "{status:?}"
            );
        }
    }
}
