//! Whether security defaults are on.

use graph::Key;

use super::ACCOUNT;
use crate::prelude::*;

/// Whether security defaults are on, which another document says.
pub(crate) static STEP: Step = Step {
    id: "ad-account-security-defaults",
    name: "Entra ID Security Defaults",
    list: List::graph("/policies/identitySecurityDefaultsEnforcementPolicy")
        .one()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::patch(
        &ACCOUNT,
        &[flag(
            "securityDefaultsEnabled",
            "/isEnabled",
            "Whether Microsoft's security defaults are enforced.",
        )],
    )
    .key(|item| Some(Key::new(&item.instance.instance_id))),
    needs: Needs::directory("ad-generals").graph(&["Policy.Read.All"]),
    ..Step::AZURE
};
