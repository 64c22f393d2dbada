//! Signing in as an application.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{
    AsyncRawResponse, Body, ClientOptions, HttpClient, RetryOptions, Transport as AzureTransport,
};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use collector::instance::Credentials;
use collector::ports::{Because, Failure, Principal};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use steps::Service;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};

use crate::advice::Refusal;
use crate::attempts::{Attempts, PATIENCE, retry_after};
use crate::broken::Broken;
use crate::cloud::Cloud;
use crate::conceal::conceal;
use crate::memory::Share;
use crate::transport::{Reply, Transport};

/// One application of one directory, with its tokens.
///
/// `azure_identity` asks for tokens; they are kept here, one for each audience, so that whoever has
/// one never waits for another. Requests that need the same token at once wait for one, and share
/// what came of it.
#[derive(Debug)]
pub(crate) struct Identity {
    cloud: Arc<Cloud>,
    credentials: Credentials,
    authority: Arc<Authority>,
    audiences: [Audience; 3],
}

/// The services that take the same tokens.
#[derive(Debug, Default)]
struct Audience {
    token: Mutex<Option<Token>>,
    /// Held by the one who asks for a token, with what came of it the last time if there was none.
    asking: tokio::sync::Mutex<Option<Refused>>,
}

/// That there was no token.
#[derive(Debug)]
struct Refused {
    at: Instant,
    failure: Failure,
}

/// How long before its end a token is renewed.
const RENEWAL: Duration = Duration::from_mins(5);

/// How long before its end a token is not used any more, even if there is no other.
const LAST: Duration = Duration::from_secs(30);

/// How long the sign-in service has for its answer, which it mostly gives within a second.
const SIGN_IN: Duration = Duration::from_secs(20);

/// A token for the services of one audience. It does not print.
#[derive(Clone)]
pub(crate) struct Token {
    text: Secret,
    header: HeaderValue,
    ends: OffsetDateTime,
    /// What it was asked for with, which no text may show either.
    client_secret: collector::Secret,
}

impl Audience {
    /// The token, if it lasts for so long.
    fn token(&self, lasts: Duration) -> Option<Token> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        token.clone().filter(|it| it.ends - lasts > OffsetDateTime::now_utc())
    }

    fn set(&self, token: Token) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
}

impl Identity {
    pub(crate) fn new(
        cloud: Arc<Cloud>,
        credentials: Credentials,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let authority = Arc::new(Authority { address: cloud.authority().to_owned(), transport });
        Self { cloud, credentials, authority, audiences: Default::default() }
    }

    /// A token for a service.
    pub(crate) async fn token(&self, service: Service) -> Result<Token, Failure> {
        let audience = self.audience(service);
        if let Some(token) = audience.token(RENEWAL) {
            return Ok(token);
        }
        let began = Instant::now();
        let mut refused = match audience.asking.try_lock() {
            Ok(refused) => refused,
            Err(_) => match audience.token(LAST) {
                // While somebody renews it, it is as good as before.
                Some(token) => return Ok(token),
                None => audience.asking.lock().await,
            },
        };
        if let Some(token) = audience.token(RENEWAL) {
            return Ok(token);
        }
        if let Some(Refused { failure, .. }) = refused.as_ref().filter(|it| it.at >= began) {
            return Err(failure.clone());
        }
        match (self.ask(service).await, audience.token(LAST)) {
            (Ok(token), _) => {
                audience.set(token.clone());
                Ok(token)
            }
            (Err(Failure::Failed(_) | Failure::Throttled { .. }), Some(token)) => Ok(token),
            (Err(failure), _) => {
                *refused = Some(Refused { at: Instant::now(), failure: failure.clone() });
                Err(failure)
            }
        }
    }

    /// Gives up a token that a service does not accept. The next one is asked for anew.
    pub(crate) fn give_up(&self, service: Service, token: &Token) {
        let kept = &self.audience(service).token;
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Of several requests that were refused with the same token, the first one does it.
        kept.take_if(|current| current.text.secret() == token.text.secret());
    }

