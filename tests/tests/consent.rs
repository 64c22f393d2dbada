//! The consent of an administrator: what is refused and how it is told, and what follows when it is
//! taken.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Once};

use collector::consent::{Keys, State};
use collector::instances;
use consent::{Key, Site};
use lambda_runtime::tracing::subscriber;
use serde_json::json;
use simulator::{Application, Options};
use tests::redirects::{BROWSER, Broken, COOKIE, TENANT, broken, consented};
use tests::stage::{Answered, CLIENT, KEY, SECRET, Stage};
use tests::world::{LIMITED, LIMITED_SECRET, World, limited, options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

const BEGIN: &str = "/consent";
const REDIRECT: &str = "/consent/redirect";

thread_local! {
    /// What this thread logged, once it is to be read.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// The log of this thread, at every level. A test and what it calls run in one thread.
struct Log;

impl Log {
    fn begin() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let lines = subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
            lines.with_writer(|| Self).init();
        });
        LOG.set(Some(Vec::new()));
    }

    /// What was logged since the last look.
    fn take() -> String {
        String::from_utf8(LOG.replace(Some(Vec::new())).unwrap()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.iter_mut().for_each(|log| log.extend_from_slice(buffer)));
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_forged_or_broken_is_refused_and_told_why() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    stage.store("known", TENANT).await;
    stage.open(TENANT, 0);
    let before = stage.names().await;
    Log::begin();
    let mut told = BTreeSet::new();
    for Broken { what, query, cookies, status, says } in broken(&stage).await {
        let answer = stage.get(REDIRECT, &query, &cookies).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.reason());
        assert!(answer.reason().contains(says), "{what}: {}", answer.reason());
        check_page(&answer);
        told.insert((says, answer.reason().to_owned()));

        let lines = Log::take();
        let own: Vec<&str> = lines.lines().filter(|it| it.contains("consent: ")).collect();
        assert_eq!(own.len(), 1, "{what}: {lines}");
        for secret in [SECRET, KEY, BROWSER, "admin_consent", "Trace"] {
            assert!(!lines.contains(secret), "{what}: {secret} is in the log: {lines}");
        }
        let state = query.split("state=").nth(1).unwrap_or_default().split('&').next().unwrap();
        assert!(state.len() < 40 || !lines.contains(&state[..40]), "{what}: {lines}");
    }
    let reasons: BTreeSet<&str> = told.iter().map(|(_, reason)| &**reason).collect();
    assert_eq!(reasons.len(), told.len(), "each has a message of its own");
    assert!(reasons.len() >= 24, "{}", reasons.len());
    assert_eq!(stage.names().await, before, "nothing is written");
    assert!(stage.instance("new").await.config.awaits_consent());
}

#[tokio::test]
async fn a_request_that_makes_no_sense_is_refused() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    stage.store("named", "contoso.example").await;
    stage
        .store_with("unstored", "organizations", |it| it["config"]["clientSecret"] = "s".into())
        .await;
    for (method, path, query, status, says) in [
        ("POST", BEGIN, "instance=new", 405, "does not accept"),
        ("PUT", REDIRECT, "", 405, "does not accept"),
        ("GET", "/", "", 404, "no page at this address"),
        ("GET", "/consent/", "instance=new", 404, "no page at this address"),
        ("GET", "/consent/redirect/x", "", 404, "no page at this address"),
        ("GET", BEGIN, "", 400, "does not name a connection"),
        ("GET", BEGIN, "instance=", 400, "does not name a connection"),
        ("GET", BEGIN, "instance=..%2Fjobs", 400, "the id of its connection is invalid"),
        ("GET", BEGIN, "instance=.new", 400, "the id of its connection is invalid"),
        ("GET", BEGIN, "instance=new&instance=new", 400, "same parameter twice"),
        ("GET", BEGIN, "instance=%", 400, "encoding is invalid"),
        ("GET", BEGIN, "instance=nobody", 404, "no connection with this id"),
        ("GET", BEGIN, "instance=new~1", 404, "no connection with this id"),
        ("GET", BEGIN, "instance=named", 409, "by a domain"),
        ("GET", BEGIN, "instance=unstored", 409, "is not stored"),
    ] {
        let answer = stage.ask(method, path, query, &[]).await;
        assert_eq!(answer.status, status, "{method} {path}?{query}");
        assert!(answer.reason().contains(says), "{method} {path}?{query}: {}", answer.reason());
        assert_eq!(answer.headers.contains_key("allow"), status == 405);
        assert!(!answer.headers.contains_key("set-cookie"));
        check_page(&answer);
    }
    let head = stage.ask("HEAD", BEGIN, "instance=new", &[]).await;
    assert_eq!((head.status, &*head.body), (405, ""));
}

