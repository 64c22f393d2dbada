//! Roles of the directory: their definitions, who has them, and the roles that are in use.

pub(crate) mod assignment;
pub(crate) mod built_in;
pub(crate) mod definition;

use serde_json::{Value, json};

use super::Object;
use super::reference::Reference;
use crate::world::tenant::Tenant;
use assignment::Assignment;
use built_in::BUILT_IN;

/// A role that is in use in the tenant.
pub(crate) struct DirectoryRole<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> DirectoryRole<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    /// Those who had the role everywhere at first, which is what its members were.
    pub(crate) fn members_at_first(&self) -> Vec<Reference> {
        let all = (0..Assignment::count_at_first(self.tenant))
            .map(|place| Assignment::at_first(self.tenant, place));
        let here = all.filter(|it| it.definition() == self.index && it.scope() == "/");
        let mut members: Vec<Reference> = here.filter_map(|it| it.principal()).collect();
        members.sort_unstable();
        members.dedup();
        members
    }
}

impl Object for DirectoryRole<'_> {
    fn type_name(&self) -> &'static str {
        "directoryRole"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &["id", "deletedDateTime", "description", "displayName", "roleTemplateId"]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let place = usize::try_from(self.index).unwrap_or_default();
        let (display_name, template, _) = BUILT_IN.get(place)?;
        Some(match name {
            "id" => json!(Reference::DirectoryRole(self.index).id(self.tenant)),
            "deletedDateTime" => Value::Null,
            "description" => json!(format!("Members have the role {display_name}.")),
            "displayName" => json!(display_name),
            "roleTemplateId" => json!(template),
            _ => return None,
        })
    }
}
