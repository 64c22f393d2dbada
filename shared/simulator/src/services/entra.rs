//! The identity platform: the token endpoints, for the client credentials flow, what clients ask
//! before they use them, and the endpoint for admin consent.

mod assertion;
mod consent;
mod discovery;
mod failure;
mod page;
mod trace;

use serde_json::{Value, json};

use crate::options::Principal;
use crate::services::answer::Answer;
use crate::services::cloud::{self, Cloud};
use crate::services::request::{Request, parse_form};
use crate::services::token::{Claims, LIFETIME};
use crate::world::guid::is_guid;
use failure::Failure;
use trace::{Trace, tenant_not_found};

/// The version of a token endpoint, which decides how a form names the resource, and how the
/// answer writes numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    First,
    Second,
}

/// Answers the token endpoints, those of discovery and those for admin consent.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let is_read = request.method == "GET";
    let outcome = match request.segments()[..] {
        [tenant, "oauth2", "v2.0", "token"] => token(cloud, request, tenant, Version::Second),
        [tenant, "oauth2", "token"] => token(cloud, request, tenant, Version::First),
        ["common", "discovery", "instance"] if is_read => instances(cloud, request),
        [tenant, "v2.0", ".well-known", "openid-configuration"] if is_read => {
            check_tenant(cloud, tenant).map(|()| discovery::configuration(cloud, tenant, true))
        }
        [tenant, ".well-known", "openid-configuration"] if is_read => {
            check_tenant(cloud, tenant).map(|()| discovery::configuration(cloud, tenant, false))
        }
        _ => return consents(cloud, request),
    };
    match outcome {
        Ok(body) => Answer::new(200, &body).with("Cache-Control", "no-store, no-cache"),
        Err(failure) => refuse(cloud, &failure),
    }
}

fn consents(cloud: &Cloud, request: &Request) -> Answer {
    match request.segments()[..] {
        [tenant, "v2.0", "adminconsent"] if request.method == "GET" => {
            consent::answer(cloud, request, tenant, true)
        }
        [tenant, "adminconsent"] if request.method == "GET" => {
            consent::answer(cloud, request, tenant, false)
        }
        _ => Answer::new(404, &json!({})),
    }
}

/// Which cloud an endpoint belongs to.
fn instances(cloud: &Cloud, request: &Request) -> Result<Value, Failure> {
    let endpoint = request.parameter("authorization_endpoint").unwrap_or_default();
    let tenant = discovery::tenant_of(cloud, endpoint).ok_or_else(|| {
        let text = "The instance specified in the request is unknown or invalid.".to_owned();
        Failure(400, "invalid_instance", 50049, text)
    })?;
    Ok(discovery::instances(cloud, &tenant))
}

fn token(
    cloud: &Cloud,
    request: &Request,
    tenant: &str,
    version: Version,
) -> Result<Value, Failure> {
    if request.method != "POST" {
        let text = format!(
            "The endpoint only accepts POST requests. Received a {} request.",
            request.method
        );
        return Err(Failure(400, "invalid_request", 900_561, text));
    }
    check_tenant(cloud, tenant)?;
    let form = parse_form(&request.body);
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| &**value);
    let required = |name: &str| {
        field(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            Failure(400, "invalid_request", 900_144, text)
        })
    };
    let grant = required("grant_type")?;
    if grant != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant}'.");
        return Err(Failure(400, "unsupported_grant_type", 70003, text));
    }
    let (index, principal) = find_client(cloud, required("client_id")?)?;
    let method = if let Some(assertion) = field("client_assertion") {
        let kind = field("client_assertion_type");
        assertion::check(cloud, tenant, principal, assertion, kind)?;
        BY_ASSERTION
    } else {
        check_secret(principal, field("client_secret"))?;
        BY_SECRET
    };
    let audience = match version {
        Version::First => resource(cloud, required("resource")?)?,
        Version::Second => audience(cloud, field("scope").unwrap_or_default())?,
    };
    let claims = claims(cloud, index, principal, audience, method);
    if version == Version::First {
        return Ok(json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME.to_string(),
            "ext_expires_in": LIFETIME.to_string(),
            "expires_on": claims.exp.to_string(),
            "not_before": claims.nbf.to_string(),
            "resource": claims.aud,
            "access_token": cloud.tokens.issue(&claims),
        }));
    }
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": cloud.tokens.issue(&claims),
    }))
}

/// How an application says who it is: the claim `appidacr` of its tokens.
const BY_SECRET: &str = "1";
const BY_ASSERTION: &str = "2";

