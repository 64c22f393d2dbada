//! Resource types.

use super::plan::Plan;

/// The resource types that a subscription has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResourceType {
    VirtualMachine,
    Disk,
    NetworkInterface,
    PublicIpAddress,
    VirtualNetwork,
    NetworkSecurityGroup,
    StorageAccount,
    Vault,
}

impl ResourceType {
    pub(crate) const ALL: [Self; 8] = [
        Self::VirtualMachine,
        Self::Disk,
        Self::NetworkInterface,
        Self::PublicIpAddress,
        Self::VirtualNetwork,
        Self::NetworkSecurityGroup,
        Self::StorageAccount,
        Self::Vault,
    ];

    /// The name of the type, with its namespace.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::VirtualMachine => "Microsoft.Compute/virtualMachines",
            Self::Disk => "Microsoft.Compute/disks",
            Self::NetworkInterface => "Microsoft.Network/networkInterfaces",
            Self::PublicIpAddress => "Microsoft.Network/publicIPAddresses",
            Self::VirtualNetwork => "Microsoft.Network/virtualNetworks",
            Self::NetworkSecurityGroup => "Microsoft.Network/networkSecurityGroups",
            Self::StorageAccount => "Microsoft.Storage/storageAccounts",
            Self::Vault => "Microsoft.KeyVault/vaults",
        }
    }

    /// The type with a name, which is compared without case.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    pub(crate) const fn count(self, plan: &Plan) -> u64 {
        match self {
            Self::VirtualMachine => plan.virtual_machines,
            Self::Disk => plan.disks,
            Self::NetworkInterface => plan.network_interfaces,
            Self::PublicIpAddress => plan.public_ips,
            Self::VirtualNetwork => plan.virtual_networks,
            Self::NetworkSecurityGroup => plan.security_groups,
            Self::StorageAccount => plan.storage_accounts,
            Self::Vault => plan.vaults,
        }
    }

    /// The abbreviation that names of resources begin with.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::VirtualMachine | Self::Disk => "vm",
            Self::NetworkInterface => "nic",
            Self::PublicIpAddress => "pip",
            Self::VirtualNetwork => "vnet",
            Self::NetworkSecurityGroup => "nsg",
            Self::StorageAccount => "st",
            Self::Vault => "kv",
        }
    }

    /// Whether a name must not occur twice in the whole cloud.
    pub(super) const fn has_unique_name(self) -> bool {
        matches!(self, Self::StorageAccount | Self::Vault)
    }
}
