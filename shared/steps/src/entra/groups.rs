//! Groups, and who is in them.

use graph::{End, Key, Name, Reference, RelationshipClass, Unresolved};
use serde_json::Map;

use crate::convert::{Item, Output};
use crate::entity::{EntityType, OBJECT, date, flag, list, text};
use crate::entra::account::{ACCOUNT, account_name};
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

pub(crate) static STEP: Step = Step {
    id: "ad-groups",
    name: "Entra ID Groups",
    ingestion_source: Some("ad-groups"),
    list: List::graph("/groups").query("$top=999"),
    permissions: &[Permission::Graph("Group.Read.All")],
    emits: Some(&GROUP),
    links: &[Link::of(&[&ACCOUNT], "/id").by(account_name).kind("azure_account_has_group")],
    ..Step::DIRECTORY
};

pub(crate) static MEMBER: EntityType = EntityType {
    kind: "azure_group_member",
    class: &["User"],
    doc: "A member of a group that no other step collects: a device or a contact.",
    shared: OBJECT,
    properties: &[
        text("username", "/displayName", "The name that people see."),
        text("email", "/mail", "The address of the member."),
        text("jobTitle", "/jobTitle", "The job title."),
    ],
};

pub(crate) static MEMBERS: Step = Step {
    id: "ad-group-members",
    name: "Entra ID Group Members",
    ingestion_source: Some("ad-groups"),
    list: List::graph("/groups/{id}/members").of_each(&[&GROUP]).query("$top=999").also(&[
        "id",
        "displayName",
        "mail",
        "jobTitle",
    ]),
    permissions: &[Permission::Graph("GroupMember.Read.All")],
    links: &[
        Link::new(RelationshipClass::Has, &[&USER], ""),
        Link::new(RelationshipClass::Has, &[&GROUP], ""),
        Link::new(RelationshipClass::Has, &[&MEMBER], "").kind("azure_group_has_member"),
    ],
    relate: member,
    ..Step::DIRECTORY
};

fn member(item: &Item<'_>, out: &mut Output) {
    let (Some(group), Some(id)) = (item.parent, item.id()) else { return };
    let kind = item.text("/@odata.type").unwrap_or_default();
    let is_collected = ["user", "group", "servicePrincipal"]
        .into_iter()
        .any(|it| kind.strip_prefix("#microsoft.graph.") == Some(it));
    let mut reference = Reference {
        from: End::known(group.key, group.kind),
        class: RelationshipClass::Has,
        to: End::named(Name::of_id(id)),
        kind: None,
        key: None,
        properties: Map::new(),
        unresolved: Unresolved::Drop,
    };
    if !is_collected {
        let key = Key::new(id);
        reference.to = End::known(&key, MEMBER.kind);
        reference.kind = Some("azure_group_has_member".to_owned());
        out.entities.push(MEMBER.entity(key, item, &mut out.drift));
    }
    out.references.push(reference);
}
