//! Policies by which Front Door looks for attacks.

use crate::prelude::*;

pub(crate) static WAF_POLICY: EntityType = EntityType {
    kind: "azure_frontdoor_waf_policy",
    class: &["Firewall"],
    doc: "How Front Door looks for attacks, and what it does about them.",
    properties: &[
        always_list("category", &["application"], "What it protects."),
        is("active", "/properties/policySettings/enabledState", "Enabled", "Whether it applies."),
        text("etag", "/", "What changes whenever the policy does."),
        text("mode", "/properties/policySettings/", "`Detection` or `Prevention`."),
        is(
            "requestBodyCheck",
            "/properties/policySettings/",
            "Enabled",
            "Whether it reads bodies.",
        ),
        each("ruleSets", MANAGED_TYPES, "The sets of rules of Microsoft's that it takes."),
        each("ruleSetVersions", MANAGED_VERSIONS, "Their versions."),
        count("customRules", "/properties/customRules/rules/*", "How many rules of one's own."),
        text("resourceState", "/properties/", "Such as `Enabled`."),
        text("sku", "/sku/name", "Such as `Premium_AzureFrontDoor`."),
    ],
    ..EntityType::resource(
        "Microsoft.Network/frontDoorWebApplicationFirewallPolicies",
        "2024-02-01",
    )
};

const MANAGED_TYPES: &str = "/properties/managedRules/managedRuleSets/*/ruleSetType";
const MANAGED_VERSIONS: &str = "/properties/managedRules/managedRuleSets/*/ruleSetVersion";

pub(crate) static STEP: Step = Step {
    id: "rm-frontdoor-waf-policies",
    name: "WAF Policies of Front Door",
    ..Step::of(&WAF_POLICY, "frontdoor")
};
