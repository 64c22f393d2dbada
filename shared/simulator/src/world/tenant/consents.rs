//! The applications of other organisations, and which of them an administrator has let in.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use crate::options::{Application, Principal};

/// The applications of other organisations.
#[derive(Debug)]
pub(super) struct Consents {
    applications: Vec<Application>,
    /// Those that were let in, by their place, and whether they have the permissions that they
    /// asked for.
    granted: RwLock<BTreeMap<usize, bool>>,
}

impl Consents {
    pub(super) fn new(applications: &[Application]) -> Self {
        Self { applications: applications.to_vec(), granted: RwLock::default() }
    }

    /// An application by its client id, whether or not it was let in.
    pub(super) fn application(&self, client_id: &str) -> Option<&Application> {
        self.applications.get(self.place(client_id)?)
    }

    /// Lets an application in. What it had been granted before stays.
    pub(super) fn grant(&self, client_id: &str, has_roles: bool) {
        if let Some(place) = self.place(client_id) {
            let mut granted = self.granted.write().unwrap_or_else(PoisonError::into_inner);
            *granted.entry(place).or_default() |= has_roles;
        }
    }

    /// The registration of an application that was let in, its place, and whether it has its
    /// permissions.
    pub(super) fn principal(&self, client_id: &str) -> Option<(u64, &Principal, bool)> {
        let place = self.place(client_id)?;
        let granted = self.granted.read().unwrap_or_else(PoisonError::into_inner);
        let has_roles = *granted.get(&place)?;
        Some((place as u64, &self.applications[place].principal, has_roles))
    }

    fn place(&self, client_id: &str) -> Option<usize> {
        let id = |it: &Application| it.principal.client_id.eq_ignore_ascii_case(client_id);
        self.applications.iter().position(id)
    }
}
