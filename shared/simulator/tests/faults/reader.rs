//! A small client that does what a correct one has to, and not more.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::version_of;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use simulator::Simulator;

/// Reads lists. It fails the test where the guarantee of the faults is not kept.
pub(crate) struct Reader<'a> {
    pub(crate) cloud: &'a Simulator,
    pub(crate) client: Client,
    tokens: BTreeMap<&'static str, String>,
    pub(crate) at_most: u32,
    /// The ids of what each list holds, by its address below that of the cloud.
    pub(crate) found: BTreeMap<String, BTreeSet<String>>,
}

/// What an answer means.
enum Outcome {
    Page(Value),
    /// It does not count how often.
    Wait,
    Again(String),
    Renew,
    Restart,
    /// A delta query has to be begun from the start.
    Gone,
    Refused(StatusCode),
}

/// A list that is being read.
pub(crate) struct Chain {
    first: String,
    link: String,
    seen: HashSet<String>,
    restarts: u32,
    failures: u32,
    renewals: u32,
    /// All that came, in the order in which it came.
    items: Vec<Value>,
    /// Where the next round of a delta query begins.
    delta: Option<String>,
}

impl Chain {
    fn new(first: &str) -> Self {
        let first = first.to_owned();
        Self {
            link: first.clone(),
            first,
            seen: HashSet::new(),
            restarts: 0,
            failures: 0,
            renewals: 0,
            items: Vec::new(),
            delta: None,
        }
    }
}

pub(crate) const GRAPH: &str = "https://graph.microsoft.com";
const RESOURCE_MANAGER: &str = "https://management.azure.com";
const KEY_VAULT: &str = "https://vault.azure.net";

/// Lists of the directory, and of what governs it.
const DIRECTORY: [&str; 16] = [
    "organization",
    "users",
    "groups",
    "servicePrincipals",
    "domains",
    "devices",
    "applications",
    "oauth2PermissionGrants",
    "directory/administrativeUnits",
    "reports/authenticationMethods/userRegistrationDetails",
    "roleManagement/directory/roleDefinitions",
    "roleManagement/directory/roleAssignments",
    "roleManagement/directory/roleAssignmentScheduleInstances",
    "identity/conditionalAccess/policies",
    "identityGovernance/entitlementManagement/assignments",
    "identityGovernance/entitlementManagement/catalogs",
];

impl<'a> Reader<'a> {
    pub(crate) fn new(cloud: &'a Simulator, at_most: u32) -> Self {
        let client = if cloud.cloud()["http2"] == true {
            Client::builder().http2_prior_knowledge().build().unwrap()
        } else {
            Client::new()
        };
        Self { cloud, client, tokens: BTreeMap::new(), at_most, found: BTreeMap::new() }
    }

    /// Reads every list of the cloud.
    pub(crate) async fn read_all(&mut self) {
        let base = self.cloud.base().to_owned();
        let graph = format!("{base}/graph.microsoft.com/v1.0");
        for list in DIRECTORY {
            self.read(&format!("{graph}/{list}?$top=20")).await;
        }
        for collection in ["users", "groups", "servicePrincipals", "directoryRoles"] {
            self.read(&format!("{graph}/{collection}/delta")).await;
        }
        let below = |list: &str, path: &str| -> Vec<String> {
            let ids = &self.found[&format!("/graph.microsoft.com/v1.0/{list}?$top=20")];
            ids.iter().map(|id| format!("{graph}/{list}/{id}/{path}?$top=50")).collect()
        };
        let lists = [
            below("groups", "members"),
            below("groups", "owners"),
            below("servicePrincipals", "appRoleAssignedTo"),
        ];
        for lists in lists.concat().chunks(20) {
            self.read_together(lists).await;
        }
        self.read_intune().await;
        let arm = format!("{base}/management.azure.com");
        self.read(&format!("{arm}/subscriptions?api-version=2022-12-01")).await;
        let mut vaults = Vec::new();
        for subscription in self.cloud.subscriptions() {
            let below = format!("{arm}/subscriptions/{}", subscription.id);
            for list in [
                "resourcegroups",
                "providers/Microsoft.Compute/virtualMachines",
                "providers/Microsoft.Compute/disks",
                "providers/Microsoft.Network/networkInterfaces",
                "providers/Microsoft.Network/networkSecurityGroups",
                "providers/Microsoft.Network/virtualNetworks",
                "providers/Microsoft.Storage/storageAccounts",
                "providers/Microsoft.KeyVault/vaults",
                "providers/Microsoft.Insights/diagnosticSettings",
                "providers/Microsoft.Authorization/roleDefinitions",
                "providers/Microsoft.Authorization/roleAssignments",
            ] {
                let list = format!("{below}/{list}?api-version={}", version_of(list));
                self.read(&list).await;
                if list.contains("/vaults?") {
                    vaults.extend(self.found(&list).clone());
                }
            }
        }
        for vault in vaults {
            self.read(&format!("{arm}{vault}/secrets?api-version=2026-02-01")).await;
            let name = vault.rsplit('/').next().unwrap();
            self.read(&format!("{base}/{name}.vault.azure.net/secrets?api-version=7.4")).await;
        }
    }

