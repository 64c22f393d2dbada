//! Policies of conditional access.

use graph::Name;

use super::authentication_contexts::AUTHENTICATION_CONTEXT;
use super::named_locations::{NAMED_LOCATION, location};
use super::{BESIDES, OF_SERVICE, key, key_of};
use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::entra::groups::GROUP;
use crate::prelude::*;

pub(crate) static POLICY: EntityType = EntityType {
    kind: "azure_conditional_access_policy",
    class: &["AccessPolicy"],
    doc: "What is demanded of users who sign in under some conditions.",
    properties: &[
        text("state", "/", "`enabled`, `disabled` or `enabledForReportingButNotEnforced`."),
        text("templateId", "/", "The template that it was made from."),
        text("createdDateTime", "/", "When it was created, in ISO 8601."),
        text("modifiedDateTime", "/", "When it was last changed, in ISO 8601."),
        list(
            "includeUsers",
            "/conditions/users/",
            "The users it is for, or `All`, `GuestsOrExternalUsers` or `None`.",
        ),
        list("excludeUsers", "/conditions/users/", "Users it is not for."),
        list("includeGroups", "/conditions/users/", "The groups it is for."),
        list("excludeGroups", "/conditions/users/", "Groups it is not for."),
        list(
            "includeRoles",
            "/conditions/users/",
            "The roles of the directory whose holders it is for.",
        ),
        list(
            "excludeRoles",
            "/conditions/users/",
            "Roles of the directory whose holders it is not for.",
        ),
        text(
            "includeGuestsOrExternalUsers",
            "/conditions/users/includeGuestsOrExternalUsers/guestOrExternalUserTypes",
            "The sorts of guests it is for, separated by commas.",
        ),
        text(
            "excludeGuestsOrExternalUsers",
            "/conditions/users/excludeGuestsOrExternalUsers/guestOrExternalUserTypes",
            "Sorts of guests it is not for, separated by commas.",
        ),
        list(
            "includeApplication",
            "/conditions/applications/includeApplications",
            "The applications it guards, by their application ids, or `All`.",
        ),
        list("excludeApplications", "/conditions/applications/", "Applications it does not guard."),
        list(
            "includeLocations",
            "/conditions/locations/",
            "The named locations it holds for, or `All` or `AllTrusted`.",
        ),
        list("excludeLocations", "/conditions/locations/", "Named locations it does not hold for."),
        list("clientAppTypes", "/conditions/", "The sorts of clients."),
        list("builtInControls", "/grantControls/", "What it demands, such as `mfa` or `block`."),
        text("operator", "/grantControls/", "Whether all of that is needed, or one."),
        text(
            "authenticationStrength",
            "/grantControls/authenticationStrength/displayName",
            "The strength of authentication that it demands.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(super) const POLICIES: List =
    List::graph("/identity/conditionalAccess/policies").whole().domain(Domain::GraphPolicies);

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-policy",
    name: "Conditional Access Policy",
    covers: &[
        "ad-conditional-access",
        "ad-conditional-access-has-conditional-access-policy-relationships",
        "ad-conditional-access-policy-assigned-azure-ad-groups-relationships",
        "ad-conditional-access-policy-contains-conditional-access-named-location-relationships",
    ],
    list: POLICIES,
    becomes: Becomes::one(&POLICY)
        .key(|policy| key(&POLICY, policy))
        .links(&[
            OF_SERVICE,
            Link::new(
                RelationshipClass::Contains,
                &[&NAMED_LOCATION],
                "/conditions/locations/includeLocations/*",
            )
            .by(location),
            Link::new(RelationshipClass::Assigned, &[&GROUP], "/conditions/users/includeGroups/*"),
            Link::new(
                RelationshipClass::Assigned,
                &[&ROLE_DEFINITION],
                "/conditions/users/includeRoles/*",
            ),
            Link::new(
                RelationshipClass::Assigned,
                &[&AUTHENTICATION_CONTEXT],
                "/conditions/applications/includeAuthenticationContextClassReferences/*",
            )
            .by(|id, _| Some(Name::from(&key_of(&AUTHENTICATION_CONTEXT, id)?))),
        ])
        .nested(&[BESIDES]),
    needs: Needs::directory("conditional-access-policy").graph(&["Policy.Read.All"]),
    ..Step::AZURE
};
