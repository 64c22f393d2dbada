//! What pools of Synapse mask.

use super::{key, place};
use crate::arm::synapse::sql_pools::SQL_POOL;
use crate::prelude::*;

pub(crate) static MASKING_RULE: EntityType = EntityType {
    kind: "azure_synapse_masking_rule",
    class: &["Rule"],
    doc: "A column that a pool shows to some people only.",
    properties: &[
        text("aliasName", "/properties/", "The name that queries may give the column."),
        text("columnName", "/properties/", "The column."),
        text("displayName", COMPUTED, "The table and the column."),
        text("idPropertiesId", RULE, "The id of the rule within the policy."),
        text("kind", "/", "What sort of pool it is of."),
        text("location", "/", "Where it lies."),
        text("maskingFunction", "/properties/", "How it is masked."),
        text("name", COMPUTED, "The table and the column."),
        text("numberFrom", "/properties/", "The least number that is shown instead."),
        text("numberTo", "/properties/", "The greatest number that is shown instead."),
        text("prefixSize", "/properties/", "How many letters are shown at the start."),
        text("replacementString", "/properties/", "What is shown instead."),
        text("ruleState", "/properties/", "`Enabled` if it holds."),
        text("schemaName", "/properties/", "The schema of the table."),
        text("suffixSize", "/properties/", "How many letters are shown at the end."),
        text("tableName", "/properties/", "The table."),
    ],
    ..EntityType::child(
        "Microsoft.Synapse/workspaces/sqlPools/dataMaskingPolicies/rules",
        "2021-06-01",
    )
};

const RULE: &str = "/properties/id";

pub(crate) static STEP: Step = Step {
    id: "fetch-synapse-data-masking-rule",
    name: "Synapse Data Masking Rules",
    covers: &["build-synapse-sql-pool-data-masking-relationship"],
    list: List::of(&MASKING_RULE)
        .at("{id}/dataMaskingPolicies/Default/rules")
        .of_each(&[&SQL_POOL]),
    becomes: Becomes::one(&MASKING_RULE)
        // All rules of a pool have one id, and none has a name.
        .key(|rule| {
            let name = format!("{}:{}", rule.id()?, rule.text(RULE)?);
            Some(key(MASKING_RULE.kind, &name))
        })
        .refine(|rule, entity| {
            place(rule, entity);
            let name = rule.text("/name").or_else(|| rule.text(RULE));
            entity.set("name", name);
            entity.set("displayName", name);
        })
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&MASKING_RULE, "synapse")
};
