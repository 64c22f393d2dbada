//! The passwords and certificates that applications sign in with: that they are there, and until when.
//!
//! They stand in the items of applications and service principals, so nothing more is asked for. The
//! steps of both read [`FIELDS`], call one of the hooks here, and [`conceal`] what they keep.

use graph::{End, Entity, Key, RelationshipClass};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, date, flag, milliseconds, text};
use crate::entra::applications::APPLICATION;
use crate::entra::service_principals::SERVICE_PRINCIPAL;
use crate::step::Link;

/// What an item has to have selected.
pub(crate) const FIELDS: &[&str] = &["keyCredentials", "passwordCredentials"];

/// What the credentials of an item become.
pub(crate) const TYPES: &[&EntityType] = &[&CERTIFICATE, &PASSWORD];

pub(crate) static PASSWORD: EntityType = EntityType {
    kind: "azure_password_credential",
    class: &["Secret"],
    doc: "A password, also called client secret, that an application can sign in with.",
    shared: OBJECT,
    properties: &[
        text("id", COMPUTED, "The id of the password within its application."),
        text("hint", COMPUTED, "The first three characters, by which people tell passwords apart."),
        date("startsOn", COMPUTED, "When it begins to hold."),
        date("expiresOn", COMPUTED, "When it ceases to hold."),
        flag("isExpired", COMPUTED, "Whether it had ceased to hold when the job was planned."),
    ],
};

pub(crate) static CERTIFICATE: EntityType = EntityType {
    kind: "azure_certificate_credential",
    class: &["Certificate"],
    doc: "A certificate, or another key, that an application signs in with or signs tokens with.",
    shared: OBJECT,
    properties: &[
        text("id", COMPUTED, "The id of the certificate within its application."),
        text("type", COMPUTED, "Such as `AsymmetricX509Cert`."),
        text("usage", COMPUTED, "`Verify` to sign in with, `Sign` to sign tokens with."),
        text("thumbprint", COMPUTED, "What identifies it: mostly the thumbprint."),
        date("startsOn", COMPUTED, "When it begins to hold."),
        date("expiresOn", COMPUTED, "When it ceases to hold."),
        flag("isExpired", COMPUTED, "Whether it had ceased to hold when the job was planned."),
    ],
};

/// A credential, as it stands in an item.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    key_id: String,
    start_date_time: Option<String>,
    end_date_time: Option<String>,
    hint: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    usage: Option<String>,
    custom_key_identifier: Option<String>,
}

/// What could be signed in with, if Microsoft Graph ever showed it: it says null in lists.
/// Source: the resource types `keyCredential` and `passwordCredential` of its reference.
const VALUES: [&str; 2] = ["key", "secretText"];

/// To the credentials of an application or a service principal.
pub(crate) const HAS: Link = Link::new(RelationshipClass::Has, TYPES, "");

/// Adds the credentials that stand in an application.
pub(crate) fn of_application(application: &Item<'_>, out: &mut Output) {
    each(application, "/appId", APPLICATION.kind, out);
}

/// Adds the credentials that stand in a service principal.
///
/// Those of managed identities are Microsoft's own, who renews them every few weeks: no one can forget
/// to, and no one else ever holds them.
pub(crate) fn of_service_principal(principal: &Item<'_>, out: &mut Output) {
    if principal.text("/servicePrincipalType") != Some("ManagedIdentity") {
        each(principal, "/id", SERVICE_PRINCIPAL.kind, out);
    }
}

/// Sees to it that no value of a credential is kept with what Microsoft answered.
pub(crate) fn conceal(owner: &Item<'_>, entity: &mut Entity) {
    if !VALUES.iter().any(|value| !owner.values(&format!("/*/*/{value}")).is_empty()) {
        return;
    }
    let mut json = owner.json.clone();
    conceal_in(&mut json);
    entity.raw = to_raw_value(&json).ok();
}

