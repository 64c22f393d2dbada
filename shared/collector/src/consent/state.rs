//! What travels through Microsoft and back in the browser of whoever consents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::Secret;
use crate::instance::Instance;

/// How long somebody may take to sign in and consent.
pub const LIFETIME: Duration = Duration::minutes(10);

/// How short a key may be, in characters. Less can be guessed, or is not a key at all.
const SHORTEST_KEY: usize = 32;

/// How long a state may be, in characters. Those that are made here have less than a quarter of it.
const LONGEST_STATE: usize = 2048;

/// What states are signed with: the first key. The others are those of before, whose states still
/// hold.
#[derive(Clone, Debug)]
pub struct Keys(Vec<Secret>);

/// A key that anybody may guess.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid signing key: the first line must be the current key of at least {SHORTEST_KEY} characters; further lines are previous keys"
)]
pub struct WeakKey;

impl Keys {
    /// Reads keys, one a line.
    ///
    /// # Errors
    ///
    /// If there is none, or one of them is short.
    pub fn read(text: &Secret) -> Result<Self, WeakKey> {
        let lines = text.expose().lines().map(str::trim).filter(|it| !it.is_empty());
        let keys: Vec<Secret> = lines.map(Secret::new).collect();
        let is_weak = |key: &Secret| key.expose().chars().count() < SHORTEST_KEY;
        if keys.is_empty() || keys.iter().any(is_weak) {
            return Err(WeakKey);
        }
        Ok(Self(keys))
    }

    /// A key that nobody knows and that ends with the process.
    #[must_use]
    pub fn random() -> Self {
        Self(vec![Secret::new(format!("{}{}", Uuid::new_v4(), Uuid::new_v4()))])
    }

    fn sign(&self, purpose: Purpose, text: &str) -> String {
        let tag = self.0.first().and_then(|key| mac(key, purpose, text));
        tag.map_or_else(String::new, |tag| URL_SAFE_NO_PAD.encode(tag.finalize().into_bytes()))
    }

    /// Whether a text was signed with one of the keys. It takes as long wherever signatures differ.
    fn verify(&self, purpose: Purpose, text: &str, signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let mut macs = self.0.iter().filter_map(|key| mac(key, purpose, text));
        macs.any(|mac| mac.verify_slice(&signature).is_ok())
    }
}

/// What is signed. A signature for the one is none for the other.
#[derive(Clone, Copy)]
enum Purpose {
    State,
    Browser,
}

