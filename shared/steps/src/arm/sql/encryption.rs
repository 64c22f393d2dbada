//! Whether databases of Azure SQL are encrypted where they are stored.

use crate::arm::sql::databases::DATABASE;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-database-encryption",
    name: "SQL Database Encryption",
    list: List::own("transparentDataEncryption", &[&DATABASE]),
    becomes: Becomes::patch_of_parent(&[is(
        "encrypted",
        "/properties/state",
        "Enabled",
        "Whether Azure encrypts what it stores of the database.",
    )]),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};
