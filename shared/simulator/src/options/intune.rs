//! What Microsoft Intune manages.

use std::time::Duration;

/// What Microsoft Intune manages, and how it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intune {
    /// What the tenant has of Intune.
    pub license: License,
    /// How many devices are managed. Without a number there are six for five users.
    pub devices: Option<u32>,
    /// How many applications were found on devices, all versions of each, whether or not they are
    /// still on one.
    pub detected_apps: u32,
    /// How many of them a device has on average. Some devices have none, some twice as many.
    pub apps_per_device: u32,
    /// How many applications Intune distributes.
    pub managed_apps: u32,
    /// By which names the tenant knows the reports on the applications that were found.
    pub app_reports: AppReports,
    /// About how long it takes to prepare a report: half to twice as long.
    pub export_time: Duration,
    /// How long a prepared report can be downloaded.
    pub export_lifetime: Duration,
}

impl Default for Intune {
    fn default() -> Self {
        Self {
            license: License::Full,
            devices: None,
            detected_apps: 400,
            apps_per_device: 20,
            managed_apps: 60,
            app_reports: AppReports::AppInv,
            export_time: Duration::from_secs(2),
            // The example in "Export Intune reports using Graph APIs" is valid for as long.
            export_lifetime: Duration::from_hours(6),
        }
    }
}

/// What a tenant has of Microsoft Intune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum License {
    /// All of it.
    Full,
    /// Basic Mobility and Security, which comes with Microsoft 365: devices, but neither policies
    /// nor applications nor reports.
    Basic,
    /// Nothing: whatever is asked of Intune does not apply to the tenant.
    None,
}

/// The names of the reports on the applications that were found on devices. Intune renames reports,
/// and not in all tenants at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppReports {
    /// `AppInvAggregate` and `AppInvRawData`, the names of today.
    AppInv,
    /// `DetectedAppsAggregate` and `DetectedAppsRawData`.
    Detected,
    /// `DiscoveredAppsAggregate` and `DiscoveredAppsRawData`, the oldest ones.
    Discovered,
}
