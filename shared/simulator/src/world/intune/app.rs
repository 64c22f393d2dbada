//! The applications that Intune found on devices.
//!
//! Each family of devices has a shelf of applications, and the shelf has slots. A device has one
//! application of each of its first few slots: which one follows from its rank in the family, so
//! that the devices that have an application are found without looking at the others. The
//! applications of the first slots are everywhere, those of the last ones on few devices.

use serde_json::{Value, json};

use super::app_names;
use super::device::ManagedDevice;
use super::family::Family;
use super::shelves::Catalog;
use crate::world::directory::Object;
use crate::world::guid::Kind;
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

impl Catalog {
    /// How many applications a device has: nothing was found on one in twelve. A device that has
    /// changed has one more for each time.
    fn slots(&self, tenant: &Tenant, device: u64) -> u64 {
        let Some(shelf) = self.shelf(Family::of(device)) else { return 0 };
        let mut draw = tenant.draw("apps", device);
        if draw.below(12) == 7 {
            return 0;
        }
        let slots = draw.below(self.per_device * 2 + 1) + tenant.fleet.revision(device);
        slots.min(shelf.slots)
    }

    /// The applications of a device.
    pub(crate) fn on(&self, tenant: &Tenant, device: u64) -> Vec<u64> {
        let family = Family::of(device);
        let Some(shelf) = self.shelf(family) else { return Vec::new() };
        let rank = family.count(device);
        (0..self.slots(tenant, device)).map(|slot| shelf.app(slot, rank)).collect()
    }

    /// How many applications a device has.
    pub(crate) fn count_on(&self, tenant: &Tenant, device: u64) -> u64 {
        self.slots(tenant, device)
    }

    /// The devices that an application is on.
    pub(crate) fn devices(&self, tenant: &Tenant, app: u64) -> impl Iterator<Item = u64> {
        let place = self.shelf_of(app).map(|shelf| (shelf, shelf.place(app)));
        place.into_iter().flat_map(move |(shelf, (slot, first, step))| {
            let ranks = (first..tenant.fleet.of_family(shelf.family)).step_by(to_usize(step));
            ranks
                .map(|rank| shelf.family.device(rank))
                .filter(move |device| slot < self.slots(tenant, *device))
                .filter(|device| tenant.fleet.is_there(*device))
        })
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// An application that was found on devices.
pub(crate) struct DetectedApp<'a> {
    tenant: &'a Tenant,
    index: u64,
    family: Family,
    /// Its place among those of its family, by which it is named.
    place: u64,
}

/// The properties of an application. It has no others.
const PROPERTIES: [&str; 7] =
    ["id", "displayName", "version", "sizeInByte", "deviceCount", "publisher", "platform"];

impl<'a> DetectedApp<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        let shelf = tenant.fleet.catalog.shelf_of(index);
        let (family, first) = shelf.map_or((Family::Other, 0), |shelf| (shelf.family, shelf.first));
        let place = index - first;
        // One in nine is another one of the same name, publisher and version.
        let is_twin = place % 9 == 4;
        Self { tenant, index, family, place: place - u64::from(is_twin) }
    }

    /// The application that an id names.
    pub(crate) fn find(tenant: &'a Tenant, id: &str) -> Option<Self> {
        let digits = id.strip_prefix(HEAD)?.strip_suffix(TAIL)?;
        let part = |range| digits.get(range);
        let parts = [part(0..8)?, part(8..12)?, part(12..16)?, part(16..20)?, part(20..32)?];
        let guid = parts.join("-");
        let index = tenant.guids.index(Kind::DetectedApp, &guid)?;
        (index < tenant.fleet.catalog.total()).then(|| Self::new(tenant, index))
    }

    pub(crate) fn index(&self) -> u64 {
        self.index
    }

    /// The id, which looks like the one that Windows makes for a program.
    pub(crate) fn id(&self) -> String {
        let guid = self.tenant.guids.guid(Kind::DetectedApp, self.index);
        format!("{HEAD}{}{TAIL}", guid.replace('-', ""))
    }

    pub(crate) fn name(&self) -> String {
        app_names::name(self.family, self.place)
    }

    pub(crate) fn publisher(&self) -> &'static str {
        app_names::publisher(self.family, self.place)
    }

    pub(crate) fn version(&self) -> String {
        let mut draw = Draw::new(self.tenant.seed, "app version", self.place);
        match draw.below(20) {
            0 => String::new(),
            1 => format!("{}.{}-beta, build {}", draw.below(9), draw.below(40), draw.below(9000)),
            _ => format!("{}.{}.{}", 1 + draw.below(140), draw.below(40), draw.below(9000)),
        }
    }

    /// The platform as the reports and the list of applications name it.
    pub(crate) fn platform(&self) -> &'static str {
        match self.family {
            Family::Windows => "windows",
            Family::Ios => "ios",
            Family::Android => "androidWorkProfile",
            Family::Mac => "macOS",
            Family::Other => "unknown",
        }
    }

    pub(crate) fn device_count(&self) -> u64 {
        self.tenant.fleet.catalog.devices(self.tenant, self.index).count() as u64
    }

    /// A column of a report.
    pub(crate) fn column(&self, name: &str) -> Option<Value> {
        Some(match name {
            "ApplicationKey" => json!(self.id()),
            "ApplicationId" => json!(self.tenant.draw("application id", self.index).guid()),
            "ApplicationName" => json!(self.name()),
            "ApplicationPublisher" => json!(self.publisher()),
            "ApplicationVersion" => json!(self.version()),
            // What macOS and iOS call the short version.
            "ApplicationShortVersion" => match self.family {
                Family::Ios | Family::Mac => json!(self.version().split('.').next()),
                _ => json!(""),
            },
            "BundleSize" => self.size(),
            "DeviceCount" => json!(self.device_count()),
            "Platform" => json!(report_platform(self.family)),
            _ => return None,
        })
    }

    /// The size in bytes, which is mostly unknown.
    fn size(&self) -> Value {
        let mut draw = self.tenant.draw("app size", self.index);
        json!(if draw.chance(60) { 0 } else { draw.below(3_000_000_000) })
    }
}

