//! Templates that policies of conditional access can be made from.

use super::{OF_SERVICE, SERVICE, key, service};
use crate::entity::{EntityType, OBJECT, text};
use crate::list::{Domain, List};
use crate::step::{Permission, Step};

pub(crate) static TEMPLATE: EntityType = EntityType {
    kind: "azure_conditional_access_template",
    class: &["AccessPolicy"],
    doc: "A policy that Microsoft recommends.",
    shared: OBJECT,
    properties: &[
        text("name", "/name", "The name that people see."),
        text("displayName", "/name", "The name that people see."),
        text("description", "/description", "What it is for."),
        text("scenarios", "/scenarios", "What it belongs to, separated by commas."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-template",
    name: "Conditional Access Template",
    covers: &["ad-conditional-access-has-conditional-access-template-relationships"],
    ingestion_source: Some("conditional-access-policy"),
    list: List::graph("/identity/conditionalAccess/templates")
        .whole()
        .domain(Domain::GraphPolicies),
    permissions: &[Permission::Graph("Policy.Read.All")],
    emits: Some(&TEMPLATE),
    key: |template| key(&TEMPLATE, template),
    links: &[OF_SERVICE],
    relate: service,
    adds: &[&SERVICE],
    ..Step::DIRECTORY
};
