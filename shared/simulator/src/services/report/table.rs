//! The rows of reports. They are found by places, of which each has some rows or none.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::world::intune::app::{self, DetectedApp};
use crate::world::intune::device::ManagedDevice;
use crate::world::intune::install::Install;
use crate::world::intune::mobile_app::MobileApp;
use crate::world::intune::policy::{Policy, PolicyKind};
use crate::world::intune::state::{self, State, localized};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Devices,
    NoncompliantDevices,
    /// The applications that were found.
    Apps,
    /// The applications that were found, with the device.
    Found,
    /// The devices on which an application was found.
    FoundOn,
    /// How policies of some kinds fare on devices.
    States(&'static [PolicyKind]),
    /// The settings with which devices do not comply.
    Settings,
    /// Whether an application is installed.
    Installs,
}

/// The rows of a source, or those that belong to one thing.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    source: Source,
    key: Key,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    All,
    /// What it is that they belong to.
    One(u64),
    /// A policy, by its kind.
    Policy(PolicyKind, u64),
    /// Something that there is not.
    Nothing,
}

impl Source {
    /// The column by which rows are found without looking at all of them.
    pub(crate) const fn key(self) -> Option<&'static str> {
        match self {
            Self::Devices | Self::NoncompliantDevices | Self::Apps => None,
            Self::Found => Some("DeviceId"),
            Self::FoundOn => Some("ApplicationKey"),
            Self::States(_) | Self::Settings => Some("PolicyId"),
            Self::Installs => Some("ApplicationId"),
        }
    }

    const fn kinds(self) -> &'static [PolicyKind] {
        match self {
            Self::States(kinds) => kinds,
            _ => &[PolicyKind::Compliance],
        }
    }

    /// The rows, or those of the thing with an id.
    pub(crate) fn table(self, tenant: &Tenant, id: Option<&str>) -> Table {
        let Some(id) = id else { return Table { source: self, key: Key::All } };
        let one = |index: Option<u64>| index.map(Key::One);
        let key = match self {
            Self::Found => one(ManagedDevice::find(tenant, id).map(|device| device.index)),
            Self::FoundOn => one(DetectedApp::find(tenant, id).map(|app| app.index())),
            Self::Installs => one(MobileApp::find(tenant, id).map(|app| app.index)),
            _ => {
                let mut kinds = self.kinds().iter();
                kinds.find_map(|kind| {
                    let policy = Policy::find(tenant, *kind, id)?;
                    Some(Key::Policy(*kind, policy.index))
                })
            }
        };
        Table { source: self, key: key.unwrap_or(Key::Nothing) }
    }
}

impl Table {
    /// How many places there are.
    pub(crate) fn places(&self, tenant: &Tenant) -> u64 {
        match (self.source, self.key) {
            (Source::Devices | Source::NoncompliantDevices | Source::Found, Key::All) => {
                tenant.fleet.ever()
            }
            (Source::Apps, _) => tenant.fleet.apps(),
            (Source::States(_) | Source::Settings, Key::All) => {
                state::total(tenant, self.source.kinds())
            }
            (_, Key::Policy(kind, index)) => State::places(Policy::new(tenant, kind, index)),
            (Source::Installs, Key::One(app)) => Install::places(MobileApp::new(tenant, app)),
            (_, Key::One(_)) => 1,
            (_, Key::Nothing) | (Source::FoundOn | Source::Installs, Key::All) => 0,
        }
    }

    /// How many rows a place has.
    pub(crate) fn size(&self, tenant: &Tenant, place: u64) -> u64 {
        match self.source {
            Source::Devices => u64::from(tenant.fleet.is_there(place)),
            Source::Apps => 1,
            Source::Found => {
                let device = self.one().unwrap_or(place);
                let is_there = tenant.fleet.is_there(device);
                if is_there { tenant.fleet.catalog.count_on(tenant, device) } else { 0 }
            }
            Source::States(_) => u64::from(
                self.policy(tenant, place).is_some_and(|(policy, at)| State::is_there(policy, at)),
            ),
            Source::Installs => {
                let app = MobileApp::new(tenant, self.one().unwrap_or_default());
                u64::from(Install::is_there(app, place))
            }
            _ => self.rows(tenant, place).len() as u64,
        }
    }

