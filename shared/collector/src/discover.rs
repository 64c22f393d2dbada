//! What a listing of a tenant's subscriptions says of each of them: messages for
//! [`provision`](crate::provision).

use std::collections::BTreeSet;

use crate::context::{Context, Error};
use crate::instance::Instance;
use crate::instances;
use crate::ledger::Status;
use crate::manifest::Manifest;
use crate::message::{Finding, Provision};
use crate::plan::Plan;
use crate::ports::{Outgoing, QueueName};

/// How many subscriptions have to go at once for the listing to be doubted.
const MANY: usize = 3;

/// Tells what a listing says of each subscription that has an instance, or is to have one.
///
/// It may be done again at any time: the queue drops messages that it has seen, and what comes
/// through all the same comes to the same.
pub(crate) async fn announce(
    context: &Context,
    plan: &Plan,
    manifest: &Manifest,
) -> Result<(), Error> {
    let tenant = &plan.instance;
    let known = instances::family(context, &tenant.id).await?;
    let family = Instance::family(&tenant.id);
    let mut known: BTreeSet<&str> =
        known.iter().filter_map(|it| it.strip_prefix(&family)).collect();
    let before = known.len();
    let mut messages: Vec<Outgoing> = Vec::new();
    let mut tell = |subscription: &str, finding| {
        let (job, subscription) = (plan.job.clone(), subscription.to_owned());
        messages.push(Provision { job, subscription, finding }.outgoing());
    };
    let own = tenant.config.subscription_id.as_deref().map(str::to_ascii_lowercase);
    for (id, found) in manifest.discoveries.iter().filter(|(id, _)| is_plain(id)) {
        let has_instance = known.remove(id.as_str());
        match &found.skipped {
            // The tenant's instance collects it itself.
            _ if Some(id) == own.as_ref() => (),
            None => tell(id, Finding::Listed { name: found.name.clone() }),
            Some(reason) if has_instance => tell(id, Finding::Skipped { reason: reason.clone() }),
            Some(_) => (),
        }
    }
    if is_proof(manifest) {
        let with_many = known.len() >= MANY && known.len() * 2 >= before;
        for id in known {
            tell(id, Finding::Missing { with_many });
        }
    }
    if !messages.is_empty() {
        context.queue.send(QueueName::Provision, messages).await?;
    }
    Ok(())
}

/// Whether what a listing lacks is not there. One that is empty may as well mean that the
/// application has lost its role, for then Azure shows nothing and does not say why.
fn is_proof(manifest: &Manifest) -> bool {
    let is_complete = manifest.ledger.iter().all(|entry| entry.status == Status::Complete);
    let has_odd = !manifest.drift.is_empty() || !manifest.discoveries.keys().all(|id| is_plain(id));
    is_complete && !has_odd && !manifest.discoveries.is_empty()
}

/// Whether an id may become part of an object's name. Those of subscriptions are GUIDs.
fn is_plain(id: &str) -> bool {
    id.len() <= 64 && id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}
