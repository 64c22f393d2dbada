//! The keys by which an issuer signs tokens.

use std::collections::HashMap;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// For how long keys are believed. An issuer may take one back.
const BELIEVED: Duration = Duration::from_hours(6);

/// How long after keys were read an unknown one is not asked for. Otherwise anybody could have the
/// issuer asked for each request.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long the issuer has to answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes that are read. The keys of Amazon Cognito have less than 1,000.
const LARGEST: usize = 64 << 10;

/// The keys of an issuer, which are kept once they were read.
#[derive(Debug)]
pub(crate) struct Keys {
    address: Url,
    client: Client,
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    since: Instant,
}

/// What an issuer publishes.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("the keys of the issuer cannot be read: {0}")]
    Http(#[from] reqwest::Error),
    #[error("the keys of the issuer have more than {LARGEST} bytes")]
    TooLarge,
    #[error("the keys of the issuer make no sense: {0}")]
    Damaged(#[from] serde_json::Error),
}

impl Keys {
    /// The keys of an issuer, at the place where Amazon Cognito has them.
    pub(crate) fn new(issuer: &str) -> Result<Self, lambda_runtime::Error> {
        let address = Url::parse(&format!("{issuer}/.well-known/jwks.json"))?;
        let client = Client::builder().timeout(TIMEOUT).redirect(Policy::none()).build()?;
        Ok(Self { address, client, known: Mutex::default() })
    }

    /// The key with an id; nothing if the issuer has none.
    pub(crate) async fn find(&self, id: &str) -> Result<Option<DecodingKey>, KeysError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref() {
            let age = known.since.elapsed();
            let key = known.keys.get(id);
            if age < PATIENCE || (age < BELIEVED && key.is_some()) {
                return Ok(key.cloned());
            }
        }
        let keys = self.read().await?;
        let key = keys.get(id).cloned();
        *known = Some(Known { keys, since: Instant::now() });
        Ok(key)
    }

    async fn read(&self) -> Result<HashMap<String, DecodingKey>, KeysError> {
        let answer = self.client.get(self.address.clone()).send().await?;
        let mut answer = answer.error_for_status()?;
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            text.extend_from_slice(&chunk);
            if text.len() > LARGEST {
                return Err(KeysError::TooLarge);
            }
        }
        let published: Published = serde_json::from_slice(&text)?;
        Ok(published.keys.into_iter().filter_map(key).collect())
    }
}

/// A key and its id. Keys of other kinds are left out.
fn key(published: serde_json::Value) -> Option<(String, DecodingKey)> {
    let key: Jwk = serde_json::from_value(published).ok()?;
    let is_rsa = matches!(key.algorithm, AlgorithmParameters::RSA(_));
    let decoding = DecodingKey::from_jwk(&key).ok().filter(|_| is_rsa)?;
    Some((key.common.key_id?, decoding))
}
