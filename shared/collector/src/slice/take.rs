//! What an answer comes to: a page whose items are converted, or a reason why there is none.

use steps::Shape;

use super::cursor::Cursor;
use super::expanded;
use super::export::{ask_anew, prepared};
use super::follow::Follow;
use super::frontier::{DELTA_QUERY, EXPANDED};
use super::pages::page;
use super::patience::{Wait, Waited};
use super::task::Task;
use crate::context::Error;
use crate::ledger::Status;
use crate::ports::{Answer, Because, Failure};

/// Takes the answer for a cursor. Returns how long Microsoft asks to wait, if it does.
pub(super) fn take(
    follow: &mut Follow,
    task: &mut Task<'_>,
    id: u64,
    answer: Answer,
) -> Result<Option<Wait>, Error> {
    let failure = match answer {
        Ok(document) => {
            task.answered();
            let progress = &mut task.checkpoint.progress;
            progress.requests += u64::from(document.requests);
            task.refused += u64::from(document.refused);
            progress.bytes += document.body.len() as u64;
            let cursor = task.checkpoint.frontier.cursor(id);
            let is_list = |cursor: &Cursor| task.list(cursor).shape() != Shape::Export;
            if id != DELTA_QUERY && !cursor.is_some_and(is_list) {
                return Ok(prepared(task, id, &document.body).map(Wait::of));
            }
            if let Some(cursor) = task.checkpoint.frontier.cursor_mut(id) {
                cursor.vain = Waited::default();
            }
            let taken = match id {
                DELTA_QUERY => follow.page(task, &document.body),
                EXPANDED => expanded::page(task, &document.body),
                _ => page(task, id, &document.body),
            };
            return taken.map(|()| None);
        }
        Err(failure) => failure,
    };
    let is_answer = !matches!(
        failure,
        Failure::Throttled { .. } | Failure::Authentication(_) | Failure::Failed(_)
    );
    if is_answer {
        task.answered();
    }
    let reason = failure.to_string();
    match failure {
        Failure::Throttled { wait: time, because } => {
            task.refused += u64::from(because == Because::Refused);
            return Ok(Some(Wait { time, because }));
        }
        failure if id == DELTA_QUERY => follow.failed(task, &failure),
        Failure::PageExpired(_) if task.restart(id) => (),
        _ if id == EXPANDED => expanded::give_up(task, &reason),
        Failure::Forbidden(_) if task.fall_back(id) => (),
        Failure::Failed(_) | Failure::Retired(_) if is_table(task, id) && task.fall_back(id) => (),
        Failure::Gone(_) | Failure::Failed(_) if ask_anew(task, id) => (),
        Failure::Failed(_) if task.uncount(id) => (),
        Failure::Authentication(_) => task.except(id, Status::Failed, &reason),
        _ if task.read_table(id) => (),
        Failure::NotApplicable(_) => nothing_to_read(task, id),
        Failure::Gone(_) if is_optional(task, id) => nothing_to_read(task, id),
        Failure::Gone(_) if task.has_parent(id) => {
            // It was listed in this job, so it is in the snapshot. That its list is not there
            // proves nothing: services also answer so where a permission or a replica is missing.
            task.checkpoint.progress.vanished += 1;
            task.except(id, Status::Partial, &reason);
        }
        Failure::NotRegistered(_) => task.except(id, Status::Skipped, &reason),
        Failure::Forbidden(_) => task.except(id, Status::Forbidden, &reason),
        Failure::Retired(_) => task.except(id, Status::Retired, &reason),
        Failure::Gone(_)
        | Failure::PageExpired(_)
        | Failure::Unreadable(_)
        | Failure::Failed(_) => task.except(id, Status::Failed, &reason),
    }
    Ok(None)
}

/// Notes that there is nothing to read, which is as good as an empty list.
fn nothing_to_read(task: &mut Task<'_>, id: u64) {
    task.checkpoint.progress.lists += 1;
    task.checkpoint.frontier.close(id);
}

/// Whether it is a table.
fn is_table(task: &Task<'_>, id: u64) -> bool {
    let cursor = task.checkpoint.frontier.cursor(id);
    cursor.is_some_and(|it| task.list(it).shape() == Shape::Table)
}

/// Whether it is a single item that its parent need not have.
fn is_optional(task: &Task<'_>, id: u64) -> bool {
    let cursor = task.checkpoint.frontier.cursor(id);
    task.has_parent(id) && cursor.is_some_and(|it| task.list(it).shape() == Shape::One)
}
