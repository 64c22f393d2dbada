//! Signing in: as an application, as a machine, or as a person.

mod authority;
mod certificate;
pub(crate) mod federation;
pub(crate) mod surroundings;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::http::{
    ClientMethodOptions, ClientOptions, HttpClient, RetryOptions, Transport as AzureTransport,
};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, ClientAssertion, ClientAssertionCredential,
    ClientAssertionCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
};
use collector::instance::{Credentials, DeveloperTool, ManagedIdentity, Proof};
use collector::ports::{Because, Failure, Principal};
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use steps::Service;
use time::OffsetDateTime;
use tokio::time::{Instant, timeout};

use self::authority::{Authority, NoToken};
use self::certificate::Certificate;
use self::federation::{Federation, NoAssertion, federation_of};
use self::surroundings::Surroundings;
use crate::advice::Refusal;
use crate::attempts::{Attempts, PATIENCE, retry_after};
use crate::cloud::Cloud;
use crate::conceal::Giveaways;
use crate::transport::Transport;

/// Who signs in to one directory, with the tokens.
///
/// `azure_identity` asks for tokens; they are kept here, one for each audience, so that whoever has
/// one never waits for another. Requests that need the same token at once wait for one, and share
/// what came of it.
#[derive(Debug)]
pub(crate) struct Identity {
    cloud: Arc<Cloud>,
    credentials: Credentials,
    surroundings: Surroundings,
    transport: Arc<dyn Transport>,
    /// The certificate, if there is one. To open a PFX takes long on purpose.
    certificate: OnceLock<Result<Certificate, Failure>>,
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

/// How long a developer's tool has for its answer. The Azure CLI needs seconds to start.
const TOOL: Duration = Duration::from_mins(1);

/// A token for the services of one audience. It does not print.
#[derive(Clone)]
pub(crate) struct Token {
    text: Secret,
    header: HeaderValue,
    ends: OffsetDateTime,
    /// What it was asked for with, which no text may show either.
    presented: collector::Secret,
    /// What gives the two away, once a text was looked at.
    giveaways: Arc<OnceLock<[Giveaways; 2]>>,
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
        surroundings: Surroundings,
        transport: Arc<dyn Transport>,
    ) -> Self {
        let (certificate, audiences) = (OnceLock::new(), Default::default());
        Self { cloud, credentials, surroundings, transport, certificate, audiences }
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
        let mut attempts = Attempts::default();
        loop {
            let wait = match self.sign_in(service).await {
                Ok(token) => return Ok(token),
                Err(Trouble::Refused(failure)) => return Err(failure),
                Err(Trouble::Passing { reason, wait }) => {
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

    /// Asks for a token once.
    async fn sign_in(&self, service: Service) -> Result<Token, Trouble> {
        let presented = self.present().await?;
        let scope = format!("{}/.default", self.cloud.audience(service));
        let issuer = self.issuer(&presented)?;
        match issuer.get_token(&[&scope], None).await {
            Ok(AccessToken { token, expires_on, .. }) => {
                let token = Token::new(token, expires_on, presented.text().clone());
                let token = token.map_err(Trouble::Refused)?;
                self.is_of_directory(&token)?;
                Ok(token)
            }
            Err(error) => Err(self.trouble(&error, &presented)),
        }
    }

    /// What the sign-in service is shown. It is made anew each time, because it lasts for minutes.
    async fn present(&self) -> Result<Presented, Trouble> {
        match &self.credentials.proof {
            Proof::ClientSecret(secret) => Ok(Presented::Secret(secret.clone())),
            Proof::ClientCertificate { certificate, password } => {
                let unusable = |cause: certificate::Unusable| {
                    Failure::Authentication(format!("The certificate cannot be used: {cause}."))
                };
                let read = self.certificate.get_or_init(|| {
                    Certificate::read(certificate, password.as_ref()).map_err(unusable)
                });
                let read = read.as_ref().map_err(|it| Trouble::Refused(it.clone()))?;
                let now = OffsetDateTime::now_utc().unix_timestamp();
                read.assertion(&self.endpoint(), self.client_id(), now)
                    .map(Presented::Assertion)
                    .map_err(|it| Trouble::Refused(unusable(it)))
            }
            Proof::FederatedCredential(source) => {
                let audience = self.cloud.token_exchange();
                let (surroundings, transport) = (&self.surroundings, &*self.transport);
                federation::assertion(source, audience, surroundings, transport)
                    .await
                    .map(Presented::Assertion)
                    .map_err(|error| match error {
                        NoAssertion::Impossible(text) => refused(text),
                        NoAssertion::Passing(reason) => Trouble::Passing { reason, wait: None },
                    })
            }
            Proof::ManagedIdentity(_) | Proof::DeveloperTool(_)
                if !self.surroundings.is_one_machine =>
            {
                Err(refused(
                    "Only a run of the command line signs in with a managed identity or a \
                     developer tool. On AWS, use a federated credential, a certificate or a secret."
                        .to_owned(),
                ))
            }
            Proof::ManagedIdentity(_) | Proof::DeveloperTool(_) => {
                Ok(Presented::Nothing(collector::Secret::new("")))
            }
        }
    }

    /// The issuer, subject and audience of the tokens that are exchanged, if any are.
    pub(crate) async fn federation(&self) -> Result<Option<Federation>, Failure> {
        if !matches!(self.credentials.proof, Proof::FederatedCredential(_)) {
            return Ok(None);
        }
        match self.present().await {
            Ok(presented) => Ok(federation_of(presented.text())),
            Err(Trouble::Refused(failure)) => Err(failure),
            Err(Trouble::Passing { reason, .. }) => Err(Failure::Failed(reason)),
        }
    }

    fn client_id(&self) -> &str {
        self.credentials.client_id.as_deref().unwrap_or_default()
    }

    /// Where tokens are asked for, which is whom an assertion is made for.
    fn endpoint(&self) -> String {
        format!("{}/{}/oauth2/v2.0/token", self.cloud.authority(), self.credentials.directory_id)
    }

    /// What asks for one token. It would keep it, too, and is therefore a new one each time.
    fn issuer(&self, presented: &Presented) -> Result<Arc<dyn TokenCredential>, Trouble> {
        let directory_id = &self.credentials.directory_id;
        let client_id = || self.client_id().to_owned();
        let issuer: azure_core::Result<Arc<dyn TokenCredential>> = match &self.credentials.proof {
            Proof::ManagedIdentity(which) => self.managed_identity(*which)?,
            Proof::DeveloperTool(tool) => self.developer_tool(*tool)?,
            Proof::ClientSecret(_) => {
                let options = ClientSecretCredentialOptions { client_options: self.options() };
                let secret = Secret::new(presented.text().expose().to_owned());
                ClientSecretCredential::new(directory_id, client_id(), secret, Some(options))
                    .map(|it| it as _)
            }
            Proof::ClientCertificate { .. } | Proof::FederatedCredential(_) => {
                let options = ClientAssertionCredentialOptions { client_options: self.options() };
                let (tenant, assertion) = (directory_id.clone(), Made(presented.text().clone()));
                ClientAssertionCredential::new(tenant, client_id(), assertion, Some(options))
                    .map(|it| it as _)
            }
        };
        issuer.map_err(|error| refused(format!("The credentials are not complete: {error}")))
    }

    fn options(&self) -> ClientOptions {
        let address = self.cloud.authority().to_owned();
        options(Authority::SignIn { address, transport: self.transport.clone() })
    }

    /// The identity of the machine, where Azure has it, or where a simulated cloud has it.
    fn managed_identity(
        &self,
        which: ManagedIdentity,
    ) -> Result<azure_core::Result<Arc<dyn TokenCredential>>, Trouble> {
        let address = self.cloud.managed_identity();
        // A token of Azure's must not get to a cloud that plays it.
        if address.is_none() && self.cloud.is_local() {
            return Err(refused("This cloud has no managed identities.".to_owned()));
        }
        let transport = self.surroundings.direct.clone();
        let machine = Authority::Machine { address: address.map(str::to_owned), transport };
        let user_assigned_id = match which {
            ManagedIdentity::SystemAssigned => None,
            ManagedIdentity::UserAssigned => {
                Some(UserAssignedId::ClientId(self.client_id().to_owned()))
            }
        };
        let client_options = options(machine);
        let options = ManagedIdentityCredentialOptions { user_assigned_id, client_options };
        Ok(ManagedIdentityCredential::new(Some(options)).map(|it| it as _))
    }

    /// Whoever is signed in to a tool on this machine.
    fn developer_tool(
        &self,
        tool: DeveloperTool,
    ) -> Result<azure_core::Result<Arc<dyn TokenCredential>>, Trouble> {
        // A token of Azure's must not get to a cloud that plays it.
        if self.cloud.is_local() {
            return Err(refused("No tool signs in to this cloud.".to_owned()));
        }
        let tenant_id = Some(self.credentials.directory_id.clone());
        let executor = self.surroundings.executor.clone();
        Ok(match tool {
            DeveloperTool::AzureCli => {
                let options =
                    AzureCliCredentialOptions { tenant_id, executor, ..Default::default() };
                AzureCliCredential::new(Some(options)).map(|it| Arc::new(Tool(it)) as _)
            }
            DeveloperTool::AzureDeveloperCli => {
                let options = AzureDeveloperCliCredentialOptions { tenant_id, executor };
                AzureDeveloperCliCredential::new(Some(options)).map(|it| Arc::new(Tool(it)) as _)
            }
        })
    }

    /// Whether a token is of the directory that is asked for. An application says where it signs
    /// in; a machine and a person are of whichever directory they are.
    fn is_of_directory(&self, token: &Token) -> Result<(), Trouble> {
        if !matches!(self.credentials.proof, Proof::ManagedIdentity(_) | Proof::DeveloperTool(_)) {
            return Ok(());
        }
        let expected = &self.credentials.directory_id;
        match token.principal().and_then(|it| it.tenant_id) {
            // A directory that is named by a domain cannot be compared.
            Some(found)
                if uuid::Uuid::try_parse(expected).is_ok()
                    && !found.eq_ignore_ascii_case(expected) =>
            {
                Err(refused(format!(
                    "The token is of the directory {found}, and the configuration says {expected}. \
                     Correct directoryId, or sign in to that directory."
                )))
            }
            _ => Ok(()),
        }
    }

    fn trouble(&self, error: &azure_core::Error, presented: &Presented) -> Trouble {
        let is_machine = matches!(self.credentials.proof, Proof::ManagedIdentity(_));
        let host =
            if is_machine { "this machine's identity endpoint" } else { self.cloud.authority() };
        let passing = |reason: String| Trouble::Passing {
            reason: format!("signing in at {host}: {reason}"),
            wait: None,
        };
        if matches!(self.credentials.proof, Proof::DeveloperTool(_)) {
            return refused(of_tool(error));
        }
        let reply = match NoToken::of(error) {
            Some(NoToken::Broken(broken)) if is_machine => {
                return passing(format!("{broken}; only machines of Azure have one"));
            }
            Some(NoToken::Broken(broken)) => return passing(broken.to_string()),
            Some(NoToken::NotAToken) | None => return passing(NoToken::NotAToken.to_string()),
            Some(NoToken::Refused(reply)) => reply,
        };
        let refusal = Refusal::read(&reply.body);
        let status = reply.status;
        let is_passing = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
            // Source: "How to use managed identities on a virtual machine", error handling.
            || is_machine && matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
            || refusal.is_passing();
        if is_passing {
            let reason = format!("signing in at {host}: the service answers {status}");
            return Trouble::Passing { reason, wait: retry_after(&reply.headers) };
        }
        if is_machine {
            return refused(refusal.explain_machine());
        }
        let federation = match &self.credentials.proof {
            Proof::FederatedCredential(_) => federation_of(presented.text()),
            _ => None,
        };
        refused(refusal.explain(presented.text().expose(), federation.as_ref(), host))
    }
}

/// What the sign-in service is shown.
enum Presented {
    /// A client secret.
    Secret(collector::Secret),
    /// A client assertion.
    Assertion(collector::Secret),
    /// Nothing: who signs in is known otherwise. The text is empty.
    Nothing(collector::Secret),
}

impl Presented {
    const fn text(&self) -> &collector::Secret {
        let (Self::Secret(text) | Self::Assertion(text) | Self::Nothing(text)) = self;
        text
    }
}

/// An assertion that was made beforehand. It does not print.
#[derive(Debug)]
struct Made(collector::Secret);

#[async_trait]
impl ClientAssertion for Made {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.expose().to_owned())
    }
}

/// A tool that does not answer for ever.
#[derive(Debug)]
struct Tool<C>(Arc<C>);

#[async_trait]
impl<C: TokenCredential> TokenCredential for Tool<C> {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<azure_core::credentials::TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        timeout(TOOL, self.0.get_token(scopes, options)).await.unwrap_or_else(|_| {
            let text = format!("it does not answer within {} s", TOOL.as_secs());
            Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, text))
        })
    }
}

