//! Whether pools of Synapse mask data.

use super::{key, place};
use crate::arm::synapse::sql_pools::SQL_POOL;
use crate::prelude::*;

pub(crate) static MASKING_POLICY: EntityType = EntityType {
    kind: "azure_synapse_masking_policy",
    class: &["Policy"],
    doc: "Whether a pool shows parts of its data to some people only.",
    properties: &[
        text("title", "/name", "The name."),
        always("content", "What its rules say.", "Where it is written."),
        always("summary", "Which data of a pool is masked.", "What sort of policy it is."),
        text("applicationPrincipals", "/properties/", "The applications that see all."),
        text("dataMaskingState", "/properties/", "`Enabled` if it holds."),
        text("exemptPrincipals", "/properties/", "The users who see all."),
        text("kind", "/", "What sort of pool it is of."),
        text("location", "/", "Where it lies."),
        text("managedBy", "/", "The pool that it is of."),
        text("maskingLevel", "/properties/", "How much is masked."),
    ],
    ..EntityType::child("Microsoft.Synapse/workspaces/sqlPools/dataMaskingPolicies", "2021-06-01")
};

pub(crate) static STEP: Step = Step {
    id: "fetch-synapse-data-masking-policy",
    name: "Synapse Data Masking Policies",
    covers: &["build-sql-pool-data-masking-policy-relationship"],
    list: List::of(&MASKING_POLICY)
        .at("{id}/dataMaskingPolicies/Default")
        .one()
        .of_each(&[&SQL_POOL]),
    becomes: Becomes::one(&MASKING_POLICY)
        .key(|policy| Some(key(MASKING_POLICY.kind, policy.id()?)))
        .refine(place)
        .links(&[Link::of_parent(RelationshipClass::Assigned)]),
    ..Step::of(&MASKING_POLICY, "synapse")
};
