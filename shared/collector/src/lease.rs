//! The lease of an instance: a stored object that keeps a second job from starting.

pub(crate) mod take;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::context::{Context, Error};
use crate::layout::{self, Job};

/// The lease that keeps a second job of an instance from starting.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lease {
    pub(crate) job: Job,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) since: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) until: OffsetDateTime,
    /// Whether the job's first steps were queued.
    pub(crate) is_queued: bool,
    /// What asked for the job, if that has a name. Asked again, it gets the same job.
    #[serde(default)]
    pub(crate) cause: String,
    /// How often the job was gone on with, or closed, in vain.
    #[serde(default)]
    pub(crate) tries: u32,
    /// How many of its steps had ended when it was gone on with last.
    #[serde(default)]
    pub(crate) ended: usize,
}

impl Lease {
    /// The same, now that the first steps were queued.
    pub(crate) fn queued(self) -> Self {
        Self { is_queued: true, ..self }
    }
}

/// When the last job of an instance was started, if there was one.
pub(crate) async fn began(context: &Context, id: &str) -> Result<Option<OffsetDateTime>, Error> {
    let (lease, _) = context.spare::<Lease>(&layout::lease(id)).await?;
    Ok(lease.map(|lease| lease.since))
}

/// A moment in ISO 8601, to the second.
pub(crate) fn text(moment: OffsetDateTime) -> String {
    moment.replace_nanosecond(0).unwrap_or(moment).format(&Rfc3339).unwrap_or_default()
}
