//! Who asks, and what he may read.

use super::error::Failure;
use crate::options::{Assignment, is_within};
use crate::services::token::Claims;
use crate::world::tenant::Tenant;

/// Who asks.
pub(super) struct Caller<'a> {
    pub(super) tenant: &'a Tenant,
    pub(super) claims: &'a Claims,
    pub(super) assignments: &'a [Assignment],
}

impl Caller<'_> {
    /// Refuses an action that no assignment of the caller allows at a scope or above.
    pub(super) fn authorize(&self, action: &str, scope: &str) -> Result<(), Failure> {
        let is_allowed = |scope: &str| self.assignments.iter().any(|it| it.allows(action, scope));
        if is_allowed(scope) || self.above(scope).iter().any(|group| is_allowed(group)) {
            return Ok(());
        }
        Err(Failure::authorization_failed(&self.claims.oid, action, scope))
    }

    /// The actions of each assignment that holds at a scope.
    pub(super) fn actions_at(&self, scope: &str) -> impl Iterator<Item = &[String]> {
        let above = self.above(scope);
        let holds = move |it: &&Assignment| {
            is_within(scope, &it.scope) || above.iter().any(|group| is_within(group, &it.scope))
        };
        self.assignments.iter().filter(holds).map(|it| &it.actions[..])
    }

    /// Whether the caller has a role anywhere in a subscription or above it, which is what makes it
    /// visible.
    pub(super) fn sees(&self, scope: &str) -> bool {
        let holds = |scope: &str| self.assignments.iter().any(|it| is_within(scope, &it.scope));
        let mut assigned = self.assignments.iter().map(|it| it.scope.as_str());
        holds(scope)
            || assigned.any(|assigned| is_within(assigned, scope))
            || self.above(scope).iter().any(|group| holds(group))
    }

    /// The ids of the management groups above a scope, which the id of the scope does not tell. If
    /// the caller has no role at any, they do not matter.
    fn above(&self, scope: &str) -> Vec<String> {
        let groups = &self.tenant.management_groups;
        if !self.assignments.iter().any(|it| groups.find_by_id(&it.scope).is_some()) {
            return Vec::new();
        }
        let subscription = || {
            let id = scope.strip_prefix("/subscriptions/")?.split('/').next()?;
            Some(self.tenant.management_group_of(self.tenant.inventory_of(id)?))
        };
        let group = groups.find_by_id(scope).or_else(subscription);
        group.map(|group| groups.path(group).collect()).unwrap_or_default()
    }
}
