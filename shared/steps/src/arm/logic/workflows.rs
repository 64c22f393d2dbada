//! Logic apps that are paid for by use. The others are web apps.

use crate::prelude::*;

pub(crate) static WORKFLOW: EntityType = EntityType {
    kind: "azure_logic_app_workflow",
    class: &["Function"],
    doc: "Something that is done when something happens.",
    properties: &[
        text("state", "/properties/", "`Enabled` if it is done."),
        is("active", "/properties/state", "Enabled", "Whether it is done."),
        text("accessEndpoint", "/properties/", "The address at which it is asked."),
        each(
            "allowedCallers",
            "/properties/accessControl/triggers/allowedCallerIpAddresses/*/addressRange",
            "Which addresses may ask for it; none if all may.",
        ),
        each("triggers", "/properties/definition/triggers/*/type", "What makes it happen."),
        date("createdOn", "/properties/createdTime", "When it was created."),
        date("updatedOn", "/properties/changedTime", "When it was last changed."),
    ],
    ..EntityType::resource("Microsoft.Logic/workflows", "2019-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-logic-workflows",
    name: "Logic Apps",
    // What it does, and with what, may hold secrets.
    becomes: Becomes::one(&WORKFLOW)
        .conceals(&["/properties/definition", "/properties/parameters"]),
    ..Step::of(&WORKFLOW, "logic-apps")
};
