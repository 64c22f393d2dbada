//! Domains of the tenant.

use serde_json::{Value, json};

use super::document::Document;
use crate::world::tenant::Tenant;

/// How many there are: the initial and the default one, and some more of every sort.
pub(crate) const COUNT: u64 = 11;

/// A domain by its place: verified and not, managed and federated, roots and what is below them.
pub(crate) fn domain(tenant: &Tenant, place: u64) -> Document {
    let label = tenant.company().1;
    let is_verified = place < 9;
    let is_root = place < 7;
    let is_federated = place % 5 == 4;
    let name = match place {
        0 => tenant.initial_domain(),
        1 => tenant.default_domain(),
        2 => format!("{label}.mail.onmicrosoft.com"),
        // Not everything is written in Latin letters; names are given out in their ASCII form.
        3 => "xn--mnchen-3ya.example".to_owned(),
        _ if is_root => format!("{label}-{place}.example"),
        _ => format!("site{place}.{}", tenant.default_domain()),
    };
    let services: &[&str] = match place {
        0 | 1 => &["Email", "OfficeCommunicationsOnline"],
        2 => &["Email"],
        _ if is_verified => &["Email", "Intune"],
        _ => &[],
    };
    // A domain that was never verified has no policy for passwords, nor has one that federates.
    let days = |value: u32| {
        if is_verified && !is_federated { json!(value) } else { Value::Null }
    };
    Document::new(
        "domain",
        json!({
            "id": name,
            "authenticationType": if is_federated { "Federated" } else { "Managed" },
            "availabilityStatus": null,
            "isAdminManaged": true,
            "isDefault": place == 1,
            "isInitial": place == 0,
            "isRoot": is_root,
            "isVerified": is_verified,
            "manufacturer": null,
            "model": null,
            "passwordNotificationWindowInDays": days(14),
            "passwordValidityPeriodInDays": if place == 1 { days(2_147_483_647) } else { days(90) },
            "state": null,
            "supportedServices": services,
        }),
    )
}
