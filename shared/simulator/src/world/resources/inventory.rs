//! How much of everything a subscription has.

use super::coded::Coded;
use crate::options::Options;
use crate::world::random::Draw;

/// How much of everything a subscription has. This is all that is kept of a subscription.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inventory {
    /// The subscription's index.
    pub(crate) subscription: u64,
    /// How many managed identities the subscriptions before this one have.
    pub(crate) first_identity: u64,
    pub(crate) is_disabled: bool,
    /// About how many resources it has, of all types together.
    pub(crate) resources: u64,
    pub(crate) resource_groups: u64,
    pub(crate) virtual_machines: u64,
    pub(crate) disks: u64,
    pub(crate) network_interfaces: u64,
    pub(crate) public_ips: u64,
    pub(crate) virtual_networks: u64,
    pub(crate) security_groups: u64,
    pub(crate) storage_accounts: u64,
    pub(crate) vaults: u64,
    pub(crate) role_assignments: u64,
}

/// Subscriptions that the names of storage accounts have room for.
const MOST_SUBSCRIPTIONS: u64 = 4096;

/// Resources of a type that the names of storage accounts have room for.
pub(crate) const MOST_RESOURCES: u64 = 65_536;

impl Inventory {
    /// The inventories of the subscriptions that there are from the beginning.
    pub(crate) fn all(options: &Options) -> Vec<Self> {
        let count = u64::from(options.subscriptions).min(MOST_SUBSCRIPTIONS);
        let mut inventories: Vec<Self> = Vec::new();
        for subscription in 0..count {
            let inventory = Self::after(inventories.last(), options.seed, options.resources);
            let is_disabled = count > 3 && subscription == count - 1;
            inventories.extend(inventory.map(|inventory| Self { is_disabled, ..inventory }));
        }
        inventories
    }

    /// The inventory of the subscription that comes after another, or of the first. Nothing if the
    /// names of storage accounts have no room for it.
    pub(crate) fn after(before: Option<&Self>, seed: u64, resources: u32) -> Option<Self> {
        let subscription = before.map_or(0, |before| before.subscription + 1);
        let mut draw = Draw::new(seed, "plan", subscription);
        // Subscriptions differ in size; the third has nothing in it.
        let percent = match subscription {
            0 => 100,
            2 => 0,
            _ => 30 + draw.below(170),
        };
        let resources = u64::from(resources) * percent / 100;
        let first_identity = before.map_or(0, Self::identities_up_to);
        let inventory = Self { subscription, first_identity, ..Self::of(resources, &mut draw) };
        (subscription < MOST_SUBSCRIPTIONS).then_some(inventory)
    }

    /// The inventory without anything in it.
    pub(crate) fn emptied(self) -> Self {
        let Self { subscription, first_identity, .. } = self;
        Self { subscription, first_identity, role_assignments: 3, ..Self::default() }
    }

    /// Spreads resources over the types. What belongs to a machine grows with the machines.
    fn of(resources: u64, draw: &mut Draw) -> Self {
        if resources == 0 {
            return Self { role_assignments: 3, ..Self::default() };
        }
        let mut share = |percent: u64| {
            let percent = percent * (80 + draw.below(41)) / 100;
            (resources * percent).div_ceil(100).min(MOST_RESOURCES)
        };
        let virtual_machines = share(15);
        // The second interfaces of some machines, and some that no machine uses.
        let network_interfaces =
            virtual_machines + (virtual_machines + 3) / 7 + virtual_machines.div_ceil(10);
        Self {
            resources,
            resource_groups: resources / 12 + 2,
            virtual_machines,
            // One system disk each, and a data disk for every third machine.
            disks: virtual_machines + virtual_machines.div_ceil(3),
            network_interfaces,
            // One for every fourth interface, and two that nothing uses.
            public_ips: (network_interfaces + 2) / 4 + 2,
            virtual_networks: share(3),
            security_groups: share(7),
            storage_accounts: share(7),
            vaults: share(7),
            role_assignments: share(12) + 8,
            ..Self::default()
        }
    }

    /// How many resources there are of a type that code makes, and that lies in no other.
    pub(crate) const fn count(&self, code: Coded) -> u64 {
        match code {
            Coded::VirtualMachine => self.virtual_machines,
            Coded::Disk => self.disks,
            Coded::NetworkInterface => self.network_interfaces,
            Coded::PublicIpAddress => self.public_ips,
            Coded::VirtualNetwork => self.virtual_networks,
            Coded::NetworkSecurityGroup => self.security_groups,
            Coded::StorageAccount => self.storage_accounts,
            Coded::Vault => self.vaults,
            _ => 0,
        }
    }

    /// Whether a disk is a system disk. These come first, by the index of their machine.
    pub(crate) const fn is_system_disk(&self, disk: u64) -> bool {
        disk < self.virtual_machines
    }

    /// The machine that a disk was made for.
    pub(crate) const fn machine_of_disk(&self, disk: u64) -> u64 {
        match disk.checked_sub(self.virtual_machines) {
            None => disk,
            Some(place) => place * 3,
        }
    }

    /// The disks that a machine can have: a system disk, and a data disk.
    pub(crate) const fn disks_of_machine(&self, machine: u64) -> [u64; 2] {
        [machine, self.virtual_machines + machine / 3]
    }

    /// The machine that a network interface belongs to: first comes one for each machine, then the
    /// second ones of some machines, then some that no machine uses.
    pub(crate) fn machine_of_interface(&self, interface: u64) -> Option<u64> {
        let machine = match interface.checked_sub(self.virtual_machines) {
            None => interface,
            Some(place) => place * 7 + 3,
        };
        (machine < self.virtual_machines).then_some(machine)
    }

    /// The interfaces of a machine: one, and a second one for every seventh machine.
    pub(crate) fn interfaces_of_machine(&self, machine: u64) -> impl Iterator<Item = u64> + use<> {
        let second = self.virtual_machines + machine / 7;
        [Some(machine), (machine % 7 == 3).then_some(second)].into_iter().flatten()
    }

    /// The interface that a public address belongs to: every fourth has one, and two belong to
    /// none.
    pub(crate) fn interface_of_address(&self, address: u64) -> Option<u64> {
        let interface = address * 4 + 1;
        (interface < self.network_interfaces).then_some(interface)
    }

    /// Machines with an identity of their own: every fifth.
    pub(crate) const fn system_identities(&self) -> u64 {
        (self.virtual_machines + 3) / 5
    }

    /// Identities that are resources of their own.
    pub(crate) const fn user_identities(&self) -> u64 {
        if self.virtual_machines > 0 { 2 } else { 0 }
    }

    pub(crate) const fn identities(&self) -> u64 {
        self.system_identities() + self.user_identities()
    }

    /// How many managed identities this subscription and those before it have.
    pub(crate) const fn identities_up_to(&self) -> u64 {
        self.first_identity + self.identities()
    }

    /// Subnets that interfaces can be in: three in each network.
    pub(crate) const fn subnets(&self) -> u64 {
        self.virtual_networks * 3
    }
}
