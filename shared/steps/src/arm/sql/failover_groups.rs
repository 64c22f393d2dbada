//! Failover groups of Azure SQL.

use crate::arm::sql::databases::DATABASE;
use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_sql_failover_group",
    class: &["Group"],
    doc: "Databases that are copied to servers of other regions, and fail over together.",
    properties: &[
        text("failoverPolicy", "/properties/readWriteEndpoint/", "`Automatic` or `Manual`."),
        number("gracePeriodMinutes", GRACE, "How long an automatic failover waits."),
        text("location", "/", "Where its server lies."),
        text("readOnlyFailoverPolicy", READ_ONLY, "`Enabled` if reading fails over, too."),
        text("replicationRole", "/properties/", "`Primary` or `Secondary`, of this server."),
        text("replicationState", "/properties/", "Such as `CATCH_UP`.").volatile(),
    ],
    ..EntityType::child("Microsoft.Sql/servers/failoverGroups", "2023-08-01")
};

const GRACE: &str = "/properties/readWriteEndpoint/failoverWithDataLossGracePeriodMinutes";
const READ_ONLY: &str = "/properties/readOnlyEndpoint/failoverPolicy";

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-failover-groups",
    name: "SQL Failover Groups",
    // The databases of Synapse workspaces do not fail over.
    list: List::of(&GROUP)
        .of_each(&[&SERVER])
        .only(|server| !server["kind"].as_str().unwrap_or_default().contains("analytics")),
    ..Step::of(&GROUP, "databases").links(&[
        Link::of_parent(RelationshipClass::Has),
        Link::new(RelationshipClass::Connects, &[&SERVER], "/properties/partnerServers/*/id"),
        Link::new(RelationshipClass::Protects, &[&DATABASE], "/properties/databases/*"),
    ])
};
