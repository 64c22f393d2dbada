//! The tenant: how much of everything there is, and the names and ids that everything else uses.

mod consents;

use std::collections::BTreeMap;
use std::iter::successors;
use std::sync::{OnceLock, PoisonError, RwLock};

use consents::Consents;
use serde_json::Value;

use crate::options::{Application, Assignment, Change, Options, Principal, State, Subscription};
use crate::world::directory::first_party::FIRST_PARTY;
use crate::world::directory::history::{History, What};
use crate::world::directory::memberships::Memberships;
use crate::world::directory::reference::Reference;
use crate::world::guid::{Guids, Kind};
use crate::world::intune::fleet::Fleet;
use crate::world::life::Life;
use crate::world::management_group::ManagementGroups;
use crate::world::names;
use crate::world::random::{Draw, hash, nth};
use crate::world::resources::catalog;
use crate::world::resources::inventory::Inventory;
use crate::world::resources::tags::tags;

/// The tenant. It holds counts; what is counted is made when it is asked for.
#[derive(Debug)]
pub(crate) struct Tenant {
    pub(crate) seed: u64,
    pub(crate) guids: Guids,
    pub(crate) users: u64,
    pub(crate) groups: u64,
    pub(crate) more_members: u64,
    pub(crate) devices: u64,
    pub(crate) contacts: u64,
    /// Application registrations that are neither Microsoft's nor of [`Options`].
    pub(crate) applications: u64,
    /// Whether it has Microsoft Entra ID P2.
    pub(crate) is_premium: bool,
    pub(crate) management_groups: ManagementGroups,
    /// What Intune manages.
    pub(crate) fleet: Fleet,
    resources: u32,
    /// Of how many types that no code makes each subscription has any, and how many there are;
    /// nothing if it has all.
    pub(crate) held_types: Option<(u64, u64)>,
    inventories: Vec<Inventory>,
    later: Later,
    /// What service principals are in.
    pub(crate) memberships: Memberships,
    /// What has changed in the directory.
    pub(crate) history: History,
    /// What has changed of subscriptions, by their index.
    lives: RwLock<BTreeMap<u64, Life>>,
    principals: Vec<Principal>,
    consents: Consents,
}

/// The inventories of subscriptions that appear one by one. None ever moves or goes, so that an
/// answer may refer to one whatever happens meanwhile.
#[derive(Debug, Default)]
struct Later(OnceLock<Box<(Inventory, Later)>>);

impl Later {
    fn iter(&self) -> impl Iterator<Item = &Inventory> {
        successors(self.0.get(), |node| node.1.0.get()).map(|node| &node.0)
    }

    fn push(&self, inventory: Inventory) {
        let mut end = self;
        while let Some(node) = end.0.get() {
            end = &node.1;
        }
        end.0.get_or_init(|| Box::new((inventory, Self::default())));
    }
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
            groups: options.groups.map_or(users.div_ceil(4) + 8, |it| u64::from(it).max(9)),
            more_members: u64::from(options.more_members),
            devices: users * 3 / 4 + 5,
            contacts: users / 40 + 3,
            applications: users / 50 + 12,
            is_premium: options.is_premium,
            management_groups: ManagementGroups::new(options.seed, guids),
            fleet: Fleet::new(&options.intune, users),
            resources: options.resources,
            held_types: options.types.map(|types| {
                let (coded, others) = catalog::types_of_groups();
                (u64::from(types).saturating_sub(coded), others)
            }),
            inventories: Inventory::all(options),
            later: Later::default(),
            memberships: Memberships::default(),
            history: History::default(),
            lives: RwLock::default(),
            consents: Consents::new(&options.applications),
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

    /// The id of the account that the tenant has with Intune.
    pub(crate) fn intune_account(&self) -> String {
        self.guids.guid(Kind::Intune, 0)
    }

    pub(crate) fn default_principal(&self) -> &Principal {
        &self.principals[0]
    }

    /// Whether an id names a principal, as none names the default one.
    pub(crate) fn is_of(&self, client_id: Option<&str>, principal: &Principal) -> bool {
        let client_id = client_id.unwrap_or(&self.principals[0].client_id);
        client_id.eq_ignore_ascii_case(&principal.client_id)
    }

