//! The account: the tenant as the instance sees it.
//!
//! What Intune says of it stands in documents of its own, and each of those is a step.

use graph::{Key, Name};
use serde_json::json;

use crate::convert::{Item, Scope};
use crate::entity::{COMPUTED, EntityType, OBJECT, list, text};
use crate::entra::account::domains;
use crate::list::{Domain, List};
use crate::step::{Permission, Step};

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "microsoft_365_account",
    class: &["Account"],
    doc: "The tenant, under the name of the instance that collects it.",
    shared: OBJECT,
    properties: &[
        text("displayName", COMPUTED, "The name of the instance."),
        text("organizationName", "/displayName", "The name of the organization."),
        text("defaultDomain", COMPUTED, "The domain that new users get."),
        list("verifiedDomains", COMPUTED, "The domains that the organization has proved to own."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "account",
    name: "Microsoft 365 Account",
    list: List::graph("/organization").also(&["verifiedDomains"]),
    permissions: &[Permission::Graph("Organization.Read.All")],
    emits: Some(&ACCOUNT),
    key,
    refine: domains,
    stand_in: Some(|scope| json!({ "id": scope.directory_id })),
    ..Step::MICROSOFT365
};

/// The tenant's account at Intune, by whose id Intune knows it.
pub(crate) static INTUNE: Step = Step {
    id: "account-intune",
    name: "Microsoft Intune Account",
    list: List::graph("/deviceManagement").one().domain(Domain::Intune),
    permissions: &[Permission::Graph("DeviceManagementConfiguration.Read.All")],
    emits: Some(&ACCOUNT),
    patches: &[text("intuneAccountId", "/intuneAccountId", "The tenant's account at Intune.")],
    key,
    ..Step::INTUNE
};

/// Whether the subscription to Intune is paid for. Only the beta API says so.
pub(crate) static SUBSCRIPTION: Step = Step {
    id: "account-intune-subscription",
    name: "Microsoft Intune Subscription",
    list: List::graph("/beta/deviceManagement/subscriptionState")
        .whole()
        .one()
        .domain(Domain::Intune),
    permissions: &[Permission::Graph("DeviceManagementServiceConfig.Read.All")],
    emits: Some(&ACCOUNT),
    patches: &[text(
        "intuneSubscriptionState",
        "/value",
        "Such as `active`, `warning`, `disabled` or `lockedOut`.",
    )],
    key,
    ..Step::INTUNE
};

/// Who manages the tenant's devices. Only a request for the organization by itself answers with it.
pub(crate) static AUTHORITY: Step = Step {
    id: "account-mobile-device-management",
    name: "Mobile Device Management Authority",
    list: List::graph("/organization/{directory}").one(),
    permissions: &[
        Permission::Graph("Organization.Read.All"),
        Permission::Graph("DeviceManagementServiceConfig.Read.All"),
    ],
    emits: Some(&ACCOUNT),
    patches: &[text(
        "mobileDeviceManagementAuthority",
        "/mobileDeviceManagementAuthority",
        "What manages devices, such as `intune`, `sccm` or `office365`.",
    )],
    key,
    ..Step::INTUNE
};

fn id(scope: &Scope) -> String {
    format!("{}-{}", ACCOUNT.kind, scope.instance_id)
}

#[expect(clippy::unnecessary_wraps, reason = "the keys of other entities may be missing")]
fn key(item: &Item<'_>) -> Option<Key> {
    Some(Key::new(&id(item.scope)))
}

/// The name by which others refer to the account.
#[expect(
    clippy::unnecessary_wraps,
    reason = "other names may be missing from what they are made of"
)]
pub(super) fn account_name(_: &str, scope: &Scope) -> Option<Name> {
    Some(Name::of_id(&id(scope)))
}
