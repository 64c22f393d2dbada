//! `tenantgraph ui`: the page that shows and explores the graph, served to this machine alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use collector::Secret;
use page::{Failure, LARGEST, Local, Site, answer};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::arguments::{Asked, Ui};
use crate::asked::{Target, open};
use crate::print::line;
use crate::progress::{remark, say};
use crate::{End, Error, interruption};

pub(crate) async fn run(arguments: Ui) -> Result<End, Error> {
    serve(&arguments.asked, arguments.port).await
}

/// What is served, and to whom.
struct Served {
    guard: Local,
    site: Arc<Site>,
}

/// Serves the page until the process is stopped.
pub(crate) async fn serve(asked: &Asked, port: u16) -> Result<End, Error> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await;
    let listener = listener.map_err(|error| {
        format!("port {port} of this machine cannot be served: {error}; choose one with --port, or any with --port 0")
    })?;
    let port = listener.local_addr()?.port();
    let Target { context, tables, .. } = open(asked).await?;
    let token = token();
    let guard = Local::new(port, &Secret::new(token.as_str()));
    let site = Arc::new(Site::open(Arc::new(context), tables).await?);
    let served = Arc::new(Served { guard, site });
    line(&format!("http://127.0.0.1:{port}/#token={token}"))?;
    remark(
        "open this address in a browser; whoever has it can read the graph until you stop this command with Ctrl-C",
    );
    let router = Router::new().fallback(received).with_state(served);
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        signal = interruption::signal() => say(&format!("stopped by {signal}")),
    }
    Ok(End::Complete)
}

/// 244 random bits.
fn token() -> String {
    let [one, other] = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::simple);
    format!("{one}{other}")
}

/// Hands a request to the page, and its answer to the browser.
async fn received(State(served): State<Arc<Served>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return handed_over(page::Response::failed(&Failure::TooLarge(LARGEST)));
    };
    let text = |name: HeaderName| {
        head.headers.get(name).map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned())
    };
    let request = page::Request {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        host: text(header::HOST),
        origin: text(header::ORIGIN),
        site: text(HeaderName::from_static("sec-fetch-site")),
        token: text(HeaderName::from_static(page::TOKEN)).map(Secret::new),
        body: body.to_vec(),
    };
    let site = Arc::clone(&served.site);
    handed_over(answer(&served.guard, async { Ok(site) }, request).await)
}

fn handed_over(answer: page::Response) -> Response<Body> {
    let headers: Vec<_> = answer.headers().collect();
    let mut response = Response::new(Body::from(answer.body.into_owned()));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        // What the page puts into a header is text that a header can hold.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
