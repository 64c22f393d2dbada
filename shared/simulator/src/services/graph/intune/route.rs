//! Which of Intune's resources a path names, and who may read it.

use crate::services::graph::error::Failure;
use crate::services::graph::version::Version;
use crate::services::report::{Report, action};
use crate::world::intune::policy::PolicyKind;

/// A resource of Intune. Ids are not looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Root,
    SubscriptionState,
    Devices,
    Device(String),
    AppsOfDevice(String),
    Apps,
    DevicesOfApp(String),
    Policies(PolicyKind),
    States(PolicyKind, String),
    MobileApps,
    /// A report as a table.
    Report(&'static Report),
    /// The jobs that prepare reports, to which one can be added.
    BeginExport,
    Export(String),
}

impl Route {
    /// The resource that a path below the version names.
    pub(super) fn parse(path: &str, version: Version) -> Result<Self, Failure> {
        let segments: Vec<&str> = path.split('/').collect();
        let lower: Vec<String> = segments.iter().map(|it| it.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let id = || segments[2].to_owned();
        let route = match lower[..] {
            ["devicemanagement"] => Self::Root,
            ["devicemanagement", "subscriptionstate"] => Self::SubscriptionState,
            ["devicemanagement", "manageddevices"] => Self::Devices,
            ["devicemanagement", "manageddevices", _] => Self::Device(id()),
            ["devicemanagement", "manageddevices", _, "detectedapps"] => Self::AppsOfDevice(id()),
            ["devicemanagement", "detectedapps"] => Self::Apps,
            ["devicemanagement", "detectedapps", _, "manageddevices"] => Self::DevicesOfApp(id()),
            ["devicemanagement", "devicecompliancepolicies"] => {
                Self::Policies(PolicyKind::Compliance)
            }
            ["devicemanagement", "devicecompliancepolicies", _, "devicestatuses"] => {
                Self::States(PolicyKind::Compliance, id())
            }
            ["devicemanagement", "deviceconfigurations"] => {
                Self::Policies(PolicyKind::Configuration)
            }
            ["devicemanagement", "deviceconfigurations", _, "devicestatuses"] => {
                Self::States(PolicyKind::Configuration, id())
            }
            ["devicemanagement", "configurationpolicies"] if version == Version::Beta => {
                Self::Policies(PolicyKind::Catalog)
            }
            ["deviceappmanagement", "mobileapps"] => Self::MobileApps,
            ["devicemanagement", "reports", "exportjobs"] => Self::BeginExport,
            ["devicemanagement", "reports", "exportjobs", _] => {
                Self::Export(segments[3].to_owned())
            }
            ["devicemanagement", "reports", last] => {
                let name = last.strip_prefix("microsoft.graph.").unwrap_or(last);
                // The job's id as a key in parentheses, as the documentation writes it.
                let id = segments[2].get("exportJobs".len()..).and_then(key);
                match (id, action(name)) {
                    (Some(id), _) if last.starts_with("exportjobs") => Self::Export(id.to_owned()),
                    (_, Some(report)) => Self::Report(report),
                    _ => return Err(Failure::unknown_segment(segments[2])),
                }
            }
            _ => {
                return Err(Failure::unknown_segment(segments.last().copied().unwrap_or_default()));
            }
        };
        Ok(route)
    }

    /// The only method that it understands.
    pub(super) const fn method(&self) -> &'static str {
        match self {
            Self::Report(_) | Self::BeginExport => "POST",
            _ => "GET",
        }
    }

    pub(super) const fn is_report(&self) -> bool {
        matches!(self, Self::Report(_) | Self::BeginExport | Self::Export(_))
    }

    /// The permissions of which one suffices.
    pub(super) const fn permissions(&self) -> &'static [&'static str] {
        match self {
            Self::Root => &ANY,
            Self::SubscriptionState => &[
                "DeviceManagementServiceConfig.Read.All",
                "DeviceManagementServiceConfig.ReadWrite.All",
            ],
            Self::Devices
            | Self::Device(_)
            | Self::AppsOfDevice(_)
            | Self::Apps
            | Self::DevicesOfApp(_) => &[
                "DeviceManagementManagedDevices.Read.All",
                "DeviceManagementManagedDevices.ReadWrite.All",
            ],
            Self::Policies(_) | Self::States(..) => &[
                "DeviceManagementConfiguration.Read.All",
                "DeviceManagementConfiguration.ReadWrite.All",
            ],
            Self::MobileApps => {
                &["DeviceManagementApps.Read.All", "DeviceManagementApps.ReadWrite.All"]
            }
            Self::Report(_) | Self::BeginExport | Self::Export(_) => &OF_REPORTS,
        }
    }
}

/// The permissions for reports: any of them suffices for all, whatever they are about.
const OF_REPORTS: [&str; 6] = [
    "DeviceManagementApps.Read.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
];

const ANY: [&str; 8] = [
    "DeviceManagementServiceConfig.Read.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "DeviceManagementApps.Read.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
];

/// What stands in `('…')`.
fn key(text: &str) -> Option<&str> {
    text.strip_prefix("('")?.strip_suffix("')")
}
