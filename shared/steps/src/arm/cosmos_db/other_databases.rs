//! What accounts of Cosmos DB hold that speak as other databases do.

use super::{OF_ACCOUNT, has, within};
use crate::arm::cosmos_db::accounts::ACCOUNT;
use crate::prelude::*;

static CASSANDRA_KEYSPACE: EntityType = EntityType {
    kind: "azure_cosmosdb_cassandra_keyspace",
    class: &["Database", "DataStore"],
    doc: "A keyspace of an account that speaks Cassandra.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/cassandraKeyspaces", "2025-10-15")
};

static GREMLIN_DATABASE: EntityType = EntityType {
    kind: "azure_cosmosdb_gremlin_database",
    class: &["Database", "DataStore"],
    doc: "A database of an account that speaks Gremlin, with graphs.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/gremlinDatabases", "2025-10-15")
};

static MONGODB_DATABASE: EntityType = EntityType {
    kind: "azure_cosmosdb_mongodb_database",
    class: &["Database", "DataStore"],
    doc: "A database of an account that speaks MongoDB.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/mongodbDatabases", "2025-10-15")
};

static TABLE: EntityType = EntityType {
    kind: "azure_cosmosdb_table",
    class: &["Database", "DataStore"],
    doc: "A table of an account that speaks as Azure Tables do.",
    shared: OF_ACCOUNT,
    ..EntityType::child("Microsoft.DocumentDB/databaseAccounts/tables", "2025-10-15")
};

pub(crate) static CASSANDRA_KEYSPACES: Step = Step {
    id: "rm-cosmosdb-cassandra-keyspaces",
    name: "Cosmos DB Cassandra Keyspaces",
    list: List::of(&CASSANDRA_KEYSPACE)
        .of_each(&[&ACCOUNT])
        .only(|account| has("cassandra", account)),
    becomes: Becomes::one(&CASSANDRA_KEYSPACE)
        .refine(within)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&CASSANDRA_KEYSPACE, "cosmosdb")
};

pub(crate) static GREMLIN_DATABASES: Step = Step {
    id: "rm-cosmosdb-gremlin-databases",
    name: "Cosmos DB Gremlin Databases",
    list: List::of(&GREMLIN_DATABASE).of_each(&[&ACCOUNT]).only(|account| has("gremlin", account)),
    becomes: Becomes::one(&GREMLIN_DATABASE)
        .refine(within)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&GREMLIN_DATABASE, "cosmosdb")
};

pub(crate) static MONGODB_DATABASES: Step = Step {
    id: "rm-cosmosdb-mongodb-databases",
    name: "Cosmos DB MongoDB Databases",
    list: List::of(&MONGODB_DATABASE).of_each(&[&ACCOUNT]).only(|account| has("mongodb", account)),
    becomes: Becomes::one(&MONGODB_DATABASE)
        .refine(within)
        .links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&MONGODB_DATABASE, "cosmosdb")
};

pub(crate) static TABLES: Step = Step {
    id: "rm-cosmosdb-tables",
    name: "Cosmos DB Tables",
    list: List::of(&TABLE).of_each(&[&ACCOUNT]).only(|account| has("table", account)),
    becomes: Becomes::one(&TABLE).refine(within).links(&[Link::of_parent(RelationshipClass::Has)]),
    ..Step::of(&TABLE, "cosmosdb")
};
