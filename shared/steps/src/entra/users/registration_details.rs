//! How users prove who they are, besides by a password.

use super::USER;
use crate::prelude::*;

/// How users prove who they are, besides by a password.
pub(crate) static STEP: Step = Step {
    id: "ad-user-registration-details",
    name: "Entra ID User Registration Details",
    // The list takes neither `$top` nor `$select`.
    list: List::graph("/reports/authenticationMethods/userRegistrationDetails")
        .whole()
        .domain(Domain::GraphReports),
    becomes: Becomes::patch(
        &USER,
        &[
            flag("mfaEnabled", "/isMfaRegistered", "Whether a second factor is registered."),
            text(
                "mfaType",
                "/userPreferredMethodForSecondaryAuthentication",
                "The second factor that the user prefers, such as `push`.",
            ),
            list("mfaMethods", "/methodsRegistered", "Every method that is registered."),
            flag("isAdmin", "/", "Whether the user has a role of the directory."),
            flag("isMfaCapable", "/", "Whether a second factor is registered and allowed."),
            flag("isPasswordlessCapable", "/", "Whether the user can sign in without a password."),
            flag("isSsprCapable", "/", "Whether the user can reset the password."),
            flag("isSsprEnabled", "/", "Whether the user may reset the password."),
            flag("isSsprRegistered", "/", "Whether what that takes is registered."),
        ],
    ),
    needs: Needs::directory("ad-user-registration-details")
        .graph(&["AuditLog.Read.All"])
        .licence(Licence::PremiumP1),
    ..Step::AZURE
};
