//! Microsoft's services, and what shares one budget of requests.

/// A service of Microsoft's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// The data plane of key vaults, on a host for each vault.
    KeyVault,
}

/// What shares one budget of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Microsoft Graph's directory, by tenant.
    Graph,
    /// Microsoft Graph's policies, by tenant: one request a second.
    GraphPolicies,
    /// Microsoft Graph's reports and audit logs, by tenant: 5 requests in 10 seconds.
    GraphReports,
    /// When users signed in last, by tenant: 10 requests in a minute.
    SignInActivity,
    /// Microsoft Intune, by tenant: 1,000 requests in 20 seconds.
    Intune,
    /// The jobs by which Microsoft Intune prepares reports, by tenant: 48 requests in a minute.
    IntuneReports,
    /// Azure Resource Manager, by subscription; by tenant for what belongs to no subscription.
    ResourceManager,
    /// Azure Resource Graph, by tenant: 15 queries in 5 seconds.
    ResourceGraph,
    /// The storage provider of Azure Resource Manager, by subscription: 100 lists in 5 minutes.
    Storage,
    /// The data plane of key vaults, by subscription.
    KeyVault,
}

impl Domain {
    /// The domain's part of a message group, such as `graph`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::GraphPolicies => "graph-policies",
            Self::GraphReports => "graph-reports",
            Self::SignInActivity => "graph-sign-in-activity",
            Self::Intune => "intune",
            Self::IntuneReports => "intune-reports",
            Self::ResourceManager => "arm",
            Self::ResourceGraph => "resource-graph",
            Self::Storage => "arm-storage",
            Self::KeyVault => "keyvault",
        }
    }

    /// Whether the budget is so small that what draws on it takes hours of a large tenant, while
    /// the rest takes minutes.
    #[must_use]
    pub const fn is_slow(self) -> bool {
        matches!(self, Self::GraphReports | Self::SignInActivity | Self::IntuneReports)
    }

    /// Whether the budget is so small that a list for each of many resources takes longer than all
    /// the rest of a subscription.
    #[must_use]
    pub const fn limits_lists(self) -> bool {
        matches!(self, Self::Storage)
    }

    /// Whether the budget is that of the tenant, rather than that of the subscription.
    #[must_use]
    pub const fn is_of_tenant(self) -> bool {
        !matches!(self, Self::ResourceManager | Self::Storage | Self::KeyVault)
    }
}