/// A token of the managed identity of a machine for a resource, and when it ends.
pub(crate) fn grant(
    cloud: &Cloud,
    index: u64,
    principal: &Principal,
    resource: &str,
) -> Option<(String, i64)> {
    let audience = audience(cloud, &format!("{resource}/.default")).ok()?;
    let claims = claims(cloud, index, principal, audience, BY_ASSERTION);
    Some((cloud.tokens.issue(&claims), claims.exp))
}

/// A tenant is named by its id or by one of its domains. The aliases `common` and `organizations`
/// make no sense without a user; the real endpoint's answers to them differ from case to case, and
/// are taken here for malformed names.
fn check_tenant(cloud: &Cloud, tenant: &str) -> Result<(), Failure> {
    if cloud.tenant.names().iter().any(|name| name.eq_ignore_ascii_case(tenant)) {
        return Ok(());
    }
    if is_guid(tenant) || tenant.contains('.') {
        return Err(Failure(400, "invalid_request", 90002, tenant_not_found(tenant)));
    }
    let text = format!(
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external \
         domain."
    );
    Err(Failure(400, "invalid_request", 900_023, text))
}

fn find_client<'a>(cloud: &'a Cloud, id: &str) -> Result<(u64, &'a Principal), Failure> {
    cloud.tenant.principal(id).ok_or_else(|| {
        let text = format!(
            "Application with identifier '{id}' was not found in the directory '{}'. This can \
             happen if the application has not been installed by the administrator of the tenant \
             or consented to by any user in the tenant. You may have sent your authentication \
             request to the wrong tenant.",
            cloud.tenant.company().0
        );
        Failure(400, "unauthorized_client", 700_016, text)
    })
}

fn check_secret(principal: &Principal, secret: Option<&str>) -> Result<(), Failure> {
    let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
        let text = "The request body must contain the following parameter: 'client_assertion' or \
                    'client_secret'.";
        return Err(Failure(401, "invalid_client", 7_000_218, text.to_owned()));
    };
    if secret == principal.client_secret {
        return Ok(());
    }
    // The text is the same whether the secret's id was sent or anything else that is wrong.
    let text = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the client \
         secret value, not the client secret ID, for a secret added to app '{}'.",
        principal.client_id
    );
    Err(Failure(401, "invalid_client", 7_000_215, text))
}

/// The resource that a scope such as `https://graph.microsoft.com/.default` names.
fn audience(cloud: &Cloud, scope: &str) -> Result<String, Failure> {
    let Some(resource_of_scope) = scope.strip_suffix("/.default").filter(|it| !it.contains(' '))
    else {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for \
             the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        return Err(Failure(400, "invalid_scope", 70011, text));
    };
    resource(cloud, resource_of_scope)
}

/// The resource, if there is one with this name.
fn resource(cloud: &Cloud, resource: &str) -> Result<String, Failure> {
    let known = [cloud::GRAPH, cloud::RESOURCE_MANAGER, cloud::KEY_VAULT, cloud::STORAGE];
    if known.contains(&resource.trim_end_matches('/')) {
        return Ok(resource.to_owned());
    }
    let text = format!(
        "The resource principal named {resource} was not found in the tenant named {}. This can \
         happen if the application has not been installed by the administrator of the tenant or \
         consented to by any user in the tenant. You might have sent your authentication request \
         to the wrong tenant.",
        cloud.tenant.company().0
    );
    Err(Failure(400, "invalid_resource", 500_011, text))
}

fn claims(
    cloud: &Cloud,
    index: u64,
    principal: &Principal,
    audience: String,
    method: &str,
) -> Claims {
    let now = cloud.clock.seconds();
    let tenant = cloud.tenant.id();
    let issuer = format!("https://sts.windows.net/{tenant}/");
    let oid = cloud.tenant.service_principal_id(index);
    let of_graph = audience.trim_end_matches('/') == cloud::GRAPH;
    Claims {
        roles: if of_graph && cloud.tenant.has_roles(&principal.client_id) {
            principal.graph_roles.clone()
        } else {
            Vec::new()
        },
        aud: audience,
        iss: issuer.clone(),
        iat: now,
        nbf: now,
        exp: now + LIFETIME,
        appid: principal.client_id.clone(),
        appidacr: method.to_owned(),
        idp: issuer,
        idtyp: "app".to_owned(),
        sub: oid.clone(),
        oid,
        tid: tenant,
        uti: cloud.tokens.next_id(),
        ver: "1.0".to_owned(),
    }
}

fn refuse(cloud: &Cloud, Failure(status, error, code, text): &Failure) -> Answer {
    let trace = Trace::new(cloud, *code);
    let body = json!({
        "error": error,
        "error_description": trace.describe(*code, text),
        "error_codes": [code],
        "timestamp": trace.timestamp,
        "trace_id": trace.id,
        "correlation_id": trace.correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    });
    Answer::new(*status, &body).with("x-ms-request-id", trace.id)
}
