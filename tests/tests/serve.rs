//! The page on AWS answers people of the right tenant and group who have signed in, programs that
//! are named, and nobody else.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

#[path = "query/generate.rs"]
#[expect(dead_code, reason = "other tests make up queries")]
mod generate;
#[path = "query/world.rs"]
#[expect(dead_code, reason = "other tests compare what is stored")]
mod world;

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use lambda_runtime::LambdaEvent;
use page::SignIn;
use serde_json::{Value, json};
use serve::{Server, Settings, handle};
use sha2::Sha256;
use simulator::TokenIssuer;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use world::World;

const DOMAIN: &str = "x.lambda-url.eu-central-1.on.aws";
const PAGE: &str = "https://d111.cloudfront.example";
const CLIENT: &str = "the-page";
const TENANT: &str = "11111111-2222-4333-8444-555555555555";
const GROUP: &str = "99999999-8888-4777-8666-555555555555";
const PROGRAM: &str = "arn:aws:iam::123456789012:role/reports";

/// The page, and the issuer of its tokens.
struct Stage {
    server: Server,
    issuer: TokenIssuer,
    address: String,
    /// How often the keys of the issuer were read.
    reads: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/pool", listener.local_addr().unwrap());
        let issuer = TokenIssuer::new(&address).unwrap();
        let reads = Arc::new(AtomicUsize::new(0));
        tokio::spawn(publish(listener, issuer.published().keys.to_string(), Arc::clone(&reads)));
        let entities = json!([
            { "_key": "u", "_type": "azure_user", "_class": ["User"], "displayName": "Anja" },
        ]);
        let World { context, tables, folder, .. } =
            World::of(&entities, &json!([]), &json!({})).await;
        let job = &tables.manifest.job;
        let summary = collector::snapshot::of(&context, job).await.unwrap();
        query::tables::publish(&context, &summary).await.unwrap();
        let latest = folder.path().join("graph/i/latest.json");
        std::fs::write(latest, json!({ "job": job }).to_string()).unwrap();
        let server = Server::new(context, settings(&address)).unwrap();
        Self { server, issuer, address, reads, _folder: folder }
    }

    /// What a token of the right person claims.
    fn claims(&self) -> Value {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        json!({
            "iss": self.address, "aud": CLIENT, "sub": "anja", "token_use": "id", "iat": now,
            "exp": now + 3600, "custom:tid": TENANT, "custom:groups": format!("[\"{GROUP}\"]"),
        })
    }

    fn header(&self) -> Value {
        let key = self.issuer.published().keys["keys"][0]["kid"].clone();
        json!({ "alg": "RS256", "typ": "JWT", "kid": key })
    }

    /// A token of the right person, but for what is changed.
    fn token(&self, change: &Value) -> String {
        let mut claims = self.claims();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        self.issuer.sign(&self.header(), &claims).unwrap()
    }

    async fn answer(&self, event: Value) -> Value {
        let event = LambdaEvent::new(event, lambda_runtime::Context::default());
        handle(&self.server, event).await.unwrap()
    }

    async fn ask(&self, event: Value) -> (u16, String) {
        let answer = self.answer(event).await;
        let body = STANDARD.decode(answer["body"].as_str().unwrap()).unwrap();
        let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// Asks for something of the tenant, and says with which status that ends.
    async fn status(&self, token: Option<&str>) -> u16 {
        let (status, body) = self.ask(event("/api/search?q=anja", token)).await;
        assert_eq!(body.contains("Anja"), status == 200, "{body}");
        status
    }
}

fn settings(issuer: &str) -> Settings {
    Settings {
        instance: "i".to_owned(),
        address: PAGE.to_owned(),
        sign_in: SignIn {
            address: "https://sign-in.example".to_owned(),
            client: CLIENT.to_owned(),
            provider: "Entra".to_owned(),
        },
        issuer: issuer.to_owned(),
        tenant: TENANT.to_owned(),
        group: GROUP.to_owned(),
        programs: vec![PROGRAM.parse().unwrap()],
    }
}

/// Publishes keys over HTTP.
async fn publish(listener: TcpListener, keys: String, reads: Arc<AtomicUsize>) {
    loop {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = socket.read(&mut request).await.unwrap();
        assert!(request[..read].starts_with(b"GET /pool/.well-known/jwks.json "));
        reads.fetch_add(1, Ordering::Relaxed);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            keys.len()
        );
        socket.write_all(format!("{head}{keys}").as_bytes()).await.unwrap();
    }
}

