//! What a job does, decided before anything is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use steps::{DERIVED, EntityType, InstanceView, List, STEPS, Setting, Step};

use crate::instance::{Instance, Mode};
use crate::layout::Job;
use crate::ports::DomainKey;

/// What a job does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The job.
    pub job: Job,
    /// When it was planned, in ISO 8601.
    pub planned_at: String,
    /// The instance, without its secret.
    pub instance: Instance,
    /// Where the portal shows the tenant.
    pub portal: String,
    /// The tenant's account at Microsoft Intune, if it has one and it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intune_account_id: Option<String>,
    /// The namespaces, in lower case, of the resource providers that the subscription has not
    /// registered: there is nothing of theirs to read. Empty if that is not known.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unregistered: BTreeSet<String>,
    /// What Azure Resource Graph knows of the subscription.
    #[serde(default)]
    pub index: Index,
    /// The id of the tenant, if its tokens say it. The instance may name it by a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// The job of the last snapshot, which this one's is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Job>,
    /// Whether the job ends with a snapshot. A job of one step by itself does not.
    pub is_whole: bool,
    /// The objects that say what earlier jobs have kept of steps, by step: what changes are added
    /// to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kept: BTreeMap<String, String>,
    /// Whether the schedule started it: then slow steps are only read at their interval.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scheduled: bool,
    /// Every step of the integration, and every rule by which relationships follow from others.
    pub steps: Vec<PlannedStep>,
}

/// What is known of a subscription without reading its lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The types of resource, in lower case, that the subscription has none of. Their lists are not
    /// asked for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<String>,
    /// When the lists of all types were read last, in ISO 8601; that of the first job if none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept: Option<String>,
}

/// What a job does about a step, or about a rule, which only the linker applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedStep {
    /// The step, or the rule.
    pub id: String,
    /// Why it does not run, unless it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// The steps whose entities it lists something of. It waits for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Whether a limit of Microsoft's makes it take far longer than the others, or it waits for
    /// such a step. The rest of the job is published without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub slow: bool,
    /// Whether a limit makes it take longer than the others where there is much of it, or it waits
    /// for such a step. The rest of the job is published without it, too, but every job reads it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// What decides what a slow step finds in a tenant that does not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// When an earlier job read all of it, in ISO 8601, if it is not read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_at: Option<String>,
}

/// What decides what a step finds in a tenant that does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Basis {
    /// The version of its declaration, and whom it is read as, as a digest.
    pub of: String,
    /// Which of the permissions that it needs are granted, as a digest; none if that could not be
    /// told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<String>,
}

impl Basis {
    /// Whether it is the same as that of an earlier job, as far as it can be told.
    #[must_use]
    pub fn is_same(&self, earlier: &Self) -> bool {
        let granted = [&self.granted, &earlier.granted];
        self.of == earlier.of && (granted.contains(&&None) || granted[0] == granted[1])
    }
}

impl PlannedStep {
    /// Whether the rest of the job is published without it.
    #[must_use]
    pub const fn takes_long(&self) -> bool {
        (self.slow || self.late) && self.known_at.is_none()
    }

    /// What the configuration of the instance decides of it.
    #[must_use]
    pub fn configured(&self) -> Self {
        Self { basis: None, known_at: None, ..self.clone() }
    }
}

/// What decides which steps run: how the instance is configured, and what its tenant has.
#[derive(Clone, Copy, Debug)]
struct Terms<'a> {
    instance: &'a Instance,
    /// Why there is nothing of Microsoft Intune to read, if there is not.
    no_intune: Option<&'a str>,
}

impl Plan {
    /// What an instance's whole job does. `no_intune` says why there is nothing of Microsoft Intune
    /// to read, if that is known.
    #[must_use]
    pub fn steps_of(instance: &Instance, no_intune: Option<&str>) -> Vec<PlannedStep> {
        let terms = Terms { instance, no_intune };
        let steps = terms.steps().map(|step| terms.planned(step));
        steps.chain(terms.rules()).collect()
    }

