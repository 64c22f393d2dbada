//! The tenant: how much of everything there is, and the names and ids that everything else uses.

use crate::guid::{Guids, Kind};
use crate::names;
use crate::options::{Assignment, Options, Principal, Subscription};
use crate::random::{Draw, hash, nth};
use crate::resources::plan::Plan;

/// The tenant. It holds counts; what is counted is made when it is asked for.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) seed: u64,
    pub(crate) guids: Guids,
    pub(crate) users: u64,
    pub(crate) groups: u64,
    pub(crate) devices: u64,
    pub(crate) contacts: u64,
    /// Application registrations that are neither Microsoft's nor of [`Options`].
    pub(crate) applications: u64,
    plans: Vec<Plan>,
    principals: Vec<Principal>,
}

impl Tenant {
    pub(crate) fn new(options: &Options) -> Self {
        let guids = Guids::new(options.seed);
        let users = u64::from(options.users);
        let default = default_principal(options.seed, guids);
        Self {
            seed: options.seed,
            guids,
            users,
            groups: users.div_ceil(4) + 8,
            devices: users * 3 / 4 + 5,
            contacts: users / 40 + 3,
            applications: users / 50 + 12,
            plans: Plan::all(options),
            principals: [default].into_iter().chain(options.principals.iter().cloned()).collect(),
        }
    }

    /// A stream of numbers that belongs to one thing.
    pub(crate) fn draw(&self, label: &str, index: u64) -> Draw {
        Draw::new(self.seed, label, index)
    }

    pub(crate) fn id(&self) -> String {
        self.guids.guid(Kind::Tenant, 0)
    }

    /// The company's name, and the first label of its domains.
    pub(crate) fn company(&self) -> (&'static str, &'static str) {
        nth(&names::COMPANIES, hash(self.seed, "company"))
    }

    /// The domain that the tenant was created with.
    pub(crate) fn initial_domain(&self) -> String {
        format!("{}.onmicrosoft.com", self.company().1)
    }

    pub(crate) fn default_domain(&self) -> String {
        format!("{}.example", self.company().1)
    }

    /// Everything that may stand for the tenant in an address.
    pub(crate) fn names(&self) -> [String; 3] {
        [self.id(), self.initial_domain(), self.default_domain()]
    }

    pub(crate) fn default_principal(&self) -> &Principal {
        &self.principals[0]
    }

    /// A principal by its client id, and its place among the service principals.
    pub(crate) fn principal(&self, client_id: &str) -> Option<(u64, &Principal)> {
        let mut principals = (0..).zip(&self.principals);
        principals.find(|(_, principal)| principal.client_id.eq_ignore_ascii_case(client_id))
    }

    pub(crate) fn principals(&self) -> &[Principal] {
        &self.principals
    }

    pub(crate) fn plans(&self) -> &[Plan] {
        &self.plans
    }

    pub(crate) fn subscription_id(&self, index: u64) -> String {
        self.guids.guid(Kind::Subscription, index)
    }

    /// The plan of a subscription, by its id.
    pub(crate) fn plan(&self, id: &str) -> Option<&Plan> {
        let index = self.guids.index(Kind::Subscription, id)?;
        self.plans.get(usize::try_from(index).ok()?)
    }

    pub(crate) fn subscription_name(&self, index: u64) -> String {
        let (name, label) = self.company();
        match index {
            0 => format!("{name} Production"),
            1 => format!("{name} Development"),
            _ => format!("{label}-{}-{index:02}", nth(&names::WORKLOADS, index)),
        }
    }

    pub(crate) fn subscriptions(&self) -> Vec<Subscription> {
        let subscription = |plan: &Plan| Subscription {
            id: self.subscription_id(plan.subscription),
            name: self.subscription_name(plan.subscription),
        };
        self.plans.iter().map(subscription).collect()
    }

    pub(crate) fn user_id(&self, index: u64) -> String {
        self.guids.guid(Kind::User, index)
    }

    pub(crate) fn group_id(&self, index: u64) -> String {
        self.guids.guid(Kind::Group, index)
    }

    pub(crate) fn service_principal_id(&self, index: u64) -> String {
        self.guids.guid(Kind::ServicePrincipal, index)
    }
}

/// The registration that may read everything. Its secret looks like one of Entra ID's.
fn default_principal(seed: u64, guids: Guids) -> Principal {
    let mut draw = Draw::new(seed, "secret", 0);
    let roles = [
        "Application.Read.All",
        "AuditLog.Read.All",
        "Device.Read.All",
        "Directory.Read.All",
        "Group.Read.All",
        "GroupMember.Read.All",
        "Organization.Read.All",
        "Policy.Read.All",
        "User.Read.All",
    ];
    Principal {
        client_id: guids.guid(Kind::Application, 0),
        client_secret: format!("{}8Q~{}{}", draw.hex(3), draw.hex(16), draw.hex(16)),
        graph_roles: roles.map(str::to_owned).to_vec(),
        assignments: vec![Assignment { scope: "/".into(), actions: vec!["*/read".into()] }],
        vaults: true,
    }
}
