//! Whom users report to.

use super::USER;
use crate::prelude::*;

/// A list of users can be expanded by one relationship only, and a delta query by none. So these
/// are pages of their own.
/// Source: Microsoft Graph, "List manager" and "Use query parameters".
pub(crate) static STEP: Step = Step {
    id: "ad-user-managers",
    name: "Entra ID User Managers",
    list: List::graph("/users").query("$top=999&$expand=manager($select=id)"),
    becomes: Becomes::NOTHING.links(&[
        Link::new(RelationshipClass::Manages, &[&USER], "/id").subject(&[&USER], "/manager/id")
    ]),
    needs: Needs::directory("ad-managers").graph(&["User.Read.All"]),
    ..Step::AZURE
};
