//! What Microsoft Graph tells of a device that Intune manages.

use serde_json::{Value, json};

use super::device::ManagedDevice;
use super::family::Family;
use super::{NO_DATE, NO_ID};
use crate::world::dates::{DAY, fraction, utc};
use crate::world::directory::Object;

/// The properties that come without `$select`: those of version 1.0, then those that the beta
/// version adds.
const PROPERTIES: [&str; 80] = [
    "id",
    "userId",
    "deviceName",
    "managedDeviceOwnerType",
    "enrolledDateTime",
    "lastSyncDateTime",
    "operatingSystem",
    "complianceState",
    "jailBroken",
    "managementAgent",
    "osVersion",
    "easActivated",
    "easDeviceId",
    "easActivationDateTime",
    "azureADRegistered",
    "deviceEnrollmentType",
    "activationLockBypassCode",
    "emailAddress",
    "azureADDeviceId",
    "deviceRegistrationState",
    "deviceCategoryDisplayName",
    "isSupervised",
    "exchangeLastSuccessfulSyncDateTime",
    "exchangeAccessState",
    "exchangeAccessStateReason",
    "remoteAssistanceSessionUrl",
    "remoteAssistanceSessionErrorDetails",
    "isEncrypted",
    "userPrincipalName",
    "model",
    "manufacturer",
    "imei",
    "complianceGracePeriodExpirationDateTime",
    "serialNumber",
    "phoneNumber",
    "androidSecurityPatchLevel",
    "userDisplayName",
    "configurationManagerClientEnabledFeatures",
    "wiFiMacAddress",
    "deviceHealthAttestationState",
    "subscriberCarrier",
    "meid",
    "totalStorageSpaceInBytes",
    "freeStorageSpaceInBytes",
    "managedDeviceName",
    "partnerReportedThreatState",
    "requireUserEnrollmentApproval",
    "managementCertificateExpirationDate",
    "notes",
    "ethernetMacAddress",
    "deviceActionResults",
    "iccid",
    "udid",
    "physicalMemoryInBytes",
    "aadRegistered",
    "autopilotEnrolled",
    "azureActiveDirectoryDeviceId",
    "chassisType",
    "deviceType",
    "hardwareInformation",
    "joinType",
    "lostModeState",
    "managementFeatures",
    "managementState",
    "ownerType",
    "processorArchitecture",
    "roleScopeTagIds",
    "skuFamily",
    "skuNumber",
    "usersLoggedOn",
    "windowsActiveMalwareCount",
    "windowsRemediatedMalwareCount",
    "preferMdmOverGroupPolicyAppliedDateTime",
    "retireAfterDateTime",
    "bootstrapTokenEscrowed",
    "configurationManagerClientHealthState",
    "configurationManagerClientInformation",
    "deviceIdentityAttestationDetail",
    "specificationVersion",
    "enrollmentProfileName",
];

/// How many of them version 1.0 has.
const IN_VERSION_1: usize = 51;