/// What is true of every page.
fn check_page(answer: &Answered) {
    let Answered { body, headers, .. } = answer;
    for part in ["<!doctype html>", "<html lang=\"en\">", "<title>", "<main>", "name=\"viewport\""]
    {
        assert_eq!(body.matches(part).count(), 1, "{part}: {body}");
    }
    assert_eq!(body.matches("<h1>").count(), 1);
    for never in ["<script", "javascript:", " src=", "@import", "url(", " onclick"] {
        assert!(!body.contains(never), "{never}: {body}");
    }
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(headers["content-security-policy"].contains("default-src 'none'"));
}

#[tokio::test]
async fn the_first_page_says_what_is_asked_and_leads_to_microsoft() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    stage.store("known", TENANT).await;
    let page = stage.get(BEGIN, "instance=new", &[]).await;
    assert_eq!(page.status, 200);
    check_page(&page);
    assert!(page.body.contains("Contoso &lt;&amp;&gt; &quot;Co&quot;"), "{}", page.body);
    assert!(page.body.contains("the tenant that you sign in to"));
    assert!(page.body.contains("<li><code>User.Read.All</code></li>"), "{}", page.body);
    let cookie = &page.headers["set-cookie"];
    assert!(cookie.starts_with("__Host-tenantgraph-consent="), "{cookie}");
    for attribute in ["Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax", "Secure"] {
        assert!(cookie.split("; ").any(|it| it == attribute), "{cookie}");
    }

    let button = page.button().unwrap();
    let (address, query) = button.split_once('?').unwrap();
    assert_eq!(address, "https://login.microsoftonline.com/organizations/v2.0/adminconsent");
    let state = query.split("state=").nth(1).unwrap();
    assert_eq!(
        query,
        format!(
            "client_id={CLIENT}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default\
             &redirect_uri=https%3A%2F%2Fsite.example%2Fconsent%2Fredirect&state={state}"
        )
    );
    let state = State::open(&stage.keys, state).unwrap();
    assert_eq!((&*state.instance, state.tenant), ("new", None));
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(!button.contains(token), "who sees the address does not know the cookie");

    // Another page in the same browser leaves the first as good as it was.
    let page =
        stage.get(BEGIN, "instance=known", &[&format!("__Host-tenantgraph-consent={token}")]).await;
    assert!(page.headers["set-cookie"].contains(token));
    assert!(page.body.contains(TENANT));
    let button = page.button().unwrap();
    let begin = format!("https://login.microsoftonline.com/{TENANT}/v2.0/adminconsent?");
    assert!(button.starts_with(&begin), "{button}");
    let state = State::open(&stage.keys, button.split("state=").nth(1).unwrap()).unwrap();
    assert_eq!(state.tenant.as_deref(), Some(TENANT));
}

