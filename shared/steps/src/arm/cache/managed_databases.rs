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
        text("accessKeysAuthentication", "/properties/", "`Disabled` if keys let nobody in."),
        flag("aofEnabled", "/properties/persistence/", "Whether each change is written to a disk."),
        text("clientProtocol", "/properties/", "`Plaintext` if it speaks without encryption."),
        text("clusteringPolicy", "/properties/", "How data is spread over the cluster."),
        text("evictionPolicy", "/properties/", "What goes when the memory is full."),
        each("modules", "/properties/modules/*/name", "What Redis can do besides."),
        number("port", "/properties/", "The port that it is reached at."),
        flag("rdbEnabled", "/properties/persistence/", "Whether it is regularly copied to a disk."),
        text("redisVersion", "/properties/", "The version of Redis."),
        text("resourceState", "/properties/", "Such as `Running`."),
        is("secureTransport", "/properties/clientProtocol", "Encrypted", "Whether TLS is needed."),
    ],
    ..EntityType::child("Microsoft.Cache/redisEnterprise/databases", "2025-07-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-redis-enterprise-databases",
    name: "Managed Redis Databases",
    becomes: Becomes::one(&DATABASE)
        .conceals(&["/properties/accessKeys"])
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&DATABASE, "redis_cache").of_each(&[&CLUSTER])
};
