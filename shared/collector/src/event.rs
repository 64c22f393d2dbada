//! What triggers an execution, and whether it makes sense.
//!
//! Every problem of an event is found before anything is done, and each says where it is and what
//! to do, so that a configuration is right after one look rather than after ten.

mod credential;
pub mod fields;
mod instance;
mod reader;
pub mod reference;
mod sample;

use std::fmt;

use serde_json::Value;

use crate::Secret;
use crate::instance::{Instance, SecretReference};
use fields::{EVENT, names};
use instance::instance_of;
pub use reader::Problem;
use reader::{Reader, identifier};

/// How large an event may be, in bytes: what Amazon SQS and `EventBridge` carried for years.
pub const LARGEST_EVENT: usize = 256 * 1024;

/// What triggers an execution.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An instance, as it is configured in the event.
    Instance {
        /// The instance.
        instance: Box<Instance>,
        /// Its secret, if the event holds it.
        secret: Option<Secret>,
        /// The step to run, rather than the whole job.
        step: Option<String>,
    },
    /// An instance that is stored.
    Stored {
        /// Its id.
        instance_id: String,
        /// The step to run, rather than the whole job.
        step: Option<String>,
    },
    /// Every stored instance whose polling interval has passed.
    Due,
    /// The stored instances themselves: nothing is run.
    Manage(Action),
}

/// What is done with stored instances.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Lists them.
    List,
    /// Shows one.
    Show(String),
    /// Stores one, or changes it.
    Store {
        /// The instance.
        instance: Box<Instance>,
        /// Whether its secret came with it, which is not stored.
        has_secret: bool,
    },
    /// Lets one run by itself, or not.
    Enable {
        /// Its id.
        id: String,
        /// Whether it runs.
        enabled: bool,
    },
    /// Removes one, and those that it made for subscriptions.
    Remove(String),
}

/// Everything that is wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            let path = if problem.path.is_empty() { "the event" } else { &problem.path };
            write!(f, "{separator}{path}: {}", problem.message)?;
        }
        Ok(())
    }
}

impl Event {
    /// Reads an event from its text.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(text: &[u8]) -> Result<Self, Problems> {
        let problem = |message| Problems(vec![Problem { path: String::new(), message }]);
        if text.len() > LARGEST_EVENT {
            return Err(problem(format!(
                "is {} bytes long; at most {LARGEST_EVENT} are allowed",
                text.len()
            )));
        }
        let event = serde_json::from_slice(text)
            .map_err(|error| problem(format!("is not JSON ({error}); send one JSON object")))?;
        Self::parse(&event)
    }

    /// Reads an event.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, such as an id that still is the one of a sample.
    pub fn parse(event: &Value) -> Result<Self, Problems> {
        let parsed = Self::parse_sample(event);
        let left: Vec<Problem> = sample::left_in(event).collect();
        if left.is_empty() {
            return parsed;
        }
        let others = parsed.err().map(|it| it.0).unwrap_or_default();
        Err(Problems([others, left].concat()))
    }

    /// Reads an event whose ids may still be those of a sample, for whoever has no ids yet.
    ///
    /// # Errors
    ///
    /// Everything else that is wrong with it.
    pub fn parse_sample(event: &Value) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let parsed = top(Reader::new("", event, &mut problems));
        match parsed {
            Some(event) if problems.is_empty() => Ok(event),
            _ => Err(Problems(problems)),
        }
    }
}

fn top(reader: Reader<'_>) -> Option<Event> {
    let mut reader = reader.object("send an object with `instance`, `instanceId` or `due`")?;
    let step = reader.text("step").and_then(|id| known_step(&mut reader, &id));
    let due = reader.flag("due");
    let action = reader.text("action");
    let instance_id =
        reader.text("instanceId").and_then(|id| identifier(&mut reader, "instanceId", id));
    let instance = reader.child("instance");
    let given = [instance.is_some(), reader.has("instanceId"), due == Some(true)];
    match given.into_iter().filter(|it| *it).count() {
        _ if action.is_some() => (),
        1 => (),
        0 => reader
            .problem("", "names nothing to run; add `instance`, `instanceId` or `\"due\": true`"),
        _ => reader.problem(
            "",
            "names more than one thing to run; keep one of `instance`, `instanceId` and `due`",
        ),
    }
    if due == Some(true) && step.is_some() {
        reader.problem("step", "cannot be combined with `due`; name the instance to run it for");
    }
    if let Some(action) = action {
        let action = managed(&mut reader, &action, instance, instance_id);
        reader.finish(&["action", "instanceId", "instance"]);
        return action.map(Event::Manage);
    }
    let event = if let Some((path, value)) = instance {
        let (instance, secret) = instance_of(reader.nested(&path, value));
        instance.map(|it| Event::Instance { instance: Box::new(it), secret, step })
    } else if let Some(instance_id) = instance_id {
        Some(Event::Stored { instance_id, step })
    } else {
        (due == Some(true)).then_some(Event::Due)
    };
    reader.finish(&names(EVENT, None));
    event
}

fn managed(
    reader: &mut Reader<'_>,
    action: &str,
    instance: Option<(String, &Value)>,
    id: Option<String>,
) -> Option<Action> {
    const BY_ID: [&str; 4] = ["show", "enable", "disable", "remove"];
    if BY_ID.contains(&action) && !reader.has("instanceId") {
        reader
            .problem("instanceId", &format!("is missing; give the id of the instance to {action}"));
    }
    match action {
        "list" => Some(Action::List),
        "show" => Some(Action::Show(id?)),
        "enable" | "disable" => Some(Action::Enable { id: id?, enabled: action == "enable" }),
        "remove" => Some(Action::Remove(id?)),
        "store" => {
            let Some((path, value)) = instance else {
                reader.problem("instance", "is missing; give the instance to store");
                return None;
            };
            let (instance, secret) = instance_of(reader.nested(&path, value));
            let has_secret = secret.is_some();
            instance.map(|it| Action::Store { instance: Box::new(it), has_secret })
        }
        _ => {
            let known = BY_ID.join(", ");
            reader.problem("action", &format!("is unknown; expected store, list, {known}"));
            None
        }
    }
}

/// Reads a stored instance.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn stored_instance(instance: &Value) -> Result<Instance, Problems> {
    let mut problems = Vec::new();
    let (parsed, secret) = instance_of(Reader::new("/instance", instance, &mut problems));
    // What stands for a secret that is not stored is no secret.
    let in_memory = serde_json::to_value(SecretReference::InMemory).ok();
    let is_kept_out = instance.pointer("/config/clientSecret") == in_memory.as_ref();
    if secret.is_some() && !is_kept_out {
        problems.push(Problem {
            path: "/instance/config/clientSecret".to_owned(),
            message: "is stored in plain text; store `{\"secretArn\": \"…\"}`".to_owned(),
        });
    }
    match parsed {
        Some(instance) if problems.is_empty() => Ok(instance),
        _ => Err(Problems(problems)),
    }
}

fn known_step(reader: &mut Reader<'_>, id: &str) -> Option<String> {
    let step = steps::find(id);
    if step.is_none() {
        reader.problem("step", "is unknown; `tenantgraph plan` lists all steps");
    }
    step.map(|step| step.id.to_owned())
}

#[cfg(test)]
mod tests;
