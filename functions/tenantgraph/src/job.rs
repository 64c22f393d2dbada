//! `tenantgraph job`.

use std::io::{Write as _, stdout};

use collector::jobs::{self, Listed, State};
use serde_json::json;

use crate::arguments::{self, AbandonJob, Jobs};
use crate::{End, Error, local};

pub(crate) async fn run(command: arguments::Job) -> Result<End, Error> {
    match command {
        arguments::Job::List(Jobs { instance, storage, json }) => {
            let context = local::stored(&storage.store).await?;
            let jobs = jobs::list(&context, instance.as_deref()).await?;
            if json {
                writeln!(stdout(), "{:#}", json!(jobs))?;
            } else {
                jobs.iter().try_for_each(line)?;
            }
        }
        arguments::Job::Abandon(AbandonJob { instance, storage }) => {
            let context = local::stored(&storage.store).await?;
            let job = jobs::abandon(&context, &instance).await?.job;
            writeln!(
                stdout(),
                "Job {} of instance {instance} is given up. The next job starts over, and the last snapshot stays.",
                job.id
            )?;
        }
    }
    Ok(End::Complete)
}

fn line(Listed { job, state, .. }: &Listed) -> Result<(), Error> {
    let state = match state {
        State::Complete => "complete".to_owned(),
        State::Incomplete => "incomplete".to_owned(),
        State::Failed { reason } => format!("failed: {reason}"),
        State::Held { holder } => format!("running in {holder}"),
        State::Running { until } => format!("running; its lease expires at {until}"),
        State::Interrupted => "interrupted; the next run resumes it or starts over".to_owned(),
        State::Step => "one step, run by itself".to_owned(),
        State::Lost => "never began".to_owned(),
    };
    Ok(writeln!(stdout(), "{}  {}  {state}", job.instance, job.id)?)
}
