//! Applications that Intune distributes.

use serde_json::{Value, json};

use super::family::Family::{self, Android, Ios, Mac, Other, Windows};
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::directory::Object;
use crate::world::guid::Kind;
use crate::world::random::nth;
use crate::world::tenant::Tenant;

/// The type, the family of devices, and whether it is one of those that Microsoft manages without
/// enrolment, of which it says for whom they are there.
type AppType = (&'static str, Family, Option<&'static str>);

const TYPES: [AppType; 20] = [
    ("win32LobApp", Windows, None),
    ("androidManagedStoreApp", Android, None),
    ("iosVppApp", Ios, None),
    ("managedIOSStoreApp", Ios, Some("global")),
    ("managedAndroidStoreApp", Android, Some("global")),
    ("winGetApp", Windows, None),
    ("officeSuiteApp", Windows, None),
    ("macOSPkgApp", Mac, None),
    ("webApp", Other, None),
    ("iosStoreApp", Ios, None),
    ("managedIOSLobApp", Ios, Some("lineOfBusiness")),
    ("windowsMicrosoftEdgeApp", Windows, None),
    ("macOSOfficeSuiteApp", Mac, None),
    ("microsoftStoreForBusinessApp", Windows, None),
    ("managedAndroidLobApp", Android, Some("lineOfBusiness")),
    ("macOSMicrosoftDefenderApp", Mac, None),
    ("windowsUniversalAppX", Windows, None),
    ("androidForWorkApp", Android, None),
    ("windowsMobileMSI", Windows, None),
    // One whose type is newer than its readers.
    ("visionOSLobApp", Ios, None),
];

const NAMES: [&str; 11] = [
    "Company Portal",
    "Zip & Unzip, Professional Edition",
    "Büroplaner",
    "com.android.vending.apk",
    "\"Fast\" PDF Reader",
    "VPN Client",
    "Backup Agent",
    "日本語入力システム",
    "Remote Desk",
    "Company Portal",
    "Scanner",
];

/// An application that Intune distributes.
#[derive(Clone, Copy)]
pub(crate) struct MobileApp<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) index: u64,
}

impl<'a> MobileApp<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    /// How many there are in a tenant.
    pub(crate) fn count(tenant: &Tenant) -> u64 {
        if tenant.fleet.has_policies() { tenant.fleet.managed_apps } else { 0 }
    }

    /// The application that an id names.
    pub(crate) fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let index = tenant.guids.index(Kind::MobileApp, id)?;
        (index < Self::count(tenant)).then(|| Self::new(tenant, index))
    }

    pub(crate) fn id(self) -> String {
        self.tenant.guids.guid(Kind::MobileApp, self.index)
    }

    fn kind(self) -> AppType {
        nth(&TYPES, self.index)
    }

    pub(crate) fn family(self) -> Family {
        self.kind().1
    }

    pub(crate) fn is_assigned(self) -> bool {
        self.index % 4 != 3
    }

    pub(crate) fn version(self) -> String {
        format!("{}.{}.0", 1 + self.index % 7, self.index * 3 % 11)
    }

    fn date(self, days: u64) -> String {
        let days = i64::try_from(self.tenant.draw("app dates", self.index).below(days));
        fraction(TODAY - DAY * days.unwrap_or_default() - 60, 0)
    }
}

impl Object for MobileApp<'_> {
    fn type_name(&self) -> &'static str {
        "mobileApp"
    }

    fn defaults(&self) -> &'static [&'static str] {
        match self.kind() {
            (_, _, Some(_)) => &PROPERTIES,
            _ => &PROPERTIES[..OF_ALL],
        }
    }

    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            "@odata.type" => json!(format!("#microsoft.graph.{}", self.kind().0)),
            "id" => json!(self.id()),
            "displayName" => json!(nth(&NAMES, self.index)),
            "description" => match self.index % 5 {
                0 => Value::Null,
                1 => json!(""),
                _ => json!("Line one,\r\nline \"two\""),
            },
            "publisher" => json!(nth(&["Noodle's n No Company", "Microsoft", ""], self.index)),
            "largeIcon" => Value::Null,
            "createdDateTime" => json!(self.date(900)),
            "lastModifiedDateTime" => json!(self.date(30)),
            "isFeatured" => json!(self.index.is_multiple_of(9)),
            "isAssigned" => json!(self.is_assigned()),
            "privacyInformationUrl" => json!(""),
            "informationUrl" => match self.index % 3 {
                0 => Value::Null,
                _ => json!("https://apps.example/info?id=1&hl=en"),
            },
            "owner" | "developer" => json!(nth(&["", "IT, Büro", "me"], self.index)),
            "notes" => json!(nth(&["", "notes", "Zeile 1\nZeile 2"], self.index)),
            "publishingState" => {
                json!(nth(&["published", "published", "notPublished"], self.index))
            }
            "uploadState" | "dependentAppCount" | "supersedingAppCount" | "supersededAppCount" => {
                json!(0)
            }
            "roleScopeTagIds" => json!(["0"]),
            "packageId" => json!("com.example.app"),
            "appStoreUrl" => json!("https://store.example/app"),
            // What is not of that kind has no such property, and filters take it for null.
            "appAvailability" => json!(self.kind().2?),
            "version" => json!(self.version()),
            _ => return None,
        })
    }
}

const PROPERTIES: [&str; 24] = [
    "@odata.type",
    "id",
    "displayName",
    "description",
    "publisher",
    "largeIcon",
    "createdDateTime",
    "lastModifiedDateTime",
    "isFeatured",
    "privacyInformationUrl",
    "informationUrl",
    "owner",
    "developer",
    "notes",
    "uploadState",
    "publishingState",
    "isAssigned",
    "roleScopeTagIds",
    "dependentAppCount",
    "supersedingAppCount",
    "supersededAppCount",
    "packageId",
    "appAvailability",
    "version",
];

/// How many of them all applications have; the rest is of those that are managed without enrolment.
const OF_ALL: usize = 22;
