//! A configured integration.

use crate::Secret;

/// What signs in at Microsoft.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The directory (tenant).
    pub directory_id: String,
    /// The application (client).
    pub client_id: String,
    /// The application's secret.
    pub client_secret: Secret,
}
