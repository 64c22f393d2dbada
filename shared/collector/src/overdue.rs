//! Which instances have had no complete job for too long, whatever the reason.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::context::{Context, Error};
use crate::instance::{Instance, Standing};
use crate::instances;
use crate::layout;
use crate::lease;
use crate::snapshot::Latest;

/// After how many polling intervals without a complete job an instance is told of.
const INTERVALS: u32 = 2;

/// How many instances are looked at side by side.
const WIDTH: usize = 32;

/// Tells if an instance has had no complete job for twice its interval. It never keeps anything
/// from being started: what cannot be read is a warning.
pub(crate) async fn tell(context: &Context, id: &str, interval: Duration, now: OffsetDateTime) {
    match since(context, id).await {
        Ok(Some(since)) if now - since > interval * INTERVALS => {
            let since = since.format(&Rfc3339).unwrap_or_default();
            let seconds = interval.as_secs();
            // The template has an alarm on this message.
            tracing::error!(instance = id, since, seconds, "an instance has no complete job");
        }
        Ok(_) => (),
        Err(error) => tracing::warn!(instance = id, %error, "nobody knows when a job was complete"),
    }
}

/// The same of the instances that one has made for subscriptions, and that run with it.
pub(crate) async fn tell_family(
    context: &Context,
    tenant: &str,
    interval: Duration,
    now: OffsetDateTime,
) {
    let family = match instances::family(context, tenant).await {
        Ok(family) => family,
        Err(error) => {
            tracing::warn!(instance = tenant, %error, "its subscriptions are not looked at");
            return;
        }
    };
    let looks = family.into_iter().map(|id| look(context, id, interval, now));
    stream::iter(looks).buffer_unordered(WIDTH).collect::<()>().await;
}

/// The same of the instance of a subscription.
async fn look(context: &Context, id: String, interval: Duration, now: OffsetDateTime) {
    match instances::find(context, &id).await {
        Ok(instance) if runs(&instance) => tell(context, &id, interval, now).await,
        Ok(_) => (),
        Err(error) => tracing::warn!(instance = id, %error, "an instance cannot be read"),
    }
}

/// Whether the instance of a subscription is started with that of its tenant.
fn runs(instance: &Instance) -> bool {
    let standing = instance.provisioned.as_ref().map(|it| &it.subscription);
    instance.enabled && standing == Some(&Standing::Listed)
}

/// Since when an instance has had no complete job: since its last one was planned or, as long as
/// none was complete, since the first; or since its job was started, as long as none has ended.
async fn since(context: &Context, id: &str) -> Result<Option<OffsetDateTime>, Error> {
    let latest = context.read::<Latest>(&layout::latest(id)).await?;
    match latest.and_then(|(latest, _)| latest.complete) {
        Some(complete) => Ok(Some(complete)),
        None => lease::began(context, id).await,
    }
}
