//! Requests for access packages, and what was decided about them.

use serde_json::{Value, json};

use super::{id, package_body, packages, subject, time};
use crate::world::directory::document::Document;
use crate::world::directory::reference::Reference;
use crate::world::guid::Kind;
use crate::world::random::nth;
use crate::world::tenant::Tenant;

/// How many requests there are.
pub(crate) fn count(tenant: &Tenant) -> u64 {
    20 + tenant.users / 8
}

/// Kinds of requests, with the state and the status.
const KINDS: [(&str, &str, &str); 7] = [
    ("userAdd", "delivered", "Fulfilled"),
    ("adminAdd", "delivered", "Fulfilled"),
    ("userAdd", "pendingApproval", "PendingApproval"),
    ("userAdd", "denied", "Denied"),
    ("adminUpdate", "partiallyDelivered", "PartiallyDelivered"),
    ("systemRemove", "delivered", "Fulfilled"),
    ("userExtend", "canceled", "Canceled"),
];

/// A request, and what can be asked for with it: who made it, and what for. Those that the system
/// made come without a requestor.
pub(crate) fn request(tenant: &Tenant, place: u64) -> (Document, [Value; 2]) {
    let mut draw = tenant.draw("access package request", place);
    let (kind, state, status) = nth(&KINDS, place);
    // Times of one form are in the order of their texts.
    let (one, other) = (time(&mut draw), time(&mut draw));
    let (created, completed) = if one < other { (one, other) } else { (other, one) };
    let document = Document::new(
        "accessPackageAssignmentRequest",
        json!({
            "id": request_id(tenant, place),
            "completedDateTime": (state == "delivered").then_some(completed),
            "createdDateTime": created,
            "customExtensionCalloutInstances": [],
            "requestType": kind,
            "schedule": {
                "expiration": { "duration": null, "endDateTime": null, "type": "notSpecified" },
                "recurrence": null,
                "startDateTime": null,
            },
            "state": state,
            "status": status,
        }),
    );
    let requestor = match kind {
        "systemRemove" => Value::Null,
        _ => subject(tenant, Reference::User(draw.below(tenant.users))),
    };
    (document, [requestor, package_body(tenant, draw.below(packages(tenant)))])
}

fn request_id(tenant: &Tenant, place: u64) -> String {
    id(tenant, Kind::AccessPackageRequest, place)
}

/// Whether somebody has to decide about a request. For the others there is no approval.
const fn needs_approval(place: u64) -> bool {
    matches!(place % 7, 0 | 2 | 3 | 6)
}

/// The approval of a request, which has the request's id.
pub(crate) fn approval(tenant: &Tenant, place: u64) -> Option<Document> {
    if !needs_approval(place) {
        return None;
    }
    let mut draw = tenant.draw("approval", place);
    let (result, status) = match place % 7 {
        0 => ("Approve", "Completed"),
        2 => ("NotReviewed", "InProgress"),
        3 => ("Deny", "Completed"),
        _ => ("NotReviewed", "Expired"),
    };
    let is_reviewed = result != "NotReviewed";
    let reviewer = Reference::User(draw.below(tenant.users));
    let object = reviewer.object(tenant);
    let text = |name: &str| object.property(name).unwrap_or(Value::Null);
    let by = json!({
        "id": reviewer.id(tenant),
        "displayName": text("displayName"),
        "userPrincipalName": text("userPrincipalName"),
    });
    let stages = 1 + draw.below(2);
    let stage = |_| {
        json!({
            "id": draw.guid(),
            "assignedToMe": false,
            "displayName": null,
            "justification": if is_reviewed { "Fine by me" } else { "" },
            "reviewResult": result,
            "reviewedBy": if is_reviewed { by.clone() } else { Value::Null },
            "reviewedDateTime": is_reviewed.then(|| time(&mut draw)),
            "status": status,
        })
    };
    let stages: Vec<Value> = (0..stages).map(stage).collect();
    Some(Document::new("approval", json!({ "id": request_id(tenant, place), "stages": stages })))
}