/// A request as Amazon `CloudFront` sends it.
fn event(path: &str, token: Option<&str>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut event = json!({
        "version": "2.0", "rawPath": path, "rawQueryString": query, "isBase64Encoded": false,
        "headers": { "host": DOMAIN, "origin": PAGE, "sec-fetch-site": "same-origin" },
        "requestContext": { "domainName": DOMAIN, "timeEpoch": 0, "http": { "method": "GET" } },
    });
    if let Some(token) = token {
        event["headers"][page::TOKEN] = token.into();
    }
    event
}

#[tokio::test]
async fn whoever_has_signed_in_and_is_of_the_tenant_and_the_group_is_answered() {
    let stage = Stage::new().await;
    assert_eq!(stage.status(Some(&stage.token(&json!({})))).await, 200);
    let groups = json!({ "custom:groups": format!("[0, {}]", GROUP.to_uppercase()) });
    assert_eq!(stage.status(Some(&stage.token(&groups))).await, 200);
    let token = stage.token(&json!({}));
    let body = STANDARD.encode(json!({ "query": "FIND azure_user" }).to_string());
    let mut query = event("/api/query", Some(&token));
    query["requestContext"]["http"]["method"] = "POST".into();
    (query["body"], query["isBase64Encoded"]) = (body.into(), true.into());
    let (status, body) = stage.ask(query).await;
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("Anja"), "{body}");
    assert_eq!(stage.reads.load(Ordering::Relaxed), 1, "the keys are kept");
}

#[tokio::test]
async fn every_other_token_is_refused() {
    let stage = Stage::new().await;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let changes = [
        json!({ "custom:tid": "11111111-2222-4333-8444-000000000000" }),
        json!({ "custom:tid": null }),
        json!({ "custom:groups": "[\"99999999-8888-4777-8666-000000000000\"]" }),
        json!({ "custom:groups": "[]" }),
        json!({ "custom:groups": null }),
        json!({ "custom:groups": [GROUP] }),
        json!({ "aud": "another" }),
        json!({ "aud": null }),
        json!({ "iss": "https://attacker.example" }),
        json!({ "iss": null }),
        json!({ "exp": now - 3600 }),
        json!({ "exp": null }),
        json!({ "nbf": now + 3600 }),
        json!({ "token_use": "access" }),
        json!({ "token_use": null }),
    ];
    for change in changes {
        let token = stage.token(&change);
        assert_eq!(stage.status(Some(&token)).await, 403, "{change}");
    }
}

