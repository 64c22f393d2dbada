//! The function `consent` without a network: Microsoft lets in whom a test says.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "what a test needs must be there"
)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws::{LocalQueue, LocalSecrets};
use collector::consent::{Keys, State};
use collector::event::Event;
use collector::instance::{Credentials, Instance, Proof};
use collector::ports::{
    AdminConsent, Answer, Answers, Document, DomainKey, Download, Failure, Fetch, Microsoft,
    Request,
};
use collector::{Context, Secret, instances};
use consent::{Key, Site};
use lambda_runtime::LambdaEvent;
use microsoft::Connections;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Barrier;

/// The application.
pub const CLIENT: &str = "c1d7a3e2-84b6-4f0a-b5d9-3e2f6a7c8d10";

/// Its secret.
pub const SECRET: &str = "a-client-secret-that-nobody-sees";

/// What states are signed with.
pub const KEY: &str = "a-key-that-is-long-enough-to-sign-with";

/// The function, with what it is given.
#[derive(Debug)]
pub struct Stage {
    /// What it is given.
    pub context: Context,
    /// Where it is.
    pub site: Site,
    /// What it signs with.
    pub keys: Keys,
    /// What Microsoft does.
    pub doors: Arc<Doors>,
    folder: TempDir,
}

/// Which tenants let the application in.
#[derive(Debug, Default)]
pub struct Doors {
    /// How often each of them refuses it before.
    pub refusals: Mutex<BTreeMap<String, u32>>,
    /// Whether Graph refuses it, too, with a token.
    pub is_closed: Mutex<bool>,
    /// The ids of tenants, by domains of theirs.
    pub domains: Mutex<BTreeMap<String, String>>,
    /// Whether the service fails.
    pub is_broken: Mutex<bool>,
    /// Where those who are let in next wait for one another, one place each.
    pub meeting: Mutex<Vec<Arc<Barrier>>>,
}

/// What a browser is answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The status.
    pub status: u64,
    /// The headers, and the cookies under `set-cookie`.
    pub headers: BTreeMap<String, String>,
    /// The page.
    pub body: String,
}

impl Stage {
    /// A function, and nothing stored.
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = aws::store(folder.path().to_str().unwrap()).await.unwrap();
        let queue = Arc::new(LocalQueue::new(Duration::from_mins(1), 10));
        let doors = Arc::new(Doors::default());
        let microsoft = Arc::new(Reception(doors.clone()));
        let context = Context::new(store, queue, Arc::new(LocalSecrets), microsoft);
        for (name, secret) in [("#secret", SECRET), ("#key", KEY)] {
            fs::write(folder.path().join(name), secret).unwrap();
        }
        let key = Key::Stored(format!("file:{}", folder.path().join("#key").display()));
        let site = Site { key, address: None };
        let keys = Keys::read(&Secret::new(KEY)).unwrap();
        Self { context, site, keys, doors, folder }
    }

    /// Stores an instance of a tenant, or of one that is not known yet.
    pub async fn store(&self, id: &str, tenant: &str) {
        self.store_with(id, tenant, |_| ()).await;
    }

    /// The same, changed.
    pub async fn store_with(&self, id: &str, tenant: &str, change: impl FnOnce(&mut Value)) {
        let secret = format!("file:{}", self.folder.path().join("#secret").display());
        let mut instance = json!({
            "id": id,
            "integration": "azure",
            "name": "Contoso <&> \"Co\"",
            "config": {
                "directoryId": tenant,
                "clientId": CLIENT,
                "clientSecret": { "secretArn": secret },
                "ingestActiveDirectory": true,
            },
        });
        change(&mut instance);
        let event = json!({ "action": "store", "instance": instance });
        let Event::Manage(action) = Event::parse(&event).unwrap() else { panic!() };
        instances::manage(&self.context, action).await.unwrap();
    }

    /// An instance as it is stored.
    pub async fn instance(&self, id: &str) -> Instance {
        instances::find(&self.context, id).await.unwrap()
    }

    /// Lets a tenant let the application in, after it was refused so often.
    pub fn open(&self, tenant: &str, refusals: u32) {
        self.doors.refusals.lock().unwrap().insert(tenant.to_owned(), refusals);
    }

    /// The names of what is stored.
    pub async fn names(&self) -> Vec<String> {
        self.context.store.list("").await.unwrap()
    }

    /// An attempt for an instance in a browser with a token, and its text.
    pub async fn attempt(&self, id: &str, browser: &str) -> (State, String) {
        let now = time::OffsetDateTime::now_utc();
        let state = State::new(&self.keys, &self.instance(id).await, browser, now);
        let text = state.seal(&self.keys);
        (state, text)
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str, query: &str, cookies: &[&str]) -> Answered {
        self.ask("GET", path, query, cookies).await
    }

    /// Sends any request.
    pub async fn ask(&self, method: &str, path: &str, query: &str, cookies: &[&str]) -> Answered {
        let event = json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "cookies": cookies,
            "headers": { "host": "somewhere.else.example" },
            "requestContext": {
                "domainName": "site.example",
                "http": { "method": method, "path": path },
                "timeEpoch": 0,
            },
            "isBase64Encoded": false,
        });
        let event = LambdaEvent::new(event, lambda_runtime::Context::default());
        let answer = consent::handle(&self.context, &self.site, event).await.unwrap();
        let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
        let headers = answer["headers"].as_object().unwrap().iter();
        let mut headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (name.clone(), text(value))).collect();
        if let Some(cookie) = answer["cookies"].get(0) {
            headers.insert("set-cookie".to_owned(), text(cookie));
        }
        let status = answer["statusCode"].as_u64().unwrap();
        Answered { status, headers, body: text(&answer["body"]) }
    }
}

