//! Entitlement management: catalogs, the access packages in them, and who asked for and has them.

pub(crate) mod request;

use serde_json::{Value, json};

use super::application::Application;
use super::document::Document;
use super::reference::Reference;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::guid::Kind;
use crate::world::names::WORKLOADS;
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// How many catalogs there are. The last one is empty.
pub(crate) fn catalogs(tenant: &Tenant) -> u64 {
    4 + tenant.users / 5000
}

/// How many access packages there are.
pub(crate) fn packages(tenant: &Tenant) -> u64 {
    8 + tenant.users / 500
}

/// How many policies there are: two for every access package but each seventh, which has none.
pub(crate) fn policies(tenant: &Tenant) -> u64 {
    packages(tenant) * 2
}

/// How many assignments there are.
pub(crate) fn assignments(tenant: &Tenant) -> u64 {
    10 + tenant.users / 10
}

fn id(tenant: &Tenant, kind: Kind, place: u64) -> String {
    tenant.guids.guid(kind, place)
}

/// A time within the last years, with a fraction, as these services write it.
fn time(draw: &mut Draw) -> String {
    let days = i64::try_from(draw.below(900)).unwrap_or_default();
    fraction(TODAY - days * DAY - 7200, draw.number())
}

/// The catalog that an access package is in: none is in the last one.
fn catalog_of(tenant: &Tenant, package: u64) -> u64 {
    package % (catalogs(tenant) - 1)
}

/// The access packages that are in a catalog.
pub(crate) fn packages_in(tenant: &Tenant, catalog: u64) -> Vec<Value> {
    let all = (0..packages(tenant)).filter(|package| catalog_of(tenant, *package) == catalog);
    all.map(|package| package_body(tenant, package)).collect()
}

fn package_body(tenant: &Tenant, place: u64) -> Value {
    let mut draw = tenant.draw("access package", place);
    json!({
        "id": id(tenant, Kind::AccessPackage, place),
        "createdDateTime": time(&mut draw),
        "description": format!("Access to {}", nth(&WORKLOADS, place)),
        // Some are still there for those who have them, and shown to nobody else.
        "displayName": format!("{} team", nth(&WORKLOADS, place)),
        "isHidden": place % 5 == 4,
        "modifiedDateTime": time(&mut draw),
    })
}

/// An access package.
pub(crate) fn package(tenant: &Tenant, place: u64) -> Document {
    Document::new("accessPackage", package_body(tenant, place))
}

/// A catalog. The first is the one that every tenant begins with.
pub(crate) fn catalog(tenant: &Tenant, place: u64) -> Document {
    let mut draw = tenant.draw("catalog", place);
    let is_first = place == 0;
    Document::new(
        "accessPackageCatalog",
        json!({
            "id": catalog_id(tenant, place),
            "catalogType": if is_first { "serviceDefault" } else { "userManaged" },
            "createdDateTime": time(&mut draw),
            "description": if is_first { "Built-in catalog." } else { "For one department." },
            "displayName": if is_first { "General".to_owned() } else { format!("Catalog {place}") },
            "isExternallyVisible": draw.chance(60),
            "modifiedDateTime": time(&mut draw),
            "state": if place % 5 == 2 { "unpublished" } else { "published" },
        }),
    )
}

pub(crate) fn catalog_id(tenant: &Tenant, place: u64) -> String {
    id(tenant, Kind::AccessPackageCatalog, place)
}

/// How many resources a catalog has.
pub(crate) fn resources(tenant: &Tenant, catalog: u64) -> u64 {
    if catalog == catalogs(tenant) - 1 { 0 } else { 3 + catalog % 4 }
}

/// A resource of a catalog: an application, a group or a site. What is asked for of its scopes and
/// roles comes with it.
pub(crate) fn resource(tenant: &Tenant, catalog: u64, place: u64) -> (Document, Value, Value) {
    let mut draw = tenant.draw("catalog resource", catalog << 16 | place);
    let (system, origin, name, kind) = match place % 3 {
        0 => {
            let clients = tenant.principals().len() as u64;
            let number = draw.below(tenant.applications);
            let application = Application::new(tenant, clients + number);
            // The origin of an application is its service principal.
            let principal = application.service_principal().unwrap_or_default();
            let origin = tenant.service_principal_id(principal);
            let attribute = format!("AppId: {}", application.app_id());
            ("AadApplication", origin, application.display_name(), attribute)
        }
        1 => {
            let group = Reference::Group(draw.below(tenant.groups));
            let name = group.display_name(tenant).as_str().unwrap_or_default().to_owned();
            ("AadGroup", group.id(tenant), name, "Security group".to_owned())
        }
        _ => {
            let site = format!(
                "https://{}.sharepoint.com/sites/{}",
                tenant.company().1,
                nth(&WORKLOADS, catalog + place)
            );
            ("SharePointOnline", site.clone(), site, "Site".to_owned())
        }
    };
    let (resource, scope, role) = (draw.guid(), draw.guid(), draw.guid());
    let scopes = json!([{
        "id": scope,
        "description": "Root Scope",
        "displayName": "Root",
        "isRootScope": true,
        "originId": origin,
        "originSystem": system,
        "url": (system == "SharePointOnline").then_some(&origin),
    }]);
    let roles = match system {
        "AadApplication" => json!([]),
        _ => json!([{
            "id": role,
            "description": null,
            "displayName": "Member",
            "originId": format!("Member_{origin}"),
            "originSystem": system,
        }]),
    };
    let document = Document::new(
        "accessPackageResource",
        json!({
            "id": resource,
            "attributes": [],
            "createdDateTime": time(&mut draw),
            "description": kind,
            "displayName": name,
            "modifiedDateTime": time(&mut draw),
            "originId": origin,
            "originSystem": system,
        }),
    );
    (document, scopes, roles)
}

