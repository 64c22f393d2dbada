//! Who owns devices.

use super::DEVICE;
use crate::entra::users::USER;
use crate::prelude::*;

/// Who owns a device: one user at most, so what is expanded is everything.
/// Source: Microsoft Graph, "List registeredOwners".
pub(crate) static STEP: Step = Step {
    id: "ad-device-registered-owners",
    name: "Entra ID Registered Owners of Devices",
    list: List::graph("/devices/{id}/registeredOwners").of_each(&[&DEVICE]).expanded(),
    becomes: Becomes::related(&[
        Link::from_parent(RelationshipClass::Owns, &[&USER], "/id").reverse()
    ]),
    needs: Needs::directory("ad-devices").graph(&["Device.Read.All"]),
    ..Step::AZURE
};
