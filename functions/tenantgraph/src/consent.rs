//! `tenantgraph consent`: the pages of the function `consent`, served by this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlResponse,
};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode, header};
use collector::Context;
use collector::consent::Keys;
use consent::{Key, Site};
use lambda_runtime::LambdaEvent;
use tokio::net::TcpListener;

use crate::arguments::Consent;
use crate::interruption;
use crate::machine::Machine;
use crate::progress::{Progress, say};
use crate::{End, Error};

/// Serves the pages until the process is stopped, and collects what was consented to.
pub(crate) async fn run(arguments: Consent) -> Result<End, Error> {
    let Consent { listen, address, key, storage, cloud } = arguments;
    let cloud = cloud.as_deref().map(crate::run::cloud).transpose()?;
    let listener = TcpListener::bind(listen).await?;
    let address =
        address.map_or_else(|| local(listener.local_addr()?), |address| given(&address))?;
    let machine = Machine::new(&storage.store, cloud, Progress::new()).await?;
    let key = key.map_or_else(|| Key::Own(Keys::random()), Key::Stored);
    say(&format!("an administrator consents at {address}/consent?instance=ID"));
    say(&format!("the application's redirect URI for the Web is {address}/consent/redirect"));
    let site = Site { key, address: Some(address) };
    tokio::select! {
        served = serve(listener, machine.context.clone(), site) => served?,
        stopped = machine.work() => stopped?,
        signal = interruption::signal() => {
            say(&format!("stopped by {signal}; the next run resumes a job that was running"));
            return Ok(End::Interrupted);
        }
    }
    Ok(End::Complete)
}

/// The address of this machine, by the one name of it that Microsoft lets an application be
/// registered with.
fn local(bound: SocketAddr) -> Result<String, Error> {
    if bound.ip().is_loopback() {
        return Ok(format!("http://localhost:{}", bound.port()));
    }
    Err("--listen lets other machines connect, so --address has to give the public URL".into())
}

/// An address that browsers reach this machine by, without a trailing slash.
fn given(address: &str) -> Result<String, Error> {
    let address = address.trim_end_matches('/');
    let is_local =
        ["http://localhost:", "http://127.0.0.1:"].iter().any(|it| address.starts_with(it));
    if address.starts_with("https://") || is_local {
        return Ok(address.to_owned());
    }
    Err("--address must be an https URL; plain http is allowed only for http://localhost:PORT"
        .into())
}

/// Serves the pages at a listener. It never ends by itself.
///
/// # Errors
///
/// If nothing can be accepted any more.
pub async fn serve(listener: TcpListener, context: Arc<Context>, site: Site) -> Result<(), Error> {
    let router = Router::new().fallback(answer).with_state(Arc::new((context, site)));
    Ok(axum::serve(listener, router).await?)
}

/// Hands a request to the function as its URL would, and its answer to the browser.
async fn answer(State(served): State<Arc<(Arc<Context>, Site)>>, head: Parts) -> Response<Body> {
    let (context, site) = &*served;
    let answered = async {
        let event = LambdaEvent::new(
            serde_json::to_value(event(&head))?,
            lambda_runtime::Context::default(),
        );
        let answer = consent::handle(context, site, event).await?;
        response(serde_json::from_value(answer)?)
    };
    answered.await.unwrap_or_else(|error: Error| {
        say(&format!("cannot answer a request: {error}"));
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

fn event(head: &Parts) -> LambdaFunctionUrlRequest {
    let mut request = LambdaFunctionUrlRequest::default();
    request.request_context.http.method = Some(head.method.to_string());
    request.raw_path = Some(head.uri.path().to_owned());
    request.raw_query_string = Some(head.uri.query().unwrap_or_default().to_owned());
    let cookies = head.headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    request.cookies = Some(cookies.flat_map(|it| it.split("; ")).map(str::to_owned).collect());
    request
}

fn response(answer: LambdaFunctionUrlResponse) -> Result<Response<Body>, Error> {
    let mut response = Response::new(answer.body.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(u16::try_from(answer.status_code)?)?;
    *response.headers_mut() = answer.headers;
    for cookie in answer.cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie.parse()?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_goes_without_tls() {
        assert_eq!(local("127.0.0.1:80".parse().unwrap()).unwrap(), "http://localhost:80");
        assert_eq!(local("[::1]:81".parse().unwrap()).unwrap(), "http://localhost:81");
        assert!(local("0.0.0.0:80".parse().unwrap()).is_err());
        assert_eq!(given("https://a.example/x/").unwrap(), "https://a.example/x");
        assert_eq!(given("http://localhost:1").unwrap(), "http://localhost:1");
        for address in ["http://a.example", "http://localhost.a.example:1", "a.example", ""] {
            assert!(given(address).is_err(), "{address}");
        }
    }
}
