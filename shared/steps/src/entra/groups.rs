//! Groups, and who is in them.

use crate::delta::Watch;
use crate::entra::account;
use crate::entra::devices::DEVICE;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_user_group",
    class: &["UserGroup"],
    doc: "A set of users, devices, service principals and other groups.",
    properties: &[
        text("description", "/description", "What the group is for."),
        text("email", "/mail", "The address of the group."),
        text("mail", "/mail", "The address of the group."),
        text("mailNickname", "/mailNickname", "The alias of the group's address."),
        flag("mailEnabled", "/mailEnabled", "Whether the group receives mail."),
        flag("securityEnabled", "/securityEnabled", "Whether access can be granted to it."),
        text("securityIdentifier", "/securityIdentifier", "The identifier on Windows."),
        list("groupTypes", "/groupTypes", "`Unified` for a Microsoft 365 group."),
        text("membershipRule", "/membershipRule", "The rule that decides who is in the group."),
        text("visibility", "/visibility", "Who sees the group's content."),
        text("classification", "/classification", "How its content is classified."),
        flag("isAssignableToRole", "/isAssignableToRole", "Whether it can hold directory roles."),
        date("createdOn", "/createdDateTime", "When it was created."),
        date("createdDateTime", "/createdDateTime", "When it was created."),
        date("renewedOn", "/renewedDateTime", "When its expiry was last put off."),
        date("renewedDateTime", "/renewedDateTime", "When its expiry was last put off."),
        date("deletedOn", "/deletedDateTime", "When it was deleted."),
    ],
    ..EntityType::OBJECT
};

pub(crate) const DELTA: &[Watch] = &[Watch::items("/groups/delta")];

pub(crate) static STEP: Step = Step {
    id: "ad-groups",
    name: "Entra ID Groups",
    list: List::graph("/groups").query("$top=999").counted().delta(DELTA),
    becomes: Becomes::one(&GROUP).links(&[account::HAS.kind("azure_account_has_group")]),
    needs: Needs::directory("ad-groups").graph(&["Group.Read.All"]),
    ..Step::AZURE
};

pub(crate) static MEMBER: EntityType = EntityType {
    kind: "azure_group_member",
    class: &["User"],
    doc: "A member of a group that no step collects as such: a contact, or in Microsoft 365 a device or a service principal.",
    properties: &[
        text("username", "/displayName", "The name that people see."),
        text("email", "/mail", "The address of the member."),
        text("jobTitle", "/jobTitle", "The job title."),
    ],
    ..EntityType::OBJECT
};

/// What a member becomes that no other step collects.
pub(crate) const OTHER_MEMBER: Link =
    Link::of_parent(RelationshipClass::Has).kind("azure_group_has_member");

/// Who is in which group. A group that gains or loses a member, or whose member is deleted, is told.
pub(crate) const MEMBERSHIPS: Watch = Watch::parents("/groups/delta", "members");

/// What is converted of contacts, which no step collects as such.
pub(crate) const CONTACTS: Watch = Watch::members("/contacts/delta", "displayName,jobTitle,mail");

pub(crate) static MEMBERS: Step = Step {
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

/// The members that the list of members may leave out: Microsoft Graph's v1.0 does not list service
/// principals as members of every group.
///
/// So each service principal is asked which groups it is in. There are far fewer of them than of groups,
/// each of which could be asked for its members of that type. What both lists give is one relationship in
/// the end.
pub(crate) static SERVICE_PRINCIPAL_MEMBERS: Step = Step {
    id: "ad-group-service-principal-members",
    name: "Entra ID Group Members that are Service Principals",
    list: List::graph("/servicePrincipals/{id}/memberOf")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .delta(&[Watch::holders("/groups/delta", "members")]),
    becomes: Becomes::related(&[Link::from_parent(RelationshipClass::Has, &[&GROUP], "/id")
        .reverse()
        .when(is_group)]),
    needs: Needs::directory("ad-groups").graph(&["Application.Read.All"]),
    ..Step::AZURE
};

/// Directory roles and administrative units come as well, and steps of their own read who is in them.
fn is_group(item: &Item<'_>) -> bool {
    item.text("/@odata.type") == Some("#microsoft.graph.group")
}

fn is_contact(member: &Item<'_>) -> bool {
    member.text("/@odata.type") == Some("#microsoft.graph.orgContact")
}
