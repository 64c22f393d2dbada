//! Assignments of access packages: who has them.

use graph::{End, Entity, Name, RelationshipClass};

use super::packages::PACKAGE;
use super::policies::POLICY;
use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, always, date, text};
use crate::entra::groups::GROUP;
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Step};

pub(crate) static ASSIGNMENT: EntityType = EntityType {
    kind: "azure_access_packages_service_assignment",
    class: &["AccessRole"],
    doc: "That somebody has an access package, or had it.",
    shared: OBJECT,
    properties: &[
        text("name", "/id", "The object id."),
        text("displayName", "/id", "The object id."),
        text("state", "/state", "Such as `delivered` or `expired`."),
        text("status", "/status", "More about the state, such as `DeliveryFailed`."),
        date("expiredOn", "/expiredDateTime", "When it expired."),
        text("accessPackage", "/accessPackage/id", "The access package."),
        text("assignmentPolicy", "/assignmentPolicy/id", "The policy that it was assigned by."),
        text("userId", COMPUTED, "The object id of the user who has it."),
        text(
            "groupId",
            "/assignmentPolicy/specificAllowedTargets/*/groupId",
            "The object id of the first group that the policy lets request it.",
        ),
        always(
            "resourceName",
            "[RM] Access Package Assignment",
            "What the reference calls the type.",
        ),
    ],
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
    emits: Some(&ASSIGNMENT),
    links: &LINKS,
    refine: holder,
    relate: assigned,
    ..super::STEP
};

static LINKS: [Link; 4] = [
    Link::of(&[&PACKAGE], "/accessPackage/id"),
    Link::new(RelationshipClass::Contains, &[&POLICY], "/assignmentPolicy/id"),
    assigned_to(&USER),
    assigned_to(&GROUP),
];

/// It is who has it that relates to the package.
const fn assigned_to(kind: &'static EntityType) -> Link {
    const TO: &[&EntityType] = &[&PACKAGE];
    Link::new(RelationshipClass::Assigned, TO, "").subject(kind, "/target/objectId")
}

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

/// Relates who has an access package to it, and the groups whose members can have it.
fn assigned(assignment: &Item<'_>, out: &mut Output) {
    let Some(package) = assignment.text("/accessPackage/id") else { return };
    if assignment.text("/state") == Some("expired") {
        return;
    }
    let [_, _, link, _] = &LINKS;
    let groups = assignment.texts("/assignmentPolicy/specificAllowedTargets/*/groupId");
    for id in user(assignment).into_iter().chain(groups) {
        let [holder, package] = [id, package].map(|id| End::named(Name::of_id(id)));
        out.references.push(link.reference(holder, package));
    }
}
