//! Who may run a job of an instance, and what becomes of a job whose process is gone.
//!
//! A lease in storage keeps a second job from starting. Where processes claim instances, a claim
//! says besides whether the process that took the lease is still there: if not, its job is gone on
//! with at once. Where nobody can tell, a job is taken for dead when its lease has run out.

use time::{Duration, OffsetDateTime};

use super::{Lease, text};
use crate::check;
use crate::context::{Context, Error, Stored};
use crate::finish::{self, TRIES, Tries};
use crate::layout;
use crate::ledger::Status;
use crate::message::Finish;
use crate::plan::{Plan, PlannedStep};
use crate::ports::{Claim, Condition, Etag, QueueName, StoreError};
use crate::progress::News;
use crate::slice;

/// After how long a job that has not ended is taken for dead, and is not gone on with: what it read
/// first is too old to be put together with what it would read now.
const LEASE: Duration = Duration::hours(24);

/// How long the finish of a job that died may take before it is asked for again.
const REAPING: Duration = Duration::hours(2);

/// Takes the lease of an instance for a job, unless a job of it is running. A job whose first steps
/// were never queued is not running, nor is one whose process is gone: its lease is returned, to be
/// gone on with.
pub(crate) async fn take(
    context: &Context,
    plan: &Plan,
    cause: &str,
) -> Result<(Lease, Etag), Error> {
    let instance = &plan.job.instance;
    let claim = context.claims.claim(instance)?;
    if let Claim::Other { holder } = claim {
        return Err(Error::Held { instance: instance.clone(), holder });
    }
    let is_free = claim == Claim::Taken;
    let taken = take_claimed(context, plan, cause, &claim).await;
    // A lease that is queued is one of a job which has ended.
    if is_free && taken.as_ref().map_or(true, |(lease, _)| lease.is_queued) {
        context.claims.release(instance);
    }
    taken
}

/// The same, of an instance that is not claimed by another process. If none had it, whose lease it
/// is has ended.
async fn take_claimed(
    context: &Context,
    plan: &Plan,
    cause: &str,
    claim: &Claim,
) -> Result<(Lease, Etag), Error> {
    let is_free = *claim == Claim::Taken;
    // A message that asked for the finish would end with this process, if that only starts the job.
    let is_alone = context.is_one_process && *claim == Claim::Untold;
    let name = layout::lease(&plan.job.instance);
    loop {
        let since = OffsetDateTime::now_utc();
        let condition = match context.look::<Lease>(&name).await? {
            Stored::Absent => Condition::Absent,
            Stored::Damaged { etag, cause } => {
                tracing::error!(name, cause, "the lease is damaged, and is taken over");
                Condition::Matches(etag)
            }
            Stored::Sound(held, etag) => {
                let has_ended = context.store.get(&held.job.summary()).await?.is_some();
                let is_same = !cause.is_empty() && held.cause == cause;
                if is_same && (has_ended || !is_free) {
                    return Ok((held, etag));
                }
                if !has_ended && is_free {
                    match resume(context, plan, &held).await? {
                        Ok(resumed) => {
                            let condition = Condition::Matches(etag);
                            match context.write(&name, &resumed, condition).await {
                                Err(Error::Store(StoreError::Conflict(_))) => continue,
                                written => return written.map(|etag| (resumed, etag)),
                            }
                        }
                        Err(why) => anew(context, &held, &why).await?,
                    }
                } else if !has_ended && held.until <= since && is_alone {
                    anew(context, &held, "its lease has run out").await?;
                } else if !has_ended && held.until <= since {
                    if let Some(died) = reap(context, &held, etag.clone()).await? {
                        return Err(died);
                    }
                } else if !has_ended && !held.is_queued {
                    return Ok((held, etag));
                } else if !has_ended {
                    return Err(running(&held));
                }
                Condition::Matches(etag)
            }
        };
        let (job, cause) = (plan.job.clone(), cause.to_owned());
        let until = since + LEASE;
        let lease = Lease { job, since, until, is_queued: false, cause, tries: 0, ended: 0 };
        context.write(&plan.job.plan(), plan, Condition::Always).await?;
        match context.write(&name, &lease, condition).await {
            // Another start was faster. Whether it gets as far as to queue anything is not sure.
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => return written.map(|etag| (lease, etag)),
        }
    }
}

