//! Where a cloud's services are.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use collector::ports::AdminConsent;
use serde_json::{Map, Value};
use steps::Service;
use url::{Host, Url, form_urlencoded};

/// Where the services of a cloud are, and what tokens for them are called.
///
/// No other place knows the name of a host. The sovereign clouds are those of Microsoft Graph's
/// "National cloud deployments" and of the clouds that the Azure CLI and the Azure SDK for Go know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    name: Cow<'static, str>,
    authority: Cow<'static, str>,
    resource_manager: Cow<'static, str>,
    graph: Cow<'static, str>,
    audiences: Audiences,
    key_vault_suffix: Cow<'static, str>,
    storage_suffix: Cow<'static, str>,
    portal: Cow<'static, str>,
    data_plane: Option<Cow<'static, str>>,
    token_exchange: Cow<'static, str>,
    managed_identity: Option<Cow<'static, str>>,
    http2: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Audiences {
    resource_manager: Cow<'static, str>,
    graph: Cow<'static, str>,
    key_vault: Cow<'static, str>,
}

/// What `dataPlane` has in place of the host.
const HOST: &str = "{host}";

/// The fields that need not be there.
const OPTIONAL: [&str; 4] = ["dataPlane", "tokenExchangeAudience", "managedIdentity", "http2"];

/// The audience of tokens that are exchanged for those of the public cloud. Those of the others are
/// named by "Configure an application to trust a managed identity".
const TOKEN_EXCHANGE: &str = "api://AzureADTokenExchange";

impl Cloud {
    /// Azure, and Microsoft 365 including GCC.
    pub const PUBLIC: Self = Self {
        name: Cow::Borrowed("public"),
        authority: Cow::Borrowed("https://login.microsoftonline.com"),
        resource_manager: Cow::Borrowed("https://management.azure.com"),
        graph: Cow::Borrowed("https://graph.microsoft.com"),
        audiences: Audiences {
            resource_manager: Cow::Borrowed("https://management.azure.com"),
            graph: Cow::Borrowed("https://graph.microsoft.com"),
            key_vault: Cow::Borrowed("https://vault.azure.net"),
        },
        key_vault_suffix: Cow::Borrowed("vault.azure.net"),
        storage_suffix: Cow::Borrowed("core.windows.net"),
        portal: Cow::Borrowed("https://portal.azure.com"),
        data_plane: None,
        token_exchange: Cow::Borrowed(TOKEN_EXCHANGE),
        managed_identity: None,
        http2: false,
    };

    /// Azure Government, with Microsoft Graph for US Government L4 (GCC High).
    pub const US_GOVERNMENT: Self = Self {
        name: Cow::Borrowed("usgov"),
        authority: Cow::Borrowed("https://login.microsoftonline.us"),
        resource_manager: Cow::Borrowed("https://management.usgovcloudapi.net"),
        graph: Cow::Borrowed("https://graph.microsoft.us"),
        audiences: Audiences {
            resource_manager: Cow::Borrowed("https://management.core.usgovcloudapi.net"),
            graph: Cow::Borrowed("https://graph.microsoft.us"),
            key_vault: Cow::Borrowed("https://vault.usgovcloudapi.net"),
        },
        key_vault_suffix: Cow::Borrowed("vault.usgovcloudapi.net"),
        storage_suffix: Cow::Borrowed("core.usgovcloudapi.net"),
        portal: Cow::Borrowed("https://portal.azure.us"),
        data_plane: None,
        token_exchange: Cow::Borrowed("api://AzureADTokenExchangeUSGov"),
        managed_identity: None,
        http2: false,
    };

    /// Azure and Microsoft 365 operated by 21Vianet in China.
    pub const CHINA: Self = Self {
        name: Cow::Borrowed("china"),
        authority: Cow::Borrowed("https://login.chinacloudapi.cn"),
        resource_manager: Cow::Borrowed("https://management.chinacloudapi.cn"),
        graph: Cow::Borrowed("https://microsoftgraph.chinacloudapi.cn"),
        audiences: Audiences {
            resource_manager: Cow::Borrowed("https://management.core.chinacloudapi.cn"),
            graph: Cow::Borrowed("https://microsoftgraph.chinacloudapi.cn"),
            key_vault: Cow::Borrowed("https://vault.azure.cn"),
        },
        key_vault_suffix: Cow::Borrowed("vault.azure.cn"),
        storage_suffix: Cow::Borrowed("core.chinacloudapi.cn"),
        portal: Cow::Borrowed("https://portal.azure.cn"),
        data_plane: None,
        token_exchange: Cow::Borrowed("api://AzureADTokenExchangeChina"),
        managed_identity: None,
        http2: false,
    };

