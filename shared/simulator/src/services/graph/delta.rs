//! Delta queries: first everything that there is, and after that only what has changed.
//!
//! A round is read page by page, by tokens that hold all that is known about it, so that nothing is
//! kept here. It may show an object twice and in any order, and pages may be empty. What changes
//! while the first round is read is told by the next one.

pub(crate) mod collection;
mod round;
mod state;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::error::{Failure, refuse};
use super::query::Query;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::dates::DAY;
use crate::world::directory;
use collection::Collection;
use round::{Members, Round, Subject};
use state::{DeltaToken, State};

/// How long a token can be used, in seconds. Documented for objects of the directory: seven days.
const LIFETIME: i64 = 7 * DAY;

/// The most objects of a page.
const PAGE: u64 = 100;

/// The most members of a page. Groups with more come again on the next one. Observed: about 500.
const MEMBERS: u64 = 500;

/// The most objects that a filter can name.
const FILTERED: usize = 50;

/// Answers a delta query.
pub(super) fn answer(
    cloud: &Cloud,
    request: &Request,
    query: &Query,
    collection: Collection,
) -> Result<Answer, Failure> {
    if query.has_top() {
        return Err(Failure::unsupported_query("Unsupported Query option: '$top'."));
    }
    let delta_token = request.parameter("$deltatoken").filter(|token| !token.is_empty());
    let state = match (request.parameter("$skiptoken"), delta_token) {
        (Some(token), _) => State::of_skip_token(cloud.pager, collection, token)
            .ok_or_else(Failure::expired_page_token)?,
        (None, Some(token)) if token.eq_ignore_ascii_case("latest") => {
            let state = begin(cloud, query, collection)?;
            let state = State { from: Some(state.to), known: state.to, ..state };
            let head = [
                ("@odata.context", json!(state.context(collection))),
                ("@odata.deltaLink", delta_link(cloud, request, collection, state)),
            ];
            return Ok(Answer::page(&head, std::iter::empty()));
        }
        (None, Some(token)) => {
            let token = DeltaToken::of_text(cloud.pager, collection, token)
                .ok_or_else(Failure::bad_delta_token)?;
            if token.issued + LIFETIME <= cloud.clock.seconds() {
                return Ok(gone(cloud, request, "syncStateNotFound"));
            }
            State { to: cloud.tenant.history.length(), ..token.state }
        }
        (None, None) => begin(cloud, query, collection)?,
    };
    // A token holds what was selected. Documented is that the selection cannot be changed within a
    // round; that it can be between rounds is announced, and not relied upon here.
    if query.select().is_some() && query.select() != state.select.as_deref() {
        return Err(Failure::bad_request("$select differs from that of the token."));
    }
    let (items, state) = page(cloud, request, collection, state);
    let mut head = vec![("@odata.context", json!(state.context(collection)))];
    head.push(if state.is_over {
        ("@odata.deltaLink", delta_link(cloud, request, collection, state.next_round()))
    } else {
        let token = state.skip_token(cloud.pager, collection);
        ("@odata.nextLink", link(cloud, request, "$skiptoken", &token))
    });
    Ok(Answer::page(&head, items.into_iter()))
}

/// The first round, of everything that there is.
fn begin(cloud: &Cloud, query: &Query, collection: Collection) -> Result<State, Failure> {
    let tenant = &cloud.tenant;
    let ids = match query.filter() {
        None => Vec::new(),
        Some(filter) => {
            let ids = filter.values_of("id").filter(|ids| ids.len() <= FILTERED);
            let ids = ids.ok_or_else(|| {
                Failure::unsupported_query("Unsupported filter: only up to 50 ids can be named.")
            })?;
            ids.into_iter().map(str::to_owned).collect()
        }
    };
    if query.reads_sign_in_activity() {
        return Err(Failure::unsupported_query("signInActivity is not tracked."));
    }
    let sample = collection.at(tenant, 0).object(tenant);
    for name in query.select().unwrap_or_default() {
        let is_members = name == "members" && collection.has_members();
        if !is_members && sample.property(name).is_none() {
            return Err(Failure::unknown_property(name, sample.type_name()));
        }
    }
    Ok(State {
        to: tenant.history.length(),
        total: collection.places(tenant),
        select: query.select().map(<[String]>::to_vec),
        ids,
        ..State::default()
    })
}

/// The address by which the next round begins.
fn delta_link(cloud: &Cloud, request: &Request, collection: Collection, state: State) -> Value {
    let (issued, serial) = (cloud.clock.seconds(), cloud.tokens.next_id());
    let token = DeltaToken { state, issued, serial }.text(cloud.pager, collection);
    link(cloud, request, "$deltatoken", &token)
}

