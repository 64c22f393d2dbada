//! From a request to a response.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::request::{LARGEST, Parameters, Request};
use crate::response::Response;
use crate::site::Site;
use crate::{
    alerts, ask, changes, entity, files, ledger, model, neighbours, overview, paths, question,
    search,
};

/// How long an answer may take.
const LONGEST: Duration = Duration::from_secs(20);

/// How long a request waits for others.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers a request. It never fails: what goes wrong is an answer, too.
pub async fn answer(site: &Arc<Site>, request: Request) -> Response {
    attempt(site, request).await.unwrap_or_else(|failure| Response::failed(&failure))
}

async fn attempt(site: &Arc<Site>, request: Request) -> Result<Response, Failure> {
    site.guard.admits(&request)?;
    if !request.path.starts_with("/api/") {
        let file = files::find(&request.path).filter(|_| request.method == "GET");
        return file.ok_or(Failure::NoPath(request.path));
    }
    site.guard.trusts(&request)?;
    if request.body.len() > LARGEST {
        return Err(Failure::TooLarge(LARGEST));
    }
    let place = timeout(PATIENCE, Arc::clone(&site.places).acquire_owned()).await;
    let Ok(Ok(place)) = place else { return Err(Failure::Busy) };
    let site = Arc::clone(site);
    // Reading tables takes a thread for itself. One that is given up keeps its place until it ends.
    let work = tokio::task::spawn_blocking(move || {
        let response = Handle::current().block_on(route(&site, &request));
        drop(place);
        response
    });
    timeout(LONGEST, work).await.map_err(|_| Failure::TooSlow(LONGEST))??
}

async fn route(site: &Site, request: &Request) -> Result<Response, Failure> {
    let parameters = Parameters::of(request);
    let mut value = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/api/overview") => overview::overview(site).await?,
        ("GET", "/api/search") => search::search(site, &parameters)?,
        ("GET", "/api/entity") => entity::entity(site, &parameters).await?,
        ("GET", "/api/history") => changes::of_entity(site, &parameters).await?,
        ("GET", "/api/neighbours") => neighbours::neighbours(site, &parameters).await?,
        ("GET", "/api/paths") => paths::paths(site, &parameters).await?,
        ("GET", "/api/questions") => question::list(),
        ("GET", "/api/question") => question::one(site, &parameters).await?,
        ("GET", "/api/jobs") => changes::jobs(site).await?,
        ("GET", "/api/changes") => changes::of_job(site, &parameters).await?,
        ("GET", "/api/values") => changes::values(site, &parameters).await?,
        ("GET", "/api/ledger") => ledger::ledger(site),
        ("GET", "/api/alerts") => alerts::alerts(site).await?,
        ("GET", "/api/model") => model::model(site),
        ("POST", "/api/query") => {
            return Ok(Response::text(200, ask::ask(site, &request.body).await?));
        }
        _ => return Err(Failure::NoPath(request.path.clone())),
    };
    let snapshot = json!(site.tables.manifest.finished_at);
    if let Some(object) = value.as_object_mut() {
        object.insert("snapshot".to_owned(), snapshot);
    }
    Ok(Response::json(200, &value))
}
