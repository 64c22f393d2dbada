//! Reading documents: headers, retries, throttles, tokens.

use std::time::Duration;

use collector::ports::{Address, Because, Failure, Fetch, Request};
use futures_util::future::join;
use serde_json::json;
use steps::Domain;

use super::stage::*;

#[tokio::test(start_paused = true)]
async fn a_request_to_graph_has_its_headers() {
    let stage = Stage::new(|_| ok(&json!({ "value": [] })));
    let request = Request { eventual: true, ..graph("/users?$top=999&$select=id") };
    let document = fetch(&stage.connect(), Domain::Graph, request).await.unwrap();
    assert_eq!((&document.body[..], document.requests), (&br#"{"value":[]}"#[..], 1));
    let [sent] = &stage.sent()[..] else { panic!() };
    assert_eq!(sent.method, "GET");
    assert_eq!(sent.url, "https://graph.microsoft.com/v1.0/users?$top=999&$select=id");
    assert_eq!(sent.header("authorization"), "Bearer token-1");
    assert_eq!(sent.header("accept"), "application/json");
    assert_eq!(sent.header("consistencylevel"), "eventual");
    assert_eq!(sent.header("x-ms-throttle-priority"), "Low");
    assert!(uuid::Uuid::try_parse(sent.header("client-request-id")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn other_services_get_no_headers_of_graph() {
    let stage = Stage::new(|_| ok(&json!({ "value": [] })));
    let path = "/subscriptions?api-version=2022-12-01";
    fetch(&stage.connect(), Domain::ResourceManager, arm(path)).await.unwrap();
    let [sent] = &stage.sent()[..] else { panic!() };
    assert_eq!(sent.url, "https://management.azure.com/subscriptions?api-version=2022-12-01");
    assert!(
        ["consistencylevel", "x-ms-throttle-priority"].iter().all(|it| sent.header(it).is_empty())
    );
}

#[tokio::test(start_paused = true)]
async fn each_service_gets_a_token_of_its_own() {
    let stage = Stage::new(|_| ok(&json!({})));
    let connection = stage.connect();
    let requests = vec![
        graph("/organization"),
        arm("/subscriptions"),
        vault("kv1", "/keys"),
        vault("kv2", "/keys"),
    ];
    let answers = connection.fetch(&domain(Domain::KeyVault), requests).await.answers;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let scopes: Vec<_> = stage
        .token_requests()
        .iter()
        .map(|it| it.body.split("scope=").nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(
        scopes,
        [
            "https%3A%2F%2Fmanagement.azure.com%2F.default",
            "https%3A%2F%2Fgraph.microsoft.com%2F.default",
            "https%3A%2F%2Fvault.azure.net%2F.default",
        ]
    );
    for sent in stage.sent() {
        let token = match sent.url.split('/').nth(2).unwrap() {
            "management.azure.com" => "Bearer token-1",
            "graph.microsoft.com" => "Bearer token-2",
            _ => "Bearer token-3",
        };
        assert_eq!(sent.header("authorization"), token, "{}", sent.url);
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    let mut answers = vec![
        ok(&json!({ "value": [1] })),
        reply(200, &[], "<html>"),
        reset(),
        reply(502, &[], "<html>"),
        error(503, "ServiceUnavailable", "x"),
    ];
    let stage = Stage::new(move |_| answers.pop().unwrap());
    let document = fetch(&stage.connect(), Domain::ResourceManager, arm("/a")).await.unwrap();
    assert_eq!((&document.body[..], document.requests), (&br#"{"value":[1]}"#[..], 5));
    let waits: Vec<_> =
        stage.sent().windows(2).map(|it| it[1].at.abs_diff(it[0].at).as_millis()).collect();
    for (wait, longest) in waits.into_iter().zip([500, 1000, 2000, 4000]) {
        assert!((longest / 2..=longest + 1).contains(&wait), "{wait} of {longest}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_fails_with_its_reason() {
    for (answer, reason, times) in [
        (reset as fn() -> _, "failed: no answer: connection reset", 5),
        (|| reply(200, &[], ""), "failed: the answer is not JSON", 3),
        (|| error(500, "InternalServerError", "Sorry."), "failed: InternalServerError: Sorry.", 5),
    ] {
        let stage = Stage::new(move |_| answer());
        let answer = fetch(&stage.connect(), Domain::ResourceManager, arm("/a")).await;
        assert_eq!(text(&answer), reason);
        assert_eq!(stage.sent().len(), times);
        assert!(stage.sent()[times - 1].at <= Duration::from_secs(20));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_final_is_asked_once() {
    let stage = Stage::new(|sent| match sent.url.rsplit('/').next().unwrap() {
        "forbidden" => error(403, "AuthorizationFailed", "No."),
        "gone" => error(404, "ResourceNotFound", "Gone."),
        "unregistered" => error(409, "MissingSubscriptionRegistration", "No."),
        "retired" => error(404, "InvalidResourceType", "No."),
        "expired" => error(400, "Directory_ExpiredPageToken", "Late."),
        _ => error(400, "BadRequest", "What?"),
    });
    let paths = ["forbidden", "gone", "unregistered", "retired", "expired", "x"];
    let requests = paths.iter().map(|path| arm(&format!("/{path}"))).collect();
    let answers = stage.connect().fetch(&domain(Domain::ResourceManager), requests).await.answers;
    assert_eq!(
        answers.iter().map(text).collect::<Vec<_>>(),
        [
            "forbidden: AuthorizationFailed: No.",
            "gone: ResourceNotFound: Gone.",
            "not registered: MissingSubscriptionRegistration: No.",
            "retired: InvalidResourceType: No.",
            "the page token has expired: Directory_ExpiredPageToken: Late.",
            "failed: 400 BadRequest: What?",
        ]
    );
    assert_eq!(stage.sent().len(), paths.len());
}

#[tokio::test(start_paused = true)]
async fn a_short_throttle_is_waited_for() {
    let mut answers = vec![ok(&json!({})), reply(429, &[("retry-after", "3")], "")];
    let stage = Stage::new(move |_| answers.pop().unwrap());
    let document = fetch(&stage.connect(), Domain::ResourceManager, arm("/a")).await.unwrap();
    assert_eq!(document.requests, 2);
    assert_eq!(stage.sent()[1].at.as_millis(), 3000);
}

#[tokio::test(start_paused = true)]
async fn a_long_throttle_is_the_callers_to_wait_for() {
    let mut answers = vec![ok(&json!({})), reply(429, &[("retry-after", "30")], "")];
    let stage = Stage::new(move |_| answers.pop().unwrap());
    let connection = stage.connect();
    let wait = Duration::from_secs(30);
    let of = Domain::ResourceManager;
    let answer = fetch(&connection, of, arm("/a")).await;
    assert_eq!(answer.unwrap_err(), Failure::Throttled { wait, because: Because::Refused });
    // Nor does anyone else ask until then; other domains do not care.
    let answer = fetch(&connection, of, arm("/b")).await;
    assert_eq!(answer.unwrap_err(), Failure::Throttled { wait, because: Because::OthersRefused });
    assert_eq!(stage.sent().len(), 1);
    tokio::time::advance(wait).await;
    assert!(fetch(&connection, of, arm("/a")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn throttles_without_an_end_are_the_callers_to_wait_for() {
    let stage = Stage::new(|_| reply(429, &[], ""));
    let answer = fetch(&stage.connect(), Domain::GraphPolicies, graph("/policies/x")).await;
    assert!(matches!(answer, Err(Failure::Throttled { .. })), "{answer:?}");
    assert!(stage.sent().last().unwrap().at <= Duration::from_secs(5));
    assert!(stage.sent().len() <= 6, "{}", stage.sent().len());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expired_is_renewed() {
    let stage = Stage::new(|sent| match sent.header("authorization") {
        "Bearer token-1" => error(401, "InvalidAuthenticationToken", "Lifetime validation failed."),
        _ => ok(&json!({})),
    })
    .with_latency(Duration::from_millis(10));
    let connection = stage.connect();
    let requests = (0..10).map(|it| arm(&format!("/{it}"))).collect();
    let answers = connection.fetch(&domain(Domain::ResourceManager), requests).await.answers;
    assert!(answers.iter().all(|it| it.as_ref().is_ok_and(|it| it.requests == 2)), "{answers:?}");
    assert_eq!(stage.token_requests().len(), 2);
    assert!(fetch(&connection, Domain::ResourceManager, arm("/b")).await.is_ok());
    assert_eq!(stage.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_never_accepted_is_a_matter_of_signing_in() {
    let stage = Stage::new(|_| error(401, "InvalidAuthenticationToken", "Invalid audience."));
    let answer = fetch(&stage.connect(), Domain::ResourceManager, arm("/a")).await;
    let Err(Failure::Authentication(reason)) = answer else { panic!("{answer:?}") };
    assert!(reason.contains("Azure Resource Manager does not accept it."), "{reason}");
    assert!(reason.contains("InvalidAuthenticationToken: Invalid audience."), "{reason}");
    assert_eq!((stage.sent().len(), stage.token_requests().len()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn documents_come_in_the_order_of_the_requests() {
    let stage =
        Stage::new(|sent| ok(&json!({ "url": sent.url }))).with_latency(Duration::from_millis(100));
    let requests = (0..35).map(|it| arm(&format!("/{it}"))).collect();
    let answers = stage.connect().fetch(&domain(Domain::ResourceManager), requests).await.answers;
    for (index, answer) in answers.iter().enumerate() {
        assert!(text(answer).ends_with(&format!("/{index}\"}}")), "{}", text(answer));
    }
    assert_eq!(stage.most_under_way(), 10);
    assert_eq!(stage.sent().last().unwrap().at.as_millis(), 100 + 300);
}

#[tokio::test(start_paused = true)]
async fn a_domain_shares_its_slots_among_calls() {
    let stage = Stage::new(|_| ok(&json!({}))).with_latency(Duration::from_millis(100));
    let connection = stage.connect();
    let call = || async {
        let requests = (0..9).map(|it| arm(&format!("/{it}"))).collect();
        connection.fetch(&domain(Domain::Storage), requests).await.answers
    };
    let (one, other) = join(call(), call()).await;
    assert!(one.iter().chain(&other).all(Result::is_ok));
    assert_eq!(stage.most_under_way(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_address_that_leads_elsewhere_is_not_asked() {
    let stage = Stage::new(|_| ok(&json!({})));
    let connection = stage.connect();
    let link = Address::Link {
        link: "https://evil.example/collect".to_owned(),
        first: Box::new(Address::Path("/users".to_owned())),
    };
    let requests = vec![Request { address: link, ..graph("") }, vault("kv1", "keys")];
    let answers = connection.fetch(&domain(Domain::Graph), requests).await.answers;
    assert!(text(&answers[0]).contains("leads to evil.example"), "{}", text(&answers[0]));
    assert!(answers[1].is_err());
    assert!(stage.sent().is_empty() && stage.token_requests().is_empty());
    assert!(connection.fetch(&domain(Domain::Graph), Vec::new()).await.answers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_document_is_asked_for_again_twice() {
    let stage = Stage::new(|_| reply(200, &[], "<html>"));
    let answer = fetch(&stage.connect(), Domain::Graph, graph("/a")).await;
    let expected = Failure::Unreadable("the answer is not JSON".to_owned());
    assert_eq!((answer.unwrap_err(), stage.sent().len()), (expected, 3));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_asks_to_wait_for_a_day_holds_nobody_up() {
    let stage = Stage::new(|sent| {
        if sent.url.ends_with("/a") {
            reply(429, &[("retry-after", "86400")], "")
        } else {
            ok(&json!({ "value": [] }))
        }
    });
    let connection = stage.connect();
    let answer = fetch(&connection, Domain::Graph, graph("/a")).await;
    let reason = "failed: the service asks for a wait of more than 60 minutes";
    assert_eq!(text(&answer), reason);
    fetch(&connection, Domain::Graph, graph("/b")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_to_nothing_are_counted() {
    for (status, code, sent) in [(403, "Forbidden", 1), (500, "Odd", 5)] {
        let body = json!({ "error": { "code": code, "message": "no" } }).to_string();
        let stage = Stage::new(move |_| reply(status, &[], &body));
        let connection = stage.connect();
        let answers = connection.fetch(&domain(Domain::ResourceManager), vec![arm("/x")]).await;
        assert!(answers.answers[0].is_err(), "{answers:?}");
        assert_eq!(answers.in_vain, sent);
    }
}
