//! What follows for a rule from what its queries found. Nothing here asks or stores.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::alert::{Alert, Transition};
use crate::ask::Graph;
use crate::condition::{Measure, Measures};
use crate::found::Found;
use crate::rule::{FirstRun, Rule, digest};
use crate::state::{Baseline, Pending, Standing, State};

/// How many rows an alert names.
const SAMPLE: usize = 50;

/// How many reasons an alert names.
const REASONS: usize = 20;

/// What a rule comes to, after what was remembered of it and by what its queries found.
///
/// What rests on something that was not read changes nothing but that the rule is unknown. What
/// could not be read the last time is not new.
#[must_use]
pub fn judge(
    rule: &Rule,
    before: Option<&State>,
    graph: &Graph,
    found: &BTreeMap<String, Found>,
) -> State {
    let (rule_digest, empty) = (rule.digest(), State::default());
    let before = before.unwrap_or(&empty);
    let mut after = if before.rule == rule_digest {
        before.clone()
    } else {
        // Of a rule that asks for something else, nothing can be compared.
        State { outbox: before.outbox.clone(), since: graph.at.clone(), ..State::default() }
    };
    after.rule = rule_digest;
    after.graph.clone_from(&graph.id);
    after.at.clone_from(&graph.at);
    let mut unknown: Vec<String> = found.values().flat_map(|it| it.unknown.clone()).collect();
    unknown.sort();
    unknown.dedup();
    unknown.truncate(REASONS);
    let judging = Judging { rule, graph, found };
    if !unknown.is_empty() && rule.certain {
        let is_told = !after.unknown.is_empty();
        after.unknown.clone_from(&unknown);
        if !is_told {
            judging.tell(&mut after, Transition::Unknown, &Comparison::default());
        }
        return after;
    }
    let was_unknown = !after.unknown.is_empty();
    after.unknown.clear();
    let unread: BTreeSet<String> = found.values().flat_map(|it| it.unread.clone()).collect();
    let comparison = judging.compare(&after, &unread);
    let is_first = after.found.is_none();
    after.unread = unread;
    after.found = Some(found.iter().map(|(name, it)| (name.clone(), baseline(it))).collect());
    let fires = rule.when.holds(&comparison.measures);
    let standing = if fires { Standing::Firing } else { Standing::Ok };
    let is_changed = std::mem::replace(&mut after.standing, standing) != standing;
    if is_changed || after.since.is_empty() {
        after.since.clone_from(&graph.at);
    }
    let transition = match (is_changed, fires) {
        (true, true) if is_first && rule.on_first_run == FirstRun::Baseline => None,
        (true, true) => Some(Transition::Opened),
        (true, false) => Some(Transition::Closed),
        (false, true) if judging.differs(&comparison) => Some(Transition::Changed),
        (false, _) if was_unknown => Some(Transition::Known),
        (false, true) if judging.is_due_again(&after) => Some(Transition::Reminder),
        (false, _) => None,
    };
    if let Some(transition) = transition {
        judging.tell(&mut after, transition, &comparison);
    }
    after
}

struct Judging<'a> {
    rule: &'a Rule,
    graph: &'a Graph,
    found: &'a BTreeMap<String, Found>,
}

/// How what was found differs from the last time.
#[derive(Default)]
struct Comparison {
    measures: BTreeMap<String, Measures>,
    new: Vec<String>,
    gone: Vec<String>,
    newly_readable: bool,
}

impl Judging<'_> {
    fn compare(&self, before: &State, unread: &BTreeSet<String>) -> Comparison {
        let mut comparison = Comparison {
            newly_readable: before.unread.difference(unread).next().is_some(),
            ..Comparison::default()
        };
        for (name, found) in self.found {
            let mut measures = Measures { total: found.total, ..Measures::default() };
            let earlier = before.found.as_ref().and_then(|it| it.get(name));
            measures.previous = earlier.map_or(0, |it| it.total);
            let rows = found.rows.as_ref();
            let earlier = earlier.and_then(|it| it.rows.as_ref());
            if let (Some(rows), Some(earlier), false) = (rows, earlier, comparison.newly_readable) {
                let new = rows.iter().filter(|(id, _)| !earlier.contains_key(*id));
                let gone = earlier.iter().filter(|(id, _)| !rows.contains_key(*id));
                let changed = rows
                    .iter()
                    .filter(|(id, row)| earlier.get(*id).is_some_and(|it| it.0 != row.values));
                measures.changed = changed.count() as u64;
                (measures.new, measures.gone) =
                    (new.clone().count() as u64, gone.clone().count() as u64);
                comparison.new.extend(new.map(|(_, row)| row.name.clone()).take(SAMPLE));
                comparison.gone.extend(gone.map(|(_, row)| row.1.clone()).take(SAMPLE));
            }
            comparison.measures.insert(name.clone(), measures);
        }
        comparison
    }

    /// Whether a rule that fires does so for something else than the last time. Values of a row
    /// only count where the rule asks for them: they change with every sign-in.
    fn differs(&self, comparison: &Comparison) -> bool {
        let asks = |wanted| self.rule.when.measures().iter().any(|(_, it)| *it == wanted);
        let counts_values = asks(Measure::Changed);
        comparison
            .measures
            .values()
            .any(|it| it.new > 0 || it.gone > 0 || counts_values && it.changed > 0)
    }

    fn is_due_again(&self, state: &State) -> bool {
        let moment = |it: &str| OffsetDateTime::parse(it, &Rfc3339).ok();
        let told = state.told.as_deref().unwrap_or(&state.since);
        match (self.rule.remind, moment(told), moment(&self.graph.at)) {
            (Some(remind), Some(told), Some(now)) => now - told >= remind,
            _ => false,
        }
    }

    /// Puts an alert among those that are to be told.
    fn tell(&self, state: &mut State, transition: Transition, comparison: &Comparison) {
        let (rule, graph) = (self.rule, self.graph);
        let sum = |of: fn(&Measures) -> u64| comparison.measures.values().map(of).sum();
        let rows = self.found.values().filter_map(|it| it.rows.as_ref()).flat_map(BTreeMap::values);
        let mut sample = comparison.new.clone();
        if sample.is_empty() && matches!(transition, Transition::Opened | Transition::Reminder) {
            sample = rows.map(|it| it.name.clone()).take(SAMPLE).collect();
            sample.sort();
        }
        sample.truncate(SAMPLE);
        state.told = Some(graph.at.clone());
        let alert = Alert {
            id: digest(&[&graph.tenant, &rule.id, &graph.id, &state.rule, transition.as_str()]),
            tenant: graph.tenant.clone(),
            rule: rule.id.clone(),
            name: rule.name.clone(),
            description: rule.description.clone(),
            level: rule.level,
            transition,
            job: graph.job.clone(),
            at: graph.at.clone(),
            since: state.since.clone(),
            total: self.found.values().map(|it| it.total).sum(),
            previous_total: sum(|it| it.previous),
            new: sum(|it| it.new),
            gone: sum(|it| it.gone),
            changed: sum(|it| it.changed),
            sample,
            gone_sample: comparison.gone.iter().take(SAMPLE).cloned().collect(),
            unknown: state.unknown.clone(),
            newly_readable: comparison.newly_readable,
        };
        state.outbox.push(Pending { alert, left: rule.actions.clone(), failures: 0 });
    }
}

fn baseline(found: &Found) -> Baseline {
    let row = |(id, row): (&String, &crate::found::Row)| {
        (id.clone(), (row.values.clone(), row.name.clone()))
    };
    let rows = found.rows.as_ref().map(|rows| rows.iter().map(row).collect());
    Baseline { total: found.total, rows }
}
