//! Jobs of container apps.

use super::SECRETS;
use crate::arm::app::environments::ENVIRONMENT;
use crate::arm::container_registry::registries::REGISTRY;
use crate::host::host;
use crate::prelude::*;

pub(crate) static JOB: EntityType = EntityType {
    kind: "azure_container_app_job",
    class: &["Process"],
    doc: "Containers that run at a time, or when something happens, until they are done.",
    properties: &[
        text("cronExpression", "/properties/configuration/scheduleTriggerConfig/", "When it runs."),
        each("images", "/properties/template/containers/*/image", "What its containers run."),
        text("triggerType", "/properties/configuration/", "`Manual`, `Schedule` or `Event`."),
    ],
    ..EntityType::resource("Microsoft.App/jobs", "2025-01-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-container-app-jobs",
    name: "Container App Jobs",
    becomes: Becomes::one(&JOB).conceals(SECRETS).links(&[
        Link::of(&[&ENVIRONMENT], "/properties/environmentId"),
        Link::uses(&[&REGISTRY], "/properties/configuration/registries/*/server").by(host),
    ]),
    ..Step::of(&JOB, "container-apps")
};
