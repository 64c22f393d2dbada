//! Who manages the tenant's devices.

use super::{ACCOUNT, key};
use crate::prelude::*;

/// Who manages the tenant's devices. Only a request for the organization by itself answers with it.
pub(crate) static STEP: Step = Step {
    id: "account-mobile-device-management",
    name: "Mobile Device Management Authority",
    list: List::graph("/organization/{directory}").one(),
    becomes: Becomes::patch(
        &ACCOUNT,
        &[text(
            "mobileDeviceManagementAuthority",
            "/",
            "What manages devices, such as `intune`, `sccm` or `office365`.",
        )],
    )
    .key(key),
    needs: Needs::INTUNE
        .graph(&["Organization.Read.All", "DeviceManagementServiceConfig.Read.All"]),
    ..Step::MICROSOFT365
};
