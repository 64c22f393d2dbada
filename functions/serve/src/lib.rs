//! Serves the page that shows the graph, to people who have signed in and to programs that are
//! named.
//!
//! AWS lets nobody reach the function but Amazon `CloudFront` and what IAM allows. That proves no
//! person, so that the function checks the token of each request itself.

mod guard;
mod identity;
mod keys;
mod latest;
mod program;
mod request;
mod response;
mod settings;

use std::sync::Arc;

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use collector::Context;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

use guard::Visit;
use identity::Identity;
use latest::Latest;

pub use program::Program;
pub use settings::Settings;

/// What is served, and to whom.
#[derive(Debug)]
pub struct Server {
    settings: Settings,
    identity: Identity,
    latest: Latest,
}

impl Server {
    /// Serves what is stored.
    ///
    /// # Errors
    ///
    /// If the settings make no sense.
    pub fn new(context: Context, settings: Settings) -> Result<Self, Error> {
        let identity = Identity::new(&settings)?;
        let latest = Latest::new(Arc::new(context), settings.instance.clone());
        Ok(Self { settings, identity, latest })
    }
}

/// Answers a request to the function's URL, which is an event of payload format 2.0.
///
/// # Errors
///
/// If the event is no such request. Whatever else goes wrong is an answer.
pub async fn handle(server: &Server, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event: LambdaFunctionUrlRequest = serde_json::from_value(event.payload)?;
    let accepts_gzip = request::accepts_gzip(&event);
    let visit = Visit::new(&server.settings, &server.identity, &event);
    let answer = match request::read(event) {
        Ok(request) => {
            let site = Box::pin(server.latest.site());
            Box::pin(page::answer(&visit, site, request)).await
        }
        Err(failure) => page::Response::failed(&failure),
    };
    Ok(serde_json::to_value(response::handed_over(&answer, accepts_gzip)?)?)
}