fn mac(key: &Secret, purpose: Purpose, text: &str) -> Option<Hmac<Sha256>> {
    let purpose: &[u8] = match purpose {
        Purpose::State => b"state:",
        Purpose::Browser => b"browser:",
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(purpose);
    mac.update(text.as_bytes());
    Some(mac)
}

/// One attempt to get a consent. Whoever holds its text can read it, and not change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// The instance that the consent is for.
    pub instance: String,
    /// The tenant that has to consent, where the instance names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Tells the attempt from all others.
    pub nonce: String,
    /// The signature of what only the browser knows that began it.
    pub browser: String,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

impl State {
    /// An attempt that begins now, in a browser that keeps this token.
    #[must_use]
    pub fn new(keys: &Keys, instance: &Instance, browser: &str, now: OffsetDateTime) -> Self {
        Self {
            instance: instance.id.clone(),
            tenant: instance.config.known_directory().map(str::to_owned),
            nonce: Uuid::new_v4().simple().to_string(),
            browser: keys.sign(Purpose::Browser, browser),
            expires: (now + LIFETIME).unix_timestamp(),
        }
    }

    /// The text that travels: `base64url(JSON).base64url(HMAC-SHA256)`.
    #[must_use]
    pub fn seal(&self, keys: &Keys) -> String {
        let payload = serde_json::to_vec(self).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let signature = keys.sign(Purpose::State, &payload);
        format!("{payload}.{signature}")
    }

    /// Reads such a text, whoever brings it and whenever.
    ///
    /// # Errors
    ///
    /// If it was not made here, or changed since.
    pub fn open(keys: &Keys, text: &str) -> Result<Self, Refusal> {
        let parts = Some(text).filter(|it| it.len() <= LONGEST_STATE);
        let parts = parts.and_then(|it| it.split_once('.'));
        let (payload, signature) = parts.ok_or(Refusal::StateGarbled)?;
        if !keys.verify(Purpose::State, payload, signature) {
            return Err(Refusal::StateForged);
        }
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| Refusal::StateGarbled)?;
        serde_json::from_slice(&payload).map_err(|_| Refusal::StateGarbled)
    }

    /// Checks that the attempt has not ended, and that it began in the browser with this token.
    ///
    /// # Errors
    ///
    /// If not.
    pub fn check(
        &self,
        keys: &Keys,
        browser: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<(), Refusal> {
        if self.expires <= now.unix_timestamp() {
            return Err(Refusal::StateExpired);
        }
        let browser = browser.ok_or(Refusal::BrowserUnknown)?;
        if keys.verify(Purpose::Browser, browser, &self.browser) {
            Ok(())
        } else {
            Err(Refusal::BrowserOther)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const OTHER: &str = "fedcba9876543210fedcba9876543210";
    const NOW: OffsetDateTime = datetime!(2026-03-01 12:00:00 UTC);

    fn keys(text: &str) -> Keys {
        Keys::read(&Secret::new(text)).unwrap()
    }

    fn state(keys: &Keys) -> State {
        State {
            instance: "i".to_owned(),
            tenant: None,
            nonce: "n".to_owned(),
            browser: keys.sign(Purpose::Browser, "b"),
            expires: NOW.unix_timestamp() + 600,
        }
    }

    #[test]
    fn a_state_comes_back_as_it_was() {
        let keys = keys(KEY);
        let state = State { tenant: Some("t".to_owned()), ..state(&keys) };
        assert_eq!(State::open(&keys, &state.seal(&keys)).unwrap(), state);
    }

    #[test]
    fn it_holds_for_ten_minutes_in_one_browser() {
        let keys = keys(KEY);
        let state = state(&keys);
        let check =
            |browser, seconds| state.check(&keys, browser, NOW + Duration::seconds(seconds));
        assert!(check(Some("b"), 599).is_ok());
        assert!(matches!(check(Some("b"), 600), Err(Refusal::StateExpired)));
        assert!(matches!(check(None, 0), Err(Refusal::BrowserUnknown)));
        assert!(matches!(check(Some("c"), 0), Err(Refusal::BrowserOther)));
        // Who sees a state sees this signature, and cannot pass it off as the browser's token.
        assert!(matches!(check(Some(&state.browser), 0), Err(Refusal::BrowserOther)));
    }

    #[test]
    fn a_key_of_before_still_holds_until_it_is_taken_away() {
        let (before, between) = (keys(KEY), keys(&format!("{OTHER}\n{KEY}\n")));
        let old = state(&before);
        let opened = State::open(&between, &old.seal(&before)).unwrap();
        assert!(opened.check(&between, Some("b"), NOW).is_ok());
        // New ones are signed with the new key.
        assert!(State::open(&keys(OTHER), &state(&between).seal(&between)).is_ok());
        let forged = State::open(&keys(OTHER), &old.seal(&before));
        assert!(matches!(forged, Err(Refusal::StateForged)));
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused() {
        for text in ["", "\n", "short", &format!("{KEY}\nshort")] {
            assert_eq!(Keys::read(&Secret::new(text)).unwrap_err(), WeakKey, "{text:?}");
        }
    }

    #[test]
    fn what_is_signed_for_one_purpose_does_not_serve_another() {
        let keys = keys(KEY);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&state(&keys)).unwrap());
        let text = format!("{payload}.{}", keys.sign(Purpose::Browser, &payload));
        assert!(matches!(State::open(&keys, &text), Err(Refusal::StateForged)));
    }

    proptest! {
        #[test]
        fn a_changed_state_is_refused(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9._~-]") {
            let keys = keys(KEY);
            let sealed = state(&keys).seal(&keys);
            let at = at.index(sealed.len());
            let changed = format!("{}{with}{}", &sealed[..at], &sealed[at + 1..]);
            prop_assume!(changed != sealed);
            prop_assert!(State::open(&keys, &changed).is_err());
        }

        #[test]
        fn any_text_is_refused(text in "\\PC*") {
            prop_assert!(State::open(&keys(KEY), &text).is_err());
        }
    }
}