    /// The clouds that have a name.
    pub const NAMED: [Self; 3] = [Self::PUBLIC, Self::US_GOVERNMENT, Self::CHINA];

    /// The cloud of a name: `public`, `usgov` or `china`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED.into_iter().find(|cloud| cloud.name == name)
    }

    /// Reads the name of a cloud, or a JSON document as `docs/cloud.md` describes it.
    ///
    /// # Errors
    ///
    /// If there is no such cloud, or with everything that is wrong with the document.
    pub fn parse(name_or_json: &str) -> Result<Self, CloudError> {
        let text = name_or_json.trim();
        if text.starts_with('{') {
            return Self::from_json(text);
        }
        Self::named(text).ok_or_else(|| CloudError::Unknown(text.chars().take(100).collect()))
    }

    /// Reads a file with such a JSON document.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or with everything that is wrong with the document.
    pub fn read(path: &Path) -> Result<Self, CloudError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| CloudError::Unreadable { path: path.to_owned(), cause })?;
        Self::from_json(&text)
    }

    /// What the cloud is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of the portal, without a trailing slash.
    #[must_use]
    pub fn portal(&self) -> &str {
        &self.portal
    }

    /// What the hosts of vaults end with, such as `vault.azure.net`.
    #[must_use]
    pub fn key_vault_suffix(&self) -> &str {
        &self.key_vault_suffix
    }

    /// What the hosts of storage accounts end with, such as `core.windows.net`.
    #[must_use]
    pub fn storage_suffix(&self) -> &str {
        &self.storage_suffix
    }

    /// The address of the sign-in service, without a trailing slash.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The admin consent endpoint, with a question. Application permissions can only be asked for
    /// as a whole, as they are registered: by the scope `/.default`. Source: "Admin consent on the
    /// Microsoft identity platform".
    pub(crate) fn admin_consent(&self, consent: &AdminConsent<'_>) -> String {
        let AdminConsent { tenant, client_id, redirect_uri, state } = *consent;
        let scope = format!("{}/.default", self.audience(Service::Graph));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("client_id", client_id).append_pair("scope", &scope);
        query.append_pair("redirect_uri", redirect_uri).append_pair("state", state);
        format!("{}/{tenant}/v2.0/adminconsent?{}", self.authority, query.finish())
    }

    /// Whom tokens are for that are exchanged for those of the sign-in service.
    pub(crate) fn token_exchange(&self) -> &str {
        &self.token_exchange
    }

    /// The base address of what gives a machine its identity, if it is not where Azure has it.
    pub(crate) fn managed_identity(&self) -> Option<&str> {
        self.managed_identity.as_deref()
    }

    /// The base address of a service, without a trailing slash. Vaults have none in common.
    pub(crate) fn base(&self, service: Service) -> Option<&str> {
        match service {
            Service::ResourceManager => Some(&self.resource_manager),
            Service::Graph => Some(&self.graph),
            Service::KeyVault => None,
        }
    }

    /// What a token for a service is issued for.
    pub(crate) fn audience(&self, service: Service) -> &str {
        match service {
            Service::ResourceManager => &self.audiences.resource_manager,
            Service::Graph => &self.audiences.graph,
            Service::KeyVault => &self.audiences.key_vault,
        }
    }

    /// The base address that requests to a host of the data plane go to.
    pub(crate) fn data_plane(&self, host: &str) -> String {
        self.data_plane
            .as_ref()
            .map_or_else(|| format!("https://{host}"), |template| template.replace(HOST, host))
    }

    /// Whether the cloud is on this machine, at least in part.
    pub(crate) fn is_local(&self) -> bool {
        let bases = [&self.authority, &self.resource_manager, &self.graph];
        bases.into_iter().chain(&self.data_plane).any(|base| base.starts_with("http:"))
    }

    /// Whether the cloud, which is on this machine, is spoken to in HTTP/2.
    pub(crate) fn is_http2(&self) -> bool {
        self.http2
    }

    fn from_json(text: &str) -> Result<Self, CloudError> {
        let document = serde_json::from_str(text).map_err(CloudError::NotJson)?;
        let mut problems = Vec::new();
        let mut top = Fields::new("$", document, &mut problems);
        let cloud = Self {
            name: top.text("name", &mut problems, name),
            authority: top.text("authority", &mut problems, base_address),
            resource_manager: top.text("resourceManager", &mut problems, base_address),
            graph: top.text("graph", &mut problems, base_address),
            audiences: {
                let mut audiences = top.object("audiences", &mut problems);
                let read = Audiences {
                    resource_manager: audiences.text("resourceManager", &mut problems, audience),
                    graph: audiences.text("graph", &mut problems, audience),
                    key_vault: audiences.text("keyVault", &mut problems, audience),
                };
                audiences.finish(&mut problems);
                read
            },
            key_vault_suffix: top.text("keyVaultSuffix", &mut problems, suffix),
            storage_suffix: top.text("storageSuffix", &mut problems, suffix),
            portal: top.text("portal", &mut problems, base_address),
            data_plane: top
                .has("dataPlane")
                .then(|| top.text("dataPlane", &mut problems, data_plane)),
            token_exchange: if top.has("tokenExchangeAudience") {
                top.text("tokenExchangeAudience", &mut problems, audience)
            } else {
                Cow::Borrowed(TOKEN_EXCHANGE)
            },
            managed_identity: top
                .has("managedIdentity")
                .then(|| top.text("managedIdentity", &mut problems, base_address)),
            http2: top.has("http2") && top.flag("http2", &mut problems),
        };
        if cloud.http2 && !cloud.is_local() {
            problems.push("$.http2 must not be true; it is for this machine only".to_owned());
        }
        top.finish(&mut problems);
        if problems.is_empty() { Ok(cloud) } else { Err(CloudError::Invalid(problems)) }
    }
}

