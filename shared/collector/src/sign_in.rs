//! What a start has to know of a tenant: that its secret is good, where the portal shows it, and
//! whether it has Microsoft Intune.

use serde_json::Value;
use steps::{Domain, Service};

use crate::ask::ask;
use crate::context::{Context, Error};
use crate::instance::Instance;
use crate::ports::{Address, DomainKey, Failure, Fetch, Request};

/// Signs in, so that a wrong secret shows now and not in every step; and finds where the portal
/// shows the tenant.
pub(crate) async fn sign_in(
    context: &Context,
    instance: &Instance,
    fetch: &dyn Fetch,
) -> Result<String, Error> {
    let directory = &instance.config.directory_id;
    let domain = match default_domain(fetch, directory).await {
        Ok(domain) => domain,
        Err(Failure::Authentication(reason)) => return Err(Error::Validation(reason)),
        // The directory may be closed to who reads a subscription. The portal knows its id as well.
        Err(
            Failure::Forbidden(_)
            | Failure::Gone(_)
            | Failure::NotApplicable(_)
            | Failure::Retired(_)
            | Failure::NotRegistered(_),
        ) => None,
        Err(failure) => return Err(Error::Microsoft(failure)),
    };
    let portal = context.microsoft.portal(&instance.config.cloud);
    let domain = domain.unwrap_or_else(|| directory.clone());
    Ok(format!("{portal}/#@{domain}"))
}

/// The domain that new users of a directory get.
pub(crate) async fn default_domain(
    fetch: &dyn Fetch,
    directory: &str,
) -> Result<Option<String>, Failure> {
    let first = Address::Path("/organization?$select=verifiedDomains".to_owned());
    let mut address = first.clone();
    // There is one organization, but an empty page with a next link may come before it.
    for _ in 0..10 {
        let page = ask_graph(fetch, directory, address).await?;
        let domains = page.pointer("/value/0/verifiedDomains").and_then(Value::as_array);
        let default = domains.into_iter().flatten().find(|it| it["isDefault"] == true);
        if let Some(name) = default.and_then(|it| it["name"].as_str()) {
            return Ok(Some(name.to_owned()));
        }
        let Some(link) = page["@odata.nextLink"].as_str() else { break };
        address = Address::Link { link: link.to_owned(), first: Box::new(first.clone()) };
    }
    Ok(None)
}

/// What a tenant has of Microsoft Intune.
#[derive(Default)]
pub(crate) struct Intune {
    /// Its account, if it could be read.
    pub(crate) account: Option<String>,
    /// Why there is nothing to read, if that is so.
    pub(crate) lacking: Option<String>,
}

/// What a tenant has of Microsoft Intune. Where this cannot be told, the steps are to find out:
/// refused is not empty.
pub(crate) async fn intune(fetch: &dyn Fetch, instance: &Instance) -> Result<Intune, Error> {
    let directory = &instance.config.directory_id;
    let address = Address::Path("/deviceManagement?$select=intuneAccountId".to_owned());
    let account = match ask_graph(fetch, directory, address).await {
        Ok(document) => match document.get("intuneAccountId") {
            Some(account) => account.as_str().map(str::to_owned),
            // What is asked for is answered, be it with null. This answer says nothing.
            None => return Ok(Intune::default()),
        },
        // What Graph says where the directory has never had a licence.
        Err(Failure::Gone(_) | Failure::NotApplicable(_) | Failure::Retired(_)) => None,
        Err(Failure::Forbidden(reason)) if reason.contains("not applicable to target tenant") => {
            None
        }
        Err(Failure::Authentication(reason)) => return Err(Error::Validation(reason)),
        Err(_) => return Ok(Intune::default()),
    };
    let Some(account) = account.filter(|it| !it.is_empty()) else {
        let lacking = "the tenant has no Microsoft Intune license".to_owned();
        return Ok(Intune { account: None, lacking: Some(lacking) });
    };
    let path = format!("/organization/{directory}?$select=mobileDeviceManagementAuthority");
    let authority = ask_graph(fetch, directory, Address::Path(path)).await.unwrap_or_default();
    let is_basic = authority["mobileDeviceManagementAuthority"] == "office365";
    let reason = "Basic Mobility and Security manages the tenant's devices, not Microsoft Intune";
    Ok(Intune { account: Some(account), lacking: is_basic.then(|| reason.to_owned()) })
}

/// Reads a document of Microsoft Graph.
async fn ask_graph(fetch: &dyn Fetch, directory: &str, address: Address) -> Result<Value, Failure> {
    let request = Request::get(Service::Graph, address);
    let domain = DomainKey { owner: directory.to_owned(), domain: Domain::Graph };
    ask(fetch, &domain, &request).await
}
