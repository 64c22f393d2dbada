//! Versions of images in galleries, and what they were made of.

use graph::Key;
use serde_json::json;

use crate::arm::compute::disks::DISK;
use crate::arm::compute::images::IMAGE;
use crate::arm::compute::shared_images::SHARED_IMAGE;
use crate::arm::compute::snapshots::SNAPSHOT;
use crate::arm::compute::virtual_machines::VIRTUAL_MACHINE;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static VERSION: EntityType = EntityType {
    kind: "azure_shared_image_version",
    class: &["Image"],
    doc: "A version of an image in a gallery.",
    properties: &[
        date("createdOn", PUBLISHED, "When it was published."),
        date("publishedDate", PUBLISHED, "When it was published."),
        date("expiresOn", "/properties/publishingProfile/endOfLifeDate", "When to stop using it."),
        flag("excludeFromLatest", "/properties/publishingProfile/", "Whether `latest` skips it."),
        each("targetRegions", "/properties/publishingProfile/targetRegions/*/name", "Its regions.")
            .or(&["/properties/publishingProfile/regions/*"]),
        text("sourceId", MADE_OF, "What it was made of.").or(ELSEWHERE),
    ],
    ..EntityType::child_resource("Microsoft.Compute/galleries/images/versions", "2024-03-03")
};

const PUBLISHED: &str = "/properties/publishingProfile/publishedDate";
const MADE_OF: &str = "/properties/storageProfile/source/id";
const MACHINE: &str = "/properties/storageProfile/source/virtualMachineId";
const DISK_OR_SNAPSHOT: &str = "/properties/storageProfile/osDiskImage/source/id";
const FILE: &str = "/properties/storageProfile/osDiskImage/source/storageAccountId";
const MANAGED_IMAGE: &str = "/properties/publishingProfile/source/managedImage/id";
const ELSEWHERE: &[&str] = &[MACHINE, DISK_OR_SNAPSHOT, FILE, MANAGED_IMAGE];

pub(crate) static STEP: Step = Step {
    id: "rm-compute-shared-image-versions",
    name: "Gallery Shared Image Versions",
    covers: &["rm-compute-shared-image-version-source-relationships"],
    ..Step::of(&VERSION, "compute").of_each(&[&SHARED_IMAGE]).links(&[
        Link::of_parent(RelationshipClass::Has),
        made_of(MADE_OF),
        made_of(MACHINE),
        made_of(DISK_OR_SNAPSHOT),
        made_of(FILE),
        made_of(MANAGED_IMAGE),
    ])
};

/// What the version was made of, whose id is at `path`. It may lie in another subscription.
const fn made_of(path: &'static str) -> Link {
    const MAPPED: &str = "mapping_source_generated_azure_image_source";
    const SOURCES: &[&EntityType] =
        &[&VIRTUAL_MACHINE, &IMAGE, &DISK, &SNAPSHOT, &STORAGE_ACCOUNT, &VERSION];
    Link::new(RelationshipClass::Generated, SOURCES, path).reverse().or_map(&[MAPPED], |id, _| {
        map(MAPPED, &[&["_key"]], json!({ "_type": "azure_image_source", "_key": Key::new(id) }))
    })
}
