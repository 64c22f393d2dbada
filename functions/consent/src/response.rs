//! What a browser is answered.

use std::sync::LazyLock;

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use collector::consent::Refusal;
use sha2::{Digest as _, Sha256};
use time::Duration;

/// The style sheet of every page. The contrast of each text with its ground is 7 to 1 or more.
pub(crate) const STYLE: &str = "\
body{margin:0;color:#1b1b1b;background:#fff;font:1.125rem/1.6 system-ui,sans-serif}\
main{max-width:40rem;margin:0 auto;padding:2rem 1.5rem 4rem}\
h1{font-size:1.75rem;line-height:1.25;margin:0 0 1rem}\
h2{font-size:1.25rem;margin:2rem 0 .5rem}\
dt{font-weight:600}\
dd{margin:0 0 .5rem}\
code,dd{overflow-wrap:anywhere}\
li{margin:.25rem 0}\
a{color:#0b4a8f}\
a.go{display:inline-block;margin:1.5rem 0 .5rem;padding:.75rem 1.5rem;border-radius:.25rem;color:#fff;\
background:#0b4a8f;font-weight:600;text-decoration:none}\
a:focus-visible{outline:3px solid #1b1b1b;outline-offset:3px}";

/// A page, and what goes with it.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The value of `Set-Cookie`.
    pub(crate) cookie: Option<String>,
    /// Whether the method was the matter.
    pub(crate) is_of_method: bool,
}

/// A browser loads nothing for a page, runs nothing in it, and shows it in no frame. The one style
/// sheet that is in the page is allowed by its hash.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

impl Page {
    pub(crate) fn response(self, is_head: bool) -> LambdaFunctionUrlResponse {
        let mut headers = vec![
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("content-security-policy", &POLICY),
            // The address holds what Microsoft sends back, and is nobody else's business.
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ];
        if self.is_of_method {
            headers.push(("allow", "GET"));
        }
        let mut response = LambdaFunctionUrlResponse::default();
        response.status_code = self.status.into();
        for (name, value) in headers {
            if let Ok(value) = value.parse() {
                response.headers.insert(name, value);
            }
        }
        response.body = Some(self.body).filter(|_| !is_head);
        response.cookies = self.cookie.into_iter().collect();
        response
    }
}

/// The cookie that says which browser began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookie {
    is_secure: bool,
}

impl Cookie {
    /// The cookie of a site with this address.
    pub(crate) fn of(address: &str) -> Self {
        Self { is_secure: address.starts_with("https:") }
    }

    /// With the prefix no other host of the domain can set it, and no page without TLS. Browsers do
    /// not take it from this machine, where there is no TLS.
    const fn name(self) -> &'static str {
        if self.is_secure { "__Host-tenantgraph-consent" } else { "tenantgraph-consent" }
    }

    /// The token in the cookie, if one came that was set here.
    pub(crate) fn read(self, cookies: &[String]) -> Option<String> {
        let values = cookies.iter().filter_map(|it| it.trim().split_once('='));
        let mut values = values.filter(|(name, _)| *name == self.name()).map(|(_, value)| value);
        let is_token = |it: &&str| it.len() == 32 && it.bytes().all(|it| it.is_ascii_hexdigit());
        // Two of a name mean that somebody else set one.
        values.next().filter(is_token).filter(|_| values.next().is_none()).map(str::to_owned)
    }

    /// The header that keeps a token for a while. `Lax` lets it come with a link that leads here
    /// from elsewhere, and nothing else that comes from elsewhere.
    pub(crate) fn set(self, token: &str, lifetime: Duration) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let seconds = lifetime.whole_seconds();
        let name = self.name();
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

/// The status of a page that refuses.
pub(crate) const fn status(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::InstanceUnknown | Refusal::InstanceGone => 404,
        Refusal::SecretNotStored
        | Refusal::NoApplication
        | Refusal::TenantByName
        | Refusal::CloudUnknown
        | Refusal::Replayed
        | Refusal::TenantTaken
        | Refusal::NotGranted { .. } => 409,
        Refusal::StateMissing
        | Refusal::StateGarbled
        | Refusal::StateForged
        | Refusal::StateExpired
        | Refusal::AnswerMissing
        | Refusal::AnswerOther
        | Refusal::TenantMissing
        | Refusal::TenantMalformed
        | Refusal::TenantAny => 400,
        Refusal::BrowserUnknown
        | Refusal::BrowserOther
        | Refusal::Declined
        | Refusal::NotAdministrator
        | Refusal::PersonalAccount
        | Refusal::NotOfTenant
        | Refusal::Policy
        | Refusal::TenantOther
        | Refusal::Misregistered(_)
        | Refusal::Other(_) => 403,
        Refusal::MicrosoftFails => 502,
        Refusal::Failed(_) => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn the_cookie_is_of_one_host_and_of_tls_but_on_this_machine() {
        let (host, local) = (Cookie::of("https://a.example"), Cookie::of("http://localhost:1"));
        assert_eq!(
            host.set(TOKEN, Duration::minutes(10)),
            format!(
                "__Host-tenantgraph-consent={TOKEN}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
            )
        );
        assert_eq!(
            local.set(TOKEN, Duration::minutes(10)),
            format!("tenantgraph-consent={TOKEN}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax")
        );
    }

    #[test]
    fn only_what_was_set_here_is_read() {
        let cookie = Cookie::of("https://a.example");
        let named = |value: &str| format!("__Host-tenantgraph-consent={value}");
        let read = |cookies: &[&str]| {
            cookie.read(&cookies.iter().map(|&it| it.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(read(&["a=b", &named(TOKEN)]).as_deref(), Some(TOKEN));
        assert_eq!(read(&[&format!("tenantgraph-consent={TOKEN}")]), None);
        assert_eq!(read(&[&named("x")]), None);
        assert_eq!(read(&[&named(&"!".repeat(32))]), None);
        assert_eq!(read(&[&named(TOKEN), &named(&TOKEN.replace('0', "f"))]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn nothing_runs_in_a_page_and_only_the_style_sheet_is_loaded() {
        let page = Page { status: 200, body: "x".to_owned(), ..Page::default() };
        let response = page.response(false);
        let policy = response.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(response.headers["cache-control"], "no-store");
        assert_eq!(response.headers["referrer-policy"], "no-referrer");
        assert_eq!(response.headers["x-content-type-options"], "nosniff");
        assert!(!response.headers.contains_key("allow"));
    }

    #[test]
    fn a_head_has_no_body() {
        let page = || Page { body: "x".to_owned(), is_of_method: true, ..Page::default() };
        assert_eq!(page().response(true).body, None);
        assert_eq!(page().response(false).body.as_deref(), Some("x"));
        assert_eq!(page().response(true).headers["allow"], "GET");
    }
}
