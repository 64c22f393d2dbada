//! Databases of Cosmos DB that are asked in its own language.

use super::{OF_ACCOUNT, has, within};
use crate::arm::cosmos_db::accounts::ACCOUNT;
use crate::prelude::*;

pub(crate) static DATABASE: EntityType = EntityType {
    kind: "azure_cosmosdb_sql_database",
    class: &["Database", "DataStore"],
    doc: "A database of an account, with containers of documents.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/sqlDatabases", "2025-10-15")
};

pub(crate) static STEP: Step = Step {
    id: "rm-cosmosdb-sql-databases",
    name: "Cosmos DB SQL Databases",
    list: List::of(&DATABASE).of_each(&[&ACCOUNT]).only(|account| has("sql", account)),
    becomes: Becomes::one(&DATABASE)
        .refine(within)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&DATABASE, "cosmosdb")
};
