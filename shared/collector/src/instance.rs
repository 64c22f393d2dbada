//! A configured integration.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use steps::{InstanceView, Integration};

pub use crate::credential::{
    CertificateReference, Credential, Credentials, DeveloperTool, ManagedIdentity,
    PasswordReference, Proof, SecretReference, TokenSource,
};

/// One configured integration, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// Names the instance in object names, so of `[A-Za-z0-9._~-]` only.
    pub id: String,
    /// What it integrates.
    pub integration: Integration,
    /// The name that people gave it.
    pub name: String,
    /// The value of the tag `AccountName`, where entities are tagged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// How often it runs by itself.
    #[serde(default)]
    pub polling_interval: PollingInterval,
    /// Whether it is started by the schedule, or for a subscription by its tenant's instance.
    #[serde(default = "on", skip_serializing_if = "is_on")]
    pub enabled: bool,
    /// For the instance of a subscription: who made it, and what is known of the subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioned: Option<Provisioned>,
    /// What it collects, and as whom.
    pub config: Config,
}

const fn on() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
const fn is_on(switch: &bool) -> bool {
    *switch
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
const fn is_off(switch: &bool) -> bool {
    !*switch
}

/// Who made the instance of a subscription, and what is known of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provisioned {
    /// The instance of the tenant.
    pub by: String,
    /// The job of it whose listing says so.
    pub listing: String,
    /// What it says.
    pub subscription: Standing,
}

/// What is known of a subscription that has an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Standing {
    /// It is collected.
    Listed,
    /// It is there and not collected. What was last known of it is kept.
    Skipped {
        /// Why.
        reason: String,
    },
    /// A complete listing lacks it. It is not collected, and not yet taken for gone.
    Missing {
        /// When the listing was made, in ISO 8601.
        since: String,
    },
    /// It is proved to be gone. What was last known of it is kept for a while.
    Removed {
        /// When the listing was made that completes the proof, in ISO 8601.
        since: String,
        /// When what is kept may be deleted, in ISO 8601.
        until: String,
    },
}

impl Standing {
    /// The standing as it is logged.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Skipped { .. } => "skipped",
            Self::Missing { .. } => "missing",
            Self::Removed { .. } => "removed",
        }
    }
}

/// What an instance collects, and as whom. What only one integration knows is unset for the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "these are the switches that users know")]
pub struct Config {
    /// The directory (tenant), or [`ANY_DIRECTORY`] until an administrator of it has consented.
    /// Events of Microsoft 365 call it `tenant`.
    pub directory_id: String,
    /// The application (client), or the managed identity that was assigned by a user. Unset where
    /// the credential says who signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What is signed in with: a field of its own name.
    #[serde(flatten)]
    pub credential: Credential,
    /// The subscription whose resources are collected, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// Whether the directory's users, groups and so on are collected.
    #[serde(default, skip_serializing_if = "is_off")]
    pub ingest_active_directory: bool,
    /// Whether each subscription of the tenant gets an instance of its own.
    #[serde(default, skip_serializing_if = "is_off")]
    pub configure_subscription_instances: bool,
    /// Whether the instance of a subscription that is gone is removed.
    #[serde(default, skip_serializing_if = "is_off")]
    pub auto_delete_removed_subscriptions: bool,
    /// Whether a subscription that is disabled gets an instance.
    #[serde(default, skip_serializing_if = "is_off")]
    pub ingest_disabled_subscriptions: bool,
    /// Whether every entity is tagged with the account name.
    #[serde(default)]
    pub tag_account_name: bool,
    /// The severities of Defender's alerts that are collected, separated by commas; all if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defender_alerts_severities: Option<String>,
    /// The severities of Intune's findings that are collected, separated by commas; all if unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vulnerability_severities: Option<String>,
    /// How lists are read.
    #[serde(default, skip_serializing_if = "Collection::is_default")]
    pub collection: Collection,
    /// Which sources are collected; `*` stands for those that are not named.
    #[serde(default)]
    pub ingestion_sources: BTreeMap<String, bool>,
    /// The cloud that the tenant is in: `public`, `usgov` or `china`.
    #[serde(default = "public")]
    pub cloud: String,
}

/// How lists are read. Where only the mode is said, it is written as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Collection {
    /// How lists are read whose changes can be followed.
    pub mode: Mode,
    /// Whether Azure Resource Graph is asked which types of resource a subscription has, so that
    /// the lists of the others need not be read.
    pub index: bool,
    /// How often jobs that the schedule starts read slow lists: each of them if it is disabled.
    pub slow_interval: PollingInterval,
}

/// How lists are read whose changes can be followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// In full, each time.
    #[default]
    Full,
    /// In full at first and once in a week; in between, what has changed.
    Delta,
}

/// A [`Collection`] as it is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Mode(Mode),
    #[serde(rename_all = "camelCase")]
    All {
        #[serde(default)]
        mode: Mode,
        #[serde(default = "on")]
        index: bool,
        #[serde(default = "daily")]
        slow_interval: PollingInterval,
    },
}

const fn daily() -> PollingInterval {
    PollingInterval::OneDay
}

impl From<Written> for Collection {
    fn from(written: Written) -> Self {
        match written {
            Written::Mode(mode) => Self { mode, ..Self::default() },
            Written::All { mode, index, slow_interval } => Self { mode, index, slow_interval },
        }
    }
}

impl From<Collection> for Written {
    fn from(collection: Collection) -> Self {
        let Collection { mode, index, slow_interval } = collection;
        if collection == (Collection { mode, ..Collection::default() }) {
            return Self::Mode(mode);
        }
        Self::All { mode, index, slow_interval }
    }
}