    /// A principal by its client id, and its place among the service principals.
    pub(crate) fn principal(&self, client_id: &str) -> Option<(u64, &Principal)> {
        let mut principals = (0..).zip(&self.principals);
        let found = principals.find(|(_, it)| it.client_id.eq_ignore_ascii_case(client_id));
        found.or_else(|| {
            let (place, principal, _) = self.consents.principal(client_id)?;
            // Counted from the other end, so that what follows from places stays as it is.
            Some((u64::from(u32::MAX) - place, principal))
        })
    }

    /// Whether a principal has the permissions of Microsoft Graph that it asks for.
    pub(crate) fn has_roles(&self, client_id: &str) -> bool {
        self.consents.principal(client_id).is_none_or(|(_, _, has_roles)| has_roles)
    }

    /// An application of another organisation, by its client id.
    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.consents.application(client_id)
    }

    /// Lets an application of another organisation in, with or without the permissions that it asks
    /// for.
    pub(crate) fn consent(&self, client_id: &str, with_roles: bool) {
        self.consents.grant(client_id, with_roles);
    }

    pub(crate) fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// The inventories of the subscriptions that there were from the beginning. What is drawn for
    /// one thing may depend on these only: it must not change when another appears.
    pub(crate) fn inventories(&self) -> &[Inventory] {
        &self.inventories
    }

    /// The place of the first managed identity among the service principals.
    pub(crate) fn first_identity(&self) -> u64 {
        (self.principals.len() + FIRST_PARTY.len()) as u64 + self.applications
    }

    /// The place of a managed identity that is a resource of its own, by its number in a
    /// subscription.
    pub(crate) fn user_identity(&self, inventory: &Inventory, number: u64) -> u64 {
        self.first_identity() + inventory.first_identity + inventory.system_identities() + number
    }

    /// How many service principals there were at first, which is what others may depend on.
    pub(crate) fn service_principals_at_first(&self) -> u64 {
        self.first_identity() + self.inventories.last().map_or(0, Inventory::identities_up_to)
    }

    /// The inventories of all subscriptions that there ever were, by index.
    pub(crate) fn all_inventories(&self) -> impl Iterator<Item = &Inventory> {
        self.inventories.iter().chain(self.later.iter())
    }

    /// How many subscriptions there ever were.
    pub(crate) fn subscriptions_ever(&self) -> u64 {
        (self.inventories.len() + self.later.iter().count()) as u64
    }

    /// The inventory of a subscription that there ever was.
    pub(crate) fn inventory_at(&self, index: u64) -> Option<&Inventory> {
        let index = usize::try_from(index).ok()?;
        let later = || self.later.iter().nth(index - self.inventories.len());
        self.inventories.get(index).or_else(later)
    }

    /// What has become of a subscription.
    pub(crate) fn life(&self, inventory: &Inventory) -> Life {
        let lives = self.lives.read().unwrap_or_else(PoisonError::into_inner);
        lives.get(&inventory.subscription).cloned().unwrap_or_else(|| self.first_life(inventory))
    }

    /// A subscription of which nothing has changed yet.
    fn first_life(&self, inventory: &Inventory) -> Life {
        let mut draw = self.draw("subscription tags", inventory.subscription);
        let tags = match tags(&mut draw, "prod") {
            Some(Value::Object(tags)) => Some(tags),
            _ => None,
        };
        Life {
            name: self.subscription_name(inventory.subscription),
            state: if inventory.is_disabled { State::Disabled } else { State::Enabled },
            tags,
            is_legacy: false,
            has_vanished: false,
        }
    }

    /// The place of the management group that a subscription is in.
    pub(crate) fn management_group_of(&self, inventory: &Inventory) -> usize {
        let is_new = inventory.subscription >= self.inventories.len() as u64;
        self.management_groups.of_subscription(self.seed, inventory.subscription, is_new)
    }

    /// Lets something happen. Returns the subscription that it happened to, or nothing if there is
    /// none or no room for another.
    pub(crate) fn change(&self, change: Change) -> Option<Subscription> {
        // Held all the while, so that changes come one after the other.
        let mut lives = self.lives.write().unwrap_or_else(PoisonError::into_inner);
        let id = match &change {
            Change::Appear | Change::AppearLegacy => None,
            Change::Tag { id, .. }
            | Change::Untag { id, .. }
            | Change::SetState { id, .. }
            | Change::Rename { id, .. }
            | Change::Vanish { id } => Some(id.as_str()),
        };
        let inventory = match id {
            Some(id) => self.inventory_of(id)?,
            None => self.appear(change == Change::AppearLegacy)?,
        };
        let life =
            lives.entry(inventory.subscription).or_insert_with(|| self.first_life(inventory));
        if life.has_vanished {
            return None;
        }
        match change {
            Change::Appear => (),
            Change::AppearLegacy => *life = life.clone().legacy(),
            Change::Tag { name, value, .. } => {
                // Names of tags are compared without case.
                let tags = life.tags.get_or_insert_default();
                let known = tags.keys().find(|it| it.eq_ignore_ascii_case(&name)).cloned();
                tags.insert(known.unwrap_or(name), Value::from(value));
            }
            Change::Untag { name, .. } => {
                let mut tags = life.tags.take().unwrap_or_default();
                tags.retain(|it, _| !it.eq_ignore_ascii_case(&name));
                life.tags = Some(tags).filter(|tags| !tags.is_empty());
            }
            Change::SetState { state, .. } => life.state = state,
            Change::Rename { name, .. } => life.name = name,
            Change::Vanish { .. } => life.has_vanished = true,
        }
        Some(self.subscription(inventory, life))
    }

    fn appear(&self, is_empty: bool) -> Option<&Inventory> {
        let inventory = Inventory::after(self.all_inventories().last(), self.seed, self.resources)?;
        let index = inventory.subscription;
        self.later.push(if is_empty { inventory.emptied() } else { inventory });
        let inventory = self.inventory_at(index)?;
        let first = self.first_identity();
        for identity in first + inventory.first_identity..first + inventory.identities_up_to() {
            self.history.record(Reference::ServicePrincipal(identity), What::Created);
        }
        Some(inventory)
    }

    pub(crate) fn subscription_id(&self, index: u64) -> String {
        self.guids.guid(Kind::Subscription, index)
    }

    /// The inventory of a subscription that there ever was, by its id.
    pub(crate) fn inventory_of(&self, id: &str) -> Option<&Inventory> {
        self.inventory_at(self.guids.index(Kind::Subscription, id)?)
    }

    /// The inventory of a subscription that can be read, by its id.
    pub(crate) fn inventory(&self, id: &str) -> Option<&Inventory> {
        self.inventory_of(id).filter(|inventory| self.life(inventory).can_be_read())
    }

    /// The name that a subscription has at first.
    pub(crate) fn subscription_name(&self, index: u64) -> String {
        let (name, label) = self.company();
        match index {
            0 => format!("{name} Production"),
            1 => format!("{name} Development"),
            _ => format!("{label}-{}-{index:02}", nth(&names::WORKLOADS, index)),
        }
    }

    /// The subscriptions that there are now.
    pub(crate) fn subscriptions(&self) -> Vec<Subscription> {
        let lives = self.all_inventories().map(|inventory| (inventory, self.life(inventory)));
        let there = lives.filter(|(_, life)| !life.has_vanished);
        there.map(|(inventory, life)| self.subscription(inventory, &life)).collect()
    }

    fn subscription(&self, inventory: &Inventory, life: &Life) -> Subscription {
        let id = self.subscription_id(inventory.subscription);
        Subscription { id, name: life.name.clone(), state: life.state }
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
        "AdministrativeUnit.Read.All",
        "Application.Read.All",
        "AuditLog.Read.All",
        "DelegatedPermissionGrant.Read.All",
        "Device.Read.All",
        "DeviceManagementApps.Read.All",
        "DeviceManagementConfiguration.Read.All",
        "DeviceManagementManagedDevices.Read.All",
        "DeviceManagementServiceConfig.Read.All",
        "Directory.Read.All",
        "Domain.Read.All",
        "EntitlementManagement.Read.All",
        "Group.Read.All",
        "GroupMember.Read.All",
        "Organization.Read.All",
        "Policy.Read.All",
        "Policy.Read.ConditionalAccess",
        "PrivilegedAssignmentSchedule.Read.AzureADGroup",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "RoleAssignmentSchedule.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
        "RoleManagement.Read.Directory",
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