#[tokio::test]
async fn a_token_that_the_issuer_has_not_signed_is_refused() {
    let stage = Stage::new().await;
    let token = stage.token(&json!({}));
    let parts: Vec<&str> = token.split('.').collect();
    let encoded = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    let with = |name: &str, value: Value| {
        let mut header = stage.header();
        header[name] = value;
        header
    };
    let unsigned = |header: &Value| format!("{}.{}.", encoded(header), parts[1]);
    // The public key, as a secret that both sides share.
    let key = stage.issuer.published().keys["keys"][0]["n"].as_str().unwrap().to_owned();
    let shared = [key.clone().into_bytes(), URL_SAFE_NO_PAD.decode(&key).unwrap()].map(|secret| {
        let signed = format!("{}.{}", encoded(&with("alg", "HS256".into())), parts[1]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    });
    let stranger = TokenIssuer::new(&stage.address).unwrap();
    let claims = stage.claims();
    let tokens = [
        unsigned(&with("alg", "none".into())),
        unsigned(&with("alg", "None".into())),
        unsigned(&stage.header()),
        shared[0].clone(),
        shared[1].clone(),
        stranger.sign(&stage.header(), &claims).unwrap(),
        stage.issuer.sign(&with("kid", "unknown".into()), &claims).unwrap(),
        stage.issuer.sign(&with("kid", Value::Null), &claims).unwrap(),
        stage.issuer.sign(&with("alg", "RS512".into()), &claims).unwrap(),
        stage.issuer.sign(&with("alg", "PS256".into()), &claims).unwrap(),
        format!("{}.{}.{}", parts[0], encoded(&json!({ "token_use": "id" })), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.{token}"),
        format!("Bearer {token}"),
        format!("{token},{token}"),
        stage.token(&json!({ "padding": "x".repeat(10_000) })),
        stage.issuer.sign(&stage.header(), &json!([])).unwrap(),
        stage.issuer.sign(&stage.header(), &json!("x")).unwrap(),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "é".to_owned(),
        "e30.e30.e30".to_owned(),
    ];
    for token in tokens {
        assert_eq!(stage.status(Some(&token)).await, 403, "{token}");
    }
    assert_eq!(stage.status(None).await, 403);
    assert_eq!(stage.reads.load(Ordering::Relaxed), 1, "nobody has the keys read again and again");
}

#[tokio::test]
async fn what_does_not_come_from_the_page_is_refused() {
    let stage = Stage::new().await;
    let token = stage.token(&json!({}));
    let cases = [
        ("host", json!("attacker.example")),
        ("host", json!(format!("{DOMAIN}.attacker.example"))),
        ("host", json!("d111.cloudfront.example")),
        ("host", Value::Null),
        ("origin", json!("https://attacker.example")),
        ("origin", json!("http://d111.cloudfront.example")),
        ("origin", json!(format!("https://{DOMAIN}"))),
        ("origin", json!("null")),
        ("sec-fetch-site", json!("cross-site")),
        ("sec-fetch-site", json!("same-site")),
        ("sec-fetch-site", json!("none")),
    ];
    for (name, value) in cases {
        let mut event = event("/api/search?q=anja", Some(&token));
        if value.is_null() {
            event["headers"].as_object_mut().unwrap().remove(name);
        } else {
            event["headers"][name] = value.clone();
        }
        let (status, body) = stage.ask(event).await;
        assert_eq!(status, 403, "{name}: {value}: {body}");
        assert!(!body.contains("Anja"), "{body}");
    }
    let mut rebound = event("/", None);
    rebound["headers"]["host"] = "rebound.attacker.example".into();
    assert_eq!(stage.ask(rebound).await.0, 403, "the files, too");
}

#[tokio::test]
async fn a_program_that_is_named_needs_no_token() {
    let stage = Stage::new().await;
    let called = |caller: Value| {
        let mut event = event("/api/search?q=anja", None);
        event["headers"] = json!({ "host": DOMAIN });
        event["requestContext"]["authorizer"] = json!({ "iam": { "userArn": caller } });
        event
    };
    let named = "arn:aws:sts::123456789012:assumed-role/reports/nightly";
    assert_eq!(stage.ask(called(named.into())).await.0, 200);
    for other in [
        json!("arn:aws:sts::123456789012:assumed-role/another/nightly"),
        json!("cloudfront.amazonaws.com"),
        json!(""),
        Value::Null,
    ] {
        assert_eq!(stage.ask(called(other.clone())).await.0, 403, "{other}");
    }
    let mut with_token = called(named.into());
    with_token["headers"][page::TOKEN] = "x".into();
    assert_eq!(stage.ask(with_token).await.0, 403, "a token that is there is checked");
}

#[tokio::test]
async fn the_files_are_there_before_anybody_has_signed_in() {
    let stage = Stage::new().await;
    let file = |path: &str| {
        let mut event = event(path, None);
        event["headers"] = json!({ "host": DOMAIN, "accept-encoding": "br, gzip" });
        event
    };
    let answer = stage.answer(file("/")).await;
    let policy = answer["headers"]["content-security-policy"].as_str().unwrap();
    assert!(policy.ends_with("connect-src 'self' https://sign-in.example"), "{policy}");
    assert_eq!(answer["headers"]["cache-control"], "no-store");
    let answer = stage.answer(file("/app.js")).await;
    assert_eq!(answer["headers"]["content-encoding"], "gzip");
    let policy = answer["headers"]["content-security-policy"].as_str().unwrap();
    assert!(policy.ends_with("connect-src 'self'"), "{policy}");
    let body = STANDARD.decode(answer["body"].as_str().unwrap()).unwrap();
    let mut script = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut script).unwrap();
    assert!(script.contains("x-tenantgraph-token"));
    let (_, told) = stage.ask(event("/sign-in", None)).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["at"]["client"], CLIENT);
    assert_eq!(stage.reads.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_lets_nobody_in() {
    let mut stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    stage.issuer = TokenIssuer::new(&address).unwrap();
    let token = stage.issuer.sign(&stage.header(), &stage.claims()).unwrap();
    let World { context, .. } = World::of(&json!([]), &json!([]), &json!({})).await;
    stage.server = Server::new(context, settings(&address)).unwrap();
    assert_eq!(stage.status(Some(&token)).await, 503);
}
