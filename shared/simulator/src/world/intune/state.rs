//! What has become of policies on devices.

use serde_json::{Value, json};

use super::device::ManagedDevice;
use super::policy::{Policy, PolicyKind};
use super::{NO_DATE, NO_ID};
use crate::world::dates::fraction;
use crate::world::directory::Object;
use crate::world::guid::Kind;
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// How a policy fares on a device. The place in the list is the number that reports have for it.
pub(crate) const STATUSES: [&str; 8] = [
    "unknown",
    "notApplicable",
    "compliant",
    "remediated",
    "nonCompliant",
    "error",
    "conflict",
    "notAssigned",
];

/// One device in so many has a second state, and for as many there is one of a device that is gone.
const SYSTEM: u64 = 60;

/// What of a key is the number of a device that is gone.
const GONE: u64 = 0x0fff_ffff;

/// How a policy fares on one device, for one of its users.
pub(crate) struct State<'a> {
    pub(crate) policy: Policy<'a>,
    /// The device. There is none for states that outlived theirs.
    pub(crate) device: Option<ManagedDevice<'a>>,
    /// Whether it is that of the system's own account, which comes beside that of the user.
    is_of_system: bool,
    /// What tells it from the others of its policy.
    key: u64,
}

/// Where the state at a place belongs.
#[derive(Clone, Copy)]
enum Place {
    /// To a device.
    Device(u64),
    /// To the system's account of a device.
    System(u64),
    /// To a device that is gone.
    Gone(u64),
}

impl<'a> State<'a> {
    /// How many places there are for the states of a policy: one for each device that it fits, then
    /// some for second states of a device, and as many for devices that are gone.
    pub(crate) fn places(policy: Policy) -> u64 {
        let devices = policy.tenant.fleet.of_family(policy.family());
        devices + 2 * Self::extra(devices)
    }

    const fn extra(devices: u64) -> u64 {
        devices.div_ceil(SYSTEM)
    }

    /// The state at a place; nothing if its device has vanished.
    pub(crate) fn new(policy: Policy<'a>, place: u64) -> Option<Self> {
        let (tenant, place) = (policy.tenant, Self::place(policy, place));
        let (device, is_of_system, key) = match place {
            Place::Device(device) => (Some(device), false, device),
            Place::System(device) => (Some(device), true, device | 1 << 32),
            Place::Gone(number) => (None, false, number | 1 << 33),
        };
        if device.is_some_and(|device| !tenant.fleet.is_there(device)) {
            return None;
        }
        let device = device.map(|device| ManagedDevice::new(tenant, device));
        Some(Self { policy, device, is_of_system, key })
    }

    /// Whether there is a state at a place.
    pub(crate) fn is_there(policy: Policy, place: u64) -> bool {
        match Self::place(policy, place) {
            Place::Device(device) | Place::System(device) => policy.tenant.fleet.is_there(device),
            Place::Gone(_) => true,
        }
    }

    fn place(policy: Policy, place: u64) -> Place {
        let family = policy.family();
        let devices = policy.tenant.fleet.of_family(family);
        let extra = Self::extra(devices);
        if place < devices {
            Place::Device(family.device(place))
        } else if place < devices + extra {
            Place::System(family.device((place - devices) * SYSTEM))
        } else {
            Place::Gone(place - devices - extra)
        }
    }

    /// The status, by its number.
    pub(crate) fn status(&self) -> u64 {
        let device = self.device.as_ref();
        let revision = device.map_or(0, |device| device.tenant.fleet.revision(device.index));
        let seed = self.policy.tenant.seed ^ self.policy.index << 8 ^ revision << 40;
        let mut draw = Draw::new(seed, self.policy.kind.list(), self.key);
        match draw.below(30) {
            0..20 => 2,
            20..24 => 4,
            24 => 5,
            25 => 6,
            26 | 27 => 1,
            28 => 3,
            _ => nth(&[0, 7], draw.number()),
        }
    }

    pub(crate) fn device_id(&self) -> String {
        match &self.device {
            Some(device) => device.id(),
            None => self.policy.tenant.guids.guid(Kind::Deleted, self.key & GONE | 1 << 30),
        }
    }

    fn user_id(&self) -> String {
        let holder = self.device.as_ref().and_then(|device| device.holder.as_ref());
        match holder {
            Some(holder) if !self.is_of_system => holder.id.clone(),
            _ => NO_ID.to_owned(),
        }
    }

    /// What its id begins with: Intune's own account. What stands there for the account of the
    /// system beside a user is not known; it is something else, as ids differ.
    fn owner(&self) -> String {
        if self.is_of_system { NO_ID.to_owned() } else { self.policy.tenant.intune_account() }
    }

