//! Applications that were detected on devices, managed or not.
//!
//! Intune tells the versions of an application apart, and what is of another publisher. Here an
//! application is what goes by one name: its versions and publishers are listed, and each
//! installation says which version it is.

use graph::{End, Entity, Key, Name, RelationshipKey};
use serde_json::value::to_raw_value;
use serde_json::{Map, Value};

use crate::becomes::Hook;
use crate::list::Report;
use crate::microsoft365::device_types::DEVICES;
use crate::output::Output;
use crate::prelude::*;

pub(crate) static DETECTED_APPLICATION: EntityType = EntityType {
    kind: "intune_detected_application",
    class: &["Application"],
    doc: "What is installed under one name, in any version.",
    shared: &[COMMON],
    ..EntityType::NEW
};

const COMMON: &[Property] = &[
    text("name", "/ApplicationName", "The name, in lower case.").or(&["/displayName"]).lower_case(),
    text("displayName", "/ApplicationName", "The name that people see.").or(&["/displayName"]),
    text("version", "/ApplicationVersion", "One of its versions.").or(&["/version"]),
    number("sizeInByte", "/", "How large that version is, in bytes."),
    list("versions", COMPUTED, "Its versions."),
    list("publishers", COMPUTED, "Who publishes what goes by the name."),
    list("platforms", COMPUTED, "What it runs on, such as `windows` or `ios`."),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
];

/// The properties that unite what is said of each version.
const UNITED: &[&str] = &["versions", "publishers", "platforms"];

const READ: &[&str] = &["DeviceManagementManagedDevices.Read.All"];

pub(crate) static STEP: Step = Step {
    id: "detected-applications",
    name: "Detected Applications",
    list: List::export(&Report {
        names: &["AppInvAggregate", "DetectedAppsAggregate"],
        columns: &[
            "ApplicationKey",
            "ApplicationName",
            "ApplicationPublisher",
            "ApplicationVersion",
            "Platform",
        ],
        filter: "",
    }),
    becomes: Becomes::NOTHING.hook(Hook {
        relate: add,
        adds: &[&DETECTED_APPLICATION],
        extends: &[(&DETECTED_APPLICATION, UNITED)],
    }),
    needs: Needs::intune("applications").graph(READ),
    ..Step::MICROSOFT365
};

/// The same, some applications at a time. It says how large they are, and takes a request for each
/// thousand.
pub(crate) static PAGES: Step = Step {
    id: "detected-applications-pages",
    name: "Detected Applications, page by page",
    list: List::graph("/deviceManagement/detectedApps")
        .query("$top=1000")
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::NOTHING.hook(Hook {
        relate: add,
        adds: &[&DETECTED_APPLICATION],
        extends: &[(&DETECTED_APPLICATION, UNITED)],
    }),
    needs: Needs::intune("applications").graph(READ),
    fallback_for: Some(STEP.id),
    ..Step::MICROSOFT365
};

/// What is installed on which device: millions of rows, each of which becomes one reference.
pub(crate) static INSTALLATIONS: Step = Step {
    id: "detected-application-installations",
    name: "Detected Applications' Installations",
    list: List::export(&Report {
        names: &["AppInvRawData", "DetectedAppsRawData", "DiscoveredAppsRawData"],
        columns: &["ApplicationKey", "ApplicationName", "ApplicationVersion", "DeviceId"],
        filter: "",
    }),
    becomes: Becomes::NOTHING.links(&INSTALLED).hook(Hook {
        relate: installation,
        adds: &[],
        extends: &[],
    }),
    needs: Needs::intune("applications").graph(READ),
    ..Step::MICROSOFT365
};

/// The same, device by device, with the applications that are installed. Only the beta API lists
/// them.
pub(crate) static INSTALLATIONS_BY_DEVICE: Step = Step {
    id: "detected-application-installations-by-device",
    name: "Detected Applications' Installations, device by device",
    list: List::graph("/beta/deviceManagement/managedDevices/{id}")
        .of_each(DEVICES)
        .query("$select=id&$expand=detectedApps")
        .whole()
        .one()
        .domain(Domain::Intune),
    becomes: Becomes::NOTHING.links(&INSTALLED).hook(Hook {
        relate: by_device,
        adds: &[&DETECTED_APPLICATION],
        extends: &[(&DETECTED_APPLICATION, UNITED)],
    }),
    needs: Needs::intune("applications").graph(READ),
    fallback_for: Some(INSTALLATIONS.id),
    ..Step::MICROSOFT365
};

