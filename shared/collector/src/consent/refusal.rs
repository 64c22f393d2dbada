//! Why a consent is not taken, in words for whoever is to consent.

use crate::Error;
use crate::ports::{SecretError, StoreError};

/// Why a consent is not taken. The text says to an administrator what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such instance, or it is that of a subscription.
    #[error(
        "There is no connection with this id. Ask the person who sent you the link for the correct one."
    )]
    InstanceUnknown,
    /// The instance was removed after the attempt had begun.
    #[error(
        "The connection was removed while you were at Microsoft. Ask the person who sent you the link whether they will create it again."
    )]
    InstanceGone,
    /// A job could not be started: nobody knows the secret.
    #[error(
        "The connection is not ready: the secret of its application is not stored. Tell the person who sent you the link."
    )]
    SecretNotStored,
    /// A managed identity or a person signs in, whom nobody consents to.
    #[error(
        "The connection does not need a consent: it does not sign in as an application. Tell the person who sent you the link."
    )]
    NoApplication,
    /// The instance names its tenant by a domain, which a redirect never does.
    #[error(
        "The connection is not ready: it names your tenant by a domain instead of an id. Tell the person who sent you the link."
    )]
    TenantByName,
    /// The instance names a cloud that does not exist.
    #[error(
        "The connection is not ready: it names a Microsoft cloud that does not exist. Tell the person who sent you the link."
    )]
    CloudUnknown,
    /// The redirect has no state.
    #[error(
        "Microsoft redirects to this page after the consent, but this request has no state parameter. Open the link that you were given."
    )]
    StateMissing,
    /// The state is cut short, or is something else.
    #[error(
        "The state parameter of this request is incomplete or damaged. Open the link that you were given again."
    )]
    StateGarbled,
    /// The state was not signed here.
    #[error(
        "The state parameter of this request was not issued by this site, or was changed. If you followed a link from a message, do not trust that message. Open the link that you were given again."
    )]
    StateForged,
    /// The state has expired.
    #[error("This attempt has expired, because more than ten minutes have passed. Start again.")]
    StateExpired,
    /// The browser has no token.
    #[error(
        "This browser did not start the consent, or it blocks cookies. Use the same browser from beginning to end, and allow cookies for this site."
    )]
    BrowserUnknown,
    /// The browser has another token.
    #[error(
        "The consent was started in another browser. If somebody sent you this address, stop here. Otherwise start again in this browser."
    )]
    BrowserOther,
    /// The attempt has succeeded before.
    #[error(
        "This consent was already accepted, and a consent is taken only once. If you reloaded the page, everything is fine, and you do not have to do anything."
    )]
    Replayed,
    /// The administrator clicked Cancel.
    #[error(
        "You did not consent, so nothing was changed, and tenantgraph reads nothing. If you change your mind, start again."
    )]
    Declined,
    /// The user is not an administrator.
    #[error(
        "Your account may not grant admin consent for the tenant. Ask an administrator (Privileged Role Administrator or Global Administrator) to open the link."
    )]
    NotAdministrator,
    /// The user has a personal Microsoft account.
    #[error(
        "You signed in with a personal Microsoft account, which belongs to no organisation. Sign in with a work or school account of the tenant that you want to connect."
    )]
    PersonalAccount,
    /// The user's account is of another tenant.
    #[error(
        "Your account does not belong to the tenant of this connection. Sign out at Microsoft, and start again with an account of that tenant."
    )]
    NotOfTenant,
    /// A policy keeps the user out.
    #[error(
        "A policy of your tenant, such as Conditional Access, blocks this sign-in. Ask the administrators of the policy, or use a device and a network that it allows."
    )]
    Policy,
    /// The application's registration is wrong.
    #[error(
        "Microsoft rejects the application because of an error in its registration (AADSTS{0}). You cannot fix this: tell the person who sent you the link."
    )]
    Misregistered(u32),
    /// Microsoft fails.
    #[error(
        "Microsoft's sign-in service is temporarily unavailable. Start again in a few minutes."
    )]
    MicrosoftFails,
    /// Microsoft says something else.
    #[error(
        "Microsoft rejected the consent with the error {0}. Tell the person who sent you the link."
    )]
    Other(String),
    /// The redirect does not say whether there was a consent.
    #[error(
        "Microsoft did not say whether you consented. Start again. If this happens again, tell the person who sent you the link."
    )]
    AnswerMissing,
    /// The redirect says something else than that there was a consent.
    #[error(
        "Microsoft did not confirm consent for the whole tenant. Start again, and accept the permissions for your organisation."
    )]
    AnswerOther,
    /// The redirect names no tenant.
    #[error("Microsoft did not say which tenant consented. Start again.")]
    TenantMissing,
    /// The redirect names a tenant by what is not its id.
    #[error(
        "Microsoft returned an invalid tenant id. Start again from the link that you were given."
    )]
    TenantMalformed,
    /// The redirect names all tenants.
    #[error(
        "Microsoft did not return one specific tenant. Start again with an account of the tenant that you want to connect."
    )]
    TenantAny,
    /// Another tenant consented than the one that the instance names.
    #[error(
        "You consented for a different tenant than that of this connection. Sign out at Microsoft, and start again with an account of the correct tenant. In the other tenant, you can revoke the consent under Enterprise applications."
    )]
    TenantOther,
    /// Another instance has this tenant, and this one was not told to.
    #[error(
        "This tenant is already connected, by another connection with the same application. To connect it twice, the person who sent you the link first has to store the id of the tenant with this connection."
    )]
    TenantTaken,
    /// Microsoft does not let the application in.
    #[error(
        "Microsoft does not yet issue tokens for your tenant. A consent may take a few minutes to take effect: reload this page then. If that does not help, tell the person who sent you the link."
    )]
    NotGranted {
        /// What Microsoft says, for whoever runs this.
        reason: String,
    },
    /// Something else fails.
    #[error(
        "Something went wrong here, and it is not your fault. Reload this page in a few minutes. If that does not help, tell the person who sent you the link."
    )]
    Failed(#[source] Error),
}

