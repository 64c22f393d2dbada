//! Errors of Microsoft Graph.

use serde_json::json;

use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::token::Refusal;
use crate::world::dates;
use crate::world::random::Draw;

/// An error: the HTTP status, the code, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(u16, &'static str, String);

impl Failure {
    pub(crate) const fn new(status: u16, code: &'static str, text: String) -> Self {
        Self(status, code, text)
    }

    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self(400, "BadRequest", text.into())
    }

    pub(crate) fn unknown_version(path: &str) -> Self {
        let version = path.split('/').next().unwrap_or_default();
        Self::bad_request(format!("Invalid version: {version}"))
    }

    pub(crate) fn unknown_segment(segment: &str) -> Self {
        Self::bad_request(format!("Resource not found for the segment '{segment}'."))
    }

    pub(crate) fn method(method: &str) -> Self {
        let text = format!("Specified HTTP method is not allowed for the request target: {method}");
        Self(405, "Request_BadRequest", text)
    }

    pub(crate) fn invalid_id(id: &str) -> Self {
        Self(400, "Request_BadRequest", format!("Invalid object identifier '{id}'."))
    }

    pub(crate) fn not_found(id: &str) -> Self {
        let text = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are \
             not present."
        );
        Self(404, "Request_ResourceNotFound", text)
    }

    pub(crate) fn unsupported_query(text: impl Into<String>) -> Self {
        Self(400, "Request_UnsupportedQuery", text.into())
    }

    pub(crate) fn page_size(size: &str, most: u64) -> Self {
        Self::unsupported_query(format!(
            "Invalid page size specified: '{size}'. Must be between 1 and {most} inclusive."
        ))
    }

    pub(crate) fn unsorted() -> Self {
        Self::unsupported_query("Sorting not supported for current query.")
    }

    pub(crate) fn search(search: &str) -> Self {
        Self::bad_request(format!(
            "Syntax error: the search '{search}' is not of the form \"property:value\"."
        ))
    }

    pub(crate) fn search_unsupported() -> Self {
        Self::unsupported_query(
            "Request with $search query parameter only works through MSGraph with a special \
             request header: 'ConsistencyLevel: eventual'",
        )
    }

    pub(crate) fn unknown_property(name: &str, kind: &str) -> Self {
        Self::bad_request(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on \
             type 'microsoft.graph.{kind}'."
        ))
    }

    pub(crate) fn needs_eventual_consistency() -> Self {
        Self::unsupported_query(
            "Request with OData cast requires $count=true and the header ConsistencyLevel: \
             eventual.",
        )
    }

    pub(crate) fn advanced_query() -> Self {
        Self::unsupported_query(
            "Unsupported or invalid query filter clause specified for property. It needs \
             $count=true and the header ConsistencyLevel: eventual.",
        )
    }

    pub(crate) fn filter(text: &str) -> Self {
        Self::bad_request(format!("Invalid filter clause: {text}"))
    }

    /// A path ends in `$count` where the header is missing.
    pub(crate) fn count_unsupported() -> Self {
        Self(400, "Request_BadRequest", "$count is not currently supported.".to_owned())
    }

    /// A report, or an activity, that only tenants with Microsoft Entra ID P1 or P2 have.
    pub(crate) fn not_premium() -> Self {
        let text = "Neither tenant is B2C or tenant doesn't have premium license";
        Self(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", text.to_owned())
    }

    /// Privileged Identity Management, which only tenants with Microsoft Entra ID P2 have.
    pub(crate) fn license_required() -> Self {
        let text = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID \
                    Governance license.";
        Self(400, "AadPremiumLicenseRequired", text.to_owned())
    }

    /// A list that has to be filtered by one of some properties.
    pub(crate) fn missing_filter(names: &str) -> Self {
        let text = format!("The required parameters {names} is missing.");
        Self(400, "MissingParameters", text)
    }

    pub(crate) fn expired_page_token() -> Self {
        let text = "The specified page token value has expired and can no longer be included in \
                    your request.";
        Self(400, "Directory_ExpiredPageToken", text.to_owned())
    }

    pub(crate) fn bad_delta_token() -> Self {
        Self(400, "Request_BadRequest", "Badly formed delta token.".to_owned())
    }

    /// A delta token that cannot be used any more.
    pub(crate) fn gone(code: &'static str) -> Self {
        let text = "The sync state is not found or has expired. A full synchronization is needed.";
        Self(410, code, text.to_owned())
    }

    pub(crate) fn denied() -> Self {
        let text = "Insufficient privileges to complete the operation.";
        Self(403, "Authorization_RequestDenied", text.to_owned())
    }

    pub(crate) fn permission_missing(role: &str) -> Self {
        let text = format!(
            "The principal does not have required Microsoft Graph permission(s): {role} to call \
             this API. For more information about Microsoft Graph permissions, please visit \
             https://learn.microsoft.com/graph/permissions-overview."
        );
        Self(403, "Authentication_MSGraphPermissionMissing", text)
    }

    /// What a tenant without a licence for a service is told.
    pub(crate) fn not_applicable() -> Self {
        Self::bad_request("Request not applicable to target tenant.")
    }

    pub(crate) fn throttled() -> Self {
        Self(429, "TooManyRequests", "Too many requests.".to_owned())
    }

    pub(crate) fn too_many_steps() -> Self {
        let text = "Number of batch request steps exceeds the maximum value of 20.";
        Self(400, "MaximumValueExceeded", text.to_owned())
    }
}

/// The answer for an error.
pub(crate) fn refuse(
    cloud: &Cloud,
    request: &Request,
    Failure(status, code, text): &Failure,
) -> Answer {
    let id = Draw::new(cloud.clock.micros(), "graph", u64::from(*status)).guid();
    let client_id = request.client_request_id.clone().unwrap_or_else(|| id.clone());
    let date = dates::utc(cloud.clock.seconds());
    let body = json!({
        "error": {
            "code": code,
            "message": text,
            "innerError": {
                "date": date.trim_end_matches('Z'),
                "request-id": id,
                "client-request-id": client_id,
            },
        },
    });
    Answer::new(*status, &body).with("client-request-id", client_id)
}

/// The answer for a token that is not accepted. All have one code; the texts differ.
pub(crate) fn unauthorized(cloud: &Cloud, request: &Request, refusal: &Refusal) -> Answer {
    let text = match refusal {
        Refusal::Missing => "Access token is empty.",
        Refusal::Malformed => {
            "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in \
             JWS or JWE Compact Serialization Format."
        }
        Refusal::Forged => "Access token validation failure. Invalid signature.",
        Refusal::Audience(_) => "Access token validation failure. Invalid audience.",
        Refusal::Expired(_) => "Lifetime validation failed, the token is expired.",
    };
    let failure = Failure(401, "InvalidAuthenticationToken", text.to_owned());
    let challenge = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/login.microsoftonline.com/common/oauth2/\
         authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
        cloud.base
    );
    refuse(cloud, request, &failure).with("WWW-Authenticate", challenge)
}
