//! A certificate with its private key, by which an application says who it is.
//!
//! `azure_identity` can do this with OpenSSL only. Here, `aws-lc-rs` signs, which TLS needs anyway,
//! and the assertion goes the way of every other through `azure_identity`.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use collector::Secret;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

/// How long an assertion is good for, in seconds. Source: "Microsoft identity platform application
/// authentication certificate credentials", which asks for five to ten minutes at most.
const LIFETIME: i64 = 5 * 60;

/// A certificate with its private key. It does not print.
pub(crate) struct Certificate {
    key: KeyPair,
    /// The SHA-256 hash of the certificate, as JWTs write it.
    thumbprint: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(…)")
    }
}

/// Why a certificate cannot be used. No text of it is repeated: it may be the private key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("it is neither a PEM nor a PFX (in Base64, or as a binary secret)")]
    NeitherPemNorPfx,
    #[error("the PEM cannot be read; check that no line of it is missing")]
    Pem,
    #[error(
        "the PEM holds no private key; put the certificate and its private key into the same secret"
    )]
    NoKey,
    #[error(
        "the private key of the PEM is encrypted; store it without a password, or store a PFX with \
         one"
    )]
    Encrypted,
    #[error("a PEM has no password; leave `password` out, or store a PFX")]
    PasswordOfPem,
    #[error("the PFX cannot be opened; check that the password is the right one")]
    Password,
    #[error("the PFX is protected by a password; say where it is, as `password`")]
    NoPassword,
    #[error("the PFX holds no private key with a certificate")]
    EmptyPfx,
    #[error(
        "its private key is not an RSA key of 2048 to 8192 bits, which Microsoft Entra ID needs"
    )]
    NotRsa,
    #[error("there is no certificate for the private key; put both into the same secret")]
    NoCertificate,
    #[error("the assertion cannot be signed")]
    Unsigned,
}

impl Certificate {
    /// Reads a PEM, or a PFX in Base64.
    pub(crate) fn read(text: &Secret, password: Option<&Secret>) -> Result<Self, Unusable> {
        let text = text.expose();
        let (key, certificates) = if text.contains("-----BEGIN") {
            if password.is_some() {
                return Err(Unusable::PasswordOfPem);
            }
            pem(text)?
        } else {
            pfx(text, password)?
        };
        // A chain is in there, too: the one that matters holds the public half of the key.
        let public = key.public_key().as_ref();
        let is_of_key = |der: &&Vec<u8>| der.windows(public.len()).any(|it| it == public);
        let certificate = certificates.iter().find(is_of_key).ok_or(Unusable::NoCertificate)?;
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate));
        Ok(Self { key, thumbprint })
    }

    /// A signed statement to the one at an address, by an application, as of a moment in seconds
    /// since 1970. Source of its form: "Microsoft identity platform application authentication
    /// certificate credentials".
    pub(crate) fn assertion(
        &self,
        audience: &str,
        client_id: &str,
        now: i64,
    ) -> Result<Secret, Unusable> {
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": uuid::Uuid::new_v4().to_string(),
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
        });
        let [header, claims] =
            [header, claims].map(|it| BASE64_URL_SAFE_NO_PAD.encode(it.to_string()));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| Unusable::Unsigned)?;
        Ok(Secret::new(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))))
    }
}

type Parts = (KeyPair, Vec<Vec<u8>>);

fn pem(text: &str) -> Result<Parts, Unusable> {
    let key = match PrivateKeyDer::from_pem_slice(text.as_bytes()) {
        Ok(PrivateKeyDer::Pkcs8(key)) => KeyPair::from_pkcs8(key.secret_pkcs8_der()),
        Ok(PrivateKeyDer::Pkcs1(key)) => KeyPair::from_der(key.secret_pkcs1_der()),
        Ok(_) => return Err(Unusable::NotRsa),
        Err(_) if text.contains("ENCRYPTED") => return Err(Unusable::Encrypted),
        Err(rustls_pki_types::pem::Error::NoItemsFound) => return Err(Unusable::NoKey),
        Err(_) => return Err(Unusable::Pem),
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let certificates = certificates.map_err(|_| Unusable::Pem)?;
    let key = key.map_err(|_| Unusable::NotRsa)?;
    Ok((key, certificates.iter().map(|it| it.to_vec()).collect()))
}

fn pfx(text: &str, password: Option<&Secret>) -> Result<Parts, Unusable> {
    let text: String = text.split_ascii_whitespace().collect();
    let file = BASE64_STANDARD.decode(text).map_err(|_| Unusable::NeitherPemNorPfx)?;
    // Every PKCS#12 is a sequence of ASN.1.
    if file.first() != Some(&0x30) {
        return Err(Unusable::NeitherPemNorPfx);
    }
    let secret = password.map_or("", Secret::expose);
    let opened = KeyStore::from_pkcs12(&file, secret, Pkcs12ImportPolicy::Relaxed);
    let opened = opened.map_err(|_| match password {
        Some(_) => Unusable::Password,
        None => Unusable::NoPassword,
    })?;
    let (_, chain) = opened.private_key_chain().ok_or(Unusable::EmptyPfx)?;
    let key = KeyPair::from_pkcs8(chain.key().as_der()).map_err(|_| Unusable::NotRsa)?;
    Ok((key, chain.certs().iter().map(|it| it.as_der().to_vec()).collect()))
}
