//! The sign-in service, and the identity endpoint of a machine, as `azure_identity` sees them.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, Body, HttpClient};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::broken::Broken;
use crate::memory::Share;
use crate::transport::{Reply, Transport};

/// How long the sign-in service has for its answer, which it mostly gives within a second.
const SIGN_IN: Duration = Duration::from_secs(20);

/// Who issues tokens.
#[derive(Debug)]
pub(crate) enum Authority {
    /// The sign-in service of a cloud, at its address.
    SignIn { address: String, transport: Arc<dyn Transport> },
    /// The identity endpoint of the machine, where Azure has it or at another address.
    Machine { address: Option<String>, transport: Arc<dyn Transport> },
}

/// Why there is no token. It is how `Authority` tells `Identity` through `azure_identity`, which
/// would otherwise forget everything but a code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoToken {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("the answer is not a token")]
    NotAToken,
    #[error("refused with {}", .0.status)]
    Refused(Reply),
}

impl NoToken {
    /// Why there is no token, if an error of `azure_identity` is about that.
    pub(crate) fn of(error: &azure_core::Error) -> Option<&Self> {
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

#[async_trait]
impl HttpClient for Authority {
    async fn execute_request(
        &self,
        request: &azure_core::http::Request,
    ) -> azure_core::Result<AsyncRawResponse> {
        self.ask(request).await.map_err(|cause| {
            azure_core::Error::with_error(
                ErrorKind::Other,
                cause,
                "the sign-in service gave no token",
            )
        })
    }
}

impl Authority {
    async fn ask(&self, request: &azure_core::http::Request) -> Result<AsyncRawResponse, NoToken> {
        let (request, share) = (self.rewrite(request)?, Share::small());
        let (Self::SignIn { transport, .. } | Self::Machine { transport, .. }) = self;
        let reply = timeout(SIGN_IN, transport.send(request, &share)).await;
        let reply = reply.map_err(|_| {
            Broken::Interrupted(format!("no answer within {} s", SIGN_IN.as_secs()))
        })??;
        if reply.status != StatusCode::OK {
            return Err(NoToken::Refused(reply));
        }
        // An answer without a token would be taken for an empty one.
        let is_token = serde_json::from_slice::<Granted<'_>>(&reply.body)
            .is_ok_and(|granted| !granted.access_token.is_empty() && self.ends(&granted));
        if !is_token {
            return Err(NoToken::NotAToken);
        }
        Ok(AsyncRawResponse::from_bytes(200.into(), Headers::default(), reply.body))
    }

    /// The same request to where it has to go.
    fn rewrite(&self, request: &azure_core::http::Request) -> Result<reqwest::Request, Broken> {
        let unusable = |what: &str| Broken::Interrupted(what.to_owned());
        let (method, address) = match self {
            // Its only question is one: for a token, with a form.
            Self::SignIn { address, .. } => {
                (Method::POST, format!("{address}{}", request.url().path()))
            }
            Self::Machine { address: None, .. } => (Method::GET, request.url().to_string()),
            Self::Machine { address: Some(address), .. } => {
                let url = request.url();
                let query = url.query().unwrap_or_default();
                (Method::GET, format!("{address}{}?{query}", url.path()))
            }
        };
        let address = address.parse().map_err(|_| unusable("it has no address"))?;
        let mut rewritten = reqwest::Request::new(method, address);
        for (name, value) in request.headers().iter() {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| unusable("a bad header"))?;
            let value =
                HeaderValue::try_from(value.as_str()).map_err(|_| unusable("a bad header"))?;
            rewritten.headers_mut().insert(name, value);
        }
        if matches!(self, Self::SignIn { .. }) {
            let Body::Bytes(body) = request.body() else { return Err(unusable("it has no body")) };
            *rewritten.body_mut() = Some(body.to_vec().into());
        }
        Ok(rewritten)
    }

    /// Whether an answer says how long the token lasts, and that is believable.
    fn ends(&self, granted: &Granted<'_>) -> bool {
        match self {
            Self::SignIn { .. } => number(&granted.expires_in).is_some_and(|it| it <= LONGEST_LIFE),
            Self::Machine { .. } => number(&granted.expires_on)
                .zip(u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).ok())
                .is_some_and(|(end, now)| end <= now + LONGEST_LIFE),
        }
    }
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: std::borrow::Cow<'a, str>,
    /// How long the token lasts, in seconds.
    #[serde(default)]
    expires_in: Value,
    /// When it ends, in seconds since 1970. The identity endpoint of a machine says so.
    #[serde(default)]
    expires_on: Value,
}

/// How long a token may say that it lasts, in seconds: a year. `azure_identity` adds it to the time
/// of day without a check.
const LONGEST_LIFE: u64 = 365 * 24 * 60 * 60;

/// A number, or a text that is one.
fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        number => number.as_u64(),
    }
}
