//! Servers of Azure SQL.

use crate::host::host;
use crate::prelude::*;

pub(crate) static SERVER: EntityType = EntityType {
    kind: "azure_sql_server",
    class: &["Database", "DataStore", "Host"],
    doc: "What databases of Azure SQL are reached through, and administered by.",
    properties: &[
        CLASSIFICATION.or_null(),
        text("administratorLogin", "/properties/", "Who administers it, in SQL."),
        flag("azureADOnlyAuthentication", DIRECTORY_ONLY, "Whether passwords let nobody in."),
        text("fqdn", NAME, "The name at which it is reached."),
        text("fullyQualifiedDomainName", NAME, "The name at which it is reached."),
        text("hostname", NAME, "The name at which it is reached.").or_null(),
        text("kind", "/", "Such as `v12.0`, or `v12.0,analytics` of a Synapse workspace."),
        text("minimalTlsVersion", "/properties/", "The oldest TLS that it speaks."),
        text("publicNetworkAccess", PUBLIC, "`Disabled` if only private endpoints reach it."),
        is("publiclyAccessible", PUBLIC, "Enabled", "Whether the internet reaches it."),
        text(
            "restrictOutboundNetworkAccess",
            "/properties/",
            "`Enabled` if it only reaches what is allowed.",
        ),
        always_flag("secureTransport", true, "It refuses connections that are not encrypted."),
        text("state", "/properties/", "Such as `Ready`."),
        text("version", "/properties/", "The version of the service, such as `12.0`."),
    ],
    ..EntityType::resource("Microsoft.Sql/servers", "2023-08-01")
};

const DIRECTORY_ONLY: &str = "/properties/administrators/azureADOnlyAuthentication";
const NAME: &str = "/properties/fullyQualifiedDomainName";
const PUBLIC: &str = "/properties/publicNetworkAccess";

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-servers",
    name: "SQL Servers",
    list: List::of(&SERVER).query("$expand=administrators/activedirectory"),
    becomes: Becomes::one(&SERVER).aliases(|server| {
        server.text(NAME).and_then(|name| host(name, server)).into_iter().collect()
    }),
    ..Step::of(&SERVER, "databases")
};
