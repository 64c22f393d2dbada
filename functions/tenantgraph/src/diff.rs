//! `tenantgraph diff`.

use std::collections::BTreeMap;
use std::io::{Write as _, stdout};

use collector::ledger::add;
use collector::link::Difference;
use collector::summary::Change;
use collector::summary::Summary;
use collector::tenant::Tenant;
use collector::{Context, snapshot};

use crate::arguments::{Diff, Subject};
use crate::{End, Error, local};

pub(crate) async fn run(arguments: Diff) -> Result<End, Error> {
    let context = local::stored(&arguments.storage.store).await?;
    let summaries = match &arguments.subject {
        Subject { tenant: Some(tenant), .. } => {
            Tenant::read(&context, tenant).await?.summaries().cloned().collect()
        }
        Subject { instance, .. } => {
            vec![snapshot::latest(&context, instance.as_deref().unwrap_or_default()).await?]
        }
    };
    let mut changes: BTreeMap<Change, u64> = BTreeMap::new();
    for summary in &summaries {
        differences(&context, summary, &arguments).await?;
        add(&mut changes, &summary.graph.changes);
    }
    if !arguments.json {
        let changes: Vec<String> =
            changes.iter().map(|(it, n)| format!("{n} {}", it.as_str())).collect();
        let changes =
            if changes.is_empty() { "no differences".to_owned() } else { changes.join(", ") };
        writeln!(stdout(), "{changes}")?;
    }
    Ok(End::of(&summaries))
}

async fn differences(context: &Context, summary: &Summary, arguments: &Diff) -> Result<(), Error> {
    let mut feed = snapshot::feed(context, &summary.job).await?;
    let mut line = String::new();
    let mut is_headed = arguments.subject.tenant.is_none();
    while feed.next(&mut line)? {
        let difference: Difference = serde_json::from_str(&line)?;
        if arguments.kind.as_ref().is_some_and(|kind| *kind != difference.kind) {
            continue;
        }
        if arguments.json {
            writeln!(stdout(), "{line}")?;
            continue;
        }
        if !is_headed {
            writeln!(stdout(), "{}:", summary.instance_name)?;
            is_headed = true;
        }
        let Difference { change, kind, key, properties, since, reason, .. } = difference;
        write!(stdout(), "{:<16} {kind}  {key}", change.as_str())?;
        if !properties.is_empty() {
            write!(stdout(), "  ({})", properties.join(", "))?;
        }
        if let (Some(since), Some(reason)) = (since, reason) {
            write!(stdout(), "  (since {since}: {reason})")?;
        }
        writeln!(stdout())?;
    }
    Ok(())
}
