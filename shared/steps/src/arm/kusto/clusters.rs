//! Clusters of Azure Data Explorer.

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::virtual_networks::SUBNET;
use crate::host::host;
use crate::prelude::*;

pub(crate) static CLUSTER: EntityType = EntityType {
    kind: "azure_kusto_cluster",
    class: &["Cluster", "Database", "DataStore"],
    doc: "A cluster that keeps data and answers queries in Kusto.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts what it keeps."),
        list("allowedFqdns", "/properties/allowedFqdnList", "What it may reach, by name."),
        list("allowedIpRanges", "/properties/allowedIpRangeList", "The addresses that reach it."),
        text("dataIngestionUri", "/properties/", "The address that takes data."),
        flag("enableAutoStop", "/properties/", "Whether it stops when nobody uses it."),
        flag("enableDiskEncryption", "/properties/", "Whether its virtual disks are encrypted."),
        flag("enableDoubleEncryption", "/properties/", "Whether its storage is encrypted twice."),
        flag("enablePurge", "/properties/", "Whether data can be removed for good."),
        text("keyName", "/properties/keyVaultProperties/", "The customer's key that encrypts it."),
        text("keyVaultUri", KEY_VAULT, "The address of the vault that has the key."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("restrictOutboundNetworkAccess", "/properties/", "`Enabled` if calls are limited."),
        text("sku", "/sku/name", "Such as `Standard_E8ads_v5`."),
        text("state", "/properties/", "Such as `Running` or `Stopped`."),
        each("trustedTenants", TENANTS, "The tenants whose users may get in; `*` for all."),
        text("uri", "/properties/", "The address that answers queries."),
        list("zones", "/", "The zones that it is in."),
    ],
    ..EntityType::resource("Microsoft.Kusto/clusters", "2025-02-14")
};

const KEY_VAULT: &str = "/properties/keyVaultProperties/keyVaultUri";
const TENANTS: &str = "/properties/trustedExternalTenants/*/value";

pub(crate) static STEP: Step = Step {
    id: "rm-kusto-clusters",
    name: "Data Explorer Clusters",
    ..Step::of(&CLUSTER, "data-explorer").links(&[
        Link::of(&[&SUBNET], "/properties/virtualNetworkConfiguration/subnetId"),
        Link::uses(&[&VAULT], KEY_VAULT).by(host),
    ])
};
