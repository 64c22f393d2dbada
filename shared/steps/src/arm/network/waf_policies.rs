//! Policies by which application gateways look for attacks.

use crate::prelude::*;

pub(crate) static WAF_POLICY: EntityType = EntityType {
    kind: "azure_application_gateway_waf_policy",
    class: &["Firewall"],
    doc: "How application gateways look for attacks, and what they do about them.",
    properties: &[
        always_list("category", &["application"], "What it protects."),
        is("active", "/properties/policySettings/state", "Enabled", "Whether it is in force."),
        text("mode", "/properties/policySettings/", "`Detection` or `Prevention`."),
        flag("requestBodyCheck", "/properties/policySettings/", "Whether it reads request bodies."),
        each("ruleSets", MANAGED_TYPES, "The sets of rules of Microsoft's that it takes."),
        each("ruleSetVersions", MANAGED_VERSIONS, "Their versions."),
        count("customRules", "/properties/customRules/*", "How many rules of one's own it has."),
        count("exclusions", "/properties/managedRules/exclusions/*", "How much is not looked at."),
    ],
    ..EntityType::resource(
        "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies",
        "2025-05-01",
    )
};

const MANAGED_TYPES: &str = "/properties/managedRules/managedRuleSets/*/ruleSetType";
const MANAGED_VERSIONS: &str = "/properties/managedRules/managedRuleSets/*/ruleSetVersion";

pub(crate) static STEP: Step = Step {
    id: "rm-network-application-gateway-waf-policies",
    name: "WAF Policies of Application Gateways",
    ..Step::of(&WAF_POLICY, "network")
};
