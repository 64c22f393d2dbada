//! How the applications that Intune found are spread over the families of devices.

use super::family::Family;
use crate::options::{Intune, License};

/// All applications that were found.
#[derive(Debug)]
pub(crate) struct Catalog {
    shelves: [Shelf; 4],
    pub(super) per_device: u64,
}

/// The applications of a family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shelf {
    pub(super) family: Family,
    /// The index of the first application.
    pub(super) first: u64,
    pub(super) apps: u64,
    pub(super) slots: u64,
    /// How many slots have a single application.
    pub(super) popular: u64,
}

/// The families on whose devices applications are found.
const FAMILIES: [Family; 4] = [Family::Windows, Family::Ios, Family::Android, Family::Mac];

impl Catalog {
    pub(crate) fn new(options: &Intune) -> Self {
        let is_full = options.license == License::Full;
        let total = if is_full { u64::from(options.detected_apps) } else { 0 };
        let per_device = u64::from(options.apps_per_device);
        let all: u64 = FAMILIES.iter().map(|family| family.share()).sum();
        let mut share = 0;
        let shelves = FAMILIES.map(|family| {
            let first = total * share / all;
            share += family.share();
            let apps = total * share / all - first;
            let slots = apps.min(per_device * 2);
            Shelf { family, first, apps, slots, popular: slots / 4 }
        });
        Self { shelves, per_device }
    }

    /// How many applications there are.
    pub(crate) fn total(&self) -> u64 {
        self.shelves.iter().map(|shelf| shelf.apps).sum()
    }

    pub(super) fn shelf(&self, family: Family) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.family == family)
    }

    pub(super) fn shelf_of(&self, app: u64) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| (shelf.first..shelf.first + shelf.apps).contains(&app))
    }
}

impl Shelf {
    /// The first application of a slot, and how many it has.
    pub(super) fn range(&self, slot: u64) -> (u64, u64) {
        if slot < self.popular {
            return (slot, 1);
        }
        let (size, rest, slot) = (self.size(), self.rest(), slot - self.popular);
        (self.popular + slot * size + slot.min(rest), size + u64::from(slot < rest))
    }

    /// How many applications a slot has that is not popular. The first few have one more.
    pub(super) fn size(&self) -> u64 {
        (self.apps - self.popular) / (self.slots - self.popular).max(1)
    }

    pub(super) fn rest(&self) -> u64 {
        (self.apps - self.popular) % (self.slots - self.popular).max(1)
    }

    /// The application of a slot that the device with a rank has.
    pub(super) fn app(&self, slot: u64, rank: u64) -> u64 {
        let (start, length) = self.range(slot);
        self.first + start + (rank + slot * 7) % length.max(1)
    }

    /// Where an application is: its slot, the rank of the first device that may have it, and how
    /// far it is from one to the next.
    pub(super) fn place(&self, app: u64) -> (u64, u64, u64) {
        let place = app - self.first;
        let slot = if place < self.popular {
            place
        } else {
            let (size, rest, place) = (self.size(), self.rest(), place - self.popular);
            let longer = rest * (size + 1);
            self.popular
                + if place < longer {
                    place / (size + 1)
                } else {
                    rest + (place - longer) / size.max(1)
                }
        };
        let (start, length) = self.range(slot);
        let behind = slot * 7 % length.max(1);
        (slot, (place - start + length - behind) % length.max(1), length.max(1))
    }
}
