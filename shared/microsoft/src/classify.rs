//! What an answer means. This is the one place that looks at statuses and error codes.

use std::time::Duration;

use collector::ports::{Because, Failure};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::value::RawValue;
use steps::Service;

use crate::attempts::retry_after;
use crate::broken::Broken;
use crate::problem::Problem;

/// What an answer means for the one who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The body is the document.
    Success,
    /// It may work the next time. If it never does, this is why.
    RetryNow(String),
    /// It is no document. What is none thrice will not become one; this is why.
    NoDocument(String),
    /// There were too many requests. The service says how long to wait at least, or nothing.
    RetryAfter(Option<Duration>),
    /// The token is not accepted. A new one may be; if not, this is why.
    RefreshToken(String),
    /// It will not work: forbidden, gone, not registered, retired, page expired, or failed.
    Final(Failure),
}

/// Says what an answer means.
pub(crate) fn classify(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    service: Service,
) -> Outcome {
    match status {
        StatusCode::NO_CONTENT => {
            Outcome::Final(Failure::NotApplicable("there is no content".to_owned()))
        }
        // These promise more than they hold: a job that is still to be done, a part of a document.
        StatusCode::ACCEPTED | StatusCode::PARTIAL_CONTENT => {
            Outcome::RetryNow(format!("{status} is not a whole answer"))
        }
        status if status.is_success() && is_document(body) => Outcome::Success,
        // A gateway's page, or a body that was cut off where its length could not tell.
        status if status.is_success() => Outcome::NoDocument("the answer is not JSON".to_owned()),
        status if status.is_redirection() => Outcome::Final(Failure::Failed(
            "the answer is a redirect; it was not followed".to_owned(),
        )),
        StatusCode::TOO_MANY_REQUESTS => Outcome::RetryAfter(retry_after(headers)),
        StatusCode::SERVICE_UNAVAILABLE if retry_after(headers).is_some() => {
            Outcome::RetryAfter(retry_after(headers))
        }
        status => refused(&Problem::read(status, body), service),
    }
}

/// Says what it means that there is no answer.
pub(crate) fn classify_broken(broken: &Broken) -> Outcome {
    match broken {
        Broken::Interrupted(reason) => Outcome::RetryNow(format!("no answer: {reason}")),
        Broken::TooLarge { .. } => Outcome::Final(Failure::Failed(broken.to_string())),
        // It is to be asked for when the others were taken.
        Broken::Crowded => Outcome::Final(Failure::Throttled {
            wait: Duration::from_secs(1),
            because: Because::Turn,
        }),
    }
}

fn is_document(body: &[u8]) -> bool {
    let json: Result<&RawValue, _> = serde_json::from_slice(body);
    json.is_ok_and(|json| json.get().starts_with(['{', '[']))
}

/// What an error of Microsoft's means for a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Meaning {
    Forbidden,
    Gone,
    NotApplicable,
    NotRegistered,
    Retired,
    PageExpired,
    UnknownIdentity,
}

/// Codes that say more than the status they come with.
pub(crate) struct Known {
    pub(crate) codes: &'static [&'static str],
    pub(crate) meaning: Meaning,
    /// What Microsoft says with them.
    pub(crate) doc: &'static str,
}

/// Words of a message that say more than the code they come with.
pub(crate) struct Phrase {
    /// The only status that they come with.
    pub(crate) status: StatusCode,
    pub(crate) words: &'static [&'static str],
    pub(crate) meaning: Meaning,
    /// What Microsoft says with them.
    pub(crate) doc: &'static str,
}

