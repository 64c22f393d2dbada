//! Jobs that the schedule starts while slow steps were read not long ago: these are not read again,
//! and what they found stays, with its date.

use std::collections::BTreeMap;
use std::fs;

use collector::layout::{self, Job, RecordKind};
use collector::ledger::Status;
use collector::summary::{Change, JobStatus, Summary};
use serde_json::{Value, json};
use simulator::{DirectoryChange, ObjectKind, Permanent};
use tempfile::TempDir;
use tests::world::options;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{SLOW, Slow, by_key, event, restarted};

/// What says how a snapshot was made, and nothing of the tenant.
const DATES: [&str; 3] = ["_staleProperties", "_staleReason", "_staleSince"];

/// A stored instance of a tenant, which the schedule starts.
struct Scheduled {
    slow: Slow,
    instance: String,
    event: Value,
    _secret: TempDir,
}

impl Scheduled {
    async fn new(collection: Value) -> Self {
        let slow = Slow::new(options()).await;
        let secret = TempDir::new().unwrap();
        let file = secret.path().join("secret");
        fs::write(&file, &slow.world.simulator.principal().client_secret).unwrap();
        let mut event = event(&slow.world);
        let instance = &mut event["instance"];
        instance["pollingInterval"] = "ONE_HOUR".into();
        instance["config"]["collection"] = collection;
        instance["config"]["clientSecret"] =
            json!({ "secretArn": format!("file:{}", file.display()) });
        let instance = instance["id"].as_str().unwrap().to_owned();
        let scheduled = Self { slow, instance, event, _secret: secret };
        scheduled.store(&scheduled.event).await;
        scheduled
    }

    async fn store(&self, event: &Value) {
        let mut event = event.clone();
        event["action"] = "store".into();
        self.slow.world.machine.run(event).await.unwrap();
    }

    /// Starts the next job by the schedule, when an hour has passed.
    async fn start(&self) -> Job {
        let name = self.slow.world.store.path().join(layout::lease(&self.instance));
        if let Ok(lease) = fs::read(&name) {
            let mut lease: Value = serde_json::from_slice(&lease).unwrap();
            let since = OffsetDateTime::now_utc() - time::Duration::hours(2);
            lease["since"] = since.format(&Rfc3339).unwrap().into();
            fs::write(&name, lease.to_string()).unwrap();
        }
        self.slow.world.start(json!({ "due": true })).await
    }

    /// The next job by the schedule.
    async fn due(&self) -> Summary {
        self.slow.world.finish(self.start().await).await
    }

    /// A job that somebody starts by hand.
    async fn by_hand(&self) -> Summary {
        self.slow.world.job(json!({ "instanceId": self.instance })).await
    }

    /// Changes what is known of the last snapshot.
    fn change(&self, last: &Summary, change: impl FnOnce(&mut Summary)) {
        let mut summary = last.clone();
        change(&mut summary);
        let name = self.slow.world.store.path().join(last.job.snapshot_summary());
        fs::write(name, serde_json::to_vec(&summary).unwrap()).unwrap();
    }

    async fn users(&self, summary: &Summary) -> BTreeMap<String, Value> {
        self.entities(summary, "azure_user").await
    }

    async fn entities(&self, summary: &Summary, kind: &str) -> BTreeMap<String, Value> {
        let items = self.slow.world.items(&summary.job, RecordKind::Entities, kind).await;
        by_key(&items).into_iter().map(|(key, it)| (key.to_owned(), it.clone())).collect()
    }

    /// The lines of every object of a snapshot, without their dates.
    fn lines(&self, summary: &Summary) -> BTreeMap<String, Vec<Value>> {
        let lines = |body: Vec<u8>| {
            let text = zstd::decode_all(body.as_slice()).unwrap();
            let lines = String::from_utf8(text).unwrap();
            let line = |line: &str| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                for date in DATES {
                    line.as_object_mut().unwrap().remove(date);
                }
                line
            };
            lines.lines().map(line).collect()
        };
        let objects = self.slow.world.objects(&summary.job).into_iter();
        objects.map(|(name, body)| (name, lines(body))).collect()
    }
}

