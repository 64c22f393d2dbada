//! How far the directory trusts one other.

use super::{POLICIES, SETTINGS, key, name};
use crate::entra::account;
use crate::prelude::*;

pub(crate) static PARTNER: EntityType = EntityType {
    kind: "azure_cross_tenant_access_partner",
    class: &["AccessPolicy"],
    doc: "How far the directory trusts another one. What is not set is as by default.",
    shared: SETTINGS,
    properties: &[
        text("tenantId", "/", "The id of the other directory."),
        flag("isServiceProvider", "/", "Whether it sells and runs Microsoft's services."),
        flag(
            "isInMultiTenantOrganization",
            "/",
            "Whether both belong to one organization of several directories.",
        ),
        flag(
            "isUserSyncAllowed",
            "/identitySynchronization/userSyncInbound/isSyncAllowed",
            "Whether it may create and change users here.",
        ),
    ],
    ..EntityType::NEW
};

pub(crate) static STEP: Step = Step {
    id: "ad-cross-tenant-access-partners",
    name: "Entra ID Cross-Tenant Access of Partners",
    list: List::graph("/policies/crossTenantAccessPolicy/partners")
        .query("$expand=identitySynchronization")
        .whole()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::one(&PARTNER)
        .key(|settings| settings.text("/tenantId").map(|tenant| key(settings, tenant)))
        .refine(|settings, entity| {
            let tenant = settings.text("/tenantId").unwrap_or_default();
            name(entity, tenant, settings.text("/identitySynchronization/displayName"));
        })
        .links(&[account::HAS]),
    needs: POLICIES,
    ..Step::AZURE
};
