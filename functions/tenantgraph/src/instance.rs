//! `tenantgraph instance`.

use collector::Context;
use collector::event::{Action, Event};
use collector::instance::{Instance, Standing};
use collector::instances::{self, Managed};
use serde_json::json;

use crate::arguments::{self, Instances, StoreInstance};
use crate::chosen::{self, Has};
use crate::print::{self, Table, line, text};
use crate::progress::{remark, say};
use crate::{End, Error, event, local};

pub(crate) async fn run(command: arguments::Instance) -> Result<End, Error> {
    use arguments::Instance as Command;
    let (given, storage) = match command {
        Command::List(Instances { storage, json }) => return list(&storage.store, json).await,
        Command::Store(StoreInstance { event, storage }) => {
            let action = store(&event)?;
            return manage(&local::stored(&storage.store).await?, &storage.store, action).await;
        }
        Command::Show(ref it)
        | Command::Enable(ref it)
        | Command::Disable(ref it)
        | Command::Remove(ref it) => (&it.id, &it.storage),
    };
    let context = local::existing(&storage.store).await?;
    // One that runs by its event alone is not stored, and its snapshots can be let go all the same.
    let has: &[Has] = match command {
        Command::Remove(_) => &[Has::Configuration, Has::Snapshot],
        _ => &[Has::Configuration],
    };
    let id = chosen::instance(&context, given, has).await?;
    let action = match command {
        Command::Enable(_) => Action::Enable { id, enabled: true },
        Command::Disable(_) => Action::Enable { id, enabled: false },
        Command::Remove(_) => Action::Remove(id),
        _ => Action::Show(id),
    };
    manage(&context, &storage.store, action).await
}

/// Does something with stored instances, and prints what came of it.
async fn manage(context: &Context, store: &str, action: Action) -> Result<End, Error> {
    match instances::manage(context, action).await? {
        Managed::Instances(instances) => match instances.as_slice() {
            [instance] => print::json(&format!("{:#}", json!(instance)))?,
            instances => print::json(&format!("{:#}", json!(instances)))?,
        },
        Managed::Stored { instance, warnings } => {
            for warning in warnings {
                say(&format!("! {warning}"));
            }
            print::json(&format!("{:#}", json!(instance)))?;
        }
        Managed::Removed(ids) => {
            for id in ids {
                line(&format!("removed {id}; its snapshots stay under {store}: graph/{id}"))?;
            }
        }
    }
    Ok(End::Complete)
}

/// Lists the instances. One that cannot be read never hides the others.
async fn list(store: &str, json: bool) -> Result<End, Error> {
    let context = local::existing(store).await?;
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
        print::json(&format!("{:#}", json!(instances)))?;
    } else if instances.is_empty() && end == End::Complete {
        remark(&format!(
            "no instance is stored in {store}; `tenantgraph instance store` stores one"
        ));
    } else {
        table(&instances)?;
    }
    Ok(end)
}

fn store(path: &std::path::Path) -> Result<Action, Error> {
    match Event::parse(&event::read(path)?)? {
        Event::Instance { instance, secret, .. } => {
            Ok(Action::Store { instance, has_secret: secret.is_some() })
        }
        Event::Manage(action @ Action::Store { .. }) => Ok(action),
        _ => Err("the event has no `instance` to store".into()),
    }
}

fn table(instances: &[Instance]) -> Result<(), Error> {
    let mut table = Table::new();
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
        table.row([text(&instance.id), text(&instance.name), text(&state)]);
    }
    Ok(table.print(0)?)
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
