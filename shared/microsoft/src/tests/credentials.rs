//! Signing in with each credential, and with each of its parts wrong.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Output};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_identity::Executor;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use collector::Secret;
use collector::instance::{Credentials, DeveloperTool, ManagedIdentity, Proof, TokenSource};
use collector::ports::{Failure, WebIdentity, WebIdentityError};
use serde_json::{Value, json};
use simulator::{Certificate, FederatedCredential, Options, Simulator, TokenIssuer};
use steps::Service;

use super::stage::*;
use crate::cloud::Cloud;
use crate::identity::Identity;
use crate::identity::surroundings::Surroundings;
use crate::{Connections, Federation};

const ISSUER: &str = "https://issuer.example";
const SUBJECT: &str = "repo:contoso/graph:ref:refs/heads/main";
const AUDIENCE: &str = "api://AzureADTokenExchange";
const DIRECTORY: &str = "6f1c1b52-0000-4000-8000-000000000002";

fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

/// A certificate of a file, as it is read where secrets are.
fn certificate(name: &str, password: Option<&str>) -> Proof {
    let bytes = fixture(name);
    let text = String::from_utf8(bytes).unwrap_or_else(|it| BASE64_STANDARD.encode(it.as_bytes()));
    let password = password.map(Secret::new);
    Proof::ClientCertificate { certificate: Secret::new(text), password }
}

fn who(proof: Proof) -> Credentials {
    let client_id = Some("client-1".to_owned());
    Credentials { directory_id: DIRECTORY.to_owned(), client_id, proof }
}

/// A token of an issuer whose signature nobody checks.
fn token() -> String {
    let [header, claims] = [
        json!({ "alg": "RS256" }),
        json!({ "iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": 1 }),
    ]
    .map(|it| BASE64_URL_SAFE_NO_PAD.encode(it.to_string()));
    format!("{header}.{claims}.c2ln")
}

fn granted() -> Value {
    json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t" })
}

/// Signs in on one machine with this environment; fails with the reason.
async fn sign_in(
    stage: &Arc<Stage>,
    proof: Proof,
    environment: fn(&str) -> Option<String>,
) -> Result<(), String> {
    let direct = stage.clone();
    let surroundings =
        Surroundings { is_one_machine: true, environment, ..Surroundings::new(direct) };
    let identity = Identity::new(Cloud::PUBLIC.into(), who(proof), surroundings, stage.clone());
    match identity.token(Service::Graph).await {
        Ok(_) => Ok(()),
        Err(Failure::Authentication(reason)) => Err(reason),
        Err(other) => Err(format!("not refused: {other}")),
    }
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn field(sent: &Sent, name: &str) -> Option<String> {
    let mut form = url::form_urlencoded::parse(sent.body.as_bytes());
    form.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn part(jwt: &str, index: usize) -> Value {
    let part = jwt.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_certificate_of_any_form_makes_an_assertion() {
    let mut identifiers = Vec::new();
    for (name, password) in [
        ("certificate.pem", None),
        ("certificate-pkcs1.pem", None),
        ("certificate.pfx", Some("hunter2")),
        ("certificate-legacy.pfx", Some("hunter2")),
        ("certificate-without-password.pfx", None),
    ] {
        let stage = Stage::new(|_| ok(&json!({})));
        sign_in(&stage, certificate(name, password), nothing).await.expect(name);
        let [sent] = &stage.token_requests()[..] else { panic!() };
        assert_eq!(field(sent, "client_secret"), None);
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(field(sent, "client_assertion_type").as_deref(), Some(kind));
        let assertion = field(sent, "client_assertion").unwrap();
        let digest =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &fixture("certificate.der"));
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(digest);
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint });
        assert_eq!(part(&assertion, 0), header);
        let mut claims = part(&assertion, 1);
        identifiers.push(claims["jti"].take());
        assert_eq!(claims["aud"], sent.url);
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("client-1"), &json!("client-1")));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 300);
    }
    identifiers.sort_by_key(ToString::to_string);
    identifiers.dedup();
    assert_eq!(identifiers.len(), 5);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_says_why() {
    for (proof, reason) in [
        (certificate("without-key.pem", None), "the PEM holds no private key"),
        (certificate("encrypted.pem", None), "the private key of the PEM is encrypted"),
        (certificate("elliptic-curve.pem", None), "its private key is not an RSA key"),
        (certificate("other-certificate.pem", None), "there is no certificate for the private key"),
        (certificate("certificate.pem", Some("hunter2")), "a PEM has no password"),
        (certificate("certificate.pfx", Some("wrong")), "the PFX cannot be opened"),
        (certificate("certificate.pfx", None), "the PFX is protected by a password"),
        (certificate("README.md", None), "it is neither a PEM nor a PFX"),
    ] {
        let stage = Stage::new(|_| ok(&json!({})));
        let text = sign_in(&stage, proof, nothing).await.unwrap_err();
        assert!(text.starts_with(&format!("The certificate cannot be used: {reason}")), "{text}");
        assert!(stage.token_requests().is_empty());
    }
}

