//! Administrative units: parts of the directory that are administered by themselves.

pub(crate) mod activated_roles;
pub(crate) mod members;
pub(crate) mod role_assignments;

use crate::entra::account;
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static ADMINISTRATIVE_UNIT: EntityType = EntityType {
    kind: "azure_administrative_unit",
    class: &["Group"],
    doc: "A part of the directory. Roles can be held for what is in it alone.",
    properties: &[
        text("description", "/", "What the unit is for."),
        text("visibility", "/", "`HiddenMembership` if only members see who is in it."),
        text("membershipType", "/", "`Dynamic` if a rule decides what is in it."),
        text("membershipRule", "/", "The rule that decides what is in it."),
        flag(
            "isMemberManagementRestricted",
            "/",
            "Whether only administrators of the unit may change what is in it.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-administrative-units",
    name: "Entra ID Administrative Units",
    // Not every cloud knows every property yet, and one that is not known fails the list.
    list: List::graph("/directory/administrativeUnits")
        .query("$top=999")
        .whole()
        .delta(&[Watch::items("/directory/administrativeUnits/delta")]),
    becomes: Becomes::one(&ADMINISTRATIVE_UNIT).links(&[account::HAS]),
    needs: Needs::directory("ad-administrative-units").graph(&["AdministrativeUnit.Read.All"]),
    ..Step::AZURE
};