impl Default for Collection {
    fn default() -> Self {
        Self { mode: Mode::Full, index: true, slow_interval: daily() }
    }
}

impl Collection {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how serde asks")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

fn public() -> String {
    "public".to_owned()
}

/// Stands for a directory that is not known before an administrator of it has consented to the
/// application. It is what the sign-in service calls the directory of whoever signs in.
pub const ANY_DIRECTORY: &str = "organizations";

impl Config {
    /// Whether nothing can be collected before an administrator of some directory has consented.
    #[must_use]
    pub fn awaits_consent(&self) -> bool {
        self.directory_id == ANY_DIRECTORY
    }

    /// The directory, if it is known.
    #[must_use]
    pub fn known_directory(&self) -> Option<&str> {
        Some(self.directory_id.as_str()).filter(|_| !self.awaits_consent())
    }

    /// Whether an ingestion source is collected. One that is off by default has to be named.
    #[must_use]
    pub fn collects(&self, source: &str) -> bool {
        let named = self.ingestion_sources.get(source);
        if steps::OFF_BY_DEFAULT.contains(&source) {
            return named.is_some_and(|&is_on| is_on);
        }
        named.or_else(|| self.ingestion_sources.get("*")).copied().unwrap_or(true)
    }
}

impl Instance {
    /// The instance of a subscription, which takes after this one of its tenant. The tenant's
    /// starts it, so it does not run by itself; and the directory is the tenant's to collect.
    pub(crate) fn of_subscription(&self, id: &str, subscription: &str, name: &str) -> Self {
        Self {
            id: id.to_owned(),
            integration: self.integration,
            name: name.to_owned(),
            account_name: self.account_name.clone(),
            description: format!("A subscription of {}.", self.name),
            polling_interval: PollingInterval::Disabled,
            enabled: true,
            provisioned: None,
            config: Config {
                subscription_id: Some(subscription.to_owned()),
                ingest_active_directory: false,
                configure_subscription_instances: false,
                auto_delete_removed_subscriptions: false,
                ingest_disabled_subscriptions: false,
                // Only lists of the directory are read so.
                collection: Collection { mode: Mode::Full, ..self.config.collection },
                ..self.config.clone()
            },
        }
    }

    /// What the ids of the instances of a tenant's subscriptions begin with. No other id has this
    /// sign.
    #[must_use]
    pub fn family(tenant: &str) -> String {
        format!("{tenant}{OF_SUBSCRIPTION}")
    }

    /// The id of the tenant's instance, by its own id or that of the instance of a subscription.
    #[must_use]
    pub fn tenant_of(id: &str) -> &str {
        id.split_once(OF_SUBSCRIPTION).map_or(id, |(tenant, _)| tenant)
    }

    /// Whether an id is that of the instance of a subscription.
    #[must_use]
    pub fn is_of_subscription(id: &str) -> bool {
        id.contains(OF_SUBSCRIPTION)
    }

    /// What conversions know of the instance. The portal is where it shows the tenant; the moment
    /// is when the job was planned.
    #[must_use]
    pub fn view(&self, portal: &str, planned_at: &str) -> InstanceView {
        InstanceView {
            instance_id: self.id.clone(),
            instance_name: self.name.clone(),
            directory_id: self.config.directory_id.clone(),
            subscription_id: self.config.subscription_id.clone(),
            intune_account_id: None,
            portal: portal.to_owned(),
            account_name: self.account_name.clone().filter(|_| self.config.tag_account_name),
            vulnerability_severities: listed(self.config.vulnerability_severities.as_deref()),
            defender_alerts_severities: listed(self.config.defender_alerts_severities.as_deref()),
            ingest_disabled_subscriptions: self.config.ingest_disabled_subscriptions,
            planned_at: planned_at.to_owned(),
        }
    }
}

/// What a text lists, in lower case.
fn listed(text: Option<&str>) -> Vec<String> {
    let items = text.into_iter().flat_map(|it| it.split(','));
    items.map(|it| it.trim().to_lowercase()).filter(|it| !it.is_empty()).collect()
}

/// Stands between a tenant's instance and a subscription in the id of the subscription's instance.
const OF_SUBSCRIPTION: char = '~';

/// How often an instance runs by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PollingInterval {
    /// Never.
    #[default]
    Disabled,
    /// Every 30 minutes.
    ThirtyMinutes,
    /// Every hour.
    OneHour,
    /// Every four hours.
    FourHours,
    /// Every eight hours.
    EightHours,
    /// Every twelve hours.
    TwelveHours,
    /// Every day.
    OneDay,
    /// Every week.
    OneWeek,
}

impl PollingInterval {
    /// The values as users write them.
    pub const NAMES: [&str; 8] = [
        "DISABLED",
        "THIRTY_MINUTES",
        "ONE_HOUR",
        "FOUR_HOURS",
        "EIGHT_HOURS",
        "TWELVE_HOURS",
        "ONE_DAY",
        "ONE_WEEK",
    ];

    /// The time between two jobs; none if the instance does not run by itself.
    #[must_use]
    pub const fn duration(self) -> Option<Duration> {
        let minutes = match self {
            Self::Disabled => return None,
            Self::ThirtyMinutes => 30,
            Self::OneHour => 60,
            Self::FourHours => 4 * 60,
            Self::EightHours => 8 * 60,
            Self::TwelveHours => 12 * 60,
            Self::OneDay => 24 * 60,
            Self::OneWeek => 7 * 24 * 60,
        };
        Some(Duration::from_secs(minutes * 60))
    }
}
