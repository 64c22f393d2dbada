//! Templates that policies of conditional access can be made from.

use super::{BESIDES, OF_SERVICE, key};
use crate::prelude::*;

pub(crate) static TEMPLATE: EntityType = EntityType {
    kind: "azure_conditional_access_template",
    class: &["AccessPolicy"],
    doc: "A policy that Microsoft recommends.",
    properties: &[
        text("name", "/", "The name that people see."),
        text("displayName", "/name", "The name that people see."),
        text("description", "/", "What it is for."),
        text("scenarios", "/", "What it belongs to, separated by commas."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-template",
    name: "Conditional Access Template",
    covers: &["ad-conditional-access-has-conditional-access-template-relationships"],
    list: List::graph("/identity/conditionalAccess/templates")
        .whole()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::one(&TEMPLATE)
        .key(|template| key(&TEMPLATE, template))
        .links(&[OF_SERVICE])
        .nested(&[BESIDES]),
    needs: Needs::directory("conditional-access-policy").graph(&["Policy.Read.All"]),
    ..Step::AZURE
};
