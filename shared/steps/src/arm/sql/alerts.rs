//! Whether attacks on servers of Azure SQL are looked for, and who is told.

use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-server-alerts",
    name: "SQL Server Security Alert Policies",
    list: List::own("securityAlertPolicies", &[&SERVER]),
    becomes: Becomes::patch_of_parent(&[
        is("alertingEnabled", "/properties/state", "Enabled", "Whether attacks are looked for."),
        list("alertEmails", "/properties/emailAddresses", "Who is told."),
        flag("alertAdmins", "/properties/emailAccountAdmins", "Whether administrators are told."),
        flag("alertOnAllThreats", COMPUTED, "Whether no sort of attack is left out."),
    ])
    .refine(|policy, entity| {
        let is_all = policy.text("/properties/disabledAlerts/*").unwrap_or_default().is_empty();
        entity.set("alertOnAllThreats", Some(is_all));
    }),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};
