//! Reports that Intune prepares when it is asked to: asking, coming back until they are there,
//! reading.
//!
//! Nobody waits in a function for a report: the slice ends, and its message comes back after a
//! while. What is prepared is read row by row, however large it is. A slice that ends half way, or
//! a file that breaks off, is gone on with at the same row.
//!
//! Source: Microsoft Intune, "Use Graph APIs to export Intune reports".

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;

use super::cursor::Cursor;
use super::give_up::give_up_if_over;
use super::items::item;
use super::patience::Waited;
use super::rows::Rows;
use super::task::Task;
use crate::context::Error;
use crate::ledger::Status;
use crate::ports::{Failure, Fetch};
use crate::progress::News;

/// What the service says of a job.
#[derive(Deserialize)]
struct Job {
    id: String,
    status: String,
    #[serde(default)]
    url: Option<String>,
}

/// How often a job is looked at before it is taken for stuck: for some five minutes. Most take
/// seconds to a minute or two; some stay `inProgress` for ever.
const LOOKS: u32 = 13;

/// How many jobs may come to nothing.
const JOBS: u32 = 3;

/// How often a file may break off without a new row.
const BREAKS: u32 = 5;

/// The wait before a job is looked at again.
const fn wait(looks: u32) -> Duration {
    Duration::from_secs(match looks {
        0 | 1 => 3,
        2 => 5,
        3 => 10,
        4 => 20,
        _ => 30,
    })
}

/// Takes what the service says of the job of a report. Returns how long to wait for it.
pub(super) fn prepared(task: &mut Task<'_>, id: u64, body: &[u8]) -> Option<Duration> {
    let cursor = task.checkpoint.frontier.cursor_mut(id)?;
    let job = serde_json::from_slice::<Job>(body).ok().filter(|it| is_plain(&it.id));
    let Some(job) = job else {
        if !task.read_table(id) {
            let reason = "failed: the export job of the report has no status";
            task.except(id, Status::Failed, reason);
        }
        return None;
    };
    let export = &mut cursor.export;
    export.looks += 1;
    export.job = Some(job.id);
    match (job.status.as_str(), job.url) {
        ("completed", Some(url)) => {
            export.file = Some(url);
            None
        }
        ("failed", _) => lost(task, id, "failed: the service could not prepare the report"),
        _ if export.looks > LOOKS => {
            lost(task, id, "failed: the service does not come to an end preparing the report")
        }
        _ => Some(wait(export.looks)),
    }
}

/// Has a report prepared once more, unless that was done often enough.
fn lost(task: &mut Task<'_>, id: u64, reason: &str) -> Option<Duration> {
    let cursor = task.checkpoint.frontier.cursor_mut(id)?;
    cursor.export.lost += 1;
    if cursor.export.lost < JOBS && cursor.restart() {
        return Some(wait(0));
    }
    if task.read_table(id) {
        return None;
    }
    task.except(id, Status::Failed, reason);
    None
}

/// Asks for a report anew where asking failed: by its other name, or because the job is not known
/// any more. False if it is no such report, or that was done often enough.
pub(super) fn ask_anew(task: &mut Task<'_>, id: u64) -> bool {
    let cursor = task.checkpoint.frontier.cursor(id);
    let report = cursor.and_then(|cursor| task.list(cursor).report());
    let Some(cursor) = task.checkpoint.frontier.cursor_mut(id) else { return false };
    if cursor.export.job.is_some() {
        return cursor.restart();
    }
    let has_other = report.is_some_and(|it| cursor.export.name + 1 < it.names.len());
    if has_other {
        cursor.export.name += 1;
    }
    has_other
}

/// Reads the rows of a report that is prepared, until its end or the deadline.
pub(super) async fn download(
    task: &mut Task<'_>,
    id: u64,
    fetch: &dyn Fetch,
    deadline: Instant,
) -> Result<(), Error> {
    let Some(cursor) = task.checkpoint.frontier.cursor_mut(id) else { return Ok(()) };
    let Some(address) = cursor.export.file.take() else { return Ok(()) };
    let cursor = cursor.clone();
    task.checkpoint.progress.requests += 1;
    let begun = Instant::now();
    let read = read_file(task, id, &cursor, &address, fetch, deadline).await?;
    if let Some(now) = task.checkpoint.frontier.cursor_mut(id) {
        if now.rows > cursor.rows {
            now.vain = Waited::default();
        } else {
            now.vain.add(begun.elapsed());
        }
    }
    match read {
        Ok(is_whole) if is_whole => {
            task.checkpoint.progress.pages += 1;
            task.checkpoint.progress.lists += 1;
            task.checkpoint.frontier.close(id);
        }
        // The deadline has come; the next slice asks where the file is.
        Ok(_) => (),
        Err(failure) => broke_off(task, id, cursor.rows, &failure),
    }
    give_up_if_over(task, id);
    Ok(())
}

/// Reads the rows of a file. False if the deadline came before its end.
async fn read_file(
    task: &mut Task<'_>,
    id: u64,
    cursor: &Cursor,
    address: &str,
    fetch: &dyn Fetch,
    deadline: Instant,
) -> Result<Result<bool, Failure>, Error> {
    let opened = tokio::select! {
        opened = fetch.download(address) => opened,
        () = tokio::time::sleep_until(deadline) => return Ok(Ok(false)),
    };
    let mut file = match opened {
        Ok(file) => file,
        Err(failure) => return Ok(Err(failure)),
    };
    let mut rows = Rows::default();
    let mut number = 0;
    loop {
        let chunk = tokio::select! {
            chunk = file.next() => chunk,
            () = tokio::time::sleep_until(deadline) => return Ok(Ok(false)),
        };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(failure) => return Ok(Err(failure)),
        };
        let is_end = chunk.is_none();
        let chunk = chunk.unwrap_or_default();
        task.checkpoint.progress.bytes += chunk.len() as u64;
        let mut unread = chunk.as_slice();
        loop {
            match rows.next(&mut unread, is_end) {
                Ok(Some(_)) if number < cursor.rows => number += 1,
                Ok(Some(row)) => {
                    number += 1;
                    take_row(task, &row, cursor)?;
                }
                Ok(None) => break,
                Err(reason) => return Ok(Err(Failure::Failed(reason.to_owned()))),
            }
        }
        if let Some(cursor) = task.checkpoint.frontier.cursor_mut(id)
            && number > cursor.rows
        {
            cursor.rows = number;
            task.answered();
        }
        task.store_parts(false).await?;
        let items = task.checkpoint.progress.items;
        task.tell(&News::Read { step: task.step.id, items });
        if is_end {
            return Ok(Ok(true));
        }
    }
}

fn take_row(task: &mut Task<'_>, row: &RawValue, cursor: &Cursor) -> Result<(), Error> {
    task.checkpoint.progress.items += 1;
    item(task, row, cursor)
}

/// Goes on with a file that broke off, as long as that leads further. `rows` is how many were read
/// before.
fn broke_off(task: &mut Task<'_>, id: u64, rows: u64, failure: &Failure) {
    let Some(cursor) = task.checkpoint.frontier.cursor_mut(id) else { return };
    cursor.export.broken = if cursor.rows > rows { 0 } else { cursor.export.broken + 1 };
    if cursor.export.broken > BREAKS && !cursor.restart() && !task.read_table(id) {
        task.except(id, Status::Failed, &failure.to_string());
    }
}

/// Whether an id may become part of a path as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
}
