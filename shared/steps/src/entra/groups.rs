//! Groups, and who is in them.

pub(crate) mod members;
pub(crate) mod service_principals;

use crate::entra::account;
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_user_group",
    class: &["UserGroup"],
    doc: "A set of users, devices, service principals and other groups.",
    properties: &[
        text("description", "/", "What the group is for."),
        text("email", "/mail", "The address of the group."),
        text("mail", "/", "The address of the group."),
        text("mailNickname", "/", "The alias of the group's address."),
        flag("mailEnabled", "/", "Whether the group receives mail."),
        flag("securityEnabled", "/", "Whether access can be granted to it."),
        text("securityIdentifier", "/", "The identifier on Windows."),
        list("groupTypes", "/", "`Unified` for a Microsoft 365 group."),
        text("membershipRule", "/", "The rule that decides who is in the group."),
        text("visibility", "/", "Who sees the group's content."),
        text("classification", "/", "How its content is classified."),
        flag("isAssignableToRole", "/", "Whether it can hold directory roles."),
        date("createdOn", "/createdDateTime", "When it was created."),
        date("createdDateTime", "/", "When it was created."),
        date("renewedOn", "/renewedDateTime", "When its expiry was last put off."),
        date("renewedDateTime", "/", "When its expiry was last put off."),
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
