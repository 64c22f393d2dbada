//! Groups of containers that run without a machine of their own.

use graph::{Entity, Name};

use crate::arm::container_registry::registries::REGISTRY;
use crate::arm::network::virtual_networks::SUBNET;
use crate::arm::storage::file_shares::{FILE_SHARE, share_of};
use crate::host::host;
use crate::prelude::*;

pub(crate) static GROUP: EntityType = EntityType {
    kind: "azure_container_group",
    class: &["Group"],
    doc: "Containers that run side by side, and share an address and volumes.",
    properties: &[
        text("fqdn", "/properties/ipAddress/", "Its name within Azure's domain."),
        text("ipAddress", "/properties/ipAddress/ip", "The address at which it is reached."),
        text("osType", "/properties/", "`Linux` or `Windows`."),
        is("public", "/properties/ipAddress/type", "Public", "Whether the internet can reach it."),
        text("restartPolicy", "/properties/", "When containers are started again."),
        text("sku", "/properties/", "`Standard`, `Dedicated` or `Confidential`."),
        list("zones", "/", "Availability zones."),
    ],
    ..EntityType::resource("Microsoft.ContainerInstance/containerGroups", "2023-05-01")
};

pub(crate) static CONTAINER: EntityType = EntityType {
    kind: "azure_container",
    class: &["Container"],
    doc: "A container of a group.",
    properties: &[
        text("id", COMPUTED, "An id that is made of that of its group."),
        text("name", "/", "The name within the group."),
        text("displayName", "/name", "The name that people see."),
        text("image", "/properties/", "What it runs."),
        number("cpu", "/properties/resources/requests/", "How many cores it has."),
        number("memoryInGb", "/properties/resources/requests/memoryInGB", "How much memory."),
        flag("privileged", "/properties/securityContext/", "Whether it may do what its host may."),
    ],
    ..EntityType::IMPLIED
};

pub(crate) static VOLUME: EntityType = EntityType {
    kind: "azure_container_volume",
    class: &["Disk"],
    doc: "What containers of a group mount.",
    properties: &[
        text("id", COMPUTED, "An id that is made of that of its group."),
        text("name", "/", "The name within the group."),
        text("displayName", "/name", "The name that people see."),
        text("classification", COMPUTED, "Volumes have no tags that would say it.").or_null(),
        flag("encrypted", COMPUTED, "It depends on where the files lie.").or_null(),
        flag("readOnly", "/azureFile/", "Whether it is mounted to be read only."),
    ],
    ..EntityType::IMPLIED
};

/// What holds secrets in a container.
const SECRETS: &[&str] = &[
    "/properties/environmentVariables/*/value",
    "/properties/environmentVariables/*/secureValue",
    "/properties/livenessProbe/httpGet/httpHeaders/*/value",
    "/properties/readinessProbe/httpGet/httpHeaders/*/value",
];

pub(crate) static STEP: Step = Step {
    id: "rm-container-groups",
    name: "Container Groups",
    becomes: Becomes::one(&GROUP)
        .conceals(&[
            "/properties/containers/*/properties/environmentVariables/*/value",
            "/properties/containers/*/properties/environmentVariables/*/secureValue",
            "/properties/containers/*/properties/livenessProbe/httpGet/httpHeaders/*/value",
            "/properties/containers/*/properties/readinessProbe/httpGet/httpHeaders/*/value",
            "/properties/initContainers/*/properties/environmentVariables/*/value",
            "/properties/initContainers/*/properties/environmentVariables/*/secureValue",
            "/properties/volumes/*/azureFile/storageAccountKey",
            "/properties/volumes/*/gitRepo/repository",
            "/properties/volumes/*/secret",
            "/properties/imageRegistryCredentials/*/password",
            "/properties/diagnostics/logAnalytics/workspaceKey",
        ])
        .links(&[
            Link::of(&[&SUBNET], "/properties/subnetIds/*/id"),
            Link::uses(&[&REGISTRY], "/properties/imageRegistryCredentials/*/server").by(host),
        ])
        .nested(&[
            Nested::at(
                "/properties/containers/*",
                Becomes::one(&CONTAINER)
                    .key(|container| container.key_below("containers", "/name"))
                    .refine(|container, entity| id("containers", container, entity))
                    .conceals(SECRETS)
                    .links(&[
                        Link::of_parent(RelationshipClass::Has),
                        Link::uses(&[&VOLUME], "/properties/volumeMounts/*/name").by(volume),
                    ]),
            ),
            Nested::at(
                "/properties/volumes/*",
                Becomes::one(&VOLUME)
                    .key(|volume| volume.key_below("volumes", "/name"))
                    .refine(|volume, entity| id("volumes", volume, entity))
                    .conceals(&["/azureFile/storageAccountKey", "/gitRepo/repository", "/secret"])
                    .links(&[
                        Link::of_parent(RelationshipClass::Has),
                        Link::uses(&[&FILE_SHARE], "/azureFile/shareName").by(share),
                    ]),
            ),
        ]),
    ..Step::of(&GROUP, "container-instance")
};

/// Makes an id for what has a name only.
fn id(collection: &str, part: &Item<'_>, entity: &mut Entity) {
    let group = part.parent.and_then(|it| it.json.get("id")?.as_str());
    let id = group.zip(part.text("/name"));
    entity.set("id", id.map(|(group, name)| format!("{group}/{collection}/{name}")));
}

/// Containers call the volumes of their group by name.
fn volume(name: &str, container: &Item<'_>) -> Option<Name> {
    Some(Name::of_id(&format!("{}/volumes/{name}", container.parent?.key)))
}

/// Volumes call file shares by the names of account and share.
fn share(name: &str, volume: &Item<'_>) -> Option<Name> {
    Some(share_of(volume.text("/azureFile/storageAccountName")?, name))
}
