//! What a rule says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub use questions::Severity as Level;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::condition::Condition;

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What tells it from others: letters, digits and hyphens.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it means if the rule fires.
    pub description: String,
    /// How bad that is.
    pub level: Level,
    /// What is asked.
    pub queries: Vec<NamedQuery>,
    /// When it fires.
    pub when: Condition,
    /// The properties in which a row has to differ to count as changed; none for all.
    pub properties: Option<Vec<String>>,
    /// What the first evaluation tells.
    pub on_first_run: FirstRun,
    /// Whether answers that rest on something that was not read change nothing.
    pub certain: bool,
    /// How long to wait at least before it is evaluated again; none for each snapshot.
    pub every: Option<Duration>,
    /// Whether it is evaluated at all.
    pub enabled: bool,
    /// How often it is told again while it fires.
    pub remind: Option<Duration>,
    /// Whom it is told.
    pub actions: Vec<Action>,
    /// What a rule of another product asks for besides, and is not done here.
    pub ignored: Vec<String>,
}

/// A query of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuery {
    /// Its name within the rule.
    pub name: String,
    /// The query.
    pub text: String,
}

/// What the first evaluation of a rule tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FirstRun {
    /// Nothing: what is there already is only remembered.
    #[default]
    Baseline,
    /// What it would tell at any other time.
    Fire,
}

/// Whom an alert is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A bus of Amazon `EventBridge`, by name or ARN.
    EventBridge(String),
    /// A topic of Amazon SNS, by ARN.
    Sns(String),
    /// A queue of Amazon SQS, by URL.
    Sqs(String),
    /// An address that takes a POST.
    Webhook {
        /// The address, which begins with `https://`.
        url: String,
        /// The secret with which the body is signed.
        #[serde(rename = "secretArn", skip_serializing_if = "Option::is_none", default)]
        secret: Option<String>,
    },
    /// An incoming webhook of Slack, whose address is the secret.
    Slack {
        /// The secret that holds the address.
        #[serde(rename = "secretArn")]
        secret: String,
    },
}

impl Rule {
    /// What follows from everything that a comparison with an earlier evaluation depends on.
    pub(crate) fn digest(&self) -> String {
        let queries: Vec<_> = self.queries.iter().map(|it| [&it.name, &it.text]).collect();
        digest(&[&format!("{queries:?}{:?}{:?}", self.when, self.properties)])
    }
}

/// A short text that follows from others, and that no others have.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}

/// The id that follows from a name.
pub(crate) fn id_of(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|it: char| !it.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(100).collect()
}

/// An interval as `30m`, `12h` or `7d`, or in `JupiterOne`'s words; none for each snapshot.
pub(crate) fn interval(text: &str) -> Result<Option<Duration>, String> {
    let hours = |it: u64| Ok(Some(Duration::from_secs(it * 3600)));
    match text {
        "DISABLED" => return Ok(None),
        "THIRTY_MINUTES" => return Ok(Some(Duration::from_mins(30))),
        "ONE_HOUR" => return hours(1),
        "FOUR_HOURS" => return hours(4),
        "EIGHT_HOURS" => return hours(8),
        "TWELVE_HOURS" => return hours(12),
        "ONE_DAY" => return hours(24),
        "ONE_WEEK" => return hours(7 * 24),
        _ => (),
    }
    let wrong = || format!("{text} is no interval; write 30m, 12h or 7d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        _ => return Err(wrong()),
    };
    Ok(Some(Duration::from_secs(u64::from(number) * minutes * 60)))
}
