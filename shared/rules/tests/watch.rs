//! Rules are watched by processes that die at any moment: each transition is told, under one id.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use collector::ports::{Body, Condition, Etag, Object, Store, StoreError};
use rules::{
    Action, Alert, Ask, AskError, Deliver, DeliveryError, Found, Graph, Outcome, Row, Rule, Told,
    Transition, read, watch,
};

/// Storage and recipients, and a process that dies at one of its calls.
#[derive(Debug, Default)]
struct World {
    objects: Mutex<BTreeMap<String, (Vec<u8>, u64)>>,
    told: Mutex<Vec<(String, Alert)>>,
    /// How many calls the process makes before it dies; it dies before or after what the last one
    /// does.
    left: AtomicUsize,
    /// What cannot be reached.
    down: Mutex<BTreeSet<String>>,
}

impl World {
    /// Dies, if the time has come: the call never returns.
    async fn call(&self) {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            std::future::pending::<()>().await;
        }
        self.left.store(left - 1, Ordering::Relaxed);
    }
}

#[async_trait]
impl Store for World {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        self.call().await;
        let objects = self.objects.lock().unwrap();
        let object = objects.get(name).cloned();
        Ok(object.map(|(body, version)| Object { body, etag: Etag(version.to_string()) }))
    }

    async fn download(&self, _: &str, _: &Path) -> Result<bool, StoreError> {
        unreachable!("states are read whole")
    }

    async fn put(&self, name: &str, body: Body, condition: Condition) -> Result<Etag, StoreError> {
        self.call().await;
        let etag = {
            let mut objects = self.objects.lock().unwrap();
            let version = objects.get(name).map(|it| it.1);
            let holds = match condition {
                Condition::Always => true,
                Condition::Absent => version.is_none(),
                Condition::Matches(etag) => version.map(|it| it.to_string()) == Some(etag.0),
            };
            if !holds {
                return Err(StoreError::Conflict(name.to_owned()));
            }
            let Body::Bytes(bytes) = body else { unreachable!("states are bytes") };
            let version = version.unwrap_or_default() + 1;
            objects.insert(name.to_owned(), (bytes, version));
            Etag(version.to_string())
        };
        self.call().await;
        Ok(etag)
    }

    async fn delete(&self, _: &str) -> Result<(), StoreError> {
        unreachable!("states stay")
    }

    async fn list(&self, _: &str) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Deliver for World {
    async fn deliver(&self, action: &Action, alert: &Alert) -> Result<(), DeliveryError> {
        self.call().await;
        let whom = format!("{action:?}");
        if self.down.lock().unwrap().contains(&whom) {
            return Err(DeliveryError("it does not answer".to_owned()));
        }
        self.told.lock().unwrap().push((whom, alert.clone()));
        self.call().await;
        Ok(())
    }
}

/// A snapshot of which a query answers with these rows.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a day is odd in any of these ways, or several")]
struct Day {
    number: u32,
    rows: BTreeSet<u8>,
    unknown: bool,
    /// A type that is not collected.
    uncollected: bool,
    /// What the answer follows from, if that can be said.
    content: Option<&'static str>,
    /// Whether the answer rests on something that is still being read.
    pending: bool,
    /// Whether only values of rows do, which the query does not name.
    values_pending: bool,
    /// How many hours after midnight it was finished.
    hour: u32,
}

#[async_trait]
impl Ask for Day {
    fn graph(&self) -> Graph {
        Graph {
            tenant: "t".to_owned(),
            job: format!("j{}", self.number),
            id: format!("g{}", self.number),
            at: format!("2026-11-{:02}T{:02}:00:00Z", self.number + 1, self.hour),
        }
    }

    fn content(&self, _: &str) -> Option<String> {
        self.content.map(str::to_owned)
    }

    async fn ask(&self, _: &str, _: Option<&[String]>) -> Result<Found, AskError> {
        let row =
            |it: &u8| (it.to_string(), Row { values: String::new(), name: format!("entity {it}") });
        let unread = BTreeSet::from(["azure_device".to_owned()]);
        Ok(Found {
            total: self.rows.len() as u64,
            rows: Some(self.rows.iter().map(row).collect()),
            unknown: if self.unknown { vec!["users: forbidden".to_owned()] } else { Vec::new() },
            unread: if self.uncollected { unread } else { BTreeSet::new() },
            pending: self.pending,
            values_pending: self.values_pending,
        })
    }
}

