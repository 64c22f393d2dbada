//! Service principals: the applications that can sign in to the directory.

use graph::Entity;
use serde_json::json;

use crate::convert::{Item, Output};
use crate::delta::Watch;
use crate::entity::{EntityType, OBJECT, always, always_list, list, text};
use crate::entra::{credentials, managed_identities, permission_grants};
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static SERVICE_PRINCIPAL: EntityType = EntityType {
    kind: "azure_service_principal",
    class: &["Service"],
    doc: "An application, or a managed identity, as the directory knows it.",
    shared: OBJECT,
    properties: &[
        text("appDisplayName", "/appDisplayName", "The name of the application."),
        text("appId", "/appId", "The id that the application signs in with."),
        text("description", "/description", "What the application is for."),
        list("servicePrincipalNames", "/servicePrincipalNames", "The names it is asked for by."),
        text("servicePrincipalType", "/servicePrincipalType", "Such as `ManagedIdentity`."),
        list("tags", "/tags", "What classifies it, such as `HideApp`."),
        managed_identities::TYPE,
        managed_identities::RESOURCE_ID,
        always("userType", "service", "What sort of account it is."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["service-account"], "What the service does."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-service-principals",
    name: "Entra ID Service Principals",
    list: List::graph("/servicePrincipals")
        .query("$top=999")
        .counted()
        .also(&[
            managed_identities::FIELD,
            permission_grants::ROLES,
            "keyCredentials",
            "passwordCredentials",
        ])
        .delta(&[Watch::items("/servicePrincipals/delta")]),
    permissions: &[Permission::Graph("Application.Read.All")],
    emits: Some(&SERVICE_PRINCIPAL),
    links: &[credentials::HAS, managed_identities::OF_RESOURCE, permission_grants::HAS_ROLE],
    refine,
    relate,
    adds: &[&credentials::CERTIFICATE, &credentials::PASSWORD, &permission_grants::APP_ROLE],
    ..Step::DIRECTORY
};

fn refine(principal: &Item<'_>, entity: &mut Entity) {
    // Nearly all have an empty list of tags, which says nothing.
    entity.properties.retain(|_, value| value != &json!([]));
    managed_identities::describe(principal, entity);
    credentials::conceal(principal, entity);
}

fn relate(principal: &Item<'_>, out: &mut Output) {
    credentials::of_service_principal(principal, out);
    managed_identities::relate(principal, out);
    permission_grants::roles(principal, out);
}
