//! Keys, secrets and certificates in vaults, as the data plane shows them, and keys and secrets as
//! the management plane does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::kind::Spelling;
use super::resource::Resource;
use super::vault;
use crate::world::dates::{DAY, TODAY};
use crate::world::names::numbered;
use crate::world::random::Draw;

/// What a vault holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ItemKind {
    Certificate,
    Key,
    Secret,
}

const SECRETS: [&str; 8] = [
    "sql-connection-string",
    "ApiKey",
    "smtp-password",
    "storage-key",
    "partner-token",
    "signing-salt",
    "vpn-preshared-key",
    "oauth-client-secret",
];

const CERTIFICATES: [&str; 4] = ["web", "Gateway", "code-signing", "mutual-tls"];

const KEYS: [&str; 5] = ["disk-encryption", "token-signing", "tde", "backup", "wrapping"];

impl ItemKind {
    /// The kind that a part of a path names.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Certificate, Self::Key, Self::Secret];
        all.into_iter().find(|kind| kind.plural().eq_ignore_ascii_case(name))
    }

    pub(crate) const fn plural(self) -> &'static str {
        match self {
            Self::Certificate => "certificates",
            Self::Key => "keys",
            Self::Secret => "secrets",
        }
    }

    /// The name of one.
    pub(crate) fn name(self, index: u64) -> String {
        let words: &[&str] = match self {
            Self::Certificate => &CERTIFICATES,
            Self::Key => &KEYS,
            Self::Secret => &SECRETS,
        };
        numbered(words, index)
    }

    /// How many a vault holds: the first one many, some of the others none.
    pub(crate) fn count(self, vault: &Resource) -> u64 {
        let mut draw = vault.draw(self.plural());
        match (vault.index, vault.index % 10, self) {
            (0, _, Self::Certificate) => 30,
            (.., Self::Certificate) => draw.below(4),
            (0, ..) => 60 + draw.below(30),
            (_, 1, Self::Key) | (_, 9, _) => 0,
            _ => draw.below(30),
        }
    }
}

/// A key, a secret or a certificate.
pub(crate) struct Item<'a> {
    vault: Resource<'a>,
    kind: ItemKind,
    index: u64,
}

impl<'a> Item<'a> {
    pub(crate) fn new(vault: Resource<'a>, kind: ItemKind, index: u64) -> Self {
        Self { vault, kind, index }
    }

    fn draw(&self, purpose: &str) -> Draw {
        let mut base = self.vault.draw(self.kind.plural());
        Draw::new(base.number(), purpose, self.index)
    }

    fn name(&self) -> String {
        self.kind.name(self.index)
    }

    fn uri(&self) -> String {
        format!("{}{}/{}", vault::uri(&self.vault), self.kind.plural(), self.name())
    }

    /// Seconds since 1970 everywhere. A third of all items expires, some of them have already.
    fn attributes(&self, with_days: bool) -> Value {
        let mut draw = self.draw("attributes");
        let days = |draw: &mut Draw, most| i64::try_from(draw.below(most)).unwrap_or_default();
        let created = TODAY - DAY * (1 + days(&mut draw, 1000));
        let updated = created + DAY / 2;
        let mut attributes = json!({
            "enabled": draw.chance(92),
            "created": created,
            "updated": updated,
            "recoveryLevel": draw.pick(&["Recoverable+Purgeable", "Recoverable"]),
        });
        if with_days {
            attributes["recoverableDays"] = json!(90);
        }
        // Certificates always end.
        if self.kind == ItemKind::Certificate || draw.chance(33) {
            attributes["exp"] = json!(TODAY + DAY * (days(&mut draw, 500) - 60));
        }
        if draw.chance(10) {
            attributes["nbf"] = json!(created);
        }
        if self.kind == ItemKind::Key {
            attributes["exportable"] = json!(false);
        }
        attributes
    }

    fn tags(&self) -> Option<Value> {
        let mut draw = self.draw("tags");
        draw.chance(30).then(|| json!({ "rotation": draw.pick(&["30", "90", "true"]) }))
    }

