//! What may be concluded from what was not found.
//!
//! Something that the last snapshot has and this job did not find is gone only if everything was
//! read that could have shown it. Otherwise it is carried forward.

use std::collections::{BTreeMap, BTreeSet};

use steps::{Derived, Integration, STEPS, Service, Step, derives};

use crate::ledger::{Entry, Status};
use crate::plan::PlannedStep;

/// How many entities or relationships of a type must be missing for the deletion guard
/// to step in.
const GUARDED_COUNT: u64 = 50;

/// The share of a type, in percent, beyond which the deletion guard carries them forward.
const GUARDED_PERCENT: u64 = 20;

/// How many things of a type have to be gone at once if they are nearly all that there were.
const GUARDED_HANDFUL: u64 = 3;

/// The share of a type, in percent, that is nearly all.
const NEARLY_ALL_PERCENT: u64 = 90;

/// Which steps prove what they did not find, and why the others do not.
#[derive(Debug)]
pub(super) struct Proof {
    integration: Integration,
    steps: BTreeMap<String, Ended>,
}

/// How a step ended, as far as it matters to what it did not find.
#[derive(Debug)]
enum Ended {
    Complete,
    /// It did not run, and why.
    Off(String),
    /// An earlier job read everything not long ago, and this one nothing, as it says.
    Known(String),
    /// It did not read everything, and why.
    Lacking(String),
}

/// Why what was not found may still be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// Nobody looked: it was found not long ago, as this says. That is no news.
    Known(String),
    /// Not everything could be read, for this reason.
    Doubt(String),
}

impl Proof {
    pub(super) fn new<'p>(
        integration: Integration,
        ledger: impl Iterator<Item = &'p Entry>,
        planned: impl Iterator<Item = &'p PlannedStep>,
    ) -> Self {
        let mut steps = BTreeMap::new();
        for PlannedStep { id, disabled, .. } in planned {
            let off = |why: &String| Ended::Off(format!("{id} is turned off: {why}"));
            steps.insert(id.clone(), disabled.as_ref().map_or(Ended::Complete, off));
        }
        let ledger: Vec<&Entry> = ledger.collect();
        let is_refused = |entry: &&Entry| entry.status == Status::Forbidden && is_filtered(entry);
        let is_any_refused = ledger.iter().any(is_refused);
        for entry in ledger {
            let (step, status) = (&entry.step, entry.status.as_str());
            let reason = entry.reason.as_deref().unwrap_or("unknown reason");
            let says = || format!("{step} is {status}: {reason}");
            let ended = if entry.status == Status::Known {
                Ended::Known(says())
            } else if !proves_absence(entry) {
                Ended::Lacking(says())
            } else if entry.items == 0 && is_doubtful_if_empty(entry, is_any_refused) {
                let why = "is empty, but may hide what the principal may not see";
                Ended::Lacking(format!("{step} {why}"))
            } else {
                continue;
            };
            steps.insert(step.clone(), ended);
        }
        Self { integration, steps }
    }

    /// The same, without the proof of some steps, with why they prove nothing.
    pub(super) fn without(mut self, steps: &BTreeMap<String, String>) -> Self {
        let lacking = |why: &String| Ended::Lacking(why.clone());
        self.steps.extend(steps.iter().map(|(step, why)| (step.clone(), lacking(why))));
        self
    }

    /// Why entities of a type that were not found may still be there, if they may.
    pub(super) fn lacks_entities(&self, kind: &str) -> Option<Lack> {
        self.lacks(|step| step.entity_types().any(|it| it.kind == kind))
    }

    /// Why relationships of a type that were not found may still be there, if they may.
    pub(super) fn lacks_relationships(&self, kind: &str) -> Option<Lack> {
        if let Some(rule) = derives(kind) {
            let lacking = || follows_from(kind).find_map(|kind| self.lacks_relationships(kind));
            return self.lacks_rule(rule).map(Lack::Doubt).or_else(lacking);
        }
        self.lacks(|step| step.may_relate(kind))
    }

    /// Why a rule does not apply, unless it does.
    pub(super) fn lacks_rule(&self, rule: &Derived) -> Option<String> {
        match self.steps.get(rule.id) {
            Some(Ended::Complete) => None,
            Some(Ended::Off(why) | Ended::Known(why) | Ended::Lacking(why)) => Some(why.clone()),
            None => Some(format!("{} was not planned", rule.id)),
        }
    }

    /// Why what some steps would find may still be there, if it may. A doubt outweighs what is
    /// known.
    fn lacks(&self, finds: impl Fn(&Step) -> bool) -> Option<Lack> {
        let is_ours = |step: &&Step| step.integration == self.integration && finds(step);
        let finders: Vec<&Step> = STEPS.iter().copied().filter(is_ours).collect();
        if finders.is_empty() {
            return Some(Lack::Doubt("no step of this version finds it".to_owned()));
        }
        // The subscription of an instance and the subscriptions that it skips are found by two
        // steps. An instance that is configured for one of them only is none the worse for it.
        let is_made_up_for = |off: &Step| {
            finders.iter().any(|step| {
                step.needs.setting != off.needs.setting
                    && matches!(self.steps.get(step.id), Some(Ended::Complete))
            })
        };
        let doubt = finders.iter().find_map(|step| match self.steps.get(step.id) {
            Some(Ended::Complete | Ended::Known(_)) => None,
            Some(Ended::Off(_)) if is_made_up_for(step) => None,
            Some(Ended::Off(why) | Ended::Lacking(why)) => Some(why.clone()),
            None => Some(format!("{} was not planned", step.id)),
        });
        let known = || {
            finders.iter().find_map(|step| match self.steps.get(step.id) {
                Some(Ended::Known(why)) => Some(why.clone()),
                _ => None,
            })
        };
        doubt.map(Lack::Doubt).or_else(|| known().map(Lack::Known))
    }
}

