//! Families of devices, within which applications and policies fit all.

use crate::world::random::nth;

/// A family of devices. What is made for one of them fits all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Windows,
    Ios,
    Android,
    Mac,
    /// Devices on which nothing is found and for which there are hardly any policies.
    Other,
}

/// How many devices come before the families repeat.
const ROUND: u64 = 20;

/// The families of so many devices.
const PATTERN: [Family; 20] = {
    use Family::{Android as A, Ios as I, Mac as M, Other as O, Windows as W};
    [W, W, I, W, A, W, M, W, I, W, O, W, A, W, I, W, M, W, A, W]
};

impl Family {
    /// The family of a device.
    pub(crate) fn of(device: u64) -> Self {
        nth(&PATTERN, device)
    }

    /// How many of the first so many devices are of this family.
    pub(crate) fn count(self, devices: u64) -> u64 {
        devices / ROUND * self.among(ROUND) + self.among(devices % ROUND)
    }

    /// The device of this family before which so many others come.
    pub(crate) fn device(self, rank: u64) -> u64 {
        let share = self.among(ROUND);
        let rest = usize::try_from(rank % share).unwrap_or_default();
        let mut places = (0..ROUND).filter(|place| Self::of(*place) == self);
        rank / share * ROUND + places.nth(rest).unwrap_or_default()
    }

    /// How many of each twenty devices are of this family.
    pub(crate) fn share(self) -> u64 {
        self.among(ROUND)
    }

    fn among(self, places: u64) -> u64 {
        (0..places).filter(|place| Self::of(*place) == self).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_leads_back_to_its_device() {
        for device in 0..500 {
            let family = Family::of(device);
            assert_eq!(family.device(family.count(device)), device);
        }
        for devices in [0, 1, 19, 20, 21, 777] {
            let all = [Family::Windows, Family::Ios, Family::Android, Family::Mac, Family::Other];
            let counts = all.map(|family| family.count(devices));
            assert_eq!(counts.iter().sum::<u64>(), devices);
        }
    }
}
