//! From a listing of a tenant's subscriptions to an instance for each.
//!
//! The listing is a step of the tenant's instance. When it has ended, a message goes out for each
//! subscription, and what it says is decided here. An instance is removed only on proof: two
//! complete listings that lack its subscription and lie at least a polling interval and a day
//! apart, a week if many subscriptions go at once; and Azure Resource Manager answers that there is
//! no such subscription. Where it answers that access is denied, the application has lost its role.

use steps::{Domain, Service};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::context::{Context, Error};
use crate::instance::{Instance, Provisioned, Standing};
use crate::instances;
use crate::layout;
use crate::message::{Finding, Provision};
use crate::plan::Plan;
use crate::ports::{Address, DomainKey, Failure, Request};
use crate::start;

/// How far apart two listings lie at least that prove together that a subscription is gone.
const APART: Duration = Duration::days(1);

/// How far apart they lie at least if many subscriptions go at once.
const FAR_APART: Duration = Duration::days(7);

/// For how long what is known of a removed subscription is kept.
const GRACE: Duration = Duration::days(30);

/// Acts on what a listing says of a subscription: creates, changes, starts or removes its instance.
///
/// It may be done again at any time, and comes to the same. What an earlier listing says does not
/// outweigh a later one.
///
/// # Errors
///
/// If the instance cannot be started as it is configured, or storage or the queue fails.
pub async fn run(context: &Context, message: &Provision) -> Result<(), Error> {
    let name = message.job.plan();
    let (plan, _): (Plan, _) = context.read(&name).await?.ok_or_else(|| Error::Unknown(name))?;
    let id = format!("{}{}", Instance::family(&plan.instance.id), message.subscription);
    let is_gone = match message.finding {
        Finding::Missing { .. } => is_gone(context, &plan, &message.subscription).await?,
        Finding::Listed { .. } | Finding::Skipped { .. } => false,
    };
    let decide = |stored| decide(&plan, &id, message, is_gone, stored);
    let Some(instance) = instances::change(context, &id, decide).await? else { return Ok(()) };
    let Some(Provisioned { listing, subscription, .. }) = &instance.provisioned else {
        return Ok(());
    };
    if *listing != message.job.id {
        return Ok(());
    }
    let (subscription_id, standing) = (&message.subscription, subscription.as_str());
    tracing::info!(
        event = "subscription decided",
        instance = plan.instance.id,
        job = message.job.id,
        subscription = subscription_id,
        standing,
        of = instance.id,
        "subscription {subscription_id} of instance {} is {standing}",
        plan.instance.id,
    );
    match subscription {
        Standing::Listed if instance.enabled => begin(context, &plan, &instance).await,
        Standing::Removed { until, .. } if is_over(until, &plan.planned_at) => {
            purge(context, &instance).await
        }
        _ => Ok(()),
    }
}

/// Whether Azure Resource Manager says that there is no such subscription.
async fn is_gone(context: &Context, plan: &Plan, subscription: &str) -> Result<bool, Error> {
    let fetch = context.connect(&plan.instance).await?;
    let owner = plan.instance.config.directory_id.clone();
    let domain = DomainKey { owner, domain: Domain::ResourceManager };
    let path = format!("/subscriptions/{subscription}?api-version=2022-12-01");
    let request = Request::get(Service::ResourceManager, Address::Path(path));
    let answer = fetch.fetch(&domain, vec![request]).await.answers.pop();
    Ok(matches!(answer, Some(Err(Failure::Gone(_)))))
}