static INSTALLED: [Link; 1] = [Link::by_hook(RelationshipClass::Installed, DEVICES)
    .subject_by_hook(&[&DETECTED_APPLICATION])
    .reverse()];

/// The id of a version of an application: reports call it a key.
fn detection<'a>(application: &Item<'a>) -> Option<&'a str> {
    either(application, "/ApplicationKey", "/id")
}

/// What the key of an application is made of: its name, or the id if it has none.
fn id(application: &Item<'_>) -> Option<String> {
    let name = either(application, "/ApplicationName", "/displayName");
    Some(format!("IntuneDetected:{}", name.or_else(|| detection(application))?))
}

fn version<'a>(application: &Item<'a>) -> Option<&'a str> {
    either(application, "/ApplicationVersion", "/version")
}

/// The text at a path of a report, or at one of an answer.
fn either<'a>(application: &Item<'a>, report: &str, answer: &str) -> Option<&'a str> {
    let text = application.text(report).or_else(|| application.text(answer))?.trim();
    Some(text).filter(|it| !it.is_empty())
}

fn add(application: &Item<'_>, out: &mut Output) {
    match id(application) {
        Some(id) => add_version(application, &id, out),
        None => out.lose(format!("{}.id", DETECTED_APPLICATION.kind)),
    }
}

/// Adds an application, and what is particular to one version of it.
fn add_version(application: &Item<'_>, id: &str, out: &mut Output) {
    let key = Key::new(id);
    let mut united = DETECTED_APPLICATION.patch(key.clone());
    for (name, value) in [
        ("versions", version(application)),
        ("publishers", either(application, "/ApplicationPublisher", "/publisher")),
        ("platforms", either(application, "/Platform", "/platform")),
    ] {
        united.set(name, value.map(|it| vec![it]));
    }
    let entity = DETECTED_APPLICATION.refined(key, application, known, &mut out.drift);
    out.entities.push(entity);
    out.entities.extend(Some(united).filter(|it| !it.properties.is_empty()));
}

/// Leaves out what is empty, and the size where Intune says none.
fn known(application: &Item<'_>, entity: &mut Entity) {
    entity.properties.retain(|_, value| value.as_str() != Some("") && value.as_i64() != Some(0));
    if entity.text("displayName").is_none() {
        entity.set("displayName", detection(application));
    }
}

fn installation(row: &Item<'_>, out: &mut Output) {
    match (id(row), row.text("/DeviceId").filter(|it| !it.is_empty())) {
        (Some(id), Some(device)) => install(row, &id, device, out),
        _ => out.lose(format!("{}.id", DETECTED_APPLICATION.kind)),
    }
}

/// Adds that an application is installed on a device.
fn install(application: &Item<'_>, id: &str, device: &str, out: &mut Output) {
    let (this, other) = (Name::of_id(id), Name::of_id(device));
    let [installed] = &INSTALLED;
    let mut reference = installed.reference(End::named(this), End::named(other));
    let version = version(application).unwrap_or("unversioned");
    reference.properties = Map::from_iter([("version".to_owned(), Value::from(version))]);
    if let Some(detection) = detection(application) {
        // A device may have several versions of what goes by one name.
        let key = format!("{device}|installed|{}|{detection}", Key::new(id));
        reference.key = Some(RelationshipKey::whole(&key));
        reference.properties.insert("detectionId".to_owned(), detection.into());
    }
    out.references.push(reference);
}

/// Adds what is installed on a device.
fn by_device(device: &Item<'_>, out: &mut Output) {
    let Some(device_id) = device.id() else {
        return out.lose(format!("{}.device", DETECTED_APPLICATION.kind));
    };
    if device.json.get("detectedApps@odata.nextLink").is_some() {
        // The answer holds only some of them.
        out.lose(format!("{}.more", DETECTED_APPLICATION.kind));
    }
    for json in device.values("/detectedApps/*") {
        let Ok(raw) = to_raw_value(json) else { continue };
        let application = Item { json, raw: &raw, ..*device };
        let Some(id) = id(&application) else {
            out.lose(format!("{}.id", DETECTED_APPLICATION.kind));
            continue;
        };
        add_version(&application, &id, out);
        install(&application, &id, device_id, out);
    }
}
