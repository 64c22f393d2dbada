//! Storage accounts.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::kind::Spelling;
use super::network::subnet_id;
use super::resource::Resource;
use super::vault;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::random::Draw;

pub(crate) fn json(account: &Resource) -> Map<String, Value> {
    let mut draw = account.draw("account");
    let created = TODAY - DAY * i64::try_from(draw.below(2200)).unwrap_or_default() - 400;
    let created = fraction(created, draw.number());
    let kind = draw.pick(&["StorageV2", "StorageV2", "StorageV2", "BlobStorage", "FileStorage"]);
    let sku = if kind == "FileStorage" {
        "Premium_LRS"
    } else {
        draw.pick(&["Standard_LRS", "Standard_ZRS", "Standard_GRS", "Standard_RAGRS"])
    };
    let mut properties = json!({
        "provisioningState": "Succeeded",
        "creationTime": created,
        "keyCreationTime": { "key1": created, "key2": created },
        "primaryLocation": account.location(),
        "statusOfPrimary": "available",
        "primaryEndpoints": endpoints(&account.name(), kind),
        "encryption": encryption(account, &mut draw, &created),
        "networkAcls": network_rules(account, &mut draw),
        "privateEndpointConnections": [],
        "supportsHttpsTrafficOnly": draw.chance(92),
        "minimumTlsVersion": draw.pick(&["TLS1_2", "TLS1_2", "TLS1_0"]),
        "allowBlobPublicAccess": draw.chance(15),
        "allowSharedKeyAccess": draw.chance(70),
        "allowCrossTenantReplication": false,
        "publicNetworkAccess": draw.pick(&["Enabled", "Enabled", "Disabled"]),
        "isHnsEnabled": draw.chance(15),
    });
    if kind != "FileStorage" {
        properties["accessTier"] = json!(draw.pick(&["Hot", "Cool"]));
    }
    if sku.contains("GRS") {
        properties["secondaryLocation"] = json!("northeurope");
        properties["statusOfSecondary"] = json!("available");
    }
    // Old accounts do not say what they allow.
    if draw.chance(12) {
        let properties = properties.as_object_mut();
        properties.map(|properties| {
            properties.remove("allowBlobPublicAccess");
            properties.remove("minimumTlsVersion")
        });
    }
    let mut resource = account.envelope(Spelling::Created, properties);
    let tier = sku.split('_').next().unwrap_or_default();
    resource.insert("sku".into(), json!({ "name": sku, "tier": tier }));
    resource.insert("kind".into(), json!(kind));
    resource
}

fn endpoints(name: &str, kind: &str) -> Value {
    let services: &[&str] = match kind {
        "FileStorage" => &["file"],
        "BlobStorage" => &["blob", "dfs"],
        _ => &["blob", "dfs", "file", "queue", "table"],
    };
    services
        .iter()
        .map(|service| {
            let address = format!("https://{name}.{service}.core.windows.net/");
            ((*service).to_owned(), json!(address))
        })
        .collect::<Map<String, Value>>()
        .into()
}

fn encryption(account: &Resource, draw: &mut Draw, enabled: &str) -> Value {
    let service = json!({ "enabled": true, "keyType": "Account", "lastEnabledTime": enabled });
    let mut encryption = json!({
        "keySource": "Microsoft.Storage",
        "services": { "blob": service, "file": service },
        "requireInfrastructureEncryption": false,
    });
    if account.inventory.vaults > 0 && draw.chance(30) {
        let vault = account.other(Coded::Vault, draw.below(account.inventory.vaults));
        let (uri, version) = (vault::uri(&vault), draw.hex(16) + &draw.hex(16));
        encryption["keySource"] = json!("Microsoft.Keyvault");
        encryption["keyvaultproperties"] = json!({
            "keyvaulturi": uri.trim_end_matches('/'),
            "keyname": "storage-encryption",
            "keyversion": "",
            "currentVersionedKeyIdentifier": format!("{uri}keys/storage-encryption/{version}"),
            "currentVersionedKeyExpirationTimestamp": "1970-01-01T00:00:00Z",
            "lastKeyRotationTimestamp": enabled,
        });
    }
    encryption
}

fn network_rules(account: &Resource, draw: &mut Draw) -> Value {
    let mut rules = json!({
        "bypass": draw.pick(&["AzureServices", "AzureServices", "None", "Logging, Metrics, AzureServices"]),
        "defaultAction": "Allow",
        "ipRules": [],
        "virtualNetworkRules": [],
    });
    if draw.chance(35) {
        rules["defaultAction"] = json!("Deny");
        rules["ipRules"] = json!([
            { "value": "198.51.100.7", "action": "Allow" },
            { "value": "203.0.113.0/24", "action": "Allow" },
        ]);
        let subnet = draw.below(account.inventory.subnets());
        rules["virtualNetworkRules"] = json!([{
            "id": subnet_id(account, subnet),
            "action": "Allow",
            "state": "Succeeded",
        }]);
    }
    rules
}