fn link(cloud: &Cloud, request: &Request, name: &str, token: &str) -> Value {
    json!(format!("{}/graph.microsoft.com/{}?{name}={token}", cloud.base, request.path))
}

/// That a token cannot be used any more, and where to begin again.
pub(crate) fn gone(cloud: &Cloud, request: &Request, code: &'static str) -> Answer {
    let location = format!("{}/graph.microsoft.com/{}?$deltatoken=", cloud.base, request.path);
    refuse(cloud, request, &Failure::gone(code)).with("Location", location)
}

/// The objects of a page, and where to go on.
fn page(
    cloud: &Cloud,
    request: &Request,
    collection: Collection,
    state: State,
) -> (Vec<Value>, State) {
    let round = Round::new(&cloud.tenant, collection, &state);
    let (total, size) = (round.total(), cloud.pager.size(PAGE));
    let chance =
        |of: u64, label: &str| cloud.pager.chance(of, label, state.place ^ state.to as u64);
    if total > size && !state.after_empty && chance(6, "empty delta page") {
        return (Vec::new(), State { after_empty: true, ..state });
    }
    let mut items = Vec::new();
    // A replay: the last object of the page before comes again.
    if state.place > 0 && state.offset == 0 && chance(3, "replay") {
        let before = round.at(state.place - 1);
        items.extend(before.map(|it| Shown::new(cloud, request, &state, &it, 0, MEMBERS).body));
    }
    let (mut place, mut offset, mut room) = (state.place, state.offset, MEMBERS);
    let end = total.min(state.place + size);
    while place < end && room > 0 {
        let found = round.at(place);
        let shown = found.map(|it| Shown::new(cloud, request, &state, &it, offset, room));
        match shown {
            Some(Shown { body, members, is_whole: false }) => {
                items.push(body);
                (offset, room) = (offset + members, 0);
            }
            shown => {
                room -= shown.as_ref().map_or(0, |it| it.members);
                items.extend(shown.map(|it| it.body));
                (place, offset) = (place + 1, 0);
            }
        }
    }
    (items, State { place, offset, after_empty: false, is_over: place >= total, ..state })
}

/// An object as a page shows it.
struct Shown {
    body: Value,
    /// How many places of its members were looked at.
    members: u64,
    /// Whether there are none after these.
    is_whole: bool,
}

impl Shown {
    /// An object with its members from one on, as far as there is room for them.
    fn new(
        cloud: &Cloud,
        request: &Request,
        state: &State,
        subject: &Subject,
        offset: u64,
        room: u64,
    ) -> Self {
        let tenant = &cloud.tenant;
        let id = subject.object.id(tenant);
        if let Some(reason) = subject.removed {
            let body = json!({ "id": id, "@removed": { "reason": reason } });
            return Self { body, members: 0, is_whole: true };
        }
        let mut body = properties(cloud, request, state, subject);
        body.insert("id".into(), json!(id));
        let total = subject.members.as_ref().map_or(0, Members::total);
        let end = total.min(offset + room);
        let members = (offset..end).filter_map(|at| subject.members.as_ref()?.get(at));
        let entries: Vec<Value> = members
            .map(|(member, is_there)| {
                let (kind, id) = (member.odata_type(), member.id(tenant));
                let mut entry = json!({ "@odata.type": kind, "id": id });
                if !is_there {
                    entry["@removed"] = json!({ "reason": "deleted" });
                }
                entry
            })
            .collect();
        if !entries.is_empty() {
            body.insert("members@delta".into(), json!(entries));
        }
        Self { body: Value::Object(body), members: end - offset, is_whole: end == total }
    }
}

/// The properties that are shown. Of an object that changed these are at least those that did, by
/// documentation; half of them show no more than that, as all do if the client prefers so.
fn properties(
    cloud: &Cloud,
    request: &Request,
    state: &State,
    subject: &Subject,
) -> Map<String, Value> {
    let object = subject.object.object(&cloud.tenant);
    let mut body = directory::json(&*object, state.select.as_deref());
    if let Some(changed) = &subject.changed {
        let is_short = cloud.pager.chance(2, &subject.object.id(&cloud.tenant), state.to as u64);
        if request.prefers_minimal() || is_short {
            body.retain(|name, _| changed.contains(name.as_str()));
        }
    }
    // What was never set is not shown; what was set to nothing is.
    let changed: &BTreeSet<&str> = subject.changed.as_ref().unwrap_or(&EMPTY);
    body.retain(|name, value| !value.is_null() || changed.contains(name.as_str()));
    body
}

static EMPTY: BTreeSet<&str> = BTreeSet::new();
