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
        list(
            "apis",
            COMPUTED,
            "Its interfaces: `sql`, `mongodb`, `cassandra`, `gremlin`, `table`.",
        ),
        text("backupPolicy", "/properties/backupPolicy/type", "`Continuous` or `Periodic`."),
        each("capabilities", "/properties/capabilities/*/name", "What it was made capable of."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        date("createdOn", "/systemData/createdAt", "When it was created."),
        flag(
            "disableKeyBasedMetadataWriteAccess",
            "/properties/disableKeyBasedMetadataWriteAccess",
            "Whether who has a key cannot change what databases there are.",
        ),
        flag(
            "disableLocalAuth",
            "/properties/disableLocalAuth",
            "Whether only identities of the directory are let in, and no keys.",
        ),
        flag(
            "enableAutomaticFailover",
            "/properties/enableAutomaticFailover",
            "Whether another region takes over by itself.",
        ),
        flag(
            "enableMultipleWriteLocations",
            "/properties/enableMultipleWriteLocations",
            "Whether every region takes writes.",
        ),
        text("encryption.keyUri", KEY_URI, "The key of the customer that encrypts it."),
        each(
            "endpoints",
            "/properties/readLocations/*/documentEndpoint",
            "The address of it in each region.",
        ),
        always_list("function", &["database"], "What the service does."),
        text("ipRangeFilter", COMPUTED, "The addresses of the internet that it answers to."),
        flag(
            "isVirtualNetworkFilterEnabled",
            "/properties/isVirtualNetworkFilterEnabled",
            "Whether it only answers to some subnets.",
        ),
        text("kind", "/kind", "`GlobalDocumentDB`, `MongoDB` or `Parse`."),
        text(
            "minimalTlsVersion",
            "/properties/minimalTlsVersion",
            "The oldest TLS that it speaks, such as `Tls12`.",
        ),
        text(
            "networkAclBypass",
            "/properties/networkAclBypass",
            "`AzureServices` if these reach it in spite of its firewall.",
        ),
        text("principalId", "/identity/principalId", "As whom it acts."),
        text(
            "publicNetworkAccess",
            "/properties/publicNetworkAccess",
            "`Disabled` if only private endpoints reach it.",
        ),
        text("region", COMPUTED, "Where it lies, as in `westeurope`."),
        always("vendor", "Azure", "Who provides it."),
    ],
    ..EntityType::resource("Microsoft.DocumentDB/databaseAccounts", "2025-10-15")
};

const KEY_URI: &str = "/properties/keyVaultKeyUri";

pub(crate) static STEP: Step = Step {
    id: "rm-cosmosdb-accounts",
    name: "Cosmos DB Accounts",
    list: List::of(&ACCOUNT),
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
    needs: Needs::subscription("cosmosdb"),
    ..Step::AZURE
};
