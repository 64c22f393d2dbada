//! The queues of one machine: what Amazon SQS does with FIFO queues. Time is paused, and passes at
//! once where every task waits for it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::{Delivery, LocalQueue};
use collector::ports::QueueName::{Collect, Finish, Provision};
use collector::ports::{Outgoing, Queue as _, QueueName};
use futures_util::FutureExt as _;
use tokio::time::{Instant, advance, sleep};

const VISIBILITY: Duration = Duration::from_mins(2);
const MAX_RECEIVES: u32 = 3;

fn queue() -> LocalQueue {
    LocalQueue::new(VISIBILITY, MAX_RECEIVES)
}

/// Sends messages such as `a1`: the group is the first character.
async fn send(queue: &LocalQueue, name: QueueName, bodies: &[&str]) {
    let message = |body: &&str| Outgoing {
        body: (*body).to_owned(),
        group: body[..1].to_owned(),
        deduplication: (*body).to_owned(),
    };
    queue.send(name, bodies.iter().map(message).collect()).await.unwrap();
}

/// What can be received without waiting.
fn receive(queue: &LocalQueue, max: usize) -> Vec<Delivery> {
    queue.receive(Collect, max).now_or_never().unwrap_or_default()
}

fn delete(queue: &LocalQueue, deliveries: &[Delivery]) {
    for delivery in deliveries {
        queue.delete(&delivery.receipt).unwrap();
    }
}

