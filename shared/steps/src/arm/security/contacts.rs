//! Whom Defender for Cloud tells of attacks.

use graph::Entity;

use crate::arm::resources::subscriptions::of_subscription;
use crate::prelude::*;

pub(crate) static CONTACT: EntityType = EntityType {
    kind: "azure_security_center_contact",
    class: &["Resource"],
    doc: "Whom Defender for Cloud tells of attacks, and of which.",
    properties: &[
        text("email", "/properties/emails", "The addresses, as Azure writes them.")
            .or(&["/properties/email"]),
        split("emails", "/properties/", ";", "The addresses.").or(&["/properties/email"]),
        text("phone", "/properties/", "The telephone number."),
        text("alertNotifications", COMPUTED, "`On` if they are told of attacks, or else `Off`."),
        text("alertsToAdmins", COMPUTED, "`On` if holders of `roles` are told, or else `Off`."),
        list("roles", "/properties/notificationsByRole/", "Holders of which roles are told."),
        flag("enabled", "/properties/isEnabled", "Whether anybody is told."),
        each("minimalSeverity", "/properties/notificationsSources/*/", "How bad attacks must be.")
            .or(&["/properties/alertNotifications/minimalSeverity"]),
        each("minimalRiskLevel", "/properties/notificationsSources/*/", "How bad risks must be."),
    ],
    // There is no version that is not a preview.
    ..EntityType::extension("Microsoft.Security/securityContacts", "2023-12-01-preview")
};

pub(crate) static STEP: Step = Step {
    id: "rm-security-center-contacts",
    name: "Security Contacts",
    becomes: Becomes::one(&CONTACT)
        .refine(notifications)
        .links(&[of_subscription(RelationshipClass::Has)]),
    ..Step::of(&CONTACT, "security")
};

/// Versions of the API say in three ways what they tell of.
fn notifications(contact: &Item<'_>, entity: &mut Entity) {
    let says = |path: &str| contact.text(path);
    let of_alerts = || {
        let sources = contact.texts("/properties/notificationsSources/*/sourceType");
        let is_enabled = contact.values("/properties/isEnabled").iter().all(|it| **it == true);
        if is_enabled && sources.contains(&"Alert") { "On" } else { "Off" }
    };
    let alerts = says("/properties/alertNotifications/state")
        .or_else(|| says("/properties/alertNotifications"))
        .unwrap_or_else(of_alerts);
    entity.set("alertNotifications", Some(alerts));
    let admins = says("/properties/notificationsByRole/state")
        .or_else(|| says("/properties/alertsToAdmins"));
    entity.set("alertsToAdmins", admins);
}
