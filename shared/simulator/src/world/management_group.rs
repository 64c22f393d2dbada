//! Management groups: the tree that subscriptions hang on.

use crate::world::guid::{Guids, Kind};
use crate::world::names::WORKLOADS;
use crate::world::random::Draw;

/// A management group.
#[derive(Clone, Debug)]
pub(crate) struct ManagementGroup {
    /// Names it in its id. It is chosen by whoever makes it, or by Azure, which takes a GUID.
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// The place of the group that it is in; nothing for the root.
    pub(crate) parent: Option<usize>,
}

impl ManagementGroup {
    pub(crate) fn id(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }
}

const PREFIX: &str = "/providers/Microsoft.Management/managementGroups/";

/// All management groups of a tenant. They do not change.
#[derive(Clone, Debug)]
pub(crate) struct ManagementGroups(Vec<ManagementGroup>);

/// The groups that every tenant here has: the name, the name that people see, and the place of the
/// group that it is in.
const COMMON: [(&str, &str, usize); 7] = [
    ("platform", "Platform", 0),
    ("LandingZones", "Landing zones", 0),
    ("sandbox", "Sandbox (no SLA)", 0),
    ("connectivity", "Connectivity", 1),
    ("corp", "Corp", 2),
    ("online", "Online", 2),
    ("decommissioned", "Außer Betrieb", 0),
];

impl ManagementGroups {
    /// The groups of a tenant: the root, the common ones, and some for workloads, which were made
    /// in the portal and have GUIDs for names. One more lies deeper than the rest.
    pub(crate) fn new(seed: u64, guids: Guids) -> Self {
        let root = ManagementGroup {
            name: guids.guid(Kind::Tenant, 0),
            display_name: "Tenant Root Group".to_owned(),
            parent: None,
        };
        let common = COMMON.map(|(name, display_name, parent)| ManagementGroup {
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            parent: Some(parent),
        });
        let mut groups: Vec<ManagementGroup> = [root].into_iter().chain(common).collect();
        let mut draw = Draw::new(seed, "management groups", 0);
        for number in 0..2 + draw.below(3) {
            let below = if number < 2 { 5 } else { 6 };
            groups.push(ManagementGroup {
                name: guids.guid(Kind::ManagementGroup, number),
                display_name: format!("{} {}", draw.pick(&WORKLOADS), number + 1),
                parent: Some(below),
            });
        }
        let last = groups.len() - 1;
        groups.push(ManagementGroup {
            name: format!("{}-deep", draw.pick(&WORKLOADS)),
            display_name: "Deep down".to_owned(),
            parent: Some(last),
        });
        Self(groups)
    }

    pub(crate) fn all(&self) -> &[ManagementGroup] {
        &self.0
    }

    pub(crate) fn get(&self, place: usize) -> Option<&ManagementGroup> {
        self.0.get(place)
    }

    /// The place of the group with a name, which is compared without case.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|group| group.name.eq_ignore_ascii_case(name))
    }

    /// The place of the group with an id.
    pub(crate) fn find_by_id(&self, id: &str) -> Option<usize> {
        let (prefix, name) = id.split_at_checked(PREFIX.len())?;
        self.find(name).filter(|_| prefix.eq_ignore_ascii_case(PREFIX))
    }

    /// The groups that are in a group.
    pub(crate) fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        let groups = self.0.iter().enumerate();
        groups.filter(move |(_, group)| group.parent == Some(place)).map(|(child, _)| child)
    }

    /// The ids of a group and of all groups above it.
    pub(crate) fn path(&self, place: usize) -> impl Iterator<Item = String> {
        let up = |group: &&ManagementGroup| self.get(group.parent?);
        std::iter::successors(self.get(place), up).map(ManagementGroup::id)
    }

    /// The place of the group that a subscription is in. One that has appeared since the tenant
    /// began is in the root, where Azure puts it; some are there from the beginning.
    pub(crate) fn of_subscription(&self, seed: u64, index: u64, is_new: bool) -> usize {
        if is_new {
            return 0;
        }
        let place = Draw::new(seed, "management group of subscription", index);
        usize::try_from(place.clone().below(self.0.len() as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_is_below_the_root() {
        for seed in 0..20 {
            let groups = ManagementGroups::new(seed, Guids::new(seed));
            let root = groups.get(0).unwrap().id();
            for (place, group) in groups.all().iter().enumerate() {
                let path: Vec<String> = groups.path(place).collect();
                assert_eq!((path.first(), path.last()), (Some(&group.id()), Some(&root)));
                assert_eq!(groups.find_by_id(&group.id().to_uppercase()), Some(place));
                // Azure allows six levels below the root.
                assert!(path.len() <= 7);
            }
            assert_eq!(groups.children(0).count(), 4);
        }
    }
}
