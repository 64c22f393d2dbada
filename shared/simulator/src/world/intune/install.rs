//! What has become of the applications that Intune distributes, on devices.

use serde_json::{Value, json};

use super::app::report_platform;
use super::device::ManagedDevice;
use super::mobile_app::MobileApp;
use crate::world::dates::utc;
use crate::world::random::Draw;

/// Whether an application was installed on a device.
pub(crate) struct Install<'a> {
    app: MobileApp<'a>,
    device: ManagedDevice<'a>,
}

impl<'a> Install<'a> {
    /// How many places there are for an application: one for each device that it fits.
    pub(crate) fn places(app: MobileApp) -> u64 {
        if app.is_assigned() { app.tenant.fleet.of_family(app.family()) } else { 0 }
    }

    /// Whether there is a device for which the application is meant at a place.
    pub(crate) fn is_there(app: MobileApp, place: u64) -> bool {
        let device = app.family().device(place);
        // Not every application is meant for everyone.
        let is_meant = Draw::new(app.tenant.seed ^ app.index, "meant for", device).chance(70);
        is_meant && app.tenant.fleet.is_there(device)
    }

    pub(crate) fn new(app: MobileApp<'a>, place: u64) -> Option<Self> {
        let device = ManagedDevice::new(app.tenant, app.family().device(place));
        Self::is_there(app, place).then_some(Self { app, device })
    }

    /// The state by its number and its name, and the error if there was one. The numbers are those
    /// of Microsoft Graph's `resultantAppState`.
    fn state(&self) -> (i32, &'static str, i64) {
        let device = self.device.index;
        let seed =
            self.app.tenant.seed ^ self.app.index ^ self.app.tenant.fleet.revision(device) << 32;
        match Draw::new(seed, "installed", device).below(20) {
            0..13 => (1, "Installed", 0),
            13 | 14 => (2, "Failed", -2_016_345_060),
            15 => (3, "Not installed", 0),
            16 => (4, "Uninstall failed", -2_147_024_891),
            17 => (5, "Install pending", 0),
            18 => (-1, "Not applicable", 0),
            _ => (99, "Unknown", 0),
        }
    }

    /// A column of a report.
    pub(crate) fn column(&self, name: &str) -> Option<Value> {
        let (number, text, error) = self.state();
        let holder = self.device.holder.as_ref();
        Some(match name {
            "ApplicationId" => json!(self.app.id()),
            "AppVersion" => json!(if number == 1 { self.app.version() } else { String::new() }),
            "AppInstallState" | "InstallState" => json!(number),
            "AppInstallState_loc" => json!(text),
            "AppInstallStateDetails" | "InstallStateDetail" => {
                json!(if error == 0 { 0 } else { 5 })
            }
            "AppInstallStateDetails_loc" => {
                json!(if error == 0 { "" } else { "Failed, see error" })
            }
            "AssignmentFilterIdsExist" => json!(false),
            "ErrorCode" => json!(error),
            "HexErrorCode" => json!(format!("0x{:08X}", error & 0xffff_ffff)),
            "LastModifiedDateTime" => json!(utc(self.device.last_contact())),
            "Platform" => json!(format!(
                "{} {}",
                report_platform(self.device.family),
                self.device.os_version()
            )),
            "UserPrincipalName" => json!(holder.map_or("", |holder| &holder.principal_name)),
            _ => return self.device.column(name),
        })
    }
}
