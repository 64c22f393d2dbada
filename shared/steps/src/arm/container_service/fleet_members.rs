//! The clusters that are in fleets.

use crate::arm::container_service::clusters::CLUSTER;
use crate::arm::container_service::fleets::FLEET;
use crate::prelude::*;

const LISTED: ResourceType =
    ResourceType::new("Microsoft.ContainerService/fleets/members", "2025-03-01");

pub(crate) static STEP: Step = Step {
    id: "rm-container-services-fleet-members",
    name: "Kubernetes Fleet Members",
    list: List::of_type(LISTED).of_each(&[&FLEET]),
    becomes: Becomes::related(&[Link::from_parent(
        RelationshipClass::Has,
        &[&CLUSTER],
        "/properties/clusterResourceId",
    )]),
    needs: Needs::subscription("container-services"),
    ..Step::AZURE
};