/// What becomes of the instance of a subscription. `is_gone` says whether there is proof, besides
/// the listing, that the subscription is not there.
fn decide(
    plan: &Plan,
    id: &str,
    message: &Provision,
    is_gone: bool,
    stored: Option<Instance>,
) -> Option<Instance> {
    let before = stored.as_ref().and_then(|it| it.provisioned.as_ref());
    // The ids of jobs sort by the time when they were planned.
    if before.is_some_and(|it| it.listing > message.job.id) {
        return stored;
    }
    let is_again = before.is_some_and(|it| it.listing == message.job.id);
    let since = plan.planned_at.clone();
    let subscription = match (&message.finding, before.map(|it| it.subscription.clone())) {
        (Finding::Listed { .. }, _) => Standing::Listed,
        (Finding::Skipped { reason }, Some(_)) => Standing::Skipped { reason: reason.clone() },
        (Finding::Missing { .. }, Some(before)) if is_again => before,
        (Finding::Missing { .. }, Some(removed @ Standing::Removed { .. })) => removed,
        (Finding::Missing { with_many }, Some(Standing::Missing { since: first })) => {
            let is_proved = is_gone && is_over(&after(&first, apart(plan, *with_many)), &since);
            if is_proved && plan.instance.config.auto_delete_removed_subscriptions {
                Standing::Removed { until: after(&since, GRACE), since }
            } else {
                Standing::Missing { since: first }
            }
        }
        (Finding::Missing { .. }, Some(_)) => Standing::Missing { since },
        // There is nothing to skip or to miss.
        (_, None) => return stored,
    };
    let (by, listing) = (plan.instance.id.clone(), message.job.id.clone());
    let provisioned = Some(Provisioned { by, listing, subscription });
    match &message.finding {
        Finding::Listed { name } => {
            let enabled = stored.as_ref().is_none_or(|it| it.enabled);
            let instance = plan.instance.of_subscription(id, &message.subscription, name);
            Some(Instance { enabled, provisioned, ..instance })
        }
        _ => stored.map(|stored| Instance { provisioned, ..stored }),
    }
}

/// How far apart two listings have to lie.
fn apart(plan: &Plan, with_many: bool) -> Duration {
    let interval = plan.instance.polling_interval.duration().unwrap_or_default();
    let interval = Duration::try_from(interval).unwrap_or(FAR_APART);
    interval.max(if with_many { FAR_APART } else { APART })
}

