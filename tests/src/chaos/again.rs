//! A second job that the schedule starts, and which does not read slow steps again.

use std::sync::LazyLock;

use collector::layout::{self, Job};
use collector::ports::{Body, Condition, Store, StoreError};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::time::sleep;

use super::machine::{AGAIN, Machine, STARTS};

/// When slow steps were read, as all runs have it: the snapshot of the second job says so.
static READ: LazyLock<Value> = LazyLock::new(|| moment(Duration::hours(1)));

/// When a job began whose instance is due again.
fn before() -> Value {
    moment(Duration::hours(2))
}

fn moment(ago: Duration) -> Value {
    (OffsetDateTime::now_utc() - ago).format(&Rfc3339).unwrap_or_default().into()
}

impl Machine {
    /// Dates the snapshots of some jobs as all runs have it.
    pub(crate) async fn date(&self, jobs: &[Job]) -> Result<(), StoreError> {
        for job in jobs {
            self.set(&job.snapshot_summary(), "plannedAt", READ.clone()).await?;
        }
        Ok(())
    }

    /// Lets the schedule start the next job of an instance, and says which that is.
    pub(crate) async fn due(&self, last: &Job) -> Result<Job, String> {
        let mut store = self.event();
        store["action"] = "store".into();
        store["instance"]["pollingInterval"] = "ONE_HOUR".into();
        let mut is_stored = false;
        let mut problem = "nothing was started".to_owned();
        for _ in 0..STARTS {
            if is_stored {
                // An hour has passed, also for who died before the first steps were queued.
                let lease = self.set(&layout::lease(&last.instance), "since", before()).await;
                let lease = lease.map_err(|error| error.to_string())?;
                let job: Option<Job> = serde_json::from_value(lease["job"].clone()).ok();
                if let Some(job) = job.filter(|it| it != last && lease["isQueued"] == true) {
                    return Ok(job);
                }
            }
            let event = if is_stored { json!({ "due": true }) } else { store.clone() };
            match self.take(event, "schedule").await {
                Some(Ok(_)) => is_stored = true,
                Some(Err(error)) => problem = error.to_string(),
                None => "it died".clone_into(&mut problem),
            }
            sleep(AGAIN).await;
        }
        Err(format!("the schedule starts no job: {problem}"))
    }

    /// Sets a field of a stored object, and returns the object.
    async fn set(&self, name: &str, field: &str, value: Value) -> Result<Value, StoreError> {
        let object = self.store.get(name).await?.map(|it| it.body).unwrap_or_default();
        let mut object: Value = serde_json::from_slice(&object).unwrap_or_default();
        if object.is_object() {
            object[field] = value;
            let body = Body::Bytes(object.to_string().into_bytes());
            self.store.put(name, body, Condition::Always).await?;
        }
        Ok(object)
    }
}
