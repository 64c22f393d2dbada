//! Where a request may go, which decides who gets to see a token.

use collector::ports::{Address, Failure};
use steps::Service;
use url::{Position, Url};

use crate::cloud::Cloud;

/// Where a document lies, and below what: a service or one host of it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) url: Url,
    base: Url,
    /// For a host of the data plane, its address as the management plane gave it. Where the cloud
    /// routes such hosts elsewhere, the links of its pages may still say this.
    stated: Option<Url>,
}

impl Place {
    /// Finds a document of a service.
    ///
    /// # Errors
    ///
    /// If the address leads anywhere else than to that service.
    pub(crate) fn of(cloud: &Cloud, service: Service, address: &Address) -> Result<Self, Failure> {
        match address {
            Address::Path(path) => {
                let base =
                    cloud.base(service).ok_or_else(|| refused("a vault's address is missing"))?;
                Self::below(parse(base)?, None, &versioned(service, path))
            }
            Address::Host { base, path } => Self::on_host(cloud, service, base, path),
            Address::Link { link, first } => Self::of(cloud, service, first)?.follow(link),
        }
    }

    /// The path with its query below the base address.
    pub(crate) fn path(&self) -> &str {
        rest(&self.base, &self.url).unwrap_or_default()
    }

    /// An address beside this one, below the same base address.
    pub(crate) fn beside(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        url
    }

    fn below(base: Url, stated: Option<Url>, path: &str) -> Result<Self, Failure> {
        if !path.starts_with('/') {
            return Err(refused("a path has to start with a slash"));
        }
        let url = parse(&format!("{}{path}", base.as_str().trim_end_matches('/')))?;
        if rest(&base, &url).is_none() {
            return Err(refused("a path leads out of its service"));
        }
        Ok(Self { url, base, stated })
    }

    fn on_host(cloud: &Cloud, service: Service, base: &str, path: &str) -> Result<Self, Failure> {
        if service != Service::KeyVault {
            return Err(refused("only vaults have hosts of their own"));
        }
        let stated = parse(base)?;
        let suffix = cloud.key_vault_suffix();
        let host = stated.host_str().unwrap_or_default().to_owned();
        let name = host.strip_suffix(suffix).and_then(|name| name.strip_suffix('.'));
        let is_vault = stated.scheme() == "https"
            && stated.port().is_none()
            && &stated[Position::BeforePath..] == "/"
            && has_no_user(&stated)
            && name.is_some_and(|name| !name.is_empty());
        if !is_vault {
            let text =
                format!("{host} is not the host of a vault below {suffix}; no request was sent");
            return Err(Failure::Failed(text));
        }
        Self::below(parse(&cloud.data_plane(&host))?, Some(stated), path)
    }

    /// Follows the link of a page, if it stays with the service that gave it.
    fn follow(self, link: &str) -> Result<Self, Failure> {
        let mut url =
            self.url.join(link).map_err(|_| refused("the link to the next page is no address"))?;
        // Azure's guidelines ask for links that can be followed as they are. Some lack the version.
        if let (None, Some(version)) = (api_version(&url), api_version(&self.url)) {
            url.query_pairs_mut().append_pair(API_VERSION, &version);
        }
        if rest(&self.base, &url).is_some() {
            return Ok(Self { url, ..self });
        }
        let stated = self.stated.as_ref().and_then(|stated| rest(stated, &url));
        if let Some(path) = stated {
            let path = path.to_owned();
            return Self::below(self.base, self.stated, &path);
        }
        let leads = leads_to(&url);
        let base = leads_to(&self.base);
        let text = format!(
            "the link to the next page leads to {leads} instead of {base}; it was not followed"
        );
        Err(Failure::Failed(text))
    }
}

const API_VERSION: &str = "api-version";

fn api_version(url: &Url) -> Option<String> {
    let found = url.query_pairs().find(|(name, _)| name.eq_ignore_ascii_case(API_VERSION));
    found.map(|(_, version)| version.into_owned())
}

/// Where a file lies that a service hands out by an address of its own: in storage, and nowhere
/// else.
///
/// # Errors
///
/// If the address leads anywhere else.
pub(crate) fn download(cloud: &Cloud, address: &str) -> Result<Url, Failure> {
    let stated = parse(address)?;
    let host = stated.host_str().unwrap_or_default().to_owned();
    let name = host.strip_suffix(cloud.storage_suffix()).and_then(|it| it.strip_suffix('.'));
    let is_storage = stated.scheme() == "https"
        && stated.port().is_none()
        && has_no_user(&stated)
        && name.is_some_and(|name| !name.is_empty());
    if !is_storage {
        let text = format!(
            "the address of a file is at {host}, which is not a storage host; no request was sent"
        );
        return Err(refused(&text));
    }
    let path = &stated[Position::BeforePath..Position::AfterQuery];
    Ok(Place::below(parse(&cloud.data_plane(&host))?, None, path)?.url)
}

