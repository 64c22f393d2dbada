//! Models of devices, with what Intune says of each: the values of the enumerations are those of
//! Microsoft Graph's beta version.

use super::family::Family;
use crate::world::random::nth;

/// A model of devices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) device_type: &'static str,
    pub(crate) chassis_type: &'static str,
    pub(crate) operating_system: &'static str,
    pub(crate) manufacturer: &'static str,
    pub(crate) name: &'static str,
    /// Versions of the operating system, oldest first.
    pub(crate) versions: [&'static str; 3],
    pub(crate) enrollment: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) join_type: &'static str,
    /// Whether somebody has it.
    pub(crate) has_user: bool,
}

const WINDOWS: [&str; 3] = ["10.0.19045.5247", "10.0.26100.2605", "10.0.26100.6584"];
const IOS: [&str; 3] = ["17.7.2", "18.1.1", "26.0"];
const ANDROID: [&str; 3] = ["13.0", "14.0", "15.0"];
const MAC: [&str; 3] = ["13.7.1 (22H221)", "14.7.1 (23H222)", "15.6 (24G84)"];

/// A computer with Windows, for changing what is different.
const LAPTOP: Model = Model {
    device_type: "windowsRT",
    chassis_type: "laptop",
    operating_system: "Windows",
    manufacturer: "LENOVO",
    name: "20XWCTO1WW",
    versions: WINDOWS,
    enrollment: "windowsAzureADJoin",
    agent: "mdm",
    owner: "company",
    join_type: "azureADJoined",
    has_user: true,
};

const PHONE: Model = Model {
    device_type: "iPhone",
    chassis_type: "phone",
    operating_system: "iOS",
    manufacturer: "Apple",
    name: "iPhone 15",
    versions: IOS,
    enrollment: "userEnrollment",
    agent: "mdm",
    owner: "personal",
    join_type: "azureADRegistered",
    has_user: true,
};

const DROID: Model = Model {
    device_type: "androidForWork",
    operating_system: "AndroidForWork",
    manufacturer: "samsung",
    name: "SM-G991B",
    versions: ANDROID,
    agent: "googleCloudDevicePolicyController",
    ..PHONE
};

const MACBOOK: Model = Model {
    device_type: "macMDM",
    chassis_type: "unknown",
    operating_system: "macOS",
    manufacturer: "Apple",
    name: "MacBook Pro",
    versions: MAC,
    enrollment: "appleBulkWithUser",
    owner: "company",
    ..PHONE
};

const OF_WINDOWS: [Model; 7] = [
    LAPTOP,
    Model {
        manufacturer: "Dell Inc.",
        name: "Latitude 5440",
        agent: "configurationManagerClientMdm",
        enrollment: "windowsCoManagement",
        join_type: "hybridAzureADJoined",
        ..LAPTOP
    },
    Model {
        device_type: "desktop",
        chassis_type: "desktop",
        manufacturer: "HP",
        name: "HP EliteDesk 800 G6, Desktop Mini",
        enrollment: "windowsAutoEnrollment",
        ..LAPTOP
    },
    Model {
        chassis_type: "unknown",
        manufacturer: "Microsoft Corporation",
        name: "Surface Pro 9",
        owner: "personal",
        enrollment: "userEnrollment",
        join_type: "azureADRegistered",
        ..LAPTOP
    },
    Model {
        chassis_type: "worksWorkstation",
        manufacturer: "Dell Inc.",
        name: "Precision 7960",
        ..LAPTOP
    },
    Model {
        device_type: "cloudPC",
        chassis_type: "unknown",
        manufacturer: "Microsoft Corporation",
        name: "Cloud PC Enterprise 4vCPU/16GB/128GB",
        enrollment: "azureAdJoinUsingAzureVmExtension",
        ..LAPTOP
    },
    // A kiosk.
    Model {
        chassis_type: "desktop",
        manufacturer: "To Be Filled By O.E.M.",
        name: "To Be Filled By O.E.M.",
        enrollment: "windowsBulkUserless",
        has_user: false,
        ..LAPTOP
    },
];

const OF_IOS: [Model; 5] = [
    PHONE,
    Model {
        device_type: "iPad",
        chassis_type: "tablet",
        operating_system: "iPadOS",
        name: "iPad (10th generation)",
        owner: "company",
        enrollment: "appleBulkWithUser",
        ..PHONE
    },
    Model { name: "iPhone SE", enrollment: "appleUserEnrollment", ..PHONE },
    Model {
        device_type: "iPad",
        chassis_type: "tablet",
        operating_system: "iOS",
        name: "iPad Pro",
        owner: "company",
        enrollment: "appleBulkWithoutUser",
        has_user: false,
        ..PHONE
    },
    Model { device_type: "iPod", chassis_type: "mobileOther", name: "iPod touch", ..PHONE },
];

