//! Cross-tenant access: whom the directory lets in from other directories, whom it lets out to
//! them, and what of theirs it believes.

pub(crate) mod defaults;
pub(crate) mod partners;

use graph::{Entity, Key};

use crate::prelude::*;

/// What is recorded of the settings for one directory, and of those for all others.
const SETTINGS: &[&[Property]] = &[&[
    text("id", COMPUTED, "The id of the other directory, or `default` for all others."),
    text("name", COMPUTED, "The name of the other directory if it is known, or else its id."),
    text(
        "displayName",
        COMPUTED,
        "The name of the other directory if it is known, or else its id.",
    ),
    flag(
        "isMfaTrusted",
        "/inboundTrust/isMfaAccepted",
        "Whether it counts here that a user proved another factor there.",
    ),
    flag(
        "isCompliantDeviceTrusted",
        "/inboundTrust/isCompliantDeviceAccepted",
        "Whether a device counts here as compliant that does there.",
    ),
    flag(
        "isHybridJoinedDeviceTrusted",
        "/inboundTrust/isHybridAzureADJoinedDeviceAccepted",
        "Whether a device counts here as joined that does there.",
    ),
    text(
        "collaborationInboundUsers",
        "/b2bCollaborationInbound/usersAndGroups/accessType",
        "Whether their users of `collaborationInboundUserTargets` can be guests: `allowed` or `blocked`.",
    ),
    each(
        "collaborationInboundUserTargets",
        "/b2bCollaborationInbound/usersAndGroups/targets/*/target",
        "Ids of their users and groups, or `AllUsers`.",
    ),
    text(
        "collaborationInboundApplications",
        "/b2bCollaborationInbound/applications/accessType",
        "Whether guests reach our applications: `allowed` or `blocked`.",
    ),
    each(
        "collaborationInboundApplicationTargets",
        "/b2bCollaborationInbound/applications/targets/*/target",
        "Ids of our applications, or `AllApplications`.",
    ),
    text(
        "collaborationOutboundUsers",
        "/b2bCollaborationOutbound/usersAndGroups/accessType",
        "Whether our users can be guests of theirs: `allowed` or `blocked`.",
    ),
    each(
        "collaborationOutboundUserTargets",
        "/b2bCollaborationOutbound/usersAndGroups/targets/*/target",
        "Ids of our users and groups, or `AllUsers`.",
    ),
    text(
        "collaborationOutboundApplications",
        "/b2bCollaborationOutbound/applications/accessType",
        "Whether our users reach their applications as guests: `allowed` or `blocked`.",
    ),
    text(
        "directConnectInboundUsers",
        "/b2bDirectConnectInbound/usersAndGroups/accessType",
        "Whether their users can join shared channels without being guests: `allowed` or `blocked`.",
    ),
    text(
        "directConnectInboundApplications",
        "/b2bDirectConnectInbound/applications/accessType",
        "Whether their users reach our applications without being guests: `allowed` or `blocked`.",
    ),
    text(
        "directConnectOutboundUsers",
        "/b2bDirectConnectOutbound/usersAndGroups/accessType",
        "Whether our users can join their shared channels without being guests: `allowed` or `blocked`.",
    ),
    text(
        "directConnectOutboundApplications",
        "/b2bDirectConnectOutbound/applications/accessType",
        "Whether our users reach their applications without being guests: `allowed` or `blocked`.",
    ),
    flag(
        "isInboundConsentAutomatic",
        "/automaticUserConsentSettings/inboundAllowed",
        "Whether their users are not asked before they become guests.",
    ),
    flag(
        "isOutboundConsentAutomatic",
        "/automaticUserConsentSettings/outboundAllowed",
        "Whether our users are not asked before they become guests of theirs.",
    ),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
]];

const POLICIES: Needs = Needs::directory("ad-cross-tenant-access").graph(&["Policy.Read.All"]);

/// Neither has an id; another directory has settings in many.
fn key(settings: &Item<'_>, of: &str) -> Key {
    Key::new(&format!("{}/crosstenantaccesspolicy/{of}", settings.instance.directory_id))
}

fn name(entity: &mut Entity, id: &str, name: Option<&str>) {
    let name = name.filter(|it| !it.is_empty()).unwrap_or(id);
    entity.set("id", Some(id));
    entity.set("name", Some(name));
    entity.set("displayName", Some(name));
}
