//! `tenantgraph doctor`.

mod grant;
mod print;

use collector::doctor;
use collector::event::Event;
use serde_json::json;

use crate::arguments::Doctor;
use crate::run::cloud;
use crate::{End, Error, event, local};

pub(crate) async fn run(arguments: Doctor) -> Result<End, Error> {
    let Doctor { event: path, storage, cloud: named, json } = arguments;
    let event = Event::parse(&event::read(&path)?)?;
    let cloud = named.as_deref().map(cloud).transpose()?;
    let context = local::reaching(&storage.store, cloud).await?;
    let report = doctor::run(&context, event).await?;
    if json {
        let mut whole = serde_json::to_value(&report)?;
        whole["grant"] = json!(grant::commands(&report, &path));
        crate::print::json(&format!("{whole:#}"))?;
    } else {
        print::report(&report, &path)?;
    }
    Ok(if report.is_refused() {
        End::Failed
    } else if report.is_missing_something() {
        End::Incomplete
    } else {
        End::Complete
    })
}
