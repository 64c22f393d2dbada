//! The plan of faults, and what it has to remember so that they end.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use h2::Reason;
use serde_json::value::RawValue;

use super::kind::{Kind, Shape};
use super::listing::{Listing, address, token_of, with_token};
use super::ticket::Ticket;
use super::visit::Visit;
use super::{permanent, refusal};
use crate::options::{Faults, Permanent};
use crate::services::answer::{Answer, Ending};
use crate::services::cloud::Cloud;
use crate::services::export::Fate;
use crate::services::graph::batch;
use crate::services::request::Request;
use crate::world::random::{Draw, mix};

/// How many items of a page can come again on the next one.
const OVERLAP: usize = 3;

/// How many seconds an answer does not come that never comes: longer than anyone waits.
const NEVER: u64 = 10 * 60 * 60;

/// What a `$batch` begins with, for those that are cut.
const BATCH: &str = r#"{"responses":[{"id":"0","status":200,"headers":{},"body":{"value":[]}},"#;

/// The way to the service that a request is for.
type Way<'a> = &'a dyn Fn(&Request) -> Answer;

/// Makes some answers wrong.
#[derive(Debug)]
pub(crate) struct Injector {
    faults: Faults,
    /// The faults that never end, unless they are taken away.
    permanent: RwLock<Vec<Permanent>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    requests: HashMap<u64, Seen>,
    lists: HashMap<u64, List>,
}

/// What is remembered of a request.
#[derive(Debug, Default)]
struct Seen {
    times: u32,
    /// How often in a row it was answered wrongly.
    wrong: u32,
    /// Whether a `Retry-After` was too short, so that the next answer has to be 429.
    is_owed: bool,
    /// Whether it was interrupted for the fault of another request on its connection.
    is_interrupted: bool,
    /// The bearer token that this request was told to have expired.
    expired: Option<u64>,
}

/// What is remembered of a list that has several pages.
#[derive(Debug, Default)]
struct List {
    /// How often one of its page tokens has expired.
    generation: u32,
    /// How often a client had to begin it again since it was read to its end.
    restarts: u32,
    expired: HashSet<String>,
    /// What came before the pages, by their tokens.
    before: HashMap<String, Before>,
}

/// Where in its list a page is, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Last,
    Other,
}

/// The page before a page.
#[derive(Clone, Debug)]
struct Before {
    token: Option<String>,
    /// Its address without a token.
    address: String,
    /// Its last items.
    tail: Vec<Box<RawValue>>,
}

impl Injector {
    pub(crate) fn new(mut faults: Faults) -> Self {
        let permanent = RwLock::new(std::mem::take(&mut faults.permanent));
        Self { faults, permanent, state: Mutex::default() }
    }

    /// Puts other faults in the place of those that never end.
    pub(crate) fn set_permanent(&self, permanent: Vec<Permanent>) {
        *self.permanent.write().unwrap_or_else(PoisonError::into_inner) = permanent;
    }

    fn permanent(&self) -> RwLockReadGuard<'_, Vec<Permanent>> {
        self.permanent.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request, rightly or wrongly.
    pub(crate) fn answer(&self, cloud: &Cloud, request: &Request, route: Way<'_>) -> Answer {
        if permanent::is_silent(&self.permanent(), request) {
            cloud.recorder.faulty("silent");
            return self.never();
        }
        let visit = Visit::new(request);
        if self.is_page_expired(&visit) {
            return Self::count(
                cloud,
                &visit,
                Kind::PageTokenExpired,
                refusal::page_token_expired(cloud, request),
            );
        }
        if self.is_delta_expired(&visit) {
            let answer = refusal::delta_token_expired(cloud, request);
            return Self::count(cloud, &visit, Kind::DeltaTokenExpired, answer);
        }
        let Some((kind, mut draw)) = self.choose(&visit) else {
            return self.right(cloud, &visit, route);
        };
        if kind.is_wrong() {
            return self.wrong(cloud, &visit, kind, &mut draw, route);
        }
        let mut answer = self.right(cloud, &visit, route);
        match kind {
            Kind::Delay => answer.delay = self.wait(1 + draw.below(8)),
            Kind::ConnectionClosed => answer.ending = Ending::Closed,
            Kind::ExportSlow => decide(cloud, &answer, Fate::Slow),
            _ => answer.ending = Ending::Dropped,
        }
        Self::count(cloud, &visit, kind, answer)
    }

    /// No answer.
    fn never(&self) -> Answer {
        Answer { ending: Ending::Never(self.wait(NEVER)), ..Answer::empty() }
    }

