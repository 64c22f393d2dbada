//! Errors of Azure Resource Manager.

use serde_json::json;

use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::token::Refusal;
use crate::world::dates::american;
use crate::world::names::REGIONS;

/// An error: the HTTP status, the code, the text, and where given the value of `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure(u16, &'static str, String, Option<u64>);

impl Failure {
    fn new(status: u16, code: &'static str, text: impl Into<String>) -> Self {
        Self(status, code, text.into(), None)
    }

    pub(crate) fn method(method: &str) -> Self {
        Self::new(405, "MethodNotAllowed", format!("The HTTP method '{method}' is not supported."))
    }

    /// An account of Cosmos DB does not speak an API. Neither the code nor the text is documented:
    /// they are what users of Azure quote, such as hashicorp/terraform-provider-azurerm#18371.
    pub(crate) fn api_not_supported(api: &str) -> Self {
        let text = format!("Requests for API {api} are not supported for this account.");
        Self::new(405, "MethodNotAllowed", text)
    }

    /// A storage account has no such service. Quoted in the same way, such as in
    /// turbot/steampipe-plugin-azure#474.
    pub(crate) fn service_not_supported(service: &str) -> Self {
        let text = format!("{service} is not supported for the account.");
        Self::new(400, "FeatureNotSupportedForAccount", text)
    }

    /// More queries of Azure Resource Graph than a caller may send.
    pub(crate) fn index_throttled(wait: u64) -> Self {
        let text = "Client application has been throttled and should not attempt to repeat the \
                    request until an amount of time has elapsed.";
        Self(429, "RateLimiting", text.to_owned(), Some(wait))
    }

    pub(crate) fn bad_query(text: &str) -> Self {
        Self::new(
            400,
            "BadRequest",
            format!("Please provide below info when asking for support: {text}"),
        )
    }

    pub(crate) fn missing_version() -> Self {
        let text = "The api-version query parameter (?api-version=) is required for all requests.";
        Self::new(400, "MissingApiVersionParameter", text)
    }

    pub(crate) fn malformed_subscription(id: &str) -> Self {
        let text = format!("The provided subscription identifier '{id}' is malformed or invalid.");
        Self::new(400, "InvalidSubscriptionId", text)
    }

    pub(crate) fn subscription_not_found(id: &str) -> Self {
        Self::new(
            404,
            "SubscriptionNotFound",
            format!("The subscription '{id}' could not be found."),
        )
    }

    pub(crate) fn group_not_found(name: &str) -> Self {
        let text = format!("Resource group '{name}' could not be found.");
        Self::new(404, "ResourceGroupNotFound", text)
    }

    pub(crate) fn resource_not_found(kind: &str, name: &str, group: &str) -> Self {
        let text = format!(
            "The Resource '{kind}/{name}' under resource group '{group}' was not found. For more \
             details please go to https://aka.ms/ARMResourceNotFoundFix"
        );
        Self::new(404, "ResourceNotFound", text)
    }

    pub(crate) fn unknown_namespace(namespace: &str) -> Self {
        let text = format!("The resource namespace '{namespace}' is invalid.");
        Self::new(404, "InvalidResourceNamespace", text)
    }

    pub(crate) fn unknown_type(namespace: &str, kind: &str, version: &str) -> Self {
        let text = format!(
            "The resource type '{kind}' could not be found in the namespace '{namespace}' for api \
             version '{version}'."
        );
        Self::new(404, "InvalidResourceType", text)
    }

    /// The type is known, but not by this version: of a list.
    pub(crate) fn unknown_version(
        namespace: &str,
        kind: &str,
        version: &str,
        known: &[String],
    ) -> Self {
        let Self(status, code, text, wait) = Self::unknown_type(namespace, kind, version);
        let known = known.join(",");
        Self(status, code, format!("{text} The supported api-versions are '{known}'."), wait)
    }

    /// The same of a resource that lies somewhere.
    pub(crate) fn no_provider(kind: &str, version: &str, known: &[String]) -> Self {
        let (location, known, all) = (REGIONS[0], known.join(", "), REGIONS.join(", "));
        let text = format!(
            "No registered resource provider found for location '{location}' and API version \
             '{version}' for type '{kind}'. The supported api-versions are '{known}'. The \
             supported locations are '{all}'."
        );
        Self::new(400, "NoRegisteredProviderFound", text)
    }

    /// The same of what belongs to Azure Resource Manager itself.
    pub(crate) fn invalid_version(version: &str, known: &[String]) -> Self {
        let known = known.join(",");
        let text = format!(
            "The api-version '{version}' is invalid. The supported versions are '{known}'."
        );
        Self::new(400, "InvalidApiVersionParameter", text)
    }

