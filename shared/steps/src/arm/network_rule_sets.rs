//! Whom namespaces of Event Hubs and Service Bus answer to, which their network rule sets say.

use crate::property::{Property, each, flag, text};

/// What is recorded about whom a namespace answers to.
pub(crate) const ANSWERS: &[Property] = &[
    each("allowedIpRanges", "/properties/ipRules/*/ipMask", "The addresses that reach it."),
    text("networkDefaultAction", DEFAULT, "`Deny` if only some addresses and networks reach it."),
    flag("trustedServiceAccessEnabled", "/properties/", "Whether trusted services get in anyway."),
];

const DEFAULT: &str = "/properties/defaultAction";

/// Where a set has the ids of the subnets that a namespace answers to.
pub(crate) const SUBNETS: &str = "/properties/virtualNetworkRules/*/subnet/id";
