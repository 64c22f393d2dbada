//! The HTTP server: it turns HTTP into requests to the cloud, and answers into HTTP.

mod backend;
pub(crate) mod faults;
mod gate;
mod http2;
pub(crate) mod router;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::Response;
use axum::http::request::Parts;
use axum::http::response::Builder;
use futures_util::{Stream, stream};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::options::{Change, DeviceChanges, Options, Permanent, Principal, Subscription};
use crate::services::answer::{Answer, Ending};
use crate::services::clock::Clock;
use crate::services::cloud::Cloud;
use crate::services::counters::Counters;
use crate::services::export::Download;
use crate::services::request::Request;
use crate::world::directory::change::{self, DirectoryChange};
use backend::Backend;
use gate::Gate;
use router::Router;
use wire::Wire;

/// A running simulated cloud. The server stops when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    router: Arc<Router>,
    directory_id: String,
    default_domain: String,
    /// Dropping it tells the server to stop.
    _stop: oneshot::Sender<()>,
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
        let router = Arc::new(Router::new(&options, base, Clock::real()));
        let server = Arc::new(Backend {
            router: Arc::clone(&router),
            latency: options.latency,
            seed: options.seed,
            served: AtomicU64::new(0),
        });
        let service = axum::Router::new().fallback(serve).with_state(Arc::clone(&server));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let service = service.into_make_service_with_connect_info::<Wire>();
            let serving = axum::serve(Gate::new(listener, server), service)
                .with_graceful_shutdown(async move { drop(stopped.await) });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the simulated cloud stopped");
            }
        });
        let directory_id = router.cloud.tenant.id();
        let default_domain = router.cloud.tenant.default_domain();
        Ok(Self { router, directory_id, default_domain, _stop: stop })
    }

    /// The address below which every host of the cloud lies: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.router.cloud.base
    }

    /// The description of this cloud that a client is configured with: its base addresses, the
    /// audiences of its tokens and its suffixes. In `dataPlane`, `{host}` stands for the host of a
    /// vault or storage account.
    #[must_use]
    pub fn cloud(&self) -> serde_json::Value {
        self.router.cloud.description()
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
        self.router.cloud.tenant.default_principal()
    }

    /// Lets something happen to the tenant. Returns the subscription that it happened to, as it is
    /// then; nothing if there is no such subscription, or no room for another.
    ///
    /// Changes come at once, also for lists that a client is just reading. They depend on nothing
    /// but the seed and the changes before.
    #[must_use = "nothing has happened if there is no such subscription"]
    pub fn change(&self, change: Change) -> Option<Subscription> {
        self.router.cloud.tenant.change(change)
    }

    /// Lets devices that Intune manages appear, change and vanish. Returns to how many it happened:
    /// there may be fewer than that.
    #[must_use = "there may have been fewer devices"]
    pub fn change_devices(&self, changes: DeviceChanges) -> DeviceChanges {
        self.router.cloud.tenant.fleet.change(self.router.cloud.tenant.seed, changes)
    }

    /// Lets something happen to the directory. Returns the ids of the objects that it happened to:
    /// none if there is no such object, or if nothing changed. Delta queries tell of it from then
    /// on.
    ///
    /// Changes come at once, also for lists that a client is just reading. They depend on nothing
    /// but the seed and the changes before.
    #[must_use = "nothing has happened if there are no ids"]
    pub fn change_directory(&self, change: &DirectoryChange) -> Vec<String> {
        change::apply(&self.router.cloud.tenant, change)
    }

    /// Puts other faults in the place of those that never end; none take all of them away. It
    /// matters for the answers from then on.
    ///
    /// In a cloud that had no faults, page tokens look different from then on. Those of before go
    /// on to work, but are taken for those of a first page.
    pub fn set_permanent(&self, permanent: Vec<Permanent>) {
        self.router.set_permanent(permanent);
    }

    /// The tenant's subscriptions as they are now, also those that are disabled or deleted.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription> {
        self.router.cloud.tenant.subscriptions()
    }

    /// What the server has done so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.router.cloud.recorder.read()
    }
}

/// Answers a request that came by HTTP/1.1.
async fn serve(
    State(server): State<Arc<Backend>>,
    ConnectInfo(line): ConnectInfo<Wire>,
    head: Parts,
    body: Bytes,
) -> Response<Body> {
    let mut answer = match Request::read(&head, body.to_vec()) {
        Some(request) => server.answer(&request),
        None => Answer::nowhere(),
    };
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    if let Ending::Never(wait) = answer.ending {
        // It ends before that if the client does not wait any longer.
        tokio::time::sleep(wait).await;
    }
    let response = server.head(&answer);
    match answer.download.take() {
        Some(download) => send(&server.router.cloud, download, answer.ending, response, &line),
        None => respond(answer, response, &line),
    }
}

/// Sends what is made while it is sent. Its length is not told.
fn send(
    cloud: &Arc<Cloud>,
    mut download: Download,
    ending: Ending,
    response: Builder,
    line: &Wire,
) -> Response<Body> {
    if matches!(ending, Ending::Cut | Ending::Unended | Ending::Silent(_)) {
        download.is_whole = false;
    }
    let chunks = chunks(Arc::clone(cloud), download);
    let body = match ending {
        Ending::Reset | Ending::GoneAway | Ending::Stream(_) | Ending::Never(_) => {
            line.reset();
            Body::empty()
        }
        Ending::Cut | Ending::Unended => wire::broken(chunks),
        Ending::Silent(wait) => wire::silent(chunks, wait),
        Ending::Dropped => line.last(chunks),
        Ending::Closed | Ending::Whole => Body::from_stream(chunks),
    };
    let closes = ending == Ending::Closed;
    let response = if closes { response.header("Connection", "close") } else { response };
    finish(response, body)
}

/// The bytes of a download, as they are made.
fn chunks(
    cloud: Arc<Cloud>,
    download: Download,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold((cloud, download.archive()), |(cloud, mut archive)| async move {
        let chunk = cloud.next_chunk(&mut archive)?;
        Some((Ok(Bytes::from(chunk)), (cloud, archive)))
    })
}

fn respond(answer: Answer, mut response: Builder, line: &Wire) -> Response<Body> {
    let length = answer.body.len();
    let half = |mut body: Vec<u8>| {
        body.truncate(length / 2);
        wire::whole(body)
    };
    let body = match answer.ending {
        // Some are of HTTP/2; the nearest to them is that there is no answer.
        Ending::Reset | Ending::GoneAway | Ending::Stream(_) | Ending::Never(_) => {
            line.reset();
            Body::empty()
        }
        Ending::Cut => {
            response = response.header("Content-Length", length);
            wire::broken(half(answer.body))
        }
        Ending::Unended => wire::broken(half(answer.body)),
        Ending::Silent(wait) => {
            response = response.header("Content-Length", length);
            wire::silent(half(answer.body), wait)
        }
        Ending::Closed => {
            response = response.header("Connection", "close");
            Body::from(answer.body)
        }
        Ending::Dropped => {
            response = response.header("Content-Length", length);
            line.last(wire::whole(answer.body))
        }
        Ending::Whole => Body::from(answer.body),
    };
    finish(response, body)
}

fn finish(response: Builder, body: Body) -> Response<Body> {
    response.body(body).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer is not valid HTTP");
        Response::default()
    })
}
