//! Applications that Intune manages, and the devices that they are meant for.

use std::borrow::Cow;

use graph::{Entity, Name, RelationshipKey};
use serde_json::{Map, Value};

use crate::list::Report;
use crate::microsoft365::device_types::DEVICES;
use crate::microsoft365::report::{cell, joined, word};
use crate::prelude::*;

pub(crate) static MANAGED_APPLICATION: EntityType = EntityType {
    kind: "intune_managed_application",
    class: &["Application"],
    doc: "An application that is assigned to users or devices, or was made in the company.",
    properties: &[
        text("name", "/displayName", "The name, in lower case.").lower_case(),
        text("description", "/", "What it is."),
        text("publisher", "/", "Who publishes it."),
        text("developer", "/", "Who made it."),
        text("owner", "/", "Who owns it."),
        list("notes", COMPUTED, "What the administrator noted."),
        flag("COTS", COMPUTED, "Whether it can be had by others, too."),
        flag("external", COMPUTED, "Whether it was made outside the company."),
        flag("mobile", COMPUTED, "Whether it runs on telephones."),
        flag("featured", "/isFeatured", "Whether it is shown first."),
        flag("isPublished", COMPUTED, "Whether it can be installed."),
        text("version", COMPUTED, "The version, or `unversioned`."),
        text("committedContentVersion", "/", "The version of the upload."),
        text("packageId", "/", "The id of the package, on Android."),
        text("productionURL", "/appUrl", "Where it is.").or(&["/appStoreUrl"]),
        text("informationURL", "/informationUrl", "Where more about it is."),
        text("privacyInformationURL", "/privacyInformationUrl", "What it does with data."),
        date("createdOn", "/createdDateTime", "When it was added."),
        date("lastUpdatedOn", "/lastModifiedDateTime", "When it was last changed."),
    ],
    ..EntityType::OBJECT
};

const READ: &[&str] = &["DeviceManagementApps.Read.All"];

/// The applications that matter: those that are assigned, and those of the company. Only the beta
/// API says which are. What an application is made of differs from platform to platform, so nothing
/// is selected; and a size of pages is not asked for, which the service has answered with errors.
pub(crate) static STEP: Step = Step {
    id: "managed-applications",
    name: "Managed Applications",
    list: List::graph("/beta/deviceAppManagement/mobileApps")
        .query(concat!(
            "$filter=(isAssigned%20eq%20true",
            "%20or%20microsoft.graph.managedApp/appAvailability%20eq%20'lineOfBusiness'",
            "%20or%20microsoft.graph.managedApp/appAvailability%20eq%20null)",
        ))
        .whole()
        .domain(Domain::Intune),
    becomes: Becomes::one(&MANAGED_APPLICATION).refine(describe).conceals(&[
        "/installCommandLine",
        "/uninstallCommandLine",
        "/detectionRules/*/scriptContent",
        "/requirementRules/*/scriptContent",
        "/rules/*/scriptContent",
        "/preInstallScript/scriptContent",
        "/postInstallScript/scriptContent",
    ]),
    needs: Needs::intune("applications").graph(READ),
    ..Step::MICROSOFT365
};

/// The devices that each application is meant for. No report tells of all applications at once, and
/// most are on few devices: these are read from a table, in a request of which several go together.
/// Of the others, a report is prepared.
pub(crate) static ASSIGNMENTS: Step = Step {
    id: "managed-application-assignments",
    name: "Managed Applications' Assignments",
    list: List::table(
        "/beta/deviceManagement/reports/getDeviceInstallStatusReport",
        &INSTALLATIONS,
    )
    .of_each(&[&MANAGED_APPLICATION])
    .or_else(&PREPARED),
    becomes: Becomes::related(&ASSIGNED),
    needs: Needs::intune("applications").graph(READ),
    ..Step::MICROSOFT365
};

static PREPARED: List = List::export(&INSTALLATIONS).of_each(&[&MANAGED_APPLICATION]);

static INSTALLATIONS: Report = Report {
    names: &["DeviceInstallStatusByApp"],
    columns: &[
        "AppInstallState",
        "AppInstallStateDetails",
        "AppVersion",
        "ApplicationId",
        "DeviceId",
        "ErrorCode",
    ],
    filter: "(ApplicationId eq '{id}')",
};

/// To the devices, which are assigned the application.
static ASSIGNED: [Link; 1] = [Link::found(RelationshipClass::Assigned, DEVICES, |row| {
    cell(row, "DeviceId").map(|it| Name::of_id(&it)).into_iter().collect()
})
.subject_parent()
.reverse()
.key(key)
.with(installation)
.or_lose("intune_managed_application.device")];

fn describe(application: &Item<'_>, entity: &mut Entity) {
    let sort = application.text("/@odata.type").unwrap_or_default().to_lowercase();
    if !sort.is_empty() {
        // Line-of-business applications are uploaded; others come from a shop, or are pages.
        let is_own = sort.contains("lob");
        entity.set("COTS", Some(!is_own));
        entity.set("external", Some(!is_own));
        let mobile = ["ios", "android", "mobile", "webapp"];
        entity.set("mobile", Some(mobile.iter().any(|it| sort.contains(it))));
    }
    let notes = application.text("/notes").filter(|it| !it.is_empty());
    entity.set("notes", Some(notes.into_iter().collect::<Vec<_>>()));
    let state = application.text("/publishingState");
    entity.set("isPublished", state.map(|it| it == "published"));
    let versions =
        ["/versionName", "/versionCode", "/versionNumber", "/identityVersion", "/version"];
    let version = versions.iter().find_map(|path| application.text(path));
    entity.set("version", Some(version.unwrap_or("unversioned")));
    if entity.text("owner") == Some("") {
        entity.properties.remove("owner");
    }
}

fn key(device: &str, row: &Item<'_>) -> Option<RelationshipKey> {
    Some(RelationshipKey::whole(&format!("{device}|{}", row.parent?.key)))
}

/// What is known of an installation.
fn installation(_: &str, row: &Item<'_>) -> Map<String, Value> {
    let state = word(row, "AppInstallState").map(|it| install_state(&it));
    // 0 stands for nothing to say.
    let detail = word(row, "AppInstallStateDetails").filter(|it| it != "0");
    let version = cell(row, "AppVersion").map(Value::from);
    let version = version.or_else(|| row.parent?.json.get("version").cloned());
    let error = cell(row, "ErrorCode").and_then(|it| it.parse::<i64>().ok());
    let known = [
        ("installState", state.map(Value::from)),
        ("installStateDetail", detail.map(Value::from)),
        ("errorCode", error.map(Value::from)),
        ("installedVersion", version),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The state of an installation, by Microsoft Graph's names.
///
/// Source: Microsoft Graph, "resultantAppState enum type", for the names and their numbers.
fn install_state(word: &str) -> Cow<'static, str> {
    match joined(word).as_str() {
        "-1" => "notApplicable".into(),
        "1" => "installed".into(),
        "2" => "failed".into(),
        "3" => "notInstalled".into(),
        "4" | "uninstallFailed" => "uninstallFailed".into(),
        "5" | "installPending" | "pending" => "pendingInstall".into(),
        "99" => "unknown".into(),
        other => other.to_owned().into(),
    }
}
