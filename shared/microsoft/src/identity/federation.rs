//! Tokens that others issue, to whom an application's federated credential refers.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use collector::Secret;
use collector::instance::TokenSource;
use collector::ports::WebIdentity;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use super::surroundings::Surroundings;
use crate::memory::Share;
use crate::transport::Transport;

/// What an application's federated credential has to say for a token to match, each exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    /// Who issued the token: an address.
    pub issuer: String,
    /// Of whom it speaks.
    pub subject: String,
    /// For whom it is.
    pub audience: String,
}

impl fmt::Display for Federation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, subject, audience } = self;
        write!(f, "issuer {issuer}, subject {subject}, audience {audience}")
    }
}

/// The longest token that is taken for one, in bytes.
const LONGEST: usize = 64 * 1024;

const NAME_OF_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
const URL_OF_GITHUB: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN_OF_GITHUB: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoAssertion {
    /// It will not work.
    #[error("{0}")]
    Impossible(String),
    /// It may work in a moment.
    #[error("{0}")]
    Passing(String),
}

fn impossible(text: &str) -> NoAssertion {
    NoAssertion::Impossible(text.to_owned())
}

/// A token of a source for an audience.
pub(crate) async fn assertion(
    source: &TokenSource,
    audience: &str,
    surroundings: &Surroundings,
    transport: &dyn Transport,
) -> Result<Secret, NoAssertion> {
    let token = match source {
        TokenSource::Aws => of_aws(surroundings.web_identity.as_ref(), audience).await?,
        _ if !surroundings.is_one_machine => {
            return Err(impossible(
                "Only a run of the command line gets tokens of GitHub Actions, of Kubernetes and \
                 from files. On AWS, set federatedCredential to aws.",
            ));
        }
        TokenSource::GithubActions => of_github(surroundings, audience, transport).await?,
        TokenSource::Kubernetes => {
            let path = surroundings.variable(NAME_OF_FILE).ok_or_else(|| {
                NoAssertion::Impossible(format!(
                    "The environment variable {NAME_OF_FILE} is not set. Label the pod with \
                     azure.workload.identity/use: \"true\", and annotate its service account."
                ))
            })?;
            in_file(&path).await?
        }
        TokenSource::TokenFile(path) => in_file(path).await?,
    };
    let token = Secret::new(token.expose().trim());
    match federation_of(&token) {
        Some(_) => Ok(token),
        None => Err(impossible(
            "What was given as the token of a federated credential is not a JSON Web Token with an \
             issuer, a subject and an audience.",
        )),
    }
}

async fn of_aws(
    identity: Option<&Arc<dyn WebIdentity>>,
    audience: &str,
) -> Result<Secret, NoAssertion> {
    let identity = identity.ok_or_else(|| impossible("AWS is not reached from here."))?;
    identity.token(audience).await.map_err(|error| {
        if !error.is_refused {
            return NoAssertion::Passing(error.to_string());
        }
        NoAssertion::Impossible(format!(
            "{error}. Outbound identity federation has to be enabled in the AWS account (aws iam \
             enable-outbound-web-identity-federation), and the role has to be allowed \
             sts:GetWebIdentityToken for the audience {audience}."
        ))
    })
}

/// Source: "`OpenID` Connect reference" of GitHub Actions.
async fn of_github(
    surroundings: &Surroundings,
    audience: &str,
    transport: &dyn Transport,
) -> Result<Secret, NoAssertion> {
    #[derive(Deserialize)]
    struct Issued {
        value: String,
    }
    let variable = |name| {
        surroundings.variable(name).ok_or_else(|| {
            NoAssertion::Impossible(format!(
                "The environment variable {name} is not set. Give the job of the workflow the \
                 permission id-token: write."
            ))
        })
    };
    let address = Url::parse(&variable(URL_OF_GITHUB)?).ok().filter(|it| it.scheme() == "https");
    let mut address = address
        .ok_or_else(|| NoAssertion::Impossible(format!("{URL_OF_GITHUB} is no https address.")))?;
    address.query_pairs_mut().append_pair("audience", audience);
    let bearer = Secret::new(format!("Bearer {}", variable(TOKEN_OF_GITHUB)?));
    let mut header = HeaderValue::try_from(bearer.expose())
        .map_err(|_| NoAssertion::Impossible(format!("{TOKEN_OF_GITHUB} cannot be sent.")))?;
    header.set_sensitive(true);
    let mut request = reqwest::Request::new(Method::GET, address);
    request.headers_mut().insert(AUTHORIZATION, header);
    let failed = |reason: &dyn fmt::Display| format!("GitHub issues no token: {reason}");
    let reply = transport.send(request, &Share::small()).await;
    let reply = reply.map_err(|broken| NoAssertion::Passing(failed(&broken)))?;
    match reply.status {
        StatusCode::OK => match serde_json::from_slice::<Issued>(&reply.body) {
            Ok(issued) => Ok(Secret::new(issued.value)),
            Err(_) => Err(NoAssertion::Passing(failed(&"the answer makes no sense"))),
        },
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(NoAssertion::Passing(failed(&status)))
        }
        status => Err(NoAssertion::Impossible(failed(&status))),
    }
}

/// The token in a file, which is read each time: whoever writes it renews it.
async fn in_file(path: &str) -> Result<Secret, NoAssertion> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        let size = std::fs::metadata(&owned)?.len();
        if size > LONGEST as u64 {
            let text = format!("it is larger than {} KiB", LONGEST / 1024);
            return Err(std::io::Error::other(text));
        }
        std::fs::read_to_string(&owned)
    });
    match read.await {
        Ok(Ok(text)) => Ok(Secret::new(text)),
        Ok(Err(error)) => {
            Err(NoAssertion::Impossible(format!("The token file {path} cannot be read: {error}")))
        }
        Err(_) => Err(NoAssertion::Passing(format!("the token file {path} was not read"))),
    }
}

/// What a token says of itself, if it is one.
pub(crate) fn federation_of(token: &Secret) -> Option<Federation> {
    #[derive(Deserialize)]
    struct Claims {
        iss: String,
        sub: String,
        aud: Audiences,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Audiences {
        One(String),
        Several(Vec<String>),
    }
    let text = Some(token.expose()).filter(|it| it.len() <= LONGEST)?;
    let [_, claims, _] = text.split('.').collect::<Vec<_>>()[..] else { return None };
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    let Claims { iss, sub, aud } = serde_json::from_slice(&claims).ok()?;
    let audience = match aud {
        Audiences::One(audience) => audience,
        Audiences::Several(audiences) => audiences.into_iter().next()?,
    };
    Some(Federation { issuer: iss, subject: sub, audience })
}
