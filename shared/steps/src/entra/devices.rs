//! Devices that are registered in the directory, or joined to it.

pub(crate) mod registered_owners;
pub(crate) mod registered_users;

use graph::Entity;
use serde_json::Value;

use crate::prelude::*;

pub(crate) static DEVICE: EntityType = EntityType {
    kind: "azure_device",
    class: &["Device"],
    doc: "A computer or a phone as the directory knows it.",
    properties: &[
        text("deviceId", "/", "The id that the device was registered with."),
        text("aadDeviceId", "/deviceId", "The id that the device was registered with."),
        flag("active", "/accountEnabled", "Whether the device can sign in."),
        text("category", "/deviceCategory", "The category that Intune has put it in.").or_null(),
        text("make", COMPUTED, "Who made it, or `Unknown`."),
        text("model", COMPUTED, "The model, or `Unknown`."),
        text("manufacturer", "/", "Who made it."),
        always("serial", "Unknown", "The directory knows no serial numbers."),
        date("lastSeenOn", "/approximateLastSignInDateTime", "About when it signed in last.")
            .or_null(),
        date("approximateLastSignInDateTime", "/", "About when it signed in last."),
        text("operatingSystem", "/", "Such as `Windows`."),
        text("operatingSystemVersion", "/", "The version of it."),
        number("deviceVersion", "/", "For internal use."),
        text("deviceMetadata", "/", "For internal use."),
        flag("isCompliant", "/", "Whether it complies with the policies of Intune."),
        flag("isManaged", "/", "Whether a device management manages it."),
        text(
            "complianceExpirationDateTime",
            "/",
            "Until when it counts as compliant, in ISO 8601.",
        ),
        flag("onPremisesSyncEnabled", "/", "Whether it comes from elsewhere."),
        date("onPremisesLastSyncDateTime", "/", "When it last came from elsewhere."),
        text("profileType", "/", "Such as `RegisteredDevice` or `Printer`."),
        text("trustType", "/", "`Workplace`, `AzureAd` or `ServerAd`."),
        text("deviceOwnership", "/", "`company` or `personal`."),
        list("alternativeSecurityIds", COMPUTED, "The identity providers of its other ids."),
        list("physicalIds", "/", "Ids of the hardware and of its user."),
        list("systemLabels", "/", "Labels that the system has put on it."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-devices",
    name: "Entra ID Devices",
    list: List::graph("/devices").query("$top=999").also(&[
        "accountEnabled",
        "alternativeSecurityIds",
        "manufacturer",
        "model",
    ]),
    becomes: Becomes::one(&DEVICE).refine(describe),
    needs: Needs::directory("ad-devices").graph(&["Device.Read.All"]),
    ..Step::AZURE
};

fn describe(device: &Item<'_>, entity: &mut Entity) {
    let known = |path| device.text(path).filter(|it| !it.is_empty()).unwrap_or("Unknown");
    entity.set("make", Some(known("/manufacturer")));
    entity.set("model", Some(known("/model")));
    let providers = device.values("/alternativeSecurityIds/*").into_iter();
    let providers = providers.map(|it| it.get("identityProvider").and_then(Value::as_str));
    let providers: Vec<_> = providers.map(Option::unwrap_or_default).collect();
    let is_known = !device.values("/alternativeSecurityIds").is_empty();
    entity.set("alternativeSecurityIds", is_known.then_some(providers));
}
