//! The roles that applications define, and how many applications there are.

use serde_json::{Value, json};

use crate::world::tenant::Tenant;

/// How many there were at first.
pub(crate) fn applications_at_first(tenant: &Tenant) -> u64 {
    with_principal(tenant) + 3 + tenant.applications / 10
}

/// How many of those there were at first have a service principal. They come first.
pub(super) fn with_principal(tenant: &Tenant) -> u64 {
    tenant.principals().len() as u64 + tenant.applications
}

/// The roles that the company's own applications give to users and to other applications.
pub(crate) fn app_roles(tenant: &Tenant, application: u64) -> Value {
    let role = |value: &str, types: &[&str]| {
        json!({
            "allowedMemberTypes": types,
            "description": format!("May {value}."),
            "displayName": value,
            "id": app_role(tenant, application, value),
            "isEnabled": true,
            "origin": "Application",
            "value": format!("Tasks.{value}"),
        })
    };
    match application % 3 {
        0 => json!([role("Read", &["User"]), role("Write", &["User", "Application"])]),
        _ => json!([]),
    }
}

/// The id of a role of one of the company's own applications.
pub(crate) fn app_role(tenant: &Tenant, application: u64, value: &str) -> String {
    tenant.draw(value, application).guid()
}