    /// What the whole job of each instance does that a tenant's instance makes for subscriptions.
    /// Which subscription it is decides nothing. Nothing if it makes none.
    #[must_use]
    pub fn steps_of_subscriptions(instance: &Instance) -> Vec<PlannedStep> {
        if !instance.config.configure_subscription_instances {
            return Vec::new();
        }
        Self::steps_of(&instance.of_subscription(&instance.id, "", ""), None)
    }

    /// What conversions know of the instance.
    #[must_use]
    pub fn instance_view(&self) -> InstanceView {
        InstanceView {
            intune_account_id: self.intune_account_id.clone(),
            directory_id: self.tenant_id().to_owned(),
            ..self.instance.view(&self.portal, &self.planned_at)
        }
    }

    /// The tenant: its id, or the domain that the instance names it by if its id is not known.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        self.tenant_id.as_deref().unwrap_or(&self.instance.config.directory_id)
    }

    /// The steps that run.
    pub fn enabled(&self) -> impl Iterator<Item = (&PlannedStep, &'static Step)> {
        let enabled = self.steps.iter().filter(|step| step.disabled.is_none());
        enabled.filter_map(|planned| Some((planned, steps::find(&planned.id)?)))
    }

    /// The type of resource of a step's list, if the subscription has none of it.
    pub(crate) fn lacks_type(&self, step: &Step) -> Option<&'static str> {
        let resource = step.indexed()?;
        self.index.absent.contains(&resource.name.to_lowercase()).then_some(resource.name)
    }

    /// Whether what a step reads is kept, so that the next job need only read what has changed.
    #[must_use]
    pub fn keeps(&self, step: &Step) -> bool {
        self.instance.config.collection.mode == Mode::Delta && !step.list.delta.is_empty()
    }

    /// When an earlier job read all of a step, if it is not read again.
    #[must_use]
    pub fn known_at(&self, step: &Step) -> Option<&str> {
        self.steps.iter().find(|it| it.id == step.id)?.known_at.as_deref()
    }

    /// What the step's lists belong to: the id of the tenant or of the subscription.
    #[must_use]
    pub fn scope_of(&self, step: &Step) -> &str {
        let config = &self.instance.config;
        match step.needs.setting {
            Setting::Subscription => config.subscription_id.as_deref().unwrap_or_default(),
            Setting::Nothing
            | Setting::Directory
            | Setting::SubscriptionInstances
            | Setting::Intune => &config.directory_id,
        }
    }

    /// The throttle domain that a list of a step draws on: its only one, or its fallback.
    #[must_use]
    pub fn domain(&self, step: &Step, list: &List) -> DomainKey {
        let domain = list.place.domain;
        let config = &self.instance.config;
        let owner = match &config.subscription_id {
            // Azure Resource Manager has a budget for what belongs to no subscription, too.
            Some(subscription)
                if step.needs.setting == Setting::Subscription && !domain.is_of_tenant() =>
            {
                subscription
            }
            _ => &config.directory_id,
        };
        DomainKey { owner: owner.clone(), domain }
    }

    /// The message group of a step: the throttle domain of its list.
    #[must_use]
    pub(crate) fn group(&self, step: &str) -> String {
        let Some(step) = steps::find(step) else { return self.job.instance.clone() };
        let DomainKey { owner, domain } = self.domain(step, &step.list);
        format!("{owner}/{}", domain.as_str())
    }
}

/// The steps that run, of some that are planned.
pub fn enabled(steps: &[PlannedStep]) -> impl Iterator<Item = &'static Step> {
    steps.iter().filter(|it| it.disabled.is_none()).filter_map(|it| steps::find(&it.id))
}

impl<'a> Terms<'a> {
    /// The steps of the integration.
    fn steps(self) -> impl Iterator<Item = &'static Step> + use<'a> {
        let integration = self.instance.integration;
        STEPS.iter().copied().filter(move |step| step.integration == integration)
    }

    fn planned(self, step: &'static Step) -> PlannedStep {
        let parents: Vec<String> = self.parents(step).map(|it| it.id.to_owned()).collect();
        let original = step.fallback_for.and_then(steps::find);
        let disabled = self.disabled(step).or_else(|| {
            let lacks_parents = !step.list.parents.is_empty() && parents.is_empty();
            let kinds: Vec<&str> = step.list.parents.iter().map(|it| it.kind).collect();
            lacks_parents.then(|| format!("no enabled step collects {}", kinds.join(", ")))
        });
        let disabled = disabled.or_else(|| self.disabled(original?));
        let after = parents.into_iter().chain(original.map(|it| it.id.to_owned())).collect();
        PlannedStep {
            id: step.id.to_owned(),
            disabled,
            after,
            slow: self.is_or_waits(step, List::is_slow),
            late: self.is_or_waits(step, List::is_late),
            basis: None,
            known_at: None,
        }
    }

