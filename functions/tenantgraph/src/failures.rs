//! What could not be read, grouped by its causes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use collector::ledger::{Entry, Status};
use collector::summary::{LAST_SNAPSHOT, Summary};
use steps::{Permission, Setting, Step};

use crate::print::some;

/// How many steps, permissions or scopes a line names.
const NAMED: usize = 3;

/// What could not be read for one cause.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// How many lists of what.
    pub(crate) what: String,
    /// Why they could not be read.
    pub(crate) why: String,
    /// How many lists it concerns.
    pub(crate) lists: usize,
    /// Whether granting a permission mends it.
    pub(crate) can_be_granted: bool,
}

/// What makes lists fail alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// The application lacks permissions of Microsoft Graph.
    Application(Vec<String>),
    /// The role lacks actions of Azure.
    Role(Vec<String>),
    /// Anything else, by its words.
    Other(String),
    /// The last snapshot cannot be read.
    LastSnapshot(String),
}

/// The steps of a scope that could not be read, and the permissions that they need.
#[derive(Debug, Default)]
struct Lacking<'a> {
    steps: BTreeSet<&'a str>,
    permissions: BTreeSet<String>,
}

/// The incomplete entries of a ledger, by scope and step.
type Index<'a> = BTreeMap<(&'a str, &'a str), &'a Entry>;

/// What could not be read, what concerns most lists first.
pub(crate) fn failures(summary: &Summary) -> Vec<Failure> {
    let index: Index<'_> =
        summary.incomplete.iter().map(|it| ((it.scope.as_str(), it.step.as_str()), it)).collect();
    // Of each scope, what lacks permissions lacks all of them together.
    let mut lacking: BTreeMap<(&str, bool), Lacking<'_>> = BTreeMap::new();
    let mut causes: BTreeMap<Cause, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for (place @ (scope, step), entry) in &index {
        let root = root(&index, entry);
        let permissions = steps::find(&root.step).map(Step::permissions).unwrap_or_default();
        if root.status == Status::Forbidden && !permissions.is_empty() {
            let is_graph = permissions.iter().all(|it| matches!(it, Permission::Graph(_)));
            let lacking = lacking.entry((scope, is_graph)).or_default();
            lacking.steps.insert(step);
            lacking.permissions.extend(permissions.iter().map(|it| it.name().to_owned()));
            continue;
        }
        let reason = root.reason.clone().unwrap_or_default();
        let cause = match root.step.as_str() {
            LAST_SNAPSHOT => Cause::LastSnapshot(reason),
            _ => Cause::Other(format!("{}{}", root.status.as_str(), told(root, &reason))),
        };
        causes.entry(cause).or_default().insert(*place);
    }
    for ((scope, is_graph), Lacking { steps, permissions }) in lacking {
        let lacks = permissions.into_iter().collect();
        let cause = if is_graph { Cause::Application(lacks) } else { Cause::Role(lacks) };
        causes.entry(cause).or_default().extend(steps.into_iter().map(|step| (scope, step)));
    }
    let mut failures: Vec<Failure> =
        causes.into_iter().map(|(cause, places)| cause.failure(&places, summary)).collect();
    failures.sort_by_key(|it| Reverse(it.lists));
    failures
}

/// The entry that an entry is incomplete because of: the list that its parents were to come from,
/// or that of their parents. Its reason begins with the step of that list.
fn root<'a>(index: &Index<'a>, entry: &'a Entry) -> &'a Entry {
    let mut root = entry;
    // No step comes from itself, but a ledger is a file.
    for _ in 0..index.len() {
        let parent = root.reason.as_deref().and_then(|it| it.split_once(" is ")).map(|it| it.0);
        match parent.and_then(|step| index.get(&(root.scope.as_str(), step))) {
            Some(parent) if parent.step != root.step => root = parent,
            _ => break,
        }
    }
    root
}

/// A reason as it follows the status, which some reasons begin with.
fn told(entry: &Entry, reason: &str) -> String {
    let reason = reason.strip_prefix(&format!("{}: ", entry.status.as_str())).unwrap_or(reason);
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

impl Cause {
    fn failure(self, places: &BTreeSet<(&str, &str)>, summary: &Summary) -> Failure {
        let lists = places.len();
        let count = if lists == 1 { "1 list".to_owned() } else { format!("{lists} lists") };
        let of = scopes(places, summary);
        let can_be_granted = matches!(self, Self::Application(_) | Self::Role(_));
        let what = format!("{count} of {of}");
        let (what, why) = match self {
            Self::Application(lacks) => {
                (what, format!("the application lacks {}", some(&lacks, NAMED)))
            }
            Self::Role(lacks) => (what, format!("the role lacks {}", some(&lacks, NAMED))),
            Self::Other(why) => {
                let steps: BTreeSet<&str> = places.iter().map(|(_, step)| *step).collect();
                let steps = some(&steps.into_iter().collect::<Vec<_>>(), NAMED);
                (format!("{what}: {steps}"), why)
            }
            Self::LastSnapshot(why) => ("the last snapshot".to_owned(), why),
        };
        Failure { what, why, lists, can_be_granted }
    }
}

/// The scopes of some lists, as people know them.
fn scopes(places: &BTreeSet<(&str, &str)>, summary: &Summary) -> String {
    let scopes: BTreeSet<&str> = places.iter().map(|(scope, _)| *scope).collect();
    let is_subscription = places.iter().all(|(scope, step)| {
        let needs = steps::find(step).map(|it| it.needs.setting);
        summary.subscriptions.contains_key(*scope) || needs == Some(Setting::Subscription)
    });
    let names: Vec<String> = scopes.iter().map(|scope| called(scope, summary)).collect();
    match (is_subscription, names.len()) {
        (true, 1) => format!("subscription {}", some(&names, NAMED)),
        (true, count) => format!("{count} subscriptions ({})", some(&names, NAMED)),
        (false, 1) => "the tenant".to_owned(),
        (false, count) => format!("{count} scopes ({})", some(&names, NAMED)),
    }
}

fn called(scope: &str, summary: &Summary) -> String {
    summary.subscriptions.get(scope).map_or_else(|| scope.to_owned(), |it| it.name.clone())
}
