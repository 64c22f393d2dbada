//! Access tokens: they look like those of Entra ID, and are checked when they are used.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// How long a token lives, in seconds.
pub(crate) const LIFETIME: i64 = 3600;

/// What a token says. Names and meanings are those of version 1.0 access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) aud: String,
    pub(crate) iss: String,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) appid: String,
    pub(crate) appidacr: String,
    pub(crate) idp: String,
    pub(crate) idtyp: String,
    pub(crate) oid: String,
    /// Application permissions. The token of a resource without such permissions has no `roles`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) roles: Vec<String>,
    pub(crate) sub: String,
    pub(crate) tid: String,
    /// Tells this token from all others.
    pub(crate) uti: String,
    pub(crate) ver: String,
}

/// Why a token is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is none.
    Missing,
    /// It is not a token at all.
    Malformed,
    /// It was not issued here, or was changed since.
    Forged,
    /// It is for another service, which is named here.
    Audience(String),
    /// It expired at this time, in seconds since 1970.
    Expired(i64),
}

/// Issues and checks tokens. Signatures are keyed by a secret that differs from server to server,
/// so that a token of another server, or one made by hand, is noticed.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    keys: [RandomState; 2],
    issued: AtomicU64,
}

impl Tokens {
    pub(crate) fn issue(&self, claims: &Claims) -> String {
        let header = serde_json::json!({ "typ": "JWT", "alg": "HS128", "kid": "simulator" });
        let claims = serde_json::to_vec(claims).unwrap_or_default();
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.sign(&signed);
        format!("{signed}.{signature}")
    }

    /// The identifier of the next token. It is what makes two tokens of the same second differ.
    pub(crate) fn next_id(&self) -> String {
        let number = self.issued.fetch_add(1, Ordering::Relaxed);
        URL_SAFE_NO_PAD.encode(u128::from(number).to_be_bytes())
    }

    /// The claims of a token, if it is good for `audience` now.
    pub(crate) fn check(
        &self,
        token: Option<&str>,
        audience: &str,
        now: i64,
    ) -> Result<Claims, Refusal> {
        let token = token.filter(|token| !token.is_empty()).ok_or(Refusal::Missing)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (_, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        if self.sign(signed) != signature {
            return Err(Refusal::Forged);
        }
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| Refusal::Malformed)?;
        let claims: Claims = serde_json::from_slice(&claims).map_err(|_| Refusal::Malformed)?;
        // Every service accepts its own identifier with and without a slash at the end.
        if claims.aud.trim_end_matches('/') != audience {
            return Err(Refusal::Audience(claims.aud));
        }
        if claims.exp <= now {
            return Err(Refusal::Expired(claims.exp));
        }
        Ok(claims)
    }

    fn sign(&self, signed: &str) -> String {
        let [left, right] = &self.keys;
        let halves = [left.hash_one(signed), right.hash_one(signed)];
        URL_SAFE_NO_PAD.encode(halves.map(u64::to_be_bytes).concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            aud: "https://graph.microsoft.com".into(),
            iss: "https://sts.windows.net/t/".into(),
            iat: 0,
            nbf: 0,
            exp: LIFETIME,
            appid: "a".into(),
            appidacr: "1".into(),
            idp: "https://sts.windows.net/t/".into(),
            idtyp: "app".into(),
            oid: "o".into(),
            roles: vec!["User.Read.All".into()],
            sub: "o".into(),
            tid: "t".into(),
            uti: "u".into(),
            ver: "1.0".into(),
        }
    }

    #[test]
    fn a_token_is_good_for_its_audience_until_it_expires() {
        let tokens = Tokens::default();
        let token = tokens.issue(&claims());
        let check = |audience: &str, now| tokens.check(Some(&token), audience, now);
        assert_eq!(check("https://graph.microsoft.com", 3599), Ok(claims()));
        assert_eq!(check("https://graph.microsoft.com", 3600), Err(Refusal::Expired(3600)));
        assert_eq!(
            check("https://management.azure.com", 0),
            Err(Refusal::Audience("https://graph.microsoft.com".into()))
        );
    }

    #[test]
    fn a_token_of_another_server_or_a_changed_one_is_noticed() {
        let tokens = Tokens::default();
        let audience = "https://graph.microsoft.com";
        let foreign = Tokens::default().issue(&claims());
        assert_eq!(tokens.check(Some(&foreign), audience, 0), Err(Refusal::Forged));
        let token = tokens.issue(&claims());
        let more = tokens.issue(&Claims { exp: 9999, ..claims() });
        let (_, signature) = token.rsplit_once('.').unwrap();
        let (signed, _) = more.rsplit_once('.').unwrap();
        let mixed = format!("{signed}.{signature}");
        assert_eq!(tokens.check(Some(&mixed), audience, 0), Err(Refusal::Forged));
        assert_eq!(tokens.check(Some("nonsense"), audience, 0), Err(Refusal::Malformed));
        assert_eq!(tokens.check(Some(""), audience, 0), Err(Refusal::Missing));
        assert_eq!(tokens.check(None, audience, 0), Err(Refusal::Missing));
    }
}
