//! A question, and how packs of them are read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jupiterone;

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

/// Why a pack cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PackError(pub(crate) String);

/// Reads a pack, in YAML or JSON: a list of questions, also within an object as `questions`.
///
/// # Errors
///
/// If it makes no sense.
pub fn read(text: &str) -> Result<Vec<Question>, PackError> {
    let value: Value =
        serde_saphyr::from_str(text).map_err(|error| PackError(error.to_string()))?;
    let items = match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("questions") {
            Some(Value::Array(items)) => items,
            _ => vec![Value::Object(object)],
        },
        _ => return Err(PackError("a pack is a list of questions".to_owned())),
    };
    let mut questions = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let name = ["id", "title", "name"].iter().find_map(|it| item.get(*it)?.as_str());
        let name = name.map_or_else(|| format!("question {}", at + 1), str::to_owned);
        let named = |why: String| PackError(format!("{name}: {why}"));
        if jupiterone::is_question(item) {
            questions.extend(jupiterone::questions(item).map_err(named)?);
        } else {
            let question = Question::deserialize(item);
            questions.push(question.map_err(|error| named(error.to_string()))?);
        }
    }
    Ok(questions)
}
