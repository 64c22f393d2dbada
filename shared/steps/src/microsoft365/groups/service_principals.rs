//! The service principals in groups.

use super::SERVICE_PRINCIPALS;
use crate::entra::groups::GROUP;
use crate::entra::groups::members::{MEMBER, MEMBERSHIPS, OTHER_MEMBER};
use crate::prelude::*;

/// The members that the list of members may leave out: see `ad-group-service-principal-members`. In
/// Microsoft 365 no step collects them as such.
pub(crate) static STEP: Step = Step {
    id: "group-service-principal-members",
    name: "Microsoft 365 Group Members that are Service Principals",
    list: List::graph("/groups/{id}/members/microsoft.graph.servicePrincipal")
        .of_each(&[&GROUP])
        // A service principal has neither address nor job title, and cannot be asked for them.
        .whole()
        .query("$select=id,displayName&$count=true&$top=999")
        .eventual()
        .delta(&[MEMBERSHIPS, SERVICE_PRINCIPALS]),
    becomes: Becomes::one(&MEMBER).links(&[OTHER_MEMBER]),
    needs: Needs::NOTHING.source("groups").graph(&["GroupMember.Read.All", "Application.Read.All"]),
    ..Step::MICROSOFT365
};
