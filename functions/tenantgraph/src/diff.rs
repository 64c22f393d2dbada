//! `tenantgraph diff`.

use std::io::{Write as _, stdout};

use collector::link::Difference;
use collector::snapshot;

use crate::arguments::Diff;
use crate::{End, Error, local};

pub(crate) async fn run(arguments: Diff) -> Result<End, Error> {
    let context = local::stored(&arguments.storage.store).await?;
    let summary = snapshot::latest(&context, &arguments.instance).await?;
    let mut feed = snapshot::feed(&context, &summary.job).await?;
    let mut line = String::new();
    while feed.next(&mut line)? {
        let difference: Difference = serde_json::from_str(&line)?;
        if arguments.kind.as_ref().is_some_and(|kind| *kind != difference.kind) {
            continue;
        }
        if arguments.json {
            writeln!(stdout(), "{line}")?;
            continue;
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
    if !arguments.json {
        let changes = summary.graph.changes.iter();
        let changes: Vec<String> = changes.map(|(it, n)| format!("{n} {}", it.as_str())).collect();
        let changes =
            if changes.is_empty() { "no differences".to_owned() } else { changes.join(", ") };
        writeln!(stdout(), "{changes}")?;
    }
    Ok(End::of(std::slice::from_ref(&summary)))
}