pub(crate) const CODES: &[Known] = &[
    Known {
        codes: &[
            "AadPremiumLicenseRequired",
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        ],
        meaning: Meaning::Forbidden,
        doc: "The tenant lacks a licence, such as Microsoft Entra ID P1 or P2.",
    },
    Known {
        codes: &["InvalidAuthenticationTokenTenant"],
        meaning: Meaning::Forbidden,
        doc: "The subscription or the vault belongs to another tenant.",
    },
    Known {
        codes: &["FeatureNotSupportedForAccount", "ResourceTypeNotSupported"],
        meaning: Meaning::NotApplicable,
        doc: "This account or resource has no such part.",
    },
    Known {
        codes: &[
            "DisallowedOperation",
            "DisallowedProvider",
            "MissingSubscriptionRegistration",
            "SubscriptionNotRegistered",
        ],
        meaning: Meaning::NotRegistered,
        doc: "The subscription does not use the resource provider, or is of a kind that cannot.",
    },
    Known {
        codes: &[
            "InvalidApiVersionParameter",
            "InvalidResourceNamespace",
            "InvalidResourceType",
            "NoRegisteredProviderFound",
        ],
        meaning: Meaning::Retired,
        doc: "The resource provider does not know the type, or does not know this version of it.",
    },
    Known {
        codes: &["Directory_ExpiredPageToken", "resyncRequired", "syncStateNotFound"],
        meaning: Meaning::PageExpired,
        doc: "The link to the next page, or to the changes, is too old.",
    },
    Known {
        codes: &["Authorization_IdentityDisabled", "Authorization_IdentityNotFound"],
        meaning: Meaning::UnknownIdentity,
        doc: "The application has a token, and no place in the directory.",
    },
];