    /// Forgets a token that was refused.
    pub(crate) fn forget(&mut self, audience: &str) {
        self.tokens.remove(audience);
    }

    /// Reads a round of a delta query: what came, and where the next round begins. Nothing if the
    /// query has to be begun from the start.
    pub(crate) async fn round(&mut self, first: &str) -> Option<(Vec<Value>, String)> {
        let chain = self.read(first).await;
        Some((chain.items, chain.delta?))
    }

    /// Reads a list by itself.
    pub(crate) async fn read(&mut self, first: &str) -> Chain {
        let mut chain = Chain::new(first);
        self.found(first);
        loop {
            let token = self.token(audience(&chain.link)).await;
            let answer = self.client.get(&chain.link).bearer_auth(token).send().await;
            let outcome = match answer {
                Err(error) => Outcome::Again(error.to_string()),
                Ok(answer) => {
                    let status = answer.status();
                    match answer.bytes().await {
                        Ok(body) => outcome(status, serde_json::from_slice(&body).ok()),
                        Err(error) => Outcome::Again(error.to_string()),
                    }
                }
            };
            if self.take(&mut chain, outcome) {
                return chain;
            }
        }
    }

    /// Reads lists of Microsoft Graph together, in batches.
    async fn read_together(&mut self, lists: &[String]) {
        let base = format!("{}/graph.microsoft.com/v1.0", self.cloud.base());
        let mut chains: Vec<Chain> = lists.iter().map(|first| Chain::new(first)).collect();
        for first in lists {
            self.found(first);
        }
        while !chains.is_empty() {
            let requests: Vec<Value> = chains
                .iter()
                .enumerate()
                .map(|(id, chain)| {
                    let url = chain.link.strip_prefix(&base).unwrap();
                    json!({ "id": id.to_string(), "method": "GET", "url": url })
                })
                .collect();
            let token = self.token(GRAPH).await;
            let body = json!({ "requests": requests });
            let address = format!("{base}/$batch");
            let answer = self.client.post(address).bearer_auth(token).json(&body).send().await;
            let answer = match answer {
                Ok(answer) => (Some(answer.status()), answer.bytes().await.ok()),
                Err(_) => (None, None),
            };
            let outcomes = match answer {
                (Some(status), Some(body)) => outcomes(status, &body, chains.len()),
                _ => chains.iter().map(|_| Outcome::Again("no batch".to_owned())).collect(),
            };
            let mut rest = Vec::new();
            for (mut chain, outcome) in chains.into_iter().zip(outcomes) {
                if !self.take(&mut chain, outcome) {
                    rest.push(chain);
                }
            }
            chains = rest;
        }
    }

