//! What the roles of the principal in a subscription allow, and what the subscription has
//! registered.

use std::collections::BTreeSet;

use steps::{Permission, Service, Setting, Step};

use super::finding::{Affected, Finding, Subscription};
use super::vault;
use crate::permissions::Permissions;
use crate::plan::{PlannedStep, enabled};
use crate::ports::{Failure, Fetch};
use crate::providers::unregistered;

/// The action without which the others are not known.
const READ_PERMISSIONS: &str = "Microsoft.Authorization/permissions/read";

/// Examines a subscription, for which some steps run.
pub(super) async fn examine(
    fetch: &dyn Fetch,
    subscription: &Subscription,
    steps: &[PlannedStep],
    object_id: Option<&str>,
) -> Vec<Finding> {
    let of_subscription: Vec<&'static Step> =
        enabled(steps).filter(|it| it.needs.setting == Setting::Subscription).collect();
    let mut findings = Vec::new();
    let name = subscription.name.as_deref().unwrap_or(&subscription.id);
    let permissions = match Permissions::of_subscription(fetch, &subscription.id).await {
        Ok(permissions) => permissions,
        Err(Failure::Gone(reason)) => {
            let subscription = subscription.clone();
            return vec![Finding::SubscriptionNotFound { subscription, reason }];
        }
        Err(failure) => {
            if matches!(failure, Failure::Forbidden(_)) {
                findings.push(Finding::ActionsMissing {
                    subscriptions: vec![subscription.clone()],
                    actions: vec![READ_PERMISSIONS.to_owned()],
                    affects: Affected::default(),
                });
            }
            let what = format!("what the principal may read in subscription {name}");
            findings.push(Finding::unknown(what, &failure));
            return findings;
        }
    };
    let absent = unregistered(fetch, &subscription.id).await;
    let is_absent = |step: &Step| {
        step.list.namespace().is_some_and(|it| absent.contains(&it.to_ascii_lowercase()))
    };
    let (nothing, read): (Vec<&Step>, Vec<&Step>) =
        of_subscription.iter().copied().partition(|it| is_absent(it));
    findings.extend(missing(&permissions, subscription, steps, &read));
    let namespaces: BTreeSet<&str> = nothing.iter().filter_map(|it| it.list.namespace()).collect();
    if !namespaces.is_empty() {
        findings.push(Finding::NotRegistered {
            subscriptions: vec![subscription.clone()],
            namespaces: namespaces.into_iter().map(str::to_owned).collect(),
        });
    }
    let in_vaults: Vec<&'static Step> = of_subscription
        .into_iter()
        .filter(|it| it.list.place.service == Service::KeyVault && !is_absent(it))
        .collect();
    if !in_vaults.is_empty() {
        let principal = vault::Principal { object_id, permissions: &permissions };
        findings.extend(vault::examine(fetch, subscription, steps, &in_vaults, principal).await);
    }
    findings
}

/// The actions that no role allows: those without which something is missing, and those without
/// which a job only sends more requests.
fn missing(
    permissions: &Permissions,
    subscription: &Subscription,
    steps: &[PlannedStep],
    of_subscription: &[&'static Step],
) -> Vec<Finding> {
    let (mut needed, mut optional) = (BTreeSet::new(), BTreeSet::new());
    let mut lost = Vec::new();
    for &step in of_subscription {
        for permission in step.permissions() {
            let Permission::Action(action) = permission else { continue };
            if permissions.allow(&action) {
                continue;
            }
            if step.needs.optional_actions.contains(&&*action) {
                optional.insert(action.into_owned());
            } else {
                needed.insert(action.into_owned());
                lost.push(step.id);
            }
        }
    }
    let finding = |actions: BTreeSet<String>, lost: &[&'static str]| {
        (!actions.is_empty()).then(|| Finding::ActionsMissing {
            subscriptions: vec![subscription.clone()],
            actions: actions.into_iter().collect(),
            affects: Affected::by(steps, lost),
        })
    };
    [finding(needed, &lost), finding(optional, &[])].into_iter().flatten().collect()
}
