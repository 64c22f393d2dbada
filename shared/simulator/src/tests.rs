//! Tests of the whole cloud, without HTTP and with a clock that is set by hand.

mod applications;
mod assertions;
mod changes;
mod consent;
mod delta;
mod directory;
mod entitlement;
mod entra;
mod exports;
mod graph;
mod intune;
mod management_groups;
mod queries;
mod reports;
mod resource_manager;
mod resources;
mod sign_in;
mod throttling;
mod usage;
mod vaults;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::options::{Assignment, Options, Principal};
use crate::server::router::Router;
use crate::services::clock::Clock;
use crate::services::cloud::{Cloud, GRAPH, KEY_VAULT, RESOURCE_MANAGER};
use crate::services::request::{Request, parse_form};
use crate::world::resources::catalog;

/// A client of a cloud that nobody else uses.
pub(crate) struct Client {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
}

/// What a client gets to see of an answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn items(&self) -> &[Value] {
        self.body["value"].as_array().map(Vec::as_slice).unwrap_or_default()
    }

    fn next_link(&self) -> Option<&str> {
        self.body["@odata.nextLink"].as_str().or(self.body["nextLink"].as_str())
    }
}

impl Client {
    /// A client of a cloud without throttles.
    pub(crate) fn new(options: Options) -> Self {
        Self::throttled(&Options { throttling: false, ..options })
    }

    /// A client of a cloud with or without throttles, as the options say.
    pub(crate) fn throttled(options: &Options) -> Self {
        let clock = Clock::manual();
        let router = Router::new(options, "http://127.0.0.1:1".into(), clock.clone());
        Self { cloud: Arc::clone(&router.cloud), router, clock }
    }

    /// A token for a principal.
    pub(crate) fn token(&self, principal: &Principal, resource: &str) -> String {
        let form = [
            ("client_id", principal.client_id.as_str()),
            ("client_secret", &principal.client_secret),
            ("scope", &format!("{resource}/.default")),
        ];
        let reply = self.sign_in(&self.cloud.tenant.id(), &form);
        reply.body["access_token"].as_str().expect("a token").to_owned()
    }

    /// Asks for a token. The grant is added to the form.
    pub(crate) fn sign_in(&self, tenant: &str, form: &[(&str, &str)]) -> Reply {
        let body =
            url::form_urlencoded::Serializer::new("grant_type=client_credentials".to_owned())
                .extend_pairs(form)
                .finish();
        self.send(&Request {
            method: "POST".into(),
            host: "login.microsoftonline.com".into(),
            path: format!("{tenant}/oauth2/v2.0/token"),
            body: body.into_bytes(),
            ..Request::default()
        })
    }

    pub(crate) fn graph_token(&self) -> String {
        self.token(self.cloud.tenant.default_principal(), GRAPH)
    }

    pub(crate) fn arm_token(&self) -> String {
        self.token(self.cloud.tenant.default_principal(), RESOURCE_MANAGER)
    }

    pub(crate) fn vault_token(&self) -> String {
        self.token(self.cloud.tenant.default_principal(), KEY_VAULT)
    }

    /// Asks with the header `ConsistencyLevel: eventual`, which changes nothing where it is not
    /// needed. The address starts with a host, or is a link from an answer.
    pub(crate) fn get(&self, token: &str, address: &str) -> Reply {
        self.send(&Request { eventual: true, ..request(token, address) })
    }

    pub(crate) fn send(&self, request: &Request) -> Reply {
        let answer = self.router.answer(request);
        let headers = answer.headers.into_iter();
        Reply {
            status: answer.status,
            headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
            body: serde_json::from_slice(&answer.body).expect("JSON"),
            bytes: answer.body,
        }
    }

    /// Posts JSON.
    pub(crate) fn post(&self, token: &str, address: &str, body: &Value) -> Reply {
        let body = body.to_string().into_bytes();
        self.send(&Request { method: "POST".into(), body, ..request(token, address) })
    }

    /// All pages of a list.
    pub(crate) fn pages(&self, token: &str, address: &str) -> Vec<Reply> {
        let mut pages = vec![self.get(token, address)];
        while let Some(link) = pages.last().and_then(Reply::next_link) {
            assert!(pages.len() < 10_000, "{address} has no end");
            let page = self.get(token, link);
            pages.push(page);
        }
        assert!(pages.iter().all(|page| page.status == 200), "{address}: {:?}", pages.last());
        pages
    }

    /// All items of a list.
    pub(crate) fn all(&self, token: &str, address: &str) -> Vec<Value> {
        let pages = self.pages(token, address);
        pages.iter().flat_map(Reply::items).cloned().collect()
    }
}

/// A request for an address.
pub(crate) fn request(token: &str, address: &str) -> Request {
    let address = address.strip_prefix("http://127.0.0.1:1/").unwrap_or(address);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    // Decodes the path, in which only names of resource groups need it.
    let path = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let path = parse_form(path.as_bytes()).into_iter().next().map(|(path, _)| path);
    Request {
        method: "GET".into(),
        host: host.into(),
        path: path.unwrap_or_default().trim_matches('/').to_owned(),
        query: parse_form(query.as_bytes()),
        bearer: Some(token.to_owned()),
        ..Request::default()
    }
}

/// The address of a list of a type, with the newest version that knows the type.
pub(crate) fn versioned(address: &str, kind: &str) -> String {
    let kind = catalog::find(kind).unwrap_or_else(|| panic!("{kind}"));
    format!("{address}?api-version={}", kind.versions.last().unwrap())
}

/// A principal with some application permissions of Microsoft Graph and nothing else.
pub(crate) fn with_roles(name: &str, roles: &[&str]) -> Principal {
    Principal {
        client_id: name.into(),
        client_secret: "s3cret".into(),
        graph_roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        assignments: Vec::new(),
        vaults: false,
    }
}

/// A principal with actions at one scope and nothing else.
pub(crate) fn with_actions(name: &str, scope: &str, actions: &[&str]) -> Principal {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    let assignments = vec![Assignment { scope: scope.into(), actions }];
    Principal { assignments, ..with_roles(name, &[]) }
}

/// The texts at a path of all items.
pub(crate) fn texts<'a>(items: &'a [Value], pointer: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item.pointer(pointer)?.as_str()).collect()
}