    /// The rows of a place.
    pub(crate) fn rows<'a>(&self, tenant: &'a Tenant, place: u64) -> Vec<Row<'a>> {
        match self.source {
            Source::Devices | Source::NoncompliantDevices => {
                let device =
                    tenant.fleet.is_there(place).then(|| ManagedDevice::new(tenant, place));
                let complies = |device: &ManagedDevice| device.compliance() == "compliant";
                let is_shown =
                    |device: &ManagedDevice| self.source == Source::Devices || !complies(device);
                device.filter(is_shown).map(Rc::new).map(Row::Device).into_iter().collect()
            }
            Source::Apps => vec![Row::App(DetectedApp::new(tenant, place))],
            Source::Found => {
                let device = self.one().unwrap_or(place);
                if !tenant.fleet.is_there(device) {
                    return Vec::new();
                }
                let device = Rc::new(ManagedDevice::new(tenant, device));
                app::on(&device).map(|app| Row::Found(Rc::clone(&device), app)).collect()
            }
            Source::FoundOn => {
                let app = self.one().unwrap_or_default();
                let devices = tenant.fleet.catalog.devices(tenant, app);
                let row = |device| {
                    let device = Rc::new(ManagedDevice::new(tenant, device));
                    Row::Found(device, DetectedApp::new(tenant, app))
                };
                devices.map(row).collect()
            }
            Source::States(_) => self.state(tenant, place).map(Row::State).into_iter().collect(),
            Source::Settings => match self.state(tenant, place).map(Rc::new) {
                Some(state) if matches!(state.status(), 4 | 5) => {
                    let count = 1 + Draw::new(tenant.seed, "settings", place).below(3);
                    (0..count).map(|number| Row::Setting(Rc::clone(&state), number)).collect()
                }
                _ => Vec::new(),
            },
            Source::Installs => {
                let app = MobileApp::new(tenant, self.one().unwrap_or_default());
                Install::new(app, place).map(Row::Install).into_iter().collect()
            }
        }
    }

    fn one(&self) -> Option<u64> {
        match self.key {
            Key::One(index) => Some(index),
            _ => None,
        }
    }

    fn policy<'a>(&self, tenant: &'a Tenant, place: u64) -> Option<(Policy<'a>, u64)> {
        match self.key {
            Key::Policy(kind, index) => Some((Policy::new(tenant, kind, index), place)),
            _ => state::find(tenant, self.source.kinds(), place),
        }
    }

    fn state<'a>(&self, tenant: &'a Tenant, place: u64) -> Option<State<'a>> {
        let (policy, place) = self.policy(tenant, place)?;
        State::new(policy, place)
    }
}

/// A row of a report.
pub(crate) enum Row<'a> {
    Device(Rc<ManagedDevice<'a>>),
    App(DetectedApp<'a>),
    Found(Rc<ManagedDevice<'a>>, DetectedApp<'a>),
    State(State<'a>),
    /// A setting with which a device does not comply, by its number.
    Setting(Rc<State<'a>>, u64),
    Install(Install<'a>),
}

impl Row<'_> {
    /// The value of a column; nothing if there is no such column.
    pub(crate) fn value(&self, column: &str) -> Option<Value> {
        match self {
            Self::Device(device) => device.column(column),
            Self::App(app) => app.column(column),
            Self::Found(device, app) => app.column(column).or_else(|| device.column(column)),
            Self::State(state) => state.column(column),
            Self::Setting(state, number) => {
                let (id, name) = state.policy.setting(*number);
                Some(match column {
                    "SettingName" => json!(id),
                    "SettingNm" => json!(name),
                    "SettingStatus" => json!(state.status()),
                    "SettingStatus_loc" => json!(localized(state.status())),
                    "ErrorCode" => json!(if state.status() == 5 { -2_016_281_112 } else { 0 }),
                    _ => return state.column(column),
                })
            }
            Self::Install(install) => install.column(column),
        }
    }
}
