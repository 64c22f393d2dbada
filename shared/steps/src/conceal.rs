//! What must not be kept, wherever it comes from.

/// Where the objects of the directory hold what could be signed in with, if Microsoft Graph ever
/// showed it: it says null in lists.
/// Source: the resource types `keyCredential` and `passwordCredential` of its reference.
pub(crate) const CREDENTIALS: &[&str] = &[
    "/keyCredentials/*/key",
    "/keyCredentials/*/secretText",
    "/passwordCredentials/*/key",
    "/passwordCredentials/*/secretText",
];