    /// Name and user principal name of whom it is for.
    pub(crate) fn user(&self) -> (String, String) {
        let holder = self.device.as_ref().and_then(|device| device.holder.as_ref());
        match holder {
            Some(_) if self.is_of_system => {
                ("System account".to_owned(), "System account".to_owned())
            }
            Some(holder) => (holder.display_name.clone(), holder.principal_name.clone()),
            None => (String::new(), String::new()),
        }
    }

    pub(crate) fn device_name(&self) -> String {
        self.device
            .as_ref()
            .map_or_else(|| format!("GONE-{}", self.key & GONE), ManagedDevice::name)
    }

    pub(crate) fn reported(&self) -> String {
        let ticks = self.key * 7919 % 10_000_000;
        self.device
            .as_ref()
            .map_or_else(|| NO_DATE.to_owned(), |device| fraction(device.last_contact(), ticks))
    }

    /// A column of a report.
    pub(crate) fn column(&self, name: &str) -> Option<Value> {
        let policy = self.policy;
        Some(match name {
            "PolicyId" => json!(policy.id()),
            "PolicyName" => json!(policy.name()),
            "PolicyBaseTypeName" => json!(policy.base_type()),
            "PolicyTypeName" | "UnifiedPolicyType" | "PolicyType" => json!(policy.type_name()),
            "PolicyPlatformType" => json!(policy.platform_number()),
            "UnifiedPolicyPlatformType" => json!(policy.platform_name()),
            "PolicyVersion" => json!(1 + policy.index % 4),
            "PolicyStatus" => json!(self.status()),
            "ReportStatus" => json!(report_status(self.status())),
            "PolicyStatus_loc" | "ReportStatus_loc" => json!(localized(self.status())),
            "PspdpuLastModifiedTimeUtc" => json!(self.reported()),
            "AssignmentFilterIds" | "TemplateVersion" => json!(""),
            "DeviceId" | "IntuneDeviceId" => json!(self.device_id()),
            "DeviceName" => json!(self.device_name()),
            "UserId" => json!(self.user_id()),
            "UserName" => json!(self.user().0),
            "UPN" | "UserEmail" => json!(self.user().1),
            _ => {
                let device = self.device.as_ref();
                return device.map_or_else(|| Some(json!("")), |device| device.column(name));
            }
        })
    }
}

/// How reports on configurations put it.
fn report_status(status: u64) -> &'static str {
    nth(
        &[
            "Unknown",
            "NotApplicable",
            "Succeeded",
            "Succeeded",
            "NonCompliant",
            "Error",
            "Conflict",
            "Pending",
        ],
        status,
    )
}

/// How people read it.
pub(crate) fn localized(status: u64) -> &'static str {
    nth(
        &[
            "Not evaluated",
            "Not applicable",
            "Compliant",
            "Remediated",
            "Not compliant",
            "Error",
            "Conflict",
            "Not assigned",
        ],
        status,
    )
}

impl Object for State<'_> {
    fn type_name(&self) -> &'static str {
        match self.policy.kind {
            PolicyKind::Compliance => "deviceComplianceDeviceStatus",
            _ => "deviceConfigurationDeviceStatus",
        }
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[
            "id",
            "deviceDisplayName",
            "userName",
            "deviceModel",
            "complianceGracePeriodExpirationDateTime",
            "status",
            "lastReportedDateTime",
            "userPrincipalName",
        ]
    }

    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            "id" => json!(format!("{}_{}_{}", self.owner(), self.policy.id(), self.device_id())),
            "deviceDisplayName" => json!(self.device_name()),
            "deviceModel" => match &self.device {
                Some(device) if device.index % 4 != 1 => json!(device.model.name),
                _ => Value::Null,
            },
            "userName" => json!(self.user().0),
            "userPrincipalName" => json!(self.user().1),
            "complianceGracePeriodExpirationDateTime" => {
                json!(self.device.as_ref().map_or(NO_DATE.to_owned(), ManagedDevice::grace_period))
            }
            "status" => json!(nth(&STATUSES, self.status())),
            "lastReportedDateTime" => json!(self.reported()),
            _ => return None,
        })
    }
}

/// All policies of some kinds with the places of their states, one after the other.
pub(crate) fn find<'a>(
    tenant: &'a Tenant,
    kinds: &[PolicyKind],
    mut place: u64,
) -> Option<(Policy<'a>, u64)> {
    for kind in kinds {
        for index in 0..kind.count(tenant) {
            let policy = Policy::new(tenant, *kind, index);
            let places = State::places(policy);
            if place < places {
                return Some((policy, place));
            }
            place -= places;
        }
    }
    None
}

/// How many places there are for the states of all policies of some kinds.
pub(crate) fn total(tenant: &Tenant, kinds: &[PolicyKind]) -> u64 {
    let policies = kinds
        .iter()
        .flat_map(|kind| (0..kind.count(tenant)).map(|index| Policy::new(tenant, *kind, index)));
    policies.map(State::places).sum()
}
