//! Groups, and who is in them.

use graph::{End, RelationshipClass};

use crate::convert::{Item, Output};
use crate::delta::Watch;
use crate::entity::{EntityType, OBJECT, date, flag, list, text};
use crate::entra::account::{ACCOUNT, account_name};
use crate::entra::devices::DEVICE;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Permission, Step};

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_user_group",
    class: &["UserGroup"],
    doc: "A set of users, devices, service principals and other groups.",
    shared: OBJECT,
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
};

pub(crate) const DELTA: &[Watch] = &[Watch::items("/groups/delta")];

pub(crate) static STEP: Step = Step {
    id: "ad-groups",
    name: "Entra ID Groups",
    ingestion_source: Some("ad-groups"),
    list: List::graph("/groups").query("$top=999").counted().delta(DELTA),
    permissions: &[Permission::Graph("Group.Read.All")],
    emits: Some(&GROUP),
    links: &[Link::of(&[&ACCOUNT], "/id").by(account_name).kind("azure_account_has_group")],
    ..Step::DIRECTORY
};

pub(crate) static MEMBER: EntityType = EntityType {
    kind: "azure_group_member",
    class: &["User"],
    doc: "A member of a group that no step collects as such: a contact, or in Microsoft 365 a device or a service principal.",
    shared: OBJECT,
    properties: &[
        text("username", "/displayName", "The name that people see."),
        text("email", "/mail", "The address of the member."),
        text("jobTitle", "/jobTitle", "The job title."),
    ],
};

/// To a member that another step collects, and to one that no other step collects.
static HAS: [Link; 2] = [
    Link::new(RelationshipClass::Has, &[&USER, &GROUP, &SERVICE_PRINCIPAL, &DEVICE], ""),
    Link::new(RelationshipClass::Has, &[&MEMBER], "").kind("azure_group_has_member"),
];

/// Who is in which group. A group that gains or loses a member, or whose member is deleted, is told.
pub(crate) const MEMBERSHIPS: Watch = Watch::parents("/groups/delta", "members");

/// What is converted of contacts, which no step collects as such.
pub(crate) const CONTACTS: Watch = Watch::members("/contacts/delta", "displayName,jobTitle,mail");

pub(crate) static MEMBERS: Step = Step {
    id: "ad-group-members",
    name: "Entra ID Group Members",
    ingestion_source: Some("ad-groups"),
    list: List::graph("/groups/{id}/members")
        .of_each(&[&GROUP])
        .query("$top=999")
        .also(&["id", "displayName", "mail", "jobTitle"])
        .delta(&[MEMBERSHIPS, CONTACTS]),
    permissions: &[Permission::Graph("GroupMember.Read.All")],
    links: &HAS,
    relate: member,
    adds: &[&MEMBER],
    ..Step::DIRECTORY
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
    ingestion_source: Some("ad-groups"),
    list: List::graph("/servicePrincipals/{id}/memberOf")
        .of_each(&[&SERVICE_PRINCIPAL])
        .query("$top=999")
        .delta(&[Watch::holders("/groups/delta", "members")]),
    permissions: &[Permission::Graph("Application.Read.All")],
    links: &IN_GROUP,
    relate: |item, out| {
        // Directory roles and administrative units come as well, and steps of their own read who is in them.
        if item.text("/@odata.type") == Some("#microsoft.graph.group") {
            let [in_group] = &IN_GROUP;
            in_group.relate_parent(item, out);
        }
    },
    ..Step::DIRECTORY
};

static IN_GROUP: [Link; 1] = [Link::of(&[&GROUP], "")];

fn member(item: &Item<'_>, out: &mut Output) {
    let [has_collected, has_member] = &HAS;
    if item.text("/@odata.type") == Some("#microsoft.graph.orgContact") {
        return add_member(item, has_member, out);
    }
    has_collected.relate_parent(item, out);
}

/// Adds a member that no other step collects, and that the group has it.
pub(crate) fn add_member(item: &Item<'_>, has: &Link, out: &mut Output) {
    let (Some(group), Some(key)) = (item.parent, item.key("/id")) else { return };
    let (group, member) = (End::known(group.key, group.kind), End::known(&key, MEMBER.kind));
    out.references.push(has.reference(group, member));
    out.entities.push(MEMBER.entity(key, item, &mut out.drift));
}
