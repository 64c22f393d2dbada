//! How far the directory trusts any other.

use super::{POLICIES, SETTINGS, key, name};
use crate::entra::account;
use crate::prelude::*;

pub(crate) static DEFAULT: EntityType = EntityType {
    kind: "azure_cross_tenant_access_default",
    class: &["AccessPolicy"],
    doc: "How far the directory trusts directories that it has no settings of their own for.",
    shared: SETTINGS,
    properties: &[flag(
        "isServiceDefault",
        "/",
        "Whether it is as Microsoft sets it for every directory.",
    )],
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-cross-tenant-access-default",
    name: "Entra ID Cross-Tenant Access by Default",
    list: List::graph("/policies/crossTenantAccessPolicy/default")
        .one()
        .whole()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::one(&DEFAULT)
        .key(|settings| Some(key(settings, "default")))
        .refine(|_, entity| name(entity, "default", None))
        .links(&[account::HAS]),
    needs: POLICIES,
    ..Step::AZURE
};
