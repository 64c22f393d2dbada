//! Microsoft.EventGrid: topics, domains of them, and whom their events are delivered to.

pub(crate) mod domain_topics;
pub(crate) mod domains;
pub(crate) mod subscriptions;
pub(crate) mod topics;

use crate::property::{Property, each, flag, text};

/// What is recorded about everything that events are sent to.
const ENDPOINT: &[Property] = &[
    flag(
        "disableLocalAuth",
        "/properties/disableLocalAuth",
        "Whether only identities of the directory are let in, and no keys.",
    ),
    text("endpoint", "/properties/endpoint", "Where events are sent to."),
    each(
        "inboundIpRules",
        "/properties/inboundIpRules/*/ipMask",
        "The addresses of the internet that it answers to; all if there are none.",
    ),
    text("inputSchema", "/properties/inputSchema", "How events are written."),
    text("metricResourceId", "/properties/metricResourceId", "What its metrics are known by."),
    text(
        "minimumTlsVersionAllowed",
        "/properties/minimumTlsVersionAllowed",
        "The oldest TLS that it speaks.",
    ),
    text("principalId", "/identity/principalId", "As whom it acts."),
    text(
        "publicNetworkAccess",
        "/properties/publicNetworkAccess",
        "`Disabled` if only private endpoints reach it.",
    ),
];
