//! Somebody who issues tokens that a federated credential may name: the part of AWS, of GitHub
//! Actions or of a cluster of Kubernetes.

use std::fmt;
use std::io;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::options::Issuer;

/// The name of the only key.
const KEY: &str = "key-1";

/// An issuer of tokens with a key of its own. The key does not print.
pub struct TokenIssuer {
    address: String,
    key: KeyPair,
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuer").field("address", &self.address).finish_non_exhaustive()
    }
}

impl TokenIssuer {
    /// An issuer with a new key, whose tokens name it by an address.
    ///
    /// # Errors
    ///
    /// If the machine cannot make a key.
    pub fn new(address: &str) -> io::Result<Self> {
        let key = KeyPair::generate(KeySize::Rsa2048).map_err(io::Error::other)?;
        Ok(Self { address: address.to_owned(), key })
    }

    /// What it publishes: its address and its key.
    #[must_use]
    pub fn published(&self) -> Issuer {
        let key = self.key.public_key();
        let [n, e] = [key.modulus(), key.exponent()]
            .map(|it| URL_SAFE_NO_PAD.encode(it.big_endian_without_leading_zero()));
        let key = json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY, "n": n, "e": e });
        Issuer { address: self.address.clone(), keys: json!({ "keys": [key] }) }
    }

    /// A token of somebody for somebody, which is good between two moments in seconds since 1970.
    ///
    /// # Errors
    ///
    /// If the machine cannot sign.
    pub fn token(
        &self,
        subject: &str,
        audience: &str,
        begins: i64,
        ends: i64,
    ) -> io::Result<String> {
        self.sign(
            &json!({ "alg": "RS256", "typ": "JWT", "kid": KEY }),
            &json!({
                "iss": self.address,
                "sub": subject,
                "aud": audience,
                "iat": begins,
                "nbf": begins,
                "exp": ends,
            }),
        )
    }

    /// A token that says anything, with the key's signature.
    ///
    /// # Errors
    ///
    /// If the machine cannot sign.
    pub fn sign(&self, header: &Value, claims: &Value) -> io::Result<String> {
        let [header, claims] = [header, claims].map(|it| URL_SAFE_NO_PAD.encode(it.to_string()));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(io::Error::other)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
