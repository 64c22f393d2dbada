//! What is in administrative units.

use super::ADMINISTRATIVE_UNIT;
use crate::entra::devices::DEVICE;
use crate::entra::groups::GROUP;
use crate::entra::users::USER;
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static STEP: Step = Step {
    id: "ad-administrative-unit-members",
    name: "Entra ID Administrative Unit Members",
    list: List::graph("/directory/administrativeUnits/{id}/members")
        .of_each(&[&ADMINISTRATIVE_UNIT])
        .query("$top=999")
        .delta(&[Watch::parents("/directory/administrativeUnits/delta", "members")]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Has,
        &[&USER, &GROUP, &DEVICE],
        "/id",
    )]),
    needs: Needs::directory("ad-administrative-units").graph(&["AdministrativeUnit.Read.All"]),
    ..Step::AZURE
};
