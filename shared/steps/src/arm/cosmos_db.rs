//! Microsoft.DocumentDB: accounts of Cosmos DB, and the databases in them.
//!
//! An account has one interface besides its own, and refuses the lists of the others.

pub(crate) mod accounts;
pub(crate) mod databases;
pub(crate) mod other_databases;

use graph::Entity;
use serde_json::Value;

use crate::arm::resources::locations;
use crate::entity::{ADDRESSED, BELOW};
use crate::item::Item;
use crate::property::{CLASSIFICATION, COMPUTED, Property, always_flag, list, text};

/// What is recorded about what an account holds.
const OF_ACCOUNT: &[&[Property]] = &[
    ADDRESSED,
    BELOW,
    &[
        CLASSIFICATION.or_null(),
        text("dbAccountId", COMPUTED, "The account that it belongs to."),
        always_flag("encrypted", true, "Cosmos DB encrypts whatever it keeps."),
        text("region", COMPUTED, "Where the account lies, as in `westeurope`."),
        list("tags", COMPUTED, "The names of the account's tags without a value."),
    ],
];

/// Whether an account has an interface, by what is stored of it.
fn has(api: &str, account: &Value) -> bool {
    let apis = account.get("apis").and_then(Value::as_array);
    // What is not said is not left out.
    apis.is_none_or(|apis| apis.iter().any(|it| it == api))
}

/// The interfaces of an account: by its kind, and by what it was made capable of.
fn apis(account: &Item<'_>) -> Vec<&'static str> {
    let capable = account.texts("/properties/capabilities/*/name");
    let capable = |of: &str| capable.iter().any(|it| it.eq_ignore_ascii_case(of));
    let is_mongo = account.text("/kind").is_some_and(|it| it.eq_ignore_ascii_case("MongoDB"));
    let others = [
        ("cassandra", capable("EnableCassandra")),
        ("gremlin", capable("EnableGremlin")),
        ("mongodb", is_mongo || capable("EnableMongo")),
        ("table", capable("EnableTable")),
    ];
    let others: Vec<_> = others.into_iter().filter(|it| it.1).map(|it| it.0).collect();
    if others.is_empty() { vec!["sql"] } else { others }
}

/// Sets what a database has from its account.
fn within(database: &Item<'_>, entity: &mut Entity) {
    let account = |name: &str| database.parent.and_then(|it| it.json.get(name));
    entity.set("dbAccountId", account("id").cloned());
    entity.set("region", account("region").cloned());
    entity.set("tags", account("tags").cloned());
}

/// Sets where an account is, as other services call it.
fn region(account: &Item<'_>, entity: &mut Entity) {
    entity.set("region", account.text("/location").map(locations::name));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_an_account_has_is_asked_for() {
        let account = json!({ "apis": ["gremlin"] });
        assert!(has("gremlin", &account) && !has("sql", &account));
        assert!(has("sql", &json!({})));
    }
}
