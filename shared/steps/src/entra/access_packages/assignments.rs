//! Assignments of access packages: who has them.

use graph::{Entity, Name};

use super::packages::PACKAGE;
use super::policies::POLICY;
use crate::entra::groups::GROUP;
use crate::entra::users::USER;
use crate::prelude::*;

pub(crate) static ASSIGNMENT: EntityType = EntityType {
    kind: "azure_access_packages_service_assignment",
    class: &["AccessRole"],
    doc: "That somebody has an access package, or had it.",
    properties: &[
        text("name", "/id", "The object id."),
        text("displayName", "/id", "The object id."),
        text("state", "/", "Such as `delivered` or `expired`."),
        text("status", "/", "More about the state, such as `DeliveryFailed`."),
        date("expiredOn", "/expiredDateTime", "When it expired."),
        text("accessPackage", "/accessPackage/id", "The access package."),
        text("assignmentPolicy", "/assignmentPolicy/id", "The policy that it was assigned by."),
        text("userId", COMPUTED, "The object id of the user who has it."),
        text(
            "groupId",
            "/assignmentPolicy/specificAllowedTargets/*/",
            "The object id of the first group that the policy lets request it.",
        ),
        always(
            "resourceName",
            "[RM] Access Package Assignment",
            "What the reference calls the type.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-assignment",
    name: "Entitlement Management Access Package Assignment",
    covers: &[
        "rm-access-package-assignment-contains-access-package-assignment-policy",
        "rm-access-package-has-access-package-assignment-relationship",
        "rm-azure-group-assigned-to-access-package",
        "rm-azure-user-assigned-to-access-package",
    ],
    list: List::graph("/identityGovernance/entitlementManagement/assignments")
        .whole()
        .query("$expand=accessPackage,assignmentPolicy,target"),
    becomes: Becomes::one(&ASSIGNMENT).refine(holder).links(&[
        Link::of(&[&PACKAGE], "/accessPackage/id"),
        Link::new(RelationshipClass::Contains, &[&POLICY], "/assignmentPolicy/id"),
        // It is who has it that relates to the package.
        Link::new(RelationshipClass::Assigned, &[&PACKAGE], "/accessPackage/id")
            .subject_found(&[&USER, &GROUP], holders)
            .when(|assignment| assignment.text("/state") != Some("expired")),
    ]),
    needs: super::NEEDS,
    ..Step::AZURE
};

fn holder(assignment: &Item<'_>, entity: &mut Entity) {
    entity.set("userId", user(assignment));
}

/// The user who has it. Somebody of another organization may not be a user yet; a service principal
/// never is.
fn user<'i>(assignment: &Item<'i>) -> Option<&'i str> {
    match assignment.text("/target/subjectType") {
        Some("servicePrincipal") => None,
        Some(_) => assignment.text("/target/objectId"),
        // Where the holder is not told, whom the policy names first is the best guess there is.
        None => assignment.text("/assignmentPolicy/specificAllowedTargets/0/userId"),
    }
}

/// Who has an access package, and the groups whose members can have it.
fn holders(assignment: &Item<'_>) -> Vec<Name> {
    let groups = assignment.texts("/assignmentPolicy/specificAllowedTargets/*/groupId");
    user(assignment).into_iter().chain(groups).map(Name::of_id).collect()
}
