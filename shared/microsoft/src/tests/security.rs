//! Who gets to see secrets and tokens, over the real network stack.

use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use collector::ports::{Address, Answer, Failure, Fetch as _, Microsoft, Request};
use serde_json::json;
use steps::Domain;
use tokio::net::TcpListener;
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level};
use tracing_subscriber::fmt::MakeWriter;

use super::stage::{SECRET, Stage, arm, credentials, domain, graph, reply, text, vault};
use crate::{Cloud, Connections};

const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.TheToken.Signature";

type Behaviour = fn(&str, &str) -> Response;

/// A server which records what it is sent, and answers by a function of the path and of the
/// `Authorization` header or, for a token request, of the body.
#[derive(Clone)]
struct Server {
    address: String,
    seen: Arc<Mutex<Vec<String>>>,
    behaviour: Behaviour,
}

impl Server {
    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { address, seen: Arc::default(), behaviour };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn cloud(&self) -> Cloud {
        let base = &self.address;
        let document = json!({
            "name": "local", "authority": format!("{base}/login"),
            "resourceManager": format!("{base}/arm"), "graph": format!("{base}/graph"),
            "audiences": { "resourceManager": "https://a", "graph": "https://g", "keyVault": "https://v" },
            "keyVaultSuffix": "vault.azure.net", "storageSuffix": "core.windows.net",
            "portal": "https://portal.azure.com", "dataPlane": format!("{base}/{{host}}"),
        });
        Cloud::parse(&document.to_string()).unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(
    State(server): State<Server>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let authorization = headers.get("authorization").map_or("", |it| it.to_str().unwrap());
    let body = String::from_utf8_lossy(&body);
    let said = if body.is_empty() { authorization } else { &body };
    server.seen.lock().unwrap().push(format!("{uri} {said}"));
    (server.behaviour)(uri.path(), said)
}

fn json(status: u16, body: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}

fn token() -> Response {
    json(200, &json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": TOKEN }))
}

async fn read(connections: &Connections, requests: Vec<Request>) -> Vec<Answer> {
    let connection = connections.connect("public", credentials());
    connection.fetch(&domain(Domain::Graph), requests).await
}

#[tokio::test]
async fn a_page_is_read_over_the_network() {
    let server = Server::start(|path, _| match path {
        "/login/contoso.example/oauth2/v2.0/token" => token(),
        path => json(200, &json!({ "path": path })),
    })
    .await;
    let connections = Connections::new(server.cloud());
    let requests = vec![graph("/users"), arm("/subscriptions"), vault("kv1", "/keys")];
    let answers = read(&connections, requests).await;
    assert_eq!(
        answers.iter().map(text).collect::<Vec<_>>(),
        [
            r#"{"path":"/graph/v1.0/users"}"#,
            r#"{"path":"/arm/subscriptions"}"#,
            r#"{"path":"/kv1.vault.azure.net/keys"}"#,
        ]
    );
    assert_eq!(connections.requests(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lasts_for_ever_is_none() {
    for expires_in in ["18446744073709551615", "9223372036854775807", "-1", "1e300", "null"] {
        let text = format!(
            r#"{{"token_type":"Bearer","expires_in":{expires_in},"access_token":"{TOKEN}"}}"#
        );
        let answers = Stage::bare(move |_| reply(200, &[], &text))
            .connect()
            .fetch(&domain(Domain::Graph), vec![graph("/users")])
            .await;
        assert!(matches!(&answers[0], Err(Failure::Failed(_))), "{expires_in}: {answers:?}");
    }
}

#[tokio::test]
async fn no_token_leaves_for_another_host() {
    let foreign = Server::start(|_, _| json(200, &json!({ "value": [] }))).await;
    let server =
        Server::start(
            |path, _| if path.starts_with("/login") { token() } else { json(200, &json!({})) },
        )
        .await;
    let connections = Connections::new(server.cloud());
    let link = |link: String, request: Request| {
        let address = Address::Link { link, first: Box::new(request.address) };
        Request::get(request.service, address)
    };
    let elsewhere = format!("{}/graph/v1.0/users?$skiptoken=1", foreign.address);
    let other_service = format!("{}/arm/subscriptions", server.address);
    let requests = vec![
        link(elsewhere.clone(), graph("/users")),
        link(elsewhere.clone(), arm("/subscriptions")),
        link(elsewhere, vault("kv1", "/keys")),
        link(other_service, graph("/users")),
        link(format!("{}/kv2.vault.azure.net/keys", server.address), vault("kv1", "/keys")),
        Request {
            address: Address::Host { base: foreign.address.clone(), path: "/keys".to_owned() },
            ..vault("kv1", "/keys")
        },
    ];
    let answers = read(&connections, requests).await;
    for answer in &answers {
        assert!(matches!(answer, Err(Failure::Failed(_))), "{answer:?}");
    }
    let host = foreign.address.strip_prefix("http://").unwrap();
    assert!(text(&answers[0]).contains(&format!("leads to {host}")), "{}", text(&answers[0]));
    assert!(foreign.seen().is_empty(), "{:?}", foreign.seen());
    assert!(server.seen().is_empty(), "{:?}", server.seen());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start(|path, _| match path {
        path if path.starts_with("/login") => token(),
        "/arm/a" => (StatusCode::TEMPORARY_REDIRECT, [("location", "/arm/b")]).into_response(),
        _ => json(200, &json!({})),
    })
    .await;
    let answers = read(&Connections::new(server.cloud()), vec![arm("/a")]).await;
    assert_eq!(text(&answers[0]), "failed: the answer is a redirect; it was not followed");
    assert!(!server.seen().iter().any(|it| it.starts_with("/arm/b")));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
pub(super) struct Log(pub(super) Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

/// Somebody whom everything concerns that is logged: where a process has one subscriber alone,
/// other threads decide for it that nobody wants what is logged in a line.
static READER: LazyLock<Dispatch> = LazyLock::new(|| {
    let lines = tracing_subscriber::fmt().with_max_level(Level::TRACE);
    Dispatch::new(lines.with_writer(std::io::sink).finish())
});

impl Log {
    /// Keeps what this thread logs from a level on, until what this returns is dropped.
    pub(super) fn begin(&self, level: Level) -> DefaultGuard {
        LazyLock::force(&READER);
        let lines = tracing_subscriber::fmt().with_max_level(level).with_ansi(false);
        tracing::subscriber::set_default(lines.with_writer(self.clone()).finish())
    }
}

#[tokio::test]
async fn neither_secret_nor_token_is_ever_told() {
    let log = Log::default();
    let _logging = log.begin(Level::TRACE);

    // Both servers repeat in their errors whatever they were sent.
    let strict = Server::start(|_, said| {
        let description = format!("AADSTS7000215: Invalid client secret provided: {said}");
        json(401, &json!({ "error": "invalid_client", "error_description": description, "error_codes": [7_000_215] }))
    })
    .await;
    let echo = Server::start(|path, said| match path {
        path if path.starts_with("/login") => token(),
        "/arm/401" => json(
            401,
            &json!({ "error": { "code": "InvalidAuthenticationToken", "message": said } }),
        ),
        "/arm/secret" => {
            let encoded = BASE64_STANDARD.encode(format!("app:{SECRET}"));
            let message = format!("It began as {SECRET} or {encoded} or {}.", &SECRET[1..]);
            json(400, &json!({ "error": { "code": "Odd", "message": message } }))
        }
        "/arm/200" => (StatusCode::OK, format!("<html>{said}</html>")).into_response(),
        _ => {
            json(403, &json!({ "error": { "code": said, "message": format!("You sent {said}.") } }))
        }
    })
    .await;

    let mut told = String::new();
    for server in [&strict, &echo] {
        let connections = Connections::new(server.cloud());
        let connection = connections.connect("public", credentials());
        let requests = vec![
            arm("/403"),
            arm("/401"),
            arm("/secret"),
            graph("/a"),
            graph("/b"),
            vault("kv1", "/keys"),
        ];
        for answer in connection.fetch(&domain(Domain::Graph), requests).await {
            write!(told, "{answer:?} {}", text(&answer)).unwrap();
        }
        let roles = connections.roles("public", credentials()).await;
        write!(told, "{connection:?} {connections:?} {:?} {roles:?}", credentials()).unwrap();
    }
    told += &String::from_utf8(log.0.lock().unwrap().clone()).unwrap();

    let in_form = SECRET.replace('~', "%7E");
    assert!(strict.seen().iter().any(|it| it.contains(&in_form)), "the secret was not sent at all");
    assert!(echo.seen().iter().any(|it| it.contains(TOKEN)), "the token was not sent at all");
    assert!(told.contains("AADSTS7000215") && told.contains("You sent Bearer …."), "{told}");
    assert!(told.contains("InvalidAuthenticationToken: Bearer …"), "{told}");
    assert!(told.contains("Odd: It began as … or "), "{told}");
    let encoded = BASE64_STANDARD.encode(format!("app:{SECRET}"));
    for hidden in [SECRET, &SECRET[1..], &encoded[8..24], TOKEN, "TheToken", "TheSecretOf"] {
        assert!(!told.contains(hidden), "{hidden} is told:\n{told}");
    }
}
