//! `tenantgraph job`.

use collector::jobs::{self, Listed, State};
use serde_json::json;

use crate::arguments::{self, AbandonJob, Jobs};
use crate::chosen::{self, Has};
use crate::print::{self, Table, line, text};
use crate::progress::remark;
use crate::{End, Error, local};

pub(crate) async fn run(command: arguments::Job) -> Result<End, Error> {
    match command {
        arguments::Job::List(Jobs { instance, storage, json }) => {
            let context = local::existing(&storage.store).await?;
            let instance = match &instance {
                Some(given) => Some(chosen::instance(&context, given, &[Has::Job]).await?),
                None => None,
            };
            let jobs = jobs::list(&context, instance.as_deref()).await?;
            if json {
                print::json(&format!("{:#}", json!(jobs)))?;
            } else if jobs.is_empty() {
                remark(&format!("no job is stored in {}", storage.store));
            } else {
                let mut table = Table::new();
                for job in &jobs {
                    row(&mut table, job);
                }
                table.print(0)?;
            }
        }
        arguments::Job::Abandon(AbandonJob { instance, storage }) => {
            let context = local::existing(&storage.store).await?;
            let instance = chosen::instance(&context, &instance, &[Has::Job]).await?;
            let job = jobs::abandon(&context, &instance).await?.job;
            line(&format!(
                "Job {} of instance {instance} is given up. The next job starts over, and the last snapshot stays.",
                job.id
            ))?;
        }
    }
    Ok(End::Complete)
}

fn row(table: &mut Table, Listed { job, state, .. }: &Listed) {
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
    table.row([text(&job.instance), text(&job.id), text(&state)]);
}
