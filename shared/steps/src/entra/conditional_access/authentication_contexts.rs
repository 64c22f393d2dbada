//! Authentication contexts: names by which applications ask for policies of conditional access.

use super::{OF_SERVICE, SERVICE, key, service};
use crate::entity::{EntityType, OBJECT, flag, text};
use crate::list::{Domain, List};
use crate::step::{Permission, Step};

pub(crate) static AUTHENTICATION_CONTEXT: EntityType = EntityType {
    kind: "azure_conditional_access_authorization_context",
    class: &["Resource"],
    doc: "What an application asks for where it guards something better than the rest.",
    shared: OBJECT,
    properties: &[
        text("description", "/description", "What it is for."),
        flag("isAvailable", "/isAvailable", "Whether applications can ask for it."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-auth-context",
    name: "Conditional Access Authorization context",
    covers: &["ad-conditional-access-has-conditional-access-auth-context-relationships"],
    ingestion_source: Some("conditional-access-policy"),
    list: List::graph("/identity/conditionalAccess/authenticationContextClassReferences")
        .whole()
        .domain(Domain::GraphPolicies),
    permissions: &[Permission::Graph("AuthenticationContext.Read.All")],
    emits: Some(&AUTHENTICATION_CONTEXT),
    key: |context| key(&AUTHENTICATION_CONTEXT, context),
    links: &[OF_SERVICE],
    relate: service,
    adds: &[&SERVICE],
    ..Step::DIRECTORY
};
