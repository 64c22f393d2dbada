//! What columns hold.

/// What a column holds, as the schema of a table names it.
pub(crate) fn property_type(column: &str) -> &'static str {
    match column {
        "AppInstallState"
        | "AppInstallStateDetails"
        | "ComplianceState"
        | "DeviceCount"
        | "DeviceType"
        | "ErrorCode"
        | "InstallState"
        | "InstallStateDetail"
        | "ManagementAgents"
        | "OwnerType"
        | "PolicyPlatformType"
        | "PolicyStatus"
        | "PolicyVersion"
        | "SettingStatus" => "Int32",
        "BundleSize" => "Int64",
        "AssignmentFilterIdsExist" => "Boolean",
        "CreatedDate"
        | "InGracePeriodUntil"
        | "LastContact"
        | "LastModifiedDateTime"
        | "PspdpuLastModifiedTimeUtc"
        | "RetireAfterDatetime" => "DateTime",
        _ => "String",
    }
}

/// Whether the values of a column are numbers or codes beside which a text for people is put.
pub(crate) fn is_localized(column: &str) -> bool {
    matches!(
        column,
        "AppInstallState"
            | "AppInstallStateDetails"
            | "ComplianceState"
            | "DeviceType"
            | "ManagementAgents"
            | "OS"
            | "OwnerType"
            | "PolicyStatus"
            | "ReportStatus"
            | "SettingStatus"
    )
}