/// Microsoft Graph has its version in the path. Lists name it where it is not the usual one.
fn versioned(service: Service, path: &str) -> String {
    let is_versioned = ["/v1.0/", "/beta/"].iter().any(|version| path.starts_with(version));
    if service == Service::Graph && !is_versioned {
        return format!("/v1.0{path}");
    }
    path.to_owned()
}

/// What follows a base address in another: a path with its query. None if it does not lie below.
fn rest<'u>(base: &Url, url: &'u Url) -> Option<&'u str> {
    if base.origin() != url.origin() || !has_no_user(url) || url.fragment().is_some() {
        return None;
    }
    let rest = url[Position::BeforePath..].strip_prefix(base.path().trim_end_matches('/'))?;
    rest.starts_with('/').then_some(rest)
}

fn has_no_user(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

/// An address without its query, which is nobody's business, and for another host also without its
/// path.
fn leads_to(url: &Url) -> String {
    let host = url.host_str().unwrap_or("nowhere");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn parse(text: &str) -> Result<Url, Failure> {
    Url::parse(text).map_err(|error| Failure::Failed(format!("no address: {error}")))
}

fn refused(text: &str) -> Failure {
    Failure::Failed(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay() -> Cloud {
        Cloud::parse(
            r#"{ "name": "replay", "authority": "http://127.0.0.1:80/login",
            "resourceManager": "http://127.0.0.1:8080/arm", "graph": "http://127.0.0.1:8080/graph",
            "audiences": { "resourceManager": "https://a", "graph": "https://g", "keyVault": "https://v" },
            "keyVaultSuffix": "vault.azure.net", "storageSuffix": "core.windows.net",
            "portal": "https://portal.azure.com", "dataPlane": "http://127.0.0.1:8080/{host}" }"#,
        )
        .unwrap()
    }

    fn path(path: &str) -> Address {
        Address::Path(path.to_owned())
    }

    fn host(base: &str, path: &str) -> Address {
        Address::Host { base: base.to_owned(), path: path.to_owned() }
    }

    fn link(first: Address, link: &str) -> Address {
        Address::Link { link: link.to_owned(), first: Box::new(first) }
    }

    fn url(cloud: &Cloud, service: Service, address: &Address) -> Result<String, String> {
        Place::of(cloud, service, address)
            .map(|place| place.url.to_string())
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn paths_lie_below_their_service() {
        for (cloud, service, given, found) in [
            (
                &Cloud::PUBLIC,
                Service::ResourceManager,
                "/subscriptions?api-version=2022-12-01",
                "https://management.azure.com/subscriptions?api-version=2022-12-01",
            ),
            (
                &Cloud::PUBLIC,
                Service::Graph,
                "/users?$top=999",
                "https://graph.microsoft.com/v1.0/users?$top=999",
            ),
            (
                &Cloud::PUBLIC,
                Service::Graph,
                "/v1.0/users",
                "https://graph.microsoft.com/v1.0/users",
            ),
            (
                &Cloud::CHINA,
                Service::Graph,
                "/beta/users",
                "https://microsoftgraph.chinacloudapi.cn/beta/users",
            ),
            (&Cloud::PUBLIC, Service::Graph, "/v1.0x", "https://graph.microsoft.com/v1.0/v1.0x"),
            (&replay(), Service::Graph, "/users", "http://127.0.0.1:8080/graph/v1.0/users"),
            (
                &replay(),
                Service::ResourceManager,
                "/subscriptions",
                "http://127.0.0.1:8080/arm/subscriptions",
            ),
        ] {
            assert_eq!(url(cloud, service, &path(given)).as_deref(), Ok(found));
        }
    }

    #[test]
    fn paths_do_not_leave_their_service() {
        for given in [
            "/../graph/v1.0/users",
            "/%2e%2e/graph/users",
            "subscriptions",
            "@evil.example/",
            "/a#b",
            "",
        ] {
            let refusal = url(&replay(), Service::ResourceManager, &path(given)).unwrap_err();
            assert!(refusal.starts_with("failed: a path "), "{given}: {refusal}");
        }
        assert!(url(&Cloud::PUBLIC, Service::KeyVault, &path("/secrets")).is_err());
    }

    #[test]
    fn files_lie_in_storage_only() {
        let found =
            |cloud: &Cloud, address: &str| download(cloud, address).map(|it| it.to_string());
        let address = "https://reports.blob.core.windows.net/a/b.zip?sig=x%2By";
        assert_eq!(found(&Cloud::PUBLIC, address).as_deref(), Ok(address));
        let local = "http://127.0.0.1:8080/reports.blob.core.windows.net/a/b.zip?sig=x%2By";
        assert_eq!(found(&replay(), address).as_deref(), Ok(local));
        for address in [
            "https://reports.blob.core.windows.net.evil.example/a",
            "https://evilcore.windows.net/a",
            "http://reports.blob.core.windows.net/a",
            "https://a@reports.blob.core.windows.net/a",
            "https://reports.blob.core.windows.net:8443/a",
            "https://core.windows.net/a",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
        ] {
            let refusal = found(&Cloud::PUBLIC, address).unwrap_err().to_string();
            assert!(
                refusal.contains("which is not a storage host; no request was sent"),
                "{address}: {refusal}"
            );
            assert!(!refusal.contains("latest"), "{refusal}");
        }
    }

    #[test]
    fn vaults_have_hosts_of_their_own() {
        let vault = |base: &str| {
            url(&Cloud::PUBLIC, Service::KeyVault, &host(base, "/keys?api-version=7.4"))
        };
        let found = Ok("https://kv1.vault.azure.net/keys?api-version=7.4".to_owned());
        for base in [
            "https://kv1.vault.azure.net",
            "https://kv1.vault.azure.net/",
            "https://KV1.Vault.Azure.Net:443/",
        ] {
            assert_eq!(vault(base), found, "{base}");
        }
        for base in [
            "https://kv1.vault.azure.net.evil.example",
            "https://evil.example",
            "https://evilvault.azure.net",
            "https://vault.azure.net",
            "https://.vault.azure.net",
            "http://kv1.vault.azure.net",
            "https://kv1.vault.azure.net:8443",
            "https://kv1.vault.azure.net/path",
            "https://user@kv1.vault.azure.net",
            "https://evil.example\\.vault.azure.net",
            "https://evil.example/.vault.azure.net",
            "kv1.vault.azure.net",
            "",
        ] {
            assert!(vault(base).is_err(), "{base}");
        }
        let elsewhere = host("https://kv1.vault.azure.net", "/keys");
        assert!(url(&Cloud::PUBLIC, Service::Graph, &elsewhere).is_err());
        assert!(url(&Cloud::US_GOVERNMENT, Service::KeyVault, &elsewhere).is_err());
        assert_eq!(
            url(&replay(), Service::KeyVault, &elsewhere).as_deref(),
            Ok("http://127.0.0.1:8080/kv1.vault.azure.net/keys")
        );
    }

    #[test]
    fn links_stay_with_the_service_that_gave_them() {
        let follow = |cloud: &Cloud, service, first: Address, to: &str| {
            url(cloud, service, &link(first, to))
        };
        let public = |to: &str| follow(&Cloud::PUBLIC, Service::Graph, path("/users"), to);
        let next = "https://graph.microsoft.com/v1.0/users?$skiptoken=X%2e";
        assert_eq!(public(next).as_deref(), Ok(next));
        assert_eq!(
            public("https://GRAPH.microsoft.com:443/v1.0/users?$skiptoken=X%2e").as_deref(),
            Ok(next)
        );
        assert_eq!(public("/v1.0/users?$skiptoken=X%2e").as_deref(), Ok(next));
        for foreign in [
            "https://evil.example/v1.0/users",
            "//evil.example/v1.0/users",
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.com@evil.example/",
            "https://evil.example\\@graph.microsoft.com/",
            "https://user:secret@graph.microsoft.com/v1.0/users",
            "http://graph.microsoft.com/v1.0/users",
            "https://graph.microsoft.com:444/v1.0/users",
            "https://management.azure.com/subscriptions",
            "javascript:alert(1)",
            "https://",
        ] {
            assert!(public(foreign).is_err(), "{foreign}");
        }
        assert_eq!(
            public("https://evil.example:9/collect?token=1").unwrap_err(),
            "failed: the link to the next page leads to evil.example:9 instead of graph.microsoft.com; it was not followed"
        );
        // Where services share an origin, the path tells them apart.
        let shared =
            |to: &str| follow(&replay(), Service::ResourceManager, path("/subscriptions"), to);
        assert!(shared("http://127.0.0.1:8080/arm/subscriptions?page=2").is_ok());
        assert!(shared("http://127.0.0.1:8080/graph/v1.0/users").is_err());
        assert!(shared("http://127.0.0.1:8080/armchair").is_err());
        assert!(shared("http://127.0.0.1:8080/arm/../graph/").is_err());
    }

    #[test]
    fn links_of_a_vault_stay_with_the_vault() {
        let first = || host("https://kv1.vault.azure.net", "/keys");
        let next = "https://kv1.vault.azure.net:443/keys?$skiptoken=1";
        let routed = Ok("http://127.0.0.1:8080/kv1.vault.azure.net/keys?$skiptoken=1");
        for to in [next, "http://127.0.0.1:8080/kv1.vault.azure.net/keys?$skiptoken=1"] {
            assert_eq!(url(&replay(), Service::KeyVault, &link(first(), to)).as_deref(), routed);
        }
        for to in
            ["https://kv2.vault.azure.net/keys", "http://127.0.0.1:8080/kv2.vault.azure.net/keys"]
        {
            assert!(url(&replay(), Service::KeyVault, &link(first(), to)).is_err(), "{to}");
        }
    }

    #[test]
    fn the_path_of_a_place_is_what_follows_its_base() {
        let place = Place::of(&replay(), Service::Graph, &path("/users?$top=1")).unwrap();
        assert_eq!(place.path(), "/v1.0/users?$top=1");
        assert_eq!(
            place.beside("/v1.0/$batch").as_str(),
            "http://127.0.0.1:8080/graph/v1.0/$batch"
        );
    }
}
