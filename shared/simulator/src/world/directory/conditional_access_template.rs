//! Templates of conditional access policies, which are Microsoft's.

use serde_json::json;

use super::document::Document;
use crate::world::random::{Draw, nth};

/// Templates of policies: the name, and the scenarios that they are for.
const TEMPLATES: [(&str, &str); 17] = [
    ("Require multifactor authentication for admins", "secureFoundation,zeroTrust,protectAdmins"),
    ("Securing security info registration", "secureFoundation,zeroTrust,remoteWork"),
    ("Block legacy authentication", "secureFoundation,zeroTrust,remoteWork"),
    ("Require multifactor authentication for all users", "secureFoundation,zeroTrust,remoteWork"),
    ("Require multifactor authentication for guest access", "zeroTrust,remoteWork"),
    ("Require multifactor authentication for Azure management", "secureFoundation,zeroTrust"),
    ("Require multifactor authentication for risky sign-ins", "zeroTrust,remoteWork"),
    ("Require password change for high-risk users", "zeroTrust,remoteWork"),
    ("Require compliant or hybrid Azure AD joined device for admins", "remoteWork,protectAdmins"),
    ("Block access for unknown or unsupported device platform", "zeroTrust,remoteWork"),
    ("No persistent browser session", "zeroTrust,remoteWork"),
    ("Require approved client apps or app protection policies", "remoteWork"),
    ("Require compliant device for all users", "secureFoundation,zeroTrust"),
    ("Use application enforced restrictions for O365 apps", "remoteWork"),
    ("Require phishing-resistant authentication for admins", "protectAdmins,emergingThreats"),
    ("Require multifactor authentication for admin portals", "zeroTrust,protectAdmins"),
    ("Block access for users with insider risk", "emergingThreats"),
];

/// How many templates there are.
pub(crate) const COUNT: u64 = TEMPLATES.len() as u64;

/// Templates are Microsoft's: their ids are the same in every tenant here.
pub(super) fn id(place: u64) -> String {
    Draw::new(0, "conditional access template", place).guid()
}

/// A template of a policy.
pub(crate) fn template(place: u64) -> Document {
    let (name, scenarios) = nth(&TEMPLATES, place);
    Document::new(
        "conditionalAccessTemplate",
        json!({
            "id": id(place),
            "description": format!("{name}, as Microsoft recommends it."),
            "details": {
                "conditions": {
                    "applications": { "includeApplications": ["All"] },
                    "clientAppTypes": ["all"],
                    "users": { "includeUsers": ["All"] },
                },
                "grantControls": { "builtInControls": ["mfa"], "operator": "OR" },
                "sessionControls": null,
            },
            "name": name,
            "scenarios": scenarios,
        }),
    )
}
