//! Groups, and who is in them.

pub(crate) mod members;
pub(crate) mod service_principals;

use crate::entra::groups::{self, GROUP};
use crate::microsoft365::account;
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static STEP: Step = Step {
    id: "groups",
    name: "Microsoft 365 Groups",
    list: List::graph("/groups").query("$top=999").counted().delta(groups::DELTA),
    becomes: Becomes::one(&GROUP)
        .links(&[account::HAS.kind("microsoft_365_account_has_azure_group")]),
    needs: Needs::NOTHING.source("groups").graph(&["Group.Read.All"]),
    ..Step::MICROSOFT365
};

const SERVICE_PRINCIPALS: Watch = Watch::members("/servicePrincipals/delta", "displayName");
