//! Signing in as an application.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{
    AsyncRawResponse, Body, ClientOptions, HttpClient, RetryOptions, Transport as AzureTransport,
};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use collector::instance::Credentials;
use collector::ports::Failure;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use steps::Service;

use crate::advice::Refusal;
use crate::attempts::{Attempts, retry_after};
use crate::cloud::Cloud;
use crate::conceal::conceal;
use crate::governor::PATIENCE;
use crate::transport::{Broken, Reply, Transport};

/// One application of one directory, with its tokens.
///
/// Tokens are kept and renewed by `azure_identity`, some minutes before they expire; requests that
/// need the same token at once wait for one.
#[derive(Debug)]
pub(crate) struct Identity {
    cloud: Arc<Cloud>,
    credentials: Credentials,
    authority: Arc<Authority>,
    issuer: Mutex<Option<Arc<ClientSecretCredential>>>,
    /// Held while a token is asked for, by one at a time: those who wait for the lock of the
    /// credential's own cache wake each other without end, which costs a whole processor.
    asking: tokio::sync::Mutex<()>,
}

/// A token for the services of one audience. It does not print.
#[derive(Clone)]
pub(crate) struct Token {
    text: Secret,
    header: HeaderValue,
    /// What it was asked for with, which no text may show either.
    client_secret: collector::Secret,
    /// Who keeps it, to know later whether a newer one has taken its place.
    issuer: Arc<ClientSecretCredential>,
}

impl Identity {
    pub(crate) fn new(
        cloud: Arc<Cloud>,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let authority = Arc::new(Authority { address: cloud.authority().to_owned(), transport });
        Self {
            cloud,
            credentials,
            authority,
            issuer: Mutex::default(),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// A token for a service.
    pub(crate) async fn token(&self, service: Service) -> Result<Token, Failure> {
        let issuer = self.issuer()?;
        let scope = format!("{}/.default", self.cloud.audience(service));
        let mut attempts = Attempts::default();
        loop {
            let asking = self.asking.lock().await;
            let answer = issuer.get_token(&[&scope], None).await;
            drop(asking);
            let error = match answer {
                Ok(token) => {
                    let client_secret = self.credentials.client_secret.clone();
                    return Token::new(token.token, client_secret, issuer);
                }
                Err(error) => error,
            };
            let wait = match self.trouble(&error) {
                Trouble::Refused(failure) => return Err(failure),
                Trouble::Passing { reason, wait } => {
                    let Some(own) = attempts.failed() else { return Err(Failure::Failed(reason)) };
                    own.max(wait.unwrap_or_default())
                }
            };
            if wait > PATIENCE {
                return Err(Failure::Throttled { wait });
            }
            tracing::debug!(wait_ms = wait.as_millis(), "signing in is tried again");
            tokio::time::sleep(wait).await;
        }
    }

    /// Gives up a token that a service does not accept, together with all others that were issued
    /// with it. The next ones are asked for anew.
    pub(crate) fn give_up(&self, token: &Token) {
        let mut issuer = self.issuer.lock().unwrap_or_else(PoisonError::into_inner);
        // Of several requests that were refused with the same token, the first one does it.
        issuer.take_if(|current| Arc::ptr_eq(current, &token.issuer));
    }

    fn issuer(&self) -> Result<Arc<ClientSecretCredential>, Failure> {
        let mut issuer = self.issuer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(issuer) = &*issuer {
            return Ok(issuer.clone());
        }
        let Credentials { directory_id, client_id, client_secret } = &self.credentials;
        // The address has to be one of https, and its path would be dropped. `Authority` puts the
        // cloud's in its place.
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = String::from("https://authority.invalid");
        let options = ClientSecretCredentialOptions {
            client_options: ClientOptions {
                cloud: Some(Arc::new(cloud.into())),
                transport: Some(AzureTransport::new(self.authority.clone())),
                // `token` tries again: its waits are those of every other request.
                retry: RetryOptions::none(),
                ..ClientOptions::default()
            },
        };
        let made = ClientSecretCredential::new(
            directory_id,
            client_id.clone(),
            Secret::new(client_secret.expose().to_owned()),
            Some(options),
        )
        .map_err(|error| {
            Failure::Authentication(format!("The credentials are not complete: {error}"))
        })?;
        Ok(issuer.insert(made).clone())
    }

    fn trouble(&self, error: &azure_core::Error) -> Trouble {
        let host = self.cloud.authority();
        let passing = |reason: String| Trouble::Passing {
            reason: format!("signing in at {host}: {reason}"),
            wait: None,
        };
        let reply = match no_token(error) {
            Some(NoToken::Broken(broken)) => return passing(broken.to_string()),
            Some(NoToken::NotAToken) | None => return passing(NoToken::NotAToken.to_string()),
            Some(NoToken::Refused(reply)) => reply,
        };
        let refusal = Refusal::read(&reply.body);
        let status = reply.status;
        let is_passing = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            || refusal.is_passing();
        if is_passing {
            let reason = format!("signing in at {host}: the service answers {status}");
            return Trouble::Passing { reason, wait: retry_after(&reply.headers) };
        }
        let text = refusal.explain(self.credentials.client_secret.expose(), host);
        Trouble::Refused(Failure::Authentication(text))
    }
}

enum Trouble {
    /// It may work in a moment, after this wait at least.
    Passing { reason: String, wait: Option<Duration> },
    /// It will not work.
    Refused(Failure),
}

impl Token {
    fn new(
        text: Secret,
        client_secret: collector::Secret,
        issuer: Arc<ClientSecretCredential>,
    ) -> Result<Self, Failure> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", text.secret()))
            .map_err(|_| Failure::Failed("signing in: the token cannot be sent".to_owned()))?;
        header.set_sensitive(true);
        Ok(Self { text, header, client_secret, issuer })
    }

    /// The value of the header `Authorization`. It does not print.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// A text without the token and the client secret, should they be in there.
    pub(crate) fn conceal(&self, text: &str) -> String {
        conceal(&conceal(text, self.text.secret()), self.client_secret.expose())
    }

    /// The application permissions that a token for Microsoft Graph carries, sorted. None if it does
    /// not look like a token with claims: its form is Microsoft's business.
    pub(crate) fn roles(&self) -> Option<Vec<String>> {
        let Claims { mut roles, .. } = self.claims()?;
        roles.sort_unstable();
        Some(roles)
    }

    /// The id of the tenant that the token is of.
    pub(crate) fn tenant_id(&self) -> Option<String> {
        self.claims()?.tid
    }

    fn claims(&self) -> Option<Claims> {
        let claims = self.text.secret().split('.').nth(1)?;
        let claims = azure_core::base64::decode_url_safe(claims).ok()?;
        serde_json::from_slice(&claims).ok()
    }
}

/// What a token says.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    tid: Option<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The sign-in service of the cloud, as `azure_identity` sees it.
#[derive(Debug)]
struct Authority {
    address: String,
    transport: Arc<dyn Transport>,
}

/// Why the sign-in service gave no token. It is how `Authority` tells `Identity` through
/// `azure_identity`, which would otherwise forget everything but a code.
#[derive(Debug, thiserror::Error)]
enum NoToken {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("the answer is not a token")]
    NotAToken,
    #[error("refused with {}", .0.status)]
    Refused(Reply),
}

