//! Who has roles of the directory, and who may take them.

use std::sync::Arc;

use serde_json::json;

use super::definition::{ASSIGNABLE, DEFINITIONS, IN_USE, definition, definition_id};
use crate::world::directory::administrative_unit;
use crate::world::directory::document::Document;
use crate::world::directory::history::Fate;
use crate::world::directory::reference::Reference;
use crate::world::guid::Kind;
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// Somebody who has a role, or may take it.
pub(crate) struct Assignment<'a> {
    tenant: &'a Tenant,
    place: u64,
    /// Tells those who have a role from those who may take it.
    list: &'static str,
    /// Who has which role, if that is so only since it was changed.
    since: Option<(u64, Reference)>,
}

impl<'a> Assignment<'a> {
    /// How many assignments there were at first.
    pub(crate) fn count_at_first(tenant: &Tenant) -> u64 {
        12 + tenant.users / 50
    }

    /// How many places there are for those who have a role. Some may be empty.
    pub(crate) fn count(tenant: &Tenant) -> u64 {
        let added = |role| fate(tenant, role).map_or(0, |fate| fate.added.len() as u64);
        Self::count_at_first(tenant) + (0..IN_USE).map(added).sum::<u64>()
    }

    /// One of those who have a role; nothing if they have it no more.
    pub(crate) fn active(tenant: &'a Tenant, place: u64) -> Option<Self> {
        let Some(added) = place.checked_sub(Self::count_at_first(tenant)) else {
            return Some(Self::at_first(tenant, place)).filter(|it| !it.is_removed());
        };
        let of = |role| fate(tenant, role).map(|fate| fate.added.clone()).unwrap_or_default();
        let mut all = (0..IN_USE).flat_map(|role| of(role).into_iter().map(move |it| (role, it)));
        let since = all.nth(usize::try_from(added).ok()?);
        let assignment = Self { tenant, place, list: "directory role", since };
        Some(assignment).filter(|it| !it.is_removed())
    }

    /// One of those who had a role at first.
    pub(crate) fn at_first(tenant: &'a Tenant, place: u64) -> Self {
        Self { tenant, place, list: "directory role", since: None }
    }

    /// One of those who may take a role.
    pub(crate) fn eligible(tenant: &'a Tenant, place: u64) -> Self {
        Self { tenant, place, list: "eligible role", since: None }
    }

    /// Whether the principal was removed from the members of the role.
    fn is_removed(&self) -> bool {
        let removed = |principal| {
            fate(self.tenant, self.definition()).is_some_and(|it| it.removed.contains(&principal))
        };
        self.scope() == "/" && self.principal().is_some_and(removed)
    }

    pub(crate) fn draw(&self, purpose: &str) -> Draw {
        let base = self.tenant.draw(self.list, self.place);
        Draw::new(base.clone().number(), purpose, 0)
    }

    /// The place of the role's definition. The first are the administrators of the tenant.
    pub(super) fn definition(&self) -> u64 {
        match self.place {
            _ if let Some((role, _)) = self.since => role,
            0 | 1 => 0,
            // A role of the company's own.
            5 => DEFINITIONS - 3,
            _ => self.draw("definition").below(IN_USE).min(ASSIGNABLE - 1),
        }
    }

    pub(crate) fn definition_id(&self) -> String {
        definition_id(self.tenant, self.definition())
    }

    pub(crate) fn definition_document(&self) -> Document {
        definition(self.tenant, self.definition())
    }

    /// Who it is for; nothing if that one was deleted. Groups have to be made for it.
    pub(crate) fn principal(&self) -> Option<Reference> {
        let (tenant, mut draw) = (self.tenant, self.draw("principal"));
        let principals = tenant.service_principals_at_first();
        match (self.place, draw.below(10)) {
            _ if self.since.is_some() => self.since.map(|(_, principal)| principal),
            (2, _) | (_, 0) => None,
            (3, _) | (_, 1 | 2) => Some(Reference::ServicePrincipal(draw.below(principals))),
            (4, _) | (_, 3) if tenant.groups > 9 => {
                // Every fortieth group from the ninth on may be assigned to roles.
                Some(Reference::Group(9 + 40 * draw.below((tenant.groups - 9).div_ceil(40))))
            }
            _ => Some(Reference::User(draw.below(tenant.users))),
        }
    }

    pub(crate) fn principal_id(&self) -> String {
        match self.principal() {
            Some(principal) => principal.id(self.tenant),
            None => self.tenant.guids.guid(Kind::Deleted, 100 + self.place),
        }
    }

    /// Where it holds: everywhere, in an administrative unit, or for one application.
    pub(crate) fn scope(&self) -> String {
        let mut draw = self.draw("scope");
        match (self.place, draw.below(10)) {
            _ if self.since.is_some() => "/".to_owned(),
            (0..=4, _) => "/".to_owned(),
            (6, _) | (_, 0) => {
                let unit = draw.below(administrative_unit::count(self.tenant));
                let unit = Reference::AdministrativeUnit(unit).id(self.tenant);
                format!("/administrativeUnits/{unit}")
            }
            (7, _) | (_, 1) => {
                let application = draw.below(self.tenant.principals().len() as u64);
                format!("/{}", Reference::Application(application).id(self.tenant))
            }
            _ => "/".to_owned(),
        }
    }

    pub(crate) fn id(&self) -> String {
        let mut draw = self.draw("id");
        // They are made of the ids of the role and of the principal, and look like this.
        format!("{}-{}-1", draw.hex(16), draw.hex(16))
    }

    pub(crate) fn document(&self) -> Document {
        Document::new(
            "unifiedRoleAssignment",
            json!({
                "id": self.id(),
                "appScopeId": null,
                "condition": null,
                "directoryScopeId": self.scope(),
                "principalId": self.principal_id(),
                "principalOrganizationId": self.tenant.id(),
                "resourceScope": self.scope(),
                "roleDefinitionId": self.definition_id(),
            }),
        )
    }
}

/// What has become of the members of a role.
fn fate(tenant: &Tenant, role: u64) -> Option<Arc<Fate>> {
    tenant.history.fate(Reference::DirectoryRole(role))
}