#[tokio::test(start_paused = true)]
async fn a_consent_is_taken_when_microsoft_lets_the_application_in() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    // Until a moment after the consent, it does not.
    stage.open(TENANT, 3);
    let (state, text) = stage.attempt("new", BROWSER).await;
    Log::begin();
    let answer = stage.get(REDIRECT, &consented(&text, &TENANT.to_uppercase()), &[COOKIE]).await;
    assert_eq!(answer.status, 200, "{}", answer.reason());
    check_page(&answer);
    assert!(answer.reason().contains(TENANT), "{}", answer.reason());
    assert!(answer.body.contains("The inventory has started"), "{}", answer.body);
    assert_eq!(stage.instance("new").await.config.directory_id, TENANT);
    let names = stage.names().await;
    assert!(names.contains(&format!("consents/{}.json", state.nonce)), "{names:?}");
    assert!(names.contains(&"jobs/new/lease.json".to_owned()), "{names:?}");
    let lines = Log::take();
    assert!(lines.contains("a consent was taken") && !lines.contains(&text[..40]), "{lines}");

    // Once.
    let again = stage.get(REDIRECT, &consented(&text, TENANT), &[COOKIE]).await;
    assert_eq!(again.status, 409);
    assert!(again.reason().contains("taken only once"), "{}", again.reason());
    assert!(again.body.contains("<h1>This consent was already accepted</h1>"), "{}", again.body);
    assert_eq!(stage.names().await, names);

    // To store the instance as it was does not take its tenant away; to consent again is fine.
    stage.store("new", "organizations").await;
    assert_eq!(stage.instance("new").await.config.directory_id, TENANT);
    let (_, text) = stage.attempt("new", BROWSER).await;
    let answer = stage.get(REDIRECT, &consented(&text, TENANT), &[COOKIE]).await;
    assert!(answer.body.contains("is already running"), "{}", answer.body);
}

#[tokio::test(start_paused = true)]
async fn of_two_redirects_at_once_one_is_taken() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    stage.open(TENANT, 0);
    let (_, text) = stage.attempt("new", BROWSER).await;
    let query = consented(&text, TENANT);
    // Both have seen that Microsoft lets the application in before either goes on.
    let meeting = Arc::new(Barrier::new(2));
    *stage.doors.meeting.lock().unwrap() = vec![meeting.clone(), meeting];
    let (one, other) = tokio::join!(
        stage.get(REDIRECT, &query, &[COOKIE]),
        stage.get(REDIRECT, &query, &[COOKIE])
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let plans = stage.names().await.iter().filter(|it| it.ends_with("plan.json")).count();
    assert_eq!(plans, 1);
}

#[tokio::test]
async fn a_tenant_that_another_instance_names_by_a_domain_is_not_taken() {
    let stage = Stage::new().await;
    stage.store("victim", "contoso.example").await;
    stage.store("elsewhere", "nobody.example").await;
    stage.store("new", "organizations").await;
    stage.open(TENANT, 0);
    stage.open("contoso.example", 0);
    let domain = ("contoso.example".to_owned(), TENANT.to_owned());
    stage.doors.domains.lock().unwrap().extend([domain]);
    let (_, text) = stage.attempt("new", BROWSER).await;
    let answer = stage.get(REDIRECT, &consented(&text, TENANT), &[COOKIE]).await;
    assert_eq!(answer.status, 409, "{}", answer.reason());
    assert!(stage.instance("new").await.config.awaits_consent());

    // Once the domain is that of another tenant, nobody has this one.
    stage.doors.domains.lock().unwrap().clear();
    let answer = stage.get(REDIRECT, &consented(&text, TENANT), &[COOKIE]).await;
    assert_eq!(answer.status, 200, "{}", answer.reason());
}

#[tokio::test(start_paused = true)]
async fn what_fails_meanwhile_can_be_tried_again() {
    let stage = Stage::new().await;
    stage.store("new", "organizations").await;
    stage.open(TENANT, 0);
    let (_, text) = stage.attempt("new", BROWSER).await;
    let query = consented(&text, TENANT);
    *stage.doors.is_broken.lock().unwrap() = true;
    Log::begin();
    let answer = stage.get(REDIRECT, &query, &[COOKIE]).await;
    assert_eq!(answer.status, 500);
    assert!(answer.reason().contains("Something went wrong here"), "{}", answer.reason());
    assert!(Log::take().contains("the service answers 500"), "the log says why");
    *stage.doors.is_broken.lock().unwrap() = false;

    // A tenant that closes its directory to the application lets it in all the same.
    *stage.doors.is_closed.lock().unwrap() = true;
    let answer = stage.get(REDIRECT, &query, &[COOKIE]).await;
    assert_eq!(answer.status, 200, "{}", answer.reason());
}

