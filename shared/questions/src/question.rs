//! A question.

use serde::{Deserialize, Serialize};

/// Something to be known of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// What tells it from others.
    pub id: String,
    /// What is asked, as a sentence.
    pub title: String,
    /// How much it matters if the answer is bad.
    #[serde(default)]
    pub severity: Severity,
    /// What it means that an entity is among the bad, and what to do.
    #[serde(default)]
    pub meaning: String,
    /// The controls of public benchmarks that ask for the same.
    #[serde(default)]
    pub references: Vec<String>,
    /// The query that finds what is bad.
    pub bad: String,
    /// The query that finds what is good, if there is one.
    #[serde(default)]
    pub good: Option<String>,
}

/// How much it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// Worth knowing.
    #[serde(alias = "INFORMATIONAL")]
    Info,
    /// Slightly.
    Low,
    /// Moderately.
    #[default]
    Medium,
    /// Seriously.
    High,
    /// At once.
    Critical,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}
