//! `tenantgraph diff`.

mod compare;

use std::collections::BTreeMap;

use collector::layout::Job;
use collector::link::{Difference, Values};
use collector::summary::{Change, Summary};
use collector::tenant::Tenant;
use collector::{Context, snapshot};
use serde_json::{Value, json};

use crate::arguments::Diff;
use crate::chosen::{self, Chosen};
use crate::print::{self, Table, clipped, grouped, line, number, text};
use crate::progress::remark;
use crate::{End, Error, kinds, local};

/// How many characters of a value are shown at most.
const WIDEST: usize = 120;

/// How many differences there are, by type and by what happened.
type Counts = BTreeMap<(String, Change), u64>;

pub(crate) async fn run(arguments: Diff) -> Result<End, Error> {
    let context = local::existing(&arguments.storage.store).await?;
    let summaries = match chosen::snapshot_of(&context, &arguments.subject).await? {
        Chosen::Tenant(_) if arguments.from.is_some() || arguments.to.is_some() => {
            return Err("--from and --to compare snapshots of one instance; give --instance".into());
        }
        Chosen::Tenant(tenant) => {
            Tenant::read(&context, &tenant).await?.summaries().cloned().collect()
        }
        Chosen::Instance(instance) => {
            vec![later(&context, &instance, arguments.to.as_deref()).await?]
        }
    };
    if let Some(kind) = &arguments.kind {
        let mut graphs: Vec<_> = summaries.iter().map(|it| it.graph.clone()).collect();
        // What is gone is in the feed alone.
        for summary in &summaries {
            graphs.extend(snapshot::before(&context, &summary.job).await?.map(|it| it.graph));
        }
        kinds::check(kind, &graphs)?;
    }
    let mut counts = Counts::new();
    for summary in &summaries {
        let printer = Printer { arguments: &arguments, summary, is_one: summaries.len() == 1 };
        printer.differences(&context, &mut counts).await?;
    }
    match (arguments.json, arguments.summary) {
        (false, by_type) => total(&counts, by_type)?,
        (true, true) => {
            for ((kind, change), count) in &counts {
                let line = json!({ "type": kind, "change": change, "count": count });
                print::json(&line.to_string())?;
            }
        }
        (true, false) => (),
    }
    Ok(End::of(&summaries))
}

/// The later of the snapshots to compare.
async fn later(context: &Context, instance: &str, to: Option<&str>) -> Result<Summary, Error> {
    match to {
        None => Ok(snapshot::latest(context, instance).await?),
        Some(given) => compare::named(context, instance, given).await,
    }
}

/// Prints how many differences there are.
fn total(counts: &Counts, by_type: bool) -> Result<(), Error> {
    if by_type {
        let mut table = Table::new();
        for ((kind, change), count) in counts {
            table.row([text(kind), text(change.as_str()), number(*count)]);
        }
        table.print(0)?;
    }
    let mut all: BTreeMap<Change, u64> = BTreeMap::new();
    for ((_, change), count) in counts {
        *all.entry(*change).or_default() += count;
    }
    let all: Vec<String> =
        all.iter().map(|(it, n)| format!("{} {}", grouped(*n), it.as_str())).collect();
    Ok(line(if all.is_empty() { "no differences".to_owned() } else { all.join(", ") }.as_str())?)
}

/// Prints the differences of one snapshot.
struct Printer<'a> {
    arguments: &'a Diff,
    summary: &'a Summary,
    is_one: bool,
}

impl Printer<'_> {
    async fn differences(&self, context: &Context, counts: &mut Counts) -> Result<(), Error> {
        let Diff { from, kind, summary, .. } = self.arguments;
        let (job, kind) = (&self.summary.job, kind.as_deref());
        let mut print = Print { of: self, counts, is_headed: self.is_one, is_silent: *summary };
        if from.is_some() || self.arguments.to.is_some() {
            let earlier = match from {
                Some(given) => compare::named(context, &job.instance, given).await?,
                None => snapshot::before(context, job).await?.ok_or_else(|| none_before(job))?,
            };
            return compare::snapshots(context, &earlier, self.summary, kind, &mut |it, values| {
                print.one(it, values)
            })
            .await;
        }
        let told = told(context, job, kind).await?;
        // What differs is in the feed; how it was before is in the last snapshot, if that is there.
        let before = snapshot::before(context, job).await?;
        if before.is_none() && !self.arguments.json {
            remark(&format!(
                "{} has no snapshot before this one, so everything in it is new",
                self.summary.instance_name
            ));
            print.is_silent = true;
        }
        let values = match before {
            Some(earlier) if !*summary => {
                compare::values(context, &earlier, self.summary, &told).await?
            }
            _ => BTreeMap::new(),
        };
        for difference in told {
            let values = values.get(&(difference.kind.clone(), difference.key.clone()));
            print.one(&difference, values.unwrap_or(&Values::new()))?;
        }
        Ok(())
    }
}

fn none_before(job: &Job) -> String {
    format!("there is no snapshot before that of job {}", job.id)
}

/// What the feed of a job tells, of a type or of all.
async fn told(context: &Context, job: &Job, kind: Option<&str>) -> Result<Vec<Difference>, Error> {
    let mut feed = snapshot::feed(context, job).await?;
    let (mut told, mut text) = (Vec::new(), String::new());
    while feed.next(&mut text)? {
        let difference: Difference = serde_json::from_str(&text)?;
        if kind.is_none_or(|kind| kind == difference.kind) {
            told.push(difference);
        }
    }
    Ok(told)
}

/// Prints differences one by one, and counts them.
struct Print<'a, 'c> {
    of: &'a Printer<'a>,
    counts: &'c mut Counts,
    is_headed: bool,
    /// Whether only counts are of interest.
    is_silent: bool,
}

impl Print<'_, '_> {
    fn one(&mut self, difference: &Difference, values: &Values) -> Result<(), Error> {
        let Difference { change, kind, key, properties, since, reason, .. } = difference;
        *self.counts.entry((kind.clone(), *change)).or_default() += 1;
        if self.is_silent {
            return Ok(());
        }
        if self.of.arguments.json {
            let mut object = json!(difference);
            if !values.is_empty() {
                let values = values
                    .iter()
                    .map(|(name, (old, new))| (name.clone(), json!({ "old": old, "new": new })));
                object["values"] = Value::Object(values.collect());
            }
            return Ok(print::json(&object.to_string())?);
        }
        if !self.is_headed {
            line(&format!("{}:", self.of.summary.instance_name))?;
            self.is_headed = true;
        }
        let mut words = format!("{:<16} {kind}  {key}", change.as_str());
        if let (Some(since), Some(reason)) = (since, reason) {
            words.push_str("  (since ");
            words.push_str(since);
            words.push_str(": ");
            words.push_str(reason);
            words.push(')');
        }
        line(&words)?;
        for name in properties {
            match values.get(name) {
                Some((old, new)) => {
                    line(&format!(
                        "    {name}: {} → {}",
                        shown(old.as_ref()),
                        shown(new.as_ref())
                    ))?;
                }
                None => line(&format!("    {name}"))?,
            }
        }
        Ok(())
    }
}

/// A value on one line, or that there is none.
fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "(none)".to_owned(), |it| clipped(&it.to_string(), WIDEST))
}