    /// Takes what came for a list. True if it was the end of it.
    fn take(&mut self, chain: &mut Chain, outcome: Outcome) -> bool {
        let most = self.at_most;
        match outcome {
            Outcome::Wait => return false,
            Outcome::Again(reason) => {
                chain.failures += 1;
                // One more, for a connection that the server is just closing.
                assert!(chain.failures <= most + 1, "{}: {reason}", chain.link);
                return false;
            }
            Outcome::Renew => {
                self.tokens.remove(audience(&chain.link));
                chain.renewals += 1;
                assert!(chain.renewals <= most, "{} is not authorized", chain.link);
                return false;
            }
            Outcome::Refused(status) => {
                // Some vaults refuse everyone.
                assert!(chain.link.contains(".vault.azure.net"), "{}: {status}", chain.link);
                return true;
            }
            Outcome::Restart => Self::restart(chain, most),
            Outcome::Gone => return true,
            Outcome::Page(page) => {
                let items = page["value"].as_array().unwrap();
                let ids = items.iter().map(|item| item["id"].as_str().unwrap().to_owned());
                self.found(&chain.first).extend(ids);
                chain.items.extend(items.iter().cloned());
                chain.delta = page["@odata.deltaLink"].as_str().map(str::to_owned);
                let link = page["@odata.nextLink"].as_str().or(page["nextLink"].as_str());
                let is_delta = chain.first.contains("/delta");
                assert_eq!(chain.delta.is_some(), is_delta && link.is_none(), "{page}");
                match link {
                    None => return true,
                    Some(link) if chain.seen.contains(link) => Self::restart(chain, most),
                    Some(link) => {
                        chain.seen.insert(link.to_owned());
                        link.clone_into(&mut chain.link);
                    }
                }
            }
        }
        chain.failures = 0;
        chain.renewals = 0;
        false
    }

    pub(crate) fn found(&mut self, first: &str) -> &mut BTreeSet<String> {
        let address = first.strip_prefix(self.cloud.base()).unwrap();
        self.found.entry(address.to_owned()).or_default()
    }

    fn restart(chain: &mut Chain, most: u32) {
        chain.restarts += 1;
        assert!(chain.restarts <= most, "{} has to be begun again too often", chain.first);
        chain.link.clone_from(&chain.first);
        chain.seen.clear();
    }

    /// A token, which is kept until it is refused.
    pub(crate) async fn token(&mut self, audience: &'static str) -> String {
        if let Some(token) = self.tokens.get(audience) {
            return token.clone();
        }
        for _ in 0..100 {
            if let Some(token) = sign_in(self.cloud, &self.client, audience).await {
                self.tokens.insert(audience, token.clone());
                return token;
            }
        }
        panic!("no token for {audience}");
    }
}

/// Asks for a token once.
async fn sign_in(cloud: &Simulator, client: &Client, audience: &str) -> Option<String> {
    let principal = cloud.principal();
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={audience}/.default",
        principal.client_id, principal.client_secret
    );
    let tenant = cloud.directory_id();
    let address = format!("{}/login.microsoftonline.com/{tenant}/oauth2/v2.0/token", cloud.base());
    let request = client.post(address).header("Content-Type", "application/x-www-form-urlencoded");
    let answer: Value = request.body(body).send().await.ok()?.json().await.ok()?;
    Some(answer["access_token"].as_str()?.to_owned())
}

fn audience(address: &str) -> &'static str {
    match address {
        it if it.contains("/graph.microsoft.com/") => GRAPH,
        it if it.contains("/management.azure.com/") => RESOURCE_MANAGER,
        _ => KEY_VAULT,
    }
}

fn outcomes(status: StatusCode, body: &[u8], count: usize) -> Vec<Outcome> {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let responses = body.as_ref().and_then(|body| body["responses"].as_array());
    (0..count)
        .map(|id| match responses {
            Some(responses) if status == StatusCode::OK => {
                let id = id.to_string();
                let response = responses.iter().find(|it| it["id"] == *id).unwrap();
                let status = u16::try_from(response["status"].as_u64().unwrap()).unwrap();
                outcome(StatusCode::from_u16(status).unwrap(), Some(response["body"].clone()))
            }
            _ => outcome(status, body.clone()),
        })
        .collect()
}

fn outcome(status: StatusCode, body: Option<Value>) -> Outcome {
    let error = body.as_ref().map(|body| body["error"].clone()).unwrap_or_default();
    let text = error["message"].as_str().unwrap_or_default();
    match (status, body) {
        (StatusCode::OK, Some(body)) if body["value"].is_array() => Outcome::Page(body),
        (StatusCode::OK, _) => Outcome::Again("not a page".to_owned()),
        (StatusCode::TOO_MANY_REQUESTS, _) => Outcome::Wait,
        (StatusCode::UNAUTHORIZED, _) => Outcome::Renew,
        (StatusCode::BAD_REQUEST, _)
            if error["code"] == "Directory_ExpiredPageToken" || text.contains("skip token") =>
        {
            Outcome::Restart
        }
        (StatusCode::GONE, _) => Outcome::Gone,
        (status, _) if status.is_server_error() => Outcome::Again(status.to_string()),
        (status, _) => Outcome::Refused(status),
    }
}
