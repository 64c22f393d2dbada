//! Whose a device is.

use crate::world::directory::user::User;
use crate::world::guid::Kind;
use crate::world::names::Person;
use crate::world::tenant::Tenant;

/// The primary user of a device, as Intune knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) id: String,
    pub(crate) principal_name: String,
    pub(crate) email: String,
    pub(crate) display_name: String,
}

impl Holder {
    /// Who has a device. The devices that nobody has are those of certain models. One in nineteen
    /// is that of somebody who has left, whom the directory does not know any more.
    pub(crate) fn of(tenant: &Tenant, device: u64) -> Option<Self> {
        if tenant.users == 0 {
            return None;
        }
        Some(if device % 19 == 12 {
            Self::gone(tenant, device)
        } else {
            let user = User::new(tenant, device % tenant.users);
            Self {
                id: user.id(),
                principal_name: user.principal_name(),
                email: user.principal_name(),
                display_name: user.display_name(),
            }
        })
    }

    /// Somebody who has left.
    fn gone(tenant: &Tenant, device: u64) -> Self {
        let person = Person::new(tenant.seed ^ 2, device);
        let address = format!("{}@{}", person.mailbox, tenant.default_domain());
        Self {
            id: tenant.guids.guid(Kind::Deleted, device),
            principal_name: address.clone(),
            email: address,
            display_name: format!("{} {}", person.given, person.family),
        }
    }
}