/// Starts a job, unless one was started for this listing, or is running.
async fn begin(context: &Context, plan: &Plan, instance: &Instance) -> Result<(), Error> {
    context.share(&plan.instance.id, &instance.id);
    match start::start(context, instance, &plan.job.id, plan.scheduled).await {
        Ok(_) | Err(Error::Running { .. } | Error::Held { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Deletes everything that is known of a subscription.
async fn purge(context: &Context, instance: &Instance) -> Result<(), Error> {
    let id = &instance.id;
    for prefix in [format!("graph/{id}/"), format!("jobs/{id}/")] {
        for name in context.store.list(&prefix).await? {
            context.store.delete(&name).await?;
        }
    }
    // Last, so that what died half way is gone on with.
    Ok(context.store.delete(&layout::instance(id)).await?)
}

/// A moment so long after another, in ISO 8601.
fn after(moment: &str, time: Duration) -> String {
    let moment = OffsetDateTime::parse(moment, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (moment + time).format(&Rfc3339).unwrap_or_default()
}

fn is_over(until: &str, now: &str) -> bool {
    let parse = |moment| OffsetDateTime::parse(moment, &Rfc3339).ok();
    matches!((parse(until), parse(now)), (Some(until), Some(now)) if until <= now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::instance::PollingInterval;
    use crate::layout::Job;

    const FIRST: &str = "2026-03-01T00:00:00Z";

    fn plan(day: u8, config: &serde_json::Value) -> Plan {
        let mut all = json!({
            "directoryId": "d", "clientId": "c", "clientSecret": { "secretArn": "arn" },
            "ingestActiveDirectory": true, "configureSubscriptionInstances": true,
        });
        for (name, value) in config.as_object().unwrap() {
            all[name] = value.clone();
        }
        let instance = json!({
            "id": "t", "integration": "azure", "name": "T", "accountName": "acc",
            "pollingInterval": "ONE_DAY", "config": all,
        });
        Plan {
            job: Job { instance: "t".into(), id: format!("202603{day:02}") },
            planned_at: format!("2026-03-{day:02}T00:00:00Z"),
            instance: serde_json::from_value(instance).unwrap(),
            portal: String::new(),
            intune_account_id: None,
            unregistered: std::collections::BTreeSet::new(),
            index: crate::plan::Index::default(),
            tenant_id: None,
            previous: None,
            is_whole: true,
            scheduled: false,
            kept: BTreeMap::new(),
            steps: Vec::new(),
        }
    }

    /// What becomes of an instance when a listing of a day says something of its subscription.
    fn next(
        before: Option<Instance>,
        day: u8,
        config: &serde_json::Value,
        finding: Finding,
    ) -> Option<Instance> {
        let plan = plan(day, config);
        let message = Provision { job: plan.job.clone(), subscription: "s".into(), finding };
        decide(&plan, "t~s", &message, true, before)
    }

    const MISSING: Finding = Finding::Missing { with_many: false };

    fn listed() -> Finding {
        Finding::Listed { name: "S".into() }
    }

    fn standing(instance: Option<&Instance>) -> &Standing {
        &instance.unwrap().provisioned.as_ref().unwrap().subscription
    }

    #[test]
    fn an_instance_takes_after_its_tenants_but_for_the_directory() {
        let config = json!({ "ingestionSources": { "storage": false }, "cloud": "usgov" });
        let instance = next(None, 1, &config, listed()).unwrap();
        assert_eq!(instance.account_name.as_deref(), Some("acc"));
        assert_eq!(instance.polling_interval, PollingInterval::Disabled);
        assert_eq!(instance.config.subscription_id.as_deref(), Some("s"));
        assert_eq!(instance.config.cloud, "usgov");
        assert!(!instance.config.collects("storage"));
        assert!(!instance.config.ingest_active_directory);
        assert!(!instance.config.configure_subscription_instances);
        assert_eq!(instance.name, "S");
    }

    #[test]
    fn what_was_turned_off_by_hand_stays_off() {
        let off = next(None, 1, &json!({}), listed());
        let off = off.map(|it| Instance { enabled: false, ..it });
        assert!(!next(off, 2, &json!({}), listed()).unwrap().enabled);
    }

    #[test]
    fn only_two_complete_listings_in_a_row_remove_an_instance() {
        let delete = json!({ "autoDeleteRemovedSubscriptions": true });
        let first = next(None, 1, &delete, listed());
        let once = next(first, 2, &delete, MISSING);
        let missing = Standing::Missing { since: "2026-03-02T00:00:00Z".into() };
        assert_eq!(*standing(once.as_ref()), missing);
        // The same message once more is no second proof.
        let again = next(once.clone(), 2, &delete, MISSING);
        assert_eq!(again, once);
        let back = next(once.clone(), 3, &delete, listed());
        assert_eq!(*standing(back.as_ref()), Standing::Listed);
        let removed = next(once.clone(), 3, &delete, MISSING);
        let expected = Standing::Removed {
            since: "2026-03-03T00:00:00Z".into(),
            until: "2026-04-02T00:00:00Z".into(),
        };
        assert_eq!(*standing(removed.as_ref()), expected);
        let later = next(removed.clone(), 9, &delete, MISSING);
        assert_eq!(*standing(later.as_ref()), expected);
        // It may come back as long as anything is kept of it.
        assert_eq!(*standing(next(later, 10, &delete, listed()).as_ref()), Standing::Listed);
        // Without the switch it stays missing.
        let kept = next(once, 3, &json!({}), MISSING);
        assert_eq!(*standing(kept.as_ref()), missing);
    }

    #[test]
    fn what_is_missing_is_removed_on_proof_only() {
        let delete = json!({ "autoDeleteRemovedSubscriptions": true });
        let missing = next(next(None, 1, &delete, listed()), 2, &delete, MISSING);
        let is_removed = |day, with_many, is_gone| {
            let plan = plan(day, &delete);
            let (job, subscription) = (plan.job.clone(), "s".to_owned());
            let message = Provision { job, subscription, finding: Finding::Missing { with_many } };
            let after = decide(&plan, "t~s", &message, is_gone, missing.clone());
            matches!(standing(after.as_ref()), Standing::Removed { .. })
        };
        assert!(is_removed(3, false, true));
        assert!(!is_removed(3, false, false), "access was denied");
        assert!(!is_removed(8, true, true), "many are missing");
        assert!(is_removed(9, true, true));
    }

    #[test]
    fn an_earlier_listing_does_not_outweigh_a_later_one() {
        let later = next(None, 5, &json!({}), listed());
        for finding in [MISSING, Finding::Skipped { reason: "r".into() }, listed()] {
            assert_eq!(next(later.clone(), 4, &json!({}), finding), later);
        }
    }

    #[test]
    fn nothing_is_made_to_be_skipped_or_missed() {
        for finding in [MISSING, Finding::Skipped { reason: "r".into() }] {
            assert_eq!(next(None, 1, &json!({}), finding), None);
        }
        let skipped = Finding::Skipped { reason: "r".into() };
        let skipped = next(next(None, 1, &json!({}), listed()), 2, &json!({}), skipped);
        assert_eq!(*standing(skipped.as_ref()), Standing::Skipped { reason: "r".into() });
    }

    #[test]
    fn what_is_kept_is_kept_until_its_time_is_over() {
        let until = after(FIRST, GRACE);
        assert_eq!(until, "2026-03-31T00:00:00Z");
        assert!(!is_over(&until, "2026-03-30T23:59:59Z"));
        assert!(is_over(&until, &until));
        assert!(!is_over("never", FIRST));
    }
}
