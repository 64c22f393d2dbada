//! Federated identity credentials: whose tokens an application accepts in place of a password.

mod workload;

use graph::{Entity, Name};
use serde_json::json;

use crate::entra::applications::APPLICATION;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::link::map_if_there;
use crate::prelude::*;
use workload::Workload;

pub(crate) static FEDERATED_CREDENTIAL: EntityType = EntityType {
    kind: "azure_federated_identity_credential",
    class: &["AccessPolicy"],
    doc: "Trust in the tokens of another identity provider: who holds one signs in as the application.",
    properties: &[
        text("name", "/", "The name within its application."),
        text("displayName", "/name", "The name within its application."),
        text("description", "/", "What it is for."),
        text("issuer", "/", "The identity provider whose tokens are accepted."),
        text("subject", "/", "Whom a token has to be of, as the identity provider calls it."),
        list("audiences", "/", "What a token has to be made for."),
        text("platform", COMPUTED, "Where the workload runs, such as `GitHub` or `Kubernetes`."),
        text("organization", COMPUTED, "The owner, group or organization that the workload is of."),
        text("repository", COMPUTED, "The repository, with its owner, that the workload is of."),
        text("ref", COMPUTED, "The branch or tag that the workload has to run for."),
        text("environment", COMPUTED, "The environment that the workload has to be deployed to."),
        text("event", COMPUTED, "The event that the workload has to run for: `pull_request`."),
        text("project", COMPUTED, "The project that the workload is of."),
        text("workspace", COMPUTED, "The workspace that the workload is of."),
        text("namespace", COMPUTED, "The namespace of the cluster that the workload is in."),
        text("serviceAccount", COMPUTED, "The service account of the cluster that it runs as."),
        text("trustedTenantId", COMPUTED, "The directory that the workload is known to."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-federated-identity-credentials",
    name: "Entra ID Federated Identity Credentials",
    // It takes no `$top`.
    list: List::graph("/applications/{id}/federatedIdentityCredentials").of_each(&[&APPLICATION]),
    becomes: Becomes::one(&FEDERATED_CREDENTIAL)
        .refine(|credential, entity| {
            if let Some(workload) = Workload::of(credential) {
                describe(&workload, entity);
            }
        })
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::found(RelationshipClass::Trusts, &[&SERVICE_PRINCIPAL], identity),
            // Whoever reads the graph finds what is trusted by one property, or leaves it out.
            Link::found(RelationshipClass::Trusts, &[], |it| {
                repository(it).map(|it| Name::alias("github", &it)).into_iter().collect()
            })
            .kind(REPOSITORY)
            .or_map(&[REPOSITORY], |_, it| {
                let name = repository(it);
                let target = json!({ "_type": "github_repo", "_class": "CodeRepo", "fullName": name });
                map_if_there(REPOSITORY, &[&["_type", "fullName"]], target)
            }),
            Link::found(RelationshipClass::Trusts, &[], |it| {
                let issuer = issuer(it).map(|it| it.trim_end_matches('/'));
                issuer.map(|it| Name::alias("oidc", it)).into_iter().collect()
            })
            .kind(CLUSTER)
            .or_map(&[CLUSTER], |_, it| {
                let url = issuer(it);
                let target = json!({ "_type": "azure_kubernetes_cluster", "_class": "Cluster", "oidcIssuerUrl": url });
                map_if_there(CLUSTER, &[&["_type", "oidcIssuerUrl"]], target)
            }),
        ]),
    needs: Needs::directory("ad-federated-credentials").graph(&["Application.Read.All"]),
    ..Step::AZURE
};

const REPOSITORY: &str = "azure_federated_identity_credential_trusts_github_repo";
const CLUSTER: &str = "azure_federated_identity_credential_trusts_kubernetes_cluster";

/// A managed identity of this directory.
fn identity(credential: &Item<'_>) -> Vec<Name> {
    let directory = &credential.instance.directory_id;
    let is_ours = |it: &Workload| it.platform == workload::ENTRA && it.is_of(directory);
    let workload = Workload::of(credential).filter(is_ours);
    workload.and_then(|_| credential.text("/subject")).map(Name::of_id).into_iter().collect()
}

/// The repository whose workflows it trusts.
fn repository(credential: &Item<'_>) -> Option<String> {
    let workload = Workload::of(credential).filter(|it| it.platform == workload::GITHUB)?;
    workload.detail("repository").map(str::to_owned)
}

/// The address of the cluster whose pods it trusts.
fn issuer<'i>(credential: &Item<'i>) -> Option<&'i str> {
    Workload::of(credential).filter(|it| it.platform == workload::AKS)?;
    credential.text("/issuer")
}

fn describe(workload: &Workload, entity: &mut Entity) {
    entity.set("platform", Some(workload.platform));
    for (name, value) in &workload.details {
        entity.set(name, Some(value.as_str()));
    }
}
