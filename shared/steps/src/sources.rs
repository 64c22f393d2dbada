//! The ingestion sources that an instance can switch.

/// The ingestion sources of Azure. Of those of Entra ID, the reference has only `ad-devices`,
/// `ad-domain`, `ad-generals` and `ad-groups`.
pub(crate) const AZURE: &[&str] = &[
    "ad-administrative-units",
    "ad-cross-tenant-access",
    "ad-devices",
    "ad-domain",
    "ad-federated-credentials",
    "ad-generals",
    "ad-groups",
    "ad-managers",
    "ad-owners",
    "ad-permission-grants",
    "ad-privileged-identity",
    "ad-sign-in-activity",
    "ad-transitive-membership",
    "ad-user-registration-details",
    "advisor-recommendations",
    "api-management",
    "app-configuration",
    "app-service",
    "application-security-group",
    "authorization",
    "batch",
    "cdn",
    "cognitive-services",
    "compute",
    "conditional-access-policy",
    "conditional-access-policy-user-relationship",
    "container-apps",
    "container-instance",
    "container-registry",
    "container-services",
    "container-services-extras",
    "cosmosdb",
    "data-factory",
    "databases",
    "databricks",
    "ddos",
    "defender_alerts",
    "dns",
    "event-grid",
    "event-hub",
    "express-route",
    "frontdoor",
    "identity-governance-access-packages",
    "key-vault",
    "key-vault-certificates",
    "log-analytics",
    "logic-apps",
    "machine-learning",
    "managed-identity",
    "management-groups",
    "monitor",
    "network",
    "policy",
    "policy-insights",
    "private-dns",
    "privileged-identity",
    "recovery-services",
    "redis_cache",
    "resources",
    "security",
    "service-bus",
    "storage",
    "subscriptions",
    "subscriptions_usage",
    "synapse",
];

/// The ingestion sources of Microsoft 365.
pub(crate) const MICROSOFT365: &[&str] = &[
    "applications",
    "compliance_policies",
    "device_configurations",
    "devices",
    "groups",
    "sign_in_activity",
];

/// The ingestion sources that are collected only by an instance that names them. `*` does not
/// count: they cost more than they tell most people, or need what few vaults allow. When users
/// signed in last takes a minute for 5,000 users.
pub const OFF_BY_DEFAULT: &[&str] =
    &["ad-sign-in-activity", "key-vault-certificates", "subscriptions_usage"];

/// The ingestion sources that cannot be switched off.
pub const ALWAYS_COLLECTED: &[&str] = &["ad-generals", "subscriptions"];
