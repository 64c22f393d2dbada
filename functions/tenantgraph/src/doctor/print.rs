//! What a doctor found, for people.

use std::io;
use std::path::Path;

use collector::doctor::{Affected, Finding, Report, Subscription, VaultRefusal};

use super::grant;
use crate::print::{line, some};

/// How many names of types, subscriptions or actions are printed at most where there are many.
const NAMES: usize = 12;

/// Prints a report: what will be missing, what else there is to know, and what mends it.
pub(super) fn report(report: &Report, event: &Path) -> io::Result<()> {
    line(&format!("Instance {}, tenant {}", report.instance, report.tenant))?;
    let known = [("application", &report.client_id), ("service principal", &report.object_id)];
    let known = known.into_iter().filter_map(|(what, id)| Some(format!("{what} {}", id.as_ref()?)));
    line(&format!("Signs in as {}", known.collect::<Vec<_>>().join(", ")))?;
    if !report.is_refused() {
        let subscriptions = report.subscriptions.len();
        line(&format!("Enabled: {} steps, {subscriptions} subscriptions", report.steps))?;
    }
    if let Some(left) = report.requests_left {
        line(&format!("Azure Resource Manager would answer {left} more requests at once"))?;
    }
    line("")?;
    let (missing, other): (Vec<_>, Vec<_>) = report.findings.iter().partition(|it| it.loses());
    section("WILL BE MISSING", &missing)?;
    section("ALSO NOTE", &other)?;
    let commands = grant::commands(report, event);
    if !commands.is_empty() {
        line("TO GRANT WHAT IS MISSING")?;
        for command in commands {
            line(&format!("  {command}"))?;
        }
        line("")?;
    }
    let is_unknown = report.findings.iter().any(|it| matches!(it, Finding::Unknown { .. }));
    if report.is_refused() {
        line("The instance cannot sign in.")
    } else if !missing.is_empty() {
        line(&format!("The graph will lack {}.", things(missing.len())))
    } else if is_unknown {
        line("Nothing is known to be missing. What is not known is said above.")
    } else {
        line("The instance can read everything that its enabled steps need.")
    }
}

fn things(count: usize) -> String {
    match count {
        1 => "what one finding above names".to_owned(),
        count => format!("what {count} findings above name"),
    }
}

fn section(title: &str, findings: &[&Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    line(title)?;
    for finding in findings {
        let (text, affects) = told(finding);
        line(&format!("  {text}"))?;
        if let Some(affects) = affects.filter(|it| !it.is_nothing()) {
            line(&format!("    {}", lost(affects)))?;
        }
    }
    line("")
}

/// What the graph lacks.
fn lost(affects: &Affected) -> String {
    let steps = match affects.steps.as_slice() {
        [step] => format!("step {step}"),
        steps => format!("{} steps", steps.len()),
    };
    format!("missing without it ({steps}): {}", some(&affects.types, NAMES))
}

/// A finding as a sentence, and what it costs.
fn told(finding: &Finding) -> (String, Option<&Affected>) {
    match finding {
        Finding::SignInRefused { reason } => (format!("Everything: {reason}"), None),
        Finding::NoSubscriptions => (
            "The principal has no role in any subscription, so tenantgraph finds none.".to_owned(),
            None,
        ),
        Finding::SubscriptionNotFound { subscription, reason } => (
            format!(
                "Everything of subscription {}: it is not in this tenant, or the principal has no \
                 role in it ({reason}).",
                subscription.id
            ),
            None,
        ),
        Finding::GraphPermissionMissing { permission, affects, .. } => (
            format!("Microsoft Graph: the application permission {permission} is not granted."),
            Some(affects),
        ),
        Finding::ActionsMissing { subscriptions, actions, affects } if affects.is_nothing() => (
            format!(
                "{}: no role allows {}. A job sends more requests for it, and misses nothing.",
                of(subscriptions),
                some(actions, NAMES)
            ),
            None,
        ),
        Finding::ActionsMissing { subscriptions, actions, affects } => (
            format!("{}: no role allows {}.", of(subscriptions), some(actions, NAMES)),
            Some(affects),
        ),
        Finding::RootRoleMissing { actions, affects } => (
            format!(
                "Root management group: no role of the principal allows {}.",
                some(actions, NAMES)
            ),
            Some(affects),
        ),
        Finding::VaultsRefuse { vaults, because, affects } => {
            let known: Vec<&str> = vaults.iter().filter_map(|it| it.rsplit('/').next()).collect();
            let text = format!("Vaults {}: {}", some(&known, NAMES), refusal(*because, affects));
            (text, Some(affects))
        }
        Finding::LicenceMissing { licence, affects } => {
            (format!("Licence: the tenant has no {licence}."), Some(affects))
        }
        Finding::Retires { step, when, is_over, replacement } => {
            let retires = if *is_over { "has retired" } else { "retires" };
            let text = format!(
                "Retirement: Microsoft {retires} the list of step {step} ({when}); it is replaced \
                 by {replacement}."
            );
            (text, None)
        }
        Finding::ClockIsOff { ahead_seconds } => {
            let direction = if *ahead_seconds < 0 { "behind" } else { "ahead of" };
            let seconds = ahead_seconds.abs();
            let text = format!(
                "Clock: this machine is {seconds} s {direction} Microsoft's; set its clock."
            );
            (text, None)
        }
        Finding::NotRegistered { subscriptions, namespaces } => (
            format!(
                "{}: not registered, so there is nothing to read: {}.",
                of(subscriptions),
                some(namespaces, NAMES)
            ),
            None,
        ),
        Finding::NearlyThrottled { subscription, requests_left } => (
            format!(
                "{}: Azure Resource Manager would answer only {requests_left} more requests at \
                 once, since something else sends many. A job waits then, and takes longer.",
                of(std::slice::from_ref(subscription))
            ),
            None,
        ),
        Finding::Unknown { what, reason } => (format!("Not known: {what} ({reason})."), None),
    }
}

fn refusal(because: VaultRefusal, affects: &Affected) -> String {
    let why = match because {
        VaultRefusal::Policy => "no access policy lets the principal list what is in them",
        VaultRefusal::Role => "no role of the principal allows the data actions",
        VaultRefusal::Network => "they are closed to public networks",
        VaultRefusal::Firewall => {
            "their firewall lets in some networks only, and whether this is one of them is not known"
        }
    };
    if because == VaultRefusal::Network && !affects.is_nothing() {
        format!("{why}; no permission mends that.")
    } else if affects.is_nothing() {
        format!("{why}; their keys and secrets are read through Azure Resource Manager instead.")
    } else {
        format!("{why}.")
    }
}

/// Which subscriptions, by name.
fn of(subscriptions: &[Subscription]) -> String {
    let name = |it: &Subscription| match &it.name {
        Some(name) => format!("{name} ({})", it.id),
        None => it.id.clone(),
    };
    match subscriptions {
        [one] => format!("Subscription {}", name(one)),
        several => {
            let all: Vec<String> = several.iter().map(name).collect();
            format!("{} subscriptions ({})", several.len(), some(&all, NAMES))
        }
    }
}
