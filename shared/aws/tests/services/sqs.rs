//! What is sent to Amazon SQS, and what becomes of its answers.

use std::sync::Mutex;
use std::time::Duration;

use aws::{Sqs, Urls};
use collector::ports::{Outgoing, Queue as _, QueueName};
use serde_json::{Value, json};

use crate::service::{Answer, Requests, start};

const COLLECT: &str = "https://sqs.eu-central-1.amazonaws.com/1/collect.fifo";
const FINISH: &str = "https://sqs.eu-central-1.amazonaws.com/1/finish.fifo";
const PROVISION: &str = "https://sqs.eu-central-1.amazonaws.com/1/provision.fifo";

async fn sqs(answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> (Sqs, Requests) {
    let (config, requests) = start(answer).await;
    let [collect, finish, provision] = [COLLECT, FINISH, PROVISION]
        .map(|queue| Urls { queue: queue.to_owned(), dead_letters: dead_letters(queue) });
    (Sqs::new(aws_sdk_sqs::Client::new(&config), collect, finish, provision), requests)
}

/// Where the dead letters of a queue are.
fn dead_letters(queue: &str) -> String {
    queue.replace(".fifo", "-dead-letters.fifo")
}

fn messages(count: usize) -> Vec<Outgoing> {
    let message = |it| Outgoing {
        body: format!("{{\"slice\":{it}}}"),
        group: format!("tenant-{}/graph", it % 2),
        deduplication: format!("job/step/{it}"),
    };
    (0..count).map(message).collect()
}

/// Takes every message.
fn take_all(_: &str, input: &Value) -> Answer {
    take_but(input, |_| None)
}

/// Takes the messages of a batch but those that fail, with a code, and whether the sender is at
/// fault.
fn take_but(input: &Value, fails: impl Fn(&str) -> Option<(&'static str, bool)>) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in input["Entries"].as_array().unwrap() {
        let (id, body) = (&entry["Id"], entry["MessageBody"].as_str().unwrap());
        match fails(body) {
            Some((code, fault)) => failed.push(
                json!({ "Id": id, "Code": code, "SenderFault": fault, "Message": "not now" }),
            ),
            None => successful.push(json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "0" })),
        }
    }
    (200, json!({ "Successful": successful, "Failed": failed }).to_string())
}

/// The bodies of each batch.
fn sent(requests: &Requests) -> Vec<Vec<String>> {
    let bodies = |(target, input): &(String, Value)| {
        assert_eq!(target, "AmazonSQS.SendMessageBatch");
        let entries = input["Entries"].as_array().unwrap().iter();
        entries.map(|it| it["MessageBody"].as_str().unwrap().to_owned()).collect()
    };
    requests.lock().unwrap().iter().map(bodies).collect()
}

fn bodies(messages: &[Outgoing]) -> Vec<String> {
    messages.iter().map(|it| it.body.clone()).collect()
}

#[tokio::test]
async fn a_message_is_sent_with_its_group_and_deduplication_id() {
    let (sqs, requests) = sqs(take_all).await;
    let mut messages = messages(2);
    messages[1].deduplication = "with space".to_owned();
    sqs.send(QueueName::Finish, messages).await.unwrap();
    let hash = "sha256-b8b8f25a5fc711caea1cfebfe02359e3ce2b9a8f9ce02d18fdcb1ba47ff095f1";
    let input = requests.lock().unwrap()[0].1.clone();
    assert_eq!(
        input,
        json!({ "QueueUrl": FINISH, "Entries": [
            { "Id": "0", "MessageBody": "{\"slice\":0}",
              "MessageGroupId": "tenant-0/graph", "MessageDeduplicationId": "job/step/0" },
            { "Id": "1", "MessageBody": "{\"slice\":1}",
              "MessageGroupId": "tenant-1/graph", "MessageDeduplicationId": hash },
        ] })
    );
}

#[tokio::test]
async fn each_queue_has_its_url() {
    let (sqs, requests) = sqs(|target, input| match target {
        "AmazonSQS.SendMessageBatch" => take_all(target, input),
        _ => (200, "{}".to_owned()),
    })
    .await;
    for (queue, url) in [
        (QueueName::Collect, COLLECT),
        (QueueName::Finish, FINISH),
        (QueueName::Provision, PROVISION),
    ] {
        sqs.send(queue, messages(1)).await.unwrap();
        sqs.hold(queue, "receipt", Duration::from_secs(1)).await.unwrap();
        sqs.give_up(queue, messages(1).remove(0)).await.unwrap();
        let requests = std::mem::take(&mut *requests.lock().unwrap());
        let urls: Vec<&str> =
            requests.iter().map(|(_, input)| input["QueueUrl"].as_str().unwrap()).collect();
        assert_eq!(urls, [url, url, &dead_letters(url)], "{queue:?}");
        assert_eq!(requests[2].1["Entries"], requests[0].1["Entries"], "a dead letter is the same");
    }
}

