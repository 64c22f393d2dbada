//! Administrative units: parts of the directory that have administrators of their own.

use serde_json::{Value, json};

use super::Object;
use super::document::Document;
use super::reference::Reference;
use super::role::built_in::BUILT_IN;
use super::role::definition::IN_USE;
use crate::world::names::OFFICES;
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// How many there are at first.
pub(crate) fn count(tenant: &Tenant) -> u64 {
    4 + tenant.users / 2000
}

/// An administrative unit. The second is empty, the third chooses its members by a rule.
pub(crate) struct AdministrativeUnit<'a> {
    tenant: &'a Tenant,
    index: u64,
}

impl<'a> AdministrativeUnit<'a> {
    pub(crate) fn new(tenant: &'a Tenant, index: u64) -> Self {
        Self { tenant, index }
    }

    fn draw(&self, purpose: &str) -> Draw {
        self.tenant.draw(purpose, self.index)
    }

    /// How many members there are: the first holds a tenth of all users.
    pub(crate) fn size(&self) -> u64 {
        match self.index {
            0 => 3 + self.tenant.users / 10,
            1 => 0,
            _ => 2 + self.draw("unit size").below(20),
        }
        .min(self.tenant.users)
    }

    /// The member at a place: users mostly, some groups and devices.
    pub(crate) fn member(&self, place: u64) -> Reference {
        let tenant = self.tenant;
        let first = self.draw("unit members").number() >> 32;
        match place {
            1 => Reference::Group(first % tenant.groups),
            2 => Reference::Device(first % tenant.devices),
            _ => Reference::User((first + place) % tenant.users.max(1)),
        }
    }

    /// Those who have a role within it, as the list of its scoped role members has them.
    pub(crate) fn scoped_members(&self) -> Vec<Document> {
        let mut draw = self.draw("scoped members");
        let count = draw.below(4);
        let unit = Reference::AdministrativeUnit(self.index).id(self.tenant);
        let member = |_| {
            let user = Reference::User(draw.below(self.tenant.users));
            let helpdesk = BUILT_IN.iter().position(|role| role.0 == "Helpdesk Administrator");
            let role = draw.pick(&[4, helpdesk.unwrap_or_default()]) as u64;
            let body = json!({
                "id": format!("{}{}", draw.hex(16), draw.hex(16)),
                "administrativeUnitId": unit,
                "roleId": Reference::DirectoryRole(role.min(IN_USE - 1)).id(self.tenant),
                "roleMemberInfo": {
                    "id": user.id(self.tenant),
                    "displayName": user.display_name(self.tenant),
                },
            });
            Document::new("scopedRoleMembership", body)
        };
        (0..count).map(member).collect()
    }
}

impl Object for AdministrativeUnit<'_> {
    fn type_name(&self) -> &'static str {
        "administrativeUnit"
    }

    fn defaults(&self) -> &'static [&'static str] {
        &[
            "id",
            "deletedDateTime",
            "description",
            "displayName",
            "isMemberManagementRestricted",
            "membershipRule",
            "membershipRuleProcessingState",
            "membershipType",
            "visibility",
        ]
    }

    fn property(&self, name: &str) -> Option<Value> {
        let is_dynamic = self.index % 5 == 2;
        let city = nth(&OFFICES, self.index).0;
        Some(match name {
            "id" => json!(Reference::AdministrativeUnit(self.index).id(self.tenant)),
            "description" => {
                json!(self.index.is_multiple_of(2).then(|| format!("Everyone in {city}")))
            }
            "displayName" => json!(format!("{city} {}", self.index + 1)),
            "isMemberManagementRestricted" => json!(self.index % 7 == 3),
            "membershipRule" => {
                json!(is_dynamic.then(|| format!("(user.city -eq \"{city}\")")))
            }
            "membershipRuleProcessingState" => json!(is_dynamic.then_some("On")),
            "membershipType" => json!(is_dynamic.then_some("Dynamic")),
            "visibility" => json!((self.index % 4 == 3).then_some("HiddenMembership")),
            "deletedDateTime" => Value::Null,
            _ => return None,
        })
    }
}
