//! Azure Cache for Redis.

use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

pub(crate) static CACHE: EntityType = EntityType {
    kind: "azure_redis_cache",
    class: &["Database", "DataStore", "Cluster"],
    doc: "Data that is kept in memory, in Redis.",
    properties: &[
        CLASSIFICATION.or_null(),
        flag("encrypted", COMPUTED, "Azure does not say.").or_null(),
        flag("disableAccessKeyAuthentication", "/properties/", "Whether keys let nobody in."),
        flag("enableNonSslPort", "/properties/", "Whether it also speaks without encryption."),
        text("hostName", "/properties/", "The name at which it is reached."),
        text("minimumTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        number("port", "/properties/", "The port without encryption."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("redisVersion", "/properties/", "The version of Redis."),
        number("shardCount", "/properties/", "Over how many shards data is spread."),
        number("sku.capacity", "/properties/sku/capacity", "How large it is."),
        text("sku.family", "/properties/sku/family", "`P` if it is `Premium`, or `C`."),
        text("sku.name", "/properties/sku/name", "`Basic`, `Standard` or `Premium`."),
        number("sslPort", "/properties/", "The port with encryption."),
        flag("aadEnabled", "/properties/redisConfiguration/aad-enabled", "Whether Entra is used."),
        flag(
            "aofBackupEnabled",
            "/properties/redisConfiguration/aof-backup-enabled",
            "Whether every change is written to a storage account.",
        ),
        text(
            "authNotRequired",
            "/properties/redisConfiguration/authnotrequired",
            "`true` if whoever reaches it is let in.",
        ),
        flag(
            "rdbBackupEnabled",
            "/properties/redisConfiguration/rdb-backup-enabled",
            "Whether it is copied to a storage account from time to time.",
        ),
        list("zones", "/", "The zones that it is in."),
    ],
    ..EntityType::resource("Microsoft.Cache/redis", "2024-11-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-redis-caches",
    name: "Redis Caches",
    becomes: Becomes::one(&CACHE)
        .conceals(&[
            "/properties/accessKeys",
            "/properties/redisConfiguration/aof-storage-connection-string-0",
            "/properties/redisConfiguration/aof-storage-connection-string-1",
            "/properties/redisConfiguration/rdb-storage-connection-string",
        ])
        .links(&[Link::of(&[&SUBNET], "/properties/subnetId")]),
    ..Step::of(&CACHE, "redis_cache")
};
