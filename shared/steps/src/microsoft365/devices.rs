//! The devices that Intune manages, the agents on them, and the users who have and use them.

use graph::{Entity, Key, Name, Unresolved, relationship_type};
use serde_json::{Value, json};

use crate::entra::users::USER;
use crate::microsoft365::device_types::{DEVICES, is_physical, type_of};
use crate::microsoft365::host_agents::{self, HOST_AGENT};
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "managed-devices",
    name: "Managed Devices",
    // The sort of device, its hardware and who is logged on are known to the beta API only.
    list: List::graph("/beta/deviceManagement/managedDevices").domain(Domain::Intune).also(&[
        "easActivated",
        "easDeviceId",
        "emailAddress",
        "jailBroken",
        "usersLoggedOn",
    ]),
    becomes: Becomes::choice(DEVICES, |device| Some(of(device)))
        .refine(describe)
        .links(&[
            // The directory may be collected elsewhere.
            Link::found(RelationshipClass::Has, &[&USER], owner).reverse().or_map(OWNED, elsewhere),
            Link::found(RelationshipClass::Uses, &[&USER], users).reverse(),
        ])
        .nested(&[Nested::besides(
            Becomes::one(&HOST_AGENT)
                .key(|device| device.id().map(host_agents::key))
                .refine(host_agents::compliance)
                .links(&[Link::to_parent(RelationshipClass::Manages)]),
        )]),
    needs: Needs::intune("devices").graph(&["DeviceManagementManagedDevices.Read.All"]),
    ..Step::MICROSOFT365
};

fn of(device: &Item<'_>) -> &'static EntityType {
    type_of(device.text("/deviceType"), device.text("/model"))
}

/// The user who enrolled a device.
fn owner(device: &Item<'_>) -> Vec<Name> {
    device.text("/userId").filter(|it| !it.is_empty()).map(Name::of_id).into_iter().collect()
}

/// Those who were logged on.
fn users(device: &Item<'_>) -> Vec<Name> {
    let users = device.texts("/usersLoggedOn/*/userId").into_iter();
    users.filter(|it| !it.is_empty()).map(Name::of_id).collect()
}

/// The types of the relationships to a device whose owner is collected elsewhere.
const OWNED: &[&str] = &[
    "azure_user_has_computer",
    "azure_user_has_desktop",
    "azure_user_has_laptop",
    "azure_user_has_server",
    "azure_user_has_smartphone",
    "azure_user_has_user_endpoint",
    "azure_user_has_workstation",
];

fn describe(device: &Item<'_>, entity: &mut Entity) {
    let text = |path| device.text(path).filter(|it: &&str| !it.is_empty());
    let mac_addresses = [text("/wiFiMacAddress"), text("/ethernetMacAddress")];
    let mac_addresses = mac_addresses.into_iter().flatten().map(mac_address);
    entity.set("macAddress", Some(mac_addresses.collect::<Vec<_>>()));
    entity.set("userEmails", text("/emailAddress").map(|it| vec![it]));
    let system = text("/operatingSystem").map(|name| match text("/osVersion") {
        Some(version) => format!("{name} version {version}"),
        None => name.to_owned(),
    });
    entity.set("osDetails", system);
    entity.set("BYOD", text("/managedDeviceOwnerType").map(|it| it == "personal"));
    entity.set("managed", text("/managementState").map(|it| it != "discovered"));
    let jail = text("/jailBroken").filter(|it| *it != "Unknown");
    entity.set("jailBroken", jail.map(|it| it != "False"));
    let physical = text("/model").map(|it| is_physical(device.text("/deviceType"), it));
    entity.set("physical", physical);
    let eas = match device.json.get("easActivated").and_then(Value::as_bool) {
        Some(true) => text("/easDeviceId").map(Value::from),
        Some(false) => Some(false.into()),
        None => None,
    };
    entity.set("easDeviceId", eas);
}

/// An address in lower case, with the colons that Intune leaves out.
fn mac_address(address: &str) -> String {
    let address = address.to_lowercase();
    let is_bare = address.len() == 12 && address.bytes().all(|it| it.is_ascii_hexdigit());
    if !is_bare {
        return address;
    }
    let pairs: Vec<&str> = (0..12).step_by(2).map(|at| &address[at..at + 2]).collect();
    pairs.join(":")
}

/// Stands for a user of a directory that is collected elsewhere, or not at all.
fn elsewhere(_: &str, device: &Item<'_>) -> Unresolved {
    let user = device.text("/userId").unwrap_or_default();
    let mut target = json!({
        "_class": USER.class,
        "_key": Key::new(user).as_str(),
        "_type": USER.kind,
        "id": user,
    });
    if let Some(email) = device.text("/emailAddress").filter(|it| !it.is_empty()) {
        target["email"] = email.into();
    }
    let kind = relationship_type(USER.kind, RelationshipClass::Has, of(device).kind);
    map(&kind, &[&["_class", "id"], &["_class", "email"]], target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_have_colons() {
        assert_eq!(mac_address("11AA22BB33CC"), "11:aa:22:bb:33:cc");
        assert_eq!(mac_address("11:AA:22:BB:33:CC"), "11:aa:22:bb:33:cc");
        assert_eq!(mac_address("ÄÄÄÄÄÄ"), "ääääää");
    }
}