fn rule(text: &str) -> Rule {
    let (mut rules, invalid) = read([("rule.yaml", text)]);
    assert_eq!(invalid, []);
    rules.remove(0)
}

const BAD_USERS: &str = "
name: Bad users
query: FIND azure_user
actions: [eventbridge: default, sns: 'arn:aws:sns:eu-central-1:1:alerts']
";

/// Watches a rule until it is done, by processes of which each dies after so many calls; returns
/// how many died.
async fn until_done(
    world: &World,
    rule: &Rule,
    day: &Day,
    calls: &mut impl FnMut() -> usize,
) -> u32 {
    for died in 0.. {
        world.left.store(calls(), Ordering::Relaxed);
        let watched = watch(world, std::slice::from_ref(rule), day, world);
        // What never returns is dead: nothing here waits for anything else.
        match tokio::time::timeout(std::time::Duration::ZERO, watched).await {
            Ok(Ok(_)) => return died,
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => (),
        }
    }
    unreachable!("processes come back for ever")
}

async fn one(world: &World, rule: &Rule, day: &Day) -> Told {
    world.left.store(usize::MAX, Ordering::Relaxed);
    watch(world, std::slice::from_ref(rule), day, world).await.unwrap().remove(0)
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Some days of a tenant.
fn days(dice: &mut Dice) -> Vec<Day> {
    let mut rows = BTreeSet::new();
    let day = |number| {
        for _ in 0..dice.roll(3) {
            let row = u8::try_from(dice.roll(4)).unwrap_or_default();
            if !rows.remove(&row) {
                rows.insert(row);
            }
        }
        let unknown = dice.roll(4) == 0;
        // What is unknown may look like anything.
        let rows = if unknown && dice.roll(2) == 0 { BTreeSet::new() } else { rows.clone() };
        Day { number, rows, unknown, ..Day::default() }
    };
    (0..8).map(day).collect()
}

/// What one recipient was told, each alert once, and how often something was repeated.
fn told(world: &World, whom: &str) -> (Vec<(String, Transition, u64)>, usize) {
    let (mut seen, mut alerts, mut repeated) = (BTreeSet::new(), Vec::new(), 0);
    for (_, alert) in world.told.lock().unwrap().iter().filter(|(it, _)| it.contains(whom)) {
        if seen.insert(alert.id.clone()) {
            alerts.push((alert.id.clone(), alert.transition, alert.total));
        } else {
            repeated += 1;
        }
    }
    (alerts, repeated)
}

#[tokio::test]
async fn whoever_dies_when_each_transition_is_told_under_one_id() {
    let rule = rule(BAD_USERS);
    let (mut deaths, mut transitions) = (0, 0);
    for seed in 0..200 {
        let days = days(&mut Dice(seed));
        let calm = World::default();
        for day in &days {
            one(&calm, &rule, day).await;
        }
        let world = World::default();
        // The dice of deaths are others than those of days.
        let mut dice = Dice(seed + 1_000_000);
        let mut died = 0;
        for day in &days {
            died += until_done(&world, &rule, day, &mut || {
                usize::try_from(dice.roll(9)).unwrap_or_default() + 1
            })
            .await;
        }
        for whom in ["EventBridge", "Sns"] {
            let (expected, none) = told(&calm, whom);
            let (alerts, repeated) = told(&world, whom);
            assert_eq!(alerts, expected, "seed {seed}");
            assert_eq!(none, 0, "nothing is repeated where nobody dies");
            assert!(repeated <= died as usize, "seed {seed}: more is repeated than processes died");
            transitions += alerts.len();
        }
        deaths += died;
    }
    assert!(deaths > 1000 && transitions > 500, "{deaths} deaths and {transitions} transitions");
}

#[tokio::test]
async fn every_moment_of_one_evaluation_is_survived() {
    let rule = rule(&format!("{BAD_USERS}\nonFirstRun: fire"));
    let day = Day { rows: BTreeSet::from([1]), ..Day::default() };
    for moment in 0.. {
        let world = World::default();
        let mut first = Some(moment);
        let died =
            until_done(&world, &rule, &day, &mut || first.take().unwrap_or(usize::MAX)).await;
        for whom in ["EventBridge", "Sns"] {
            let (alerts, repeated) = told(&world, whom);
            let transitions: Vec<Transition> = alerts.iter().map(|it| it.1).collect();
            assert_eq!(transitions, [Transition::Opened], "killed at call {moment}");
            assert!(repeated <= 1);
        }
        if died == 0 {
            assert!(moment > 8, "there are only {moment} moments");
            return;
        }
    }
}

#[tokio::test]
async fn a_permission_withdrawn_opens_and_closes_nothing() {
    let rule = rule(BAD_USERS);
    let world = World::default();
    let day = |number, rows: &[u8], unknown| Day {
        number,
        rows: rows.iter().copied().collect(),
        unknown,
        ..Day::default()
    };
    let mut outcomes = Vec::new();
    for day in [
        day(0, &[], false),
        // Something turns up while not all can be read.
        day(1, &[1], true),
        day(2, &[1, 2], false),
        day(3, &[], true),
        day(4, &[], true),
        day(5, &[1, 2], false),
        day(6, &[], false),
    ] {
        outcomes.push(one(&world, &rule, &day).await);
    }
    let outcomes: Vec<_> = outcomes
        .into_iter()
        .map(|it| (it.outcome, it.alerts.into_iter().map(|it| it.transition).collect::<Vec<_>>()))
        .collect();
    let evaluated = |state, alerts: &[Transition]| (Outcome::Evaluated(state), alerts.to_vec());
    let expected = [
        evaluated("ok", &[]),
        evaluated("unknown", &[Transition::Unknown]),
        evaluated("firing", &[Transition::Opened]),
        evaluated("unknown", &[Transition::Unknown]),
        evaluated("unknown", &[]),
        evaluated("firing", &[Transition::Known]),
        evaluated("ok", &[Transition::Closed]),
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn what_can_be_read_now_is_not_new() {
    let rule = rule("{ name: New users, query: FIND azure_user, when: new > 0 }");
    let world = World::default();
    let day = |number, rows: &[u8], uncollected| Day {
        number,
        rows: rows.iter().copied().collect(),
        uncollected,
        ..Day::default()
    };
    let mut alerts = Vec::new();
    for day in [
        day(0, &[1], true),
        day(1, &[1, 2, 3], false),
        day(2, &[1, 2, 3, 4], false),
        day(3, &[1, 2, 3, 4], false),
    ] {
        let told = one(&world, &rule, &day).await;
        alerts
            .push(told.alerts.into_iter().map(|it| (it.transition, it.sample)).collect::<Vec<_>>());
    }
    let opened = (Transition::Opened, vec!["entity 4".to_owned()]);
    let closed = (Transition::Closed, Vec::new());
    assert_eq!(alerts, [vec![], vec![], vec![opened], vec![closed]]);
}

#[tokio::test]
async fn who_does_not_answer_is_told_the_next_time() {
    let rule = rule(BAD_USERS);
    let world = World::default();
    let day = |number, rows: &[u8]| Day {
        number,
        rows: rows.iter().copied().collect(),
        ..Day::default()
    };
    one(&world, &rule, &day(0, &[])).await;
    let sns = format!("{:?}", rule.actions[1]);
    world.down.lock().unwrap().insert(sns);
    let failed = one(&world, &rule, &day(1, &[1])).await;
    assert_eq!(failed.undelivered, ["it does not answer"]);
    assert_eq!((told(&world, "EventBridge").0.len(), told(&world, "Sns").0.len()), (1, 0));
    world.down.lock().unwrap().clear();
    let rested = one(&world, &rule, &day(1, &[1])).await;
    assert_eq!(rested.outcome, Outcome::Rests("firing"));
    assert_eq!((told(&world, "EventBridge").0.len(), told(&world, "Sns").0.len()), (1, 1));
    // An older snapshot that comes late is not looked at.
    assert_eq!(one(&world, &rule, &day(0, &[])).await.outcome, Outcome::Rests("firing"));
}

#[tokio::test]
async fn a_rule_rests_while_its_tables_do_not_change() {
    let world = World::default();
    let day = |number, rows: &[u8], content| Day {
        number,
        rows: rows.iter().copied().collect(),
        content,
        ..Day::default()
    };
    // It rests until its tables change. Where nothing says what they hold, it is evaluated.
    let days = [
        (day(0, &[], Some("a")), Outcome::Evaluated("ok")),
        (day(1, &[], Some("a")), Outcome::Rests("ok")),
        (day(2, &[1], Some("b")), Outcome::Evaluated("firing")),
        (day(3, &[1], Some("b")), Outcome::Rests("firing")),
        (day(4, &[1], None), Outcome::Evaluated("firing")),
        (day(5, &[1], None), Outcome::Evaluated("firing")),
        (day(6, &[1], Some("b")), Outcome::Evaluated("firing")),
    ];
    for (day, outcome) in days {
        assert_eq!(one(&world, &rule(BAD_USERS), &day).await.outcome, outcome, "{day:?}");
    }
    // A rule of another text is another rule.
    let changed = rule(&format!("{BAD_USERS}when: total > 1\n"));
    let told = one(&world, &changed, &day(7, &[1], Some("b"))).await;
    assert_eq!(told.outcome, Outcome::Evaluated("ok"));
}

#[tokio::test]
async fn a_rule_that_reminds_does_not_rest_while_it_fires() {
    let world = World::default();
    let rule = rule(&format!("{BAD_USERS}remind: 1d\nonFirstRun: fire\n"));
    let mut told = Vec::new();
    for number in 0..3 {
        let day = Day { number, rows: BTreeSet::from([1]), content: Some("a"), ..Day::default() };
        told.extend(one(&world, &rule, &day).await.alerts.into_iter().map(|it| it.transition));
    }
    assert_eq!(told, [Transition::Opened, Transition::Reminder, Transition::Reminder]);
}

#[tokio::test]
async fn an_early_snapshot_and_the_amended_one_tell_each_thing_once() {
    let alone = "{ name: New users, query: FIND azure_user, when: new > 0 }";
    let values = "{ name: Changed users, query: FIND azure_user, when: new + changed > 0 }";
    // Days of one number are the early and the amended snapshot of one job.
    let day = |number, hour, rows: &[u8]| Day {
        number,
        hour,
        rows: rows.iter().copied().collect(),
        ..Day::default()
    };
    let opened = |told: &Told| told.alerts.iter().any(|it| it.transition == Transition::Opened);

    // What does not rest on slow steps is told at once, and not again, nor is it taken back.
    let world = World::default();
    one(&world, &rule(alone), &day(0, 0, &[1])).await;
    let early = Day { values_pending: true, ..day(1, 1, &[1, 2]) };
    assert!(opened(&one(&world, &rule(alone), &early).await));
    let amended = one(&world, &rule(alone), &day(1, 5, &[1, 2])).await;
    assert_eq!((amended.outcome, amended.alerts.len()), (Outcome::Rests("firing"), 0));

    // What does is told when they have ended; so is what only its values show.
    for (text, pending) in [(alone, true), (values, false)] {
        let (world, rule) = (World::default(), rule(text));
        let early = Day { pending, values_pending: true, unknown: true, ..day(0, 1, &[]) };
        let told = one(&world, &rule, &early).await;
        assert_eq!((told.outcome, told.alerts.len()), (Outcome::Rests("unknown"), 0));
        one(&world, &rule, &day(0, 5, &[1])).await;
        let early = Day { pending, values_pending: true, unknown: true, ..day(1, 1, &[2]) };
        let told = one(&world, &rule, &early).await;
        assert_eq!((told.outcome, told.alerts.len()), (Outcome::Rests("ok"), 0));
        assert!(opened(&one(&world, &rule, &day(1, 5, &[1, 2])).await));
    }
}
