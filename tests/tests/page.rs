//! The page answers itself and nobody else, says what a tenant holds as text, and takes no more
//! than it can bear.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

#[path = "query/generate.rs"]
#[expect(dead_code, reason = "other tests make up queries")]
mod generate;
#[path = "query/world.rs"]
#[expect(dead_code, reason = "other tests compare what is stored")]
mod world;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use collector::Secret;
use collector::layout::{Job, RecordKind};
use futures_util::future::join_all;
use page::{LARGEST, Local, Request, Response, Site, answer};
use serde_json::{Value, json};
use tempfile::TempDir;

use world::World;

const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{202e}</script>";
const TOKEN: &str = "the-token";
const HOST: &str = "127.0.0.1:8401";

/// A user in a group that a guest is in, too, and a vault that nothing leads to.
async fn site() -> (Arc<Site>, TempDir) {
    let user = |key: &str, name: &str| {
        json!({ "_key": key, "_type": "azure_user", "_class": ["User"], "displayName": name,
            "email": format!("{key}@nordlicht.example"),
            "_unknown": ["mfaEnabled: the application lacks AuditLog.Read.All"] })
    };
    let has = |key: &str| {
        json!({ "_key": format!("g|has|{key}"), "_type": "azure_user_group_has_user",
            "_class": "HAS", "_fromEntityKey": "g", "_toEntityKey": key })
    };
    let mut entities = vec![
        user("u1", HOSTILE),
        user("u2", "Anja"),
        json!({ "_key": "g", "_type": "azure_user_group", "_class": ["UserGroup"],
            "displayName": "All" }),
        json!({ "_key": "v", "_type": "azure_keyvault_service", "_class": ["Service"],
            "displayName": "Vault", "_staleSince": "2026-11-20T00:00:00Z",
            "_staleReason": "the list was refused" }),
    ];
    let mut relationships = vec![has("u1"), has("u2")];
    for number in 0..40 {
        let key = format!("m{number:02}");
        entities.push(user(&key, &format!("Member {number}")));
        relationships.push(has(&key));
    }
    let world = World::of(&json!(entities), &json!(relationships), &json!({})).await;
    let World { tables, context, folder, .. } = world;
    let earlier = before(folder.path(), &tables.manifest.job);
    let summary = collector::snapshot::of(&context, &earlier).await.unwrap();
    query::tables::publish(&context, &summary).await.unwrap();
    let site = Site::open(Arc::new(context), tables).await.unwrap();
    (Arc::new(site), folder)
}

/// Stores the snapshot before that of a job, in which Anja was called Anna and had no second
/// factor, and how both differ.
fn before(folder: &Path, job: &Job) -> Job {
    let earlier = Job { id: "a".to_owned(), ..job.clone() };
    let write = |name: String, bytes: Vec<u8>| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let line = |it: Value| zstd::encode_all(format!("{it}\n").as_bytes(), 0).unwrap();
    let summary = fs::read(folder.join(job.snapshot_summary())).unwrap();
    let mut summary: Value = serde_json::from_slice(&summary).unwrap();
    summary["job"]["id"] = "a".into();
    summary["finishedAt"] = "2026-11-27T00:00:00Z".into();
    summary["graph"]["entities"] = json!({ "azure_user": 1 });
    summary["graph"]["relationships"] = json!({});
    write(earlier.snapshot_summary(), serde_json::to_vec(&summary).unwrap());
    let anna = json!({ "_key": "u2", "_type": "azure_user", "_class": ["User"],
        "displayName": "Anna", "accountEnabled": true, "mfaEnabled": false });
    write(earlier.snapshot(RecordKind::Entities, "azure_user"), line(anna));
    let told = |change: &str, properties: &[&str]| {
        line(json!({ "change": change, "recordKind": "entities", "type": "azure_user",
            "key": "u2", "properties": properties }))
    };
    write(earlier.feed(), told("created", &[]));
    write(job.feed(), told("updated", &["displayName"]));
    earlier
}

fn get(path: &str) -> Request {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        host: Some(HOST.to_owned()),
        token: Some(Secret::new(TOKEN)),
        ..Request::default()
    }
}

fn post(body: &Value) -> Request {
    Request {
        method: "POST".to_owned(),
        body: body.to_string().into_bytes(),
        origin: Some(format!("http://{HOST}")),
        site: Some("same-origin".to_owned()),
        ..get("/api/query")
    }
}

/// Asks as the page does that was opened at the address that was printed.
async fn answered(site: &Arc<Site>, request: Request) -> Response {
    let guard = Local::new(8401, &Secret::new(TOKEN));
    answer(&guard, async { Ok(Arc::clone(site)) }, request).await
}