#[tokio::test]
async fn a_token_of_a_file_is_an_assertion_and_is_read_each_time() {
    let path = std::env::temp_dir().join(format!("tenantgraph-{}", uuid::Uuid::new_v4()));
    let source = TokenSource::TokenFile(path.to_str().unwrap().to_owned());
    let stage = Stage::new(|_| ok(&json!({})));
    let proof = Proof::FederatedCredential(source);
    let error = sign_in(&stage, proof.clone(), nothing).await.unwrap_err();
    assert!(error.starts_with("The token file ") && error.contains("No such file"), "{error}");
    std::fs::write(&path, "hunter2").unwrap();
    let error = sign_in(&stage, proof.clone(), nothing).await.unwrap_err();
    assert!(error.contains("is not a JSON Web Token") && !error.contains("hunter2"), "{error}");
    std::fs::write(&path, vec![b'a'; 65 * 1024]).unwrap();
    let error = sign_in(&stage, proof.clone(), nothing).await.unwrap_err();
    assert!(error.ends_with("it is larger than 64 KiB"), "{error}");
    assert!(stage.token_requests().is_empty());
    std::fs::write(&path, format!("{}\n", token())).unwrap();
    sign_in(&stage, proof, nothing).await.unwrap();
    let [sent] = &stage.token_requests()[..] else { panic!() };
    assert_eq!(field(sent, "client_assertion"), Some(token()));
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn kubernetes_and_github_say_what_is_missing() {
    let stage = Stage::new(|_| ok(&json!({})));
    let kubernetes = Proof::FederatedCredential(TokenSource::Kubernetes);
    let error = sign_in(&stage, kubernetes.clone(), nothing).await.unwrap_err();
    assert!(error.starts_with("The environment variable AZURE_FEDERATED_TOKEN_FILE is"), "{error}");
    let missing = |_: &str| Some("/there/is/no/such/file".to_owned());
    let error = sign_in(&stage, kubernetes, missing).await.unwrap_err();
    assert!(error.starts_with("The token file /there/is/no/such/file cannot be read"), "{error}");
    let github = || Proof::FederatedCredential(TokenSource::GithubActions);
    let error = sign_in(&stage, github(), nothing).await.unwrap_err();
    assert!(error.contains("ACTIONS_ID_TOKEN_REQUEST_URL") && error.contains("id-token: write"));
    let plain = |_: &str| Some("http://example".to_owned());
    let error = sign_in(&stage, github(), plain).await.unwrap_err();
    assert_eq!(error, "ACTIONS_ID_TOKEN_REQUEST_URL is no https address.");
}

#[expect(clippy::unnecessary_wraps, reason = "it stands for a look at the environment")]
fn github(name: &str) -> Option<String> {
    Some(match name {
        "ACTIONS_ID_TOKEN_REQUEST_URL" => "https://run.actions.githubusercontent.com/x?y=1".into(),
        _ => "hunter2".to_owned(),
    })
}

#[tokio::test(start_paused = true)]
async fn github_issues_a_token_for_the_audience_of_the_cloud() {
    let proof = || Proof::FederatedCredential(TokenSource::GithubActions);
    let stage = Stage::bare(|sent| match sent.method.as_str() {
        "GET" => ok(&json!({ "count": 1, "value": token() })),
        _ => ok(&granted()),
    });
    sign_in(&stage, proof(), github).await.unwrap();
    let [asked, exchanged] = &stage.token_requests()[..] else { panic!() };
    let address = "https://run.actions.githubusercontent.com/x?y=1";
    assert_eq!(asked.url, format!("{address}&audience=api%3A%2F%2FAzureADTokenExchange"));
    assert_eq!(asked.header("authorization"), "Bearer hunter2");
    assert_eq!(field(exchanged, "client_assertion"), Some(token()));
    assert_eq!(exchanged.header("authorization"), "");

    let stage = Stage::bare(|_| reply(403, &[], "hunter2"));
    let error = sign_in(&stage, proof(), github).await.unwrap_err();
    assert_eq!(error, "GitHub issues no token: 403 Forbidden");
    let stage = Stage::bare(|_| reply(503, &[], ""));
    let error = sign_in(&stage, proof(), github).await.unwrap_err();
    assert_eq!(error, "not refused: failed: GitHub issues no token: 503 Service Unavailable");
    assert_eq!(stage.token_requests().len(), 5);
}

#[tokio::test]
async fn a_function_signs_in_by_nothing_that_is_on_its_machine() {
    for (proof, what) in [
        (Proof::FederatedCredential(TokenSource::GithubActions), "Only a run of the command line"),
        (Proof::FederatedCredential(TokenSource::TokenFile("/proc/self/environ".into())), "Only a"),
        (Proof::FederatedCredential(TokenSource::Aws), "AWS is not reached from here"),
        (Proof::ManagedIdentity(ManagedIdentity::SystemAssigned), "Only a run of the command line"),
        (Proof::DeveloperTool(DeveloperTool::AzureCli), "Only a run of the command line"),
    ] {
        let stage = Stage::new(|_| ok(&json!({})));
        let identity = stage.identity(Cloud::PUBLIC.into(), who(proof));
        let failure = identity.token(Service::Graph).await.unwrap_err();
        assert!(failure.to_string().starts_with(what), "{failure}");
        assert!(stage.token_requests().is_empty());
    }
}

/// A token of a directory.
fn of_directory(id: &str) -> String {
    let claims = BASE64_URL_SAFE_NO_PAD.encode(json!({ "tid": id }).to_string());
    format!("eyJ.{claims}.sig")
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_is_asked_of_the_machine() {
    let proof = || Proof::ManagedIdentity(ManagedIdentity::UserAssigned);
    let answer = |directory: &str| {
        let token = of_directory(directory);
        json!({
            "access_token": token, "expires_on": "4000000000", "expires_in": "3599",
            "resource": "r", "token_type": "Bearer",
        })
    };
    // It is not believed to last for longer than a year.
    let stage = Stage::bare(move |_| ok(&answer(DIRECTORY)));
    let error = sign_in(&stage, proof(), nothing).await.unwrap_err();
    assert!(error.ends_with("this machine's identity endpoint: the answer is not a token"));
    let ends = time::OffsetDateTime::now_utc().unix_timestamp() + 3600;
    let answer = move |directory: &str| {
        let mut answer = answer(directory);
        answer["expires_on"] = json!(ends.to_string());
        answer
    };
    let stage = Stage::bare(move |_| ok(&answer(DIRECTORY)));
    sign_in(&stage, proof(), nothing).await.unwrap();
    let [sent] = &stage.token_requests()[..] else { panic!() };
    let address = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01";
    let resource = "resource=https%3A%2F%2Fgraph.microsoft.com";
    assert_eq!(sent.url, format!("{address}&{resource}&client_id=client-1"));
    assert_eq!((sent.method.as_str(), sent.header("metadata")), ("GET", "true"));

    let stage = Stage::bare(move |_| ok(&answer("6f1c1b52-0000-4000-8000-00000000000f")));
    let error = sign_in(&stage, proof(), nothing).await.unwrap_err();
    assert!(
        error.starts_with("The token is of the directory 6f1c1b52-0000-4000-8000-00000000000f")
    );
    let unassigned = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let stage = Stage::bare(move |_| reply(400, &[], unassigned));
    let error = sign_in(&stage, proof(), nothing).await.unwrap_err();
    assert!(error.starts_with("This machine has no such managed identity."), "{error}");
    assert!(error.ends_with("(Microsoft said: Identity not found)"), "{error}");
    let stage = Stage::bare(|_| reset());
    let error = sign_in(&stage, proof(), nothing).await.unwrap_err();
    assert!(error.ends_with("connection reset; only machines of Azure have one"), "{error}");
}

/// A tool that answers this.
#[derive(Debug)]
struct Cli {
    status: i32,
    answer: String,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Executor for Cli {
    async fn run(&self, _: &OsStr, arguments: &[&OsStr]) -> std::io::Result<Output> {
        let arguments = arguments.iter().map(|it| it.to_string_lossy().into_owned());
        self.asked.lock().unwrap().extend(arguments);
        let is_fine = self.status == 0;
        let text = |is: bool| if is { self.answer.clone().into_bytes() } else { Vec::new() };
        Ok(Output {
            status: ExitStatus::from_raw(self.status << 8),
            stdout: text(is_fine),
            stderr: text(!is_fine),
        })
    }
}

#[tokio::test]
async fn a_person_signs_in_by_a_tool() {
    let by = async |status, answer: Value, cloud: Cloud| {
        let answer = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let cli = Arc::new(Cli { status, answer, asked: Mutex::default() });
        let stage = Stage::new(|_| ok(&json!({})));
        let surroundings = Surroundings {
            is_one_machine: true,
            executor: Some(cli.clone()),
            ..Surroundings::new(stage.clone())
        };
        let proof = Proof::DeveloperTool(DeveloperTool::AzureCli);
        let identity = Identity::new(cloud.into(), who(proof), surroundings, stage.clone());
        let outcome = identity.token(Service::ResourceManager).await;
        assert!(stage.token_requests().is_empty());
        (outcome.map(drop).map_err(|it| it.to_string()), cli.asked.lock().unwrap().concat())
    };
    let issued = |directory: &str| {
        json!({
            "accessToken": of_directory(directory), "expires_on": 4_000_000_000_i64,
            "tokenType": "Bearer",
        })
    };
    let (outcome, asked) = by(0, issued(DIRECTORY), Cloud::PUBLIC).await;
    assert_eq!(outcome, Ok(()));
    let expected = format!("--scope https://management.azure.com/.default --tenant {DIRECTORY}");
    assert!(asked.ends_with(&expected), "{asked}");
    let other = issued("6f1c1b52-0000-4000-8000-00000000000f");
    let (outcome, _) = by(0, other, Cloud::PUBLIC).await;
    assert!(outcome.unwrap_err().contains("Correct directoryId"));
    let (outcome, _) = by(1, json!("Please run 'az login' to setup account."), Cloud::PUBLIC).await;
    assert!(outcome.unwrap_err().ends_with("Please run 'az login' to setup account."));
    let (outcome, _) = by(127, json!(""), Cloud::PUBLIC).await;
    assert!(outcome.unwrap_err().contains("az not found on PATH"));
    let local = simulator().await.1;
    let (outcome, asked) = by(0, issued(DIRECTORY), local).await;
    assert_eq!(outcome, Err("No tool signs in to this cloud.".to_owned()));
    assert_eq!(asked, "");
}

/// A simulated cloud with which a certificate and a federated credential are registered, and the
/// issuer of its tokens.
async fn simulator() -> (Simulator, Cloud, TokenIssuer) {
    let issuer = TokenIssuer::new(ISSUER).unwrap();
    let credentials = simulator::Credentials {
        certificates: vec![Certificate { client_id: None, der: fixture("certificate.der") }],
        federated: vec![FederatedCredential {
            client_id: None,
            issuer: ISSUER.to_owned(),
            subject: SUBJECT.to_owned(),
            audience: AUDIENCE.to_owned(),
        }],
        issuers: vec![issuer.published()],
    };
    let options = Options { users: 60, credentials, ..Options::default() };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let simulator = Simulator::start(options, address).await.unwrap();
    let cloud = Cloud::parse(&simulator.cloud().to_string()).unwrap();
    (simulator, cloud, issuer)
}

/// AWS, which issues this.
#[derive(Debug)]
struct Aws(Result<String, String>);

#[async_trait]
impl WebIdentity for Aws {
    async fn token(&self, audience: &str) -> Result<Secret, WebIdentityError> {
        assert_eq!(audience, AUDIENCE);
        let issued = self.0.clone().map(Secret::new);
        issued.map_err(|error| WebIdentityError { is_refused: true, cause: error.into() })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_service_takes_each_credential_and_says_what_is_wrong_with_it() {
    let (simulator, cloud, issuer) = simulator().await;
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    let token =
        |subject: &str, audience: &str| issuer.token(subject, audience, now, now + 300).unwrap();
    let sign_in = async |proof: Proof, client_id: Option<&str>, aws: Aws| {
        let connections =
            Connections::new(cloud.clone()).on_one_machine().with_web_identity(Arc::new(aws));
        let credentials = Credentials {
            directory_id: simulator.directory_id().to_owned(),
            client_id: client_id.map(str::to_owned),
            proof,
        };
        let roles = connections.roles("public", credentials).await;
        roles.map(|it| it.unwrap().len()).map_err(|it| it.to_string())
    };
    let own = simulator.principal().client_id.clone();
    let own = Some(own.as_str());
    let none = || Aws(Err("AccessDenied".to_owned()));
    let aws = || Proof::FederatedCredential(TokenSource::Aws);
    let good = Aws(Ok(token(SUBJECT, AUDIENCE)));
    let system = Proof::ManagedIdentity(ManagedIdentity::SystemAssigned);
    for (proof, client_id, issued) in [
        (certificate("certificate.pem", None), own, none()),
        (certificate("certificate.pfx", Some("hunter2")), own, none()),
        (aws(), own, good),
        (system, None, none()),
        (Proof::ManagedIdentity(ManagedIdentity::UserAssigned), own, none()),
    ] {
        assert!(sign_in(proof, client_id, issued).await.unwrap() > 5);
    }
    let other = Some("00000000-0000-4000-8000-00000000dead");
    let user = Proof::ManagedIdentity(ManagedIdentity::UserAssigned);
    let late = issuer.token(SUBJECT, AUDIENCE, now - 900, now - 600).unwrap();
    for (proof, client_id, issued, expected) in [
        (certificate("certificate.pem", None), other, none(), "AADSTS700016: "),
        (aws(), own, none(), "AWS issues no web identity token: AccessDenied."),
        (aws(), own, Aws(Ok(token("other", AUDIENCE))), "AADSTS700213: "),
        (aws(), own, Aws(Ok(token(SUBJECT, "other"))), "AADSTS700212: "),
        (aws(), own, Aws(Ok(late)), "AADSTS700024: "),
        (user, other, none(), "This machine has no such managed identity."),
    ] {
        let error = sign_in(proof, client_id, issued).await.unwrap_err();
        assert!(error.starts_with(expected), "{error} should begin with {expected}");
        assert!(!error.contains("eyJ"), "{error}");
    }
    let error = sign_in(aws(), own, Aws(Ok(token("other", AUDIENCE)))).await.unwrap_err();
    let said = format!("The token has issuer {ISSUER}, subject other, audience {AUDIENCE}.");
    assert!(error.contains(&said), "{error}");
}

#[tokio::test]
async fn what_has_to_be_registered_is_known_before_it_is() {
    let connections = Connections::default().with_web_identity(Arc::new(Aws(Ok(token()))));
    let aws = who(Proof::FederatedCredential(TokenSource::Aws));
    let expected = Federation {
        issuer: ISSUER.to_owned(),
        subject: SUBJECT.to_owned(),
        audience: AUDIENCE.to_owned(),
    };
    assert_eq!(connections.federation("public", aws).await, Ok(Some(expected)));
    let secret = who(Proof::ClientSecret(Secret::new("s")));
    assert_eq!(connections.federation("public", secret).await, Ok(None));
}
