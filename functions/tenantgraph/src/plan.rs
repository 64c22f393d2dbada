//! `tenantgraph plan`.

use collector::event::Event;
use collector::plan::Plan;
use serde_json::json;

use crate::arguments;
use crate::print::{self, Table, line, text};
use crate::{End, Error, event};

pub(crate) fn run(arguments: &arguments::Plan) -> Result<End, Error> {
    let Event::Instance { instance, .. } = Event::parse(&event::read(&arguments.event)?)? else {
        return Err("the event has no `instance`, so there is nothing to plan".into());
    };
    let planned = Plan::steps_of(&instance, None);
    if arguments.json {
        print::json(&format!("{:#}", json!(planned)))?;
        return Ok(End::Complete);
    }
    let (enabled, disabled): (Vec<_>, Vec<_>) =
        planned.iter().partition(|it| it.disabled.is_none());
    let steps = enabled.iter().filter(|it| steps::find(&it.id).is_some()).count();
    let rules = match enabled.len() - steps {
        0 => String::new(),
        rules => format!(", and {rules} rules would add relationships"),
    };
    line(&format!("{steps} steps would run for {}{rules}:", instance.name))?;
    line("")?;
    let mut table = Table::new();
    for planned in enabled {
        let rule = || steps::DERIVED.iter().find(|rule| rule.id == planned.id).map(|it| it.name);
        let Some(name) = steps::find(&planned.id).map(|it| it.name).or_else(rule) else { continue };
        let after = match planned.after.as_slice() {
            [] => String::new(),
            after => format!(", after {}", after.join(", ")),
        };
        table.row([text(&planned.id), text(&format!("{name}{after}"))]);
    }
    table.print(2)?;
    if instance.config.configure_subscription_instances {
        let of_subscriptions =
            collector::plan::enabled(&Plan::steps_of_subscriptions(&instance)).count();
        line("")?;
        line(&format!(
            "Each subscription gets an instance of its own, which runs {of_subscriptions} steps.",
        ))?;
    }
    if disabled.is_empty() {
        return Ok(End::Complete);
    }
    line("")?;
    line(&format!("{} would not:", disabled.len()))?;
    line("")?;
    let mut table = Table::new();
    for planned in disabled {
        table.row([text(&planned.id), text(planned.disabled.as_deref().unwrap_or_default())]);
    }
    table.print(2)?;
    Ok(End::Complete)
}
