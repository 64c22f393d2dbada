//! Signing in, with `azure_identity` in between.

use std::time::Duration;

use collector::instance::{Credentials, Proof};
use collector::ports::{Because, Failure, Fetch};
use futures_util::future::join_all;
use serde_json::json;
use steps::{Domain, Service};
use tokio::time::Instant;

use super::stage::*;
use crate::broken::Broken;
use crate::cloud::Cloud;
use crate::transport::Reply;

fn refusal(status: u16, error: &str, code: u32, text: &str) -> Result<Reply, Broken> {
    let description =
        format!("AADSTS{code}: {text}\r\nTrace ID: 1\r\nTimestamp: 2026-11-21 21:00:00Z");
    let body = json!({ "error": error, "error_description": description, "error_codes": [code] });
    reply(status, &[], &body.to_string())
}

fn granted(token: &str) -> Result<Reply, Broken> {
    ok(&json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }))
}

#[tokio::test(start_paused = true)]
async fn the_token_comes_from_the_clouds_own_authority() {
    let local = r#"{ "name": "replay", "authority": "http://127.0.0.1:8080/login.microsoftonline.com",
        "resourceManager": "http://127.0.0.1:8080/arm", "graph": "http://127.0.0.1:8080/graph",
        "audiences": { "resourceManager": "https://arm.example/", "graph": "https://graph.example", "keyVault": "https://v.example" },
        "keyVaultSuffix": "vault.azure.net", "storageSuffix": "core.windows.net", "portal": "https://portal.azure.com" }"#;
    let local = Cloud::parse(local).unwrap();
    for (cloud, url, scope) in [
        (
            Cloud::PUBLIC,
            "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
            "https://management.azure.com/.default",
        ),
        (
            Cloud::US_GOVERNMENT,
            "https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token",
            "https://management.core.usgovcloudapi.net/.default",
        ),
        (
            local,
            "http://127.0.0.1:8080/login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
            "https://arm.example//.default",
        ),
    ] {
        let stage = Stage::new(|_| ok(&json!({})));
        let connection = stage.connect_to(cloud);
        fetch(&connection, Domain::ResourceManager, arm("/a")).await.unwrap();
        let [sent] = &stage.token_requests()[..] else { panic!() };
        assert_eq!((sent.method.as_str(), sent.url.as_str()), ("POST", url));
        assert_eq!(sent.header("content-type"), "application/x-www-form-urlencoded");
        let form: Vec<(String, String)> =
            url::form_urlencoded::parse(sent.body.as_bytes()).into_owned().collect();
        let field =
            |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, it)| it.as_str());
        assert_eq!(field("client_id"), Some("client-1"));
        assert_eq!(field("client_secret"), Some(SECRET));
        assert_eq!(field("grant_type"), Some("client_credentials"));
        assert_eq!(field("scope"), Some(scope));
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_not_sign_in_is_told_why_and_asks_once() {
    let stage = Stage::bare(|_| {
        refusal(
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value.",
        )
    });
    let connection = stage.connect();
    let requests = (0..50).map(|it| arm(&format!("/{it}"))).collect();
    let answers = connection.fetch(&domain(Domain::ResourceManager), requests).await.answers;
    assert_eq!(answers.len(), 50);
    for answer in answers {
        let Err(Failure::Authentication(text)) = answer else { panic!("{answer:?}") };
        assert_eq!(
            text,
            "AADSTS7000215: The client secret is wrong. Give the secret's value, not its secret ID. \
             The value is only shown when the secret is made: if it is lost, make a new secret under \
             Certificates & secrets of the app registration. (Microsoft said: Invalid client secret \
             provided. Ensure the secret being sent in the request is the client secret value.)"
        );
    }
    assert_eq!((stage.token_requests().len(), stage.sent().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_be_signed_in_to_does_not_stop_the_others() {
    let stage = Stage::bare(|sent| match sent.is_for_token() {
        true if sent.body.contains("vault") => {
            refusal(400, "invalid_resource", 500_011, "Not found.")
        }
        true => granted("t"),
        false => ok(&json!({})),
    });
    let requests = vec![vault("kv1", "/keys"), arm("/a"), vault("kv2", "/keys")];
    let answers = stage.connect().fetch(&domain(Domain::KeyVault), requests).await.answers;
    assert!(answers[1].is_ok());
    for answer in [&answers[0], &answers[2]] {
        assert!(text(answer).starts_with("AADSTS500011: "), "{}", text(answer));
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_service_that_fails_is_asked_again() {
    let mut answers = vec![
        granted("t"),
        refusal(400, "temporarily_unavailable", 90033, "A transient error has occurred."),
        reset(),
        reply(503, &[], "<html>"),
    ];
    let stage =
        Stage::bare(
            move |sent| {
                if sent.is_for_token() { answers.pop().unwrap() } else { ok(&json!({})) }
            },
        );
    assert!(fetch(&stage.connect(), Domain::Graph, graph("/a")).await.is_ok());
    assert_eq!(stage.token_requests().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_service_that_makes_no_sense_fails() {
    for (answer, reason) in [
        (reset as fn() -> _, "connection reset"),
        (|| reply(200, &[], "<html>"), "the answer is not a token"),
        (|| ok(&json!({ "token_type": "Bearer", "expires_in": 1 })), "the answer is not a token"),
        (|| granted(""), "the answer is not a token"),
        (|| reply(502, &[], ""), "the service answers 502 Bad Gateway"),
    ] {
        let stage = Stage::bare(move |_| answer());
        let answer = fetch(&stage.connect(), Domain::Graph, graph("/a")).await;
        let expected = format!("failed: signing in at https://login.microsoftonline.com: {reason}");
        assert_eq!(text(&answer), expected);
        assert_eq!(stage.token_requests().len(), 5);
    }
    let stage = Stage::bare(|_| granted("line\nbreak"));
    let answer = fetch(&stage.connect(), Domain::Graph, graph("/a")).await;
    assert_eq!(text(&answer), "failed: signing in: the token cannot be sent");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_sign_in_is_the_callers_to_wait_for() {
    let stage = Stage::bare(|_| reply(429, &[("retry-after", "60")], ""));
    let answer = fetch(&stage.connect(), Domain::Graph, graph("/a")).await;
    assert_eq!(
        answer.unwrap_err(),
        Failure::Throttled { wait: Duration::from_mins(1), because: Because::Refused }
    );
    assert_eq!(stage.token_requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn credentials_of_the_wrong_form_are_not_sent() {
    for (directory_id, client_id, secret) in
        [("", "c", "s"), ("a/b", "c", "s"), ("d", "", "s"), ("d", "c", "")]
    {
        let stage = Stage::new(|_| ok(&json!({})));
        let credentials = Credentials {
            directory_id: directory_id.to_owned(),
            client_id: Some(client_id.to_owned()),
            proof: Proof::ClientSecret(collector::Secret::new(secret)),
        };
        let identity = stage.identity(Cloud::PUBLIC.into(), credentials);
        let failure = identity.token(Service::Graph).await.unwrap_err();
        let Failure::Authentication(text) = failure else { panic!("{failure:?}") };
        assert!(text.starts_with("The credentials are not complete: "), "{text}");
        assert!(stage.token_requests().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_tells_its_application_permissions() {
    // {"aud":"x","roles":["User.Read.All","Group.Read.All"]}, {"aud":"x"}
    for (token, roles) in [
        (
            "eyJ.eyJhdWQiOiJ4Iiwicm9sZXMiOlsiVXNlci5SZWFkLkFsbCIsIkdyb3VwLlJlYWQuQWxsIl19.sig",
            Some(vec!["Group.Read.All", "User.Read.All"]),
        ),
        ("eyJ.eyJhdWQiOiJ4In0.sig", Some(vec![])),
        ("eyJ.?.sig", None),
        ("opaque", None),
    ] {
        let stage = Stage::bare(move |_| granted(token));
        let identity = stage.identity(Cloud::PUBLIC.into(), credentials());
        let found = identity.token(Service::Graph).await.unwrap().roles();
        assert_eq!(
            found.as_deref(),
            roles
                .as_deref()
                .map(|it| it.iter().map(ToString::to_string).collect::<Vec<_>>())
                .as_deref()
        );
    }
}

/// A network whose sign-in service is silent for the audience of key vaults.
fn without_vault_tokens() -> impl FnMut(&Sent) -> Result<Reply, Broken> + Send + 'static {
    |sent| match sent.is_for_token() {
        true if sent.body.contains("vault") => silence(),
        true => granted("t"),
        false => ok(&json!({ "value": [] })),
    }
}

#[tokio::test(start_paused = true)]
async fn an_audience_that_is_silent_holds_no_other_up() {
    let stage = Stage::bare(without_vault_tokens());
    let connection = stage.connect();
    let started = Instant::now();
    let vault = fetch(&connection, Domain::KeyVault, vault("kv", "/keys"));
    let others = async {
        for n in 0..3 {
            let path = format!("/{n}");
            fetch(&connection, Domain::ResourceManager, arm(&path)).await.unwrap();
            fetch(&connection, Domain::Graph, graph(&path)).await.unwrap();
        }
        started.elapsed()
    };
    let (vault, others) = tokio::join!(vault, others);
    assert_eq!(others, Duration::ZERO);
    let Err(Failure::Failed(reason)) = vault else { panic!("{vault:?}") };
    assert!(reason.ends_with("no answer within 20 s"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(45));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_for_one_token_share_what_comes_of_it() {
    let stage = Stage::bare(without_vault_tokens());
    let connection = stage.connect();
    let started = Instant::now();
    let answers = (0..20).map(|n| {
        let vault = vault(&format!("kv{n}"), "/keys");
        fetch(&connection, Domain::KeyVault, vault)
    });
    for answer in join_all(answers).await {
        assert!(matches!(answer, Err(Failure::Failed(_))), "{answer:?}");
    }
    assert!(started.elapsed() < Duration::from_secs(45), "{:?}", started.elapsed());
    assert_eq!(stage.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_good_while_it_is_renewed_in_vain() {
    let mut tokens = 0;
    let stage = Stage::bare(move |sent| {
        if !sent.is_for_token() {
            return ok(&json!({ "value": [] }));
        }
        tokens += 1;
        // It is to be renewed at once.
        let token = json!({ "token_type": "Bearer", "expires_in": 120, "access_token": "t" });
        if tokens == 1 { ok(&token) } else { silence() }
    });
    let connection = stage.connect();
    fetch(&connection, Domain::Graph, graph("/1")).await.unwrap();
    let started = Instant::now();
    let renewing = fetch(&connection, Domain::Graph, graph("/2"));
    let beside = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let answer = fetch(&connection, Domain::Graph, graph("/3")).await;
        (answer, started.elapsed())
    };
    let (renewing, (beside, took)) = tokio::join!(renewing, beside);
    renewing.unwrap();
    beside.unwrap();
    assert_eq!(took, Duration::from_secs(1));
}
