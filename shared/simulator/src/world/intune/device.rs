//! Devices that Intune manages.

use serde_json::{Value, json};

use super::family::Family;
use super::holder::Holder;
use super::model::Model;
use super::{NO_DATE, NO_ID};
use crate::world::dates::{DAY, TODAY, utc};
use crate::world::directory::Object;
use crate::world::directory::device::Device;
use crate::world::guid::Kind;
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// A device that Intune manages.
#[derive(Clone)]
pub(crate) struct ManagedDevice<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) index: u64,
    pub(crate) family: Family,
    pub(crate) model: Model,
    pub(crate) holder: Option<Holder>,
    /// How often it has changed.
    revision: u64,
    /// Whether it is that of the beta version, which has more properties.
    pub(crate) is_beta: bool,
}

impl<'a> ManagedDevice<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        let family = Family::of(index);
        let model = Model::of(family, family.count(index));
        Self {
            tenant,
            index,
            family,
            model,
            holder: if model.has_user { Holder::of(tenant, index) } else { None },
            revision: tenant.fleet.revision(index),
            is_beta: true,
        }
    }

    /// The device as a version of Microsoft Graph shows it.
    pub(crate) fn seen_by(self, is_beta: bool) -> Self {
        Self { is_beta, ..self }
    }

    /// The device that an id names, if it is there.
    pub(crate) fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let index = tenant.guids.index(Kind::ManagedDevice, id)?;
        tenant.fleet.is_there(index).then(|| Self::new(tenant, index))
    }

    pub(crate) fn id(&self) -> String {
        self.tenant.guids.guid(Kind::ManagedDevice, self.index)
    }

    /// A stream of numbers for a property that stays.
    pub(crate) fn draw(&self, property: &str) -> Draw {
        Draw::new(self.tenant.seed ^ 7, property, self.index)
    }

    /// A stream of numbers for a property that is another one when the device has changed.
    fn now(&self, property: &str) -> Draw {
        Draw::new(self.tenant.seed ^ 7 ^ self.revision << 32, property, self.index)
    }

    pub(crate) fn name(&self) -> String {
        let first = self.holder.as_ref().and_then(|holder| holder.display_name.split(' ').next());
        match self.family {
            // Two devices may have the same name.
            Family::Windows => format!("LT-{:05}", self.index / 20 * 11 % 60_000),
            Family::Ios | Family::Mac => match first {
                Some(first) => format!("{first}’s {}", self.model.name),
                None => self.model.name.to_owned(),
            },
            Family::Android => {
                let principal_name = self.holder.as_ref().map(|holder| &*holder.principal_name);
                let mailbox = principal_name.and_then(|name| name.split(['@', '.']).next());
                format!("{}_AndroidForWork_{:03}", mailbox.unwrap_or("kiosk"), self.index % 1000)
            }
            Family::Other => format!("dev, \"{}\" {}", self.model.name, self.index),
        }
    }

    /// The id by which the directory knows it. One in thirteen has none, one in seventeen has one
    /// that the directory does not know.
    pub(crate) fn directory_id(&self) -> String {
        let is_known = self.index < self.tenant.devices;
        match (self.index % 13, self.index % 17) {
            (5, _) => NO_ID.to_owned(),
            (_, 7) => self.draw("unknown device").guid(),
            _ if is_known => {
                let id = Device::new(self.tenant, self.index).property("deviceId");
                id.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            _ => self.draw("unknown device").guid(),
        }
    }

    /// The serial number. Some makers do not care for it.
    pub(crate) fn serial_number(&self) -> String {
        match (self.index % 31, self.model.has_user) {
            (4, _) => "Defaultstring".to_owned(),
            (9, _) => String::new(),
            (14, _) => "SystemSerialNumber".to_owned(),
            // That of the device before it.
            (20, true) => serial_number(self.tenant.seed, self.index - 1),
            _ => serial_number(self.tenant.seed, self.index),
        }
    }

    pub(crate) fn compliance(&self) -> &'static str {
        if self.model.agent == "msSense" || self.model.agent == "eas" {
            return "unknown";
        }
        match self.now("compliance").below(40) {
            0..28 => "compliant",
            28..35 => "noncompliant",
            35..37 => "inGracePeriod",
            37 => "error",
            38 => "conflict",
            _ => "unknown",
        }
    }

    pub(crate) fn os_version(&self) -> &'static str {
        self.now("os version").pick(&self.model.versions)
    }

    /// When it was last in contact, in seconds since 1970.
    pub(crate) fn last_contact(&self) -> i64 {
        let days = self.now("last contact").below(60);
        TODAY - DAY * i64::try_from(days).unwrap_or_default() - 1234
    }

    pub(crate) fn enrolled(&self) -> i64 {
        let days = self.draw("enrolled").below(1200);
        TODAY - DAY * (61 + i64::try_from(days).unwrap_or_default()) - 4321
    }

    pub(crate) fn imei(&self) -> String {
        let is_phone = matches!(self.family, Family::Ios | Family::Android);
        if !is_phone || self.index % 7 == 3 {
            return String::new();
        }
        format!("35{:013}", self.draw("imei").below(10_000_000_000_000))
    }

    /// The address of its wireless network adapter, without colons; empty where Intune may not see
    /// it.
    pub(crate) fn wifi(&self) -> String {
        let hidden = self.model.owner == "personal" || self.index % 11 == 8;
        if hidden { String::new() } else { self.draw("wifi").hex(12).to_uppercase() }
    }

    pub(crate) fn grace_period(&self) -> String {
        match self.compliance() {
            "noncompliant" => utc(self.last_contact() - 2 * DAY),
            "inGracePeriod" => utc(TODAY + 3 * DAY),
            _ => NO_DATE.to_owned(),
        }
    }

    pub(crate) fn category(&self) -> &'static str {
        self.draw("category").pick(&["Unknown", "Unknown", "Field, Sales", "Büro", "Kiosk"])
    }

    pub(crate) fn storage(&self) -> (u64, u64) {
        let total = self.draw("storage").pick(&[0, 64, 128, 256, 512, 1000]) << 30;
        (total, self.now("free storage").below(total + 1) >> 20 << 20)
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.now("encrypted").chance(85)
    }

    pub(crate) fn is_supervised(&self) -> bool {
        self.model.manufacturer == "Apple" && self.model.owner == "company"
    }

    pub(crate) fn jail_broken(&self) -> &'static str {
        match (self.family, self.draw("jail broken").below(50)) {
            (Family::Windows | Family::Mac | Family::Other, _) | (_, 0) => "Unknown",
            (_, 1) => "True",
            _ => "False",
        }
    }

    pub(crate) fn management_state(&self) -> &'static str {
        match self.now("management state").below(60) {
            0 => "retireIssued",
            1 => "wipePending",
            2 => "discovered",
            3 => "unhealthy",
            _ => "managed",
        }
    }

    pub(crate) fn holder_text(&self, text: impl FnOnce(&Holder) -> &String) -> Value {
        json!(self.holder.as_ref().map_or("", |holder| text(holder)))
    }
}

fn serial_number(seed: u64, device: u64) -> String {
    Draw::new(seed, "serial number", device).hex(10).to_uppercase()
}