pub(crate) const PHRASES: &[Phrase] = &[
    Phrase {
        status: StatusCode::BAD_REQUEST,
        words: &["skip token", "page token", "continuation token"],
        meaning: Meaning::PageExpired,
        doc: "The link to the next page is too old.",
    },
    Phrase {
        status: StatusCode::BAD_REQUEST,
        words: &["Resource not found for the segment"],
        meaning: Meaning::Retired,
        doc: "Microsoft Graph does not know the list any more.",
    },
    Phrase {
        status: StatusCode::BAD_REQUEST,
        words: &["Request not applicable to target tenant"],
        meaning: Meaning::Forbidden,
        doc: "The tenant lacks a licence, such as one of Microsoft Intune.",
    },
    // Intune puts the error of the service behind it into the message.
    Phrase {
        status: StatusCode::UNAUTHORIZED,
        words: &[r#""ErrorCode":"Forbidden""#],
        meaning: Meaning::Forbidden,
        doc: "A service behind Microsoft Intune refuses the application.",
    },
    Phrase {
        status: StatusCode::UNAUTHORIZED,
        words: &["AKV10032"],
        meaning: Meaning::Forbidden,
        doc: "The vault belongs to another tenant.",
    },
];

fn refused(problem: &Problem, service: Service) -> Outcome {
    let by_code = CODES.iter().find(|it| it.codes.contains(&&*problem.code)).map(|it| it.meaning);
    let by_words = || {
        let is_said = |words: &&str| problem.says(words);
        let says = |it: &&Phrase| it.status == problem.status && it.words.iter().any(is_said);
        PHRASES.iter().find(says).map(|it| it.meaning)
    };
    let text = problem.to_string();
    let meaning = match (by_code.or_else(by_words), problem.status) {
        (Some(meaning), _) => meaning,
        (None, StatusCode::UNAUTHORIZED) => return Outcome::RefreshToken(text),
        (None, StatusCode::FORBIDDEN) => Meaning::Forbidden,
        // A gateway that has lost the service says so in HTML.
        (None, StatusCode::NOT_FOUND) if !problem.is_of_service => return Outcome::RetryNow(text),
        (None, StatusCode::NOT_FOUND) => Meaning::Gone,
        (None, StatusCode::GONE) => Meaning::Retired,
        (None, StatusCode::REQUEST_TIMEOUT) => return Outcome::RetryNow(text),
        (None, status) if status.is_server_error() => return Outcome::RetryNow(text),
        (None, status) if problem.code.is_empty() => return failed(text, status, false),
        (None, status) => return failed(text, status, true),
    };
    Outcome::Final(match meaning {
        Meaning::Forbidden => Failure::Forbidden(with_hint(text, problem, service)),
        Meaning::Gone => Failure::Gone(text),
        Meaning::NotApplicable => Failure::NotApplicable(text),
        Meaning::NotRegistered => Failure::NotRegistered(text),
        Meaning::Retired => Failure::Retired(text),
        Meaning::PageExpired => Failure::PageExpired(text),
        Meaning::UnknownIdentity => Failure::Authentication(format!(
            "The application has no place in this directory. Grant admin consent to its application \
             permissions there, and enable it under Enterprise applications. (Microsoft said: {text})"
        )),
    })
}

fn failed(text: String, status: StatusCode, has_code: bool) -> Outcome {
    let text = if has_code { format!("{} {text}", status.as_u16()) } else { text };
    Outcome::Final(Failure::Failed(text))
}

/// Microsoft Graph says of a missing permission neither which one nor that it is of the wrong kind.
fn with_hint(text: String, problem: &Problem, service: Service) -> String {
    let lacks_permission = service == Service::Graph
        && (problem.code == "Authorization_RequestDenied" || problem.says("scopes are missing"));
    if lacks_permission {
        return format!(
            "{text} The application lacks an application permission for this, with admin consent; a \
             delegated permission has no effect."
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, headers: &[(&'static str, &str)], body: &str) -> Outcome {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let status = StatusCode::from_u16(status).unwrap();
        classify(status, &headers.collect(), body.as_bytes(), Service::Graph)
    }

    /// The kind of an outcome, for a table.
    fn kind(outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Success => "success",
            Outcome::RetryNow(_) => "retry now",
            Outcome::NoDocument(_) => "no document",
            Outcome::RetryAfter(_) => "retry after",
            Outcome::RefreshToken(_) => "refresh token",
            Outcome::Final(Failure::Throttled { .. }) => "throttled",
            Outcome::Final(Failure::Forbidden(_)) => "forbidden",
            Outcome::Final(Failure::Gone(_)) => "gone",
            Outcome::Final(Failure::NotApplicable(_)) => "not applicable",
            Outcome::Final(Failure::NotRegistered(_)) => "not registered",
            Outcome::Final(Failure::Retired(_)) => "retired",
            Outcome::Final(Failure::PageExpired(_)) => "page expired",
            Outcome::Final(Failure::Authentication(_)) => "authentication",
            Outcome::Final(Failure::Unreadable(_) | Failure::Failed(_)) => "failed",
        }
    }

    /// Bodies as the services send them, with identifiers shortened.
    #[rustfmt::skip]
    const ANSWERS: &[(u16, &str, &str)] = &[
        (200, r#"{"value":[]}"#, "success"),
        (200, " [1]\n", "success"),
        (203, r#"{"value":[]}"#, "success"),
        (204, "", "not applicable"),
        (202, r#"{"value":[]}"#, "retry now"),
        (206, r#"{"value":[]}"#, "retry now"),
        // A body that is none.
        (200, "", "no document"),
        (200, "<html><body>Sign in</body></html>", "no document"),
        (200, r#"{"value":[{"id":"1"},{"id""#, "no document"),
        (200, r#""PGh0bWw+""#, "no document"),
        (302, "", "failed"),
        // Too much, or not now.
        (429, "", "retry after"),
        (429, r#"{"error":{"code":"TooManyRequests","message":"The request is being throttled as the limit has been reached for operation type - Read_ObservationWindow_00:05:00. For more information, see - https://aka.ms/srpthrottlinglimits"}}"#, "retry after"),
        (429, r#"{"error":{"code":"SubscriptionRequestsThrottled","message":"Number of 'read' requests for subscription '1' actor '2' exceeded."}}"#, "retry after"),
        (408, "", "retry now"),
        (500, r#"{"error":{"code":"InternalServerError","message":"Internal server error."}}"#, "retry now"),
        (502, "<html><head><title>502 Bad Gateway</title></head></html>", "retry now"),
        (503, r#"{"error":{"code":"ServiceUnavailable","message":"Service unavailable."}}"#, "retry now"),
        (504, r#"{"error":{"code":"GatewayTimeout","message":"The gateway did not receive a response from 'Microsoft.Web' within the specified time period."}}"#, "retry now"),
        (404, "<html><body>Our services aren't available right now</body></html>", "retry now"),
        // The token.
        (401, r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired.","innerError":{"date":"2026-11-21T21:00:00","request-id":"1"}}}"#, "refresh token"),
        (401, r#"{"error":{"code":"InvalidAuthenticationToken","message":"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"}}"#, "refresh token"),
        (401, r#"{"error":{"code":"ExpiredAuthenticationToken","message":"The access token expiry UTC time '11/21/2026 9:00:00 PM' is earlier than current UTC time '11/21/2026 9:30:00 PM'."}}"#, "refresh token"),
        (401, r#"{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}"#, "refresh token"),
        (401, r#"{"error":{"code":"InvalidAuthenticationTokenTenant","message":"The access token is from the wrong issuer 'https://sts.windows.net/1/'. It must match the tenant 'https://sts.windows.net/2/' associated with this subscription."}}"#, "forbidden"),
        (401, r#"{"error":{"code":"Unauthorized","message":"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/1/, found https://sts.windows.net/2/."}}"#, "forbidden"),
        (401, r#"{"error":{"code":"Authorization_IdentityNotFound","message":"The identity of the calling application could not be established."}}"#, "authentication"),
        (401, r#"{"error":{"code":"UnknownError","message":"{\"ErrorCode\":\"Forbidden\",\"Message\":\"{\\r\\n  x}\",\"Target\":null}"}}"#, "forbidden"),
        // Not allowed.
        (403, r#"{"error":{"code":"AuthorizationFailed","message":"The client '1' with object id '2' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/read' over scope '/subscriptions/3' or the scope is invalid. If access was recently granted, please refresh your credentials."}}"#, "forbidden"),
        (403, r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation.","innerError":{"request-id":"1"}}}"#, "forbidden"),
        (403, r#"{"error":{"code":"AccessDenied","message":"You cannot perform the requested operation, required scopes are missing in the token."}}"#, "forbidden"),
        (403, r#"{"error":{"code":"Forbidden","message":"Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.","innererror":{"code":"ForbiddenByRbac"}}}"#, "forbidden"),
        (403, r#"{"error":{"code":"Authentication_RequestFromNonPremiumTenantOrB2CTenant","message":"Neither tenant is B2C or tenant doesn't have premium license"}}"#, "forbidden"),
        (400, r#"{"error":{"code":"AadPremiumLicenseRequired","message":"The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."}}"#, "forbidden"),
        (400, r#"{"error":{"code":"BadRequest","message":"Request not applicable to target tenant."}}"#, "forbidden"),
        (403, "", "forbidden"),
        // Not there.
        (404, r#"{"error":{"code":"ResourceNotFound","message":"The Resource 'Microsoft.Network/virtualNetworks/a' under resource group 'b' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"}}"#, "gone"),
        (404, r#"{"error":{"code":"Request_ResourceNotFound","message":"Resource '1' does not exist or one of its queried reference-property objects are not present."}}"#, "gone"),
        (404, r#"{"error":{"code":"SubscriptionNotFound","message":"The subscription '1' could not be found."}}"#, "gone"),
        (404, r#"{"error":{"code":"SecretNotFound","message":"A secret with (name/id) a was not found in this key vault."}}"#, "gone"),
        (404, "", "gone"),
        (400, r#"{"error":{"code":"FeatureNotSupportedForAccount","message":"Queue is not supported for the account."}}"#, "not applicable"),
        (400, r#"{"code":"ResourceTypeNotSupported","message":"The resource type 'microsoft.network/x' does not support diagnostic settings."}"#, "not applicable"),
        // Not used.
        (409, r#"{"error":{"code":"MissingSubscriptionRegistration","message":"The subscription is not registered to use namespace 'Microsoft.Batch'. See https://aka.ms/rps-not-found for how to register subscriptions."}}"#, "not registered"),
        (404, r#"{"error":{"code":"SubscriptionNotRegistered","message":"The subscription '1' is not registered to 'Microsoft.ApiManagement'."}}"#, "not registered"),
        (400, r#"{"error":{"code":"DisallowedOperation","message":"The current subscription type is not permitted to perform operations on any provider namespace. Please use a different subscription."}}"#, "not registered"),
        (400, r#"{"error":{"code":"DisallowedProvider","message":"The operation is not permitted for namespace 'Microsoft.Security'. List of permitted provider namespaces is 'Microsoft.Authorization,Microsoft.Billing'."}}"#, "not registered"),
        // Not offered.
        (404, r#"{"error":{"code":"InvalidResourceType","message":"The resource type could not be found in the namespace 'Microsoft.Authorization' for api version '2015-06-01'."}}"#, "retired"),
        (404, r#"{"error":{"code":"InvalidResourceNamespace","message":"The resource namespace 'Microsoft.DBforMariaDB' is invalid."}}"#, "retired"),
        (400, r#"{"error":{"code":"NoRegisteredProviderFound","message":"No registered resource provider found for location 'westeurope' and API version '2017-12-01' for type 'servers'."}}"#, "retired"),
        (400, r#"{"error":{"code":"InvalidApiVersionParameter","message":"The api-version '2014-04-01' is invalid. The supported versions are '2024-11-01'."}}"#, "retired"),
        (400, r#"{"error":{"code":"BadRequest","message":"Resource not found for the segment 'deviceStatuses'."}}"#, "retired"),
        (410, r#"{"error":{"code":"Gone","message":"The API has been retired."}}"#, "retired"),
        // Too late for the next page.
        (400, r#"{"error":{"code":"Directory_ExpiredPageToken","message":"The specified page token value has expired and can not be included in your request."}}"#, "page expired"),
        (400, r#"{"error":{"code":"BadRequest","message":"The $skipToken parameter is invalid."}}"#, "page expired"),
        (400, r#"{"error":{"code":"InvalidContinuationToken","message":"The continuation token is not valid."}}"#, "page expired"),
        (410, r#"{"error":{"code":"syncStateNotFound","message":"The sync state generation is not found; full sync required."}}"#, "page expired"),
        // Anything else.
        (400, r#"{"error":{"code":"Request_UnsupportedQuery","message":"The specified filter to the reference property query is currently not supported."}}"#, "failed"),
        (400, r#"{"error":{"code":"MissingApiVersionParameter","message":"The api-version query parameter (?api-version=) is required for all requests."}}"#, "failed"),
        (405, r#"{"error":{"code":"Request_BadRequest","message":"Specified HTTP method is not allowed for the request target."}}"#, "failed"),
        (409, r#"{"error":{"code":"Conflict","message":"x"}}"#, "failed"),
        (418, "<html>", "failed"),
    ];

    #[test]
    fn answers_mean_what_their_services_mean() {
        for (status, body, expected) in ANSWERS {
            let outcome = outcome(*status, &[], body);
            assert_eq!(kind(&outcome), *expected, "{status} {body}: {outcome:?}");
        }
    }

    #[test]
    fn a_wait_is_what_the_service_says_or_nothing() {
        let wait = |status, header| outcome(status, &[("retry-after", header)], "");
        let seconds = |seconds| Outcome::RetryAfter(Some(Duration::from_secs(seconds)));
        assert_eq!(wait(429, "17"), seconds(17));
        assert_eq!(wait(503, "120"), seconds(120));
        assert_eq!(outcome(429, &[], ""), Outcome::RetryAfter(None));
        assert_eq!(wait(429, "soon"), Outcome::RetryAfter(None));
        assert_eq!(kind(&wait(503, "soon")), "retry now");
        assert_eq!(kind(&wait(500, "17")), "retry now");
    }

    #[test]
    fn texts_say_what_the_service_said() {
        let text = |status, body| match outcome(status, &[], body) {
            Outcome::Final(failure) => failure.to_string(),
            Outcome::RetryNow(text) | Outcome::RefreshToken(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(500, ""), "500 Internal Server Error");
        assert_eq!(text(418, "<html>"), "failed: 418 I'm a teapot");
        assert_eq!(
            text(400, r#"{"error":{"code":"Request_UnsupportedQuery","message":"No."}}"#),
            "failed: 400 Request_UnsupportedQuery: No."
        );
        assert_eq!(
            text(
                403,
                r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}"#
            ),
            "forbidden: Authorization_RequestDenied: Insufficient privileges to complete the operation. \
             The application lacks an application permission for this, with admin consent; a delegated \
             permission has no effect."
        );
        assert_eq!(text(401, "{}"), "401 Unauthorized");
    }

    #[test]
    fn what_breaks_on_the_way_is_tried_again_unless_it_is_too_large() {
        let interrupted = classify_broken(&Broken::Interrupted("reset".to_owned()));
        assert_eq!(interrupted, Outcome::RetryNow("no answer: reset".to_owned()));
        let too_large = Broken::TooLarge { largest: 1 };
        assert_eq!(kind(&classify_broken(&too_large)), "failed");
        assert_eq!(kind(&classify_broken(&Broken::Crowded)), "throttled");
    }
}