/// Why there is no such cloud.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// No cloud has this name.
    #[error("unknown cloud {0:?}: expected public, usgov, china, or a JSON document")]
    Unknown(String),
    /// The file cannot be read.
    #[error("the cloud's file {} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The document is not JSON.
    #[error("the cloud's document is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The document says something else. Each problem names its JSON path.
    #[error("the cloud's document cannot be used: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

/// The fields of a JSON object that have not been read yet.
struct Fields {
    path: String,
    rest: Map<String, Value>,
    /// Whether the object itself is not there, which has been noted already.
    is_absent: bool,
}

impl Fields {
    fn new(path: &str, value: Value, problems: &mut Vec<String>) -> Self {
        let path = path.to_owned();
        if let Value::Object(rest) = value {
            return Self { path, rest, is_absent: false };
        }
        problems.push(format!("{path} must be an object"));
        Self { path, rest: Map::new(), is_absent: true }
    }

    fn has(&self, name: &str) -> bool {
        self.rest.get(name).is_some_and(|value| !value.is_null())
    }

    fn take(&mut self, name: &str, problems: &mut Vec<String>) -> Option<Value> {
        let value = self.rest.remove(name);
        if value.is_none() && !self.is_absent {
            problems.push(format!("{}.{name} is missing", self.path));
        }
        value
    }

    fn text(
        &mut self,
        name: &str,
        problems: &mut Vec<String>,
        check: fn(&str) -> Result<String, &'static str>,
    ) -> Cow<'static, str> {
        let problem = match self.take(name, problems) {
            Some(Value::String(text)) => match check(&text) {
                Ok(text) => return Cow::Owned(text),
                Err(problem) => problem,
            },
            Some(_) => "must be a text",
            None => return Cow::Borrowed(""),
        };
        problems.push(format!("{}.{name} {problem}", self.path));
        Cow::Borrowed("")
    }

    fn flag(&mut self, name: &str, problems: &mut Vec<String>) -> bool {
        let value = self.take(name, problems);
        if !value.as_ref().is_none_or(Value::is_boolean) {
            problems.push(format!("{}.{name} must be true or false", self.path));
        }
        value == Some(Value::Bool(true))
    }

    fn object(&mut self, name: &str, problems: &mut Vec<String>) -> Self {
        let path = format!("{}.{name}", self.path);
        match self.take(name, problems) {
            Some(value) => Self::new(&path, value, problems),
            None => Self { path, rest: Map::new(), is_absent: true },
        }
    }

    fn finish(mut self, problems: &mut Vec<String>) {
        // An optional field that is null is a field that is not there.
        self.rest.retain(|name, value| !OPTIONAL.contains(&&**name) || !value.is_null());
        for name in self.rest.keys() {
            let name: String = name.chars().take(100).collect();
            problems.push(format!("{}.{name} is not known", self.path));
        }
    }
}

