//! Authentication contexts: names by which applications ask for policies of conditional access.

use super::{BESIDES, OF_SERVICE, key};
use crate::prelude::*;

pub(crate) static AUTHENTICATION_CONTEXT: EntityType = EntityType {
    kind: "azure_conditional_access_authorization_context",
    class: &["Resource"],
    doc: "What an application asks for where it guards something better than the rest.",
    properties: &[
        text("description", "/", "What it is for."),
        flag("isAvailable", "/", "Whether applications can ask for it."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-auth-context",
    name: "Conditional Access Authorization context",
    covers: &["ad-conditional-access-has-conditional-access-auth-context-relationships"],
    list: List::graph("/identity/conditionalAccess/authenticationContextClassReferences")
        .whole()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::one(&AUTHENTICATION_CONTEXT)
        .key(|context| key(&AUTHENTICATION_CONTEXT, context))
        .links(&[OF_SERVICE])
        .nested(&[BESIDES]),
    needs: Needs::directory("conditional-access-policy").graph(&["AuthenticationContext.Read.All"]),
    ..Step::AZURE
};
