//! Telling alerts: to Amazon `EventBridge`, SNS and SQS, to webhooks and to Slack.
//!
//! The services of AWS get one signed request each, as their documentation has it. Their SDKs would
//! add minutes to a build and megabytes to each function for three calls.

mod address;
mod signature;

use std::env;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use collector::ports::Secrets;
use reqwest::redirect::Policy;
use rules::{Action, Alert, Deliver, DeliveryError};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;

pub use address::is_public;
pub use signature::{Credentials, hmac, sign};

/// What one request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The source of events.
const SOURCE: &str = "tenantgraph";

/// Tells alerts by HTTP.
#[derive(Debug)]
pub struct Courier {
    secrets: Arc<dyn Secrets>,
    credentials: Option<Credentials>,
    region: String,
    /// What takes the place of AWS's services, such as an emulator.
    endpoint: Option<String>,
}

type Result<T> = std::result::Result<T, DeliveryError>;

fn failed(what: impl std::fmt::Display) -> DeliveryError {
    DeliveryError(what.to_string())
}

impl Courier {
    /// A courier with the credentials and the region that AWS Lambda gives a function in its
    /// environment.
    #[must_use]
    pub fn from_environment(secrets: Arc<dyn Secrets>) -> Self {
        let read = |name: &str| env::var(name).ok().filter(|it| !it.is_empty());
        let key = read("AWS_ACCESS_KEY_ID").zip(read("AWS_SECRET_ACCESS_KEY"));
        let token = read("AWS_SESSION_TOKEN");
        let credentials = key.map(|(id, secret)| Credentials { id, secret, token });
        let region = read("AWS_REGION").unwrap_or_default();
        Self { secrets, credentials, region, endpoint: read("AWS_ENDPOINT_URL") }
    }

    async fn event_bridge(&self, bus: &str, alert: &Alert) -> Result<()> {
        let region = bus.split(':').nth(3).unwrap_or(&self.region);
        let entry = json!({
            "Source": SOURCE, "DetailType": alert.transition.detail_type(), "EventBusName": bus,
            "Detail": body(alert)?,
        });
        let body = json!({ "Entries": [entry] }).to_string();
        let call =
            Call { service: "events", host: "events", region, form: "application/x-amz-json-1.1" };
        let answer = self.call(&call, Some("AWSEvents.PutEvents"), body).await?;
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        match answer["FailedEntryCount"].as_u64() {
            Some(0) => Ok(()),
            _ => Err(failed(format!(
                "EventBridge did not take it: {}",
                answer["Entries"][0]["ErrorCode"]
            ))),
        }
    }

