//! Users, and when they signed in last.

use crate::entra::users::{self, USER};
use crate::microsoft365::account;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "users",
    name: "Microsoft 365 Users",
    list: List::graph("/users")
        .query("$top=999")
        .also(&["businessPhones"])
        .counted()
        .delta(users::DELTA),
    becomes: Becomes::one(&USER).refine(users::names).links(&[account::HAS]),
    needs: Needs::NOTHING.graph(&["User.Read.All"]),
    ..Step::MICROSOFT365
};

/// When users signed in last.
///
/// It needs a permission that users as such do not need, and a tenant with a premium licence; and
/// it may be asked for less often than anything else. So it is a step of its own: whatever becomes
/// of it, the users are there.
/// Source: Microsoft Graph, "List users" (at most 500 to a page), "Microsoft Graph throttling
/// limits".
pub(crate) static SIGN_IN_ACTIVITY: Step = Step {
    id: "users-sign-in-activity",
    name: "Microsoft 365 Users' Sign-in Activity",
    list: List::graph("/users").query("$top=500").domain(Domain::SignInActivity),
    becomes: Becomes::patch(
        &USER,
        &[
            text("lastSignInDateTime", "/signInActivity/", "In ISO 8601."),
            text("lastSignInRequestId", "/signInActivity/", "Which sign-in it was."),
            text(
                "lastNonInteractiveSignInDateTime",
                "/signInActivity/",
                "When a program signed in for the user, in ISO 8601.",
            ),
        ],
    )
    .refine(|_, entity| entity.properties.retain(|_, value| value.as_str() != Some(""))),
    needs: Needs::NOTHING
        .source("sign_in_activity")
        .graph(&["AuditLog.Read.All", "User.Read.All"])
        .licence(Licence::PremiumP1),
    ..Step::MICROSOFT365
};
