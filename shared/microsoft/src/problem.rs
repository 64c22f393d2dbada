//! What a service says is wrong.

use std::fmt;

use reqwest::StatusCode;
use serde_json::Value;

/// An error as Microsoft's services write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Such as `AuthorizationFailed`; empty if there is none.
    pub(crate) code: String,
    /// A more exact code, which vaults give.
    inner: String,
    /// The first line of the message: what follows are identifiers that differ from time to time.
    pub(crate) message: String,
    /// Whether the body has the form of an error, or is at least empty. Other bodies are those of
    /// proxies and gateways.
    pub(crate) is_of_service: bool,
}

/// How much of a message is kept, in characters.
const LONGEST: usize = 400;

impl Problem {
    pub(crate) fn read(status: StatusCode, body: &[u8]) -> Self {
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        // Azure Resource Manager and Graph wrap the error, some resource providers do not, and old
        // ones begin its names with a capital.
        let error = json.get("error").filter(|it| it.is_object()).unwrap_or(&json);
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| error.get(name));
            found.and_then(Value::as_str).unwrap_or_default()
        };
        let inner = error.get("innererror").and_then(|it| it.get("code")).and_then(Value::as_str);
        let message = text(["message", "Message"]).trim_start_matches('\u{feff}');
        let message = message.trim().lines().next().unwrap_or_default();
        Self {
            status,
            code: bounded(text(["code", "Code"])),
            inner: bounded(inner.unwrap_or_default()),
            message: bounded(message),
            is_of_service: error.is_object() || body.trim_ascii().is_empty(),
        }
    }

    /// Whether the message has these words, whatever their case and the blanks in between.
    pub(crate) fn says(&self, words: &str) -> bool {
        let squeeze = |text: &str| text.to_ascii_lowercase().replace([' ', '$', '_'], "");
        squeeze(&self.message).contains(&squeeze(words))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.inner.as_str()) {
            ("", _) => write!(f, "{}", self.status)?,
            (code, "") => f.write_str(code)?,
            (code, inner) if code == inner => f.write_str(code)?,
            (code, inner) => write!(f, "{code} ({inner})")?,
        }
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

fn bounded(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> String {
        Problem::read(StatusCode::FORBIDDEN, body.as_bytes()).to_string()
    }

    #[test]
    fn errors_have_several_forms() {
        for (body, text) in [
            (
                r#"{"error":{"code":"AuthorizationFailed","message":"The client does not have authorization."}}"#,
                "AuthorizationFailed: The client does not have authorization.",
            ),
            (
                r#"{"code":"SubscriptionNotRegistered","message":"x"}"#,
                "SubscriptionNotRegistered: x",
            ),
            (r#"{"Code":"NotFound","Message":"x"}"#, "NotFound: x"),
            (
                r#"{"error":{"code":"Forbidden","message":"Caller is not authorized.\r\nIf role assignments were changed, wait.\r\nAppId: 1","innererror":{"code":"ForbiddenByRbac"}}}"#,
                "Forbidden (ForbiddenByRbac): Caller is not authorized.",
            ),
            (
                r#"{"error":{"code":"","message":"You do not have the required permissions.","innerError":{"date":"2025-02-13","request-id":"1"}}}"#,
                "403 Forbidden: You do not have the required permissions.",
            ),
            (r#"{"message":"x"}"#, "403 Forbidden: x"),
            (r#"{"error":"access_denied"}"#, "403 Forbidden"),
            (r#"{"error":{"code":7,"message":[]}}"#, "403 Forbidden"),
            ("[]", "403 Forbidden"),
            ("<html>", "403 Forbidden"),
            ("", "403 Forbidden"),
        ] {
            assert_eq!(read(body), text);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let long = format!(r#"{{"code":"X","message":"{}"}}"#, "ä".repeat(9999));
        assert_eq!(read(&long).chars().count(), LONGEST + 3);
        assert_eq!(read(r#"{"code":"X\u0007","message":"a\u001bb"}"#), "X: ab");
    }

    #[test]
    fn pages_of_proxies_are_told_from_errors() {
        let is_of_service =
            |body: &str| Problem::read(StatusCode::NOT_FOUND, body.as_bytes()).is_of_service;
        assert!(is_of_service("") && is_of_service("{}") && is_of_service("\r\n"));
        assert!(!is_of_service("<html></html>") && !is_of_service("not found"));
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        let problem =
            Problem::read(StatusCode::BAD_REQUEST, br#"{"message":"Invalid $skip Token."}"#);
        assert!(
            problem.says("skiptoken") && problem.says("Skip_Token") && !problem.says("page token")
        );
    }
}
