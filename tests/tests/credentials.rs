//! Whole jobs with every kind of credential, after which no credential is anywhere.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws::StsIdentity;
use collector::ports::{Outgoing, Queue, QueueError, QueueName};
use collector::summary::JobStatus;
use microsoft::{Cloud, Connections};
use serde_json::{Value, json};
use simulator::{Certificate, Credentials, FederatedCredential, Options, TokenIssuer};
use tests::log::Log;
use tests::world::{World, options};
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ISSUER: &str = "https://00000000-0000-4000-8000-0000000000aa.tokens.sts.global.api.aws";
const ROLE: &str = "arn:aws:iam::123456789012:role/tenantgraph-SignInRole-1ABC";
const AUDIENCE: &str = "api://AzureADTokenExchange";

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/microsoft/fixtures");
    fs::read(folder.join(name)).unwrap()
}

/// Takes the place of AWS STS: checks what is asked for, and issues a token each time. Returns its
/// address, and what it has issued.
async fn sts(issuer: Arc<TokenIssuer>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let issued = Arc::new(Mutex::new(Vec::new()));
    let kept = issued.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let body = loop {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).await.unwrap();
                request.extend_from_slice(&part[..read]);
                let text = String::from_utf8_lossy(&request).into_owned();
                match text.split_once("\r\n\r\n") {
                    Some((_, body)) if body.contains("SigningAlgorithm") => break body.to_owned(),
                    _ => assert!(read > 0, "{text}"),
                }
            };
            for part in [
                "Action=GetWebIdentityToken",
                "Audience.member.1=api%3A%2F%2FAzureADTokenExchange",
                "DurationSeconds=300",
                "SigningAlgorithm=RS256",
            ] {
                assert!(body.contains(part), "{body}");
            }
            let now = OffsetDateTime::now_utc().unix_timestamp();
            let token = issuer.token(ROLE, AUDIENCE, now, now + 300).unwrap();
            let answer = format!(
                "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <GetWebIdentityTokenResult><WebIdentityToken>{token}</WebIdentityToken>\
                 <Expiration>2100-01-01T00:00:00Z</Expiration></GetWebIdentityTokenResult>\
                 </GetWebIdentityTokenResponse>"
            );
            kept.lock().unwrap().push(token);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n",
                answer.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, issued)
}

/// A queue whose messages are written down.
#[derive(Debug)]
struct Overheard {
    inner: Arc<dyn Queue>,
    written: Arc<Mutex<String>>,
}

#[async_trait]
impl Queue for Overheard {
    async fn send(&self, queue: QueueName, messages: Vec<Outgoing>) -> Result<(), QueueError> {
        for message in &messages {
            self.written.lock().unwrap().push_str(&message.body);
        }
        self.inner.send(queue, messages).await
    }

    async fn hold(
        &self,
        queue: QueueName,
        receipt: &str,
        wait: Duration,
    ) -> Result<(), QueueError> {
        self.inner.hold(queue, receipt, wait).await
    }

    async fn give_up(&self, queue: QueueName, message: Outgoing) -> Result<(), QueueError> {
        self.inner.give_up(queue, message).await
    }
}

