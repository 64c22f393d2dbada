//! Who is in a group, in an administrative unit, or in a directory role: those of the beginning,
//! and what has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::administrative_unit::{self, AdministrativeUnit};
use super::history::{Fate, History};
use super::members::Members;
use super::reference::Reference;
use super::role::{self, DirectoryRole};
use crate::world::tenant::Tenant;

/// Makes the member at a place of those of the beginning.
type At<'a> = Box<dyn Fn(u64) -> Option<Reference> + 'a>;

/// The members of an object.
pub(crate) struct Membership<'a> {
    history: &'a History,
    at_first: At<'a>,
    count_at_first: u64,
    fate: Option<Arc<Fate>>,
}

impl<'a> Membership<'a> {
    pub(crate) fn of(tenant: &'a Tenant, holder: Reference) -> Self {
        let (count_at_first, at_first): (u64, At<'a>) = match holder {
            Reference::Group(index) => {
                let members = Members::new(tenant, index);
                (members.total(), Box::new(move |place| members.get(place)))
            }
            Reference::AdministrativeUnit(index) => {
                let unit = AdministrativeUnit::new(tenant, index);
                (unit.size(), Box::new(move |place| Some(unit.member(place))))
            }
            Reference::DirectoryRole(index) => {
                let members = DirectoryRole::new(tenant, index).members_at_first();
                let count = members.len() as u64;
                (count, Box::new(move |at| members.get(usize::try_from(at).ok()?).copied()))
            }
            _ => (0, Box::new(|_| None)),
        };
        let history = &tenant.history;
        Self { history, at_first, count_at_first, fate: history.fate(holder) }
    }

    /// How many places there are. Some may be empty.
    pub(crate) fn total(&self) -> u64 {
        let added = self.fate.as_ref().map_or(0, |fate| fate.added.len());
        self.count_at_first + added as u64
    }

    /// The member at a place; nothing if it was removed or has gone.
    pub(crate) fn get(&self, place: u64) -> Option<Reference> {
        self.ever(place).filter(|member| !self.history.is_gone(*member))
    }

    /// The member at a place, also one that has gone as an object; nothing if it was removed.
    fn ever(&self, place: u64) -> Option<Reference> {
        let fate = self.fate.as_deref();
        let member = match place.checked_sub(self.count_at_first) {
            None => (self.at_first)(place),
            Some(place) => fate?.added.get(usize::try_from(place).ok()?).copied(),
        };
        member.filter(|member| fate.is_none_or(|fate| !fate.removed.contains(member)))
    }

    /// Those of some objects that are members or would be, had they not gone.
    pub(crate) fn of_these(&self, objects: &BTreeSet<Reference>) -> Vec<Reference> {
        let places = if objects.is_empty() { 0 } else { self.total() };
        let all = (0..places).filter_map(|place| self.ever(place));
        all.filter(|member| objects.contains(member)).collect()
    }

    /// All members, one after the other.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Reference> {
        (0..self.total()).filter_map(|place| self.get(place))
    }
}

/// What a service principal is a member of.
pub(crate) fn member_of(tenant: &Tenant, principal: u64) -> Vec<Reference> {
    let wanted = Reference::ServicePrincipal(principal);
    let at_first = tenant.memberships.0.get_or_init(|| all_at_first(tenant));
    let at_first = at_first.get(&principal).into_iter().flatten().copied();
    let since = tenant.history.holders_of(wanted);
    let holders: BTreeSet<Reference> = at_first.chain(since).collect();
    let holds = |holder: &Reference| Membership::of(tenant, *holder).iter().any(|it| it == wanted);
    holders.into_iter().filter(holds).collect()
}

/// Who is in what is made place by place, so to turn it round all of it has to be made once.
fn all_at_first(tenant: &Tenant) -> BTreeMap<u64, Vec<Reference>> {
    let groups = (0..tenant.groups).map(Reference::Group);
    let units = (0..administrative_unit::count(tenant)).map(Reference::AdministrativeUnit);
    let roles = (0..role::definition::IN_USE).map(Reference::DirectoryRole);
    let mut all: BTreeMap<u64, Vec<Reference>> = BTreeMap::new();
    for holder in groups.chain(units).chain(roles) {
        let membership = Membership::of(tenant, holder);
        let places = 0..membership.count_at_first;
        for member in places.filter_map(|place| (membership.at_first)(place)) {
            if let Reference::ServicePrincipal(principal) = member {
                all.entry(principal).or_default().push(holder);
            }
        }
    }
    all
}
