//! Lets an administrator consent to the application, so that a tenant can be collected.
//!
//! Two pages, for people with a browser. `/consent?instance=ID` says what is asked and leads to
//! Microsoft; `/consent/redirect` is where Microsoft leads back to. Everything that is refused says
//! why, and what to do.

mod page;
mod request;
mod response;

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlResponse,
};
use collector::Context;
use collector::consent::{self, Keys, Refusal, State};
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use request::{Ask, Asked, Unreadable};
use response::{Cookie, Page};

/// Where the pages are, and what they sign with.
#[derive(Debug)]
pub struct Site {
    /// What states are signed with.
    pub key: Key,
    /// The address that browsers know, without a trailing slash; none for the one by which a
    /// request came.
    pub address: Option<String>,
}

/// What states are signed with.
#[derive(Debug)]
pub enum Key {
    /// Keys that are kept where secrets are, under this ARN. They are read for each request, so
    /// that a new one counts at once.
    Stored(String),
    /// Keys of this process.
    Own(Keys),
}

/// Why there is a page that refuses.
enum Trouble {
    /// Nobody can be asked this.
    Unreadable(Unreadable),
    /// The consent is not taken, for an instance if it is known.
    Refused(Refusal, Option<String>),
}

/// Answers a request to the function's URL, which is an event of payload format 2.0; that of an
/// HTTP API of Amazon API Gateway is the same.
///
/// # Errors
///
/// If the event is no such request. Whatever else goes wrong is a page.
pub async fn handle(
    context: &Context,
    site: &Site,
    event: LambdaEvent<Value>,
) -> Result<Value, Error> {
    let request: LambdaFunctionUrlRequest = serde_json::from_value(event.payload)?;
    Ok(serde_json::to_value(respond(context, site, &request).await)?)
}

async fn respond(
    context: &Context,
    site: &Site,
    request: &LambdaFunctionUrlRequest,
) -> LambdaFunctionUrlResponse {
    let address = site.address(request);
    let page = match request::read(request) {
        Ok(asked) => answer(context, site, &address, asked).await,
        Err(unreadable) => Err(Trouble::Unreadable(unreadable)),
    };
    let page = page.unwrap_or_else(|trouble| {
        trouble.tell();
        trouble.page()
    });
    page.response(request::is_head(request))
}

/// The page that is asked for.
async fn answer(
    context: &Context,
    site: &Site,
    address: &str,
    asked: Asked,
) -> Result<Page, Trouble> {
    let cookie = Cookie::of(address);
    let browser = cookie.read(&asked.cookies);
    match asked.ask {
        Ask::Begin { instance } => {
            let keys = site.keys(context).await?;
            // Pages for several instances may be open in one browser, so it keeps the token that it
            // has.
            let browser = browser.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
            let redirect_uri = format!("{address}{}", request::REDIRECT);
            let invited =
                consent::invite(context, &keys, &instance, &browser, &redirect_uri).await?;
            let set = cookie.set(&browser, consent::LIFETIME);
            Ok(Page { cookie: Some(set), ..page::begin(&invited) })
        }
        Ask::Redirect { state, redirect } => {
            let keys = site.keys(context).await?;
            let state = State::open(&keys, &state.ok_or(Refusal::StateMissing)?)?;
            let of_instance = |refusal| Trouble::Refused(refusal, Some(state.instance.clone()));
            state
                .check(&keys, browser.as_deref(), OffsetDateTime::now_utc())
                .map_err(of_instance)?;
            let granted = consent::accept(context, &state, &redirect).await;
            let granted = granted.map_err(of_instance)?;
            tracing::info!(
                instance.id = granted.instance.id,
                tenant = granted.instance.config.directory_id,
                collection = ?granted.collection,
                "a consent was taken"
            );
            Ok(page::done(&granted))
        }
    }
}

impl Site {
    /// The address by which browsers come back.
    fn address(&self, request: &LambdaFunctionUrlRequest) -> String {
        // Not the header `Host`, which is whatever the client says.
        let domain = request.request_context.domain_name.as_deref().unwrap_or_default();
        self.address.clone().unwrap_or_else(|| format!("https://{domain}"))
    }

    async fn keys(&self, context: &Context) -> Result<Keys, Refusal> {
        match &self.key {
            Key::Own(keys) => Ok(keys.clone()),
            Key::Stored(arn) => {
                let keys = Keys::read(&context.secrets.read(arn).await?);
                Ok(keys.map_err(|error| collector::Error::Validation(error.to_string()))?)
            }
        }
    }
}

impl Trouble {
    /// Logs that something was refused: not what it was asked with, which may be worth stealing.
    fn tell(&self) {
        match self {
            Self::Unreadable(unreadable) => tracing::info!(%unreadable, "a request makes no sense"),
            Self::Refused(refusal, instance) => {
                let (instance, detail) = (instance.as_deref(), refusal.detail());
                let detail = detail.as_deref();
                if let Refusal::Failed(_) = refusal {
                    tracing::error!(instance, detail, "a consent cannot be taken");
                } else {
                    tracing::warn!(instance, %refusal, detail, "a consent is refused");
                }
            }
        }
    }

    fn page(&self) -> Page {
        match self {
            Self::Unreadable(unreadable) => Page {
                is_of_method: matches!(unreadable, Unreadable::Method),
                ..page::refused(unreadable.status(), page::REFUSED, &unreadable.to_string(), None)
            },
            Self::Refused(refusal, instance) => {
                let is_taken = matches!(refusal, Refusal::Replayed);
                let title = if is_taken { page::TAKEN } else { page::REFUSED };
                let instance = instance.as_deref().filter(|_| may_begin_again(refusal));
                page::refused(response::status(refusal), title, &refusal.to_string(), instance)
            }
        }
    }
}

/// Whether beginning again may help.
fn may_begin_again(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::Replayed | Refusal::InstanceGone | Refusal::NotGranted { .. } | Refusal::Failed(_)
    )
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal, None)
    }
}