    /// Whether requests may be interrupted for the fault of another one on their connection. Each
    /// of them may once, those in a `$batch` too.
    pub(crate) fn interrupts(&self, others: &[Request]) -> bool {
        let inner = others.iter().flat_map(batch::requests);
        let keys: Vec<u64> =
            others.iter().cloned().chain(inner).map(|it| Visit::new(&it).key).collect();
        let requests = &mut self.state().requests;
        let is_full = |key| requests.get(key).is_some_and(|seen| seen.is_interrupted);
        let may = !keys.iter().any(is_full);
        if may {
            for key in keys {
                requests.entry(key).or_default().is_interrupted = true;
            }
        }
        may
    }

    /// The right answer. What a throttle refuses is none yet.
    fn right(&self, cloud: &Cloud, visit: &Visit, route: Way<'_>) -> Answer {
        let (answer, place) = self.read(cloud, visit, None, route);
        let mut state = self.state();
        if answer.status != 429 {
            state.requests.entry(visit.key).or_default().wrong = 0;
        }
        if visit.delta.is_some()
            && answer.status == 200
            && let Some(collection) = state.lists.get_mut(&visit.collection)
        {
            collection.restarts = 0;
        }
        if place == Place::Last
            && let Some(list) = state.lists.get_mut(&visit.list)
        {
            list.restarts = 0;
        }
        answer
    }

    /// A wrong answer. A fault that this answer cannot have becomes 500.
    fn wrong(
        &self,
        cloud: &Cloud,
        visit: &Visit,
        kind: Kind,
        draw: &mut Draw,
        route: Way<'_>,
    ) -> Answer {
        let request = &visit.request;
        let unavailable = |status, code: &str, text: &str| {
            refusal::unavailable(cloud, request, status, code, text)
        };
        let answer = match kind {
            Kind::Throttled => {
                refusal::throttled(cloud, request, Some(self.wait(1 + draw.below(30))))
            }
            Kind::ThrottledWithoutWait => refusal::throttled(cloud, request, None),
            Kind::ThrottledTooShort => refusal::throttled(cloud, request, Some(self.wait(1))),
            Kind::BadGateway => refusal::html(request, 502, "502 Bad Gateway"),
            Kind::ServiceUnavailable => {
                unavailable(503, "ServiceUnavailable", "The service is unavailable.")
            }
            Kind::ServiceUnavailableWithWait => {
                let text = "The server is busy. Please try again later.";
                let answer = unavailable(503, "ServerBusy", text);
                refusal::with_wait(answer, Some(self.wait(1 + draw.below(10))))
            }
            Kind::GatewayTimeout => {
                let text = "The gateway did not receive a response within the specified time \
                            period.";
                unavailable(504, "GatewayTimeout", text)
            }
            Kind::ConnectionReset => Answer { ending: Ending::Reset, ..Answer::empty() },
            Kind::GoneAway => Answer { ending: Ending::GoneAway, ..Answer::empty() },
            Kind::StreamRefused | Kind::StreamReset => {
                let reasons = match kind {
                    Kind::StreamRefused => &[Reason::REFUSED_STREAM][..],
                    _ => &[Reason::INTERNAL_ERROR, Reason::ENHANCE_YOUR_CALM, Reason::CANCEL],
                };
                Answer { ending: Ending::Stream(draw.pick(reasons)), ..Answer::empty() }
            }
            Kind::NeverAnswered => self.never(),
            Kind::BodyCut | Kind::ChunksBroken | Kind::NeverEnded => {
                let answer = match visit.shape {
                    // What the requests of a batch would get must not be used up by no one.
                    Shape::Batch => Answer { body: BATCH.into(), ..Answer::empty() },
                    _ => self.read(cloud, visit, None, route).0,
                };
                let ending = match kind {
                    Kind::BodyCut => Ending::Cut,
                    Kind::ChunksBroken => Ending::Unended,
                    _ => Ending::Silent(self.wait(NEVER)),
                };
                Answer { ending, ..answer }
            }
            Kind::ExportFailed | Kind::ExportStuck | Kind::ExportBroken => {
                let (answer, _) = self.read(cloud, visit, None, route);
                decide(
                    cloud,
                    &answer,
                    match kind {
                        Kind::ExportFailed => Fate::Fails,
                        Kind::ExportStuck => Fate::Hangs,
                        _ => Fate::Breaks,
                    },
                );
                answer
            }
            Kind::Html => refusal::html(request, 200, "Sign in to your account"),
            Kind::EmptyBody => Answer::empty(),
            Kind::TokenExpired => refusal::token_expired(cloud, request),
            Kind::PageTokenExpired => refusal::page_token_expired(cloud, request),
            Kind::DeltaTokenExpired => refusal::delta_token_expired(cloud, request),
            Kind::PageRepeated
            | Kind::PagesOverlapping
            | Kind::ItemsReordered
            | Kind::LinkBack
            | Kind::EmptyPage => return self.read(cloud, visit, Some((kind, draw)), route).0,
            _ => unavailable(500, "InternalServerError", "An internal server error occurred."),
        };
        Self::count(cloud, visit, kind, answer)
    }