/// Where personal Microsoft accounts live, as `AADSTS50020` names it.
const PERSONAL_PROVIDER: &str = "live.com";

/// What a code stands before in a description.
const PREFIX: &str = "AADSTS";

impl Refusal {
    /// What an error that Microsoft redirects with means: the parameters `error` and
    /// `error_description`.
    #[must_use]
    pub fn of(error: &str, description: &str) -> Self {
        let code = description.trim_start().strip_prefix(PREFIX).and_then(|rest| {
            let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse::<u32>().ok()
        });
        if code == Some(50020) && description.contains(PERSONAL_PROVIDER) {
            return Self::PersonalAccount;
        }
        code.and_then(Self::of_code).unwrap_or_else(|| match (error, code) {
            (_, Some(code)) => Self::Other(format!("{PREFIX}{code}")),
            ("access_denied" | "consent_required", None) => Self::Declined,
            ("server_error" | "temporarily_unavailable", None) => Self::MicrosoftFails,
            (error, None) => Self::Other(plain(error)),
        })
    }

    /// What a code of Microsoft Entra ID means here. Source: "Microsoft Entra authentication and
    /// authorization error codes". Codes may change; one that is not here is told as it is.
    fn of_code(code: u32) -> Option<Self> {
        Some(match code {
            65004 => Self::Declined,
            90093..=90095 => Self::NotAdministrator,
            90027 | 500_200 | 500_201 | 500_208 => Self::PersonalAccount,
            50014 | 50020 | 50034 | 51004 | 90072 | 500_212 | 500_213 => Self::NotOfTenant,
            50005 | 50105 | 50131 | 53000..=53004 | 53011 | 500_021 | 500_022 | 530_035 => {
                Self::Policy
            }
            50001 | 50011 | 50194 | 65005 | 70001 | 500_011 | 650_052 | 650_054 | 650_056
            | 650_057 | 700_011 | 700_016 | 7_000_112 => Self::Misregistered(code),
            50033 | 50087 | 90006 | 90012 | 90024 | 90033 | 90055 | 90090 | 90091 => {
                Self::MicrosoftFails
            }
            _ => return None,
        })
    }

    /// What whoever runs this has to know besides.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::NotGranted { reason } => Some(reason.clone()),
            Self::Failed(error) => Some(error.to_string()),
            _ => None,
        }
    }
}

/// An error code of OAuth 2.0, or that there is none: anybody may have written it.
fn plain(error: &str) -> String {
    let is_code =
        error.len() <= 40 && error.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    if is_code && !error.is_empty() { error.to_owned() } else { "no code".to_owned() }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        Self::Failed(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(error: &str, description: &str) -> String {
        Refusal::of(error, description).to_string()
    }

    #[test]
    fn what_microsoft_says_is_understood() {
        // Descriptions as they come, shortened.
        for (error, description, refusal) in [
            (
                "access_denied",
                "AADSTS65004: User declined to consent.\r\nTrace ID: 1",
                Refusal::Declined,
            ),
            ("consent_required", "AADSTS65004: The resource owner denied it.", Refusal::Declined),
            ("access_denied", "", Refusal::Declined),
            ("access_denied", "AADSTS90094: Admin consent is required.", Refusal::NotAdministrator),
            (
                "access_denied",
                "AADSTS500201: We are unable to issue tokens for a Microsoft account.",
                Refusal::PersonalAccount,
            ),
            (
                "access_denied",
                "AADSTS50020: User account 'x' from identity provider 'live.com' does not exist in tenant 'y'.",
                Refusal::PersonalAccount,
            ),
            (
                "access_denied",
                "AADSTS50020: User account 'x' from identity provider 'https://sts.windows.net/1/' does not exist in tenant 'y'.",
                Refusal::NotOfTenant,
            ),
            ("access_denied", "AADSTS53003: Blocked by Conditional Access.", Refusal::Policy),
            ("server_error", "AADSTS90033: A transient error.", Refusal::MicrosoftFails),
            ("temporarily_unavailable", "", Refusal::MicrosoftFails),
            ("unauthorized_client", "AADSTS700016: Not found.", Refusal::Misregistered(700_016)),
            ("access_denied", "AADSTS1234567: New.", Refusal::Other("AADSTS1234567".to_owned())),
            ("invalid_request", "Something.", Refusal::Other("invalid_request".to_owned())),
        ] {
            assert_eq!(text(error, description), refusal.to_string(), "{description}");
        }
    }

    #[test]
    fn nothing_that_a_stranger_wrote_is_repeated() {
        for (error, description) in [
            ("<script>", "<b>call this number</b>"),
            ("call_me", "AADSTS99999999999999999999: x"),
            ("Call 0800", ""),
            ("", "AADSTS: x"),
        ] {
            let text = text(error, description);
            assert!(text.contains("no code") || text.contains("call_me"), "{text}");
            assert!(!text.contains('<') && !text.contains("number"), "{text}");
        }
    }
}
