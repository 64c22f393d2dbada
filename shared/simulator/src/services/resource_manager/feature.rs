//! What a resource does not have because of its kind, although its type has it.

use serde_json::Value;

use super::error::Failure;
use super::target::{Scope, Target};
use crate::world::resources::resource::Resource;

/// Refuses what the resource that it lies below does not have.
pub(super) fn check(target: &Target) -> Result<(), Failure> {
    let Scope::Resource(scope) = &target.scope else { return Ok(()) };
    let Some((parent, list)) = target.kind.parent() else { return Ok(()) };
    match parent {
        "Microsoft.DocumentDB/databaseAccounts" => match api_of(list) {
            Some(api) if api != spoken(&scope.json()) => Err(Failure::api_not_supported(api)),
            _ => Ok(()),
        },
        "Microsoft.Compute/virtualMachineScaleSets" if target.name.is_some() => {
            let refused = is_without_instances(target);
            let name = target.name.as_deref().unwrap_or_default();
            let group = scope.group().name();
            let failure = || Failure::resource_not_found(target.kind.name, name, &group);
            if refused { Err(failure()) } else { Ok(()) }
        }
        _ => match service_of(target.kind.name) {
            Some(service) if !has_service(scope, service) => {
                Err(Failure::service_not_supported(service))
            }
            _ => Ok(()),
        },
    }
}

/// Whether a list is that of the instances of a flexible scale set. Its machines are virtual
/// machines like others, and listed as such. No machine here is in a scale set.
pub(super) fn is_without_instances(target: &Target) -> bool {
    let Scope::Resource(set) = &target.scope else { return false };
    target.kind.name == "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
        && set.json()["properties"]["orchestrationMode"] == "Flexible"
}

/// The API of Cosmos DB that a list below an account belongs to.
fn api_of(list: &str) -> Option<&'static str> {
    match list {
        "sqlDatabases" => Some("sql"),
        "mongodbDatabases" => Some("mongodb"),
        "cassandraKeyspaces" => Some("cassandra"),
        "gremlinDatabases" => Some("gremlin"),
        "tables" => Some("table"),
        _ => None,
    }
}

/// The API that an account of Cosmos DB speaks: what it was made capable of, or else what its kind
/// says.
fn spoken(account: &Value) -> &'static str {
    let capabilities = account["properties"]["capabilities"].as_array();
    let mut capabilities = capabilities.into_iter().flatten().filter_map(|it| it["name"].as_str());
    let of_capability = capabilities.find_map(|capability| match capability {
        "EnableCassandra" => Some("cassandra"),
        "EnableGremlin" => Some("gremlin"),
        "EnableTable" => Some("table"),
        _ => None,
    });
    let of_kind = if account["kind"] == "MongoDB" { "mongodb" } else { "sql" };
    of_capability.unwrap_or(of_kind)
}

/// The service of storage accounts that a type belongs to.
fn service_of(kind: &str) -> Option<&'static str> {
    let below = kind.strip_prefix("Microsoft.Storage/storageAccounts/")?;
    match below.split('/').next()? {
        "blobServices" => Some("Blob"),
        "fileServices" => Some("File"),
        "queueServices" => Some("Queue"),
        "tableServices" => Some("Table"),
        _ => None,
    }
}

/// Whether a storage account has a service, given the account or something below it. It has an
/// address for each.
fn has_service(resource: &Resource, service: &str) -> bool {
    let account = std::iter::successors(Some(resource), |it| it.parent()).last();
    let account = account.map(Resource::json).unwrap_or_default();
    account["properties"]["primaryEndpoints"].get(service.to_lowercase()).is_some()
}
