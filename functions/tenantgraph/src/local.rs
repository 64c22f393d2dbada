//! Events from files, and a look at what is stored.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use aws::{LocalQueue, LocalSecrets};
use collector::Context;
use collector::event::LARGEST_EVENT;
use collector::layout::Job;
use microsoft::{Cloud, Connections};
use serde_json::Value;

use crate::Error;

/// Reads a file with an event.
pub(crate) fn event(path: &Path) -> Result<Value, Error> {
    let in_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let size = fs::metadata(path).map_err(|error| in_file(&error))?.len();
    if size > LARGEST_EVENT as u64 {
        return Err(
            in_file(&format!("is {size} bytes long; at most {LARGEST_EVENT} are allowed")).into()
        );
    }
    let text = fs::read(path).map_err(|error| in_file(&error))?;
    Ok(serde_json::from_slice(&text).map_err(|error| in_file(&format!("is not JSON: {error}")))?)
}

/// What is stored, for looking at it and for changing it, but for running nothing.
pub(crate) async fn stored(store: &str) -> Result<Context, Error> {
    reaching(store, None).await
}

/// What is stored, and Microsoft's services in a cloud, or else in that of each instance.
pub(crate) async fn reaching(store: &str, cloud: Option<Cloud>) -> Result<Context, Error> {
    let claims = aws::claims(store)?;
    let store = aws::store(store).await?;
    let microsoft = Arc::new(cloud.map_or_else(Connections::default, Connections::new));
    let queue = Arc::new(LocalQueue::new(std::time::Duration::ZERO, 1));
    let mut context = Context::new(store, queue, Arc::new(LocalSecrets), microsoft);
    context.claims = claims;
    Ok(context)
}

/// The jobs that a start answered with.
pub(crate) fn jobs(answer: &Value) -> Result<Vec<Job>, Error> {
    Ok(serde_json::from_value(answer["jobs"].clone())?)
}