impl Object for ManagedDevice<'_> {
    fn type_name(&self) -> &'static str {
        "managedDevice"
    }

    fn defaults(&self) -> &'static [&'static str] {
        if self.is_beta { &PROPERTIES } else { &PROPERTIES[..IN_VERSION_1] }
    }

    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            "id" => json!(self.id()),
            "androidSecurityPatchLevel" => {
                json!(if self.family == Family::Android { "2026-08-01" } else { "" })
            }
            "azureADDeviceId" => json!(self.directory_id()),
            "azureADRegistered" => match self.index % 3 {
                0 => Value::Null,
                _ => json!(self.directory_id() != NO_ID),
            },
            "complianceGracePeriodExpirationDateTime" => json!(self.grace_period()),
            "complianceState" => json!(self.compliance()),
            "deviceActionResults" => json!([]),
            "deviceCategoryDisplayName" => json!(self.category()),
            "deviceEnrollmentType" => json!(self.model.enrollment),
            "deviceName" => json!(self.name()),
            "deviceRegistrationState" => {
                json!(if self.directory_id() == NO_ID { "notRegistered" } else { "registered" })
            }
            "easActivated" => json!(self.model.agent.contains("eas")),
            "easDeviceId" => json!(self.draw(name).hex(16).to_uppercase()),
            "emailAddress" => self.holder_text(|holder| &holder.email),
            "enrolledDateTime" => json!(utc(self.enrolled())),
            "exchangeAccessState" | "exchangeAccessStateReason" => json!("none"),
            "freeStorageSpaceInBytes" => json!(self.storage().1),
            "totalStorageSpaceInBytes" => json!(self.storage().0),
            "imei" => json!(self.imei()),
            "isEncrypted" => json!(self.is_encrypted()),
            "isSupervised" => json!(self.is_supervised()),
            "jailBroken" => json!(self.jail_broken()),
            "lastSyncDateTime" => json!(utc(self.last_contact())),
            "managedDeviceName" => json!(format!("{}_{}", self.name(), self.index)),
            "managedDeviceOwnerType" => json!(self.model.owner),
            "managementAgent" => json!(self.model.agent),
            "managementCertificateExpirationDate" => json!(utc(self.enrolled() + 365 * DAY)),
            "manufacturer" => json!(self.model.manufacturer),
            "model" => json!(self.model.name),
            "operatingSystem" => json!(self.model.operating_system),
            "osVersion" => json!(self.os_version()),
            "partnerReportedThreatState" => json!(match self.index % 21 {
                3 => "secured",
                8 => "highSeverity",
                _ => "unknown",
            }),
            "physicalMemoryInBytes" => json!(0),
            "requireUserEnrollmentApproval" => match self.family {
                Family::Mac => json!(true),
                _ => Value::Null,
            },
            "serialNumber" => json!(self.serial_number()),
            "subscriberCarrier" => {
                json!(if self.imei().is_empty() { "" } else { "Vier Länder Mobil" })
            }
            "userDisplayName" => self.holder_text(|holder| &holder.display_name),
            "userId" => self.holder_text(|holder| &holder.id),
            "userPrincipalName" => self.holder_text(|holder| &holder.principal_name),
            "wiFiMacAddress" => json!(self.wifi()),
            "meid" | "phoneNumber" => json!(""),
            "easActivationDateTime" | "exchangeLastSuccessfulSyncDateTime" => json!(NO_DATE),
            // In lists these are null, whatever is selected.
            "activationLockBypassCode"
            | "configurationManagerClientEnabledFeatures"
            | "deviceHealthAttestationState"
            | "enrollmentProfileName"
            | "ethernetMacAddress"
            | "iccid"
            | "notes"
            | "remoteAssistanceSessionErrorDetails"
            | "remoteAssistanceSessionUrl"
            | "udid" => Value::Null,
            _ if self.is_beta => return self.beta(name),
            _ => return None,
        })
    }
}

impl ManagedDevice<'_> {
    /// Properties that only the beta version has.
    fn beta(&self, name: &str) -> Option<Value> {
        Some(match name {
            "aadRegistered" => json!(self.directory_id() != NO_ID),
            "autopilotEnrolled" => json!(self.model.enrollment == "windowsAutoEnrollment"),
            "azureActiveDirectoryDeviceId" => json!(self.directory_id()),
            "chassisType" => json!(self.model.chassis_type),
            "deviceType" => json!(self.model.device_type),
            "hardwareInformation" => json!({
                "serialNumber": self.serial_number(), "imei": self.imei(), "totalStorageSpace": 0,
                "freeStorageSpace": 0, "manufacturer": null, "model": null, "isEncrypted": false,
                "isSupervised": false, "isSharedDevice": false, "wifiMac": null,
                "operatingSystemLanguage": null, "batteryHealthPercentage": 0,
            }),
            "joinType" => json!(self.model.join_type),
            "lostModeState" => json!("disabled"),
            "managementFeatures" => json!("none"),
            "managementState" => json!(self.management_state()),
            "ownerType" => json!(self.model.owner),
            "processorArchitecture" => json!(match self.family {
                Family::Windows => "x64",
                Family::Mac => "arm64",
                _ => "unknown",
            }),
            "roleScopeTagIds" => json!([]),
            "skuFamily" => json!(if self.family == Family::Windows { "Enterprise" } else { "" }),
            "skuNumber" => json!(if self.family == Family::Windows { 4 } else { 0 }),
            "usersLoggedOn" => match &self.holder {
                Some(holder) => json!([{
                    "userId": holder.id, "lastLogOnDateTime": fraction(self.last_contact(), 8_200_000),
                }]),
                None => json!([]),
            },
            "windowsActiveMalwareCount" | "windowsRemediatedMalwareCount" => json!(0),
            "preferMdmOverGroupPolicyAppliedDateTime" | "retireAfterDateTime" => json!(NO_DATE),
            "bootstrapTokenEscrowed" => json!(false),
            "configurationManagerClientHealthState"
            | "configurationManagerClientInformation"
            | "deviceIdentityAttestationDetail"
            | "specificationVersion" => Value::Null,
            _ => return None,
        })
    }
}
