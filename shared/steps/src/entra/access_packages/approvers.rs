//! Who approves requests for access packages: the stages of their approvals.

use graph::{End, Entity, Key, Name, RelationshipClass};
use serde_json::value::to_raw_value;

use super::requests::REQUEST;
use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, always, date, text};
use crate::entra::users::USER;
use crate::list::List;
use crate::step::{Link, Step};

pub(crate) static APPROVER: EntityType = EntityType {
    kind: "azure_access_packages_approver",
    class: &["Review"],
    doc: "A stage of the approval of a request, and who decided.",
    shared: OBJECT,
    properties: &[
        text("name", "/reviewedBy/userPrincipalName", "Who decided, by the name used to sign in.")
            .or("/id"),
        text("displayName", "/reviewedBy/displayName", "The name of who decided."),
        text("title", COMPUTED, "The decision in words."),
        text("reviewResult", "/reviewResult", "`Approve`, `Deny` or `NotReviewed`."),
        text("status", "/status", "Such as `InProgress`, `Completed` or `Expired`."),
        text("reviewedById", "/reviewedBy/id", "The object id of who decided."),
        date("reviewedOn", "/reviewedDateTime", "When it was decided."),
        text("justification", "/justification", "Why it was decided so."),
        always(
            "resourceName",
            "[RM] Access Package Assignment Approver",
            "What the reference calls the type.",
        ),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-assignment-approver",
    name: "Entitlement Management Access Package Assignment Approver",
    covers: &["rm-access-package-assignment-approver-is-user"],
    // An approval has the id of its request. Microsoft documents it for signed-in users only; the reference
    // was seen to read it as an application.
    list: List::graph(
        "/identityGovernance/entitlementManagement/accessPackageAssignmentApprovals/{id}",
    )
    .whole()
    .of_each(&[&REQUEST])
    .one(),
    links: &LINKS,
    relate: stages,
    adds: &[&APPROVER],
    ..super::STEP
};

static LINKS: [Link; 2] = [
    Link::new(RelationshipClass::Is, &[&USER], "").subject(&APPROVER, "/stages/*/id"),
    Link::new(RelationshipClass::Has, &[&APPROVER], ""),
];

fn stages(approval: &Item<'_>, out: &mut Output) {
    let [is, has] = &LINKS;
    for stage in approval.values("/stages/*") {
        let Ok(raw) = to_raw_value(stage) else { continue };
        let stage = Item { json: stage, raw: &raw, ..*approval };
        let Some(id) = stage.id() else {
            out.lose(format!("{}.id", APPROVER.kind));
            continue;
        };
        let key = Key::new(&format!("{id}/requestApproverKey"));
        let this = End::known(&key, APPROVER.kind);
        if let Some(user) = stage.text("/reviewedBy/id") {
            out.references.push(is.reference(this.clone(), End::named(Name::of_id(user))));
        }
        if let Some(request) = approval.parent {
            out.references.push(has.reference(End::known(request.key, request.kind), this));
        }
        out.entities.push(APPROVER.refined(key, &stage, title, &mut out.drift));
    }
}

fn title(stage: &Item<'_>, entity: &mut Entity) {
    let title = stage.text("/reviewResult").map(|result| format!("request is {result}"));
    entity.set("title", title);
}