/// The lease by which a job whose process is gone is gone on with, or why it is not.
async fn resume(
    context: &Context,
    plan: &Plan,
    held: &Lease,
) -> Result<Result<Lease, String>, Error> {
    let job = &held.job;
    if !context.resumes {
        return Ok(Err("each run serves its cloud at another address".to_owned()));
    }
    if held.until <= OffsetDateTime::now_utc() {
        return Ok(Err("it is more than 24 hours old".to_owned()));
    }
    let (Some(before), _) = context.spare::<Plan>(&job.plan()).await? else {
        return Ok(Err(format!("its plan is damaged or missing: {}", job.plan())));
    };
    // Which listing told of a subscription last does not matter to what is collected of it.
    let [mut configured, mut now] = [before.instance.clone(), plan.instance.clone()];
    (configured.provisioned, now.provisioned) = (None, None);
    let steps = |of: &Plan| of.steps.iter().map(PlannedStep::configured).collect::<Vec<_>>();
    if configured != now || steps(&before) != steps(plan) {
        return Ok(Err("the configuration of the instance has changed".to_owned()));
    }
    if !plan.scheduled && before.steps.iter().any(|it| it.known_at.is_some()) {
        return Ok(Err("it leaves out slow steps, and is started by hand now".to_owned()));
    }
    // The job may have come as far as to make its snapshot the last, or its early one.
    let is_own = plan.previous.as_ref().is_some_and(|it| it.whole() == *job);
    if before.previous != plan.previous && !is_own {
        return Ok(Err("there is a newer snapshot now".to_owned()));
    }
    let found = check::job(context, job).await?;
    if let Some(damage) = found.damaged.first() {
        return Ok(Err(format!("what it stored is damaged: {damage}")));
    }
    let ended = context.store.list(&job.manifests()).await?.len();
    let has_gone_on = ended > held.ended;
    let tries = if has_gone_on { 1 } else { held.tries + 1 };
    if tries > TRIES {
        return Ok(Err(format!("it was resumed {TRIES} times, and no step ended")));
    }
    let since = text(held.since);
    context.observer.observe(job, &News::Resumed { since: &since, ended });
    Ok(Ok(Lease { is_queued: false, tries, ended, ..held.clone() }))
}

/// Gives up a job whose process is gone.
async fn anew(context: &Context, held: &Lease, why: &str) -> Result<(), Error> {
    let since = text(held.since);
    context.observer.observe(&held.job, &News::Anew { since: &since, why });
    let reason = format!("it was interrupted and cannot be resumed: {why}");
    finish::give_up(context, &held.job, &reason).await.map(drop)
}

/// Closes a job that died, so that its ledger says so and what it did read is not lost: what has
/// not ended has failed, and the finish sees to the rest. Until that is done no other job can be
/// compared with it. One that cannot be closed is given up after some tries, and nothing is
/// returned.
async fn reap(context: &Context, held: &Lease, etag: Etag) -> Result<Option<Error>, Error> {
    let (job, now) = (&held.job, OffsetDateTime::now_utc());
    let (plan, _) = context.spare::<Plan>(&job.plan()).await?;
    let Some(plan) = plan.filter(|_| held.tries < TRIES) else {
        let (tries, _) = context.spare::<Tries>(&job.tries()).await?;
        let last = tries
            .map_or("its plan is damaged, or the reason is unknown".to_owned(), |it| it.reason);
        let reason = format!(
            "its lease expired, and it could not be closed in {} tries: {last}",
            held.tries
        );
        finish::fail(context, job, &reason).await?;
        return Ok(None);
    };
    for (planned, step) in plan.enabled() {
        let reason = "the lease of the job expired before the step had ended";
        let manifest = slice::unread(&plan, step, Status::Failed, reason);
        match context.write(&job.manifest(&planned.id), &manifest, Condition::Absent).await {
            Err(Error::Store(StoreError::Conflict(_))) => (),
            written => drop(written?),
        }
    }
    context.queue.send(QueueName::Finish, vec![Finish::new(job.clone()).outgoing()]).await?;
    let tries = held.tries + 1;
    let reaped = Lease { until: now + REAPING, is_queued: true, tries, ..held.clone() };
    match context.write(&layout::lease(&job.instance), &reaped, Condition::Matches(etag)).await {
        // Somebody else does the same.
        Err(Error::Store(StoreError::Conflict(_))) => (),
        written => drop(written?),
    }
    Ok(Some(Error::Died { instance: job.instance.clone(), job: job.id.clone() }))
}

fn running(lease: &Lease) -> Error {
    Error::Running {
        instance: lease.job.instance.clone(),
        job: lease.job.id.clone(),
        since: text(lease.since),
        until: text(lease.until),
    }
}
