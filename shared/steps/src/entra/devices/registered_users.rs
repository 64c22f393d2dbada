//! Who uses devices.

use super::DEVICE;
use crate::entra::users::USER;
use crate::prelude::*;

/// Who uses a device. It is asked for by itself where there may be more than what can be expanded.
pub(crate) static STEP: Step = Step {
    id: "ad-device-registered-users",
    name: "Entra ID Registered Users of Devices",
    list: List::graph("/devices/{id}/registeredUsers").of_each(&[&DEVICE]).expanded(),
    becomes: Becomes::patch(
        &DEVICE,
        &[each("registeredUsers", "/id", "The object ids of its registered users.")],
    )
    .key(|user| user.parent.map(|device| device.key.clone()))
    .links(&[Link::new(RelationshipClass::Has, &[&USER], "/id").reverse()]),
    needs: Needs::directory("ad-devices").graph(&["Device.Read.All"]),
    ..Step::AZURE
};
