//! Who is in a group. Any place of a membership can be computed by itself, so that a group of a
//! million members takes no memory.

use super::group::{Group, Purpose};
use super::reference::Reference;
use crate::world::random::coprime;
use crate::world::tenant::Tenant;

/// The members of a group: of each kind a number, and where to start in the list of all.
pub(crate) struct Members {
    kinds: [Slice; 5],
    total: u64,
    step: u64,
}

/// A share of all objects of a kind: `count` of `of`, from `start` on in steps of `step`.
#[derive(Clone, Copy)]
struct Slice {
    count: u64,
    start: u64,
    step: u64,
    of: u64,
}

impl Slice {
    fn new(count: u64, start: u64, step: u64, of: u64) -> Self {
        Self { count: count.min(of), start, step, of: of.max(1) }
    }

    fn get(self, place: u64) -> u64 {
        (self.start + place * self.step) % self.of
    }
}

impl Members {
    /// Memberships are uneven: everyone is in group 0, groups 1 to 4 are large, groups 5 to 7
    /// contain one another, group 8 is empty like every seventeenth; few of the others have more
    /// than a dozen members.
    pub(crate) fn new(tenant: &Tenant, group: u64) -> Self {
        let mut draw = tenant.draw("members", group);
        let purpose = Group::new(tenant, group).purpose;
        let is_empty = group == 8 || (group > 8 && group % 17 == 5);
        let share = match group {
            0 => tenant.users,
            1..=4 => tenant.users / [3, 5, 8, 12][usize::try_from(group - 1).unwrap_or_default()],
            _ if draw.below(25) == 0 => 20 + draw.below(200) + tenant.more_members,
            _ => 1 + draw.below(6) + draw.below(6) + tenant.more_members,
        };
        let users = if purpose == Purpose::Everyone {
            Slice::new(share, 0, 1, tenant.users)
        } else {
            let step = coprime(tenant.users.max(1), 1 + draw.below(tenant.users));
            Slice::new(share, draw.below(tenant.users), step, tenant.users)
        };
        let mut few = |is_possible: bool, percent: u64, most: u64| {
            let count = if draw.chance(percent) { 1 + draw.below(most) } else { 0 };
            (if is_possible { count } else { 0 }, draw.number() >> 32)
        };
        let is_security = purpose == Purpose::Security;
        let (nested, first) = few(is_security, 14, 3);
        let (apps, app) = few(is_security, 10, 2);
        let (machines, machine) = few(is_security, 6, 40);
        let (outside, contact) = few(purpose == Purpose::Distribution, 50, 5);
        let others = tenant.groups - 1;
        let groups = match group {
            5..=7 if tenant.groups > 8 => Slice::new(1, (group - 4) % 3 + 5, 1, tenant.groups),
            // Starting after itself and stopping before it, a group is never its own member.
            _ => Slice::new(
                nested.min(others),
                group + 1 + first % (others - nested.min(others) + 1),
                1,
                tenant.groups,
            ),
        };
        let principals = tenant.service_principals_at_first();
        let mut kinds = [
            users,
            groups,
            Slice::new(apps, app, 1, principals),
            Slice::new(machines, machine, 1, tenant.devices),
            Slice::new(outside, contact, 1, tenant.contacts),
        ];
        if is_empty {
            kinds = kinds.map(|slice| Slice { count: 0, ..slice });
        }
        let total: u64 = kinds.iter().map(|slice| slice.count).sum();
        Self { kinds, total, step: coprime(total.max(1), total * 5 / 8) }
    }

    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The member at a place. Kinds are mixed, as they are in the real list.
    pub(crate) fn get(&self, place: u64) -> Option<Reference> {
        let mut place = (place < self.total).then(|| place * self.step % self.total)?;
        let make: [fn(u64) -> Reference; 5] = [
            Reference::User,
            Reference::Group,
            Reference::ServicePrincipal,
            Reference::Device,
            Reference::Contact,
        ];
        for (slice, make) in self.kinds.into_iter().zip(make) {
            if place < slice.count {
                return Some(make(slice.get(place)));
            }
            place -= slice.count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::options::Options;

    fn all(tenant: &Tenant, group: u64) -> Vec<Reference> {
        let members = Members::new(tenant, group);
        (0..members.total()).map_while(|place| members.get(place)).collect()
    }

    #[test]
    fn nobody_is_twice_in_a_group_and_no_group_in_itself() {
        for users in [0, 1, 2, 30, 2000] {
            let tenant = Tenant::new(&Options { users, ..Options::default() });
            for group in 0..tenant.groups {
                let members = all(&tenant, group);
                let unique: HashSet<Reference> = members.iter().copied().collect();
                assert_eq!(unique.len(), members.len(), "group {group} of {users} users");
                assert!(!unique.contains(&Reference::Group(group)));
            }
        }
    }

    #[test]
    fn memberships_are_uneven_and_have_every_kind() {
        let tenant = Tenant::new(&Options { users: 2000, ..Options::default() });
        let sizes: Vec<usize> = (0..tenant.groups).map(|group| all(&tenant, group).len()).collect();
        assert_eq!(sizes[0], 2000);
        assert_eq!(sizes[8], 0);
        assert!(sizes[1] >= 600 && sizes.iter().filter(|size| **size <= 15).count() > 300);
        let members: HashSet<_> = (0..tenant.groups)
            .flat_map(|group| all(&tenant, group))
            .map(|member| std::mem::discriminant(&member))
            .collect();
        assert_eq!(members.len(), 5);
        assert!(all(&tenant, 5).contains(&Reference::Group(6)));
        assert!(all(&tenant, 6).contains(&Reference::Group(7)));
        assert!(all(&tenant, 7).contains(&Reference::Group(5)));
    }
}
