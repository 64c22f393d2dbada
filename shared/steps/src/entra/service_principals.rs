//! Service principals: the applications that can sign in to the directory.

use graph::Entity;
use serde_json::json;

use crate::conceal::CREDENTIALS;
use crate::entra::credentials::{CERTIFICATES, PASSWORDS};
use crate::entra::{managed_identities, permission_grants};
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static SERVICE_PRINCIPAL: EntityType = EntityType {
    kind: "azure_service_principal",
    class: &["Service"],
    doc: "An application, or a managed identity, as the directory knows it.",
    properties: &[
        text("appDisplayName", "/", "The name of the application."),
        text("appId", "/", "The id that the application signs in with."),
        text("description", "/", "What the application is for."),
        list("servicePrincipalNames", "/", "The names it is asked for by."),
        text("servicePrincipalType", "/", "Such as `ManagedIdentity`."),
        list("tags", "/", "What classifies it, such as `HideApp`."),
        managed_identities::TYPE,
        managed_identities::RESOURCE_ID,
        always("userType", "service", "What sort of account it is."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["service-account"], "What the service does."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-service-principals",
    name: "Entra ID Service Principals",
    list: List::graph("/servicePrincipals")
        .query("$top=999")
        .counted()
        .also(&[managed_identities::FIELD])
        .delta(&[Watch::items("/servicePrincipals/delta")]),
    becomes: Becomes::one(&SERVICE_PRINCIPAL)
        .refine(refine)
        .conceals(CREDENTIALS)
        .links(&[managed_identities::OF_RESOURCE])
        .nested(&[CERTIFICATES, PASSWORDS, permission_grants::ROLES]),
    needs: Needs::DIRECTORY.graph(&["Application.Read.All"]),
    ..Step::AZURE
};

fn refine(principal: &Item<'_>, entity: &mut Entity) {
    // Nearly all have an empty list of tags, which says nothing.
    entity.properties.retain(|_, value| value != &json!([]));
    managed_identities::describe(principal, entity);
}