/// Leaves the values of credentials out of an object.
pub(crate) fn conceal_in(json: &mut Value) {
    let is_credentials = |name: &str| FIELDS.iter().any(|it| it.eq_ignore_ascii_case(name));
    let fields = json.as_object_mut().into_iter().flatten();
    for (_, credentials) in fields.filter(|(name, _)| is_credentials(name)) {
        credentials.as_array_mut().into_iter().flatten().for_each(|it| *it = without_values(it));
    }
}

/// Adds the credentials of what has its key at a path.
fn each(owner: &Item<'_>, path: &str, kind: &str, out: &mut Output) {
    let Some(key) = owner.key(path) else { return };
    for (field, of) in FIELDS.iter().zip(TYPES) {
        for json in owner.values(&format!("/{field}/*")) {
            let Some(credential) = credential(owner, &format!("{key}/{field}"), json, of, out)
            else {
                out.lose(format!("{}.id", of.kind));
                continue;
            };
            let end = End::known(&credential.key, of.kind);
            out.references.push(HAS.reference(End::known(&key, kind), end));
            out.entities.push(credential);
        }
    }
}

fn credential(
    owner: &Item<'_>,
    list: &str,
    json: &Value,
    of: &'static EntityType,
    out: &mut Output,
) -> Option<Entity> {
    let it = Credential::deserialize(json).ok().filter(|it| !it.key_id.is_empty())?;
    let json = without_values(json);
    let raw = to_raw_value(&json).ok()?;
    let item = Item { json: &json, raw: &raw, parent: None, scope: owner.scope };
    let mut entity = of.entity(Key::new(&format!("{list}/{}", it.key_id)), &item, &mut out.drift);
    entity.set("id", Some(it.key_id));
    if of.kind == PASSWORD.kind {
        entity.set("hint", it.hint);
    } else {
        entity.set("type", it.kind);
        entity.set("usage", it.usage);
        entity.set("thumbprint", it.custom_key_identifier);
    }
    let moment = |text: Option<String>| text.as_deref().and_then(milliseconds);
    let (starts, expires) = (moment(it.start_date_time), moment(it.end_date_time));
    entity.set("startsOn", starts);
    entity.set("expiresOn", expires);
    let now = milliseconds(&owner.scope.planned_at);
    entity.set("isExpired", expires.zip(now).map(|(expires, now)| expires <= now));
    Some(entity)
}

fn without_values(credential: &Value) -> Value {
    let Value::Object(fields) = credential else { return credential.clone() };
    let is_value = |name: &str| VALUES.iter().any(|it| it.eq_ignore_ascii_case(name));
    let fields = fields.iter().filter(|(name, _)| !is_value(name));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::convert::Scope;
    use crate::entra::applications;

    #[test]
    fn no_value_of_a_credential_is_kept() {
        let json = json!({
            "id": "a",
            "appId": "b",
            "passwordCredentials": [{ "keyId": "p", "hint": "abc", "secretText": "abc-secret" }],
            "KeyCredentials": [{ "keyId": "c", "Key": "c2VjcmV0", "usage": "Sign" }, 7],
        });
        let raw = to_raw_value(&json).unwrap();
        let scope = Scope {
            instance_id: "i".into(),
            instance_name: "I".into(),
            directory_id: "d".into(),
            subscription_id: None,
            portal: String::new(),
            account_name: None,
            vulnerability_severities: Vec::new(),
            intune_account_id: None,
            ingest_disabled_subscriptions: false,
            planned_at: "2026-03-01T04:05:06Z".into(),
        };
        let item = Item { json: &json, raw: &raw, parent: None, scope: &scope };
        let mut out = Output::default();
        applications::STEP.convert(item, &mut out);
        let kept = format!("{out:?}");
        assert_eq!(out.entities.len(), 3);
        assert!(kept.contains("abc") && !kept.contains("secret") && !kept.contains("c2VjcmV0"));
        assert_eq!(out.drift, ["azure_certificate_credential.id"]);
    }
}