/// What a tool says, in one line.
fn of_tool(error: &azure_core::Error) -> String {
    let text = error.to_string();
    let text = text.split("\nTo troubleshoot").next().unwrap_or_default();
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(400).collect()
}

/// Sends through us, and leaves it to us to try again: our waits are those of every other request.
fn options(authority: Authority) -> ClientOptions {
    // The address has to be one of https, and its path would be dropped. `Authority` puts the
    // cloud's in its place.
    let mut cloud = CustomConfiguration::default();
    cloud.authority_host = String::from("https://authority.invalid");
    ClientOptions {
        cloud: Some(Arc::new(cloud.into())),
        transport: Some(AzureTransport::new(Arc::new(authority) as Arc<dyn HttpClient>)),
        retry: RetryOptions::none(),
        ..ClientOptions::default()
    }
}

fn refused(text: String) -> Trouble {
    Trouble::Refused(Failure::Authentication(text))
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
        presented: collector::Secret,
    ) -> Result<Self, Failure> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", text.secret()))
            .map_err(|_| Failure::Failed("signing in: the token cannot be sent".to_owned()))?;
        header.set_sensitive(true);
        Ok(Self { text, header, ends, presented, giveaways: Arc::default() })
    }

    /// The value of the header `Authorization`. It does not print.
    pub(crate) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// A text without the token and what it was asked for with, should they be in there.
    pub(crate) fn conceal(&self, text: &str) -> String {
        let secrets = || [self.text.secret(), self.presented.expose()];
        let giveaways = self.giveaways.get_or_init(|| secrets().map(Giveaways::of));
        giveaways.iter().fold(text.to_owned(), |text, it| it.conceal(&text))
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
        let Claims { roles, tid, oid, appid, azp, iat } = self.claims()?;
        let issued = iat.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
        let client_id = appid.or(azp);
        Some(Principal { tenant_id: tid, client_id, object_id: oid, roles, issued })
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
    /// The client, in tokens of version 1.0.
    #[serde(default)]
    appid: Option<String>,
    /// The same, in tokens of version 2.0.
    #[serde(default)]
    azp: Option<String>,
    /// When it was issued, in seconds since 1970.
    #[serde(default)]
    iat: Option<i64>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
