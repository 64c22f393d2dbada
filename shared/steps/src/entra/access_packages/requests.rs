//! Requests for access packages.

use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static REQUEST: EntityType = EntityType {
    kind: "azure_access_packages_request",
    class: &["Requirement"],
    doc: "That somebody asked for an access package, or asked to change or end an assignment.",
    properties: &[
        text("name", "/id", "The object id."),
        text("displayName", "/id", "The object id."),
        always("title", "Access Package Request", "What it is."),
        text("requestType", "/", "What is asked for, such as `userAdd`."),
        text("state", "/", "Such as `pendingApproval` or `delivered`."),
        text("status", "/", "More about the state."),
        text("objectId", "/requestor/", "The object id of who asked."),
        date("createdOn", "/createdDateTime", "When it was made."),
        date("completedOn", "/completedDateTime", "When it was done with."),
        always(
            "resourceName",
            "[RM] Access Package Assignment Request",
            "What the reference calls the type.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-assignment-request",
    name: "Entitlement Management Access Package Assignment Request",
    covers: &["rm-azure-user-create-access-package-assignment-request"],
    list: List::graph("/identityGovernance/entitlementManagement/assignmentRequests")
        .whole()
        .query("$expand=requestor"),
    becomes: Becomes::one(&REQUEST).links(&[Link::new(
        RelationshipClass::Created,
        &[&USER],
        "/requestor/objectId",
    )
    .reverse()]),
    needs: super::NEEDS,
    ..Step::AZURE
};
