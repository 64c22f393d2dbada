//! The APIs of API Management services.

use crate::arm::api_management::services::SERVICE;
use crate::prelude::*;

pub(crate) static API: EntityType = EntityType {
    kind: "azure_api_management_api",
    class: &["ApplicationEndpoint"],
    doc: "An API that is called through a gateway.",
    properties: &[
        text("address", PATH, "Where it begins, below the address of the gateway."),
        text("apiRevision", "/properties/", "Which revision it is."),
        text("apiType", "/properties/type", "Such as `http`, `soap` or `websocket`."),
        text("apiVersion", "/properties/", "Which version it is."),
        text("apiVersionSetId", "/properties/", "What has all of its versions."),
        text("description", "/properties/", "What its owner says of it."),
        text("displayName", "/properties/", "The name that people see."),
        flag("isCurrent", "/properties/", "Whether calls lead to this revision."),
        text("path", PATH, "Where it begins, below the address of the gateway."),
        list("protocols", "/properties/", "How it is called, such as `https`."),
        text("serviceUrl", "/properties/", "What the gateway calls."),
        flag("subscriptionRequired", "/properties/", "Whether it is only called with a key."),
    ],
    ..EntityType::child("Microsoft.ApiManagement/service/apis", "2024-05-01")
};

const PATH: &str = "/properties/path";

pub(crate) static STEP: Step = Step {
    id: "rm-api-management-apis",
    name: "API Management APIs",
    ..Step::of(&API, "api-management")
        .of_each(&[&SERVICE])
        .links(&[Link::of_parent(RelationshipClass::Has)])
};
