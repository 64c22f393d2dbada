//! From a request to a response.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::failure::Failure;
use crate::guard::Guard;
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

/// Answers a request, with the site that is opened once the guard trusts the request. It never
/// fails: what goes wrong is an answer, too, and logged.
pub async fn answer(
    guard: &dyn Guard,
    site: impl Future<Output = Result<Arc<Site>, Failure>>,
    request: Request,
) -> Response {
    let path = request.path.clone();
    attempt(guard, site, request).await.unwrap_or_else(|failure| {
        match failure.status() {
            500.. => tracing::error!(path, %failure, "a request is not answered"),
            403 => tracing::warn!(path, %failure, "a request is refused"),
            _ => tracing::debug!(path, %failure, "a request makes no sense"),
        }
        Response::failed(&failure)
    })
}

async fn attempt(
    guard: &dyn Guard,
    site: impl Future<Output = Result<Arc<Site>, Failure>>,
    request: Request,
) -> Result<Response, Failure> {
    guard.admits(&request)?;
    if !request.path.starts_with("/api/") {
        let file = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/sign-in") => Some(Response::json(200, &json!({ "at": guard.sign_in() }))),
            ("GET", path) => files::find(path),
            _ => None,
        };
        let Some(mut file) = file else { return Err(Failure::NoPath(request.path)) };
        if request.path == "/" {
            file.asks = guard.sign_in().map(|it| it.address.clone());
        }
        return Ok(file);
    }
    guard.trusts(&request).await?;
    if request.body.len() > LARGEST {
        return Err(Failure::TooLarge(LARGEST));
    }
    let site = site.await?;
    let place = timeout(PATIENCE, Arc::clone(&site.places).acquire_owned()).await;
    let Ok(Ok(place)) = place else { return Err(Failure::Busy) };
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
        ("GET", "/api/earlier") => question::earlier(site).await?,
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
