//! All resources of a type in something.

use super::catalog;
use super::coded::Coded;
use super::inventory::{Inventory, MOST_RESOURCES};
use super::kind::{Count, Kind, Naming, Scope};
use super::network::subnets_of;
use super::resource::{Owner, Resource};
use super::vault_item::ItemKind;
use crate::world::tenant::Tenant;

/// All resources of a type in something.
#[derive(Clone)]
pub(crate) struct Collection<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) inventory: &'a Inventory,
    pub(crate) kind: &'static Kind,
    pub(crate) owner: Owner<'a>,
}

impl<'a> Collection<'a> {
    /// All resources of a type in a subscription.
    pub(crate) const fn of(
        tenant: &'a Tenant,
        inventory: &'a Inventory,
        kind: &'static Kind,
    ) -> Self {
        Self { tenant, inventory, kind, owner: Owner::Subscription }
    }

    pub(crate) fn item(&self, index: u64) -> Resource<'a> {
        let Self { tenant, inventory, kind, owner } = self.clone();
        Resource { tenant, inventory, kind, owner, index }
    }

    /// Whether the subscription has any of a type that no code makes, where it has some of the
    /// types only.
    fn is_held(&self) -> bool {
        let Some((held, all)) = self.tenant.held_types else { return true };
        let mut draw = self.tenant.draw(self.kind.name, self.inventory.subscription);
        !self.kind.lies_in_group() || draw.below(all) < held
    }

    /// How many there are. A subscription without resources has none, but for what each has a
    /// number of; nor has what lies in nothing.
    pub(crate) fn count(&self) -> u64 {
        if let Some(code) = self.kind.code {
            return self.count_coded(code);
        }
        let is_of_each = self.kind.scope == Scope::Subscription
            && matches!(self.kind.count, Some(Count::Exactly(_)));
        if !self.is_held() || self.inventory.resources == 0 && !is_of_each {
            return 0;
        }
        match &self.kind.count {
            None => 1,
            Some(Count::Exactly(count)) => *count,
            Some(Count::Between([from, to])) => {
                let mut draw = self.item(0).draw("count");
                from + draw.below(to.saturating_sub(*from) + 1)
            }
            Some(Count::Share(share)) => {
                let all = match &share.of {
                    None => self.inventory.resources,
                    Some(other) => catalog::find(other)
                        .map_or(0, |kind| Self::of(self.tenant, self.inventory, kind).count()),
                };
                (all * share.percent).div_ceil(100).min(MOST_RESOURCES)
            }
        }
    }

    fn count_coded(&self, code: Coded) -> u64 {
        let parent = match &self.owner {
            Owner::Resource(parent) => Some(&**parent),
            Owner::Subscription | Owner::Group(_) => None,
        };
        match (code, parent) {
            (Coded::Key, Some(vault)) => ItemKind::Key.count(vault),
            (Coded::Secret, Some(vault)) => ItemKind::Secret.count(vault),
            (Coded::Subnet, Some(network)) => subnets_of(network),
            (_, Some(_)) => 0,
            (_, None) => self.inventory.count(code),
        }
    }

    /// The resource with a name, which is compared without case. Most names hold the index, so that
    /// little has to be searched.
    pub(crate) fn find(&self, name: &str) -> Option<Resource<'a>> {
        let count = self.count();
        let is_it = |index: &u64| {
            *index < count && self.item(*index).name().to_lowercase() == name.to_lowercase()
        };
        let found = self.candidates(name).into_iter().find(is_it);
        let found = found.or_else(|| (0..if self.holds_index() { 0 } else { count }).find(is_it));
        found.map(|index| self.item(index))
    }

    /// Whether names hold what leads to the index.
    fn holds_index(&self) -> bool {
        match (self.kind.code, &self.kind.naming) {
            (Some(code), _) => !matches!(code, Coded::Key | Coded::Secret | Coded::Subnet),
            (None, Naming::Text(text)) => text.holds_index(),
            (None, Naming::Words(_)) => false,
        }
    }

    /// The indices that a name may stand for.
    fn candidates(&self, name: &str) -> Vec<u64> {
        let tail = name.len().checked_sub(7).and_then(|at| name.get(at..));
        let mut found: Vec<u64> =
            tail.and_then(|code| self.item(0).index_of_code(code)).into_iter().collect();
        for digits in name.split(|it: char| !it.is_ascii_digit()) {
            if let Ok(number) = digits.parse::<u64>() {
                found.extend([number.saturating_sub(1), number]);
            }
        }
        if self.kind.code == Some(Coded::Disk) {
            let disks = found.iter().flat_map(|machine| self.inventory.disks_of_machine(*machine));
            found = disks.collect();
        }
        found
    }
}