#[tokio::test]
async fn batches_have_ten_messages_in_order() {
    let (sqs, requests) = sqs(take_all).await;
    let messages = messages(23);
    sqs.send(QueueName::Collect, messages.clone()).await.unwrap();
    let batches = sent(&requests);
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
    assert_eq!(batches.concat(), bodies(&messages));
}

#[tokio::test]
async fn nothing_is_sent_for_no_messages() {
    let (sqs, requests) = sqs(take_all).await;
    sqs.send(QueueName::Collect, Vec::new()).await.unwrap();
    assert!(requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn batches_have_one_mebibyte_at_most() {
    let (sqs, requests) = sqs(take_all).await;
    let mut messages = messages(6);
    for (message, size) in messages.iter_mut().zip([500_000, 548_576, 1, 1 << 20, 400_000, 400_000])
    {
        message.body = "x".repeat(size);
    }
    sqs.send(QueueName::Collect, messages).await.unwrap();
    let sizes: Vec<Vec<_>> =
        sent(&requests).iter().map(|it| it.iter().map(String::len).collect()).collect();
    assert_eq!(sizes, [vec![500_000, 548_576], vec![1], vec![1 << 20], vec![400_000, 400_000]]);
}

#[tokio::test]
async fn nothing_is_sent_where_a_message_is_too_large() {
    let (sqs, requests) = sqs(take_all).await;
    let mut messages = messages(12);
    messages[11].body = "x".repeat((1 << 20) + 1);
    let error = sqs.send(QueueName::Collect, messages).await.unwrap_err();
    assert!(error.to_string().contains("1048577 bytes"), "{error}");
    assert!(requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_batch_has_not_sent_is_sent_before_the_next() {
    let first = Mutex::new(true);
    let (sqs, requests) = sqs(move |_, input| {
        let first = std::mem::take(&mut *first.lock().unwrap());
        take_but(input, |body| {
            (first && (body.contains(":3}") || body.contains(":7}")))
                .then_some(("InternalError", false))
        })
    })
    .await;
    let messages = messages(12);
    sqs.send(QueueName::Collect, messages.clone()).await.unwrap();
    let all = bodies(&messages);
    let again = vec![all[3].clone(), all[7].clone()];
    assert_eq!(sent(&requests), [all[..10].to_vec(), again, all[10..].to_vec()]);
}

#[tokio::test]
async fn what_cannot_be_sent_is_an_error() {
    for (fault, requests_made) in [(true, 1), (false, 4)] {
        let (sqs, requests) = sqs(move |_, input| {
            take_but(input, |body| body.contains(":1}").then_some(("SomeCode", fault)))
        })
        .await;
        let error = sqs.send(QueueName::Collect, messages(12)).await.unwrap_err();
        assert!(error.to_string().ends_with("SomeCode: not now"), "{error}");
        assert_eq!(requests.lock().unwrap().len(), requests_made);
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_ids() {
    let first = Mutex::new(true);
    let (sqs, requests) = sqs(move |target, input| {
        let first = std::mem::take(&mut *first.lock().unwrap());
        if first { (500, "{}".to_owned()) } else { take_all(target, input) }
    })
    .await;
    sqs.send(QueueName::Collect, messages(3)).await.unwrap();
    let requests = requests.lock().unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
}

#[tokio::test]
async fn a_hold_is_a_visibility_timeout_in_whole_seconds() {
    let (sqs, requests) = sqs(|_, _| (200, "{}".to_owned())).await;
    let half = Duration::from_millis(1_500);
    for wait in
        [Duration::ZERO, half, Duration::from_hours(11), Duration::from_hours(12), Duration::MAX]
    {
        sqs.hold(QueueName::Collect, "receipt", wait).await.unwrap();
    }
    let requests = requests.lock().unwrap();
    let inputs = requests.iter().map(|(target, input)| {
        assert_eq!(target, "AmazonSQS.ChangeMessageVisibility");
        assert_eq!(
            (&input["QueueUrl"], &input["ReceiptHandle"]),
            (&json!(COLLECT), &json!("receipt"))
        );
        input["VisibilityTimeout"].as_i64().unwrap()
    });
    assert_eq!(inputs.collect::<Vec<_>>(), [0, 2, 39_600, 42_300, 42_300]);
}

#[tokio::test]
async fn errors_say_what_sqs_said() {
    let refusal = json!({
        "__type": "com.amazonaws.sqs#QueueDoesNotExist",
        "message": "The specified queue does not exist.",
    });
    let (sqs, _) = sqs(move |_, _| (400, refusal.to_string())).await;
    let errors = [
        sqs.send(QueueName::Collect, messages(1)).await.unwrap_err(),
        sqs.hold(QueueName::Collect, "receipt", Duration::ZERO).await.unwrap_err(),
    ];
    for error in errors {
        let said = "QueueDoesNotExist: The specified queue does not exist. (HTTP 400)";
        assert_eq!(error.to_string(), format!("the queue does not answer, or refuses: {said}"));
    }
}
