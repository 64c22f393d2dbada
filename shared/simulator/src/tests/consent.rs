//! Admin consent: where an administrator lets an application in.

use url::Url;

use super::{Client, request, with_roles};
use crate::options::{Application, Options};
use crate::services::answer::Answer;
use crate::services::cloud::GRAPH;
use crate::services::request::Request;
use crate::world::guid::Kind;

const BACK: &str = "https://collector.example/consent?from=entra";

fn client() -> Client {
    let principal = with_roles("guest-app", &["User.Read.All"]);
    let name = "Collector <& co>".to_owned();
    let application = Application { name, principal, redirect_uris: vec![BACK.to_owned()] };
    Client::new(Options { applications: vec![application], ..Options::default() })
}

fn ask(client: &Client, tenant: &str, changes: &[(&str, &str)]) -> Answer {
    let mut query = vec![
        ("client_id", "guest-app"),
        ("redirect_uri", BACK),
        ("state", "a&b"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let address = format!("login.microsoftonline.com/{tenant}/v2.0/adminconsent");
    client.router.answer(&Request { bearer: None, query: query.collect(), ..request("", &address) })
}

/// Where an answer leads back to: its parameters.
fn back(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 302, "{}", String::from_utf8_lossy(&answer.body));
    let (_, address) = answer.headers.iter().find(|(name, _)| *name == "Location").unwrap();
    assert!(address.starts_with(BACK), "{address}");
    let query = Url::parse(address).unwrap();
    query.query_pairs().into_owned().skip(1).collect()
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}

fn text(answer: Answer) -> String {
    assert_eq!(answer.status, 200);
    assert!(answer.headers.contains(&("Content-Type", "text/html; charset=utf-8".to_owned())));
    String::from_utf8(answer.body).unwrap()
}

fn token(client: &Client) -> (u16, u64) {
    let scope = format!("{GRAPH}/.default");
    let form = [("client_id", "guest-app"), ("client_secret", "s3cret"), ("scope", &scope)];
    let reply = client.sign_in(&client.cloud.tenant.id(), &form);
    (reply.status, reply.body["error_codes"][0].as_u64().unwrap_or_default())
}

#[test]
fn who_accepts_lets_the_application_in() {
    let client = client();
    assert_eq!(token(&client), (400, 700_016));
    let parameters = back(&ask(&client, "organizations", &[("choice", "accept")]));
    assert_eq!(value(&parameters, "admin_consent"), Some("True"));
    assert_eq!(value(&parameters, "tenant"), Some(client.cloud.tenant.id().as_str()));
    assert_eq!(value(&parameters, "state"), Some("a&b"));
    assert_eq!(value(&parameters, "scope"), Some("https://graph.microsoft.com/.default"));
    assert_eq!(token(&client), (200, 0));
    let application = client.cloud.tenant.application("guest-app").unwrap();
    let token = client.token(&application.principal, GRAPH);
    assert_eq!(client.get(&token, "graph.microsoft.com/v1.0/users").status, 200);
    assert_eq!(client.get(&token, "graph.microsoft.com/v1.0/groups").status, 403);
}

#[test]
fn without_the_default_scope_the_application_may_do_nothing() {
    let client = client();
    let changes = [("choice", "accept"), ("scope", "https://graph.microsoft.com/User.Read")];
    back(&ask(&client, &client.cloud.tenant.id(), &changes));
    assert_eq!(token(&client), (200, 0));
    let application = client.cloud.tenant.application("guest-app").unwrap();
    let token = client.token(&application.principal, GRAPH);
    assert_eq!(client.get(&token, "graph.microsoft.com/v1.0/users").status, 403);
}

#[test]
fn who_declines_leads_back_with_an_error_and_without_a_tenant() {
    let client = client();
    for (choice, code) in [("decline", "AADSTS65004: "), ("return", "AADSTS90094: ")] {
        let parameters = back(&ask(&client, "common", &[("choice", choice)]));
        assert_eq!(value(&parameters, "error"), Some("consent_required"));
        assert!(value(&parameters, "error_description").unwrap().starts_with(code));
        assert_eq!(value(&parameters, "admin_consent"), Some("True"));
        assert_eq!(value(&parameters, "state"), Some("a&b"));
        assert_eq!(value(&parameters, "tenant"), None);
    }
    let address = "login.microsoftonline.com/organizations/adminconsent";
    let query = format!("client_id=guest-app&redirect_uri={BACK}&choice=decline")
        .replace("?from", "%3Ffrom");
    let old = client
        .router
        .answer(&Request { bearer: None, ..request("", &format!("{address}?{query}")) });
    assert_eq!(value(&back(&old), "error"), Some("access_denied"));
    assert_eq!(token(&client), (400, 700_016));
}

#[test]
fn an_administrator_of_another_tenant_says_so() {
    let client = client();
    let other = client.cloud.tenant.guids.guid(Kind::Tenant, 1);
    let parameters = back(&ask(&client, "organizations", &[("choice", "elsewhere")]));
    assert_eq!(value(&parameters, "tenant"), Some(other.as_str()));
    assert_eq!(token(&client), (400, 700_016));
    let own = client.cloud.tenant.id();
    let refused = text(ask(&client, &own, &[("choice", "elsewhere")]));
    assert!(refused.contains("AADSTS50020: "), "{refused}");
    let parameters = back(&ask(&client, &other, &[("choice", "accept")]));
    assert_eq!(value(&parameters, "tenant"), Some(other.as_str()));
}

#[test]
fn others_see_a_page() {
    let client = client();
    let own = client.cloud.tenant.id();
    for (tenant, changes, expected) in [
        ("organizations", &[][..], "value=\"accept\""),
        ("organizations", &[], "Collector &lt;&amp; co&gt;"),
        ("organizations", &[], "name=\"state\" value=\"a&amp;b\""),
        (&own, &[("choice", "user")], "AADSTS90094: "),
        (&own, &[("choice", "user")], "value=\"return\""),
        (&own, &[("choice", "personal")], "AADSTS50020: "),
        ("organizations", &[("choice", "personal")], "AADSTS500200: "),
        ("nowhere.example", &[], "AADSTS90002: "),
        (&own, &[("client_id", "unknown")], "AADSTS700016: "),
        (&own, &[("client_id", "")], "AADSTS900144: "),
        (&own, &[("scope", "")], "AADSTS900144: "),
        (&own, &[("redirect_uri", "https://collector.example/consent")], "AADSTS50011: "),
        (&own, &[("choice", "accept"), ("redirect_uri", "https://evil.example")], "AADSTS50011: "),
    ] {
        let page = text(ask(&client, tenant, changes));
        assert!(page.contains(expected), "{expected} in {page}");
    }
    assert_eq!(token(&client), (400, 700_016));
}
