//! The types of resource that code makes, because what they say depends on what others say: a
//! machine and its disk name each other. All others are nothing but their files.

use serde::Deserialize;

/// A type that code makes. Its file names it with `"code": "virtualMachine"`, and says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Coded {
    /// Whatever lies in resource groups, in one list.
    AnyResource,
    DefaultSecurityRule,
    DiagnosticSetting,
    Disk,
    InstanceView,
    Key,
    Location,
    ManagementGroup,
    ManagementGroupSubscription,
    NetworkInterface,
    NetworkSecurityGroup,
    Provider,
    PublicIpAddress,
    ResourceGroup,
    RoleAssignment,
    RoleDefinition,
    Secret,
    SecurityRule,
    StorageAccount,
    Subnet,
    Subscription,
    UsageDetail,
    Vault,
    VirtualMachine,
    VirtualNetwork,
    VirtualNetworkPeering,
}

impl Coded {
    /// Whether its items are resources that others can lie below, rather than items of a list only.
    pub(crate) const fn is_resource(self) -> bool {
        matches!(
            self,
            Self::Disk
                | Self::Key
                | Self::NetworkInterface
                | Self::NetworkSecurityGroup
                | Self::PublicIpAddress
                | Self::Secret
                | Self::StorageAccount
                | Self::Subnet
                | Self::Vault
                | Self::VirtualMachine
                | Self::VirtualNetwork
        )
    }
}
