//! Giving up a list of which nothing comes.

use super::patience::SILENT;
use super::task::{Task, address_of};
use crate::ledger::{Status, Vain};

/// Gives up a list that was waited for too long.
pub(super) fn give_up_if_over(task: &mut Task<'_>, id: u64) {
    let cursor = task.checkpoint.frontier.cursor(id);
    if cursor.is_some_and(|cursor| cursor.vain.is_over()) {
        give_up(task, id, SILENT);
    }
}

/// Gives up a list, and tells what was asked for, how often and for how long.
pub(super) fn give_up(task: &mut Task<'_>, id: u64, reason: &str) {
    let address = task.request(id).map(|(_, it)| address_of(&it));
    let waited = task.checkpoint.frontier.cursor(id).map(|it| it.vain).unwrap_or_default();
    let vain = Vain {
        address: address.unwrap_or_default(),
        times: waited.times,
        seconds: waited.time().as_secs(),
    };
    task.checkpoint.progress.vain.get_or_insert(vain);
    task.except(id, Status::Failed, reason);
}
