//! The devices that Intune manages, the agents on them, and the users who have and use them.
//!
//! What a device becomes depends on what sort of device it is, so the types are added by a hook.

use graph::{End, Entity, Key, Name, RelationshipClass, Unresolved, relationship_type};
use serde_json::{Map, Value, json};

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, Property, always, any, date, flag, list, text};
use crate::entra::users::USER;
use crate::list::{Domain, List};
use crate::microsoft365::host_agents::{self, HOST_AGENT};
use crate::microsoft365::report::NEVER;
use crate::step::{Link, Permission, Step};

const fn device(kind: &'static str, doc: &'static str) -> EntityType {
    EntityType { kind, class: &["Device", "Host"], doc, shared: &[MANAGED], properties: &[] }
}

static COMPUTER: EntityType = device("computer", "A computer of which the form is not known.");
static DESKTOP: EntityType = device("desktop", "A computer that stays where it is.");
static LAPTOP: EntityType = device("laptop", "A computer to be carried about.");
static SERVER: EntityType = device("server", "A machine that runs on another, such as a cloud PC.");
static SMARTPHONE: EntityType = device("smartphone", "A telephone.");
static USER_ENDPOINT: EntityType = device("user_endpoint", "Any other device of a user.");
static WORKSTATION: EntityType = device("workstation", "A device built into something.");

/// Every type of device that Intune manages.
pub(super) const DEVICES: &[&EntityType] =
    &[&COMPUTER, &DESKTOP, &LAPTOP, &SERVER, &SMARTPHONE, &USER_ENDPOINT, &WORKSTATION];

/// What is recorded about a device that Intune manages.
const MANAGED: &[Property] = &[
    text("id", "/id", "The id at Intune."),
    text("deviceId", "/id", "The id at Intune."),
    text("aadDeviceId", "/azureADDeviceId", "The id of the device in the directory.")
        .or("/azureActiveDirectoryDeviceId"),
    text("assetTag", "/azureActiveDirectoryDeviceId", "The id of the device in the directory.")
        .or("/azureADDeviceId"),
    text("name", "/deviceName", "What the device calls itself."),
    text("displayName", "/deviceName", "What the device calls itself."),
    text("deviceName", "/deviceName", "What the device calls itself."),
    text("hostname", "/deviceName", "What the device calls itself.").or_null(),
    always("category", "endpoint", "What sort of thing a device is."),
    text("deviceType", "/deviceType", "What Intune calls its sort, such as `macMDM`."),
    text("deviceCategoryDisplayName", "/deviceCategoryDisplayName", "The category it was put in."),
    text("make", "/manufacturer", "Who made it.").or_null(),
    text("model", "/model", "The model.").or_null(),
    text("version", "/model", "The model."),
    text("serial", "/serialNumber", "The serial number.").or_null(),
    text("serialNumber", "/serialNumber", "The serial number."),
    text("hardwareVendor", "/hardwareInformation/manufacturer", "Who made it.").or("/manufacturer"),
    text("hardwareManufacturer", "/hardwareInformation/manufacturer", "Who made it.")
        .or("/manufacturer"),
    text("hardwareModel", "/hardwareInformation/model", "The model.").or("/model"),
    text("hardwareVersion", "/hardwareInformation/model", "The model.").or("/model"),
    text("hardwareSerial", "/hardwareInformation/serialNumber", "The serial number.")
        .or("/serialNumber"),
    text("meid", "/meid", "The mobile equipment identifier."),
    text("imei", "/imei", "The international mobile equipment identity."),
    text("iccid", "/iccid", "The number of the SIM card."),
    text("udid", "/udid", "The unique device identifier, of Apple's devices."),
    text("phoneNumber", "/phoneNumber", "The telephone number."),
    text("wifiMacAddress", "/wiFiMacAddress", "The address on wireless networks."),
    text("ethernetMacAddress", "/ethernetMacAddress", "The address on wired networks."),
    list("macAddress", COMPUTED, "Its addresses on networks, in lower case and with colons."),
    text("ipAddress", "/hardwareInformation/ipAddressV4", "The IPv4 address."),
    any("easDeviceId", COMPUTED, "The id for Exchange ActiveSync; false if that is not active."),
    text("osName", "/operatingSystem", "The operating system."),
    text("osVersion", "/osVersion", "The version of the operating system."),
    text("osDetails", COMPUTED, "The operating system and its version."),
    text("ownerType", "/managedDeviceOwnerType", "`company` or `personal`."),
    flag("BYOD", COMPUTED, "Whether it belongs to a person rather than to the company."),
    flag("encrypted", "/isEncrypted", "Whether its storage is encrypted."),
    flag("supervised", "/isSupervised", "Whether it is supervised, as Apple calls it."),
    flag("managed", COMPUTED, "Whether Intune does manage it, and has not just seen it."),
    flag("jailBroken", COMPUTED, "Whether its restrictions were broken, if Intune knows."),
    flag("physical", COMPUTED, "Whether it is a thing rather than a virtual machine."),
    text("userId", "/userId", "The object id of the user who enrolled it."),
    text("userDisplayName", "/userDisplayName", "The name of the user who enrolled it."),
    text("username", "/userPrincipalName", "The name that this user signs in with."),
    list("userEmails", COMPUTED, "The address of this user."),
    date("enrolledDateTime", "/enrolledDateTime", "When it was enrolled."),
    date("lastSyncDateTime", "/lastSyncDateTime", "When it was last heard of."),
    date("lastSeenOn", "/lastSyncDateTime", "When it was last heard of."),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
];

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
        return out.drift.push("managed-devices.id".to_owned());
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
    let mut agent = HOST_AGENT.refined(agent, device, known_agent, &mut out.drift);
    // What Intune answered is told of the device.
    agent.raw = None;
    out.entities.push(agent);
}