    fn content_type(&self) -> Option<&'static str> {
        let mut draw = self.draw("content type");
        (self.kind == ItemKind::Secret && draw.chance(50))
            .then(|| draw.pick(&["text/plain", "application/x-pkcs12", "password"]))
    }

    /// The item as the data plane lists it: without its version, and of course without its value.
    pub(crate) fn of_data_plane(&self) -> Value {
        let mut item = Map::new();
        let id = if self.kind == ItemKind::Key { "kid" } else { "id" };
        item.insert(id.into(), json!(self.uri()));
        item.insert("attributes".into(), self.attributes(true));
        item.insert("tags".into(), self.tags().unwrap_or_else(|| json!({})));
        if let Some(content_type) = self.content_type() {
            item.insert("contentType".into(), json!(content_type));
        }
        if self.kind == ItemKind::Certificate {
            item.insert("x5t".into(), json!(self.thumbprint()));
            item.insert("subject".into(), json!(""));
        }
        // A secret that belongs to a certificate is managed by the vault.
        if self.kind == ItemKind::Secret && self.content_type() == Some("application/x-pkcs12") {
            item.insert("managed".into(), json!(true));
        }
        Value::Object(item)
    }

    /// The SHA-1 thumbprint of a certificate: twenty bytes in base64url.
    fn thumbprint(&self) -> String {
        let mut draw = self.draw("thumbprint");
        let bytes: Vec<u8> = (0..20).map(|_| u8::try_from(draw.below(256)).unwrap_or(0)).collect();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// How a certificate is issued. A third signs itself.
    pub(crate) fn policy(&self) -> Value {
        let mut draw = self.draw("policy");
        let host = format!("{}.contoso.example", self.name().to_ascii_lowercase());
        let issuer = match draw.below(3) {
            0 => json!({ "name": "Self" }),
            1 => json!({ "name": "Unknown" }),
            _ => json!({ "name": "DigiCert", "cty": "OV-SSL" }),
        };
        let renewal = draw.pick(&["AutoRenew", "EmailContacts"]);
        json!({
            "id": format!("{}/policy", self.uri()),
            "key_props": {
                "exportable": draw.chance(70),
                "kty": "RSA",
                "key_size": draw.pick(&[2048, 3072, 4096]),
                "reuse_key": draw.chance(20),
            },
            "secret_props": { "contentType": "application/x-pkcs12" },
            "x509_props": {
                "subject": format!("CN={host}"),
                "sans": { "dns_names": [host], "emails": [], "upns": [] },
                "ekus": ["1.3.6.1.5.5.7.3.1"],
                "key_usage": ["digitalSignature", "keyEncipherment"],
                "validity_months": 12,
            },
            "lifetime_actions": [{
                "trigger": { "lifetime_percentage": 80 },
                "action": { "action_type": renewal },
            }],
            "issuer": issuer,
            "attributes": self.attributes(false),
        })
    }

    /// The item as Azure Resource Manager lists it.
    pub(crate) fn of_management_plane(&self) -> Value {
        let mut properties = json!({ "attributes": self.attributes(false) });
        let mut version = self.draw("version");
        let version = format!("{}/{}{}", self.uri(), version.hex(16), version.hex(16));
        match self.kind {
            // The list of keys leaves out what a single key shows, and names the port.
            ItemKind::Certificate => (),
            ItemKind::Key => {
                let uri = self.uri().replacen(".net/", ".net:443/", 1);
                properties["keyUri"] = json!(uri);
            }
            ItemKind::Secret => {
                properties["secretUri"] = json!(self.uri());
                properties["secretUriWithVersion"] = json!(version);
                if let Some(content_type) = self.content_type() {
                    properties["contentType"] = json!(content_type);
                }
            }
        }
        let mut item = json!({
            "id": format!(
                "{}/{}/{}",
                self.vault.id(Spelling::Created),
                self.kind.plural(),
                self.name()
            ),
            "name": self.name(),
            "type": format!("Microsoft.KeyVault/vaults/{}", self.kind.plural()),
            "location": self.vault.location(),
            "properties": properties,
        });
        if let Some(tags) = self.tags() {
            item["tags"] = tags;
        }
        item
    }
}
