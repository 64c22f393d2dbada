//! The devices that Intune manages, the agents on them, and the users who have and use them.
//!
//! What a device becomes depends on what sort of device it is, so the types are added by a hook.

use graph::{End, Entity, Key, Name, RelationshipClass, Unresolved, relationship_type};
use serde_json::{Map, Value, json};

use crate::convert::{Item, Output};
use crate::entity::EntityType;
use crate::entra::users::USER;
use crate::list::{Domain, List};
use crate::microsoft365::device_types::{
    COMPUTER, DESKTOP, DEVICES, LAPTOP, SERVER, SMARTPHONE, USER_ENDPOINT, WORKSTATION,
    is_physical, type_of,
};
use crate::microsoft365::host_agents::{self, HOST_AGENT};
use crate::step::{Link, Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "managed-devices",
    name: "Managed Devices",
    ingestion_source: Some("devices"),
    // The sort of device, its hardware and who is logged on are known to the beta API only.
    list: List::graph("/beta/deviceManagement/managedDevices").domain(Domain::Intune).also(&[
        "easActivated",
        "easDeviceId",
        "emailAddress",
        "jailBroken",
        "usersLoggedOn",
    ]),
    permissions: &[Permission::Graph("DeviceManagementManagedDevices.Read.All")],
    links: &LINKS,
    relate: add,
    adds: &[
        &COMPUTER,
        &DESKTOP,
        &HOST_AGENT,
        &LAPTOP,
        &SERVER,
        &SMARTPHONE,
        &USER_ENDPOINT,
        &WORKSTATION,
    ],
    ..Step::INTUNE
};

static LINKS: [Link; 3] = [
    // The user who enrolled the device. The directory may be collected elsewhere.
    Link::new(RelationshipClass::Has, DEVICES, "").subject(&USER, "").or_map(
        &[
            "azure_user_has_computer",
            "azure_user_has_desktop",
            "azure_user_has_laptop",
            "azure_user_has_server",
            "azure_user_has_smartphone",
            "azure_user_has_user_endpoint",
            "azure_user_has_workstation",
        ],
        |_, _| Unresolved::Drop,
    ),
    // Those who were logged on.
    Link::uses(DEVICES, "").subject(&USER, ""),
    Link::new(RelationshipClass::Manages, DEVICES, "").subject(&HOST_AGENT, ""),
];

fn add(device: &Item<'_>, out: &mut Output) {
    let (Some(id), Some(key)) = (device.id(), device.key("/id")) else {
        return out.lose("managed-devices.id".to_owned());
    };
    let of = type_of(device.text("/deviceType"), device.text("/model"));
    let this = || End::known(&key, of.kind);
    let [has, uses, manages] = &LINKS;

    if let Some(user) = device.text("/userId").filter(|it| !it.is_empty()) {
        let mut reference = has.reference(End::named(Name::of_id(user)), this());
        reference.unresolved = elsewhere(user, of, device);
        out.references.push(reference);
    }
    for user in device.texts("/usersLoggedOn/*/userId").into_iter().filter(|it| !it.is_empty()) {
        out.references.push(uses.reference(End::named(Name::of_id(user)), this()));
    }

    let agent = host_agents::key(id);
    out.references.push(manages.reference(End::known(&agent, HOST_AGENT.kind), this()));
    out.entities.push(of.refined(key, device, describe, &mut out.drift));
    let mut agent = HOST_AGENT.refined(agent, device, host_agents::compliance, &mut out.drift);
    // What Intune answered is told of the device.
    agent.raw = None;
    out.entities.push(agent);
}

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
fn elsewhere(user: &str, of: &EntityType, device: &Item<'_>) -> Unresolved {
    let mut target = json!({
        "_class": USER.class,
        "_key": Key::new(user).as_str(),
        "_type": USER.kind,
        "id": user,
    });
    if let Some(email) = device.text("/emailAddress").filter(|it| !it.is_empty()) {
        target["email"] = email.into();
    }
    let filter = |name: &str| vec!["_class".to_owned(), name.to_owned()];
    Unresolved::Map {
        kind: relationship_type(USER.kind, RelationshipClass::Has, of.kind),
        filters: vec![filter("id"), filter("email")],
        target: match target {
            Value::Object(target) => target,
            _ => Map::new(),
        },
        skip_creation: false,
    }
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
