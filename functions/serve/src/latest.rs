//! The snapshot that is shown: the latest.

use std::sync::Arc;
use std::time::Duration;

use collector::Context;
use page::{Failure, Site};
use query::tables;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long a snapshot is shown before it is looked for a later one.
const SHOWN: Duration = Duration::from_mins(1);

/// The latest snapshot of an instance. Opening it reads the names of all entities, so it is kept.
#[derive(Debug)]
pub(crate) struct Latest {
    context: Arc<Context>,
    instance: String,
    shown: Mutex<Option<Shown>>,
}

#[derive(Debug)]
struct Shown {
    site: Arc<Site>,
    since: Instant,
}

impl Latest {
    pub(crate) fn new(context: Arc<Context>, instance: String) -> Self {
        Self { context, instance, shown: Mutex::default() }
    }

    /// The latest snapshot.
    pub(crate) async fn site(&self) -> Result<Arc<Site>, Failure> {
        let mut shown = self.shown.lock().await;
        if let Some(shown) = shown.as_ref().filter(|it| it.since.elapsed() < SHOWN) {
            return Ok(Arc::clone(&shown.site));
        }
        let tables = tables::latest(&self.context, &self.instance).await?;
        let since = Instant::now();
        let still = |it: &Site| tables.as_ref().is_none_or(|tables| it.shows(tables));
        // The graph of a tenant is not published again until all of its jobs have ended.
        if let Some(shown) = shown.as_mut().filter(|it| still(&it.site)) {
            shown.since = since;
            return Ok(Arc::clone(&shown.site));
        }
        let tables = tables.ok_or_else(|| {
            Failure::NotFound(format!(
                "nothing is published of the instance {}; try again when its jobs have ended",
                self.instance
            ))
        })?;
        // Two snapshots may be more than memory holds.
        *shown = None;
        let site = Arc::new(Site::open(Arc::clone(&self.context), tables).await?);
        *shown = Some(Shown { site: Arc::clone(&site), since });
        Ok(site)
    }
}