const OF_ANDROID: [Model; 5] = [
    DROID,
    Model {
        device_type: "androidEnterprise",
        operating_system: "AndroidEnterprise",
        manufacturer: "Google",
        name: "Pixel 8",
        owner: "company",
        enrollment: "androidEnterpriseFullyManaged",
        ..DROID
    },
    Model {
        device_type: "android",
        operating_system: "Android",
        manufacturer: "Xiaomi",
        name: "M2101K6G",
        agent: "easMdm",
        enrollment: "deviceEnrollmentManager",
        ..DROID
    },
    Model {
        device_type: "androidEnterprise",
        chassis_type: "mobileUnknown",
        operating_system: "AndroidEnterprise",
        manufacturer: "Zebra Technologies",
        name: "TC52",
        owner: "company",
        enrollment: "androidEnterpriseDedicatedDevice",
        has_user: false,
        ..DROID
    },
    Model {
        device_type: "androidnGMS",
        operating_system: "Android (AOSP)",
        manufacturer: "RealWear",
        name: "Navigator 520",
        agent: "intuneAosp",
        owner: "company",
        enrollment: "androidAOSPUserlessDeviceEnrollment",
        has_user: false,
        ..DROID
    },
];

const OF_MAC: [Model; 4] = [
    MACBOOK,
    Model { name: "iMac", chassis_type: "desktop", ..MACBOOK },
    Model {
        device_type: "mac",
        name: "MacBook Air",
        agent: "jamf",
        enrollment: "unknown",
        ..MACBOOK
    },
    Model { name: "Mac mini", enrollment: "appleBulkWithoutUser", has_user: false, ..MACBOOK },
];

const OTHERS: [Model; 7] = [
    Model {
        device_type: "linux",
        chassis_type: "unknown",
        operating_system: "Linux (ubuntu)",
        manufacturer: "Framework",
        name: "Laptop 13",
        versions: ["20.04.6", "22.04.5", "24.04.1"],
        agent: "intuneClient",
        ..PHONE
    },
    Model {
        device_type: "chromeOS",
        chassis_type: "unknown",
        operating_system: "ChromeOS",
        manufacturer: "Acer",
        name: "Chromebook Spin 714",
        versions: ["130.0.6723.126", "131.0.6778.96", "140.0.7339.80"],
        enrollment: "unknown",
        agent: "unknown",
        owner: "company",
        join_type: "unknown",
        ..PHONE
    },
    Model {
        device_type: "windowsRT",
        chassis_type: "enterpriseServer",
        operating_system: "Windows Server",
        manufacturer: "Microsoft Corporation",
        name: "Virtual Machine",
        versions: ["10.0.14393.7606", "10.0.17763.6659", "10.0.20348.2966"],
        enrollment: "unknown",
        agent: "msSense",
        owner: "unknown",
        join_type: "unknown",
        has_user: false,
    },
    Model {
        device_type: "holoLens",
        chassis_type: "mobileOther",
        operating_system: "Windows Holographic",
        manufacturer: "Microsoft Corporation",
        name: "HoloLens 2",
        versions: ["10.0.20348.1543", "10.0.20348.1550", "10.0.22621.1258"],
        ..LAPTOP
    },
    Model {
        device_type: "surfaceHub",
        chassis_type: "unknown",
        manufacturer: "Microsoft Corporation",
        name: "Surface Hub 2S",
        enrollment: "windowsBulkAzureDomainJoin",
        has_user: false,
        ..LAPTOP
    },
    // Known of Exchange alone.
    Model {
        device_type: "windowsPhone",
        operating_system: "Windows Phone",
        manufacturer: "NOKIA",
        name: "Lumia 950",
        versions: ["10.0.15063.483", "10.0.15254.597", "10.0.15254.603"],
        enrollment: "unknown",
        agent: "eas",
        join_type: "unknown",
        ..PHONE
    },
    // Whatever comes next.
    Model {
        device_type: "unknown",
        chassis_type: "unknown",
        operating_system: "",
        manufacturer: "",
        name: "",
        versions: ["", "", ""],
        enrollment: "unknownFutureValue",
        agent: "unknown",
        owner: "unknown",
        join_type: "unknown",
        ..PHONE
    },
];

impl Model {
    /// The model of the device of a family before which so many others come: each in turn.
    pub(crate) fn of(family: Family, rank: u64) -> Self {
        match family {
            Family::Windows => nth(&OF_WINDOWS, rank),
            Family::Ios => nth(&OF_IOS, rank),
            Family::Android => nth(&OF_ANDROID, rank),
            Family::Mac => nth(&OF_MAC, rank),
            Family::Other => nth(&OTHERS, rank),
        }
    }
}