#[tokio::test]
async fn a_disabled_instance_gets_its_tenant_and_rests() {
    let stage = Stage::new().await;
    stage.store_with("new", "organizations", |it| it["enabled"] = false.into()).await;
    stage.open(TENANT, 0);
    let (_, text) = stage.attempt("new", BROWSER).await;
    let answer = stage.get(REDIRECT, &consented(&text, TENANT), &[COOKIE]).await;
    assert_eq!(answer.status, 200, "{}", answer.reason());
    assert!(answer.body.contains("disabled"), "{}", answer.body);
    assert!(!stage.names().await.iter().any(|it| it.starts_with("jobs/")));
}

/// The same over HTTP, with everything that an administrator does at Microsoft.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_collected_once_it_has_consented() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let site = format!("http://{address}");
    let principal = limited(&["User.Read.All", "Group.Read.All", "Organization.Read.All"], &[]);
    let application = Application {
        name: "tenantgraph".to_owned(),
        principal,
        redirect_uris: vec![format!("{site}{REDIRECT}")],
    };
    let mut world = World::new(Options { applications: vec![application], ..options() }).await;
    let secret = world.store.path().join("#secret");
    std::fs::write(&secret, LIMITED_SECRET).unwrap();
    let secret = json!({ "secretArn": format!("file:{}", secret.display()) });
    let instance = json!({
        "id": "new",
        "integration": "azure",
        "name": "Test",
        "config": {
            "directoryId": "organizations",
            "clientId": LIMITED,
            "clientSecret": secret,
            "ingestActiveDirectory": true,
        },
    });
    world.machine.run(json!({ "action": "store", "instance": instance })).await.unwrap();
    Arc::get_mut(&mut world.machine.context).unwrap().consent_site = Some(site.clone());

    // Before, nothing can be started, and who tries is told where to consent.
    let early = world.machine.run(json!({ "instanceId": "new" })).await.unwrap_err().to_string();
    assert!(early.ends_with(&format!("{site}{BEGIN}?instance=new")), "{early}");
    let due = world.machine.run(json!({ "due": true })).await.unwrap();
    assert_eq!(due["jobs"], json!([]));
    let site = Site { key: Key::Own(Keys::random()), address: Some(site) };
    tokio::spawn(tenantgraph::consent::serve(listener, world.machine.context.clone(), site));

    let (head, body) = get(&format!("http://{address}{BEGIN}?instance=new"), "").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let cookie = head.split("set-cookie: ").nth(1).unwrap().split(';').next().unwrap();
    assert!(cookie.starts_with("tenantgraph-consent="), "{cookie}");
    let button = Answered { status: 200, headers: BTreeMap::new(), body }.button().unwrap();

    // It is led back whatever is chosen.
    let led_back = async |choice: &str| {
        let (head, body) = get(&format!("{button}&choice={choice}"), "").await;
        let address = head.split("ocation: ").nth(1).unwrap_or_else(|| panic!("{head} {body}"));
        address.split("\r\n").next().unwrap().to_owned()
    };
    let (head, _) = get(&led_back("decline").await, cookie).await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    let (head, _) = get(&led_back("return").await, cookie).await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    let redirect = led_back("accept").await;
    let (head, body) = get(&redirect, "").await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head} {body}");
    let (head, body) = get(&redirect, &format!("theme=dark; {cookie}")).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head} {body}");
    assert!(head.contains("\r\ncontent-security-policy: default-src 'none'"), "{head}");
    let (head, _) = get(&redirect, cookie).await;
    assert!(head.starts_with("HTTP/1.1 409 "), "{head}");

    let instance = instances::find(&world.machine.context, "new").await.unwrap();
    assert_eq!(instance.config.directory_id, world.simulator.directory_id());
    world.machine.finish(&[]).await.unwrap();
    let summary = collector::snapshot::latest(&world.machine.context, "new").await.unwrap();
    assert!(summary.graph.entities.contains_key("azure_account"), "{summary:?}");
}

/// The head and the body that an address of this machine answers with.
async fn get(url: &str, cookies: &str) -> (String, String) {
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {address}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}
