//! The HTTP server: it turns HTTP into requests to the cloud, and answers into HTTP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, Method, Response, Version};
use axum::routing::any;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::answer::{Answer, Ending};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::counters::Counters;
use crate::faults::Permanent;
use crate::life::Change;
use crate::options::{Options, Principal, Subscription};
use crate::random::Draw;
use crate::request::{Request, parse_form};
use crate::wire::{self, Gate, Line};

/// A running simulated cloud. The server stops when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    cloud: Arc<Cloud>,
    directory_id: String,
    default_domain: String,
    /// Dropping it tells the server to stop.
    _stop: oneshot::Sender<()>,
}

struct Server {
    cloud: Arc<Cloud>,
    latency: Duration,
    seed: u64,
    served: AtomicU64,
}

impl Simulator {
    /// Starts to serve a cloud at an address, in the current Tokio runtime. With port 0 the system
    /// chooses a free port. Use a loopback address: the cloud speaks plain HTTP.
    ///
    /// # Errors
    ///
    /// Fails if the address cannot be listened on.
    pub async fn start(options: Options, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let cloud = Arc::new(Cloud::new(&options, base, Clock::real()));
        let server = Arc::new(Server {
            cloud: Arc::clone(&cloud),
            latency: options.latency,
            seed: options.seed,
            served: AtomicU64::new(0),
        });
        let router = Router::new().route("/{host}/{*path}", any(serve)).with_state(server);
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<Line>();
            let serving = axum::serve(Gate(listener), service)
                .with_graceful_shutdown(async move { drop(stopped.await) });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the simulated cloud stopped");
            }
        });
        let directory_id = cloud.tenant.id();
        let default_domain = cloud.tenant.default_domain();
        Ok(Self { cloud, directory_id, default_domain, _stop: stop })
    }

    /// The address below which every host of the cloud lies: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.cloud.base
    }

    /// The description of this cloud that a client is configured with: its base addresses, the
    /// audiences of its tokens and its suffixes. In `dataPlane`, `{host}` stands for the host of a
    /// vault or storage account.
    #[must_use]
    pub fn cloud(&self) -> serde_json::Value {
        self.cloud.description()
    }

    /// The id of the tenant.
    #[must_use]
    pub fn directory_id(&self) -> &str {
        &self.directory_id
    }

    /// The tenant's default domain.
    #[must_use]
    pub fn default_domain(&self) -> &str {
        &self.default_domain
    }

    /// The default application registration, which may read everything.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        self.cloud.tenant.default_principal()
    }

    /// Lets something happen to the tenant. Returns the subscription that it happened to, as it is
    /// then; nothing if there is no such subscription, or no room for another.
    ///
    /// Changes come at once, also for lists that a client is just reading. They depend on nothing but
    /// the seed and the changes before.
    #[must_use = "nothing has happened if there is no such subscription"]
    pub fn change(&self, change: Change) -> Option<Subscription> {
        self.cloud.tenant.change(change)
    }

    /// Puts other faults in the place of those that never end; none take all of them away. It matters
    /// for the answers from then on.
    ///
    /// In a cloud that had no faults, page tokens look different from then on. Those of before go on
    /// to work, but are taken for those of a first page.
    pub fn set_permanent(&self, permanent: Vec<Permanent>) {
        self.cloud.set_permanent(permanent);
    }

    /// The tenant's subscriptions as they are now, also those that are disabled or deleted.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.cloud.tenant.subscriptions()
    }

    /// What the server has done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.cloud.recorder.read()
    }
}

async fn serve(
    State(server): State<Arc<Server>>,
    ConnectInfo(line): ConnectInfo<Line>,
    (method, version): (Method, Version),
    Path((host, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let request = Request {
        method: method.as_str().to_owned(),
        host,
        path: path.trim_matches('/').to_owned(),
        query: parse_form(query.unwrap_or_default().as_bytes()),
        bearer: header("authorization").and_then(bearer),
        eventual: header("consistencylevel").is_some_and(|it| it.eq_ignore_ascii_case("eventual")),
        client_request_id: header("client-request-id").map(str::to_owned),
        body: body.to_vec(),
        nested: false,
    };
    let answer = server.cloud.answer(&request);
    let wait = server.latency + answer.delay;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    let mut draw = Draw::new(server.seed, "request", server.served.fetch_add(1, Ordering::Relaxed));
    // With HTTP/2 a connection is that of many requests, so that only the one stream is ended.
    let line = (version < Version::HTTP_2).then_some(line);
    respond(answer, &draw.guid(), line.as_ref())
}

/// The token of a header `Authorization: Bearer TOKEN`.
fn bearer(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn respond(answer: Answer, id: &str, line: Option<&Line>) -> Response<Body> {
    let mut response = Response::builder()
        .status(answer.status)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("request-id", id)
        .header("x-ms-request-id", id);
    for (name, value) in answer.headers {
        // A later value takes the place of an earlier one.
        if let (Some(headers), Ok(value)) = (response.headers_mut(), value.parse()) {
            headers.insert(name, value);
        }
    }
    let length = answer.body.len();
    let half = |mut body: Vec<u8>| {
        body.truncate(length / 2);
        wire::broken(body)
    };
    let body = match (answer.ending, line) {
        (Ending::Reset, Some(line)) => {
            line.reset();
            Body::empty()
        }
        (Ending::Reset, None) => wire::broken(Vec::new()),
        (Ending::Cut, _) => {
            response = response.header("Content-Length", length);
            half(answer.body)
        }
        (Ending::Unended, _) => half(answer.body),
        (Ending::Closed, Some(_)) => {
            response = response.header("Connection", "close");
            Body::from(answer.body)
        }
        (Ending::Dropped, Some(line)) => {
            response = response.header("Content-Length", length);
            line.last(answer.body)
        }
        (Ending::Whole | Ending::Closed | Ending::Dropped, _) => Body::from(answer.body),
    };
    response.body(body).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer is not valid HTTP");
        Response::default()
    })
}
