//! What the functions log, line by line as JSON.

use std::time::Duration;

use collector::ports::{Body, Condition, Store as _};
use serde_json::{Value, json};
use tests::deployed::{Deployed, INSTANCE};
use tests::log::Log;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

#[tokio::test(start_paused = true)]
async fn a_job_logs_its_start_the_end_of_each_step_its_redeliveries_and_its_finish() {
    let deployed = Deployed::new().await;
    deployed.microsoft.throttle(1);
    let log = Log::begin();
    let job = deployed.job().await;
    deployed.store.outage.begin(Duration::from_secs(10));
    deployed.work().await;
    let names_the_job =
        |line: &Value| line["instance"] == INSTANCE && line["job"] == job.id.as_str();
    let steps = |message: &str| -> Vec<String> {
        let lines = log.lines(message);
        assert!(lines.iter().all(names_the_job), "{lines:?}");
        let mut steps: Vec<_> =
            lines.iter().map(|it| it["step"].as_str().unwrap_or_default().to_owned()).collect();
        steps.sort_unstable();
        steps
    };
    let plan = deployed.read(&job.plan()).await.unwrap();
    let planned = plan["steps"].as_array().unwrap().iter();
    let planned = planned.filter(|it| it.get("disabled").is_none());
    let mut planned: Vec<&str> = planned.map(|it| it["id"].as_str().unwrap()).collect();
    planned.retain(|it| steps::find(it).is_some());
    planned.sort_unstable();
    assert_eq!(steps("step ended"), planned);
    for message in ["job started", "linking begun", "job finished"] {
        assert_eq!(steps(message), [""], "{message}");
    }
    assert_eq!(log.lines("job started")[0]["steps"], planned.len());
    assert_eq!(steps("step waits"), ["ad-users"]);
    let (anew, again) = (steps("a message is sent anew"), steps("a message comes again"));
    assert!(!anew.is_empty() && anew.iter().all(|it| planned.contains(&&**it)), "{anew:?}");
    assert!(again.contains(&"ad-users".to_owned()), "it waited: {again:?}");
    for line in log.lines("a message is sent anew") {
        assert_eq!(line["level"], "WARN");
        assert!(line["error"].as_str().unwrap().contains("503 Slow Down"), "{line}");
        assert!(line["failures"].as_u64().unwrap() > 0 && line["seconds"].as_u64().unwrap() > 0);
        // Amazon CloudWatch Logs takes a line without one for one of level INFO.
        OffsetDateTime::parse(line["timestamp"].as_str().unwrap(), &Rfc3339).unwrap();
    }
}

/// What the schedule finds is an error in the log, and of the event if nothing else can be done.
#[tokio::test(start_paused = true)]
async fn what_is_due_and_cannot_be_started_is_an_error() {
    let deployed = Deployed::new().await;
    deployed.microsoft.refuse(INSTANCE);
    let log = Log::begin();
    let error = deployed.start(json!({ "due": true })).await.unwrap_err();
    assert_eq!(service::diagnostic(&error).error_type, "NothingStarted");
    assert!(error.to_string().contains("AADSTS7000222"), "{error}");
    assert!(error.to_string().starts_with("1 instances are due"), "{error}");

    // One that can be started is, and the event is done.
    deployed.store_instance("another").await;
    let answer = deployed.start(json!({ "due": true })).await.unwrap();
    assert_eq!(answer["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(answer["jobs"][0]["instance"], "another");
    let lines = log.lines("an instance cannot start");
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!((&line["level"], &line["instance"]), (&json!("ERROR"), &json!(INSTANCE)));
        assert!(line["error"].as_str().unwrap().contains("AADSTS7000222"), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_without_a_complete_job_for_twice_its_interval_is_an_error() {
    let deployed = Deployed::new().await;
    let message = "an instance has no complete job";
    let latest = format!("graph/{INSTANCE}/latest.json");
    deployed.job().await;
    deployed.work().await;
    let as_it_was = deployed.read(&latest).await.unwrap();
    let is_told = async |hours: i64| {
        let mut older = as_it_was.clone();
        let moment = OffsetDateTime::now_utc() - time::Duration::minutes(hours * 60 + 1);
        older["complete"] = moment.format(&Rfc3339).unwrap().into();
        let body = Body::Bytes(serde_json::to_vec(&older).unwrap());
        deployed.store.inner.put(&latest, body, Condition::Always).await.unwrap();
        let log = Log::begin();
        deployed.start(json!({ "due": true })).await.unwrap();
        let lines = log.lines(message);
        assert!(lines.iter().all(|it| it["level"] == "ERROR" && it["instance"] == INSTANCE));
        lines.len()
    };
    assert_eq!(is_told(1).await, 0);
    assert_eq!(is_told(2).await, 1);

    // A job that is not complete does not make it better, and one that is does.
    let mut stale = deployed.read(&latest).await.unwrap();
    deployed.microsoft.forbid(true);
    deployed.job().await;
    deployed.work().await;
    let after = deployed.read(&latest).await.unwrap();
    assert_eq!(after["complete"], stale["complete"].take());
    assert_ne!(after["job"], stale["job"]);
    deployed.microsoft.forbid(false);
    let job = deployed.job().await;
    deployed.work().await;
    let plan = deployed.read(&job.plan()).await.unwrap();
    let moment = |it: &Value| OffsetDateTime::parse(it.as_str().unwrap(), &Rfc3339).unwrap();
    let after = deployed.read(&latest).await.unwrap();
    assert_eq!(moment(&after["complete"]), moment(&plan["plannedAt"]));
}
