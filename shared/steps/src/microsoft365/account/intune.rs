//! The tenant's account at Microsoft Intune.

use super::{ACCOUNT, key};
use crate::prelude::*;

/// The tenant's account at Intune, by whose id Intune knows it.
pub(crate) static STEP: Step = Step {
    id: "account-intune",
    name: "Microsoft Intune Account",
    list: List::graph("/deviceManagement").one().domain(Domain::Intune),
    becomes: Becomes::patch(
        &ACCOUNT,
        &[text("intuneAccountId", "/", "The tenant's account at Intune.")],
    )
    .key(key),
    needs: Needs::INTUNE.graph(&["DeviceManagementConfiguration.Read.All"]),
    ..Step::MICROSOFT365
};
