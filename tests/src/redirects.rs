//! Every way to come back from Microsoft wrongly.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use collector::Secret;
use collector::consent::{Keys, State};

use crate::stage::Stage;

/// A tenant.
pub const TENANT: &str = "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4";

/// Another.
pub const OTHER: &str = "7e1d2c3b-4a59-4687-9b0a-1c2d3e4f5a6b";

/// The token of a browser.
pub const BROWSER: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// The cookie in which it keeps that.
pub const COOKIE: &str = "__Host-tenantgraph-consent=0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// A redirect that is refused, and how.
#[derive(Debug)]
pub struct Broken {
    /// What is wrong with it.
    pub what: &'static str,
    /// The query.
    pub query: String,
    /// The cookies.
    pub cookies: Vec<&'static str>,
    /// The status of the page.
    pub status: u64,
    /// What only the message for this says.
    pub says: &'static str,
}

/// What Microsoft redirects with after a consent.
#[must_use]
pub fn consented(state: &str, tenant: &str) -> String {
    let scope = "https%3A%2F%2Fgraph.microsoft.com%2F.default";
    format!("admin_consent=True&tenant={tenant}&scope={scope}&state={state}")
}

/// What it redirects with after an error, which says `admin_consent=True` as well.
fn error(state: &str, error: &str, description: &str) -> String {
    let description = description.replace(' ', "+").replace('\'', "%27").replace(':', "%3a");
    format!(
        "error={error}&error_description={description}%0d%0aTrace+ID%3a+1&admin_consent=True&state={state}"
    )
}

/// All of them, for a stage with an instance `new`, which has no tenant, and an instance `known`,
/// which has [`TENANT`].
pub async fn broken(stage: &Stage) -> Vec<Broken> {
    let (new, good) = stage.attempt("new", BROWSER).await;
    let (_, known) = stage.attempt("known", BROWSER).await;
    let mut all = states(stage, &new, &good, &known);
    all.extend(browsers(&good));
    all.extend(errors(&good));
    all.extend(answers(&good, &known));
    all.extend(queries(&good));
    all
}

fn row(what: &'static str, query: String, status: u64, says: &'static str) -> Broken {
    Broken { what, query, cookies: vec!["theme=dark", COOKIE], status, says }
}

/// States that were not made here, or not for this.
fn states(stage: &Stage, new: &State, good: &str, known: &str) -> Vec<Broken> {
    let seal = |state: State| state.seal(&stage.keys);
    let expired = seal(State { expires: 1_700_000_000, ..new.clone() });
    let gone = seal(State { instance: "gone".to_owned(), ..new.clone() });
    let foreign = new.seal(&Keys::read(&Secret::new("x".repeat(40))).unwrap());
    let (payload, signature) = good.split_once('.').unwrap();
    let (_, of_known) = known.split_once('.').unwrap();
    let rows = [
        ("no state", String::new(), "has no state parameter"),
        ("a state cut short", payload.to_owned(), "incomplete or damaged"),
        ("a state that is too long", "a.b".repeat(1000), "incomplete or damaged"),
        ("no signature", format!("{payload}."), "was not issued by this site"),
        (
            "the signature of another state",
            format!("{payload}.{of_known}"),
            "was not issued by this site",
        ),
        ("another payload", format!("e30.{signature}"), "was not issued by this site"),
        ("a state of another key", foreign, "was not issued by this site"),
        ("an expired state", expired, "ten minutes have passed"),
    ];
    let rows = rows.map(|(what, state, says)| row(what, consented(&state, TENANT), 400, says));
    let mut rows = Vec::from(rows);
    rows.push(row("nothing at all", String::new(), 400, "has no state parameter"));
    let says = "removed while you were at Microsoft";
    rows.push(row("a removed instance", consented(&gone, TENANT), 404, says));
    rows
}

