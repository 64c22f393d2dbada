//! `tenantgraph plan`.

use std::io::{Write as _, stdout};

use collector::event::Event;
use collector::plan::Plan;
use serde_json::json;

use crate::arguments;
use crate::{End, Error, local};

pub(crate) fn run(arguments: &arguments::Plan) -> Result<End, Error> {
    let Event::Instance { instance, .. } = Event::parse(&local::event(&arguments.event)?)? else {
        return Err("the event has no `instance`, so there is nothing to plan".into());
    };
    let planned = Plan::steps_of(&instance, None);
    if arguments.json {
        writeln!(stdout(), "{:#}", json!(planned))?;
        return Ok(End::Complete);
    }
    let (enabled, disabled): (Vec<_>, Vec<_>) =
        planned.iter().partition(|it| it.disabled.is_none());
    writeln!(stdout(), "{} steps would run for {}:\n", enabled.len(), instance.name)?;
    for planned in enabled {
        let rule = || steps::DERIVED.iter().find(|rule| rule.id == planned.id).map(|it| it.name);
        let Some(name) = steps::find(&planned.id).map(|it| it.name).or_else(rule) else { continue };
        let after = match planned.after.as_slice() {
            [] => String::new(),
            after => format!(", after {}", after.join(", ")),
        };
        writeln!(stdout(), "  {:<36} {name}{after}", planned.id)?;
    }
    if !disabled.is_empty() {
        writeln!(stdout(), "\n{} would not:\n", disabled.len())?;
    }
    for planned in disabled {
        writeln!(
            stdout(),
            "  {:<36} {}",
            planned.id,
            planned.disabled.as_deref().unwrap_or_default()
        )?;
    }
    Ok(End::Complete)
}
