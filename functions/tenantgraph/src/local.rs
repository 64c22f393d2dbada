//! A look at what is stored.

use std::sync::Arc;

use aws::{LocalQueue, LocalSecrets, Location, StsIdentity};
use collector::Context;
use collector::layout::Job;
use microsoft::{Cloud, Connections};
use serde_json::Value;

use crate::Error;

/// The folders of a store. One that has none of them is no store.
const FOLDERS: [&str; 5] = ["alerts", "graph", "instances", "jobs", "rules"];

/// The same as [`stored`], for commands that read: nothing is stored yet where they are mistaken
/// about the place.
///
/// # Errors
///
/// If a directory is not there, or holds nothing that tenantgraph stored. Of a bucket that shows
/// when it is read.
pub(crate) async fn existing(store: &str) -> Result<Context, Error> {
    if let Location::Directory(path) = store.parse()? {
        let help = "--store or TENANTGRAPH_STORE names another place";
        if !path.is_dir() {
            return Err(format!("there is no store {store}; {help}").into());
        }
        if !FOLDERS.iter().any(|it| path.join(it).is_dir()) {
            return Err(format!("nothing is stored in {store}; {help}").into());
        }
    }
    stored(store).await
}

/// What is stored, for looking at it and for changing it, but for running nothing.
pub(crate) async fn stored(store: &str) -> Result<Context, Error> {
    reaching(store, None).await
}

/// What is stored, and Microsoft's services in a cloud, or else in that of each instance.
pub(crate) async fn reaching(store: &str, cloud: Option<Cloud>) -> Result<Context, Error> {
    let claims = aws::claims(store)?;
    let store = aws::store(store).await?;
    let microsoft = Arc::new(connections(cloud));
    let queue = Arc::new(LocalQueue::new(std::time::Duration::ZERO, 1));
    let mut context = Context::new(store, queue, Arc::new(LocalSecrets), microsoft);
    context.claims = claims;
    Ok(context)
}

/// The ways to reach Microsoft from this machine: as what is on it, too, and as whom AWS knows.
pub(crate) fn connections(cloud: Option<Cloud>) -> Connections {
    let connections = cloud.map_or_else(Connections::default, Connections::new);
    connections.on_one_machine().with_web_identity(Arc::new(StsIdentity::new(None)))
}

/// The jobs that a start answered with.
pub(crate) fn jobs(answer: &Value) -> Result<Vec<Job>, Error> {
    Ok(serde_json::from_value(answer["jobs"].clone())?)
}
