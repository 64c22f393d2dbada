//! Accounts of Cosmos DB.

use super::{apis, region};
use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::key_vault::vaults::VAULT;
use crate::arm::network::virtual_networks::SUBNET;
use crate::host::host;
use crate::prelude::*;

pub(crate) static ACCOUNT: EntityType = EntityType {
    kind: "azure_cosmosdb_account",
    class: &["Account", "Service"],
    doc: "What databases of Cosmos DB are reached through.",
    properties: &[
        list("apis", COMPUTED, "Interfaces: `sql`, `mongodb`, `cassandra`, `gremlin`, `table`."),
        text("backupPolicy", "/properties/backupPolicy/type", "`Continuous` or `Periodic`."),
        each("capabilities", "/properties/capabilities/*/name", "What it was made capable of."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        date("createdOn", "/systemData/createdAt", "When it was created."),
        flag("disableKeyBasedMetadataWriteAccess", "/properties/", "Whether keys alter only data."),
        flag("disableLocalAuth", "/properties/", "Whether it takes no keys, only identities."),
        flag("enableAutomaticFailover", "/properties/", "Whether a region takes over by itself."),
        flag("enableMultipleWriteLocations", "/properties/", "Whether every region takes writes."),
        text("encryption.keyUri", KEY_URI, "The key of the customer that encrypts it."),
        each("endpoints", "/properties/readLocations/*/documentEndpoint", "Its address by region."),
        always_list("function", &["database"], "What the service does."),
        text("ipRangeFilter", COMPUTED, "The addresses of the internet that it answers to."),
        flag("isVirtualNetworkFilterEnabled", "/properties/", "Whether only some subnets get in."),
        text("kind", "/", "`GlobalDocumentDB`, `MongoDB` or `Parse`."),
        text("minimalTlsVersion", "/properties/", "The oldest TLS it speaks, such as `Tls12`."),
        text("networkAclBypass", "/properties/", "`AzureServices` if these pass its firewall."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        text("region", COMPUTED, "Where it lies, as in `westeurope`."),
        always("vendor", "Azure", "Who provides it."),
    ],
    ..EntityType::resource("Microsoft.DocumentDB/databaseAccounts", "2025-10-15")
};

const KEY_URI: &str = "/properties/keyVaultKeyUri";

pub(crate) static STEP: Step = Step {
    id: "rm-cosmosdb-accounts",
    name: "Cosmos DB Accounts",
    becomes: Becomes::one(&ACCOUNT)
        .refine(|account, entity| {
            region(account, entity);
            entity.set("apis", Some(apis(account)));
            let rules = account.texts("/properties/ipRules/*/ipAddressOrRange");
            let filter = account.text("/properties/ipRangeFilter").map(str::to_owned);
            entity.set("ipRangeFilter", Some(filter.unwrap_or_else(|| rules.join(","))));
        })
        .links(&[
            Link::uses(&[&KEY], KEY_URI).by(key_at),
            Link::uses(&[&VAULT], KEY_URI).by(host),
            Link::new(
                RelationshipClass::Allows,
                &[&SUBNET],
                "/properties/virtualNetworkRules/*/id",
            ),
        ]),
    ..Step::of(&ACCOUNT, "cosmosdb")
};
