//! Reading documents of Microsoft Graph together.

use std::time::Duration;

use collector::ports::{Address, Because, Failure, Fetch, Request};
use serde_json::{Value, json};
use steps::Domain;

use super::stage::*;
use crate::broken::Broken;

fn members(count: usize) -> Vec<Request> {
    (0..count).map(|it| graph(&format!("/groups/{it}/members?$top=999"))).collect()
}

/// A part that is answered.
fn found(url: &str) -> (u16, Value, Value) {
    (200, json!({}), json!({ "url": url }))
}

fn refused(status: u16, code: &str) -> (u16, Value, Value) {
    (status, json!({}), json!({ "error": { "code": code, "message": "x" } }))
}

#[tokio::test(start_paused = true)]
async fn many_are_sent_in_batches() {
    let stage = Stage::new(|sent| batch(sent, found));
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(45)).await.answers;
    for (index, answer) in answers.iter().enumerate() {
        let url = format!("/groups/{index}/members?$top=999");
        assert_eq!(text(answer), json!({ "url": url }).to_string());
        assert_eq!(answer.as_ref().unwrap().requests, 1);
    }
    let sent = stage.sent();
    assert_eq!(sent.iter().map(|it| it.parts().len()).collect::<Vec<_>>(), [20, 20, 5]);
    assert_eq!(
        (sent[0].method.as_str(), sent[0].url.as_str()),
        ("POST", "https://graph.microsoft.com/v1.0/$batch")
    );
    assert_eq!(sent[0].header("content-type"), "application/json");
    assert_eq!(sent[0].header("authorization"), "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn one_is_sent_plainly_and_so_are_policies() {
    let stage = Stage::new(|_| ok(&json!({})));
    let connection = stage.connect();
    connection.fetch(&domain(Domain::Graph), members(1)).await;
    connection.fetch(&domain(Domain::GraphPolicies), members(3)).await;
    assert!(stage.sent().iter().all(|it| it.method == "GET"));
    assert_eq!(
        stage.sent().iter().map(|it| it.at.as_millis()).collect::<Vec<_>>(),
        [0, 0, 1250, 2500]
    );
}