/// The types of relationship that those of a type follow from, that of the member first.
pub(super) fn follows_from(kind: &str) -> impl Iterator<Item = &'static str> {
    let rule = derives(kind);
    let members = rule.into_iter().flat_map(|rule| rule.members);
    let direct = members.filter(move |it| it.becomes == kind).map(|it| it.direct).next();
    direct.into_iter().chain(rule.map(|rule| rule.nesting))
}

/// Whether what a list did not show is gone, going by how its reading ended. What is skipped is
/// either needless, because what it stands in for was read; or its provider is not registered,
/// which does not take away what there was.
fn proves_absence(entry: &Entry) -> bool {
    let is_needless = || steps::find(&entry.step).is_some_and(|step| step.fallback_for.is_some());
    match entry.status {
        Status::Complete => true,
        Status::Skipped => is_needless(),
        _ => false,
    }
}

/// Whether Azure Resource Manager leaves out of a list of a step what the principal may not see.
fn is_filtered(entry: &Entry) -> bool {
    steps::find(&entry.step).is_some_and(|step| step.list.service() == Service::ResourceManager)
}

/// Whether a list that is empty may have been filtered: always for one that declares so, and for
/// any of Azure Resource Manager if the principal was refused another.
fn is_doubtful_if_empty(entry: &Entry, is_any_refused: bool) -> bool {
    let declares = steps::find(&entry.step).is_some_and(|step| step.list.answer.filtered);
    declares || is_any_refused && is_filtered(entry) && entry.pages > 0
}

/// The steps that found fewer different entities than their lists say they have: a list may say
/// that it has three items, and show one of them twice. `found` says how many there are of a type.
pub(super) fn shortfalls<'p>(
    ledger: impl Iterator<Item = &'p Entry>,
    found: impl Fn(&str) -> u64,
) -> BTreeMap<String, String> {
    let mut shortfalls = BTreeMap::new();
    for Entry { step, kind, counted, status, .. } in ledger {
        let emits = steps::find(step).and_then(Step::emits).map(|it| it.kind);
        let (Some(counted), Some(kind), Status::Complete) = (counted, kind, status) else {
            continue;
        };
        let found = found(kind);
        if emits == Some(kind.as_str()) && found < *counted {
            let why = format!("only {found} of the {counted} items were different ones");
            shortfalls.insert(step.clone(), why);
        }
    }
    shortfalls
}

/// What is done about the things of a type that were not found.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// Why they are carried forward, by type. Types that are not here are gone.
    pub(super) carried: BTreeMap<String, String>,
    /// Those of these types of which nobody looked for anything, which is no news.
    pub(super) known: BTreeSet<String>,
    /// How many of a type the deletion guard carried forward, by type.
    pub(super) guarded: BTreeMap<String, u64>,
}