fn bodies(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|it| it.body.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn one_group_is_delivered_at_a_time_and_in_order() {
    let queue = queue();
    send(&queue, Collect, &["a1", "b1", "a2", "a3", "b2"]).await;
    let a = receive(&queue, 2);
    assert_eq!(bodies(&a), ["a1", "a2"]);
    let b = receive(&queue, 10);
    assert_eq!(bodies(&b), ["b1", "b2"]);
    assert!(receive(&queue, 10).is_empty(), "both groups are locked");

    queue.delete(&a[0].receipt).unwrap();
    assert!(receive(&queue, 10).is_empty(), "a2 is still in flight");
    queue.delete(&a[1].receipt).unwrap();
    assert_eq!(bodies(&receive(&queue, 10)), ["a3"]);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_has_one_to_ten_messages() {
    let queue = queue();
    let all: Vec<_> = (10..30).map(|it| format!("a{it}")).collect();
    send(&queue, Collect, &all.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let batch = receive(&queue, 100);
    assert_eq!(bodies(&batch), all[..10]);
    delete(&queue, &batch);
    assert_eq!(bodies(&receive(&queue, 0)), ["a20"]);
}

#[tokio::test(start_paused = true)]
async fn queues_are_apart() {
    let queue = queue();
    send(&queue, Collect, &["a1"]).await;
    send(&queue, Finish, &["a1"]).await;
    send(&queue, Provision, &["a1"]).await;
    let collect = receive(&queue, 10);
    let finish = queue.receive(Finish, 10).await;
    let provision = queue.receive(Provision, 10).await;
    assert_eq!((collect.len(), finish.len(), provision.len()), (1, 1, 1));
    assert!(queue.hold(Finish, &collect[0].receipt, VISIBILITY).await.is_err());
    queue.delete(&finish[0].receipt).unwrap();
    queue.delete(&collect[0].receipt).unwrap();
    assert!(!queue.is_drained());

    // The last queue ends flights and counts receives like the others.
    queue.release(&provision[0].receipt).unwrap();
    for _ in 1..MAX_RECEIVES {
        assert_eq!(bodies(&queue.receive(Provision, 10).await), ["a1"]);
    }
    queue.drained().await;
    assert_eq!(queue.dead_letters(Provision).len(), 1);
    assert!(queue.dead_letters(Collect).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_released_message_comes_again_in_its_old_place() {
    let queue = queue();
    send(&queue, Collect, &["a1", "a2", "a3", "a4"]).await;
    let first = receive(&queue, 3);
    queue.delete(&first[0].receipt).unwrap();
    queue.release(&first[1].receipt).unwrap();
    assert!(receive(&queue, 10).is_empty(), "a3 is still in flight");
    queue.release(&first[2].receipt).unwrap();

    let second = receive(&queue, 10);
    assert_eq!(bodies(&second), ["a2", "a3", "a4"]);
    assert_eq!(second.iter().map(|it| it.receive_count).collect::<Vec<_>>(), [2, 2, 1]);
    assert_eq!(second[0].message_id, first[1].message_id);
    assert_ne!(second[0].receipt, first[1].receipt);
}

#[tokio::test(start_paused = true)]
async fn a_message_comes_again_when_its_time_has_passed() {
    let queue = queue();
    send(&queue, Collect, &["a1", "a2"]).await;
    let first = queue.receive(Collect, 1).await;
    let start = Instant::now();
    let second = queue.receive(Collect, 10).await;
    assert_eq!(start.elapsed(), VISIBILITY);
    assert_eq!(bodies(&second), ["a1", "a2"]);

    let error = queue.delete(&first[0].receipt).unwrap_err();
    assert!(error.to_string().contains("no message is in flight"), "{error}");
    assert!(queue.release(&first[0].receipt).is_err());
    assert!(queue.hold(Collect, &first[0].receipt, VISIBILITY).await.is_err());
    queue.delete(&second[0].receipt).unwrap();
    assert!(queue.delete(&second[0].receipt).is_err(), "it is deleted already");
}

#[tokio::test(start_paused = true)]
async fn a_held_message_keeps_its_group_back() {
    let queue = queue();
    send(&queue, Collect, &["a1", "a2", "b1"]).await;
    let a = queue.receive(Collect, 1).await;
    let wait = 4 * VISIBILITY;
    queue.hold(Collect, &a[0].receipt, wait).await.unwrap();
    let b = queue.receive(Collect, 10).await;
    assert_eq!(bodies(&b), ["b1"]);
    queue.delete(&b[0].receipt).unwrap();

    let start = Instant::now();
    assert_eq!(bodies(&queue.receive(Collect, 10).await), ["a1", "a2"]);
    assert_eq!(start.elapsed(), wait);
}

#[tokio::test(start_paused = true)]
async fn a_hold_may_be_short_and_ends_within_twelve_hours() {
    let queue = queue();
    send(&queue, Collect, &["a1"]).await;
    for (hold, waited) in [(1, 1), (1_000_000, 42_300)] {
        let delivery = receive(&queue, 1);
        queue.hold(Collect, &delivery[0].receipt, Duration::from_secs(hold)).await.unwrap();
        advance(Duration::from_secs(waited - 1)).await;
        assert!(receive(&queue, 1).is_empty(), "{hold}");
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(receive(&queue, 1)[0].receive_count, 3, "waits count as receives");
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_dropped_for_five_minutes() {
    let queue = queue();
    send(&queue, Collect, &["a1", "a1", "a2"]).await;
    let deliveries = receive(&queue, 10);
    assert_eq!(bodies(&deliveries), ["a1", "a2"]);
    delete(&queue, &deliveries);

    // Also after it was deleted, and without starting the five minutes anew.
    advance(Duration::from_secs(299)).await;
    send(&queue, Collect, &["a1"]).await;
    assert!(queue.is_drained());
    advance(Duration::from_secs(1)).await;
    send(&queue, Collect, &["a1"]).await;
    assert_eq!(bodies(&receive(&queue, 10)), ["a1"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_received_too_often_becomes_a_dead_letter() {
    let queue = queue();
    send(&queue, Collect, &["a1", "a2"]).await;
    for receive_count in 1..=MAX_RECEIVES {
        let delivery = receive(&queue, 1);
        assert_eq!((bodies(&delivery), delivery[0].receive_count), (vec!["a1"], receive_count));
        queue.release(&delivery[0].receipt).unwrap();
    }
    let dead = queue.dead_letters(Collect);
    assert_eq!(dead.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["a1"]);
    assert!(queue.dead_letters(Finish).is_empty());
    assert_eq!(bodies(&receive(&queue, 10)), ["a2"], "its group goes on");
    assert!(!queue.is_drained());

    // A visibility timeout that passes ends a receive as well.
    for _ in 1..MAX_RECEIVES {
        advance(VISIBILITY).await;
        assert_eq!(bodies(&receive(&queue, 10)), ["a2"]);
    }
    advance(VISIBILITY).await;
    assert_eq!(queue.dead_letters(Collect).len(), 2);
    assert!(queue.is_drained());
}

#[tokio::test(start_paused = true)]
async fn waiting_until_drained_sees_the_last_message_die() {
    let queue = LocalQueue::new(VISIBILITY, 1);
    send(&queue, Collect, &["a1"]).await;
    receive(&queue, 1);
    let start = Instant::now();
    queue.drained().await;
    assert_eq!(start.elapsed(), VISIBILITY);
}

#[tokio::test(start_paused = true)]
async fn the_last_receive_may_still_delete() {
    let queue = queue();
    send(&queue, Collect, &["a1"]).await;
    for _ in 1..MAX_RECEIVES {
        queue.release(&receive(&queue, 1)[0].receipt).unwrap();
    }
    queue.delete(&receive(&queue, 1)[0].receipt).unwrap();
    assert!(queue.is_drained() && queue.dead_letters(Collect).is_empty());
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_with_a_message_or_when_all_is_done() {
    let queue = Arc::new(queue());
    let receiver = tokio::spawn({
        let queue = queue.clone();
        async move { queue.receive(Collect, 10).await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!receiver.is_finished());
    send(&queue, Collect, &["a1"]).await;
    let delivery = receiver.await.unwrap();

    let drained = tokio::spawn({
        let queue = queue.clone();
        async move { queue.drained().await }
    });
    sleep(Duration::from_secs(1)).await;
    assert!(!drained.is_finished());
    queue.delete(&delivery[0].receipt).unwrap();
    drained.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_receive_that_is_given_up_takes_nothing() {
    let queue = queue();
    let waits = queue.receive(Collect, 10);
    assert!(tokio::time::timeout(Duration::from_secs(1), waits).await.is_err());
    send(&queue, Collect, &["a1"]).await;
    assert_eq!(bodies(&receive(&queue, 10)), ["a1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_consumers_share_the_work_and_keep_the_order() {
    let queue = Arc::new(LocalQueue::new(Duration::from_hours(1), 1));
    let done: Arc<Mutex<HashMap<String, Vec<u32>>>> = Arc::default();
    let message = |it: u32| Outgoing {
        body: it.to_string(),
        group: format!("group-{}", it % 7),
        deduplication: it.to_string(),
    };
    queue.send(Collect, (0..700).map(message).collect()).await.unwrap();
    for _ in 0..5 {
        let (queue, done) = (queue.clone(), done.clone());
        tokio::spawn(async move {
            loop {
                for delivery in queue.receive(Collect, 3).await {
                    let number = delivery.body.parse().unwrap();
                    done.lock().unwrap().entry(delivery.group).or_default().push(number);
                    tokio::task::yield_now().await;
                    queue.delete(&delivery.receipt).unwrap();
                }
            }
        });
    }
    queue.drained().await;
    let done = done.lock().unwrap();
    assert_eq!(done.len(), 7);
    for numbers in done.values() {
        assert_eq!(numbers.len(), 100);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }
}
