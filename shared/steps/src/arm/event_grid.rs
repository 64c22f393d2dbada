//! Microsoft.EventGrid: topics, domains of them, and whom their events are delivered to.

pub(crate) mod domain_topics;
pub(crate) mod domains;
pub(crate) mod subscriptions;
pub(crate) mod topics;

use crate::property::{Property, each, flag, text};

/// What is recorded about everything that events are sent to.
const ENDPOINT: &[Property] = &[
    flag("disableLocalAuth", "/properties/", "Whether it takes no keys, only identities."),
    text("endpoint", "/properties/", "Where events are sent to."),
    each(
        "inboundIpRules",
        "/properties/inboundIpRules/*/ipMask",
        "The addresses of the internet that it answers to; all if there are none.",
    ),
    text("inputSchema", "/properties/", "How events are written."),
    text("metricResourceId", "/properties/", "What its metrics are known by."),
    text("minimumTlsVersionAllowed", "/properties/", "The oldest TLS that it speaks."),
    text("publicNetworkAccess", "/properties/", "`Disabled` if only private endpoints reach it."),
];
