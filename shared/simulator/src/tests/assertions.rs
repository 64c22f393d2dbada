//! Signing in by client assertions, and with each part of them wrong.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::{Client, request};
use crate::TokenIssuer;
use crate::options::{Certificate, Credentials, FederatedCredential, Options};
use crate::services::cloud::GRAPH;

const CERTIFICATE: &[u8] = include_bytes!("../../../microsoft/fixtures/certificate.der");
const KEY: &[u8] = include_bytes!("../../../microsoft/fixtures/certificate.pem");
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ISSUER: &str = "https://issuer.example";
const SUBJECT: &str = "arn:aws:iam::1:role/Sign-In";
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// The number of the refusal; none if there is a token.
fn outcome(client: &Client, assertion: &str) -> Option<u64> {
    let scope = format!("{GRAPH}/.default");
    let form = [
        ("client_id", client.cloud.tenant.default_principal().client_id.as_str()),
        ("client_assertion", assertion),
        ("client_assertion_type", TYPE),
        ("scope", &scope),
    ];
    let reply = client.sign_in(&client.cloud.tenant.id(), &form);
    assert_eq!(reply.status == 200, reply.body["access_token"].is_string(), "{reply:?}");
    reply.body["error_codes"][0].as_u64()
}

fn thumbprint(algorithm: &'static aws_lc_rs::digest::Algorithm, der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(algorithm, der))
}

