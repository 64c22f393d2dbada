//! Just-in-time access to machines.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::arm::compute::virtual_machines::VIRTUAL_MACHINE;
use crate::prelude::*;

pub(crate) static JIT_POLICY: EntityType = EntityType {
    kind: "azure_jit_policy",
    class: &["AccessPolicy"],
    doc: "Keeps ports of machines closed until somebody asks for access.",
    properties: &[
        text("kind", "/", "`Basic`."),
        list("ports", COMPUTED, "The ports that it keeps closed."),
        each("allowedSources", SOURCES, "The addresses that access may be asked for; `*` for all."),
        each("maxRequestDurations", DURATIONS, "The longest that ports may stay open: ISO 8601."),
    ],
    ..EntityType::resource("Microsoft.Security/locations/jitNetworkAccessPolicies", "2020-01-01")
};

const SOURCES: &str = "/properties/virtualMachines/*/ports/*/allowedSourceAddressPrefix";
const DURATIONS: &str = "/properties/virtualMachines/*/ports/*/maxRequestAccessDuration";

pub(crate) static STEP: Step = Step {
    id: "rm-security-jit-policies",
    name: "Just-in-Time Access Policies",
    list: List::of(&JIT_POLICY).everywhere(),
    becomes: Becomes::one(&JIT_POLICY)
        .refine(|policy, entity| {
            let ports = policy.values("/properties/virtualMachines/*/ports/*/number");
            let ports: BTreeSet<String> = ports.into_iter().map(Value::to_string).collect();
            entity.set("ports", Some(ports.into_iter().collect::<Vec<_>>()));
        })
        .links(&[Link::new(
            RelationshipClass::Protects,
            &[&VIRTUAL_MACHINE],
            "/properties/virtualMachines/*/id",
        )])
        // They say who works from where, and change with each access.
        .conceals(&["/properties/requests"]),
    ..Step::of(&JIT_POLICY, "security")
};
