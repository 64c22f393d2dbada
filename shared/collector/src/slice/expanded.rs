//! Lists that come with the list of their parents, expanded: the first items of each parent.
//!
//! Of each parent 20 items come at most, without a word about the rest. So a page of parents says
//! of most what their own lists would say, and the lists of the others are read as ever. Where
//! parents cannot be expanded, the lists of all are.

use std::sync::Arc;

use graph::Key;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use steps::{Parent, Shape};

use super::cursor::Cursor;
use super::frontier::EXPANDED;
use super::items::convert;
use super::parents::Parents;
use super::stale::Stale;
use super::task::{Task, address_of};
use crate::context::Error;
use crate::page::{Next, Page};
use crate::ports::{Address, DomainKey, Request};

/// How many items of a parent are too many to be sure that there are no more.
///
/// Microsoft Graph takes the first 20 relationships, and then leaves out those whose objects are
/// deleted but may be restored: fewer than 20 may come of more. For fewer than ten to come of more,
/// more than ten of the first 20 would have to be deleted.
/// Source: Microsoft Graph, "Use query parameters" and known issue 13635; on what is left out,
/// issue 2621 of microsoftgraph/msgraph-sdk-powershell.
const TOO_MANY: usize = 10;

/// Begins the list of the parents that has their first items, if the step has one and there are
/// parents.
pub(super) fn open(task: &mut Task<'_>, parents: &Parents<'_>) -> Option<u64> {
    let frontier = &mut task.checkpoint.frontier;
    let is_new = frontier.whole.is_none() && frontier.parents == 0;
    let is_due = task.step.list.expanded && is_new && parents.is_any();
    is_due.then(|| frontier.open_expanded())
}

/// Leaves out the parents of which every item came.
pub(super) fn leave_out(task: &Task<'_>, parents: &mut Parents<'_>) {
    let Some(whole) = &task.checkpoint.frontier.whole else { return };
    if !parents.is_limited() {
        parents.only(Arc::new(Stale::all_but(whole.iter().map(String::as_str))));
    }
}

/// What to ask for the next page.
pub(super) fn request(task: &Task<'_>, cursor: &Cursor) -> Option<(DomainKey, Request)> {
    let list = &task.step.list;
    let first = Address::Path(list.with_parents(task.step)?.address);
    let request = Request::get(list.service(), cursor.next_page(first));
    Some((task.plan.domain(task.step, list), request))
}

/// Takes a page: the items of each parent that has few, and where the list goes on.
pub(super) fn page(task: &mut Task<'_>, body: &[u8]) -> Result<(), Error> {
    let Some(listed) = task.step.list.with_parents(task.step) else { return Ok(()) };
    let Ok(page) = Page::read(body, Shape::Pages) else {
        give_up(task, "a page is not a list");
        return Ok(());
    };
    for raw in &page.items {
        if let Some((key, items)) = whole(raw, listed.property) {
            take(task, &key, &items)?;
        }
    }
    let cursor = task.checkpoint.frontier.cursor(EXPANDED);
    let last = cursor.and_then(|cursor| request(task, cursor)).map(|(_, it)| address_of(&it));
    task.checkpoint.progress.pages += 1;
    task.checkpoint.progress.last = last;
    match (page.next, task.checkpoint.frontier.cursor_mut(EXPANDED)) {
        (Next::Link(link), Some(cursor)) => {
            if let Err(astray) = cursor.follow(&link, &page.items) {
                give_up(task, astray.reason());
            }
        }
        _ => {
            task.checkpoint.frontier.close(EXPANDED);
        }
    }
    Ok(())
}

/// Does without the rest of the list. What it would have said, the parents' own lists say.
pub(super) fn give_up(task: &mut Task<'_>, reason: &str) {
    task.checkpoint.frontier.close(EXPANDED);
    tracing::warn!(step = task.step.id, reason, "what comes with the parents cannot be read");
}

/// The key of a parent and its items, if every item came.
fn whole(raw: &RawValue, property: &str) -> Option<(Key, Vec<Value>)> {
    let (mut parent, _) = graph::canonical(raw).ok()?;
    // Where there is no such property, nothing was expanded, and so nothing is known.
    let Value::Array(items) = parent.get_mut(property)?.take() else { return None };
    let goes_on = parent.get(format!("{property}@odata.nextLink")).is_some();
    let are_objects = items.iter().all(|it| it.get("id").is_some_and(Value::is_string));
    let key = Key::new(parent.get("id")?.as_str()?);
    (items.len() < TOO_MANY && are_objects && !goes_on).then_some((key, items))
}

/// Takes the items of a parent, once: a list that is begun again has it again.
fn take(task: &mut Task<'_>, key: &Key, items: &[Value]) -> Result<(), Error> {
    let [kind] = task.step.list.parents else { return Ok(()) };
    let Some(whole) = &mut task.checkpoint.frontier.whole else { return Ok(()) };
    if !whole.insert(key.as_str().to_owned()) {
        return Ok(());
    }
    task.checkpoint.progress.lists += 1;
    task.checkpoint.progress.items += items.len() as u64;
    for item in items {
        let raw = to_raw_value(item).map_err(std::io::Error::from)?;
        let parent = Parent { key, kind: kind.kind, json: &Value::Null };
        convert(task, item, &raw, Some(parent))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn owners(group: &Value) -> Option<(String, usize)> {
        let group = to_raw_value(group).unwrap();
        whole(&group, "owners").map(|(key, items)| (key.as_str().to_owned(), items.len()))
    }

    #[test]
    fn a_parent_is_whole_if_it_has_few_items() {
        let some = |count: usize| vec![json!({ "id": "u" }); count];
        let group = |count| json!({ "id": "G", "owners": some(count) });
        assert_eq!(owners(&group(0)), Some(("g".to_owned(), 0)));
        assert_eq!(owners(&group(9)), Some(("g".to_owned(), 9)));
        assert_eq!(owners(&group(10)), None);
        assert_eq!(owners(&group(20)), None);
    }

    #[test]
    fn a_parent_that_was_not_expanded_is_unknown() {
        assert_eq!(owners(&json!({ "id": "g" })), None);
        assert_eq!(owners(&json!({ "id": "g", "owners": null })), None);
        assert_eq!(owners(&json!({ "owners": [] })), None);
        assert_eq!(owners(&json!({ "id": "g", "owners": [{ "name": "u" }] })), None);
        let more = json!({ "id": "g", "owners": [], "owners@odata.nextLink": "https://x" });
        assert_eq!(owners(&more), None);
    }
}
