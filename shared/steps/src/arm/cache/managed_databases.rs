//! Databases of Azure Managed Redis.

use crate::arm::cache::managed::CLUSTER;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_redis_enterprise_database",
    class: &["Database", "DataStore"],
    doc: "Data that a cluster keeps in memory, in Redis.",
    properties: &[
        CLASSIFICATION.or_null(),
        always_flag("encrypted", true, "Azure encrypts its disks."),
        text(
            "accessKeysAuthentication",
            "/properties/accessKeysAuthentication",
            "`Disabled` if only identities of the directory are let in, and no keys.",
        ),
        flag(
            "aofEnabled",
            "/properties/persistence/aofEnabled",
            "Whether every change is written to a disk.",
        ),
        text(
            "clientProtocol",
            "/properties/clientProtocol",
            "`Plaintext` if it speaks without encryption.",
        ),
        text(
            "clusteringPolicy",
            "/properties/clusteringPolicy",
            "How data is spread over the machines of the cluster.",
        ),
        text("evictionPolicy", "/properties/evictionPolicy", "What goes when the memory is full."),
        each("modules", "/properties/modules/*/name", "What Redis can do besides."),
        number("port", "/properties/port", "The port that it is reached at."),
        text("provisioningState", "/properties/provisioningState", "How its last change ended."),
        flag(
            "rdbEnabled",
            "/properties/persistence/rdbEnabled",
            "Whether it is copied to a disk from time to time.",
        ),
        text("redisVersion", "/properties/redisVersion", "The version of Redis."),
        text("resourceState", "/properties/resourceState", "Such as `Running`."),
        is(
            "secureTransport",
            "/properties/clientProtocol",
            "Encrypted",
            "Whether it refuses connections that are not encrypted.",
        ),
    ],
    ..EntityType::child("Microsoft.Cache/redisEnterprise/databases", "2025-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-redis-enterprise-databases",
    name: "Managed Redis Databases",
    list: List::of(&DATABASE).of_each(&[&CLUSTER]),
    becomes: Becomes::one(&DATABASE)
        .conceals(&["/properties/accessKeys"])
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    needs: Needs::subscription("redis_cache"),
    ..Step::AZURE
};
