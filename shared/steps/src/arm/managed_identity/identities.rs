//! Managed identities that are resources of their own.

use graph::Key;
use serde_json::json;

use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::link::map_if_there;
use crate::prelude::*;

pub(crate) static IDENTITY: EntityType = EntityType {
    kind: "azure_user_assigned_identity",
    class: &["AccessRole"],
    doc: "A managed identity that resources act as.",
    properties: &[
        text("principalId", PRINCIPAL, "The object id of its service principal."),
        text("clientId", "/properties/", "The application id of its service principal."),
        text("tenantId", "/properties/", "The directory that it is in."),
        text("isolationScope", "/properties/", "`Regional` if only its region's resources use it."),
    ],
    ..EntityType::resource("Microsoft.ManagedIdentity/userAssignedIdentities", "2024-11-30")
};

const PRINCIPAL: &str = "/properties/principalId";
const IS: &str = "azure_user_assigned_identity_is_service_principal";

pub(crate) static STEP: Step = Step {
    id: "rm-managed-identity-user-assigned-identities",
    name: "User-assigned Managed Identities",
    ..Step::of(&IDENTITY, "managed-identity").links(&[Link::new(
        RelationshipClass::Is,
        &[&SERVICE_PRINCIPAL],
        PRINCIPAL,
    )
    .or_map(&[IS], |id, _| {
        // The instance of the directory mostly collects it.
        let target = json!({ "_type": SERVICE_PRINCIPAL.kind, "_key": Key::new(id) });
        map_if_there(IS, &[&["_type", "_key"]], target)
    })])
};
