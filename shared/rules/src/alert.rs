//! What is told.

use serde::{Deserialize, Serialize};

use crate::rule::Level;

/// What is told of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// The same each time that it is told, so that whoever gets it twice knows.
    pub id: String,
    /// The tenant, by the id of its instance.
    pub tenant: String,
    /// The id of the rule.
    pub rule: String,
    /// Its name for people.
    pub name: String,
    /// What it means.
    pub description: String,
    /// How bad that is.
    pub level: Level,
    /// What happened.
    pub transition: Transition,
    /// The job of the snapshot in which it was seen.
    pub job: String,
    /// When that was finished, in ISO 8601.
    pub at: String,
    /// Since when the rule is as it is now, in ISO 8601.
    pub since: String,
    /// How many rows there are.
    pub total: u64,
    /// How many there were the last time.
    pub previous_total: u64,
    /// How many are new.
    pub new: u64,
    /// How many are gone.
    pub gone: u64,
    /// How many have changed.
    pub changed: u64,
    /// The names of some that are new, or of some that there are if none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sample: Vec<String>,
    /// The names of some that are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_sample: Vec<String>,
    /// What could not be read, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Whether that is only seen now because it can be read now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newly_readable: bool,
}

/// What happened to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transition {
    /// It fires, and did not before.
    Opened,
    /// It still fires, for other rows.
    Changed,
    /// It still fires, and it is time to say so again.
    Reminder,
    /// It does not fire any more.
    Closed,
    /// It cannot be told any more whether it would fire.
    Unknown,
    /// It can be told again, and is as it was before.
    Known,
}

impl Transition {
    /// The name of what happened.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Reminder => "reminder",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
            Self::Known => "known",
        }
    }

    /// The name of the kind of event.
    #[must_use]
    pub const fn detail_type(self) -> &'static str {
        match self {
            Self::Opened => "Alert Opened",
            Self::Changed => "Alert Changed",
            Self::Reminder => "Alert Reminder",
            Self::Closed => "Alert Closed",
            Self::Unknown => "Alert Unknown",
            Self::Known => "Alert Known",
        }
    }
}

impl Alert {
    /// The alert in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let level = serde_json::to_value(self.level).unwrap_or_default();
        let level = level.as_str().unwrap_or_default().to_owned();
        let counts = match self.transition {
            Transition::Unknown => self.unknown.first().cloned().unwrap_or_default(),
            _ => format!("{} in all, {} new, {} gone", self.total, self.new, self.gone),
        };
        format!("{} [{level}] {}: {counts}", self.transition.as_str(), self.name)
    }
}