fn read(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

#[tokio::test]
async fn only_the_page_itself_is_answered() {
    let (site, _folder) = site().await;
    let search = || get("/api/search?q=anja");
    assert_eq!(answered(&site, search()).await.status, 200);
    let no_token = Request { token: None, ..search() };
    let wrong = |it: &str| Request { token: Some(Secret::new(it)), ..search() };
    let host = |it: &str| Request { host: Some(it.to_owned()), ..search() };
    let origin = |it: &str| Request { origin: Some(it.to_owned()), ..search() };
    let site_of = |it: &str| Request { site: Some(it.to_owned()), ..search() };
    let refused = [
        no_token,
        wrong("another"),
        wrong(""),
        wrong(&format!("Bearer {TOKEN}")),
        Request { host: None, ..search() },
        // A name that an attacker has turned to 127.0.0.1, and other ports and spellings.
        host("rebound.attacker.example:8401"),
        host("127.0.0.1:8401.attacker.example"),
        host("127.0.0.1:80"),
        host("127.0.0.1"),
        host("[::1]:8401"),
        origin("https://attacker.example"),
        origin("http://127.0.0.1:8402"),
        origin("https://127.0.0.1:8401"),
        origin("http://localhost:8401"),
        origin("null"),
        site_of("cross-site"),
        site_of("same-site"),
        site_of("none"),
    ];
    for request in refused {
        let response = answered(&site, request.clone()).await;
        assert_eq!(response.status, 403, "{request:?}");
        assert!(!String::from_utf8_lossy(&response.body).contains("Anja"), "{request:?}");
    }
    // The files say nothing of a tenant, but a name that was turned to this machine gets none.
    let page = Request { token: None, site: Some("none".to_owned()), ..get("/") };
    assert_eq!(answered(&site, page.clone()).await.status, 200);
    let rebound = Request { host: Some("attacker.example".to_owned()), ..page };
    assert_eq!(answered(&site, rebound).await.status, 403);
}

#[tokio::test]
async fn every_answer_forbids_what_the_page_does_not_do() {
    let (site, _folder) = site().await;
    let refused = Request { token: None, ..get("/api/overview") };
    for request in [get("/"), get("/app.js"), get("/nothing"), get("/api/overview"), refused] {
        let response = answered(&site, request.clone()).await;
        let header = |name: &str| {
            let mut headers = response.headers();
            headers.find(|(it, _)| *it == name).map(|(_, value)| value).unwrap()
        };
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("referrer-policy"), "no-referrer");
        if request.path.starts_with("/api/") {
            assert_eq!(header("content-type"), "application/json");
        }
    }
}

#[tokio::test]
async fn what_a_tenant_holds_is_answered_as_text() {
    let (site, _folder) = site().await;
    let entity = answered(&site, get("/api/entity?key=u1")).await;
    assert_eq!(read(&entity)["name"], HOSTILE);
    let found = answered(&site, get("/api/search?q=%3Cimg")).await;
    assert_eq!(read(&found)["items"][0]["name"], HOSTILE);
    let query = "FIND azure_user WITH displayName ^= \"<img\"";
    let list = answered(&site, post(&json!({ "query": query }))).await;
    assert_eq!(read(&list)["data"][0]["entity"]["displayName"], HOSTILE);
}

#[tokio::test]
async fn requests_are_bounded() {
    let (site, _folder) = site().await;
    let status = async |request: Request| answered(&site, request).await.status;
    let mut large = post(&json!({ "query": "FIND *" }));
    large.body.resize(LARGEST + 1, b' ');
    assert_eq!(status(large).await, 413);
    assert_eq!(status(get("/api/search?q=a&skip=-1")).await, 400);
    assert_eq!(status(get("/api/search?q=a&skip=99999999999999999999")).await, 400);
    assert_eq!(status(get(&format!("/api/search?q={}", "a".repeat(500)))).await, 400);
    assert_eq!(status(get("/api/paths?from=u1&to=u2&hops=9")).await, 400);
    assert_eq!(status(get("/api/entity")).await, 400);
    assert_eq!(status(get("/api/entity?key=none")).await, 404);
    assert_eq!(status(get("/api/changes?instance=i&job=../../x")).await, 404);
    assert_eq!(status(get("/api/changes?instance=..&job=x")).await, 404);
    assert_eq!(status(get("/../Cargo.toml")).await, 404);
    assert_eq!(status(Request { method: "POST".to_owned(), ..get("/api/search?q=a") }).await, 404);
    assert_eq!(status(Request { method: "POST".to_owned(), ..get("/") }).await, 404);
    assert_eq!(status(get("/api/query")).await, 404);
    for query in ["FIND", "SELECT * FROM x", "FIND azure_user; DROP TABLE x"] {
        assert_eq!(status(post(&json!({ "query": query }))).await, 400, "{query}");
    }
    assert_eq!(status(post(&json!({ "sql": "SELECT 1" }))).await, 400);
    let many = answered(&site, post(&json!({ "query": "FIND *", "limit": 100_000 }))).await;
    assert!(read(&many)["data"].as_array().unwrap().len() <= 500);
}

