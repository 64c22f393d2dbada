//! What applications may do for users.

use graph::Entity;

use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static DELEGATED: EntityType = EntityType {
    kind: "azure_delegated_permission_grant",
    class: &["AccessPolicy"],
    doc: "What an application may do at another one on behalf of one user, or of all.",
    properties: &[
        text("name", COMPUTED, "The permissions that are granted."),
        text("displayName", COMPUTED, "The permissions that are granted."),
        text("clientId", "/", "The object id of the service principal that acts."),
        text("resourceId", "/", "The object id of the service principal acted upon."),
        text("principalId", "/", "The object id of the user on whose behalf it acts."),
        text("consentType", "/", "`AllPrincipals` for all users, or `Principal` for one."),
        list("scopes", COMPUTED, "The permissions that are granted, such as `Mail.Read`."),
    ],
    ..EntityType::OBJECT
};

fn scopes(grant: &Item<'_>, entity: &mut Entity) {
    // Consent may be taken back scope by scope, until none is left.
    let scopes: Vec<&str> = grant.text("/scope").unwrap_or_default().split_whitespace().collect();
    let name = if scopes.is_empty() { "nothing".to_owned() } else { scopes.join(" ") };
    entity.set("name", Some(name.as_str()));
    entity.set("displayName", Some(name));
    entity.set("scopes", Some(scopes));
}

pub(crate) static STEP: Step = Step {
    id: "ad-delegated-permission-grants",
    name: "Entra ID Delegated Permission Grants",
    list: List::graph("/oauth2PermissionGrants").query("$top=999").also(&["scope"]),
    becomes: Becomes::one(&DELEGATED).refine(scopes).links(&[
        Link::of(&[&SERVICE_PRINCIPAL], "/clientId"),
        Link::new(RelationshipClass::Allows, &[&SERVICE_PRINCIPAL], "/resourceId"),
        Link::new(RelationshipClass::Assigned, &[&USER], "/principalId"),
    ]),
    needs: Needs::directory("ad-permission-grants").graph(&["Directory.Read.All"]),
    ..Step::AZURE
};
