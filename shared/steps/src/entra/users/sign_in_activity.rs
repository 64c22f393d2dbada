//! When users signed in last.

use super::USER;
use crate::prelude::*;

/// When users signed in last.
///
/// Pages hold 500 users, and ten of them may be read in a minute: of one application, for all its
/// tenants.
/// Source: Microsoft Graph, "List users" and "Service-specific throttling limits".
pub(crate) static STEP: Step = Step {
    id: "ad-user-sign-in-activity",
    name: "Entra ID User Sign-In Activity",
    list: List::graph("/users").query("$top=500").domain(Domain::SignInActivity),
    becomes: Becomes::patch(
        &USER,
        &[
            text(
                "lastSignInDateTime",
                "/signInActivity/",
                "When the user last tried to sign in, in ISO 8601.",
            ),
            text("lastSignInRequestId", "/signInActivity/", "The request by which the user did."),
            text(
                "lastNonInteractiveSignInDateTime",
                "/signInActivity/",
                "When a program last tried to in the user's name, in ISO 8601.",
            ),
            text(
                "lastNonInteractiveSignInRequestId",
                "/signInActivity/",
                "The request by which it did.",
            ),
            text(
                "lastSuccessfulSignInDateTime",
                "/signInActivity/",
                "When either last succeeded, in ISO 8601; not known before December 2023.",
            ),
            text(
                "lastSuccessfulSignInRequestId",
                "/signInActivity/",
                "The request by which it did.",
            ),
        ],
    )
    // Of what never was, the request is empty.
    .refine(|_, entity| entity.properties.retain(|_, value| value.as_str() != Some(""))),
    needs: Needs::directory("ad-sign-in-activity")
        .graph(&["AuditLog.Read.All", "User.Read.All"])
        .licence(Licence::PremiumP1),
    ..Step::AZURE
};