impl Answered {
    /// What the page says first.
    #[must_use]
    pub fn reason(&self) -> &str {
        let (_, text) = self.body.split_once("<p>").unwrap_or_default();
        text.split("</p>").next().unwrap_or_default()
    }

    /// Where the page's button leads.
    #[must_use]
    pub fn button(&self) -> Option<String> {
        let (_, link) = self.body.split_once("class=\"go\" href=\"")?;
        Some(link.split('"').next()?.replace("&amp;", "&"))
    }
}

#[derive(Debug)]
struct Reception(Arc<Doors>);

impl Microsoft for Reception {
    fn connect(&self, _: &str, credentials: Credentials) -> Arc<dyn Fetch> {
        assert_eq!(credentials.proof, Proof::ClientSecret(Secret::new(SECRET)));
        Arc::new(Visit { doors: self.0.clone(), tenant: credentials.directory_id })
    }

    fn portal(&self, _: &str) -> &'static str {
        "https://portal.example"
    }

    fn admin_consent(&self, cloud: &str, consent: &AdminConsent<'_>) -> Option<String> {
        Connections::default().admin_consent(cloud, consent)
    }
}

#[derive(Debug)]
struct Visit {
    doors: Arc<Doors>,
    tenant: String,
}

#[async_trait]
impl Fetch for Visit {
    async fn fetch(&self, _: &DomainKey, requests: Vec<Request>) -> Answers {
        let answer = self.answer();
        let place = self.doors.meeting.lock().unwrap().pop();
        if let Some(meeting) = place {
            meeting.wait().await;
        }
        Answers::of(requests.iter().map(|_| answer.clone()).collect())
    }

    async fn tenant_id(&self) -> Result<Option<String>, Failure> {
        self.answer()?;
        let domains = self.doors.domains.lock().unwrap();
        Ok(Some(domains.get(&self.tenant).unwrap_or(&self.tenant).clone()))
    }

    async fn download(&self, address: &str) -> Result<Box<dyn Download>, Failure> {
        Err(Failure::Gone(address.to_owned()))
    }
}

impl Visit {
    fn answer(&self) -> Answer {
        if *self.doors.is_broken.lock().unwrap() {
            return Err(Failure::Failed("signing in: the service answers 500".to_owned()));
        }
        match self.doors.refusals.lock().unwrap().get_mut(&self.tenant) {
            Some(0) if *self.doors.is_closed.lock().unwrap() => {
                Err(Failure::Forbidden("no permission".to_owned()))
            }
            Some(0) => Ok(Document { body: r#"{"value":[]}"#.into(), requests: 1, refused: 0 }),
            refusals => {
                if let Some(left) = refusals {
                    *left -= 1;
                }
                let text = "AADSTS700016: The application is not known in this directory.";
                Err(Failure::Authentication(text.to_owned()))
            }
        }
    }
}