#[tokio::test(start_paused = true)]
async fn versions_and_services_are_kept_apart() {
    let stage = Stage::new(|sent| match sent.method.as_str() {
        "POST" => batch(sent, found),
        _ => ok(&json!({ "url": sent.url })),
    });
    let link = |link: &str| Address::Link {
        link: link.to_owned(),
        first: Box::new(Address::Path("/users".to_owned())),
    };
    let requests = vec![
        graph("/users"),
        graph("/beta/users"),
        arm("/subscriptions"),
        Request {
            address: link("https://graph.microsoft.com/v1.0/users?$skiptoken=a%2Fb"),
            ..graph("")
        },
        Request { eventual: true, ..graph("/beta/groups?$count=true") },
    ];
    let answers = stage.connect().fetch(&domain(Domain::Graph), requests).await.answers;
    assert_eq!(
        answers.iter().map(text).collect::<Vec<_>>(),
        [
            r#"{"url":"/users"}"#,
            r#"{"url":"/users"}"#,
            r#"{"url":"https://management.azure.com/subscriptions"}"#,
            r#"{"url":"/users?$skiptoken=a%2Fb"}"#,
            r#"{"url":"/groups?$count=true"}"#,
        ]
    );
    let mut urls: Vec<_> = stage.sent().into_iter().map(|it| it.url).collect();
    urls.sort();
    assert_eq!(
        urls,
        [
            "https://graph.microsoft.com/beta/$batch",
            "https://graph.microsoft.com/v1.0/$batch",
            "https://management.azure.com/subscriptions",
        ]
    );
    let beta = stage.sent().into_iter().find(|it| it.url.contains("beta")).unwrap();
    assert_eq!(beta.parts()[1]["headers"]["consistencylevel"], "eventual");
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_throttled_is_sent_again_by_itself() {
    let mut left = 2;
    let stage = Stage::new(move |sent| {
        if sent.method == "GET" {
            return ok(&json!({ "late": true }));
        }
        batch(sent, |url| {
            if left > 0 && ["/groups/3/", "/groups/7/"].iter().any(|it| url.starts_with(it)) {
                left -= 1;
                return (
                    429,
                    json!({ "Retry-After": "2" }),
                    json!({ "error": { "code": "TooManyRequests" } }),
                );
            }
            found(url)
        })
    });
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(9)).await.answers;
    let requests: Vec<_> = answers.iter().map(|it| it.as_ref().unwrap().requests).collect();
    assert_eq!(requests, [1, 1, 1, 2, 1, 1, 1, 2, 1]);
    let sent = stage.sent();
    assert_eq!(sent.iter().map(|it| it.parts().len()).collect::<Vec<_>>(), [9, 2]);
    assert_eq!(sent[1].at.as_millis(), 2000);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_throttled_for_long_holds_up_nobody() {
    let stage = Stage::new(|sent| {
        batch(sent, |url| {
            if !url.starts_with("/groups/1/") {
                return found(url);
            }
            (429, json!({ "Retry-After": "40" }), json!({}))
        })
    });
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(3)).await.answers;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    let wait = Duration::from_secs(40);
    assert_eq!(
        answers[1].as_ref().unwrap_err(),
        &Failure::Throttled { wait, because: Because::Refused }
    );
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_part_has_its_own_end() {
    let mut has_failed = false;
    let stage = Stage::new(move |sent| match sent.method.as_str() {
        // What is alone in the end is sent alone.
        "GET" => error(503, "ServiceUnavailable", "x"),
        _ => batch(sent, |url| match url.split('/').nth(2).unwrap() {
            "0" => refused(403, "Authorization_RequestDenied"),
            "1" => refused(404, "Request_ResourceNotFound"),
            "2" => refused(400, "Directory_ExpiredPageToken"),
            "3" if !std::mem::replace(&mut has_failed, true) => {
                refused(401, "InvalidAuthenticationToken")
            }
            "4" => refused(503, "ServiceUnavailable"),
            // A page of a gateway is given in base64.
            "5" => (200, json!({}), json!("PGh0bWw+")),
            _ => found(url),
        }),
    });
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(7)).await.answers;
    let texts: Vec<_> = answers.iter().map(text).collect();
    assert!(texts[0].starts_with("forbidden: Authorization_RequestDenied: x"), "{}", texts[0]);
    assert_eq!(texts[1], "gone: Request_ResourceNotFound: x");
    assert_eq!(texts[2], "the page token has expired: Directory_ExpiredPageToken: x");
    assert_eq!(texts[3], r#"{"url":"/groups/3/members?$top=999"}"#);
    assert_eq!(texts[4], "failed: ServiceUnavailable: x");
    assert_eq!(texts[5], "failed: the answer is not JSON");
    assert_eq!(texts[6], r#"{"url":"/groups/6/members?$top=999"}"#);
    let sent = stage.sent();
    let parts = sent.iter().map(|it| if it.method == "GET" { 1 } else { it.parts().len() });
    assert_eq!(parts.collect::<Vec<_>>(), [7, 3, 2, 1, 1]);
    assert_eq!(stage.token_requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_left_alone_is_sent_plainly() {
    let stage = Stage::new(|sent| match sent.method.as_str() {
        "GET" => ok(&json!({ "url": sent.url })),
        _ => batch(sent, |url| match url {
            "/groups/1/members?$top=999" => refused(500, "InternalServerError"),
            url => found(url),
        }),
    });
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(2)).await.answers;
    assert_eq!(
        text(&answers[1]),
        r#"{"url":"https://graph.microsoft.com/v1.0/groups/1/members?$top=999"}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_part_without_an_answer_is_sent_again() {
    let mut answers = vec![
        r#"{"responses":[{"id":"0","status":200,"body":{"b":0}},{"id":"1","status":200,"body":{"b":1}}]}"#,
        "<html>",
        r#"{"responses":[{"id":"1","status":200,"body":{"a":1}}]}"#,
    ];
    let stage = Stage::new(move |_| reply(200, &[], answers.pop().unwrap()));
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(3)).await.answers;
    assert_eq!(
        answers.iter().map(text).collect::<Vec<_>>(),
        [r#"{"b":0}"#, r#"{"a":1}"#, r#"{"b":1}"#]
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_as_a_whole_is_answered_as_one() {
    let mut answers = vec![reply(429, &[("retry-after", "1")], ""), reset(), error(502, "", "")];
    let stage = Stage::new(move |sent| answers.pop().unwrap_or_else(|| batch(sent, found)));
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(3)).await.answers;
    assert!(answers.iter().all(|it| it.as_ref().unwrap().requests == 4), "{answers:?}");
    assert_eq!(stage.sent().len(), 4);

    let stage = Stage::new(|_| error(403, "Authorization_RequestDenied", "No."));
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(3)).await.answers;
    assert!(answers.iter().all(|it| matches!(it, Err(Failure::Forbidden(_)))), "{answers:?}");
    // The whole, its halves, and the parts of the larger half.
    assert_eq!(stage.sent().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_part_for_which_a_batch_is_refused_costs_itself_only() {
    let stage = Stage::new(|sent| {
        if format!("{} {}", sent.url, sent.body).contains("/groups/5/") {
            error(400, "BadRequest", "Odd.")
        } else if sent.url.ends_with("$batch") {
            batch(sent, found)
        } else {
            reply(200, &[], "{}")
        }
    });
    let answers = stage.connect().fetch(&domain(Domain::Graph), members(20)).await.answers;
    let failed: Vec<usize> = (0..20).filter(|part| answers[*part].is_err()).collect();
    assert_eq!(failed, [5], "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn parts_are_paid_for_one_by_one() {
    let stage = Stage::new(|sent| batch(sent, found));
    let connection = stage.connect();
    // Each page of members without `$select` costs 3 of 8,000 resource units; 776 come back in a
    // second.
    let answers = connection.fetch(&domain(Domain::Graph), members(2920)).await.answers;
    assert!(answers.iter().all(Result::is_ok));
    let last = stage.sent().last().unwrap().at.as_millis();
    assert!((975..=985).contains(&last), "{last}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_answer_is_too_large_is_sent_in_halves() {
    let stage = Stage::new(|sent| {
        if !sent.url.ends_with("$batch") {
            return ok(&json!({ "value": [1] }));
        }
        Err(Broken::TooLarge { largest: 1 })
    });
    let requests = (0..5).map(|it| graph(&format!("/v1.0/{it}"))).collect();
    let answers = stage.connect().fetch(&domain(Domain::Graph), requests).await.answers;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