/// Browsers that did not begin.
fn browsers(good: &str) -> Vec<Broken> {
    let rows: [(_, &[&'static str], _); 3] = [
        ("no cookie", &[], "blocks cookies"),
        (
            "a cookie that any host of the domain could set",
            &["tenantgraph-consent=0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
            "blocks cookies",
        ),
        (
            "the cookie of another browser",
            &["__Host-tenantgraph-consent=00000000000000000000000000000000"],
            "in another browser",
        ),
    ];
    let row = |(what, cookies, says): (_, &[&'static str], _)| Broken {
        cookies: cookies.to_vec(),
        ..row(what, consented(good, TENANT), 403, says)
    };
    rows.map(row).into()
}

/// What Microsoft refuses, as it says so.
fn errors(good: &str) -> Vec<Broken> {
    let rows = [
        ("a denied consent", "AADSTS65004: User declined to consent.", "You did not consent"),
        (
            "no administrator",
            "AADSTS90094: Administrator consent is required.",
            "may not grant admin consent",
        ),
        (
            "a personal account",
            "AADSTS500201: We are unable to issue tokens for a Microsoft account.",
            "personal Microsoft account",
        ),
        (
            "a personal account as a stranger",
            "AADSTS50020: User account 'x' from identity provider 'live.com' does not exist.",
            "personal Microsoft account",
        ),
        (
            "an account of another tenant",
            "AADSTS50020: User account 'x' from identity provider 'y' does not exist in tenant 'z'.",
            "does not belong to the tenant",
        ),
        ("a policy", "AADSTS53003: Access has been blocked.", "Conditional Access"),
        ("an unknown application", "AADSTS700016: Not found.", "(AADSTS700016)"),
        (
            "an error that nobody knows",
            "AADSTS7654321: <script>alert(1)</script>",
            "with the error AADSTS7654321",
        ),
    ];
    let of = |(what, text, says)| row(what, error(good, "access_denied", text), 403, says);
    let mut rows = Vec::from(rows.map(of));
    let transient = error(good, "server_error", "AADSTS90033: A transient error has occurred.");
    rows.push(row("a service that fails", transient, 502, "temporarily unavailable"));
    let both = format!("{}&error=consent_required", consented(good, TENANT));
    rows.push(row("a consent with an error", both, 403, "You did not consent"));
    let personal = "9188040d-6c67-4c5b-b112-36a304b66dad";
    let unclear = format!("{}&tenant={personal}", error(good, "access_denied", "AADSTS1: x"));
    rows.push(row("a personal account by its tenant", unclear, 403, "personal Microsoft account"));
    rows
}

/// What says that there was a consent, and does not mean one.
fn answers(good: &str, known: &str) -> Vec<Broken> {
    let of = |tenant: &str| consented(good, tenant);
    let silent = format!("tenant={TENANT}&state={good}");
    let nobody = format!("admin_consent=True&state={good}");
    let personal = "9188040D-6C67-4C5B-B112-36A304B66DAD";
    let braces = format!("%7B{TENANT}%7D");
    vec![
        row("no word of a consent", silent, 400, "did not say whether you consented"),
        row("true", of(TENANT).replace("True", "true"), 400, "consent for the whole tenant"),
        row("False", of(TENANT).replace("True", "False"), 400, "consent for the whole tenant"),
        row("no tenant", nobody, 400, "did not say which tenant"),
        row("an empty tenant", of(""), 400, "did not say which tenant"),
        row("a domain", of("contoso.example"), 400, "an invalid tenant id"),
        row("an id in braces", of(&braces), 400, "an invalid tenant id"),
        row("a path", of("..%2F.."), 400, "an invalid tenant id"),
        row("any tenant", of("organizations"), 400, "one specific tenant"),
        row("any tenant or person", of("common"), 400, "one specific tenant"),
        row("the tenant of personal accounts", of(personal), 403, "personal Microsoft account"),
        row("another tenant", consented(known, OTHER), 403, "for a different tenant"),
        row("a tenant that is taken", of(TENANT), 409, "already connected"),
        row("a tenant that did not consent", of(OTHER), 409, "does not yet issue tokens"),
    ]
}

/// Queries that are none.
fn queries(good: &str) -> Vec<Broken> {
    let with = |more: &str| format!("{}{more}", consented(good, TENANT));
    let long = "&x=".to_owned() + &"x".repeat(9000);
    vec![
        row("two tenants", with(&format!("&tenant={OTHER}")), 400, "same parameter twice"),
        row("two states", with(&format!("&st%61te={good}")), 400, "same parameter twice"),
        row("a bad escape", with("&x=%zz"), 400, "encoding is invalid"),
        row("no UTF-8", with("&x=%ff"), 400, "encoding is invalid"),
        row("a long query", with(&long), 414, "too long"),
    ]
}
