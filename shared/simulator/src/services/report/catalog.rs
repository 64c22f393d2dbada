//! Which reports there are.

use super::inventory;
use super::table::Source;
use crate::options::AppReports;
use crate::world::intune::policy::PolicyKind;

/// A report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    /// The columns, in the order in which they come.
    pub(crate) columns: &'static [&'static str],
    /// Under which names columns come, where those are others.
    pub(crate) titles: &'static [&'static str],
    /// Columns that can be filtered by, whether or not they come.
    pub(crate) filters: &'static [&'static str],
    /// The column that has to be filtered by.
    pub(crate) required: Option<&'static str>,
    pub(crate) source: Source,
}

const NEW: Report = Report {
    name: "",
    columns: &[],
    titles: &[],
    filters: &[],
    required: None,
    source: Source::Devices,
};

const FOUND: &[&str] = &[
    "ApplicationKey",
    "ApplicationName",
    "ApplicationPublisher",
    "ApplicationShortVersion",
    "ApplicationVersion",
    "DeviceId",
    "DeviceName",
    "EmailAddress",
    "OSDescription",
    "OSVersion",
    "Platform",
    "UserId",
    "UserName",
];

const FOUND_WITH_ID: &[&str] = &[
    "ApplicationId",
    "ApplicationKey",
    "ApplicationName",
    "ApplicationPublisher",
    "ApplicationShortVersion",
    "ApplicationVersion",
    "DeviceId",
    "DeviceName",
    "EmailAddress",
    "OSDescription",
    "OSVersion",
    "Platform",
    "UserId",
    "UserName",
];

const RAW: Report = Report {
    columns: FOUND,
    filters: &[
        "ApplicationName",
        "ApplicationPublisher",
        "ApplicationShortVersion",
        "ApplicationVersion",
        "DeviceId",
        "DeviceName",
        "OSDescription",
        "OSVersion",
        "Platform",
        "UserId",
        "EmailAddress",
        "UserName",
    ],
    source: Source::Found,
    ..NEW
};

const AGGREGATE: Report = Report {
    columns: &[
        "ApplicationId",
        "ApplicationKey",
        "ApplicationName",
        "ApplicationPublisher",
        "ApplicationShortVersion",
        "ApplicationVersion",
        "DeviceCount",
        "Platform",
    ],
    source: Source::Apps,
    ..NEW
};

/// The older names had fewer columns.
const OLD_AGGREGATE: Report = Report {
    columns: &[
        "ApplicationKey",
        "ApplicationName",
        "ApplicationVersion",
        "BundleSize",
        "DeviceCount",
    ],
    filters: &["ApplicationName"],
    ..AGGREGATE
};

const PROFILE: Report = Report {
    columns: &[
        "AssignmentFilterIds",
        "DeviceName",
        "IntuneDeviceId",
        "Manufacturer",
        "Model",
        "PolicyId",
        "PolicyName",
        "PolicyStatus",
        "PspdpuLastModifiedTimeUtc",
        "ReportStatus",
        "TemplateVersion",
        "UPN",
        "UnifiedPolicyPlatformType",
        "UnifiedPolicyType",
    ],
    filters: &["PolicyId", "PolicyBaseTypeName", "PolicyStatus", "PolicyTypeName"],
    source: Source::States(&[PolicyKind::Configuration, PolicyKind::Catalog]),
    ..NEW
};

const DEVICES: Report = Report {
    columns: &[
        "AadDeviceId",
        "ComplianceState",
        "DeviceHealthThreatLevel",
        "DeviceId",
        "DeviceName",
        "DeviceType",
        "IMEI",
        "InGracePeriodUntil",
        "IntuneDeviceId",
        "LastContact",
        "ManagementAgents",
        "OS",
        "OSDescription",
        "OSVersion",
        "OwnerType",
        "PartnerDeviceId",
        "PrimaryUser",
        "RetireAfterDatetime",
        "SerialNumber",
        "UPN",
        "UserEmail",
        "UserId",
        "UserName",
    ],
    filters: &["ComplianceState", "DeviceType", "OS", "OwnerType", "UserId"],
    ..NEW
};

const COMPLIANCE: &[PolicyKind] = &[PolicyKind::Compliance];