/// Whether there is a policy at a place.
fn is_policy(policy: u64) -> bool {
    (policy / 2) % 7 != 6
}

/// A policy of an access package: who may ask for it, and who decides.
pub(crate) fn policy(tenant: &Tenant, place: u64) -> Option<Document> {
    is_policy(place)
        .then(|| Document::new("accessPackageAssignmentPolicy", policy_body(tenant, place)))
}

fn policy_body(tenant: &Tenant, place: u64) -> Value {
    let mut draw = tenant.draw("access package policy", place);
    let user = Reference::User(draw.below(tenant.users));
    let group = Reference::Group(draw.below(tenant.groups));
    let targets = match place % 4 {
        0 => json!([{
            "@odata.type": "#microsoft.graph.singleUser",
            "description": user.display_name(tenant),
            "userId": user.id(tenant),
        }]),
        1 => json!([{
            "@odata.type": "#microsoft.graph.groupMembers",
            "description": group.display_name(tenant),
            "groupId": group.id(tenant),
        }]),
        _ => json!([]),
    };
    let scope = if place % 4 < 2 { "specificDirectoryUsers" } else { "allMemberUsers" };
    let expiration = match place % 3 {
        0 => json!({ "duration": "P365D", "endDateTime": null, "type": "afterDuration" }),
        1 => json!({ "duration": null, "endDateTime": null, "type": "noExpiration" }),
        _ => json!({
            "duration": null,
            "endDateTime": fraction(TODAY + 200 * DAY, 0),
            "type": "afterDateTime",
        }),
    };
    json!({
        "id": id(tenant, Kind::AccessPackagePolicy, place),
        "allowedTargetScope": scope,
        "automaticRequestSettings": null,
        "createdDateTime": time(&mut draw),
        "description": if place.is_multiple_of(2) { "Initial Policy" } else { "For externals" },
        "displayName": if place.is_multiple_of(2) { "Initial Policy" } else { "Externe" },
        "expiration": expiration,
        "modifiedDateTime": time(&mut draw),
        "requestApprovalSettings": {
            "isApprovalRequiredForAdd": place.is_multiple_of(2),
            "isApprovalRequiredForUpdate": false,
            "stages": [],
        },
        "requestorSettings": {
            "allowCustomAssignmentSchedule": false,
            "enableOnBehalfRequestorsToAddAccess": false,
            "enableTargetsToSelfAddAccess": true,
            "enableTargetsToSelfRemoveAccess": true,
            "enableTargetsToSelfUpdateAccess": false,
            "onBehalfRequestors": [],
        },
        "reviewSettings": null,
        "specificAllowedTargets": targets,
    })
}

/// An assignment of an access package, and what can be asked for with it: the access package, the
/// policy by which it was made, and the one who has it. The policy may be gone by now.
pub(crate) fn assignment(tenant: &Tenant, place: u64) -> (Document, [Value; 3]) {
    const STATES: [(&str, &str); 5] = [
        ("delivered", "Delivered"),
        ("delivered", "Delivered"),
        ("delivering", "Delivering"),
        ("expired", "Expired"),
        ("partiallyDelivered", "PartiallyDelivered"),
    ];
    let mut draw = tenant.draw("access package assignment", place);
    let package = draw.below(packages(tenant));
    let policy = package * 2 + draw.below(2);
    let (state, status) = nth(&STATES, place);
    let document = Document::new(
        "accessPackageAssignment",
        json!({
            "id": id(tenant, Kind::AccessPackageAssignment, place),
            "customExtensionCalloutInstances": [],
            "expiredDateTime": (state == "expired").then(|| time(&mut draw)),
            "schedule": {
                "expiration": { "duration": null, "endDateTime": null, "type": "noExpiration" },
                "recurrence": null,
                "startDateTime": time(&mut draw),
            },
            "state": state,
            "status": status,
        }),
    );
    let policy = if is_policy(policy) { policy_body(tenant, policy) } else { Value::Null };
    let target = subject(tenant, Reference::User(draw.below(tenant.users)));
    (document, [package_body(tenant, package), policy, target])
}

/// A user as this service sees them. It has ids of its own for them.
pub(crate) fn subject(tenant: &Tenant, user: Reference) -> Value {
    let object = user.object(tenant);
    let text = |name: &str| object.property(name).unwrap_or(Value::Null);
    let mut draw = match user {
        Reference::User(index) => tenant.draw("subject", index),
        _ => tenant.draw("subject", 0),
    };
    json!({
        "id": draw.guid(),
        "displayName": text("displayName"),
        "email": text("mail"),
        "objectId": user.id(tenant),
        "onPremisesSecurityIdentifier": null,
        "principalName": text("userPrincipalName"),
        "subjectLifecycle": "notGoverned",
        "subjectType": "user",
    })
}
