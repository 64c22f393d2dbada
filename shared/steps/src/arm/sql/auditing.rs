//! What servers and databases of Azure SQL log.

use crate::arm::sql::databases::DATABASE;
use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-auditing",
    name: "SQL Auditing",
    list: List::own("auditingSettings", &[&SERVER, &DATABASE]),
    becomes: Becomes::patch_of_parent(&[
        is("auditingEnabled", "/properties/state", "Enabled", "Whether it is audited."),
        list("auditActionsAndGroups", "/properties/", "What is audited."),
        number(
            "auditLogRetentionDays",
            "/properties/retentionDays",
            "How many days logs are kept; 0 for good.",
        ),
        text(
            "auditLogDestination",
            "/properties/storageEndpoint",
            "The address of the storage account that logs are kept in.",
        ),
        flag(
            "auditLogMonitorEnabled",
            "/properties/isAzureMonitorTargetEnabled",
            "Whether logs go where its diagnostic settings say.",
        ),
        is("loggingEnabled", "/properties/state", "Enabled", "Whether it is audited."),
    ]),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};