/// The reports of all tenants.
const REPORTS: [Report; 12] = [
    Report { name: "DeviceCompliance", ..DEVICES },
    Report { name: "DeviceNonCompliance", source: Source::NoncompliantDevices, ..DEVICES },
    Report {
        name: "DevicesWithInventory",
        columns: &inventory::INVENTORY,
        titles: &inventory::TITLES,
        filters: &[
            "CategoryName",
            "CompliantState",
            "CreatedDate",
            "DeviceType",
            "EnrollmentType",
            "JailBroken",
            "LastContact",
            "ManagementAgents",
            "ManagementState",
            "OwnerType",
            "PartnerFeaturesBitmask",
        ],
        ..NEW
    },
    Report {
        name: "AppInvByDevice",
        columns: FOUND_WITH_ID,
        filters: &["DeviceId"],
        required: Some("DeviceId"),
        source: Source::Found,
        ..NEW
    },
    Report {
        name: "DevicesByAppInv",
        columns: FOUND_WITH_ID,
        filters: &["ApplicationKey"],
        required: Some("ApplicationKey"),
        source: Source::FoundOn,
        ..NEW
    },
    Report {
        name: "DeviceInstallStatusByApp",
        columns: &[
            "AppInstallState",
            "AppInstallStateDetails",
            "AppVersion",
            "ApplicationId",
            "AssignmentFilterIdsExist",
            "DeviceId",
            "DeviceName",
            "ErrorCode",
            "HexErrorCode",
            "InstallState",
            "InstallStateDetail",
            "LastModifiedDateTime",
            "Platform",
            "UserId",
            "UserName",
            "UserPrincipalName",
        ],
        filters: &["ApplicationId", "AppInstallState", "HexErrorCode"],
        required: Some("ApplicationId"),
        source: Source::Installs,
        ..NEW
    },
    Report { name: "DeviceStatusesByConfigurationProfile", ..PROFILE },
    Report { name: "DeviceStatusesByConfigurationProfileWithPF", ..PROFILE },
    Report {
        name: "DeviceStatusByCompliacePolicyReport",
        columns: &[
            "AadDeviceId",
            "DeviceId",
            "DeviceName",
            "LastContact",
            "ManagementAgents",
            "OS",
            "PolicyId",
            "PolicyStatus",
            "UPN",
            "UserId",
            "UserName",
        ],
        // The documentation has no filters for it; the portal filters by the policy.
        filters: &["PolicyId", "PolicyStatus"],
        source: Source::States(COMPLIANCE),
        ..NEW
    },
    Report {
        name: "DevicePoliciesComplianceReport",
        columns: &[
            "DeviceId",
            "LastContact",
            "PolicyId",
            "PolicyName",
            "PolicyPlatformType",
            "PolicyStatus",
            "PolicyVersion",
            "UPN",
            "UserEmail",
            "UserId",
            "UserName",
        ],
        // As above: the portal filters by the device, and by the platform of the policy.
        filters: &["DeviceId", "PolicyId", "PolicyStatus", "PolicyPlatformType"],
        source: Source::States(COMPLIANCE),
        ..NEW
    },
    Report {
        name: "DevicesStatusByPolicyPlatformComplianceReport",
        columns: &[
            "AadDeviceId",
            "ComplianceState",
            "DeviceId",
            "DeviceName",
            "InGracePeriodUntil",
            "LastContact",
            "Model",
            "OS",
            "PolicyId",
            "PolicyPlatformType",
            "PolicyStatus",
            "UPN",
        ],
        filters: &["PolicyId", "PolicyStatus", "PolicyPlatformType"],
        source: Source::States(COMPLIANCE),
        ..NEW
    },
    Report {
        name: "NoncompliantDevicesAndSettings",
        columns: &[
            "DeviceId",
            "DeviceName",
            "ErrorCode",
            "OS",
            "OSVersion",
            "PolicyName",
            "SettingName",
            "SettingNm",
            "SettingStatus",
            "UPN",
        ],
        filters: &["PolicyId", "DeviceId", "SettingStatus"],
        source: Source::Settings,
        ..NEW
    },
];

const APP_INV: [Report; 2] =
    [Report { name: "AppInvAggregate", ..AGGREGATE }, Report { name: "AppInvRawData", ..RAW }];

const DETECTED: [Report; 2] = [
    Report { name: "DetectedAppsAggregate", ..OLD_AGGREGATE },
    Report { name: "DetectedAppsRawData", ..RAW },
];

const DISCOVERED: [Report; 2] = [
    Report { name: "DiscoveredAppsAggregate", ..OLD_AGGREGATE },
    Report { name: "DiscoveredAppsRawData", ..RAW },
];

static ALL: [Report; 12] = REPORTS;
static BY_NAME: [&[Report; 2]; 3] = [&APP_INV, &DETECTED, &DISCOVERED];

/// A report that can be exported, by its name. Which names there are for some depends on the
/// tenant.
pub(crate) fn find(name: &str, app_reports: AppReports) -> Option<&'static Report> {
    let of_apps = BY_NAME[app_reports as usize];
    ALL.iter().chain(of_apps).find(|report| report.name.eq_ignore_ascii_case(name))
}

/// The report that an action answers with, by the last part of its path.
pub(crate) fn action(name: &str) -> Option<&'static Report> {
    let report = match name.to_ascii_lowercase().as_str() {
        // Microsoft is about to replace the one by the other.
        "getdeviceinstallstatusreport" | "retrievedeviceappinstallationstatusreport" => {
            "DeviceInstallStatusByApp"
        }
        "getconfigurationpolicydevicesreport" => "DeviceStatusesByConfigurationProfile",
        // The misspelling is Microsoft's.
        "getdevicestatusbycompliacepolicyreport" => "DeviceStatusByCompliacePolicyReport",
        "getdevicesstatusbypolicyplatformcompliancereport" => {
            "DevicesStatusByPolicyPlatformComplianceReport"
        }
        "getdevicepoliciescompliancereport" => "DevicePoliciesComplianceReport",
        "getdevicenoncompliancereport" => "DeviceNonCompliance",
        "getnoncompliantdevicesandsettingsreport" => "NoncompliantDevicesAndSettings",
        _ => return None,
    };
    ALL.iter().find(|it| it.name == report)
}