    /// Decides whether a request is answered wrongly, and how.
    fn choose(&self, visit: &Visit) -> Option<(Kind, Draw)> {
        let most = self.faults.at_most;
        let (mut state, bearer) = (self.state(), visit.bearer());
        let State { requests, lists } = &mut *state;
        let seen = requests.entry(visit.key).or_default();
        let mut draw = Draw::new(self.faults.seed, "fault", visit.key ^ mix(u64::from(seen.times)));
        seen.times += 1;
        // Who sends the same token again gets the same answer.
        if seen.expired.is_some() && seen.expired == bearer {
            return Some((Kind::TokenExpired, draw));
        }
        seen.expired = None;
        if std::mem::take(&mut seen.is_owed) {
            seen.wrong += 1;
            return Some((Kind::Throttled, draw));
        }
        let mut kind = self.draw(visit, &mut draw)?;
        if !kind.is_wrong() {
            return Some((kind, draw));
        }
        if seen.wrong >= most {
            return None;
        }
        let restarts = lists.get(&visit.list).map_or(0, |list| list.restarts);
        let resyncs = lists.get(&visit.collection).map_or(0, |list| list.restarts);
        let detours = visit.ticket.as_ref().map_or(0, |ticket| ticket.detours);
        kind = match kind {
            Kind::ThrottledTooShort if seen.wrong + 2 > most => Kind::Throttled,
            Kind::TokenExpired if bearer.is_none() => Kind::InternalServerError,
            Kind::PageRepeated | Kind::EmptyPage if detours >= most => Kind::InternalServerError,
            Kind::PageTokenExpired if restarts >= most => Kind::InternalServerError,
            Kind::DeltaTokenExpired if resyncs >= most => Kind::InternalServerError,
            kind => kind,
        };
        if visit.shape == Shape::Batch {
            let inner: Vec<u64> =
                batch::requests(&visit.request).iter().map(|it| Visit::new(it).key).collect();
            let is_full = |key| requests.get(key).is_some_and(|seen| seen.wrong >= most);
            if inner.iter().any(is_full) {
                return None;
            }
            for key in inner {
                requests.entry(key).or_default().wrong += 1;
            }
        }
        let seen = requests.entry(visit.key).or_default();
        seen.wrong += 1;
        match (kind, &visit.token) {
            (Kind::ThrottledTooShort, _) => seen.is_owed = true,
            (Kind::TokenExpired, _) => seen.expired = bearer,
            (Kind::PageTokenExpired, Some(token)) => {
                let list = lists.entry(visit.list).or_default();
                list.generation += 1;
                list.restarts += 1;
                list.expired.insert(token.clone());
            }
            (Kind::DeltaTokenExpired, _) => {
                let collection = lists.entry(visit.collection).or_default();
                collection.restarts += 1;
                collection.expired.extend(visit.delta.clone());
            }
            _ => {}
        }
        Some((kind, draw))
    }

    /// One of the faults that can befall a request, or mostly none.
    fn draw(&self, visit: &Visit, draw: &mut Draw) -> Option<Kind> {
        let share = f64::from(u32::try_from(draw.below(1 << 24)).unwrap_or_default());
        let share = share / f64::from(1 << 24);
        let rarer = if visit.shape == Shape::SignIn { 8.0 } else { 1.0 };
        if share * rarer >= self.faults.density {
            return None;
        }
        let only = &self.faults.only;
        let kinds: Vec<Kind> = Kind::ALL
            .into_iter()
            .filter(|kind| only.is_empty() || only.contains(&kind.name()))
            .filter(|kind| kind.exists(visit.request.is_multiplexed) && kind.befalls(visit.shape))
            .collect();
        (!kinds.is_empty()).then(|| draw.pick(&kinds))
    }

    fn is_page_expired(&self, visit: &Visit) -> bool {
        let state = self.state();
        let list = state.lists.get(&visit.list);
        list.zip(visit.token.as_ref()).is_some_and(|(list, token)| list.expired.contains(token))
    }

    fn is_delta_expired(&self, visit: &Visit) -> bool {
        let state = self.state();
        let collection = state.lists.get(&visit.collection);
        collection.zip(visit.delta.as_ref()).is_some_and(|(it, token)| it.expired.contains(token))
    }

