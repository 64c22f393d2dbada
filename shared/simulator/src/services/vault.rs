//! The data plane of key vaults.

use serde_json::json;

use crate::services::answer::Answer;
use crate::services::cloud::{self, Cloud};
use crate::services::request::Request;
use crate::services::throttle::{Budget, Limit};
use crate::services::token::{Claims, Refusal};
use crate::world::resources::coded::Coded;
use crate::world::resources::collection::Collection;
use crate::world::resources::kind::Spelling;
use crate::world::resources::resource::Resource;
use crate::world::resources::vault::{Closed, closed, uses_roles};
use crate::world::resources::vault_item::{Item, ItemKind};

/// The most items on a page, and as many as there are without `maxresults`.
const MOST: u64 = 25;

/// Answers a request to the vault with a name.
pub(crate) fn answer(cloud: &Cloud, request: &Request, name: &str) -> Answer {
    let (token, now) = (request.bearer.as_deref(), cloud.clock.seconds());
    let claims = match cloud.tokens.check(token, cloud::KEY_VAULT, now) {
        Ok(claims) => claims,
        Err(refusal) => return unauthorized(cloud, &refusal),
    };
    let inventories = cloud
        .tenant
        .all_inventories()
        .filter(|inventory| cloud.tenant.life(inventory).can_be_read());
    let mut vaults = inventories.filter_map(|inventory| {
        Collection::of(&cloud.tenant, inventory, Coded::Vault.kind()).find(name)
    });
    // In the real cloud the name of a vault that does not exist does not resolve.
    let Some(vault) = vaults.next() else {
        return error(404, "VaultNotFound", &format!("The vault '{name}' was not found."), None);
    };
    let segments = request.segments();
    let (kind, certificate) = match segments[..] {
        [kind] => (ItemKind::of_name(kind), None),
        ["certificates", name, "policy"] => (Some(ItemKind::Certificate), Some(name)),
        _ => (None, None),
    };
    let Some(kind) = kind.filter(|_| request.method == "GET") else {
        return error(405, "BadParameter", "The operation is not supported.", None);
    };
    let limit = Limit {
        domain: format!("{name}/keyvault"),
        holder: String::new(),
        budget: Budget::Bucket { capacity: 4000, refill: 400, debt: 0 },
    };
    let verdict = cloud.charge(&limit, 1);
    if !verdict.granted {
        return throttled().with("Retry-After", verdict.wait.to_string());
    }
    if let Some(refusal) = refuse(cloud, &claims, &vault, kind) {
        return refusal;
    }
    match certificate {
        Some(certificate) => policy(request, &vault, certificate),
        None => list(cloud, request, name, &vault, kind),
    }
}

/// Refuses who may not list the contents of a vault. Which of the reasons is given first where
/// several apply is not documented: the firewall is asked first here, as it stands in front.
fn refuse(cloud: &Cloud, claims: &Claims, vault: &Resource, kind: ItemKind) -> Option<Answer> {
    let may_read = cloud.tenant.principal(&claims.appid).is_some_and(|(_, it)| it.vaults);
    let reason = match closed(vault) {
        Some(reason) => reason,
        None if may_read => return None,
        None if uses_roles(vault) => Closed::Rbac,
        None => Closed::Policy,
    };
    let caller = format!("appid={};oid={};iss={}", claims.appid, claims.oid, claims.iss);
    let location = format!("{};location={}", vault.name(), vault.location());
    let (code, text) = match reason {
        Closed::Rbac => (
            "ForbiddenByRbac",
            format!(
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, \
                 deny assignments or role definitions were changed recently, please observe \
                 propagation time.\r\nCaller: {caller}\r\nAction: \
                 'Microsoft.KeyVault/vaults/{}/{}'\r\nResource: '{}'\r\nAssignment: (not found)\r\n\
                 DenyAssignmentId: null\r\nDecisionReason: null \r\nVault: {location}\r\n",
                kind.plural(),
                if kind == ItemKind::Secret { "readMetadata/action" } else { "read" },
                vault.id(Spelling::Lower),
            ),
        ),
        Closed::Policy => (
            "ForbiddenByPolicy",
            format!(
                "The user, group or application '{caller}' does not have {} list permission on key \
                 vault '{location}'. For help resolving this issue, please see \
                 https://go.microsoft.com/fwlink/?linkid=2125287",
                kind.plural()
            ),
        ),
        Closed::Firewall => (
            "ForbiddenByFirewall",
            format!(
                "Client address is not authorized and caller is not a trusted service.\r\nClient \
                 address: 127.0.0.1\r\nCaller: {caller}\r\nVault: {location}"
            ),
        ),
    };
    Some(error(403, "Forbidden", &text, Some(code)))
}

