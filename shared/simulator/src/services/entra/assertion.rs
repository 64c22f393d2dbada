//! Client assertions: by a certificate of the application, or by a token that somebody else issued.
//!
//! The codes are those that people report; the real service documents few of them.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use serde_json::Value;
use webpki::EndEntityCert;
use webpki::aws_lc_rs as algorithms;

use super::failure::Failure;
use crate::options::{FederatedCredential, Principal};
use crate::services::cloud::Cloud;

/// What an assertion says that it is (RFC 7523, section 2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far clocks may be apart, in seconds. The real service allows five minutes.
const SKEW: i64 = 300;

/// A token as it was sent.
struct Jwt<'a> {
    header: Value,
    claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
}

/// Whether an application may sign in by an assertion at this tenant.
pub(super) fn check(
    cloud: &Cloud,
    tenant: &str,
    principal: &Principal,
    assertion: &str,
    kind: Option<&str>,
) -> Result<(), Failure> {
    if kind != Some(TYPE) {
        let text =
            "The request body must contain the following parameter: 'client_assertion_type'.";
        return Err(Failure(400, "invalid_request", 900_144, text.to_owned()));
    }
    let jwt = Jwt::parse(assertion)?;
    // Others are named by an address, and an application by its id.
    if jwt.claim("iss").starts_with("https://") {
        by_federation(cloud, principal, &jwt)
    } else {
        by_certificate(cloud, tenant, principal, &jwt)
    }
}

fn by_certificate(
    cloud: &Cloud,
    tenant: &str,
    principal: &Principal,
    jwt: &Jwt<'_>,
) -> Result<(), Failure> {
    let registered = cloud.credentials.certificates.iter();
    let der = registered
        .filter(|it| cloud.tenant.is_of(it.client_id.as_deref(), principal))
        .map(|it| &it.der[..])
        .find(|der| jwt.is_of_certificate(der))
        .ok_or_else(|| {
            refused(
                700_027,
                "The certificate with identifier used to sign the client assertion is not \
                 registered on application. [Reason - The key was not found.]",
            )
        })?;
    let algorithm: &dyn SignatureVerificationAlgorithm = match jwt.header["alg"].as_str() {
        Some("PS256") => algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        Some("RS256") => algorithms::RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(malformed()),
    };
    let certificate = CertificateDer::from(der);
    let certificate = EndEntityCert::try_from(&certificate).map_err(|_| malformed())?;
    let signed = jwt.signed.as_bytes();
    if certificate.verify_signature(algorithm, signed, &jwt.signature).is_err() {
        return Err(refused(
            700_027,
            "Client assertion contains an invalid signature. [Reason - The provided signature \
             value did not match the expected signature value.]",
        ));
    }
    jwt.check_time(cloud.clock.seconds())?;
    if jwt.claim("iss") != principal.client_id || jwt.claim("sub") != principal.client_id {
        return Err(refused(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        ));
    }
    let is_endpoint =
        |address: &str| jwt.claim("aud") == format!("{address}/{tenant}/oauth2/v2.0/token");
    let own = format!("{}/login.microsoftonline.com", cloud.base);
    if !is_endpoint(&own) && !is_endpoint("https://login.microsoftonline.com") {
        return Err(refused(
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        ));
    }
    // The real service asks for an identifier that is never the same. Whether it refuses one that
    // it has seen is not documented: the stricter way is taken.
    if jwt.claim("jti").is_empty() || !cloud.seen.first(jwt.claim("jti")) {
        return Err(malformed());
    }
    Ok(())
}

fn by_federation(cloud: &Cloud, principal: &Principal, jwt: &Jwt<'_>) -> Result<(), Failure> {
    let [issuer, subject] = [jwt.claim("iss"), jwt.claim("sub")];
    let audience = match &jwt.claims["aud"] {
        Value::Array(several) => several.first().and_then(Value::as_str).unwrap_or_default(),
        one => one.as_str().unwrap_or_default(),
    };
    let own: Vec<&FederatedCredential> = cloud
        .credentials
        .federated
        .iter()
        .filter(|it| cloud.tenant.is_of(it.client_id.as_deref(), principal))
        .collect();
    let none = |code, of: &str, value: &str| {
        let text = format!(
            "No matching federated identity record found for presented assertion {of} '{value}'. \
             Check your federated identity credential Subject, Audience and Issuer against the \
             presented assertion."
        );
        refused(code, &text)
    };
    let of_issuer: Vec<_> = own.into_iter().filter(|it| it.issuer == issuer).collect();
    if of_issuer.is_empty() {
        return Err(none(700_211, "issuer", issuer));
    }
    let of_subject: Vec<_> = of_issuer.iter().filter(|it| it.subject == subject).collect();
    if of_subject.is_empty() {
        let is_almost = of_issuer.iter().any(|it| it.subject.eq_ignore_ascii_case(subject));
        let code = if is_almost { 7_002_138 } else { 700_213 };
        return Err(none(code, "subject", subject));
    }
    if !of_subject.iter().any(|it| it.audience == audience) {
        return Err(none(700_212, "audience", audience));
    }
    let keys = cloud.credentials.issuers.iter().find(|it| it.address == issuer);
    let keys = keys.and_then(|it| it.keys["keys"].as_array()).into_iter().flatten();
    let key = keys.into_iter().find(|it| it["kid"] == jwt.header["kid"]).ok_or_else(|| {
        refused(
            7_000_272,
            "The certificate used to sign the federated credential could not be found in the \
             metadata of identity provider.",
        )
    })?;
    if jwt.header["alg"] != "RS256" {
        return Err(malformed());
    }
    let part = |name: &str| {
        URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap_or_default()).unwrap_or_default()
    };
    let key = PublicKeyComponents { n: part("n"), e: part("e") };
    if key.verify(&RSA_PKCS1_2048_8192_SHA256, jwt.signed.as_bytes(), &jwt.signature).is_err() {
        return Err(refused(50013, "Assertion failed signature validation."));
    }
    jwt.check_time(cloud.clock.seconds())
}

impl<'a> Jwt<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed());
        let json = |part| {
            let json: Value = serde_json::from_slice(&decode(part)?).map_err(|_| malformed())?;
            Ok::<_, Failure>(json)
        };
        let (header, claims) = (json(header)?, json(claims)?);
        Ok(Self { header, claims, signed, signature: decode(signature)? })
    }

    fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().unwrap_or_default()
    }

    fn is_of_certificate(&self, der: &[u8]) -> bool {
        let thumbprints = [("x5t#S256", &SHA256), ("x5t", &SHA1_FOR_LEGACY_USE_ONLY)];
        thumbprints.into_iter().any(|(name, algorithm)| {
            let thumbprint = URL_SAFE_NO_PAD.encode(digest(algorithm, der));
            self.header[name].as_str() == Some(&thumbprint)
        })
    }

    fn check_time(&self, now: i64) -> Result<(), Failure> {
        let ends = self.claims["exp"].as_i64().unwrap_or_default();
        let begins = self.claims["nbf"].as_i64().unwrap_or_default();
        if ends + SKEW <= now || begins - SKEW > now {
            return Err(refused(700_024, "Client assertion is not within its valid time range."));
        }
        Ok(())
    }
}

fn refused(code: u32, text: &str) -> Failure {
    Failure(401, "invalid_client", code, text.to_owned())
}

fn malformed() -> Failure {
    refused(50027, "JWT token is invalid or malformed.")
}
