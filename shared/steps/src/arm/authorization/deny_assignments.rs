//! What nobody may do, whatever roles he holds.

use crate::entra::groups::GROUP;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static DENY_ASSIGNMENT: EntityType = EntityType {
    kind: "azure_deny_assignment",
    class: &["AccessPolicy"],
    doc: "What principals may not do at a scope, whatever roles they hold.",
    properties: &[
        text("name", "/properties/denyAssignmentName", "The name that people see."),
        text("displayName", "/properties/denyAssignmentName", "The name that people see."),
        text("description", "/properties/", "Why."),
        text("scope", SCOPE, "The id of where it holds."),
        flag("doNotApplyToChildScopes", "/properties/", "Whether it spares all below the scope."),
        flag("isSystemProtected", "/properties/", "Whether Azure has made it."),
        each("actions", "/properties/permissions/*/actions/*", "What may not be done."),
        each("notActions", "/properties/permissions/*/notActions/*", "What may be done after all."),
        each("dataActions", "/properties/permissions/*/dataActions/*", "The same for data."),
        each("notDataActions", "/properties/permissions/*/notDataActions/*", "The same for data."),
        each("principalIds", PRINCIPALS, "Whom it is for, by object id; all zeros for everybody."),
        each("excludedPrincipalIds", "/properties/excludePrincipals/*/id", "Whom it is not for."),
    ],
    ..EntityType::extension("Microsoft.Authorization/denyAssignments", "2022-04-01")
};

const SCOPE: &str = "/properties/scope";
const PRINCIPALS: &str = "/properties/principals/*/id";

pub(crate) static STEP: Step = Step {
    id: "rm-authorization-deny-assignments",
    name: "Deny Assignments",
    list: List::of(&DENY_ASSIGNMENT).filtered(),
    ..Step::of(&DENY_ASSIGNMENT, "authorization").links(&[
        Link::new(RelationshipClass::Has, &[], SCOPE)
            .reverse()
            .kind("azure_resource_has_deny_assignment"),
        Link::new(RelationshipClass::Denies, &[&USER, &GROUP, &SERVICE_PRINCIPAL], PRINCIPALS),
    ])
};
