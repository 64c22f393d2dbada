//! Who is in groups.

use super::SERVICE_PRINCIPALS;
use crate::entra::groups::GROUP;
use crate::entra::groups::members::{CONTACTS, MEMBER, MEMBERSHIPS, OTHER_MEMBER};
use crate::entra::users::USER;
use crate::prelude::*;
use crate::watch::Watch;

/// The relationships to users and groups, which other steps collect, and to what no other step
/// does.
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

pub(crate) static STEP: Step = Step {
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