    async fn sns(&self, topic: &str, alert: &Alert) -> Result<()> {
        let region = topic.split(':').nth(3).unwrap_or_default();
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("Action", "Publish").append_pair("Version", "2010-03-31");
            form.append_pair("TopicArn", topic).append_pair("Message", &body(alert)?);
            if is_fifo(topic) {
                form.append_pair("MessageGroupId", &alert.rule);
                form.append_pair("MessageDeduplicationId", &alert.id);
            }
            form.finish()
        };
        let call =
            Call { service: "sns", host: "sns", region, form: "application/x-www-form-urlencoded" };
        self.call(&call, None, form).await.map(|_| ())
    }

    async fn sqs(&self, queue: &str, alert: &Alert) -> Result<()> {
        // The host gets a signature of this function's role, so it has to be one of AWS.
        let host = Url::parse(queue).ok().and_then(|it| it.host_str().map(str::to_owned));
        let host = host.unwrap_or_default();
        let region = host.strip_prefix("sqs.").and_then(|it| it.split_once(".amazonaws.com"));
        let region = region.filter(|(_, end)| ["", ".cn"].contains(end)).map(|(region, _)| region);
        let region = region.ok_or_else(|| failed(format!("{queue} is not the URL of a queue")))?;
        let mut message = json!({ "QueueUrl": queue, "MessageBody": body(alert)? });
        if is_fifo(queue) {
            message["MessageGroupId"] = Value::from(alert.rule.as_str());
            message["MessageDeduplicationId"] = Value::from(alert.id.as_str());
        }
        let call = Call { service: "sqs", host: "sqs", region, form: "application/x-amz-json-1.0" };
        self.call(&call, Some("AmazonSQS.SendMessage"), message.to_string()).await.map(|_| ())
    }

    /// Calls a service of AWS.
    async fn call(&self, call: &Call<'_>, target: Option<&str>, body: String) -> Result<String> {
        let Call { service, host, region, form } = call;
        let is_region = |it: char| it.is_ascii_alphanumeric() || it == '-';
        if region.is_empty() || !region.chars().all(is_region) {
            return Err(failed(format!("{region} is not a region of AWS")));
        }
        let credentials = self.credentials.as_ref();
        let credentials = credentials.ok_or_else(|| failed("there are no credentials of AWS"))?;
        let end = if region.starts_with("cn-") { ".cn" } else { "" };
        let own = format!("https://{host}.{region}.amazonaws.com{end}/");
        let address = Url::parse(self.endpoint.as_deref().unwrap_or(&own)).map_err(failed)?;
        let mut headers = vec![("content-type".to_owned(), (*form).to_owned())];
        headers.extend(target.map(|it| ("x-amz-target".to_owned(), it.to_owned())));
        let now = OffsetDateTime::now_utc();
        let signed = sign(credentials, region, service, &address, &headers, &body, now);
        let client = client(None)?;
        let mut request = client.post(address).body(body);
        for (name, value) in headers.into_iter().chain(signed) {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|it| failed(it.without_url()))?;
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        if status.is_success() {
            return Ok(text);
        }
        let text: String = text.chars().take(300).collect();
        Err(failed(format!("{service} answers {status}: {text}")))
    }

    async fn webhook(&self, url: &str, secret: Option<&str>, alert: &Alert) -> Result<()> {
        let body = body(alert)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let timestamp = since.as_secs().to_string();
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", alert.id.clone()),
            ("x-tenantgraph-timestamp", timestamp.clone()),
        ];
        if let Some(secret) = secret {
            let secret = self.secrets.read(secret).await.map_err(failed)?;
            let signature =
                hmac(secret.expose().as_bytes(), format!("{timestamp}.{body}").as_bytes());
            headers.push(("x-tenantgraph-signature", format!("v1={}", hex::encode(&signature))));
        }
        post(url, headers, body).await.map_err(|it| failed(format!("the webhook {url}: {it}")))
    }

    async fn slack(&self, secret: &str, alert: &Alert) -> Result<()> {
        let address = self.secrets.read(secret).await.map_err(failed)?;
        // Whoever knows the address may write: no error names it.
        if !["https://hooks.slack.com/", "https://hooks.slack-gov.com/"]
            .iter()
            .any(|it| address.expose().starts_with(it))
        {
            return Err(failed(format!(
                "the secret {secret} is not the address of a webhook of Slack"
            )));
        }
        let mut text = format!("*{}*\n{}", alert.headline(), alert.description);
        for name in alert.sample.iter().take(10) {
            let _ = write!(text, "\n• {name}");
        }
        let body = json!({ "text": text }).to_string();
        let headers = vec![("content-type", "application/json".to_owned())];
        post(address.expose(), headers, body).await.map_err(|it| failed(format!("Slack: {it}")))
    }
}

#[async_trait]
impl Deliver for Courier {
    async fn deliver(&self, action: &Action, alert: &Alert) -> Result<()> {
        match action {
            Action::EventBridge(bus) => self.event_bridge(bus, alert).await,
            Action::Sns(topic) => self.sns(topic, alert).await,
            Action::Sqs(queue) => self.sqs(queue, alert).await,
            Action::Webhook { url, secret } => self.webhook(url, secret.as_deref(), alert).await,
            Action::Slack { secret } => self.slack(secret, alert).await,
        }
    }
}

/// A call of a service of AWS.
struct Call<'a> {
    service: &'a str,
    host: &'a str,
    region: &'a str,
    /// The form of the body.
    form: &'a str,
}

fn is_fifo(name: &str) -> bool {
    name.rsplit('.').next() == Some("fifo")
}

fn body(alert: &Alert) -> Result<String> {
    serde_json::to_string(alert).map_err(failed)
}

/// Posts to an address of the internet.
async fn post(url: &str, headers: Vec<(&str, String)>, body: String) -> Result<()> {
    let (address, at) = address::resolve(url).await?;
    let host = address.host_str().unwrap_or_default().to_owned();
    let mut request = client(Some((&host, at)))?.post(address).body(body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.send().await.map_err(|it| failed(it.without_url()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(failed(format!("it answers {status}"))),
    }
}

/// A client that follows no redirect, and reaches a host only at addresses that were looked at.
fn client(pinned: Option<(&str, Vec<SocketAddr>)>) -> Result<reqwest::Client> {
    let mut builder =
        reqwest::Client::builder().timeout(TIMEOUT).redirect(Policy::none()).no_proxy();
    if let Some((host, at)) = pinned {
        builder = builder.resolve_to_addrs(host, &at);
    }
    builder.build().map_err(failed)
}
