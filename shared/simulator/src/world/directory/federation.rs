//! Federated identity credentials: whose tokens an application accepts in the place of a secret.

use serde_json::json;

use super::document::Document;
use crate::world::names::WORKLOADS;
use crate::world::tenant::Tenant;

/// The federated identity credentials of an application: of pipelines at GitHub, of
/// workloads in a Kubernetes cluster of Azure's or of AWS's, and of roles of AWS.
pub(crate) fn credentials(tenant: &Tenant, application: u64) -> Vec<Document> {
    let mut draw = tenant.draw("federated", application);
    let count = [0, 0, 0, 1, 2][usize::try_from(draw.below(5)).unwrap_or_default()];
    let label = tenant.company().1;
    let credential = |place: u64| {
        let workload = draw.pick(&WORKLOADS);
        let (name, issuer, subject) = match draw.below(4) {
            0 => (
                format!("github-{workload}"),
                "https://token.actions.githubusercontent.com".to_owned(),
                format!("repo:{label}/{workload}:environment:production"),
            ),
            1 => (
                format!("github-{workload}-main"),
                "https://token.actions.githubusercontent.com".to_owned(),
                format!("repo:{label}/{workload}:ref:refs/heads/main"),
            ),
            2 => (
                format!("aks-{workload}"),
                format!(
                    "https://westeurope.oic.prod-aks.azure.com/{}/{}/",
                    tenant.id(),
                    draw.guid()
                ),
                format!("system:serviceaccount:{workload}:{workload}-sa"),
            ),
            _ => (
                format!("eks-{workload}"),
                format!(
                    "https://oidc.eks.eu-west-1.amazonaws.com/id/{}{}",
                    draw.hex(16).to_uppercase(),
                    draw.hex(16).to_uppercase()
                ),
                format!("system:serviceaccount:{workload}:{workload}-sa"),
            ),
        };
        let body = json!({
            "id": draw.guid(),
            "name": format!("{name}-{place}"),
            "issuer": issuer,
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
            "description": draw.pick(&[None, Some("Deployment")]),
        });
        Document::new("federatedIdentityCredential", body)
    };
    (0..count).map(credential).collect()
}