#[tokio::test]
async fn neighbours_that_are_many_come_by_pages() {
    let (site, _folder) = site().await;
    let all = read(&answered(&site, get("/api/neighbours?key=g")).await);
    let group = &all["groups"][0];
    assert_eq!(
        (&group["count"], &group["verb"], &group["out"]),
        (&json!(42), &json!("HAS"), &json!(true))
    );
    assert_eq!((&group["items"], &group["next"]), (&json!([]), &json!(null)));
    let page = "/api/neighbours?key=g&relationship=azure_user_group_has_user&direction=out";
    let first = read(&answered(&site, get(page)).await)["groups"][0].clone();
    let second = read(&answered(&site, get(&format!("{page}&skip=25"))).await)["groups"][0].clone();
    assert_eq!(first["items"].as_array().unwrap().len(), 25);
    assert_eq!((&first["next"], &second["next"]), (&json!(25), &json!(null)));
    assert_eq!(second["items"].as_array().unwrap().len(), 17);
    let user = read(&answered(&site, get("/api/neighbours?key=u2")).await);
    assert_eq!(user["groups"][0]["items"][0]["key"], "g");
    assert_eq!(user["groups"][0]["out"], false);
}

#[tokio::test]
async fn a_path_leads_from_one_entity_to_another() {
    let (site, _folder) = site().await;
    let paths = read(&answered(&site, get("/api/paths?from=u1&to=u2")).await);
    let way: Vec<&Value> =
        paths["paths"][0].as_array().unwrap().iter().map(|it| &it["key"]).collect();
    assert_eq!(way, ["g", "u2"]);
    let none = read(&answered(&site, get("/api/paths?from=u1&to=v")).await);
    assert_eq!(none["paths"], json!([]));
    let without = "/api/paths?from=u1&to=u2&without=azure_user_group";
    assert_eq!(read(&answered(&site, get(without)).await)["paths"], json!([]));
}

#[tokio::test]
async fn a_card_says_what_is_not_known_and_what_that_needs() {
    let (site, _folder) = site().await;
    let card = read(&answered(&site, get("/api/entity?key=u2")).await);
    let unknown = &card["unknown"][0];
    assert_eq!(unknown["name"], "mfaEnabled");
    assert_eq!(unknown["why"], "the application lacks AuditLog.Read.All");
    let permissions = unknown["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("AuditLog.Read.All")), "{permissions:?}");
    assert_eq!(card["service"], "Microsoft Entra ID");
    assert_eq!(card["relationships"][0]["count"], 1);
    assert_eq!(card["stale"], json!(null));
    let stale = read(&answered(&site, get("/api/entity?key=v")).await)["stale"].clone();
    assert_eq!(stale, json!({ "since": "2026-11-20T00:00:00Z", "why": "the list was refused" }));
}

#[tokio::test]
async fn a_change_says_what_was_before() {
    let (site, _folder) = site().await;
    let jobs = read(&answered(&site, get("/api/jobs")).await)["jobs"].clone();
    let (latest, first) = (&jobs[0], &jobs[1]);
    assert_eq!((&latest["first"], &first["first"]), (&json!(false), &json!(true)));
    let job = format!("instance=i&job={}", latest["job"].as_str().unwrap());
    let changes = read(&answered(&site, get(&format!("/api/changes?{job}"))).await);
    assert_eq!(changes["items"][0]["change"], "updated");
    assert_eq!(changes["items"][0]["name"], "Anja");
    assert_eq!(changes["types"]["azure_user"]["updated"], 1);
    let values = format!("/api/values?{job}&type=azure_user&key=u2");
    let values = read(&answered(&site, get(&values)).await)["values"].clone();
    let name = values.as_array().unwrap().iter().find(|it| it["name"] == "displayName").unwrap();
    assert_eq!((&name["old"], &name["new"]), (&json!("Anna"), &json!("Anja")));
    let history = read(&answered(&site, get("/api/history?key=u2")).await);
    let seen: Vec<&Value> =
        history["changes"].as_array().unwrap().iter().map(|it| &it["change"]).collect();
    assert_eq!(seen, ["updated", "created"]);
    assert_eq!(history["earliest"], "2026-11-27T00:00:00Z");
}

#[tokio::test]
async fn a_question_is_answered_of_earlier_snapshots_too() {
    const EARLIER: &str = "2026-11-27T00:00:00Z";
    let (site, _folder) = site().await;
    let earlier = read(&answered(&site, get("/api/earlier")).await);
    assert_eq!(earlier["earlier"], json!([EARLIER]));
    assert_eq!(earlier["snapshot"], "2026-11-28T00:00:00Z");
    let asked = "/api/question?id=identity-mfa-not-registered";
    let now = read(&answered(&site, get(asked)).await);
    assert_eq!((&now["bad"], &now["good"]), (&json!(0), &json!(0)));
    // The first who ask copy the same tables at once.
    let at_once = (0..4).map(|_| answered(&site, get(&format!("{asked}&at={EARLIER}"))));
    for answer in join_all(at_once).await {
        assert_eq!(answer.status, 200, "{:?}", read(&answer));
    }
    let before = read(&answered(&site, get(&format!("{asked}&at={EARLIER}"))).await);
    assert_eq!((&before["bad"], &before["good"]), (&json!(1), &json!(0)));
    let never = answered(&site, get(&format!("{asked}&at=2026-11-26T00:00:00Z"))).await;
    assert_eq!(never.status, 404);
}
