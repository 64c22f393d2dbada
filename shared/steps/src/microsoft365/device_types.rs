//! The types of the devices that Intune manages, and what is recorded about them.

use crate::prelude::*;

const fn device(kind: &'static str, doc: &'static str) -> EntityType {
    EntityType { kind, class: &["Device", "Host"], doc, shared: &[MANAGED], ..EntityType::NEW }
}

pub(super) static COMPUTER: EntityType =
    device("computer", "A computer of which the form is not known.");
pub(super) static DESKTOP: EntityType = device("desktop", "A computer that stays where it is.");
pub(super) static LAPTOP: EntityType = device("laptop", "A computer to be carried about.");
pub(super) static SERVER: EntityType =
    device("server", "A machine that runs on another, such as a cloud PC.");
pub(super) static SMARTPHONE: EntityType = device("smartphone", "A telephone.");
pub(super) static USER_ENDPOINT: EntityType =
    device("user_endpoint", "Any other device of a user.");
pub(super) static WORKSTATION: EntityType = device("workstation", "A device built into something.");

/// Every type of device that Intune manages.
pub(super) const DEVICES: &[&EntityType] =
    &[&COMPUTER, &DESKTOP, &LAPTOP, &SERVER, &SMARTPHONE, &USER_ENDPOINT, &WORKSTATION];

/// What is recorded about a device that Intune manages.
const MANAGED: &[Property] = &[
    text("id", "/", "The id at Intune."),
    text("deviceId", "/id", "The id at Intune."),
    text("aadDeviceId", "/azureADDeviceId", "The id of the device in the directory.")
        .or(&["/azureActiveDirectoryDeviceId"]),
    text("assetTag", "/azureActiveDirectoryDeviceId", "The id of the device in the directory.")
        .or(&["/azureADDeviceId"]),
    text("name", "/deviceName", "What the device calls itself."),
    text("displayName", "/deviceName", "What the device calls itself."),
    text("deviceName", "/", "What the device calls itself."),
    text("hostname", "/deviceName", "What the device calls itself.").or_null(),
    always("category", "endpoint", "What sort of thing a device is."),
    text("deviceType", "/", "What Intune calls its sort, such as `macMDM`."),
    text("deviceCategoryDisplayName", "/", "The category it was put in."),
    text("make", "/manufacturer", "Who made it.").or_null(),
    text("model", "/", "The model.").or_null(),
    text("version", "/model", "The model."),
    text("serial", "/serialNumber", "The serial number.").or_null(),
    text("serialNumber", "/", "The serial number."),
    text("hardwareVendor", "/hardwareInformation/manufacturer", "Who made it.")
        .or(&["/manufacturer"]),
    text("hardwareManufacturer", "/hardwareInformation/manufacturer", "Who made it.")
        .or(&["/manufacturer"]),
    text("hardwareModel", "/hardwareInformation/model", "The model.").or(&["/model"]),
    text("hardwareVersion", "/hardwareInformation/model", "The model.").or(&["/model"]),
    text("hardwareSerial", "/hardwareInformation/serialNumber", "The serial number.")
        .or(&["/serialNumber"]),
    text("meid", "/", "The mobile equipment identifier."),
    text("imei", "/", "The international mobile equipment identity."),
    text("iccid", "/", "The number of the SIM card."),
    text("udid", "/", "The unique device identifier, of Apple's devices."),
    text("phoneNumber", "/", "The telephone number."),
    text("wifiMacAddress", "/wiFiMacAddress", "The address on wireless networks."),
    text("ethernetMacAddress", "/", "The address on wired networks."),
    list("macAddress", COMPUTED, "Its addresses on networks, in lower case and with colons."),
    text("ipAddress", "/hardwareInformation/ipAddressV4", "The IPv4 address."),
    any("easDeviceId", COMPUTED, "The id for Exchange ActiveSync; false if that is not active."),
    text("osName", "/operatingSystem", "The operating system."),
    text("osVersion", "/", "The version of the operating system."),
    text("osDetails", COMPUTED, "The operating system and its version."),
    text("ownerType", "/managedDeviceOwnerType", "`company` or `personal`."),
    flag("BYOD", COMPUTED, "Whether it belongs to a person rather than to the company."),
    flag("encrypted", "/isEncrypted", "Whether its storage is encrypted."),
    flag("supervised", "/isSupervised", "Whether it is supervised, as Apple calls it."),
    flag("managed", COMPUTED, "Whether Intune does manage it, and has not just seen it."),
    flag("jailBroken", COMPUTED, "Whether its restrictions were broken, if Intune knows."),
    flag("physical", COMPUTED, "Whether it is a thing rather than a virtual machine."),
    text("userId", "/", "The object id of the user who enrolled it."),
    text("userDisplayName", "/", "The name of the user who enrolled it."),
    text("username", "/userPrincipalName", "The name that this user signs in with."),
    list("userEmails", COMPUTED, "The address of this user."),
    date("enrolledDateTime", "/", "When it was enrolled."),
    date("lastSyncDateTime", "/", "When it was last heard of."),
    date("lastSeenOn", "/lastSyncDateTime", "When it was last heard of."),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
];

/// The type of a device, by what Intune calls its sort and its model.
///
/// Sorts that are not named say nothing of the form: tablets, headsets, whiteboards, and what there
/// may yet be.
/// Source: Microsoft Graph, "deviceType enum type"; Microsoft Intune, "Using Windows virtual
/// machines with Intune" (the model).
pub(super) fn type_of(sort: Option<&str>, model: Option<&str>) -> &'static EntityType {
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

/// Whether a device is a thing, rather than a machine that runs on another.
pub(super) fn is_physical(sort: Option<&str>, model: &str) -> bool {
    model != VIRTUAL && sort != Some("cloudPC")
}

/// The model of a virtual machine.
const VIRTUAL: &str = "Virtual Machine";

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
}