    pub(crate) fn unknown_path() -> Self {
        let text = "The request did not have a subscription or a valid tenant level resource \
                    provider.";
        Self::new(404, "MissingSubscription", text)
    }

    /// The scope of an extension is of a type that does not have it.
    pub(crate) fn not_extensible(scope: &str, kind: &str) -> Self {
        let scope = scope.to_lowercase();
        let text = format!("The resource type '{scope}' does not support '{kind}'.");
        Self::new(400, "ResourceTypeNotSupported", text)
    }

    pub(crate) fn unsupported_filter(filter: &str) -> Self {
        Self::new(400, "UnsupportedQuery", format!("The filter '{filter}' is not supported."))
    }

    pub(crate) fn invalid_top(top: &str) -> Self {
        Self::new(400, "BadRequest", format!("The value '{top}' of $top is invalid."))
    }

    pub(crate) fn recursion_without_children() -> Self {
        let text = "The $recurse parameter needs $expand=children.";
        Self::new(400, "BadRequest", text)
    }

    pub(crate) fn invalid_skip_token() -> Self {
        Self::new(400, "InvalidSkipToken", "The provided skip token is invalid or has expired.")
    }

    pub(crate) fn authorization_failed(object: &str, action: &str, scope: &str) -> Self {
        let text = format!(
            "The client '{object}' with object id '{object}' does not have authorization to \
             perform action '{action}' over scope '{scope}' or the scope is invalid. If access was \
             recently granted, please refresh your credentials."
        );
        Self::new(403, "AuthorizationFailed", text)
    }

    pub(crate) fn throttled(subscription: Option<&str>, object: &str, wait: u64) -> Self {
        let tail = "Refer to https://aka.ms/arm-throttling for additional information.";
        let (code, whose) = subscription.map_or_else(
            || ("TenantRequestsThrottled", "tenant".to_owned()),
            |id| ("SubscriptionRequestsThrottled", format!("subscription '{id}'")),
        );
        let text = format!(
            "Number of 'read' requests for {whose} actor '{object}' exceeded. Please try again \
             after '{wait}' seconds after additional tokens are available. {tail}"
        );
        Self::new(429, code, text)
    }

    /// A provider has answered as many lists as it does in a period of some seconds. It asks for 17
    /// seconds of patience, as the storage provider does, however long it will really take.
    pub(crate) fn provider_throttled(seconds: u32) -> Self {
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let text = format!(
            "The request is being throttled as the limit has been reached for operation type - \
             List_ObservationWindow_{hours:02}:{minutes:02}:{seconds:02}. For more information, \
             see - https://aka.ms/srpthrottlinglimits"
        );
        Self(429, "TooManyRequests", text, Some(17))
    }

    #[cfg(test)]
    pub(crate) const fn code(&self) -> &'static str {
        self.1
    }
}

/// The answer for an error.
pub(crate) fn refuse(Failure(status, code, text, wait): &Failure) -> Answer {
    let answer = Answer::new(*status, &json!({ "error": { "code": code, "message": text } }));
    match wait {
        Some(seconds) => answer.with("Retry-After", seconds.to_string()),
        None => answer.with("x-ms-failure-cause", "gateway"),
    }
}

/// The answer for a token that is not accepted.
pub(crate) fn unauthorized(cloud: &Cloud, refusal: &Refusal) -> Answer {
    let failure = match refusal {
        Refusal::Missing => Failure::new(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ),
        Refusal::Malformed | Refusal::Forged => {
            Failure::new(401, "InvalidAuthenticationToken", "The access token is invalid.")
        }
        Refusal::Audience(audience) => Failure::new(
            401,
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{audience}'. \
                 It should exactly match with one of the allowed audiences \
                 'https://management.core.windows.net/','https://management.core.windows.net',\
                 'https://management.azure.com/','https://management.azure.com'."
            ),
        ),
        Refusal::Expired(time) => Failure::new(
            401,
            "ExpiredAuthenticationToken",
            format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                american(*time),
                american(cloud.clock.seconds())
            ),
        ),
    };
    let challenge = format!(
        "Bearer authorization_uri=\"{}/login.microsoftonline.com/{}\", error=\"invalid_token\", \
         error_description=\"{}\"",
        cloud.base,
        cloud.tenant.id(),
        failure.1
    );
    refuse(&failure).with("WWW-Authenticate", challenge)
}