    /// Whether something is so of a step's list, or of that of a step that it waits for.
    fn is_or_waits(self, step: &'static Step, is: fn(&List) -> bool) -> bool {
        let original = step.fallback_for.and_then(steps::find);
        is(&step.list) || self.parents(step).chain(original).any(|it| self.is_or_waits(it, is))
    }

    /// The rules of the integration.
    fn rules(self) -> impl Iterator<Item = PlannedStep> + use<'a> {
        let rules = DERIVED.iter().filter(move |it| it.integration == self.instance.integration);
        rules.map(move |rule| PlannedStep {
            id: rule.id.to_owned(),
            disabled: self.off(rule.setting, rule.ingestion_source),
            after: Vec::new(),
            slow: false,
            late: false,
            basis: None,
            known_at: None,
        })
    }

    /// Why a step does not run, as far as the step alone tells.
    fn disabled(self, step: &Step) -> Option<String> {
        self.off(step.needs.setting, step.needs.ingestion_source)
    }

    /// Why nothing runs that needs something, and that a source switches.
    fn off(self, needs: Setting, source: Option<&'static str>) -> Option<String> {
        let config = &self.instance.config;
        match needs {
            Setting::Directory if !config.ingest_active_directory => {
                return Some("config.ingestActiveDirectory is not true".to_owned());
            }
            Setting::Subscription if config.subscription_id.is_none() => {
                return Some("config.subscriptionId is not set".to_owned());
            }
            Setting::SubscriptionInstances if !config.configure_subscription_instances => {
                return Some("config.configureSubscriptionInstances is not true".to_owned());
            }
            Setting::Intune if self.no_intune.is_some() => {
                return self.no_intune.map(str::to_owned);
            }
            _ => (),
        }
        let source = source.filter(|source| {
            !steps::ALWAYS_COLLECTED.contains(source) && !config.collects(source)
        })?;
        Some(if steps::OFF_BY_DEFAULT.contains(&source) {
            format!("config.ingestionSources does not turn {source} on")
        } else {
            format!("config.ingestionSources turns {source} off")
        })
    }

    /// The enabled steps that find the entities which a step lists something of.
    fn parents(self, step: &'static Step) -> impl Iterator<Item = &'static Step> + use<'a> {
        let emitters = self.steps().filter(|other| emits_any(other, step.list.parents));
        // What a subscription is read for is in that subscription. The step that finds skipped ones
        // would have them read after all.
        let is_near = |other: &Step| {
            step.needs.setting != Setting::Subscription
                || other.needs.setting != Setting::SubscriptionInstances
        };
        emitters.filter(move |other| is_near(other) && self.disabled(other).is_none())
    }
}

