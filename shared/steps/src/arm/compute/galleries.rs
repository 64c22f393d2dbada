//! Galleries of images.

use crate::prelude::*;

pub(crate) static GALLERY: EntityType = EntityType {
    kind: "azure_gallery",
    class: &["Repository"],
    doc: "Images of virtual machines that are shared with others.",
    properties: &[
        always_flag("encrypted", true, "Azure encrypts every image."),
        text("state", "/properties/provisioningState", "How its last change ended."),
    ],
    ..EntityType::resource("Microsoft.Compute/galleries", "2024-03-03")
};

pub(crate) static STEP: Step =
    Step { id: "rm-compute-galleries", name: "Galleries", ..Step::of(&GALLERY, "compute") };
