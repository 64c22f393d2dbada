//! What a simulated cloud is made from, and who may read it.

mod application;
pub(crate) mod change;
mod credentials;
mod faults;
mod intune;
mod principal;

use std::time::Duration;

pub use application::Application;
pub use change::{Change, DeviceChanges, State};
pub use credentials::{Certificate, Credentials, FederatedCredential, Issuer};
pub use faults::{Faults, Permanent};
pub use intune::{AppReports, Intune, License};
pub(crate) use principal::is_within;
pub use principal::{Assignment, Principal};

/// What a simulated cloud is made from. The same options give the same tenant, to the byte.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides everything that the other options leave open: names, ids, who is in which group.
    pub seed: u64,
    /// How many users the tenant has. Groups, devices and service principals follow from it:
    /// there is about one group for four users.
    pub users: u32,
    /// How many groups, if it is not about one for four users.
    pub groups: Option<u32>,
    /// How many members a group has beside those that it has otherwise.
    pub more_members: u32,
    /// How many subscriptions there are. The third is empty, and from four on the last is disabled.
    pub subscriptions: u32,
    /// About how many resources a subscription has, spread unevenly over the resource types. The
    /// first subscription has about this number, the others from a third to twice of it.
    pub resources: u32,
    /// About how many types of resource each subscription has any of, of those that lie in
    /// resource groups; nothing for all. Those that code makes are always among them.
    pub types: Option<u32>,
    /// How long the server waits before each answer.
    pub latency: Duration,
    /// The most items that any page holds, whatever the client asks for. For tests of paging.
    pub page_size: Option<u32>,
    /// Whether requests beyond the documented limits are refused with 429.
    pub throttling: bool,
    /// Application registrations beside the default one, which may read everything.
    pub principals: Vec<Principal>,
    /// What applications may sign in with beside their secrets.
    pub credentials: Credentials,
    /// Whether the tenant has Microsoft Entra ID P2. Without it there are no reports, no sign-in
    /// activity and no Privileged Identity Management.
    pub is_premium: bool,
    /// Whether clients are to speak HTTP/2, without TLS. The server understands it in any case.
    pub http2: bool,
    /// Answers that are wrong on purpose, if there are to be any.
    pub faults: Option<Faults>,
    /// Applications of other organisations, to which an administrator can consent.
    pub applications: Vec<Application>,
    /// What Microsoft Intune manages.
    pub intune: Intune,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            users: 200,
            groups: None,
            more_members: 0,
            subscriptions: 2,
            resources: 120,
            types: None,
            latency: Duration::ZERO,
            page_size: None,
            throttling: true,
            principals: Vec::new(),
            credentials: Credentials::default(),
            is_premium: true,
            http2: false,
            faults: None,
            applications: Vec::new(),
            intune: Intune::default(),
        }
    }
}

/// A subscription of the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// The subscription's id, without a path.
    pub id: String,
    /// The name that people see.
    pub name: String,
    /// What can be done with it.
    pub state: State,
}
