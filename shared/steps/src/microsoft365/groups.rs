//! Groups, and who is in them.

use crate::delta::Watch;
use crate::entra::groups::{self, CONTACTS, GROUP, MEMBER, MEMBERSHIPS, OTHER_MEMBER};
use crate::entra::users::USER;
use crate::microsoft365::account;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "groups",
    name: "Microsoft 365 Groups",
    list: List::graph("/groups").query("$top=999").counted().delta(groups::DELTA),
    becomes: Becomes::one(&GROUP)
        .links(&[account::HAS.kind("microsoft_365_account_has_azure_group")]),
    needs: Needs::NOTHING.source("groups").graph(&["Group.Read.All"]),
    ..Step::MICROSOFT365
};

/// The relationships to users and groups, which other steps collect, and to what no other step does.
static HAS: [Link; 3] = [
    Link::from_parent(RelationshipClass::Has, &[&USER], "/id")
        .kind("azure_group_has_user")
        .when(|it| is(it, "user")),
    Link::from_parent(RelationshipClass::Has, &[&GROUP], "/id")
        .kind("azure_group_has_group")
        .when(|it| is(it, "group")),
    OTHER_MEMBER,
];

/// Whether a member is an object of a type.
fn is(member: &Item<'_>, of: &str) -> bool {
    member.text("/@odata.type").and_then(|it| it.strip_prefix("#microsoft.graph.")) == Some(of)
}

/// What is converted of other members that no step collects as such.
const DEVICES: Watch = Watch::members("/devices/delta", "displayName");
const SERVICE_PRINCIPALS: Watch = Watch::members("/servicePrincipals/delta", "displayName");

pub(crate) static MEMBERS: Step = Step {
    id: "group-members",
    name: "Microsoft 365 Group Members",
    list: List::graph("/groups/{id}/members").of_each(&[&GROUP]).query("$top=999").delta(&[
        MEMBERSHIPS,
        DEVICES,
        CONTACTS,
        SERVICE_PRINCIPALS,
    ]),
    becomes: Becomes::choice(&[&MEMBER], |it| {
        (!is(it, "user") && !is(it, "group")).then_some(&MEMBER)
    })
    .links(&HAS),
    needs: Needs::NOTHING.source("groups").graph(&["GroupMember.Read.All"]),
    ..Step::MICROSOFT365
};

/// The members that the list of members may leave out: see `ad-group-service-principal-members`. In
/// Microsoft 365 no step collects them as such.
pub(crate) static SERVICE_PRINCIPAL_MEMBERS: Step = Step {
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
