//! Whom services answer to: what the network rule sets of namespaces of Event Hubs and Service Bus
//! say, and the network rules that accounts and vaults have themselves.

use crate::arm::network::virtual_networks::SUBNET;
use crate::prelude::*;

/// What is recorded about whom a namespace answers to.
pub(crate) const ANSWERS: &[Property] = &[
    each("allowedIpRanges", "/properties/ipRules/*/ipMask", "The addresses that reach it."),
    text("networkDefaultAction", DEFAULT, "`Deny` if only some addresses and networks reach it."),
    flag("trustedServiceAccessEnabled", "/properties/", "Whether trusted services get in anyway."),
];

const DEFAULT: &str = "/properties/defaultAction";

/// Where a set has the ids of the subnets that a namespace answers to.
pub(crate) const SUBNETS: &str = "/properties/virtualNetworkRules/*/subnet/id";

/// Whether an account or a vault answers to those whom none of its network rules names.
pub(crate) const NETWORK_DEFAULT_ACTION: Property = text(
    "networkDefaultAction",
    "/properties/networkAcls/defaultAction",
    "`Deny` if only some addresses and networks reach it.",
);

/// The subnets that an account or a vault answers to.
pub(crate) const ALLOWS_SUBNETS: Link = Link::new(
    RelationshipClass::Allows,
    TO_SUBNETS,
    "/properties/networkAcls/virtualNetworkRules/*/id",
);

const TO_SUBNETS: &[&EntityType] = &[&SUBNET];
