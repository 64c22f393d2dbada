//! The APIs of API Management services.

use crate::arm::api_management::services::SERVICE;
use crate::prelude::*;

pub(crate) static API: EntityType = EntityType {
    kind: "azure_api_management_api",
    class: &["ApplicationEndpoint"],
    doc: "An API that is called through a gateway.",
    properties: &[
        text("address", PATH, "Where it begins, below the address of the gateway."),
        text("apiRevision", "/properties/apiRevision", "Which revision it is."),
        text("apiType", "/properties/type", "Such as `http`, `soap` or `websocket`."),
        text("apiVersion", "/properties/apiVersion", "Which version it is."),
        text("apiVersionSetId", "/properties/apiVersionSetId", "What has all of its versions."),
        text("description", "/properties/description", "What its owner says of it."),
        text("displayName", "/properties/displayName", "The name that people see."),
        flag("isCurrent", "/properties/isCurrent", "Whether calls lead to this revision."),
        text("path", PATH, "Where it begins, below the address of the gateway."),
        list("protocols", "/properties/protocols", "How it is called, such as `https`."),
        text("serviceUrl", "/properties/serviceUrl", "What the gateway calls."),
        flag(
            "subscriptionRequired",
            "/properties/subscriptionRequired",
            "Whether it is only called with a key.",
        ),
    ],
    ..EntityType::child("Microsoft.ApiManagement/service/apis", "2024-05-01")
};

const PATH: &str = "/properties/path";

pub(crate) static STEP: Step = Step {
    id: "rm-api-management-apis",
    name: "API Management APIs",
    list: List::of(&API).of_each(&[&SERVICE]),
    becomes: Becomes::one(&API).links(&[Link::of_parent(RelationshipClass::Has)]),
    needs: Needs::subscription("api-management"),
    ..Step::AZURE
};
