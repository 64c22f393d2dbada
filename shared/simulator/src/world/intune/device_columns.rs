//! Devices as reports have them: enumerations are numbers, and their names stand in columns beside.

use serde_json::{Value, json};

use super::device::ManagedDevice;
use super::{NO_DATE, NO_ID};
use crate::world::dates::{DAY, utc};

impl ManagedDevice<'_> {
    /// A column of a report; nothing if none has it.
    pub(crate) fn column(&self, name: &str) -> Option<Value> {
        let model = &self.model;
        Some(match name {
            "DeviceId" | "IntuneDeviceId" => json!(self.id()),
            "AadDeviceId" | "ReferenceId" => json!(self.directory_id()),
            "DeviceName" => json!(self.name()),
            "ManagedDeviceName" => json!(format!("{}_{}", self.name(), self.index)),
            "DeviceType" => json!(device_type(model.device_type)),
            "DeviceType_loc" => json!(model.device_type),
            "OS" | "OS_loc" | "OSDescription" => json!(model.operating_system),
            "OSVersion" => json!(self.os_version()),
            "OwnerType" => json!(match model.owner {
                "company" => 1,
                "personal" => 2,
                _ => 0,
            }),
            "OwnerType_loc" => json!(match model.owner {
                "company" => "Corporate",
                "personal" => "Personal",
                _ => "Unknown",
            }),
            "ComplianceState" | "CompliantState" => json!(match self.compliance() {
                "compliant" => 1,
                "noncompliant" => 2,
                "conflict" => 3,
                "error" => 4,
                "inGracePeriod" => 254,
                _ => 0,
            }),
            "ComplianceState_loc" | "CompliantState_loc" => json!(match self.compliance() {
                "compliant" => "Compliant",
                "noncompliant" => "Noncompliant",
                "conflict" => "Conflict",
                "error" => "Error",
                "inGracePeriod" => "In grace period",
                _ => "Not evaluated",
            }),
            "ManagementAgents" => json!(agent(model.agent)),
            "ManagementAgents_loc" | "ManagementAgent" => json!(model.agent),
            "ManagementState" => json!(self.management_state()),
            "EnrollmentType" => json!(model.enrollment),
            "JoinType" => json!(model.join_type),
            "LastContact" => json!(utc(self.last_contact())),
            "CreatedDate" => json!(utc(self.enrolled())),
            "CertExpirationDate" => json!(utc(self.enrolled() + 365 * DAY)),
            "InGracePeriodUntil" => json!(self.grace_period()),
            "EasLastSyncSuccessUtc" | "RetireAfterDatetime" => json!(NO_DATE),
            "IMEI" => json!(self.imei()),
            "SerialNumber" => json!(self.serial_number()),
            "WifiMacAddress" => json!(self.wifi()),
            "Manufacturer" => json!(model.manufacturer),
            "Model" => json!(model.name),
            "CategoryName" => json!(self.category()),
            "StorageTotal" => json!(self.storage().0),
            "StorageFree" => json!(self.storage().1),
            "IsSupervised" => json!(self.is_supervised()),
            "IsEncrypted" => json!(self.is_encrypted()),
            "JailBroken" => json!(self.jail_broken()),
            "GraphDeviceIsManaged" | "IsManaged" => json!(self.directory_id() != NO_ID),
            "DeviceRegistrationState" => json!(u8::from(self.directory_id() != NO_ID) + 1),
            "UserId" | "PrimaryUser" => self.holder_text(|holder| &holder.id),
            "UserName" => self.holder_text(|holder| &holder.display_name),
            "UPN" => self.holder_text(|holder| &holder.principal_name),
            "UserEmail" | "EmailAddress" => self.holder_text(|holder| &holder.email),
            "PartnerFeaturesBitmask" | "ProcessorArchitecture" => json!(0),
            "DeviceHealthThreatLevel" => json!("Unknown"),
            "PartnerDeviceId" => json!(NO_ID),
            "EasActivationStatus" => json!(model.agent.contains("eas")),
            "AndroidPatchLevel"
            | "CellularTechnology"
            | "EID"
            | "EasAccessState"
            | "EasID"
            | "EasStateReason"
            | "EthernetMAC"
            | "ICCID"
            | "MEID"
            | "PhoneNumber"
            | "SkuFamily"
            | "SubscriberCarrierNetwork"
            | "SystemManagementBIOSVersion"
            | "TPMManufacturerId"
            | "TPMManufacturerVersion"
            | "WiFiIPv4Address"
            | "WiFiSubnetID" => json!(""),
            _ => return None,
        })
    }
}

/// The number of a device type, which is that of Microsoft Graph's enumeration.
fn device_type(name: &str) -> u32 {
    match name {
        "desktop" => 0,
        "windowsRT" => 1,
        "windowsPhone" => 4,
        "mac" => 5,
        "iPhone" => 8,
        "iPad" => 9,
        "iPod" => 10,
        "android" => 11,
        "macMDM" => 14,
        "holoLens" => 15,
        "surfaceHub" => 16,
        "androidForWork" => 17,
        "androidEnterprise" => 18,
        "androidnGMS" => 20,
        "chromeOS" => 21,
        "linux" => 22,
        "cloudPC" => 257,
        _ => 255,
    }
}

/// The number of a management agent, likewise.
fn agent(name: &str) -> u32 {
    match name {
        "eas" => 1,
        "mdm" => 2,
        "easMdm" => 3,
        "intuneClient" => 4,
        "configurationManagerClientMdm" => 10,
        "jamf" => 32,
        "googleCloudDevicePolicyController" => 64,
        "msSense" => 1024,
        "intuneAosp" => 2048,
        _ => 16,
    }
}
