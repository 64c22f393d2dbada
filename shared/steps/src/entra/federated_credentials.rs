//! Federated identity credentials: whose tokens an application accepts in place of a password.

mod workload;

use graph::{End, Entity, Name, RelationshipClass, Unresolved};
use serde_json::json;

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, list, text};
use crate::entra::applications::APPLICATION;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::list::List;
use crate::step::{Link, Permission, Step};
use workload::Workload;

pub(crate) static FEDERATED_CREDENTIAL: EntityType = EntityType {
    kind: "azure_federated_identity_credential",
    class: &["AccessPolicy"],
    doc: "Trust in the tokens of another identity provider: who holds one signs in as the application.",
    shared: OBJECT,
    properties: &[
        text("name", "/name", "The name within its application."),
        text("displayName", "/name", "The name within its application."),
        text("description", "/description", "What it is for."),
        text("issuer", "/issuer", "The identity provider whose tokens are accepted."),
        text(
            "subject",
            "/subject",
            "Whom a token has to be of, as the identity provider calls it.",
        ),
        list("audiences", "/audiences", "What a token has to be made for."),
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
};

pub(crate) static STEP: Step = Step {
    id: "ad-federated-identity-credentials",
    name: "Entra ID Federated Identity Credentials",
    ingestion_source: Some("ad-federated-credentials"),
    // It takes no `$top`.
    list: List::graph("/applications/{id}/federatedIdentityCredentials").of_each(&[&APPLICATION]),
    permissions: &[Permission::Graph("Application.Read.All")],
    emits: Some(&FEDERATED_CREDENTIAL),
    links: &LINKS,
    refine: |credential, entity| {
        if let Some(workload) = Workload::of(credential) {
            describe(&workload, entity);
        }
    },
    relate: trust,
    ..Step::DIRECTORY
};

const REPOSITORY: &str = "azure_federated_identity_credential_trusts_github_repo";
const CLUSTER: &str = "azure_federated_identity_credential_trusts_kubernetes_cluster";

/// To its application, and to whom it trusts: a managed identity of this directory, a repository, a
/// cluster.
static LINKS: [Link; 4] = [
    Link::of_parent(RelationshipClass::Has),
    Link::new(RelationshipClass::Trusts, &[&SERVICE_PRINCIPAL], ""),
    Link::new(RelationshipClass::Trusts, &[], "").kind(REPOSITORY).or_map(
        &[REPOSITORY],
        |it, _| {
            map(REPOSITORY, "fullName", it, json!({ "_type": "github_repo", "_class": "CodeRepo" }))
        },
    ),
    Link::new(RelationshipClass::Trusts, &[], "").kind(CLUSTER).or_map(&[CLUSTER], |it, _| {
        let cluster = json!({ "_type": "azure_kubernetes_cluster", "_class": "Cluster" });
        map(CLUSTER, "oidcIssuerUrl", it, cluster)
    }),
];

/// Whoever reads the graph finds what is trusted by one property, or leaves it out.
fn map(kind: &str, property: &str, value: &str, mut target: serde_json::Value) -> Unresolved {
    target[property] = value.into();
    Unresolved::Map {
        kind: kind.to_owned(),
        filters: vec![vec!["_type".to_owned(), property.to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: true,
    }
}

fn describe(workload: &Workload, entity: &mut Entity) {
    entity.set("platform", Some(workload.platform));
    for (name, value) in &workload.details {
        entity.set(name, Some(value.as_str()));
    }
}

fn trust(credential: &Item<'_>, out: &mut Output) {
    let (Some(key), Some(workload)) = (credential.key("/id"), Workload::of(credential)) else {
        return;
    };
    let [_, identity, repository, cluster] = &LINKS;
    let (link, name, value) = match workload.platform {
        workload::ENTRA if workload.is_of(&credential.scope.directory_id) => {
            let Some(subject) = credential.text("/subject") else { return };
            (identity, Name::of_id(subject), subject)
        }
        workload::GITHUB => {
            let Some(it) = workload.detail("repository") else { return };
            (repository, Name::alias("github", it), it)
        }
        workload::AKS => {
            let Some(issuer) = credential.text("/issuer") else { return };
            (cluster, Name::alias("oidc", issuer.trim_end_matches('/')), issuer)
        }
        _ => return,
    };
    let end = End::known(&key, FEDERATED_CREDENTIAL.kind);
    let mut reference = link.reference(end, End::named(name));
    reference.unresolved = (link.unresolved)(value, credential);
    out.references.push(reference);
}
