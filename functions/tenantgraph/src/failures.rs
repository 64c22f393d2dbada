//! What could not be read, grouped by its causes.

use std::collections::{BTreeMap, BTreeSet};

use collector::ledger::{Entry, Status};
use collector::summary::{LAST_SNAPSHOT, Summary};
use steps::Permission;

/// How many steps or permissions a line names.
const NAMED: usize = 3;

/// What could not be read of a scope for one cause.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The cause in words, with how much it concerns.
    pub(crate) text: String,
    /// How many lists it concerns.
    pub(crate) lists: usize,
    /// Whether granting a permission mends it.
    pub(crate) can_be_granted: bool,
}

/// What makes lists fail alike.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause<'a> {
    /// The application lacks permissions of Microsoft Graph.
    Application(&'a str),
    /// The role lacks actions in a scope.
    Role(&'a str),
    /// Anything else, by its words.
    Other(&'a str, Status, &'a str),
}

/// What could not be read, what concerns most lists first.
pub(crate) fn failures(summary: &Summary) -> Vec<Failure> {
    let mut causes: BTreeMap<Cause<'_>, BTreeSet<&str>> = BTreeMap::new();
    for entry in &summary.incomplete {
        causes.entry(cause(entry)).or_default().insert(&entry.step);
    }
    let mut failures: Vec<Failure> =
        causes.into_iter().map(|(cause, steps)| cause.failure(&steps, summary)).collect();
    failures.sort_by_key(|it| std::cmp::Reverse(it.lists));
    failures
}

fn cause(entry: &Entry) -> Cause<'_> {
    let reason = entry.reason.as_deref().unwrap_or_default();
    let permissions = steps::find(&entry.step).map(steps::Step::permissions).unwrap_or_default();
    if entry.status != Status::Forbidden || permissions.is_empty() {
        return Cause::Other(&entry.scope, entry.status, reason);
    }
    let is_graph = permissions.iter().all(|it| matches!(it, Permission::Graph(_)));
    if is_graph { Cause::Application(&entry.scope) } else { Cause::Role(&entry.scope) }
}

impl Cause<'_> {
    fn failure(&self, steps: &BTreeSet<&str>, summary: &Summary) -> Failure {
        let lists = steps.len();
        let count = if lists == 1 { "1 list".to_owned() } else { format!("{lists} lists") };
        let (text, can_be_granted) = match self {
            Self::Application(scope) => {
                let lacks = lacks(steps);
                (
                    format!("{count} of {}: the application lacks {lacks}", called(scope, summary)),
                    true,
                )
            }
            Self::Role(scope) => {
                let lacks = lacks(steps);
                (format!("{count} of {}: the role lacks {lacks}", called(scope, summary)), true)
            }
            Self::Other(_, _, reason) if steps.contains(LAST_SNAPSHOT) => {
                ((*reason).to_owned(), false)
            }
            Self::Other(scope, status, reason) => {
                let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                let named = named(steps.iter().map(|it| (*it).to_owned()).collect());
                let of = called(scope, summary);
                (format!("{count} of {of} ({named}): {}{reason}", status.as_str()), false)
            }
        };
        Failure { text, lists, can_be_granted }
    }
}

/// The permissions of steps that could not be read without them.
fn lacks(steps: &BTreeSet<&str>) -> String {
    let steps = steps.iter().filter_map(|it| steps::find(it));
    let permissions: BTreeSet<String> =
        steps.flat_map(steps::Step::permissions).map(written).collect();
    named(permissions.into_iter().collect())
}

/// A permission as roles and portals write it.
fn written(permission: Permission) -> String {
    match permission {
        Permission::Graph(name) | Permission::DataAction(name) => name.to_owned(),
        Permission::Action(name) => name.into_owned(),
    }
}

/// The first of some names, and how many more there are.
fn named(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}

/// A scope as people know it.
fn called(scope: &str, summary: &Summary) -> String {
    let id = scope.rsplit('/').next().unwrap_or(scope);
    match summary.subscriptions.get(id) {
        Some(found) => format!("subscription {} ({id})", found.name),
        None if scope.starts_with("/subscriptions/") => format!("subscription {id}"),
        None => scope.to_owned(),
    }
}