/// The type of a device, by what Intune calls its sort and its model.
///
/// Sorts that are not named say nothing of the form: tablets, headsets, whiteboards, and what there may
/// yet be.
/// Source: Microsoft Graph, "deviceType enum type"; Microsoft Intune, "Using Windows virtual machines with
/// Intune" (the model).
fn type_of(sort: Option<&str>, model: Option<&str>) -> &'static EntityType {
    if model == Some(VIRTUAL) {
        return &SERVER;
    }
    match sort.unwrap_or_default() {
        "desktop" | "mac" | "unix" | "linux" => &DESKTOP,
        "macMDM" | "windows10x" => &LAPTOP,
        "winCE" | "winEmbedded" => &WORKSTATION,
        "cloudPC" => &SERVER,
        "chromeOS" => &COMPUTER,
        "android" | "androidEnterprise" | "androidForWork" | "androidnGMS" | "blackberry"
        | "iPhone" | "iPod" | "nokia" | "palm" | "winMO6" => &SMARTPHONE,
        _ => &USER_ENDPOINT,
    }
}

/// The model of a virtual machine.
const VIRTUAL: &str = "Virtual Machine";

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
    let is_virtual = |model| model == VIRTUAL || device.text("/deviceType") == Some("cloudPC");
    entity.set("physical", text("/model").map(|model| !is_virtual(model)));
    let eas = match device.json.get("easActivated").and_then(Value::as_bool) {
        Some(true) => text("/easDeviceId").map(Value::from),
        Some(false) => Some(false.into()),
        None => None,
    };
    entity.set("easDeviceId", eas);
    forget_never(entity);
}

fn known_agent(device: &Item<'_>, agent: &mut Entity) {
    host_agents::compliance(device, agent);
    forget_never(agent);
}

/// Intune says year 1 for never.
fn forget_never(entity: &mut Entity) {
    entity.properties.retain(|_, value| value.as_i64() != Some(NEVER));
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
    fn the_type_of_a_device_follows_from_its_sort_and_model() {
        let check = |sort, model, expected| {
            assert_eq!(type_of(sort, model).kind, expected, "{sort:?}, {model:?}");
        };
        // As the reference has it of real answers.
        check(Some("macMDM"), Some("MacBook Pro"), "laptop");
        check(Some("iPhone"), Some("iPhone 11 Pro"), "smartphone");

        for (sort, expected) in [
            ("desktop", "desktop"),
            ("mac", "desktop"),
            ("unix", "desktop"),
            ("linux", "desktop"),
            ("windows10x", "laptop"),
            ("winCE", "workstation"),
            ("winEmbedded", "workstation"),
            ("cloudPC", "server"),
            ("chromeOS", "computer"),
            ("android", "smartphone"),
            ("androidEnterprise", "smartphone"),
            ("androidForWork", "smartphone"),
            ("androidnGMS", "smartphone"),
            ("blackberry", "smartphone"),
            ("iPod", "smartphone"),
            ("nokia", "smartphone"),
            ("palm", "smartphone"),
            ("winMO6", "smartphone"),
            ("iPad", "user_endpoint"),
            ("windowsRT", "user_endpoint"),
            ("holoLens", "user_endpoint"),
            ("surfaceHub", "user_endpoint"),
            ("unknown", "user_endpoint"),
            ("a sort yet to come", "user_endpoint"),
        ] {
            check(Some(sort), Some("Model"), expected);
            // What is not a thing is a machine on a server, whatever runs on it.
            check(Some(sort), Some("Virtual Machine"), "server");
            // A model that is not known says nothing.
            check(Some(sort), None, expected);
        }
        check(None, None, "user_endpoint");
    }

    #[test]
    fn mac_addresses_have_colons() {
        assert_eq!(mac_address("11AA22BB33CC"), "11:aa:22:bb:33:cc");
        assert_eq!(mac_address("11:AA:22:BB:33:CC"), "11:aa:22:bb:33:cc");
        assert_eq!(mac_address("ÄÄÄÄÄÄ"), "ääääää");
    }
}
