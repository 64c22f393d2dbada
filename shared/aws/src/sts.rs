//! Tokens by which AWS says who we are.

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Credentials, Region, SharedCredentialsProvider};
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use collector::Secret;
use collector::ports::{WebIdentity, WebIdentityError};
use tokio::sync::OnceCell;

use crate::clients;
use crate::failure::cause;

/// How long a token is good for, in seconds: AWS's default. It is exchanged at once.
const LIFETIME: i32 = 300;

/// The one of AWS's algorithms that Microsoft Entra ID takes. Source: "Important considerations and
/// restrictions for federated identity credentials".
const ALGORITHM: &str = "RS256";

/// [`WebIdentity`] by AWS STS, with IAM outbound identity federation.
///
/// The account has to have it enabled, and the role needs `sts:GetWebIdentityToken`. AWS is reached
/// when the first token is asked for. The region has to be known, because the global endpoint of
/// STS issues no such tokens.
#[derive(Debug)]
pub struct StsIdentity {
    role: Option<String>,
    client: OnceCell<Client>,
}

#[derive(Debug, thiserror::Error)]
#[error("the answer holds no token")]
struct Missing;

impl StsIdentity {
    /// Tokens that speak of the role of this process, or of another role by its ARN, which this
    /// process takes on for it.
    #[must_use]
    pub fn new(role: Option<String>) -> Self {
        Self { role, client: OnceCell::new() }
    }

    /// Tokens of what takes the place of STS at an address, and checks no signature.
    #[must_use]
    pub fn at(endpoint: &str) -> Self {
        let anyone = Credentials::new("id", "key", None, None, "stand-in");
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(anyone)
            .endpoint_url(endpoint)
            .region(Region::new("eu-central-1"));
        let client = Client::from_conf(config.build());
        Self { role: None, client: OnceCell::new_with(Some(client)) }
    }

    async fn connect(&self) -> Client {
        let mut config = clients::config().await;
        if let Some(role) = &self.role {
            let taken = AssumeRoleProvider::builder(role.as_str())
                .session_name("tenantgraph")
                .configure(&config)
                .build()
                .await;
            let taken = SharedCredentialsProvider::new(taken);
            config = config.into_builder().credentials_provider(taken).build();
        }
        Client::new(&config)
    }
}

#[async_trait]
impl WebIdentity for StsIdentity {
    async fn token(&self, audience: &str) -> Result<Secret, WebIdentityError> {
        let client = self.client.get_or_init(|| self.connect()).await;
        let asked = client
            .get_web_identity_token()
            .audience(audience)
            .duration_seconds(LIFETIME)
            .signing_algorithm(ALGORITHM)
            .send()
            .await;
        let output = asked.map_err(|error| WebIdentityError {
            // The client has waited for throttles and for failures.
            is_refused: error.as_service_error().is_some_and(|it| {
                let is_passing =
                    |code: &str| code.starts_with("Throttl") || code.contains("Internal");
                !it.code().is_some_and(is_passing)
            }),
            cause: cause(&error),
        })?;
        let missing = || WebIdentityError { is_refused: false, cause: Box::new(Missing) };
        output.web_identity_token.map(Secret::new).ok_or_else(missing)
    }
}
