//! Lists that are read page by page, and tables that are read by so many rows.

use super::cursor::Astray;
use super::items::{item, keep_list};
use super::task::{Task, address_of};
use crate::context::Error;
use crate::ledger::Status;
use crate::page::{Next, Page};

/// Takes a page: its items, and where the list goes on.
pub(super) fn page(task: &mut Task<'_>, id: u64, body: &[u8]) -> Result<(), Error> {
    let Some(cursor) = task.checkpoint.frontier.cursor(id).cloned() else { return Ok(()) };
    let list = task.list(&cursor);
    let page = match Page::read(body, list.shape()) {
        Ok(page) => page,
        Err(error) => {
            let reason = format!("failed: a page is not a list ({error})");
            task.except(id, Status::Failed, &reason);
            return Ok(());
        }
    };
    if let Next::Rows { total } = page.next
        && cursor.is_long_table(page.items.len() as u64, total)
        && task.fall_back(id)
    {
        return Ok(());
    }
    for raw in &page.items {
        item(task, raw, &cursor)?;
    }
    let last = task.request(id).map(|(_, it)| address_of(&it));
    let progress = &mut task.checkpoint.progress;
    progress.pages += 1;
    let taken = page.items.len() as u64;
    progress.items += taken;
    progress.last = last;
    let Some(cursor) = task.checkpoint.frontier.cursor_mut(id) else { return Ok(()) };
    cursor.take_items(taken, page.count.filter(|_| list.ask.counted));
    let goes_on = match page.next {
        Next::End => Ok(false),
        Next::Link(link) => cursor.follow(&link, &page.items).map(|()| true),
        Next::Rows { total } => cursor.has_more(taken, total),
    };
    match goes_on {
        Ok(false) if list.answer.lacks.is_some() => {
            task.except(id, Status::Partial, list.answer.lacks.unwrap_or_default());
        }
        Ok(false) => match cursor.shortfall() {
            None => {
                let cursor = task.checkpoint.frontier.close(id);
                let count = cursor.as_ref().and_then(|cursor| cursor.count);
                let progress = &mut task.checkpoint.progress;
                progress.lists += 1;
                progress.counted = count.or(progress.counted);
                keep_list(task, cursor.and_then(|cursor| cursor.parent))?;
            }
            Some(_) if cursor.recount() => (),
            Some(reason) => task.except(id, Status::Partial, &reason),
        },
        // A service that goes in a circle once may find its way the next time.
        Err(Astray::Circle(_)) if task.restart(id) => (),
        Err(astray) => task.except(id, Status::Failed, astray.reason()),
        Ok(true) => (),
    }
    Ok(())
}
