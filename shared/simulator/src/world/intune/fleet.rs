//! How many devices Intune manages, and what has become of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::family::Family;
use super::shelves::Catalog;
use crate::options::DeviceChanges;
use crate::options::{AppReports, Intune, License};
use crate::world::random::{Draw, coprime};

/// The devices that Intune manages. Only those to which something happened are remembered.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) license: License,
    pub(crate) app_reports: AppReports,
    pub(crate) catalog: Catalog,
    /// How many applications Intune distributes.
    pub(crate) managed_apps: u64,
    /// How many devices there were at first.
    first: u64,
    history: RwLock<History>,
}

#[derive(Debug, Default)]
struct History {
    /// How often something happened.
    times: u64,
    appeared: u64,
    vanished: BTreeSet<u64>,
    /// How often a device has changed.
    revisions: BTreeMap<u64, u64>,
}

impl Fleet {
    pub(crate) fn new(options: &Intune, users: u64) -> Self {
        let devices = options.devices.map_or(users * 6 / 5, u64::from);
        Self {
            license: options.license,
            app_reports: options.app_reports,
            catalog: Catalog::new(options),
            managed_apps: options.managed_apps.into(),
            first: if options.license == License::None { 0 } else { devices },
            history: RwLock::default(),
        }
    }

    /// How many devices there ever were. Their indices are below.
    pub(crate) fn ever(&self) -> u64 {
        self.first + self.history().appeared
    }

    /// Whether there is a device now.
    pub(crate) fn is_there(&self, device: u64) -> bool {
        let history = self.history();
        device < self.first + history.appeared && !history.vanished.contains(&device)
    }

    /// How often a device has changed.
    pub(crate) fn revision(&self, device: u64) -> u64 {
        self.history().revisions.get(&device).copied().unwrap_or_default()
    }

    /// How many devices of a family there ever were.
    pub(crate) fn of_family(&self, family: Family) -> u64 {
        family.count(self.ever())
    }

    /// Lets devices appear, change and vanish, as many as there are. Which ones is a function of
    /// the seed and of what happened before. Returns to how many it happened.
    pub(crate) fn change(&self, seed: u64, changes: DeviceChanges) -> DeviceChanges {
        let mut history = self.history.write().unwrap_or_else(PoisonError::into_inner);
        let ever = self.first + history.appeared;
        let mut draw = Draw::new(seed, "device changes", history.times);
        history.times += 1;
        // A way through all devices that comes to each of them once.
        let (start, step) = (draw.below(ever), coprime(ever.max(1), draw.below(ever)));
        let mut way = (0..ever).map(|place| (start + place * step) % ever.max(1));
        let mut done = DeviceChanges { appear: changes.appear, change: 0, vanish: 0 };
        while done.vanish < changes.vanish
            && let Some(device) = way.next()
        {
            done.vanish += u32::from(history.vanished.insert(device));
        }
        while done.change < changes.change
            && let Some(device) = way.next()
        {
            if !history.vanished.contains(&device) {
                *history.revisions.entry(device).or_default() += 1;
                done.change += 1;
            }
        }
        history.appeared += u64::from(changes.appear);
        done
    }

    /// How many applications were found on devices.
    pub(crate) fn apps(&self) -> u64 {
        self.catalog.total()
    }

    /// Whether there is more than devices.
    pub(crate) fn has_policies(&self) -> bool {
        self.license == License::Full
    }

    fn history(&self) -> RwLockReadGuard<'_, History> {
        self.history.read().unwrap_or_else(PoisonError::into_inner)
    }
}