    const fn audience(&self, service: Service) -> &Audience {
        match service {
            Service::ResourceManager => &self.audiences[0],
            Service::Graph => &self.audiences[1],
            Service::KeyVault => &self.audiences[2],
        }
    }

    /// Asks for a token, and again if that may help.
    async fn ask(&self, service: Service) -> Result<Token, Failure> {
        let issuer = self.issuer()?;
        let scope = format!("{}/.default", self.cloud.audience(service));
        let mut attempts = Attempts::default();
        loop {
            let error = match issuer.get_token(&[&scope], None).await {
                Ok(AccessToken { token, expires_on, .. }) => {
                    return Token::new(token, expires_on, self.credentials.client_secret.clone());
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
                return Err(Failure::Throttled { wait, because: Because::Refused });
            }
            tracing::debug!(wait_ms = wait.as_millis(), "signing in is tried again");
            tokio::time::sleep(wait).await;
        }
    }

    /// What asks for one token. It would keep it, too, and is therefore a new one each time.
    fn issuer(&self) -> Result<Arc<ClientSecretCredential>, Failure> {
        let Credentials { directory_id, client_id, client_secret } = &self.credentials;
        // The address has to be one of https, and its path would be dropped. `Authority` puts the
        // cloud's in its place.
        let mut cloud = CustomConfiguration::default();
        cloud.authority_host = String::from("https://authority.invalid");
        let options = ClientSecretCredentialOptions {
            client_options: ClientOptions {
                cloud: Some(Arc::new(cloud.into())),
                transport: Some(AzureTransport::new(self.authority.clone())),
                // `ask` tries again: its waits are those of every other request.
                retry: RetryOptions::none(),
                ..ClientOptions::default()
            },
        };
        ClientSecretCredential::new(
            directory_id,
            client_id.clone(),
            Secret::new(client_secret.expose().to_owned()),
            Some(options),
        )
        .map_err(|error| {
            Failure::Authentication(format!("The credentials are not complete: {error}"))
        })
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
        ends: OffsetDateTime,
        client_secret: collector::Secret,
    ) -> Result<Self, Failure> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", text.secret()))
            .map_err(|_| Failure::Failed("signing in: the token cannot be sent".to_owned()))?;
        header.set_sensitive(true);
        Ok(Self { text, header, ends, client_secret })
    }

    /// The value of the header `Authorization`. It does not print.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// A text without the token and the client secret, should they be in there.
    pub(crate) fn conceal(&self, text: &str) -> String {
        conceal(&conceal(text, self.text.secret()), self.client_secret.expose())
    }

    /// The application permissions that a token for Microsoft Graph carries, sorted. None if it
    /// does not look like a token with claims: its form is Microsoft's business.
    pub(crate) fn roles(&self) -> Option<Vec<String>> {
        let Claims { mut roles, .. } = self.claims()?;
        roles.sort_unstable();
        Some(roles)
    }

    /// Whom the token is of.
    pub(crate) fn principal(&self) -> Option<Principal> {
        let Claims { roles, tid, oid, iat } = self.claims()?;
        let issued = iat.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
        Some(Principal { tenant_id: tid, object_id: oid, roles, issued })
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
    #[serde(default)]
    oid: Option<String>,
    /// When it was issued, in seconds since 1970.
    #[serde(default)]
    iat: Option<i64>,
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
        let (request, share) = (self.rewrite(request)?, Share::small());
        let reply = timeout(SIGN_IN, self.transport.send(request, &share)).await;
        let reply = reply.map_err(|_| {
            Broken::Interrupted(format!("no answer within {} s", SIGN_IN.as_secs()))
        })??;
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

/// How long a token may say that it lasts, in seconds: a year. `azure_identity` adds it to the time
/// of day without a check.
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
