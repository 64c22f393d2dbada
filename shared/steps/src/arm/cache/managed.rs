//! Azure Managed Redis, which takes the place of Azure Cache for Redis.

use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::host::host;
use crate::prelude::*;

pub(crate) static CLUSTER: EntityType = EntityType {
    kind: "azure_redis_enterprise",
    class: &["Database", "DataStore", "Cluster"],
    doc: "Machines that keep data in memory, in Redis.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts its disks."),
        text("encryption.keyUrl", KEY_URL, "The key of the customer that encrypts its disks."),
        text("highAvailability", "/properties/", "`Disabled` if there is no copy."),
        text("hostName", "/properties/", "The name at which it is reached."),
        text("kind", "/", "`v2` if it is Azure Managed Redis, or `v1`."),
        text("minimumTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("redisVersion", "/properties/", "The version of Redis."),
        text("resourceState", "/properties/", "Such as `Running`."),
        number("sku.capacity", "/sku/capacity", "How large it is."),
        text("sku.name", "/sku/name", "Such as `Balanced_B5`."),
        list("zones", "/", "The zones that it is in."),
    ],
    ..EntityType::resource("Microsoft.Cache/redisEnterprise", "2025-07-01")
};

const KEY_URL: &str = "/properties/encryption/customerManagedKeyEncryption/keyEncryptionKeyUrl";

pub(crate) static STEP: Step = Step {
    id: "rm-redis-enterprise-clusters",
    name: "Managed Redis Clusters",
    ..Step::of(&CLUSTER, "redis_cache")
        .links(&[Link::uses(&[&KEY], KEY_URL).by(key_at), Link::uses(&[&VAULT], KEY_URL).by(host)])
};