/// When each slow step was read, as a ledger says; nothing of those that were read now.
fn known(summary: &Summary) -> [Option<&str>; 3] {
    SLOW.map(|step| {
        let mut entries = summary.ledger.iter().filter(|it| it.step == step);
        let entry = entries.next().unwrap();
        assert_eq!(entry.known_at.is_some(), entry.status == Status::Known, "{entry:?}");
        assert!(entry.known_at.is_none() || entry.requests == 0, "{entry:?}");
        entry.known_at.as_deref()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_slow_is_read_once_a_day() {
    let scheduled = Scheduled::new(json!("full")).await;
    let first = scheduled.due().await;
    assert_eq!((first.status, known(&first)), (JobStatus::Complete, [None; 3]));
    let at = first.planned_at.as_str();

    // Nothing has changed, so nothing is told, and nothing is there but with its date.
    let second = scheduled.due().await;
    assert_eq!((second.status, known(&second)), (JobStatus::Complete, [Some(at); 3]));
    assert!(second.requests < first.requests);
    assert_eq!((&second.graph.changes, &second.graph.carried), (&[].into(), &[].into()));
    assert_eq!(scheduled.lines(&second), scheduled.lines(&first));
    let states = scheduled.entities(&second, "azure_policy_state").await;
    assert!(!states.is_empty());
    assert!(states.values().all(|it| it["_staleSince"] == at));
    let (before, users) = (scheduled.users(&first).await, scheduled.users(&second).await);
    let says = format!("\"mfaEnabled: {at}: it is slow, and was read last at {at}\"");
    for (key, user) in &users {
        let is_dated = user["_staleProperties"].to_string().contains(&says);
        assert_eq!(is_dated, before[key].get("mfaEnabled").is_some(), "{user}");
    }
    assert!(users.values().any(|it| it.get("mfaEnabled").is_some()));

    // However many jobs do not read it, it is as old as it is, to the byte.
    let third = scheduled.due().await;
    assert_eq!(known(&third), [Some(at); 3]);
    assert_eq!(scheduled.slow.world.objects(&third.job), scheduled.slow.world.objects(&second.job));

    // A day later it is read again, and is what a job finds that knew nothing.
    let day = OffsetDateTime::now_utc() - time::Duration::minutes(23 * 60 + 1);
    scheduled.change(&third, |summary| {
        let known = summary.ledger.iter_mut().filter(|it| it.status == Status::Known);
        known.for_each(|it| it.known_at = Some(day.format(&Rfc3339).unwrap()));
    });
    let fourth = scheduled.due().await;
    assert_eq!((fourth.status, known(&fourth)), (JobStatus::Complete, [None; 3]));
    assert_eq!(fourth.graph.changes, BTreeMap::new());
    assert_eq!(scheduled.slow.world.objects(&fourth.job), scheduled.slow.world.objects(&first.job));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_say_of_an_entity_counts_and_what_is_new_lacks_what_is_slow() {
    let scheduled = Scheduled::new(json!("full")).await;
    let simulator = &scheduled.slow.world.simulator;
    let first = scheduled.due().await;
    let before = scheduled.users(&first).await;
    let created = simulator.change_directory(&DirectoryChange::Create(ObjectKind::User));
    let [_, leaver, ..] = before.keys().collect::<Vec<_>>()[..] else { panic!("few users") };
    let gone = simulator.change_directory(&DirectoryChange::Delete { id: leaver.clone() });
    assert_eq!(gone.len(), 1);

    // The early snapshot would be no other.
    scheduled.slow.gate.send_replace(true);
    let job = scheduled.start().await;
    let (second, ()) = tokio::join!(scheduled.slow.world.finish(job.clone()), async {
        scheduled.slow.rest_ends(&job).await;
        scheduled.slow.hand_over(job.early()).await;
        assert_eq!(scheduled.slow.latest(&job.instance).await.job, first.job);
        scheduled.slow.gate.send_replace(false);
    });
    assert_eq!((second.status, second.published_at.as_ref()), (JobStatus::Complete, None));
    assert_eq!(known(&second), [Some(first.planned_at.as_str()); 3]);
    let users = scheduled.users(&second).await;
    assert!(!users.contains_key(leaver));
    assert_eq!(users.len(), before.len());
    let new = &users[&created[0]];
    assert!(new.get("mfaEnabled").is_none());
    let unknown = new["_unknown"].to_string();
    assert!(unknown.contains("mfaEnabled: it is slow, and was read last at"), "{unknown}");
    let others = users.iter().filter(|(key, _)| **key != created[0]);
    assert!(others.clone().all(|(_, it)| it.get("_unknown").is_none()));
    for (key, user) in others {
        assert_eq!(user.get("lastSignInDateTime"), before[key].get("lastSignInDateTime"), "{key}");
    }
    // Nothing of it is news but what happened to the two.
    let feed = scheduled.slow.world.feed(&second.job).await;
    let changes = feed.iter().filter(|it| it.kind == "azure_user");
    let changes: Vec<_> = changes.map(|it| (it.change, it.key.as_str())).collect();
    let mut expected = [(Change::Created, created[0].as_str()), (Change::Deleted, leaver.as_str())];
    expected.sort_by_key(|(_, key)| *key);
    assert_eq!(changes, expected);
    assert!(feed.iter().all(|it| it.change != Change::CarriedForward), "{feed:?}");

    // Who starts a job by hand has everything read, and the day begins anew.
    let third = scheduled.by_hand().await;
    assert_eq!((third.status, known(&third)), (JobStatus::Complete, [None; 3]));
    assert!(scheduled.users(&third).await.values().all(|it| it.get("_unknown").is_none()));
    assert_eq!(known(&scheduled.due().await), [Some(third.planned_at.as_str()); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_slow_step_has_a_time_of_its_own_and_counts_from_when_it_was_whole() {
    let scheduled = Scheduled::new(json!("full")).await;
    let simulator = &scheduled.slow.world.simulator;
    let path = "/v1.0/reports/authenticationMethods/userRegistrationDetails".to_owned();
    simulator.set_permanent(vec![Permanent::ForbiddenFromPage { path: path.clone(), page: 1 }]);
    let first = scheduled.due().await;
    assert_eq!((first.status, known(&first)), (JobStatus::Incomplete, [None; 3]));
    let at = Some(first.planned_at.as_str());

    // What could not be read is read again each time.
    let second = scheduled.due().await;
    assert_eq!((second.status, known(&second)), (JobStatus::Incomplete, [None, at, at]));
    simulator.set_permanent(Vec::new());
    let third = scheduled.due().await;
    assert_eq!((third.status, known(&third)), (JobStatus::Complete, [None, at, at]));
    let fourth = scheduled.due().await;
    let now = Some(third.planned_at.as_str());
    assert_eq!((fourth.status, known(&fourth)), (JobStatus::Complete, [now, at, at]));

    // So is what another version, application or role would read.
    scheduled.change(&fourth, |summary| {
        let step = summary.steps.iter_mut().find(|it| it.id == SLOW[1]).unwrap();
        let basis = step.basis.as_mut().unwrap();
        assert!(basis.granted.is_some());
        basis.granted = Some("others".to_owned());
    });
    let fifth = scheduled.due().await;
    assert_eq!(known(&fifth), [now, None, at]);

    // What the deletion guard kept is decided by the next job.
    scheduled.change(&fifth, |summary| {
        summary.graph.guarded.insert("azure_policy_state".to_owned(), 3);
    });
    let sixth = scheduled.due().await;
    let then = Some(fifth.planned_at.as_str());
    assert_eq!(known(&sixth), [now, then, None]);

    // What is not known any more is read again: the only snapshot that had it is damaged.
    let name = scheduled.slow.world.store.path();
    let name = name.join(sixth.job.snapshot(RecordKind::Entities, "azure_user"));
    fs::write(name, "damaged").unwrap();
    let seventh = scheduled.due().await;
    assert_eq!((seventh.status, known(&seventh)), (JobStatus::Incomplete, [None; 3]));
    let partial = seventh.ledger.iter().filter(|it| SLOW.contains(&it.step.as_str()));
    assert!(partial.clone().all(|it| it.status == Status::Partial), "{:?}", seventh.ledger);
    let eighth = scheduled.due().await;
    assert_eq!((eighth.status, known(&eighth)), (JobStatus::Complete, [None; 3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interval_of_none_reads_everything_each_time() {
    let scheduled = Scheduled::new(json!({ "mode": "delta", "slowInterval": "DISABLED" })).await;
    scheduled.due().await;
    let second = scheduled.due().await;
    assert_eq!((second.status, known(&second)), (JobStatus::Complete, [None; 3]));

    // Changes are followed as ever where slow steps are known.
    let mut daily = scheduled.event.clone();
    daily["instance"]["config"]["collection"] = "delta".into();
    scheduled.store(&daily).await;
    let third = scheduled.due().await;
    assert_eq!(
        (third.status, known(&third)),
        (JobStatus::Complete, [Some(&*second.planned_at); 3])
    );
    assert_eq!(third.graph.changes, BTreeMap::new());
    assert_eq!(scheduled.lines(&third), scheduled.lines(&second));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_a_job_by_hand_does_not_go_on_with_one_that_leaves_out_what_is_slow() {
    let mut scheduled = Scheduled::new(json!("full")).await;
    scheduled.due().await;
    let job = scheduled.start().await;
    scheduled.slow = restarted(scheduled.slow).await;
    assert_eq!(scheduled.start().await, job, "the schedule goes on with it");
    scheduled.slow = restarted(scheduled.slow).await;
    let by_hand = scheduled.by_hand().await;
    assert_ne!(by_hand.job, job);
    assert_eq!((by_hand.status, known(&by_hand)), (JobStatus::Complete, [None; 3]));
}