/// How many things of a type were found, how many the last snapshot has, and how many of those were
/// not found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Losses {
    pub(super) found: u64,
    pub(super) before: u64,
    pub(super) lost: u64,
}

impl Verdicts {
    /// Decides on a type that follows from others by a rule. `lacks` says why the rule does not
    /// apply, if it does not. If it does, what it does not find is gone, for it goes by what is
    /// decided of the others.
    pub(super) fn decide_derived(&mut self, kind: &str, lacks: Option<String>) {
        self.carried.extend(lacks.map(|reason| (kind.to_owned(), reason)));
    }

    /// Decides on a type. `lacks` says why absence is no proof, if it is none; `confirmed` whether
    /// the deletion guard already kept the type in the last job.
    pub(super) fn decide(
        &mut self,
        kind: &str,
        Losses { before, lost, .. }: Losses,
        lacks: Option<Lack>,
        confirmed: bool,
    ) {
        if matches!(lacks, Some(Lack::Known(_))) {
            self.known.insert(kind.to_owned());
        }
        if let Some(Lack::Known(reason) | Lack::Doubt(reason)) = lacks {
            self.carried.insert(kind.to_owned(), reason);
        } else if is_suspicious(before, lost) && !confirmed {
            let reason = format!(
                "the deletion guard keeps {lost} of {before}; the next job deletes those that it does not find"
            );
            self.carried.insert(kind.to_owned(), reason);
            self.guarded.insert(kind.to_owned(), lost);
        }
    }
}

/// The types of which something is carried forward that was not found, and of each of which there
/// is a list of something else. Nobody asked for those lists, so they prove nothing.
#[derive(Debug)]
pub(super) struct KeptParents {
    integration: Integration,
    /// Why they are carried forward, by type.
    kept: BTreeMap<String, String>,
}

impl KeptParents {
    /// Finds them, and decides that what such lists would have shown is carried forward, too.
    pub(super) fn of(
        verdicts: &mut Verdicts,
        losses: &BTreeMap<String, Losses>,
        integration: Integration,
    ) -> Self {
        let is_lost = |kind: &str| losses.get(kind).is_some_and(|it| it.lost > 0);
        let kept = |verdicts: &Verdicts| {
            let kept = verdicts.carried.iter().filter(|(kind, _)| is_lost(kind));
            kept.map(|(kind, why)| (kind.clone(), why.clone())).collect()
        };
        let mut parents = Self { integration, kept: kept(verdicts) };
        loop {
            let known = verdicts.carried.len();
            for kind in losses.keys().filter(|kind| is_lost(kind)) {
                let finds = |step: &Step| step.entity_types().any(|it| it.kind == kind);
                if let Some(why) = parents.why(finds) {
                    verdicts.carried.entry(kind.clone()).or_insert(why);
                }
            }
            // What is carried forward now may have lists of its own.
            if verdicts.carried.len() == known {
                return parents;
            }
            parents.kept = kept(verdicts);
        }
    }

    /// Why relationships of a type that were not found may still be there, if they may.
    pub(super) fn lacks(&self, kind: &str) -> Option<String> {
        self.why(|step| step.may_relate(kind))
    }

    fn why(&self, finds: impl Fn(&Step) -> bool) -> Option<String> {
        let ours = STEPS.iter().filter(|it| it.integration == self.integration && finds(it));
        let mut parents = ours.flat_map(|step| step.list.parents);
        parents.find_map(|parent| self.kept.get(parent.kind).cloned())
    }
}

