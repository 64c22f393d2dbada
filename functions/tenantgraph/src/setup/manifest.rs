//! The part of the manifest of an application that says what the application asks for.

use serde_json::json;

use super::access::Access;

/// The property `requiredResourceAccess` of a manifest, as JSON.
pub(super) fn manifest(access: &Access) -> String {
    format!("{:#}\n", json!({ "requiredResourceAccess": access.required_resource_access() }))
}
