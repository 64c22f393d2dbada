//! Dedicated pools of Synapse.

use graph::Name;

use super::{by_id, key, place_within, service};
use crate::arm::synapse::workspaces::{SERVICE, WORKSPACE};
use crate::prelude::*;

pub(crate) static SQL_POOL: EntityType = EntityType {
    kind: "azure_synapse_sql_pool",
    class: &["Configuration"],
    doc: "A database of a workspace, with machines of its own.",
    properties: &[
        is("active", "/properties/status", "Online", "Whether it answers."),
        text("collation", "/properties/", "How it compares text."),
        date("createdOn", "/properties/creationDate", "When it was created."),
        number("maxSizebytes", "/properties/maxSizeBytes", "How large it may become."),
        text("sku", "/sku/name", "Such as `DW200c`."),
        text("status", "/properties/", "Such as `Online` or `Paused`."),
        text("storageAccountType", "/properties/", "Where its backups are copied, such as `GRS`."),
        text("workspaceUID", COMPUTED, "The id of the workspace that it belongs to."),
    ],
    ..EntityType::child_resource("Microsoft.Synapse/workspaces/sqlPools", "2021-06-01")
};

pub(crate) static STEP: Step = Step {
    id: "fetch-synapse-sql-pools",
    name: "Synapse SQL Pools",
    covers: &[
        "build-synapse-service-sql-pool-relationship",
        "build-workspace-sql-pool-relationship",
    ],
    becomes: Becomes::one(&SQL_POOL)
        .key(|pool| Some(key(SQL_POOL.kind, pool.id()?)))
        .aliases(by_id)
        .refine(place_within)
        .links(&[
            Link::of_parent(RelationshipClass::Has),
            Link::found(RelationshipClass::Has, &[&SERVICE], |it| vec![Name::from(&service(it))])
                .reverse(),
        ]),
    ..Step::of(&SQL_POOL, "synapse").of_each(&[&WORKSPACE])
};
