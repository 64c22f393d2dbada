//! Who is in groups.

use super::GROUP;
use crate::entra::devices::DEVICE;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static MEMBER: EntityType = EntityType {
    kind: "azure_group_member",
    class: &["User"],
    doc: "A member of a group that no step collects as such: a contact, or in Microsoft 365 a device or a service principal.",
    properties: &[
        text("username", "/displayName", "The name that people see."),
        text("email", "/mail", "The address of the member."),
        text("jobTitle", "/", "The job title."),
    ],
    ..EntityType::OBJECT
};

/// What a member becomes that no other step collects.
pub(crate) const OTHER_MEMBER: Link =
    Link::of_parent(RelationshipClass::Has).kind("azure_group_has_member");

/// Who is in which group. A group that gains or loses a member, or whose member is deleted, is
/// told.
pub(crate) const MEMBERSHIPS: Watch = Watch::parents("/groups/delta", "members");

/// What is converted of contacts, which no step collects as such.
pub(crate) const CONTACTS: Watch = Watch::members("/contacts/delta", "displayName,jobTitle,mail");

fn is_contact(member: &Item<'_>) -> bool {
    member.text("/@odata.type") == Some("#microsoft.graph.orgContact")
}

pub(crate) static STEP: Step = Step {
    id: "ad-group-members",
    name: "Entra ID Group Members",
    list: List::graph("/groups/{id}/members")
        .of_each(&[&GROUP])
        .query("$top=999")
        .also(&["id", "displayName", "mail", "jobTitle"])
        .delta(&[MEMBERSHIPS, CONTACTS]),
    becomes: Becomes::choice(&[&MEMBER], |it| is_contact(it).then_some(&MEMBER)).links(&[
        Link::from_parent(
            RelationshipClass::Has,
            &[&USER, &GROUP, &SERVICE_PRINCIPAL, &DEVICE],
            "/id",
        )
        .when(|it| !is_contact(it)),
        OTHER_MEMBER,
    ]),
    needs: Needs::directory("ad-groups").graph(&["GroupMember.Read.All"]),
    ..Step::AZURE
};
