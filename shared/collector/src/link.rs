//! From entities and references to a graph.
//!
//! Everything is a sort and a merge on the local disk, so that memory does not grow with the
//! tenant, and so that neither the order in which steps ran nor what was read twice leaves a trace:
//!
//! 1. Entities are sorted by type and key. Those found twice become one; patches are added.
//! 2. The names that entities answer to are sorted, and so are references by the name they use. One
//!    merge of the two finds the ends. A reference that uses two names goes through it twice.
//! 3. Relationships are sorted by type and key, and those found twice become one.
//! 4. What follows from them, such as who is in a group because a group is in it, is added.
//!
//! The last snapshot lies in that order already, and is read beside what was found. Of what it has,
//! only what was not found is sorted, and of that only names and ends.

mod checkpoint;
mod derive;
mod earlier;
mod emit;
mod feed;
mod join;
mod line;
mod load;
mod names;
mod objects;
mod proof;
mod record;
pub(crate) mod sort;
mod space;
mod tenant;
#[cfg(test)]
mod tests;
mod values;

use steps::derives;

use crate::context::{Context, Error};
use crate::layout::RecordKind;
use crate::ledger::{Entry, Status};
use crate::manifest::Manifest;
use crate::plan::{Plan, PlannedStep};
use crate::summary::{self, Linked, Summary};
use checkpoint::Checkpoint;
use earlier::Earlier;
use emit::Emit;
use proof::{KeptParents, Lack, Proof, Verdicts, shortfalls};
use record::{Unknown, Unknowns};

pub(crate) use checkpoint::Turn;
pub use feed::Difference;
pub use line::ALIASES;
pub(crate) use tenant::tenant;
pub use values::{Values, differing};

/// How linking ended.
pub(crate) enum Outcome {
    /// The snapshot is written.
    Linked(Box<Linked>),
    /// The time is over. What is written is noted under this number, and the rest is to be written.
    Paused(u32),
}

/// Links what the steps of a job stored, and writes the snapshot and how it differs from the last.
///
/// If the turn's time is over before everything is written, what is written is noted, for the next
/// invocation to go on from there.
pub(crate) async fn link(
    context: &Context,
    plan: &Plan,
    manifests: &[Manifest],
    previous: Option<&Summary>,
    turn: Turn,
) -> Result<Outcome, Error> {
    let (checkpoint, etag) = Checkpoint::read(context, plan, previous.map(|it| &it.job)).await?;
    if let Some(last) = checkpoint.as_ref().map(|it| it.turn).filter(|it| *it > turn.number) {
        // This turn was taken, and perhaps died before it asked for the next.
        return Ok(Outcome::Paused(last));
    }
    space::check(manifests, previous)?;
    let integration = plan.instance.integration;
    let ledger = manifests.iter().flat_map(|manifest| &manifest.ledger);
    let proof = Proof::new(integration, ledger, plan.steps.iter());
    let mut linked = Linked::default();
    let mut verdicts = Verdicts::default();
    let guarded = |kind: &str| previous.is_some_and(|it| it.graph.guarded.contains_key(kind));

    let (entities, references) = load::load(context, manifests).await?;
    let unknowns = unknowns(manifests, previous);
    let before = Earlier::new(context, previous, RecordKind::Entities, |_| true);
    let (names, losses) = names::names(&entities, before, &unknowns).await?;
    let found = |kind: &str| losses.get(kind).map_or(0, |it| it.found);
    linked.shortfalls = shortfalls(manifests.iter().flat_map(|it| &it.ledger), found);
    let mut proof = proof.without(&linked.shortfalls);
    if previous.is_some_and(|it| it.is_bare) {
        let unproven = |it: &PlannedStep| (it.id.clone(), summary::BARE.to_owned());
        proof = proof.without(&plan.steps.iter().map(unproven).collect());
    }
    for (kind, losses) in &losses {
        verdicts.decide(kind, *losses, proof.lacks_entities(kind), guarded(kind));
    }
    let kept = KeptParents::of(&mut verdicts, &losses, integration);
    let names = names.sorted(&verdicts)?;
    let (relationships, inherited) = join::join(references, &names, &mut linked)?.sorted()?;

    // What follows from others by a rule that applies is decided with them.
    let is_looked_for = |kind: &str| derives(kind).is_none_or(|it| proof.lacks_rule(it).is_some());
    let before = Earlier::new(context, previous, RecordKind::Relationships, is_looked_for);
    let (lost, losses) = join::lost(&relationships, before, names).await?;
    for (kind, losses) in losses {
        if let Some(rule) = derives(&kind) {
            verdicts.decide_derived(&kind, proof.lacks_rule(rule));
        } else {
            let of_parents = || kept.lacks(&kind).map(Lack::Doubt);
            let lacks = proof.lacks_relationships(&kind).or_else(of_parents);
            verdicts.decide(&kind, losses, lacks, guarded(&kind));
        }
    }
    let derived = derive::derive([&relationships, &lost], &verdicts, &proof, &mut linked)?;
    linked.guarded = std::mem::take(&mut verdicts.guarded);

    let before =
        previous.map(|it| (it, Proof::new(integration, it.ledger.iter(), it.steps.iter())));
    let mut emit =
        Emit::new(context, &plan.job, before, verdicts, linked, (turn, checkpoint)).await?;
    if emit.entities(entities, inherited, &unknowns).await?
        && emit.relationships(relationships, derived, lost).await?
    {
        return emit.finish().await.map(|linked| Outcome::Linked(Box::new(linked)));
    }
    emit.pause(etag).await.map(Outcome::Paused)
}

/// The properties that may be lacking because a step could not read them. Unknown is not false: an
/// entity that lacks one says so, and why. What is still to be read, or was read not long ago, is
/// as the last snapshot has it.
fn unknowns(manifests: &[Manifest], previous: Option<&Summary>) -> Unknowns {
    let mut unknowns = Unknowns::new();
    for manifest in manifests {
        let Some(step) = steps::find(&manifest.step) else { continue };
        let was_not_read = |it: &&Entry| !it.status.is_complete() || it.status == Status::Known;
        let Some(entry) = manifest.ledger.iter().find(was_not_read) else { continue };
        let reason = entry.reason.as_deref().unwrap_or(entry.status.as_str());
        let is_kept = matches!(entry.status, Status::Pending | Status::Known);
        let kept = previous.filter(|_| is_kept).map(|it| it.planned_at.clone());
        let mut lacks = |kind: &'static str, name: &'static str| {
            let (reason, kept) = (reason.to_owned(), kept.clone());
            unknowns.entry(kind).or_default().push(Unknown { name, reason, kept });
        };
        if let Some(emits) = step.emits().filter(|_| step.synthesized.is_some()) {
            // A stand-in knows what is computed, and nothing of what the list would have said.
            let listed = emits.declared().filter(|it| it.is_held());
            listed.for_each(|it| lacks(emits.kind, it.name));
        }
        for (patched, property) in step.patches() {
            lacks(patched.kind, property.name);
        }
    }
    unknowns
}
