//! Users.

pub(crate) mod managers;
pub(crate) mod registration_details;
pub(crate) mod sign_in_activity;

use graph::{Entity, Name};
use serde_json::{Map, Value};

use crate::entra::account;
use crate::entra::subscribed_skus::{SUBSCRIBED_SKU, product};
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static USER: EntityType = EntityType {
    kind: "azure_user",
    class: &["User"],
    doc: "A person, or something that signs in like one.",
    properties: &[
        text("username", "/userPrincipalName", "The name used to sign in."),
        text("userPrincipalName", "/", "The name used to sign in."),
        text("email", "/mail", "The address of the mailbox."),
        text("mail", "/", "The address of the mailbox."),
        text("firstName", COMPUTED, "The given name, or what stands for it."),
        text("lastName", COMPUTED, "The surname, or what stands for it."),
        text("givenName", "/", "The given name."),
        text("surname", "/", "The surname."),
        text("jobTitle", "/", "The job title."),
        text("mobilePhone", "/", "The mobile phone number."),
        text("officeLocation", "/", "Where the user works."),
        text("preferredLanguage", "/", "The language the user prefers."),
        text("usageLocation", "/", "The country whose law holds for licences."),
        text("department", "/", "The department."),
        text("employeeType", "/", "Such as `Contractor`."),
        text("employeeHireDate", "/", "When the user is or was hired."),
        text("lastPasswordChangeDateTime", "/", "In ISO 8601."),
        text("userType", "/", "`Member` or `Guest`."),
        flag("accountEnabled", "/", "Whether the user can sign in."),
        flag("active", "/accountEnabled", "Whether the user can sign in."),
    ],
    ..EntityType::OBJECT
};

pub(crate) const DELTA: &[Watch] = &[Watch::items("/users/delta")];

pub(crate) static STEP: Step = Step {
    id: "ad-users",
    name: "Entra ID Users",
    list: List::graph("/users")
        .query("$top=999")
        .also(&["businessPhones", "creationType"])
        .counted()
        .delta(DELTA),
    becomes: Becomes::one(&USER).aliases(audiences).refine(names).links(&[account::HAS, ASSIGNED]),
    needs: Needs::DIRECTORY.graph(&["User.Read.All"]),
    ..Step::AZURE
};

/// A licence, some services of which may be switched off for the user.
const ASSIGNED: Link =
    Link::new(RelationshipClass::Assigned, LICENCES, "/assignedLicenses/*/skuId")
        .by(|id, _| Some(product(id)))
        .with(disabled);

const LICENCES: &[&EntityType] = &[&SUBSCRIBED_SKU];

/// The ids of the services that are switched off.
fn disabled(sku_id: &str, user: &Item<'_>) -> Map<String, Value> {
    let assigned = user.values("/assignedLicenses/*");
    let of_sku = assigned.into_iter().find(|it| it["skuId"] == sku_id);
    let plans = of_sku.and_then(|it| it["disabledPlans"].as_array());
    let plans = plans.filter(|it| !it.is_empty()).cloned();
    plans.map(|it| ("disabledPlans".to_owned(), Value::Array(it))).into_iter().collect()
}

/// The names by which conditional access policies call many users at once.
fn audiences(user: &Item<'_>) -> Vec<Name> {
    let is_guest = user.text("/userType") == Some("Guest");
    let is_external =
        matches!(user.text("/creationType"), Some("Invitation" | "SelfServiceSignUp"));
    let mut names = vec![audience("All")];
    if is_guest || is_external {
        names.push(audience("GuestsOrExternalUsers"));
        names.push(audience(match (is_guest, is_external) {
            (true, true) => "b2bCollaborationGuest",
            (true, false) => "internalGuest",
            (false, _) => "b2bCollaborationMember",
        }));
    }
    names
}

/// What many users answer to, such as `All`.
pub(crate) fn audience(name: &str) -> Name {
    Name::alias("users", name)
}

/// The reference takes the words of the display name where the names are not set.
pub(crate) fn names(user: &Item<'_>, entity: &mut Entity) {
    let display = user.text("/displayName").unwrap_or_default();
    let first = user.text("/givenName").or_else(|| display.split_whitespace().next());
    let last = user.text("/surname").or_else(|| display.split_whitespace().next_back());
    entity.set("firstName", first);
    entity.set("lastName", last);
}
