//! How servers of `PostgreSQL` are configured, as far as it is about security.

use crate::arm::db_for_postgresql::servers::SERVER;
use crate::arm::flexible_servers::{SECURE_TRANSPORT, SSL_ENFORCED, SSL_ENFORCEMENT, configure};
use crate::prelude::*;

/// The settings that are kept, of some two hundred, and the properties that they become.
const SETTINGS: &[(&str, &str)] = &[
    ("azure.extensions", "configurations.azureExtensions"),
    ("connection_throttle.enable", "configurations.connectionThrottling"),
    ("log_checkpoints", "configurations.logCheckpoints"),
    ("log_connections", "configurations.logConnections"),
    ("log_disconnections", "configurations.logDisconnections"),
    ("logfiles.download_enable", "configurations.logfilesDownloadEnable"),
    ("pgaudit.log", "configurations.pgauditLog"),
    ("require_secure_transport", "configurations.requireSecureTransport"),
    ("ssl_min_protocol_version", "minimalTlsVersion"),
];

pub(crate) static STEP: Step = Step {
    id: "rm-database-postgresql-server-configurations",
    name: "PostgreSQL Server Configurations",
    list: List::own("configurations", &[&SERVER]),
    becomes: Becomes::patch_of_parent(&[
        SECURE_TRANSPORT,
        SSL_ENFORCED,
        SSL_ENFORCEMENT,
        text("configurations.azureExtensions", COMPUTED, "The extensions that may be added."),
        text("configurations.connectionThrottling", COMPUTED, "`on` if failed sign-ins must wait."),
        text("configurations.logCheckpoints", COMPUTED, "`on` if it logs when it writes to disk."),
        text("configurations.logConnections", COMPUTED, "`on` if it logs who connects."),
        text("configurations.logDisconnections", COMPUTED, "`on` if it logs who leaves."),
        text("configurations.logfilesDownloadEnable", COMPUTED, "`on` if it keeps its log files."),
        text("configurations.pgauditLog", COMPUTED, "What it audits."),
        text("configurations.requireSecureTransport", COMPUTED, "`on` if it requires encryption."),
        text("minimalTlsVersion", COMPUTED, "The oldest TLS that it speaks."),
        number("configurations.logRetentionDays", COMPUTED, "How many days log files are kept."),
    ])
    .refine(|setting, entity| {
        configure(setting, SETTINGS, entity);
        if setting.text("/name") == Some("logfiles.retention_days") {
            let days = setting.text("/properties/value").and_then(|it| it.parse::<u32>().ok());
            entity.set("configurations.logRetentionDays", days);
        }
    }),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};
