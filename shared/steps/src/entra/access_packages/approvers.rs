//! Who approves requests for access packages: the stages of their approvals.

use graph::{Entity, Key};

use super::requests::REQUEST;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static APPROVER: EntityType = EntityType {
    kind: "azure_access_packages_approver",
    class: &["Review"],
    doc: "A stage of the approval of a request, and who decided.",
    properties: &[
        text("name", "/reviewedBy/userPrincipalName", "Who decided, by the name used to sign in.")
            .or(&["/id"]),
        text("displayName", "/reviewedBy/", "The name of who decided."),
        text("title", COMPUTED, "The decision in words."),
        text("reviewResult", "/", "`Approve`, `Deny` or `NotReviewed`."),
        text("status", "/", "Such as `InProgress`, `Completed` or `Expired`."),
        text("reviewedById", "/reviewedBy/id", "The object id of who decided."),
        date("reviewedOn", "/reviewedDateTime", "When it was decided."),
        text("justification", "/", "Why it was decided so."),
        always(
            "resourceName",
            "[RM] Access Package Assignment Approver",
            "What the reference calls the type.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-assignment-approver",
    name: "Entitlement Management Access Package Assignment Approver",
    covers: &["rm-access-package-assignment-approver-is-user"],
    // An approval has the id of its request. Microsoft documents it for signed-in users only; the
    // reference was seen to read it as an application.
    list: List::graph(
        "/identityGovernance/entitlementManagement/accessPackageAssignmentApprovals/{id}",
    )
    .whole()
    .of_each(&[&REQUEST])
    .one(),
    becomes: Becomes::NOTHING.nested(&[Nested::at(
        "/stages/*",
        Becomes::one(&APPROVER)
            .key(|stage| Some(Key::new(&format!("{}/requestApproverKey", stage.id()?))))
            .refine(title)
            .links(&[
                Link::new(RelationshipClass::Is, &[&USER], "/reviewedBy/id"),
                Link::of_parent(RelationshipClass::Has),
            ]),
    )]),
    needs: super::NEEDS,
    ..Step::AZURE
};

fn title(stage: &Item<'_>, entity: &mut Entity) {
    let title = stage.text("/reviewResult").map(|result| format!("request is {result}"));
    entity.set("title", title);
}
