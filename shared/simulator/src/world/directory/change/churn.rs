//! A share of the directory changes at once.

use serde_json::json;

use super::changer::{Changer, is_restorable};
use crate::world::directory::membership::Membership;
use crate::world::directory::object_kind::ObjectKind;
use crate::world::directory::reference::Reference;
use crate::world::random::Draw;

/// Groups with more members than this are left alone: to find out who is in them takes too long.
const LARGE: u64 = 2000;

/// Changes a share of all objects of each kind.
pub(super) fn churn(changer: &Changer<'_>, per_mille: u32) -> Vec<Reference> {
    let tenant = changer.tenant;
    let mut draw = tenant.draw("churn", tenant.history.length() as u64);
    let mut touched = Vec::new();
    for kind in ObjectKind::ALL {
        let share = kind.count(tenant).saturating_mul(u64::from(per_mille)) / 1000;
        for place in 0..share.max(1) {
            touched.extend(change(changer, kind, place, &mut draw));
        }
    }
    touched.sort_unstable();
    touched.dedup();
    touched
}

/// Changes an object: of ten, two are created, two deleted, and the others changed. The first ones
/// of all kinds show each of these, even where only a few objects change.
fn change(changer: &Changer<'_>, kind: ObjectKind, place: u64, draw: &mut Draw) -> Vec<Reference> {
    let Some(object) = choose(changer, kind, draw) else { return Vec::new() };
    match (place % 10, kind) {
        (2 | 7, ObjectKind::ServicePrincipal) => Vec::new(),
        (2 | 7, _) => changer.create(kind),
        (3 | 8, _) => changer.delete(object, is_restorable(object)),
        (_, ObjectKind::Group) if !place.is_multiple_of(5) => members(changer, object, draw),
        (1 | 4, ObjectKind::User | ObjectKind::ServicePrincipal | ObjectKind::Device) => {
            changer.set_of(object, "accountEnabled", json!(draw.chance(30)))
        }
        _ => {
            let name = object.display_name(changer.tenant);
            let name = format!("{} {}", name.as_str().unwrap_or_default(), draw.hex(4));
            changer.set_of(object, "displayName", json!(name))
        }
    }
}

/// An object that is there. Those that this cloud itself depends on are left alone.
fn choose(changer: &Changer<'_>, kind: ObjectKind, draw: &mut Draw) -> Option<Reference> {
    let tenant = changer.tenant;
    let clients = tenant.principals().len() as u64;
    let first = match kind {
        ObjectKind::Application | ObjectKind::ServicePrincipal => clients,
        _ => 0,
    };
    let count = kind.count(tenant).checked_sub(first).filter(|count| *count > 0)?;
    let mut tries = (0..16).map(|_| kind.at(tenant, first + draw.below(count)));
    tries.find(|object| object.exists(tenant))
}

/// Adds up to three users to a group, and removes up to two members.
fn members(changer: &Changer<'_>, group: Reference, draw: &mut Draw) -> Vec<Reference> {
    let total = Membership::of(changer.tenant, group).total();
    if total > LARGE {
        return Vec::new();
    }
    let mut touched = Vec::new();
    for _ in 0..draw.below(3) {
        let member = Membership::of(changer.tenant, group).get(draw.below(total));
        touched.extend(member.into_iter().flat_map(|member| changer.remove(group, member)));
    }
    for _ in 0..=draw.below(3) {
        let user = choose(changer, ObjectKind::User, draw);
        touched.extend(user.into_iter().flat_map(|user| changer.add(group, user)));
    }
    touched
}