fn name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err("must not be empty") } else { Ok(text.to_owned()) }
}

fn audience(text: &str) -> Result<String, &'static str> {
    match Url::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("must be a URI such as https://graph.microsoft.com"),
    }
}

fn suffix(text: &str) -> Result<String, &'static str> {
    let is_host = |text: &str| matches!(Host::parse(text), Ok(Host::Domain(host)) if host == text);
    if is_host(text) && text.contains('.') && !text.starts_with('.') {
        return Ok(text.to_owned());
    }
    Err("must be the end of a host's name in lower case, such as vault.azure.net")
}

/// Checks a base address, and removes a trailing slash.
fn base_address(text: &str) -> Result<String, &'static str> {
    let Ok(url) = Url::parse(text) else {
        return Err("must be an address such as https://graph.microsoft.com");
    };
    match url.scheme() {
        "https" => (),
        "http" if is_loopback(&url) => (),
        _ => return Err("must be an https address; plain http is for this machine only"),
    }
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_bare {
        return Err("must have no user, query or fragment");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn data_plane(text: &str) -> Result<String, &'static str> {
    if text.matches(HOST).count() != 1 {
        return Err("must have {host} in it once");
    }
    // The placeholder is not allowed in an address, so a name stands in for it.
    base_address(&text.replace(HOST, "host.example"))?;
    Ok(text.trim_end_matches('/').to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLAY: &str = r#"{
        "name": "replay", "authority": "http://127.0.0.1:8080/login.microsoftonline.com",
        "resourceManager": "http://127.0.0.1:8080/management.azure.com",
        "graph": "http://127.0.0.1:8080/graph.microsoft.com/",
        "audiences": { "resourceManager": "https://management.azure.com",
            "graph": "https://graph.microsoft.com", "keyVault": "https://vault.azure.net" },
        "keyVaultSuffix": "vault.azure.net", "storageSuffix": "core.windows.net",
        "portal": "https://portal.azure.com", "dataPlane": "http://127.0.0.1:8080/{host}" }"#;

    fn changed(change: impl FnOnce(&mut Value)) -> Result<Cloud, CloudError> {
        let mut document = serde_json::from_str(REPLAY).unwrap();
        change(&mut document);
        Cloud::parse(&document.to_string())
    }

    fn problems(change: impl FnOnce(&mut Value)) -> Vec<String> {
        match changed(change) {
            Err(CloudError::Invalid(problems)) => problems,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn clouds_have_names() {
        for cloud in Cloud::NAMED {
            assert_eq!(Cloud::parse(cloud.name()).unwrap(), cloud);
            for base in [&cloud.authority, &cloud.resource_manager, &cloud.graph, &cloud.portal] {
                assert_eq!(&base_address(base).unwrap(), base);
            }
            for end in [&cloud.key_vault_suffix, &cloud.storage_suffix] {
                assert_eq!(&suffix(end).unwrap(), end);
            }
            assert_eq!(cloud.data_plane("kv1.example"), "https://kv1.example");
            assert!(!cloud.is_local());
        }
        let error = Cloud::parse("mars").unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"unknown cloud "mars": expected public, usgov, china, or a JSON document"#
        );
    }

    #[test]
    fn a_document_describes_a_cloud() {
        let cloud = Cloud::parse(REPLAY).unwrap();
        assert_eq!(cloud.name(), "replay");
        assert_eq!(cloud.portal(), "https://portal.azure.com");
        assert_eq!(cloud.storage_suffix(), "core.windows.net");
        assert_eq!(cloud.key_vault_suffix(), "vault.azure.net");
        assert_eq!(cloud.base(Service::Graph), Some("http://127.0.0.1:8080/graph.microsoft.com"));
        assert_eq!(cloud.audience(Service::KeyVault), "https://vault.azure.net");
        assert_eq!(
            cloud.data_plane("kv1.vault.azure.net"),
            "http://127.0.0.1:8080/kv1.vault.azure.net"
        );
        assert!(cloud.is_local() && !cloud.is_http2());
        let without = changed(|document| document["dataPlane"] = Value::Null).unwrap();
        assert_eq!(without.data_plane("kv1.vault.azure.net"), "https://kv1.vault.azure.net");
    }

    #[test]
    fn an_administrator_consents_at_the_clouds_own_sign_in_service() {
        let consent = AdminConsent {
            tenant: "organizations",
            client_id: "c",
            redirect_uri: "https://site.example/consent/redirect",
            state: "a.b&c",
        };
        let query = "client_id=c&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default\
            &redirect_uri=https%3A%2F%2Fsite.example%2Fconsent%2Fredirect&state=a.b%26c";
        for (cloud, authority) in [
            (Cloud::PUBLIC, "https://login.microsoftonline.com"),
            (Cloud::parse(REPLAY).unwrap(), "http://127.0.0.1:8080/login.microsoftonline.com"),
        ] {
            let address = cloud.admin_consent(&consent);
            assert_eq!(address, format!("{authority}/organizations/v2.0/adminconsent?{query}"));
        }
        let address = Cloud::US_GOVERNMENT.admin_consent(&consent);
        assert!(address.contains("scope=https%3A%2F%2Fgraph.microsoft.us%2F.default"), "{address}");
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let problems = problems(|document| {
            let object = document.as_object_mut().unwrap();
            object.remove("portal");
            object.insert("graph".into(), 1.into());
            object.insert("colour".into(), "blue".into());
            object.insert("keyVaultSuffix".into(), ".vault.azure.net".into());
            object.insert("authority".into(), "http://login.microsoftonline.com".into());
            object["audiences"].as_object_mut().unwrap().remove("keyVault");
            object["audiences"]["storage"] = "x".into();
            object.insert("dataPlane".into(), "http://127.0.0.1:8080".into());
        });
        assert_eq!(
            problems,
            [
                "$.authority must be an https address; plain http is for this machine only",
                "$.graph must be a text",
                "$.audiences.keyVault is missing",
                "$.audiences.storage is not known",
                "$.keyVaultSuffix must be the end of a host's name in lower case, such as vault.azure.net",
                "$.portal is missing",
                "$.dataPlane must have {host} in it once",
                "$.colour is not known",
            ]
        );
    }

    #[test]
    fn http_2_without_tls_is_for_this_machine_only() {
        assert!(changed(|it| it["http2"] = true.into()).unwrap().is_http2());
        assert!(!changed(|it| it["http2"] = Value::Null).unwrap().is_http2());
        assert_eq!(problems(|it| it["http2"] = 1.into()), ["$.http2 must be true or false"]);
        let elsewhere = problems(|document| {
            for name in ["authority", "resourceManager", "graph"] {
                document[name] = "https://cloud.example".into();
            }
            document["dataPlane"] = Value::Null;
            document["http2"] = true.into();
        });
        assert_eq!(elsewhere, ["$.http2 must not be true; it is for this machine only"]);
    }

    #[test]
    fn an_absent_object_is_one_problem() {
        let absent = problems(|it| drop(it.as_object_mut().unwrap().remove("audiences")));
        assert_eq!(absent, ["$.audiences is missing"]);
        let wrong = problems(|it| it["audiences"] = "x".into());
        assert_eq!(wrong, ["$.audiences must be an object"]);
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for address in ["http://localhost:1", "http://127.0.0.9/x", "http://[::1]:2/y"] {
            assert_eq!(base_address(address).as_deref(), Ok(address));
        }
        for address in
            ["http://10.0.0.1", "http://localhost.example", "ftp://127.0.0.1", "x", "https://a@b/"]
        {
            assert!(base_address(address).is_err(), "{address}");
        }
        assert!(data_plane("http://{host}/").is_err());
        assert!(data_plane("https://{host}").is_ok());
    }

    #[test]
    fn what_is_not_json_says_where() {
        let error = Cloud::parse("{").unwrap_err().to_string();
        assert!(error.starts_with("the cloud's document is not JSON: EOF"), "{error}");
        let error = Cloud::read(Path::new("/no/such/file")).unwrap_err().to_string();
        assert!(error.starts_with("the cloud's file /no/such/file cannot be read: "), "{error}");
    }
}
