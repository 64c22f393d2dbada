//! Databases of Cosmos DB that are asked in its own language.

use super::{has, within};
use crate::arm::cosmos_db::accounts::ACCOUNT;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_cosmosdb_sql_database",
    class: &["Database", "DataStore"],
    doc: "A database of an account, with containers of documents.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases", "2025-10-15")
};

/// What is recorded about what an account holds.
pub(super) const OF_ACCOUNT: &[&[Property]] = &[
    crate::entity::ADDRESSED,
    crate::entity::BELOW,
    &[
        CLASSIFICATION.or_null(),
        text("dbAccountId", COMPUTED, "The account that it belongs to."),
        always_flag("encrypted", true, "Cosmos DB encrypts whatever it keeps."),
        text("region", COMPUTED, "Where the account lies, as in `westeurope`."),
        list("tags", COMPUTED, "The names of the account's tags without a value."),
    ],
];

pub(crate) static STEP: Step = Step {
    id: "rm-cosmosdb-sql-databases",
    name: "Cosmos DB SQL Databases",
    list: List::of(&DATABASE).of_each(&[&ACCOUNT]).only(|account| has("sql", account)),
    becomes: Becomes::one(&DATABASE)
        .refine(within)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    needs: Needs::subscription("cosmosdb"),
    ..Step::AZURE
};
