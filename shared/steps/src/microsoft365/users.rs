//! Users, and when they signed in last.

use crate::entity::text;
use crate::entra::users::{self, USER};
use crate::list::{Domain, List};
use crate::microsoft365::account::{ACCOUNT, account_name};
use crate::step::{Link, Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "users",
    name: "Microsoft 365 Users",
    list: List::graph("/users")
        .query("$top=999")
        .also(&["businessPhones"])
        .counted()
        .delta(users::DELTA),
    permissions: &[Permission::Graph("User.Read.All")],
    emits: Some(&USER),
    links: &[Link::of(&[&ACCOUNT], "/id").by(account_name)],
    refine: users::STEP.refine,
    ..Step::MICROSOFT365
};

/// When users signed in last.
///
/// It needs a permission that users as such do not need, and a tenant with a premium licence; and it
/// may be asked for less often than anything else. So it is a step of its own: whatever becomes of it, the
/// users are there.
/// Source: Microsoft Graph, "List users" (at most 500 to a page), "Microsoft Graph throttling limits".
pub(crate) static SIGN_IN_ACTIVITY: Step = Step {
    id: "users-sign-in-activity",
    name: "Microsoft 365 Users' Sign-in Activity",
    ingestion_source: Some("sign_in_activity"),
    list: List::graph("/users").query("$top=500").domain(Domain::SignInActivity),
    permissions: &[Permission::Graph("AuditLog.Read.All"), Permission::Graph("User.Read.All")],
    emits: Some(&USER),
    patches: &[
        text("lastSignInDateTime", "/signInActivity/lastSignInDateTime", "In ISO 8601."),
        text("lastSignInRequestId", "/signInActivity/lastSignInRequestId", "Which sign-in it was."),
        text(
            "lastNonInteractiveSignInDateTime",
            "/signInActivity/lastNonInteractiveSignInDateTime",
            "When a program signed in for the user, in ISO 8601.",
        ),
    ],
    refine: |_, entity| entity.properties.retain(|_, value| value.as_str() != Some("")),
    ..Step::MICROSOFT365
};
