//! A simulated Microsoft cloud, in process and over real HTTP.
//!
//! [`Simulator::start`] serves the token endpoint of Entra ID, Microsoft Graph, Azure Resource
//! Manager and the data planes of Key Vault and Storage below one address:
//!
//! ```text
//! http://127.0.0.1:PORT/login.microsoftonline.com/{tenant}/oauth2/v2.0/token
//! http://127.0.0.1:PORT/graph.microsoft.com/v1.0/users
//! http://127.0.0.1:PORT/management.azure.com/subscriptions?api-version=2022-12-01
//! http://127.0.0.1:PORT/{vault}.vault.azure.net/keys?api-version=7.4
//! http://127.0.0.1:PORT/169.254.169.254/metadata/identity/oauth2/token?resource=…
//! http://127.0.0.1:PORT/{account}.blob.core.windows.net/{container}/{report}.zip?sig=…
//! ```
//!
//! The tenant behind it is a function of a seed and a size: nothing of it is stored, every entity
//! is made when it is asked for, so that a million users cost no memory. Only what changes while it
//! is served is kept. Paging, permissions, throttles and error bodies follow Microsoft's
//! documentation; where it leaves a question open, the simulator answers in the way that is harder
//! on the client, and a comment says so.

mod options;
mod server;
mod services;
#[cfg(test)]
mod tests;
mod token_issuer;
mod world;

pub use options::{
    AppReports, Application, Assignment, Certificate, Change, Credentials, DeviceChanges, Faults,
    FederatedCredential, Intune, Issuer, License, Options, Permanent, Principal, State,
    Subscription,
};
pub use server::Simulator;
pub use services::counters::Counters;
pub use token_issuer::TokenIssuer;
pub use world::directory::change::DirectoryChange;
pub use world::directory::object_kind::ObjectKind;
pub use world::resources::catalog::{ResourceType, resource_types};
