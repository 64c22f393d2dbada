//! What Microsoft Graph lets the principal read, and what the tenant has licences for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use steps::permission::suffices;
use steps::{Domain, Integration, Licence, Permission, Setting};

use super::finding::{Affected, Finding};
use crate::ask::graph_items;
use crate::context::Error;
use crate::instance::Instance;
use crate::plan::{PlannedStep, enabled};
use crate::ports::{Address, DomainKey, Fetch};
use crate::sign_in::intune;

/// The products that the tenant has licences of. Source: Microsoft Graph, "List subscribedSkus".
const SUBSCRIBED_SKUS: &str = "/subscribedSkus?$select=capabilityStatus,servicePlans";

/// The application permissions that some enabled step needs and that are not granted.
pub(super) fn permissions(steps: &[PlannedStep], granted: &[String]) -> Vec<Finding> {
    let mut lacking = BTreeMap::<&'static str, Vec<&'static str>>::new();
    for step in enabled(steps) {
        for permission in step.permissions() {
            if let Permission::Graph(name) = permission
                && !granted.iter().any(|it| suffices(it, name))
            {
                lacking.entry(name).or_default().push(step.id);
            }
        }
    }
    let finding =
        |(permission, lost): (&'static str, Vec<&'static str>)| Finding::GraphPermissionMissing {
            permission,
            app_role_id: steps::docs::graph_role_id(permission),
            affects: Affected::by(steps, &lost),
        };
    lacking.into_iter().map(finding).collect()
}

/// The licences that some enabled step needs and that the tenant does not have.
pub(super) async fn licences(
    fetch: &dyn Fetch,
    instance: &Instance,
    steps: &[PlannedStep],
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    if instance.integration == Integration::Microsoft365
        && let Some(reason) = intune(fetch, instance).await?.lacking
    {
        let lost = enabled(steps).filter(|it| it.needs.setting == Setting::Intune);
        let lost: Vec<&'static str> = lost.map(|it| it.id).collect();
        findings.push(Finding::LicenceMissing {
            licence: format!("Microsoft Intune ({reason})"),
            affects: Affected::by(steps, &lost),
        });
    }
    let mut needed = BTreeMap::<Licence, Vec<&'static str>>::new();
    for step in enabled(steps) {
        if let Some(licence) = step.needs.licence {
            needed.entry(licence).or_default().push(step.id);
        }
    }
    if needed.is_empty() {
        return Ok(findings);
    }
    let owner = instance.config.directory_id.clone();
    let domain = DomainKey { owner, domain: Domain::Graph };
    let first = Address::Path(SUBSCRIBED_SKUS.to_owned());
    match graph_items(fetch, &domain, first, "licences").await {
        Ok(products) => {
            let plans = service_plans(&products);
            let lacking = needed
                .into_iter()
                .filter(|(licence, _)| !plans.iter().any(|plan| licence.is_in(plan)));
            findings.extend(lacking.map(|(licence, lost)| Finding::LicenceMissing {
                licence: licence.name().to_owned(),
                affects: Affected::by(steps, &lost),
            }));
        }
        Err(failure) => {
            findings.push(Finding::unknown("which licences the tenant has".to_owned(), &failure));
        }
    }
    Ok(findings)
}

/// The names of the service plans that the tenant can use.
fn service_plans(products: &[Value]) -> BTreeSet<&str> {
    let is_usable =
        |it: &&Value| matches!(it["capabilityStatus"].as_str(), Some("Enabled" | "Warning"));
    let plans = products.iter().filter(is_usable).filter_map(|it| it["servicePlans"].as_array());
    let plans = plans.flatten().filter(|it| it["provisioningStatus"] != "Disabled");
    plans.filter_map(|it| it["servicePlanName"].as_str()).collect()
}
