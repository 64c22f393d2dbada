//! What clients ask about a tenant before they sign in to it: where its endpoints are.

use serde_json::{Value, json};

use crate::services::cloud::Cloud;

/// The names of the sign-in host of the public cloud.
const ALIASES: [&str; 4] =
    ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];

/// The description of a tenant that `OpenID` Connect defines, of either version of the endpoints.
///
/// A client compares parts of it with the address that it asked at, so a tenant is named here as
/// it was in the request. Nothing here signs tokens with a key that others could check: behind
/// `jwks_uri` there is nothing.
pub(super) fn configuration(cloud: &Cloud, tenant: &str, is_second: bool) -> Value {
    let base = format!("{}/login.microsoftonline.com/{tenant}", cloud.base);
    let version = if is_second { "/v2.0" } else { "" };
    let id = cloud.tenant.id();
    let issuer = if is_second {
        format!("{}/login.microsoftonline.com/{id}/v2.0", cloud.base)
    } else {
        format!("https://sts.windows.net/{id}/")
    };
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/oauth2{version}/authorize"),
        "token_endpoint": format!("{base}/oauth2{version}/token"),
        "device_authorization_endpoint": format!("{base}/oauth2{version}/devicecode"),
        "end_session_endpoint": format!("{base}/oauth2{version}/logout"),
        "jwks_uri": format!("{base}/discovery{version}/keys"),
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
    })
}

/// The clouds that the sign-in service knows. There is one here.
pub(super) fn instances(cloud: &Cloud, tenant: &str) -> Value {
    json!({
        "tenant_discovery_endpoint": format!(
            "{}/login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration",
            cloud.base
        ),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": "login.microsoftonline.com",
            "preferred_cache": "login.windows.net",
            "aliases": ALIASES,
        }],
    })
}

/// The tenant in the address of an endpoint such as
/// `https://login.microsoftonline.com/{tenant}/oauth2/authorize`. Nothing if the address leads to
/// no cloud that the service knows.
pub(super) fn tenant_of(cloud: &Cloud, endpoint: &str) -> Option<String> {
    let own = format!("{}/", cloud.base);
    let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix(&own))?;
    let (host, path) = rest.split_once('/')?;
    let tenant = path.split('/').next().filter(|tenant| !tenant.is_empty())?;
    ALIASES.contains(&host.to_ascii_lowercase().as_str()).then(|| tenant.to_owned())
}
