//! Bastion hosts.

use crate::arm::network::public_ips::PUBLIC_IP;
use crate::arm::network::virtual_networks::{SUBNET, VIRTUAL_NETWORK};
use crate::prelude::*;

pub(crate) static BASTION: EntityType = EntityType {
    kind: "azure_bastion_host",
    class: &["Gateway"],
    doc: "Through it, people reach machines that have no public address.",
    properties: &[
        always_list("category", &["network"], "What sort of gateway it is."),
        always_list("function", &["remote-access-gateway"], "What it does."),
        flag("public", COMPUTED, "Whether the internet reaches it."),
        text("dnsName", "/properties/", "The name at which it is reached."),
        flag("disableCopyPaste", "/properties/", "Whether nothing can be copied."),
        flag("enableFileCopy", "/properties/", "Whether files can be copied."),
        flag("enableIpConnect", "/properties/", "Whether addresses can be reached."),
        flag("enableKerberos", "/properties/", "Whether Kerberos signs people in."),
        flag("enableSessionRecording", "/properties/", "Whether it records."),
        flag("enableShareableLink", "/properties/", "Whether links let in users outside of Azure."),
        flag("enableTunneling", "/properties/", "Whether other programs may use it."),
        flag("isPrivateOnly", "/properties/enablePrivateOnlyBastion", "Whether it is not public."),
        each("allowedAddresses", ALLOWED, "The addresses that may reach it, if not all may."),
        text("etag", "/", "What changes whenever the host does."),
        number("scaleUnits", "/properties/", "How many instances it has."),
        text("sku", "/sku/name", "`Developer`, `Basic`, `Standard` or `Premium`."),
        list("zones", "/", "The zones that it is spread over."),
    ],
    ..EntityType::resource("Microsoft.Network/bastionHosts", "2025-05-01")
};

const ALLOWED: &str = "/properties/networkAcls/ipRules/*/addressPrefix";
const ADDRESS: &str = "/properties/ipConfigurations/*/properties/publicIPAddress/id";

pub(crate) static STEP: Step = Step {
    id: "rm-network-bastion-hosts",
    name: "Bastion Hosts",
    becomes: Becomes::one(&BASTION)
        .refine(|it, entity| {
            // One for developers has no address of its own, but is reached all the same.
            let is_private = it.json.pointer("/properties/enablePrivateOnlyBastion");
            entity.set("public", Some(is_private != Some(&true.into())));
        })
        .links(&[
            Link::uses(&[&PUBLIC_IP], ADDRESS),
            Link::of(&[&SUBNET], "/properties/ipConfigurations/*/properties/subnet/id"),
            Link::of(&[&VIRTUAL_NETWORK], "/properties/virtualNetwork/id"),
        ]),
    ..Step::of(&BASTION, "network")
};