/// Whether so much is gone at once that an answer of the service is doubted before it is believed.
const fn is_suspicious(before: u64, lost: u64) -> bool {
    let is_large = lost >= GUARDED_COUNT && lost * 100 > before * GUARDED_PERCENT;
    let is_nearly_all = lost >= GUARDED_HANDFUL && lost * 100 >= before * NEARLY_ALL_PERCENT;
    is_large || is_nearly_all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guarded(before: u64, lost: u64, confirmed: bool) -> bool {
        let mut verdicts = Verdicts::default();
        verdicts.decide("azure_user", Losses { before, lost, found: 0 }, None, confirmed);
        assert_eq!(verdicts.carried.len(), verdicts.guarded.len());
        verdicts.guarded.contains_key("azure_user")
    }

    /// What is lacking to prove that a subscription is gone, by which of its two steps run.
    fn lacking(own: Option<&str>, skipped: Option<&str>) -> Option<String> {
        let step = |id: &str, disabled: Option<&str>| PlannedStep {
            id: id.to_owned(),
            disabled: disabled.map(str::to_owned),
            after: Vec::new(),
            slow: false,
            late: false,
            basis: None,
            known_at: None,
        };
        let planned = [step("rm-subscription", own), step("rm-skipped-subscription", skipped)];
        let proof = Proof::new(Integration::Azure, [].iter(), planned.iter());
        let lacks = proof.lacks_entities("azure_subscription")?;
        Some(format!("{lacks:?}"))
    }

    #[test]
    fn a_step_that_an_instance_is_not_configured_for_takes_no_proof_away() {
        assert_eq!(lacking(None, None), None);
        assert_eq!(lacking(Some("no subscription"), None), None);
        assert_eq!(lacking(None, Some("no instances")), None);
        assert!(lacking(Some("no subscription"), Some("no instances")).is_some());
    }

    #[test]
    fn a_count_is_one_of_different_entities() {
        let entry = |step: &str, kind: &str, counted, status| Entry {
            step: step.to_owned(),
            scope: "t".to_owned(),
            kind: Some(kind.to_owned()),
            pages: 1,
            items: 3,
            counted,
            requests: 1,
            bytes: 1,
            last: None,
            status,
            reason: None,
            known_by: crate::ledger::KnownBy::Read,
            known_at: None,
            vain: None,
            reading: None,
        };
        let of = |counted, status, found| {
            let entry = entry("ad-users", "azure_user", counted, status);
            shortfalls([&entry].into_iter(), |_| found).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(of(Some(3), Status::Complete, 2), ["ad-users"]);
        assert!(of(Some(3), Status::Complete, 3).is_empty());
        assert!(of(Some(3), Status::Complete, 4).is_empty());
        assert!(of(Some(3), Status::Failed, 2).is_empty());
        assert!(of(None, Status::Complete, 2).is_empty());
        let other = entry("ad-users", "azure_account", Some(3), Status::Complete);
        assert!(shortfalls([&other].into_iter(), |_| 1).is_empty());
    }

    #[test]
    fn the_deletion_guard_needs_many_and_a_large_share() {
        assert!(guarded(100, 50, false));
        assert!(!guarded(100, 49, false));
        assert!(!guarded(1000, 200, false));
        assert!(guarded(1000, 201, false));
        assert!(!guarded(1000, 1000, true));
    }

    #[test]
    fn the_deletion_guard_holds_what_would_be_nearly_all_of_a_type() {
        assert!(guarded(3, 3, false));
        assert!(guarded(10, 9, false));
        assert!(!guarded(10, 8, false));
        assert!(!guarded(2, 2, false));
        assert!(!guarded(3, 3, true));
    }

    #[test]
    fn what_hangs_on_something_that_is_carried_forward_is_carried_forward() {
        let held = |lost| {
            let losses = |lost| Losses { before: 9, lost, found: 9 - lost };
            let losses: BTreeMap<_, _> = [
                ("azure_user_group".to_owned(), losses(lost)),
                ("azure_group_member".to_owned(), losses(1)),
                ("azure_device".to_owned(), losses(1)),
            ]
            .into();
            let mut verdicts = Verdicts::default();
            let lacks = Some(Lack::Doubt("ad-groups is forbidden".to_owned()));
            verdicts.decide("azure_user_group", losses["azure_user_group"], lacks, false);
            let kept = KeptParents::of(&mut verdicts, &losses, Integration::Azure);
            let carried: Vec<_> = verdicts.carried.into_keys().collect();
            (carried, kept.lacks("azure_user_group_has_user"))
        };
        let why = Some("ad-groups is forbidden".to_owned());
        assert_eq!(held(1), (vec!["azure_group_member".into(), "azure_user_group".into()], why));
        // Every group was found, so each was asked who is in it.
        assert_eq!(held(0), (vec!["azure_user_group".into()], None));
    }

    #[test]
    fn what_lacks_proof_is_carried_however_little_it_is() {
        let mut verdicts = Verdicts::default();
        let losses = Losses { before: 3, lost: 1, found: 2 };
        let lacks = Some(Lack::Doubt("why".to_owned()));
        verdicts.decide("azure_user", losses, lacks, true);
        assert_eq!(verdicts.carried["azure_user"], "why");
        assert!(verdicts.guarded.is_empty());
    }
}
