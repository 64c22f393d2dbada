//! Microsoft Graph: in version 1.0 the directory and what governs it, and Intune, in the beta
//! version too.

pub(crate) mod batch;
mod charge;
pub(crate) mod delta;
mod endpoint;
pub(crate) mod error;
mod intune;
mod list;
mod permission;
mod query;
mod read;
mod route;
mod version;

use crate::services::answer::Answer;
use crate::services::cloud::{self, Cloud};
use crate::services::request::Request;
use error::{Failure, refuse};
use route::Route;
use version::Version;

/// Answers a request to Microsoft Graph. The requests of a `$batch` go the way of all others, which
/// `each` knows.
pub(crate) fn answer(
    cloud: &Cloud,
    request: &Request,
    each: &dyn Fn(&Request) -> Answer,
) -> Answer {
    let token = request.bearer.as_deref();
    let claims = match cloud.tokens.check(token, cloud::GRAPH, cloud.clock.seconds()) {
        Ok(claims) => claims,
        Err(refusal) => return error::unauthorized(cloud, request, &refusal),
    };
    let path = request.segments().join("/");
    let Some((version, path)) = Version::of(&path) else {
        return refuse(cloud, request, &Failure::unknown_version(&path));
    };
    if path.eq_ignore_ascii_case("$batch") && !request.nested {
        return batch::answer(cloud, request, each);
    }
    if intune::is_for(path) {
        return intune::answer(cloud, request, &claims, version, path);
    }
    if version == Version::Beta {
        // Of the directory there is version 1.0 only.
        return refuse(cloud, request, &Failure::unknown_version(version.name()));
    }
    let outcome = Route::parse(path).and_then(|route| {
        if request.method == "GET" { Ok(route) } else { Err(Failure::method(&request.method)) }
    });
    match outcome {
        Ok(route) => charge::answer(cloud, request, &claims, &route),
        Err(failure) => refuse(cloud, request, &failure),
    }
}
