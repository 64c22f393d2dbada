//! Groups, and who is in them.

use graph::RelationshipClass;

use crate::convert::{Item, Output};
use crate::delta::Watch;
use crate::entity::EntityType;
use crate::entra::groups::{self, CONTACTS, GROUP, MEMBER, MEMBERSHIPS, add_member};
use crate::entra::users::USER;
use crate::list::List;
use crate::microsoft365::account::{ACCOUNT, account_name};
use crate::step::{Link, Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "groups",
    name: "Microsoft 365 Groups",
    ingestion_source: Some("groups"),
    list: List::graph("/groups").query("$top=999").counted().delta(groups::DELTA),
    permissions: &[Permission::Graph("Group.Read.All")],
    emits: Some(&GROUP),
    links: &[Link::of(&[&ACCOUNT], "/id")
        .by(account_name)
        .kind("microsoft_365_account_has_azure_group")],
    ..Step::MICROSOFT365
};

/// To users and groups, which other steps collect, and to other members, which no other step collects.
static HAS: [Link; 3] = [
    Link::new(RelationshipClass::Has, &[&USER], "").kind("azure_group_has_user"),
    Link::new(RelationshipClass::Has, &[&GROUP], "").kind("azure_group_has_group"),
    HAS_MEMBER,
];

const HAS_MEMBER: Link =
    Link::new(RelationshipClass::Has, MEMBER_TYPES, "").kind("azure_group_has_member");

const MEMBER_TYPES: &[&EntityType] = &[&MEMBER];

/// What is converted of other members that no step collects as such.
const DEVICES: Watch = Watch::members("/devices/delta", "displayName");
const SERVICE_PRINCIPALS: Watch = Watch::members("/servicePrincipals/delta", "displayName");

pub(crate) static MEMBERS: Step = Step {
    id: "group-members",
    name: "Microsoft 365 Group Members",
    ingestion_source: Some("groups"),
    list: List::graph("/groups/{id}/members").of_each(&[&GROUP]).query("$top=999").delta(&[
        MEMBERSHIPS,
        DEVICES,
        CONTACTS,
        SERVICE_PRINCIPALS,
    ]),
    permissions: &[Permission::Graph("GroupMember.Read.All")],
    links: &HAS,
    relate: member,
    adds: &[&MEMBER],
    ..Step::MICROSOFT365
};

/// The members that the list of members may leave out: see `ad-group-service-principal-members`. In
/// Microsoft 365 no step collects them as such.
pub(crate) static SERVICE_PRINCIPAL_MEMBERS: Step = Step {
    id: "group-service-principal-members",
    name: "Microsoft 365 Group Members that are Service Principals",
    ingestion_source: Some("groups"),
    list: List::graph("/groups/{id}/members/microsoft.graph.servicePrincipal")
        .of_each(&[&GROUP])
        // A service principal has neither address nor job title, and cannot be asked for them.
        .whole()
        .query("$select=id,displayName&$count=true&$top=999")
        .eventual()
        .delta(&[MEMBERSHIPS, SERVICE_PRINCIPALS]),
    permissions: &[
        Permission::Graph("GroupMember.Read.All"),
        Permission::Graph("Application.Read.All"),
    ],
    links: &[HAS_MEMBER],
    relate: |item, out| add_member(item, &HAS_MEMBER, out),
    adds: &[&MEMBER],
    ..Step::MICROSOFT365
};

fn member(item: &Item<'_>, out: &mut Output) {
    let [has_user, has_group, has_member] = &HAS;
    let has = match item.text("/@odata.type") {
        Some("#microsoft.graph.user") => has_user,
        Some("#microsoft.graph.group") => has_group,
        _ => return add_member(item, has_member, out),
    };
    has.relate_parent(item, out);
}