fn signed(header: &Value, claims: &Value) -> String {
    let key = PrivatePkcs8KeyDer::from_pem_slice(KEY).unwrap();
    let key = KeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap();
    let [head, body] = [header, claims].map(|it| URL_SAFE_NO_PAD.encode(it.to_string()));
    let text = format!("{head}.{body}");
    let mut signature = vec![0; key.public_modulus_len()];
    let random = SystemRandom::new();
    let padding: &dyn aws_lc_rs::signature::RsaEncoding =
        if header["alg"] == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
    key.sign(padding, &random, text.as_bytes(), &mut signature).unwrap();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn a_certificate_signs_in_with_each_of_its_parts_right_and_with_none_wrong() {
    let certificate = Certificate { client_id: None, der: CERTIFICATE.to_vec() };
    let credentials = Credentials { certificates: vec![certificate], ..Credentials::default() };
    let client = Client::new(Options { credentials, ..Options::default() });
    let now = client.clock.seconds();
    let id = client.cloud.tenant.default_principal().client_id.clone();
    let sha256 = thumbprint(&aws_lc_rs::digest::SHA256, CERTIFICATE);
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": sha256 });
    let endpoint = format!(
        "{}/login.microsoftonline.com/{}/oauth2/v2.0/token",
        client.cloud.base,
        client.cloud.tenant.id()
    );
    let claims = json!({
        "aud": endpoint, "iss": id, "sub": id, "jti": "1", "nbf": now, "exp": now + 300,
    });
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims["jti"] = json!(format!("of {name}"));
        claims[name] = value;
        claims
    };
    assert_eq!(outcome(&client, &signed(&header, &claims)), None);
    let sha1 = thumbprint(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, CERTIFICATE);
    let older = json!({ "alg": "RS256", "typ": "JWT", "x5t": sha1 });
    assert_eq!(outcome(&client, &signed(&older, &with("jti", json!("2")))), None);
    let real = endpoint.replace(&client.cloud.base, "https:/");
    assert_eq!(outcome(&client, &signed(&header, &with("aud", json!(real)))), None);

    let other = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": "AAAA" });
    for (assertion, code) in [
        (signed(&other, &with("jti", json!("3"))), 700_027),
        (signed(&header, &with("iss", json!("other"))), 700_021),
        (signed(&header, &with("sub", json!("other"))), 700_021),
        (signed(&header, &with("aud", json!("https://elsewhere.example"))), 700_023),
        (signed(&header, &with("exp", json!(now - 301))), 700_024),
        (signed(&header, &with("nbf", json!(now + 301))), 700_024),
        (signed(&header, &with("jti", json!(""))), 50027),
        // The identifier of the first.
        (signed(&header, &claims), 50027),
        (signed(&json!({ "alg": "none", "x5t": sha1 }), &with("jti", json!("4"))), 50027),
        ("nonsense".to_owned(), 50027),
    ] {
        assert_eq!(outcome(&client, &assertion), Some(code), "{assertion}");
    }
    let good = signed(&header, &with("jti", json!("5")));
    let (text, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{text}.{}", URL_SAFE_NO_PAD.encode([7; 256]));
    assert_eq!(outcome(&client, &forged), Some(700_027));
    // An application with which nothing is registered.
    let unknown = Client::new(Options::default());
    assert_eq!(outcome(&unknown, &good), Some(700_027));
}

#[test]
fn a_federated_credential_signs_in_with_each_of_its_parts_right_and_with_none_wrong() {
    let issuer = TokenIssuer::new(ISSUER).unwrap();
    let unpublished = TokenIssuer::new(ISSUER).unwrap();
    let federated = FederatedCredential {
        client_id: None,
        issuer: ISSUER.to_owned(),
        subject: SUBJECT.to_owned(),
        audience: AUDIENCE.to_owned(),
    };
    let credentials = Credentials {
        federated: vec![federated],
        issuers: vec![issuer.published()],
        ..Credentials::default()
    };
    let client = Client::new(Options { credentials, ..Options::default() });
    let now = client.clock.seconds();
    let token =
        |subject: &str, audience: &str| issuer.token(subject, audience, now, now + 300).unwrap();
    assert_eq!(outcome(&client, &token(SUBJECT, AUDIENCE)), None);
    let elsewhere = TokenIssuer::new("https://elsewhere.example").unwrap();
    let elsewhere = elsewhere.token(SUBJECT, AUDIENCE, now, now + 300).unwrap();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "unknown" });
    let claims = json!({
        "iss": ISSUER, "sub": SUBJECT, "aud": [AUDIENCE], "nbf": now, "exp": now + 300,
    });
    for (assertion, code) in [
        (elsewhere, 700_211),
        (token("arn:aws:iam::1:role/other", AUDIENCE), 700_213),
        (token(&SUBJECT.to_lowercase(), AUDIENCE), 7_002_138),
        (token(SUBJECT, "sts.amazonaws.com"), 700_212),
        (issuer.sign(&header, &claims).unwrap(), 7_000_272),
        (unpublished.token(SUBJECT, AUDIENCE, now, now + 300).unwrap(), 50013),
        (issuer.token(SUBJECT, AUDIENCE, now - 900, now - 600).unwrap(), 700_024),
        (issuer.token(SUBJECT, AUDIENCE, now + 600, now + 900).unwrap(), 700_024),
        (issuer.sign(&json!({ "alg": "ES384", "kid": "key-1" }), &claims).unwrap(), 50027),
    ] {
        assert_eq!(outcome(&client, &assertion), Some(code), "{assertion}");
    }
    // The type of an assertion has to be said.
    let good = token(SUBJECT, AUDIENCE);
    let id = client.cloud.tenant.default_principal().client_id.clone();
    let form = [("client_id", id.as_str()), ("client_assertion", &good)];
    let reply = client.sign_in(&client.cloud.tenant.id(), &form);
    assert_eq!(reply.body["error_codes"][0], 900_144);
}

#[test]
fn a_machine_has_the_identity_of_the_default_application() {
    let client = Client::new(Options::default());
    let ask = |query: &str, is_of_metadata| {
        let address = format!("169.254.169.254/metadata/identity/oauth2/token?{query}");
        let request = crate::services::request::Request {
            bearer: None,
            is_of_metadata,
            ..request("", &address)
        };
        client.send(&request)
    };
    let query = "api-version=2019-08-01&resource=https://graph.microsoft.com";
    let reply = ask(query, true);
    assert_eq!(reply.status, 200, "{reply:?}");
    let token = reply.body["access_token"].as_str().unwrap();
    assert_eq!(client.get(token, "graph.microsoft.com/v1.0/users").status, 200);
    for (query, is_of_metadata, expected) in [
        (query, false, "Required metadata header not specified"),
        ("api-version=2019-08-01", true, "Required query variable 'resource' is missing"),
        (
            "api-version=2019-08-01&resource=https://graph.microsoft.com&client_id=other",
            true,
            "Identity not found",
        ),
    ] {
        let reply = ask(query, is_of_metadata);
        assert_eq!(reply.status, 400);
        assert_eq!(reply.body["error_description"], expected);
    }
}