/// The version that is asked for.
fn version(request: &Request) -> Result<&str, Answer> {
    match request.parameter("api-version") {
        None | Some("") => Err(error(400, "BadParameter", "api-version must be specified", None)),
        Some(version) if is_supported(version) => Ok(version),
        Some(version) => {
            let text = format!(
                "The specified version ({version}) is not recognized. Consider using the latest \
                 supported version (7.6)."
            );
            Err(error(400, "BadParameter", &text, None))
        }
    }
}

/// How one certificate is issued.
fn policy(request: &Request, vault: &Resource, name: &str) -> Answer {
    if let Err(refusal) = version(request) {
        return refusal;
    }
    let kind = ItemKind::Certificate;
    let is_named = |index: &u64| kind.name(*index).eq_ignore_ascii_case(name);
    let Some(index) = (0..kind.count(vault)).find(is_named) else {
        let text = format!("A certificate with (name/id) {name} was not found in this vault.");
        return error(404, "CertificateNotFound", &text, None);
    };
    Answer::new(200, &Item::new(vault.clone(), kind, index).policy())
}

fn list(cloud: &Cloud, request: &Request, name: &str, vault: &Resource, kind: ItemKind) -> Answer {
    let version = match version(request) {
        Ok(version) => version,
        Err(refusal) => return refusal,
    };
    let size = request.parameter("maxresults").map_or(Some(MOST), |size| size.parse().ok());
    let Some(size) = size.filter(|size| (1..=MOST).contains(size)) else {
        return error(400, "BadParameter", "The maxresults parameter is out of range.", None);
    };
    let path = format!("{}/{}", vault.name(), kind.plural());
    let token = request.parameter("$skiptoken");
    let Some(page) = cloud.pager.page(&path, kind.count(vault), size, token) else {
        return invalid_skip_token();
    };
    let base = &cloud.base;
    let next = page.next.map(|token| {
        format!(
            "{base}/{name}.vault.azure.net/{}?api-version={version}&$skiptoken={token}\
             &maxresults={size}",
            kind.plural()
        )
    });
    let items = page.places.map(|index| Item::new(vault.clone(), kind, index).of_data_plane());
    // The last page has a link too, which is null.
    Answer::page(&[("nextLink", json!(next))], items)
}

/// Versions up to 7.3 exist as well; they are refused so that nothing new comes to rely on them.
fn is_supported(version: &str) -> bool {
    match version.strip_prefix("7.") {
        Some(minor) => minor.parse::<u32>().is_ok_and(|minor| minor >= 4),
        None => version.len() == 10 && version >= "2025-01-01",
    }
}

pub(crate) fn throttled() -> Answer {
    let text = "Request was not processed because too many requests were received.";
    error(429, "Throttled", text, None)
}

pub(crate) fn invalid_skip_token() -> Answer {
    error(400, "BadParameter", "The skip token is not valid.", None)
}

pub(crate) fn error(status: u16, code: &str, text: &str, inner: Option<&str>) -> Answer {
    let mut body = json!({ "error": { "code": code, "message": text } });
    if let Some(inner) = inner {
        body["error"]["innererror"] = json!({ "code": inner });
    }
    Answer::new(status, &body)
}

/// The answer for a token that is not accepted. It says where to get one.
pub(crate) fn unauthorized(cloud: &Cloud, refusal: &Refusal) -> Answer {
    let text = match refusal {
        Refusal::Missing => "AKV10000: Request is missing a Bearer or PoP token.".to_owned(),
        Refusal::Malformed | Refusal::Forged => {
            "AKV10001: The token could not be validated.".to_owned()
        }
        Refusal::Audience(found) => {
            format!("AKV10022: Invalid audience. Expected {}, found: {found}.", cloud::KEY_VAULT)
        }
        Refusal::Expired(_) => "[TokenExpired] The token has expired.".to_owned(),
    };
    let challenge = format!(
        "Bearer authorization=\"{}/login.microsoftonline.com/{}\", resource=\"{}\"",
        cloud.base,
        cloud.tenant.id(),
        cloud::KEY_VAULT
    );
    error(401, "Unauthorized", &text, None).with("WWW-Authenticate", challenge)
}