fn no_token(error: &azure_core::Error) -> Option<&NoToken> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
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
        let reply = self.transport.send(self.rewrite(request)?).await?;
        if reply.status != StatusCode::OK {
            return Err(NoToken::Refused(reply));
        }
        // An answer without a token would be taken for an empty one.
        let is_token = serde_json::from_slice::<Granted<'_>>(&reply.body)
            .is_ok_and(|granted| !granted.access_token.is_empty() && granted.ends());
        if !is_token {
            return Err(NoToken::NotAToken);
        }
        Ok(AsyncRawResponse::from_bytes(200.into(), Headers::default(), reply.body))
    }

    /// The same request to the cloud's own sign-in service.
    fn rewrite(&self, request: &azure_core::http::Request) -> Result<reqwest::Request, Broken> {
        let unusable = |what: &str| Broken::Interrupted(what.to_owned());
        let address = format!("{}{}", self.address, request.url().path());
        let address = address.parse().map_err(|_| unusable("it has no address"))?;
        let mut rewritten = reqwest::Request::new(Method::POST, address);
        for (name, value) in request.headers().iter() {
            let name = HeaderName::try_from(name.as_str()).map_err(|_| unusable("a bad header"))?;
            let value =
                HeaderValue::try_from(value.as_str()).map_err(|_| unusable("a bad header"))?;
            rewritten.headers_mut().insert(name, value);
        }
        let Body::Bytes(body) = request.body() else { return Err(unusable("it has no body")) };
        *rewritten.body_mut() = Some(body.to_vec().into());
        Ok(rewritten)
    }
}

#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: std::borrow::Cow<'a, str>,
    #[serde(default)]
    expires_in: Value,
}

/// How long a token may say that it lasts, in seconds: a year. `azure_identity` adds it to the time of
/// day without a check.
const LONGEST_LIFE: u64 = 365 * 24 * 60 * 60;

impl Granted<'_> {
    /// Whether it says how long the token lasts, and that is believable.
    fn ends(&self) -> bool {
        let seconds = match &self.expires_in {
            Value::String(text) => text.parse().ok(),
            seconds => seconds.as_u64(),
        };
        seconds.is_some_and(|it| it <= LONGEST_LIFE)
    }
}
