//! Definitions of images in galleries.

use crate::arm::compute::galleries::GALLERY;
use crate::prelude::*;

pub(crate) static SHARED_IMAGE: EntityType = EntityType {
    kind: "azure_shared_image",
    class: &["Image"],
    doc: "An image in a gallery, which has versions.",
    properties: &[
        text("architecture", "/properties/", "`x64` or `Arm64`."),
        text("description", "/properties/", "What its owner says of it."),
        date("expiresOn", "/properties/endOfLifeDate", "When it should no longer be used."),
        text("hyperVGeneration", "/properties/", "`V1` or `V2`."),
        text("identifier.publisher", "/properties/identifier/publisher", "Who publishes it."),
        text("identifier.offer", "/properties/identifier/offer", "The family that it is of."),
        text("identifier.sku", "/properties/identifier/sku", "Which of the family it is."),
        text("osState", "/properties/", "`Generalized` if it holds no accounts or machine names."),
        text("osType", "/properties/", "`Linux` or `Windows`."),
        text("state", "/properties/provisioningState", "How its last change ended."),
    ],
    ..EntityType::child_resource("Microsoft.Compute/galleries/images", "2024-03-03")
};

pub(crate) static STEP: Step = Step {
    id: "rm-compute-shared-images",
    name: "Gallery Shared Images",
    ..Step::of(&SHARED_IMAGE, "compute")
        .of_each(&[&GALLERY])
        .links(&[Link::of_parent(RelationshipClass::Contains)])
};