/// The platform as the reports name it.
pub(crate) const fn report_platform(family: Family) -> &'static str {
    match family {
        Family::Windows => "Windows",
        Family::Ios => "iOS",
        Family::Android => "AndroidWorkProfile",
        Family::Mac => "macOS",
        Family::Other => "Unknown",
    }
}

const HEAD: &str = "0006";
const TAIL: &str = "0000ffff";

impl Object for DetectedApp<'_> {
    fn type_name(&self) -> &'static str {
        "detectedApp"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &PROPERTIES
    }

    fn property(&self, name: &str) -> Option<Value> {
        Some(match name {
            "id" => json!(self.id()),
            "displayName" => json!(self.name()),
            "version" => json!(self.version()),
            "sizeInByte" => self.size(),
            "deviceCount" => json!(self.device_count()),
            "publisher" => json!(self.publisher()),
            "platform" => json!(self.platform()),
            _ => return None,
        })
    }
}

/// The applications of a device, as they come with it.
pub(crate) fn on<'a>(device: &ManagedDevice<'a>) -> impl Iterator<Item = DetectedApp<'a>> {
    let tenant = device.tenant;
    let apps = tenant.fleet.catalog.on(tenant, device.index);
    apps.into_iter().map(|app| DetectedApp::new(tenant, app))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::options::{Intune, Options};

    #[test]
    fn devices_and_applications_find_one_another() {
        for (devices, detected_apps, apps_per_device) in
            [(0, 0, 0), (1, 1, 1), (97, 3, 20), (300, 40, 4), (100, 900, 20)]
        {
            let intune = Intune {
                devices: Some(devices),
                detected_apps,
                apps_per_device,
                ..Intune::default()
            };
            let tenant = Tenant::new(&Options { intune, ..Options::default() });
            let catalog = &tenant.fleet.catalog;
            assert_eq!(catalog.total(), u64::from(detected_apps));
            let mut by_app: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
            for device in 0..u64::from(devices) {
                let apps = catalog.on(&tenant, device);
                assert!(
                    apps.windows(2).all(|pair| pair[0] < pair[1]),
                    "no application is there twice"
                );
                for app in apps {
                    by_app.entry(app).or_default().push(device);
                }
            }
            for app in 0..catalog.total() {
                let found: Vec<u64> = catalog.devices(&tenant, app).collect();
                assert_eq!(found, by_app.remove(&app).unwrap_or_default(), "application {app}");
            }
            assert!(by_app.is_empty());
        }
    }
}