    /// What the service answers, with page tokens that the plan can follow, and with a fault of
    /// those that change pages.
    fn read(
        &self,
        cloud: &Cloud,
        visit: &Visit,
        fault: Option<(Kind, &mut Draw)>,
        route: Way<'_>,
    ) -> (Answer, Place) {
        let mut answer = route(&visit.request);
        // Who is not let in does not get to see that something is not there.
        if !matches!(answer.status, 401 | 429)
            && let Some((name, refused)) = permanent::refuse(&self.permanent(), cloud, visit)
        {
            cloud.recorder.faulty(name);
            answer = refused;
        }
        let is_page = !matches!(visit.shape, Shape::Batch | Shape::SignIn);
        let page = (is_page && answer.status == 200)
            .then(|| Listing::read(&visit.request, &answer.body))
            .flatten();
        let Some(mut page) = page else {
            if let Some(name) = permanent::unindex(&self.permanent(), visit, &mut answer.body) {
                cloud.recorder.faulty(name);
            }
            let answer = match fault {
                Some((_, draw)) => self.wrong(cloud, visit, Kind::InternalServerError, draw, route),
                None => answer,
            };
            return (answer, Place::Other);
        };
        let place = if page.next.is_none() { Place::Last } else { Place::Other };
        let ticket = self.follow(cloud, visit, &mut page);
        if let Some(name) = permanent::mislead(&self.permanent(), cloud, visit, &mut page) {
            cloud.recorder.faulty(name);
        }
        let Some((kind, draw)) = fault else {
            answer.body = page.write();
            return (answer, place);
        };
        if !self.change(cloud, visit, &ticket, &mut page, (kind, &mut *draw)) {
            return (self.wrong(cloud, visit, Kind::InternalServerError, draw, route), place);
        }
        answer.body = page.write();
        (Self::count(cloud, visit, kind, answer), place)
    }

    /// Puts a ticket into the link of a page, and remembers the page for the next one. Returns the
    /// ticket of the page itself.
    fn follow(&self, cloud: &Cloud, visit: &Visit, page: &mut Listing) -> Ticket {
        let mut state = self.state();
        let generation = || state.lists.get(&visit.list).map_or(0, |list| list.generation);
        let ticket =
            visit.ticket.clone().unwrap_or_else(|| Ticket::first(visit.list, generation()));
        let next = page.next.as_deref().and_then(token_of).map(|it| ticket.next(it.to_owned()));
        if let (Some(next), Some(link)) = (next, &mut page.next) {
            let token = next.token();
            *link = with_token(link, &token);
            let from = page.items.len().saturating_sub(OVERLAP);
            let before = Before {
                token: visit.token.clone(),
                address: address(cloud, &visit.request, None),
                tail: page.items[from..].to_vec(),
            };
            state.lists.entry(visit.list).or_default().before.insert(token, before);
        }
        ticket
    }

    /// Changes a page as a fault wants it. False if that fault cannot be had here.
    fn change(
        &self,
        cloud: &Cloud,
        visit: &Visit,
        ticket: &Ticket,
        page: &mut Listing,
        (kind, draw): (Kind, &mut Draw),
    ) -> bool {
        let mut state = self.state();
        let list = state.lists.entry(visit.list).or_default();
        let before = visit.token.as_ref().and_then(|token| list.before.get(token)).cloned();
        match kind {
            Kind::ItemsReordered => page.reorder(draw),
            Kind::PagesOverlapping => {
                let tail = before.map(|before| before.tail).unwrap_or_default();
                let is_changed = !tail.is_empty();
                page.items.splice(0..0, tail);
                is_changed
            }
            Kind::LinkBack => match (before, &mut page.next) {
                (Some(before), Some(next)) if list.restarts < self.faults.at_most => {
                    list.restarts += 1;
                    // It is the very link that the client has followed before.
                    *next = match before.token {
                        Some(token) => with_token(next, &token),
                        None => before.address,
                    };
                    true
                }
                _ => false,
            },
            _ => {
                if kind == Kind::EmptyPage {
                    page.items.clear();
                }
                let token = ticket.again().token();
                page.next = Some(address(cloud, &visit.request, Some(&token)));
                if let Some(before) = before {
                    list.before.insert(token, before);
                }
                true
            }
        }
    }

    /// A wait that a fault asks for.
    fn wait(&self, seconds: u64) -> Duration {
        Duration::from_secs(seconds) / self.faults.hurry.max(1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a faulty answer. Those of a whole `$batch` and of the token endpoint count once more.
    fn count(cloud: &Cloud, visit: &Visit, kind: Kind, answer: Answer) -> Answer {
        cloud.recorder.faulty(kind.name());
        match visit.shape {
            Shape::Batch => cloud.recorder.faulty("batch"),
            Shape::SignIn => cloud.recorder.faulty("sign-in"),
            _ => {}
        }
        answer
    }
}

/// Decides what becomes of the report that an answer promises, if it does.
fn decide(cloud: &Cloud, answer: &Answer, fate: Fate) {
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status == 201
        && let Some(id) = body["id"].as_str()
    {
        cloud.exports.decide(id, fate);
    }
}
