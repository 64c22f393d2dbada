//! Types of policies: the name that Microsoft Graph has for each, and the devices that they fit.

use super::family::Family::{self, Android, Ios, Mac, Other, Windows};

/// The type, the family of devices, and how people name such a policy.
pub(super) type PolicyType = (&'static str, Family, &'static str);

pub(super) const COMPLIANCE: [PolicyType; 12] = [
    ("windows10CompliancePolicy", Windows, "Windows baseline"),
    ("iosCompliancePolicy", Ios, "Test iOS policy"),
    ("macOSCompliancePolicy", Mac, "macOS: FileVault, firewall"),
    ("androidWorkProfileCompliancePolicy", Android, "Android Work Profile"),
    ("androidDeviceOwnerCompliancePolicy", Android, "Android \"corporate\""),
    ("androidCompliancePolicy", Android, "Android legacy"),
    ("aospDeviceOwnerCompliancePolicy", Android, "AOSP"),
    ("windows10CompliancePolicy", Windows, "Windows Verschlüsselung"),
    ("windows10MobileCompliancePolicy", Other, "Windows Mobile"),
    ("windowsPhone81CompliancePolicy", Other, "Lumia"),
    ("windows81CompliancePolicy", Windows, "Windows 8.1"),
    // One whose type is newer than its readers.
    ("visionOSCompliancePolicy", Ios, "Vision, 2026"),
];

pub(super) const CONFIGURATION: [PolicyType; 20] = [
    ("windows10GeneralConfiguration", Windows, "Windows restrictions"),
    ("iosCustomConfiguration", Ios, "Test configuration policy"),
    ("windowsUpdateForBusinessConfiguration", Windows, "Update ring, broad"),
    ("windows10EndpointProtectionConfiguration", Windows, "Endpoint protection"),
    ("windows10CustomConfiguration", Windows, "Custom OMA-URI"),
    ("macOSCustomConfiguration", Mac, "macOS profile"),
    ("macOSGeneralDeviceConfiguration", Mac, "macOS restrictions"),
    ("macOSEndpointProtectionConfiguration", Mac, "FileVault"),
    ("iosGeneralDeviceConfiguration", Ios, "iOS restrictions"),
    ("iosWiFiConfiguration", Ios, "WLAN Büro"),
    ("iosDeviceFeaturesConfiguration", Ios, "Home screen"),
    ("androidGeneralDeviceConfiguration", Android, "Android restrictions"),
    ("androidWorkProfileGeneralDeviceConfiguration", Android, "Work profile"),
    ("androidDeviceOwnerGeneralDeviceConfiguration", Android, "Kiosk mode"),
    ("androidDeviceOwnerWiFiConfiguration", Android, "WLAN Lager"),
    ("sharedPCConfiguration", Windows, "Shared computers"),
    ("windowsHealthMonitoringConfiguration", Windows, "Health monitoring"),
    ("windowsKioskConfiguration", Windows, "Kiosk"),
    ("windows81TrustedRootCertificate", Windows, "Root certificate"),
    ("windowsPhone81GeneralConfiguration", Other, "Lumia"),
];

/// Policies of the settings catalogue have one type, which is not told; platforms differ instead.
pub(super) const CATALOG: [PolicyType; 8] = [
    ("windows10", Windows, "Catalog: Defender"),
    ("windows10", Windows, "Catalog: Edge, all users"),
    ("macOS", Mac, "Catalog: macOS"),
    ("iOS", Ios, "Catalog: iOS"),
    ("linux", Other, "Catalog: Linux"),
    ("windows10", Windows, "Firewall rules"),
    ("android", Android, "Catalog: Android"),
    ("windows10", Windows, "BitLocker \"strict\""),
];
