//! The passwords and certificates that applications sign in with: that they are there, and until
//! when.
//!
//! They stand in the items of applications and service principals, so nothing more is asked for.

use graph::Entity;

use crate::prelude::*;
use crate::property::milliseconds;

/// The credentials that stand in an application or a service principal.
///
/// Those of managed identities are Microsoft's own, who renews them every few weeks: no one can
/// forget to, and no one else ever holds them.
pub(crate) const CERTIFICATES: Nested = Nested::at(
    "/keyCredentials/*",
    credential(&CERTIFICATE).key(|it| it.key_below("keyCredentials", "/keyId")),
);
pub(crate) const PASSWORDS: Nested = Nested::at(
    "/passwordCredentials/*",
    credential(&PASSWORD).key(|it| it.key_below("passwordCredentials", "/keyId")),
);

static HAS: [Link; 1] = [Link::of_parent(RelationshipClass::Has)];

const fn credential(of: &'static EntityType) -> Becomes {
    Becomes::one(of)
        .when(|it| it.parent.is_none_or(|it| it.json["servicePrincipalType"] != "ManagedIdentity"))
        .refine(is_expired)
        .conceals(&["/key", "/secretText"])
        .links(&HAS)
}

/// Whether it had ceased to hold when the job was planned.
fn is_expired(credential: &Item<'_>, entity: &mut Entity) {
    let expires = credential.text("/endDateTime").and_then(milliseconds);
    let now = milliseconds(&credential.instance.planned_at);
    entity.set("isExpired", expires.zip(now).map(|(expires, now)| expires <= now));
}

pub(crate) static PASSWORD: EntityType = EntityType {
    kind: "azure_password_credential",
    class: &["Secret"],
    doc: "A password, also called client secret, that an application can sign in with.",
    properties: &[
        text("id", "/keyId", "The id of the password within its application."),
        text("hint", "/", "The first three characters, by which people tell passwords apart."),
        date("startsOn", "/startDateTime", "When it begins to hold."),
        date("expiresOn", "/endDateTime", "When it ceases to hold."),
        flag("isExpired", COMPUTED, "Whether it had ceased to hold when the job was planned."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static CERTIFICATE: EntityType = EntityType {
    kind: "azure_certificate_credential",
    class: &["Certificate"],
    doc: "A certificate, or another key, that an application signs in with or signs tokens with.",
    properties: &[
        text("id", "/keyId", "The id of the certificate within its application."),
        text("type", "/", "Such as `AsymmetricX509Cert`."),
        text("usage", "/", "`Verify` to sign in with, `Sign` to sign tokens with."),
        text("thumbprint", "/customKeyIdentifier", "What identifies it: mostly the thumbprint."),
        date("startsOn", "/startDateTime", "When it begins to hold."),
        date("expiresOn", "/endDateTime", "When it ceases to hold."),
        flag("isExpired", COMPUTED, "Whether it had ceased to hold when the job was planned."),
    ],
    ..EntityType::OBJECT
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use serde_json::value::to_raw_value;

    use super::*;
    use crate::entra::applications;
    use crate::item::InstanceView;
    use crate::output::Output;

    #[test]
    fn no_value_of_a_credential_is_kept() {
        let json = json!({
            "id": "a",
            "appId": "b",
            "passwordCredentials": [{ "keyId": "p", "hint": "abc", "secretText": "abc-secret" }],
            "KeyCredentials": [{ "keyId": "c", "Key": "c2VjcmV0", "usage": "Sign" }, 7],
        });
        let raw = to_raw_value(&json).unwrap();
        let instance = InstanceView::example();
        let item = Item { json: &json, raw: &raw, parent: None, instance: &instance };
        let mut out = Output::default();
        applications::STEP.convert(item, &mut out);
        let kept = format!("{out:?}");
        assert_eq!(out.entities.len(), 3);
        assert!(kept.contains("abc") && !kept.contains("secret") && !kept.contains("c2VjcmV0"));
        assert_eq!(out.drift, ["azure_certificate_credential.id"]);
    }
}