/// Whatever is in the files of a folder, unpacked.
fn stored(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&stored(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            let bytes = zstd::decode_all(&bytes[..]).unwrap_or(bytes);
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

// The log is that of one thread.
#[tokio::test]
async fn no_credential_is_stored_logged_or_sent_to_a_queue() {
    let issuer = Arc::new(TokenIssuer::new(ISSUER).unwrap());
    let credentials = Credentials {
        certificates: vec![Certificate { client_id: None, der: fixture("certificate.der") }],
        federated: vec![FederatedCredential {
            client_id: None,
            issuer: ISSUER.to_owned(),
            subject: ROLE.to_owned(),
            audience: AUDIENCE.to_owned(),
        }],
        issuers: vec![issuer.published()],
    };
    let mut world = World::new(Options { credentials, ..options() }).await;
    let (sts, issued) = sts(issuer.clone()).await;
    let cloud = Cloud::parse(&world.simulator.cloud().to_string()).unwrap();
    let connections = Connections::new(cloud).on_one_machine();
    let connections = connections.with_web_identity(Arc::new(StsIdentity::at(&sts)));
    let messages = Arc::new(Mutex::new(String::new()));
    {
        let context = Arc::get_mut(&mut world.machine.context).unwrap();
        context.microsoft = Arc::new(connections);
        let inner = context.queue.clone();
        context.queue = Arc::new(Overheard { inner, written: messages.clone() });
    }
    let log = Log::begin();

    let outside = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = outside.path().join(name);
        fs::write(&path, content).unwrap();
        json!({ "secretArn": format!("file:{}", path.display()) })
    };
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let in_file = issuer.token(ROLE, AUDIENCE, now, now + 3600).unwrap();
    file("token", in_file.as_bytes());
    let mut certificate = file("certificate.pfx", &fixture("certificate.pfx"));
    certificate["password"] = file("password", b"hunter2");
    let token_file = json!({ "tokenFile": outside.path().join("token") });
    let secret = world.simulator.principal().client_secret.clone();
    let client_id = world.simulator.principal().client_id.clone();
    let whole = world.event();
    for (credential, value, is_of_application) in [
        ("federatedCredential", json!("aws"), true),
        ("clientSecret", json!(secret), true),
        ("clientCertificate", file("certificate.pem", &fixture("certificate.pem")), true),
        ("clientCertificate", certificate, true),
        ("federatedCredential", token_file, true),
        ("managedIdentity", json!("userAssigned"), true),
        ("managedIdentity", json!("systemAssigned"), false),
    ] {
        let mut event = whole.clone();
        let config = event["instance"]["config"].as_object_mut().unwrap();
        config.remove("clientSecret");
        // One whole job is enough. The others read some lists.
        if value != "aws" {
            config.insert("ingestActiveDirectory".into(), json!(false));
            config.insert("ingestionSources".into(), json!({ "*": false }));
        }
        config.insert(credential.into(), value.clone());
        if is_of_application {
            config.insert("clientId".into(), json!(client_id));
        } else {
            config.remove("clientId");
        }
        let summary = world.job(event).await;
        assert_eq!(summary.status, JobStatus::Complete, "{credential} {value}");
    }

    let issued = issued.lock().unwrap().clone();
    assert!(issued.len() >= 2, "{}", issued.len());
    let pem = String::from_utf8(fixture("certificate.pem")).unwrap();
    let (_, key) = pem.split_once("PRIVATE KEY-----\n").unwrap();
    let mut credentials =
        vec![secret, "hunter2".to_owned(), key.lines().nth(3).unwrap().to_owned()];
    credentials.extend(issued.into_iter().chain([in_file]));
    // That is how every token begins: {"alg"… or {"typ"….
    credentials.extend(["eyJhbGci", "eyJ0eXAi"].map(str::to_owned));
    let (store, messages, log) =
        (stored(world.store.path()), messages.lock().unwrap().clone(), log.text());
    assert!(store.contains("federatedCredential") && messages.len() > 1000 && log.len() > 1000);
    for credential in credentials {
        for (what, text) in [("store", &store), ("messages", &messages), ("log", &log)] {
            assert!(!text.contains(&credential), "{credential} is in the {what}");
        }
    }
}

#[tokio::test]
async fn a_credential_that_does_not_fit_says_so_at_the_start() {
    let world = World::new(options()).await;
    let mut event = world.event();
    let config = event["instance"]["config"].as_object_mut().unwrap();
    config.remove("clientSecret");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("certificate.pem");
    fs::write(&path, fixture("certificate.pem")).unwrap();
    let certificate = json!({ "secretArn": format!("file:{}", path.display()) });
    config.insert("clientCertificate".into(), certificate);
    let error = world.machine.run(event).await.unwrap_err().to_string();
    assert!(error.starts_with("[validation_failure] "), "{error}");
    let advice = "AADSTS700027: The certificate is not registered with the application";
    assert!(error.contains(advice), "{error}");
    assert_eq!(Value::from(error.contains("eyJ")), json!(false));
}
