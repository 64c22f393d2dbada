//! What applications may sign in with beside their secrets.

use serde_json::Value;

/// What applications may sign in with beside their secrets.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The certificates that are registered with applications.
    pub certificates: Vec<Certificate>,
    /// The federated identity credentials of applications.
    pub federated: Vec<FederatedCredential>,
    /// Who issues tokens that federated credentials may name.
    pub issuers: Vec<Issuer>,
}

/// A certificate that is registered with an application.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The application; the default one if there is none.
    pub client_id: Option<String>,
    /// The certificate, in DER.
    pub der: Vec<u8>,
}

/// A federated identity credential of an application. Each part has to be the same in a token.
#[derive(Clone, Debug)]
pub struct FederatedCredential {
    /// The application; the default one if there is none.
    pub client_id: Option<String>,
    /// Who issues the token.
    pub issuer: String,
    /// Of whom it speaks.
    pub subject: String,
    /// For whom it is.
    pub audience: String,
}

/// Who issues tokens.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The address that its tokens name.
    pub address: String,
    /// The keys that it publishes: a JSON Web Key Set (RFC 7517). Where the real service would read
    /// it at the issuer's address, it is given here.
    pub keys: Value,
}
