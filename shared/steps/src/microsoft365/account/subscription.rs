//! Whether Microsoft Intune is paid for.

use super::{ACCOUNT, key};
use crate::prelude::*;

/// Whether the subscription to Intune is paid for. Only the beta API says so.
pub(crate) static STEP: Step = Step {
    id: "account-intune-subscription",
    name: "Microsoft Intune Subscription",
    list: List::graph("/beta/deviceManagement/subscriptionState")
        .whole()
        .one()
        .domain(Domain::Intune),
    becomes: Becomes::patch(
        &ACCOUNT,
        &[text(
            "intuneSubscriptionState",
            "/value",
            "Such as `active`, `warning`, `disabled` or `lockedOut`.",
        )],
    )
    .key(key),
    needs: Needs::INTUNE.graph(&["DeviceManagementServiceConfig.Read.All"]),
    ..Step::MICROSOFT365
};
