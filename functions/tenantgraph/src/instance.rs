//! `tenantgraph instance`.

use std::io::{Write as _, stdout};

use collector::event::{Action, Event};
use collector::instance::{Instance, Standing};
use collector::instances::{self, Managed};
use serde_json::json;

use crate::arguments::{self, Instances, OneInstance, Storage, StoreInstance};
use crate::progress::say;
use crate::{End, Error, local};

pub(crate) async fn run(command: arguments::Instance) -> Result<End, Error> {
    use arguments::Instance as Command;
    let (action, storage) = match command {
        Command::List(Instances { storage, json }) => return list(&storage.store, json).await,
        Command::Show(OneInstance { id, storage }) => (Action::Show(id), storage),
        Command::Store(StoreInstance { event, storage }) => (store(&event)?, storage),
        Command::Enable(OneInstance { id, storage }) => {
            (Action::Enable { id, enabled: true }, storage)
        }
        Command::Disable(OneInstance { id, storage }) => {
            (Action::Enable { id, enabled: false }, storage)
        }
        Command::Remove(OneInstance { id, storage }) => (Action::Remove(id), storage),
    };
    let Storage { store } = storage;
    let context = local::stored(&store).await?;
    match instances::manage(&context, action).await? {
        Managed::Instances(instances) => match instances.as_slice() {
            [instance] => writeln!(stdout(), "{:#}", json!(instance))?,
            instances => writeln!(stdout(), "{:#}", json!(instances))?,
        },
        Managed::Stored { instance, warnings } => {
            for warning in warnings {
                say(&format!("! {warning}"));
            }
            writeln!(stdout(), "{:#}", json!(instance))?;
        }
        Managed::Removed(ids) => {
            for id in ids {
                writeln!(stdout(), "removed {id}; its snapshots stay under {store}: graph/{id}")?;
            }
        }
    }
    Ok(End::Complete)
}

/// Lists the instances. One that cannot be read never hides the others.
async fn list(store: &str, json: bool) -> Result<End, Error> {
    let context = local::stored(store).await?;
    let (mut instances, mut end) = (Vec::new(), End::Complete);
    for (id, instance) in instances::all(&context).await? {
        match instance {
            Ok(instance) => instances.push(instance),
            Err(error) => {
                say(&format!("{id}: {error}"));
                end = End::Failed;
            }
        }
    }
    if json {
        writeln!(stdout(), "{:#}", json!(instances))?;
    } else {
        table(&instances)?;
    }
    Ok(end)
}

fn store(event: &std::path::Path) -> Result<Action, Error> {
    match Event::parse(&local::event(event)?)? {
        Event::Instance { instance, secret, .. } => {
            Ok(Action::Store { instance, has_secret: secret.is_some() })
        }
        Event::Manage(action @ Action::Store { .. }) => Ok(action),
        _ => Err("the event has no `instance` to store".into()),
    }
}

fn table(instances: &[Instance]) -> Result<(), Error> {
    for instance in instances {
        let standing = instance.provisioned.as_ref().map(|it| &it.subscription);
        let state = match standing {
            _ if !instance.enabled => "disabled".to_owned(),
            _ if instance.config.awaits_consent() => "awaits consent".to_owned(),
            None => format!("runs {}", interval(instance)?),
            Some(Standing::Listed) => "runs with its tenant".to_owned(),
            Some(Standing::Skipped { reason }) => format!("skipped: {reason}"),
            Some(Standing::Missing { since }) => format!("missing since {since}"),
            Some(Standing::Removed { since, until }) => {
                format!("removed at {since}, kept until {until}")
            }
        };
        writeln!(stdout(), "{}  {}  {state}", instance.id, instance.name)?;
    }
    Ok(())
}

fn interval(instance: &Instance) -> Result<String, Error> {
    let interval = serde_json::to_value(instance.polling_interval)?;
    Ok(match interval.as_str().unwrap_or_default() {
        "DISABLED" => "by hand".to_owned(),
        interval => format!(
            "every {}",
            interval.trim_start_matches("ONE_").to_lowercase().replace('_', " ")
        ),
    })
}