fn emits_any(step: &Step, kinds: &[&EntityType]) -> bool {
    step.entity_types().any(|found| kinds.iter().any(|kind| kind.kind == found.kind))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use steps::{Domain, Integration};

    use super::*;

    fn plan(config: Value) -> Plan {
        let mut all = json!({
            "directoryId": "d",
            "clientId": "c",
            "clientSecret": { "secretArn": "env:NAME" },
        });
        if let (Value::Object(all), Value::Object(config)) = (&mut all, config) {
            all.extend(config);
        }
        let instance = json!({ "id": "i", "integration": "azure", "name": "I", "config": all });
        let instance: Instance = serde_json::from_value(instance).unwrap();
        Plan {
            job: Job { instance: "i".into(), id: "j".into() },
            planned_at: "2026-03-01T04:05:06Z".into(),
            portal: String::new(),
            intune_account_id: None,
            unregistered: std::collections::BTreeSet::new(),
            index: Index::default(),
            tenant_id: None,
            previous: None,
            is_whole: true,
            kept: BTreeMap::new(),
            scheduled: false,
            steps: Plan::steps_of(&instance, None),
            instance,
        }
    }

    fn planned<'p>(plan: &'p Plan, id: &str) -> &'p PlannedStep {
        plan.steps.iter().find(|step| step.id == id).unwrap()
    }

    #[test]
    fn what_belongs_to_no_subscription_draws_on_the_tenant() {
        let plan = plan(json!({ "subscriptionId": "s" }));
        let owner = |id| {
            let DomainKey { owner, domain } = {
                let step = steps::find(id).unwrap();
                plan.domain(step, &step.list)
            };
            assert_eq!(domain, Domain::ResourceManager);
            owner
        };
        assert_eq!(owner("rm-subscription"), "s");
        assert_eq!(owner("rm-skipped-subscription"), "d");
        assert_eq!(plan.group("rm-management-groups"), "d/arm");
    }

    #[test]
    fn slow_is_what_a_limit_makes_slow_and_what_waits_for_that() {
        let slow = |instance: Value| -> Vec<String> {
            let instance: Instance = serde_json::from_value(instance).unwrap();
            let steps = Plan::steps_of(&instance, None).into_iter();
            steps.filter(|it| it.slow).map(|it| it.id).collect()
        };
        let of = |integration: &str| {
            json!({ "id": "i", "integration": integration, "name": "I", "config": {
                "directoryId": "d", "clientId": "c", "clientSecret": { "secretArn": "env:NAME" },
                "subscriptionId": "s", "ingestActiveDirectory": true,
            } })
        };
        let azure = [
            "ad-user-registration-details",
            "ad-user-sign-in-activity",
            "rm-policy-states-for-subscription",
            "rm-subscription-usage-details",
        ];
        assert_eq!(slow(of("azure")), azure);
        // What is late is not slow, too: every job reads it.
        let instance: Instance = serde_json::from_value(of("azure")).unwrap();
        let late = Plan::steps_of(&instance, None).into_iter().filter(|it| it.late);
        let late: Vec<String> = late.map(|it| it.id).collect();
        let storage =
            ["blob-services", "containers", "file-services", "file-shares", "queues", "tables"];
        assert_eq!(late, storage.map(|it| format!("rm-storage-{it}")));
        // Reports that Intune prepares, and what is read if it does not; and when users signed in.
        let microsoft365 = slow(of("microsoft365"));
        for step in STEPS.iter().filter(|it| it.integration == Integration::Microsoft365) {
            let of = steps::find(step.fallback_for.unwrap_or(step.id)).unwrap();
            let is_slow = of.list.report().is_some() || of.id == "users-sign-in-activity";
            assert_eq!(microsoft365.contains(&step.id.to_owned()), is_slow, "{}", step.id);
        }
    }

    #[test]
    fn what_is_off_says_why() {
        let off = |config, id| planned(&plan(config), id).disabled.clone();
        let usage = "rm-subscription-usage-details";
        let sources =
            |sources: Value| json!({ "subscriptionId": "s", "ingestionSources": sources });
        let not_on = "config.ingestionSources does not turn subscriptions_usage on".to_owned();
        assert_eq!(off(sources(json!({})), usage), Some(not_on.clone()));
        assert_eq!(off(sources(json!({ "*": true })), usage), Some(not_on));
        assert_eq!(off(sources(json!({ "*": false, "subscriptions_usage": true })), usage), None);
        let why = off(json!({}), "rm-management-groups");
        assert_eq!(why.as_deref(), Some("config.configureSubscriptionInstances is not true"));
        let config = json!({ "configureSubscriptionInstances": true });
        assert_eq!(off(config, "rm-management-groups"), None);
    }

    #[test]
    fn nothing_of_a_skipped_subscription_is_listed() {
        let config = json!({ "subscriptionId": "s", "configureSubscriptionInstances": true });
        let plan = plan(config);
        assert_eq!(planned(&plan, "rm-skipped-subscription").disabled, None);
        for id in ["rm-subscription-locations", "rm-monitor-diagnostic-settings"] {
            let after = &planned(&plan, id).after;
            assert!(after.contains(&"rm-subscription".to_owned()), "{id}: {after:?}");
            assert!(!after.contains(&"rm-skipped-subscription".to_owned()), "{id}: {after:?}");
        }
    }
}
