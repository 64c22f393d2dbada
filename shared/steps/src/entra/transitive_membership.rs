//! Who is in a group because a group is in it.
//!
//! Microsoft Graph would say so of each group (`/groups/{id}/transitiveMembers`), at the cost of
//! reading all members once more for each level. It follows from what is read anyhow.

use graph::RelationshipClass;

use crate::derived::{Derived, Member};
use crate::entity::EntityType;
use crate::entra::devices::DEVICE;
use crate::entra::groups::GROUP;
use crate::entra::groups::members::MEMBER;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::entra::users::USER;
use crate::integration::Integration;
use crate::step::Setting;

pub(crate) static RULE: Derived = Derived {
    id: "ad-transitive-group-members",
    name: "Entra ID Transitive Group Members",
    integration: Integration::Azure,
    setting: Setting::Directory,
    ingestion_source: Some("ad-transitive-membership"),
    of: &GROUP,
    nesting: "azure_user_group_has_group",
    members: &[
        member("azure_group_has_member", "azure_group_has_transitive_member", &MEMBER),
        member("azure_user_group_has_device", "azure_user_group_has_transitive_device", &DEVICE),
        member("azure_user_group_has_group", "azure_user_group_has_transitive_group", &GROUP),
        member(
            "azure_user_group_has_service_principal",
            "azure_user_group_has_transitive_service_principal",
            &SERVICE_PRINCIPAL,
        ),
        member("azure_user_group_has_user", "azure_user_group_has_transitive_user", &USER),
    ],
    most: 1_000,
};

const fn member(direct: &'static str, becomes: &'static str, to: &'static EntityType) -> Member {
    Member { direct, becomes, class: RelationshipClass::Has, to }
}
