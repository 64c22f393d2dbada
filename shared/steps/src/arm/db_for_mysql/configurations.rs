//! How servers of `MySQL` are configured, as far as it is about security.

use crate::arm::db_for_mysql::servers::SERVER;
use crate::arm::flexible_servers::{SECURE_TRANSPORT, SSL_ENFORCED, SSL_ENFORCEMENT, configure};
use crate::prelude::*;

/// The settings that are kept, of some two hundred, and the properties that they become.
const SETTINGS: &[(&str, &str)] = &[
    ("audit_log_enabled", "configurations.auditLogEnabled"),
    ("audit_log_events", "configurations.auditLogEvents"),
    ("require_secure_transport", "configurations.requireSecureTransport"),
];

pub(crate) static STEP: Step = Step {
    id: "rm-database-mysql-server-configurations",
    name: "MySQL Server Configurations",
    list: List::own("configurations", &[&SERVER]),
    becomes: Becomes::patch_of_parent(&[
        SECURE_TRANSPORT,
        SSL_ENFORCED,
        SSL_ENFORCEMENT,
        text("configurations.auditLogEnabled", COMPUTED, "`ON` if it audits."),
        text("configurations.auditLogEvents", COMPUTED, "What it audits."),
        text("configurations.requireSecureTransport", COMPUTED, "`ON` if it requires encryption."),
        text("minimalTlsVersion", COMPUTED, "The oldest TLS that it speaks, such as `TLSv1.2`."),
        text("configurations.tlsVersion", COMPUTED, "Every version of TLS that it speaks."),
    ])
    .refine(|setting, entity| {
        configure(setting, SETTINGS, entity);
        if setting.text("/name") == Some("tls_version") {
            let versions = setting.text("/properties/value");
            entity.set("configurations.tlsVersion", versions);
            let oldest = versions.and_then(|it| it.split(',').map(str::trim).min());
            entity.set("minimalTlsVersion", oldest);
        }
    }),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};
