//! Why a consent is not taken, in words for whoever is to consent.

use crate::Error;
use crate::ports::{SecretError, StoreError};

/// Why a consent is not taken. The text says to an administrator what is wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such instance, or it is that of a subscription.
    #[error(
        "There is no connection with this id. Ask whoever sent you the link for the right one."
    )]
    InstanceUnknown,
    /// The instance was removed after the attempt had begun.
    #[error(
        "The connection was removed while you were at Microsoft. Ask whoever sent you the link whether it is to be made anew."
    )]
    InstanceGone,
    /// A job could not be started: nobody knows the secret.
    #[error(
        "The connection is not ready: the secret of its application is not stored where collecting could read it. Tell whoever sent you the link."
    )]
    SecretNotStored,
    /// The instance names its tenant by a domain, which a redirect never does.
    #[error(
        "The connection is not ready: it names your tenant by a domain. It has to be stored with the tenant's id. Tell whoever sent you the link."
    )]
    TenantByName,
    /// The instance names a cloud that does not exist.
    #[error(
        "The connection is not ready: it names a Microsoft cloud that does not exist. Tell whoever sent you the link."
    )]
    CloudUnknown,
    /// The redirect has no state.
    #[error(
        "This address is where Microsoft sends you back to, and it lacks what you were sent there with. Open the link that you were given."
    )]
    StateMissing,
    /// The state is cut short, or is something else.
    #[error(
        "What Microsoft sent you back with is not what you were sent there with: it is cut short or damaged. Open the link that you were given again."
    )]
    StateGarbled,
    /// The state was not signed here.
    #[error(
        "What you came back with was not made here, or was changed on the way. If you followed a link from a message, do not trust it. Open the link that you were given again."
    )]
    StateForged,
    /// The state has expired.
    #[error(
        "More than ten minutes have passed since you began, and so this attempt has ended. Begin again."
    )]
    StateExpired,
    /// The browser has no token.
    #[error(
        "This browser did not begin the consent, or does not keep cookies. Use one browser from beginning to end, and allow it the cookie of this site."
    )]
    BrowserUnknown,
    /// The browser has another token.
    #[error(
        "The consent was begun in another browser than this one. If somebody sent you this address, do not go on. Otherwise begin again here."
    )]
    BrowserOther,
    /// The attempt has succeeded before.
    #[error(
        "This consent was taken already, and is taken only once. If you reloaded the page, all is well: there is nothing left to do."
    )]
    Replayed,
    /// The administrator clicked Cancel.
    #[error(
        "You did not consent, so nothing was changed and nothing is read. Begin again if you change your mind."
    )]
    Declined,
    /// The user is not an administrator.
    #[error(
        "Your account may not consent for the whole tenant. Ask an administrator of it (Privileged Role Administrator or Global Administrator) to open the link."
    )]
    NotAdministrator,
    /// The user has a personal Microsoft account.
    #[error(
        "You signed in with a personal Microsoft account, which belongs to no organisation. Sign in with a work or school account of the tenant that is to be connected."
    )]
    PersonalAccount,
    /// The user's account is of another tenant.
    #[error(
        "Your account does not belong to the tenant that is to be connected. Sign out at Microsoft, and begin again with an account of that tenant."
    )]
    NotOfTenant,
    /// A policy keeps the user out.
    #[error(
        "A policy of your tenant, such as Conditional Access, does not let you sign in here. Ask those who look after the policies, or use a device and a network that they allow."
    )]
    Policy,
    /// The application's registration is wrong.
    #[error(
        "Microsoft does not accept the application as it is registered (AADSTS{0}). That is not for you to mend: tell whoever sent you the link."
    )]
    Misregistered(u32),
    /// Microsoft fails.
    #[error("Microsoft's sign-in service could not do it just now. Begin again in some minutes.")]
    MicrosoftFails,
    /// Microsoft says something else.
    #[error(
        "Microsoft did not take the consent, and gives {0} as the reason. Tell whoever sent you the link."
    )]
    Other(String),
    /// The redirect does not say whether there was a consent.
    #[error(
        "Microsoft did not say whether you consented. Begin again; if this comes again, tell whoever sent you the link."
    )]
    AnswerMissing,
    /// The redirect says something else than that there was a consent.
    #[error(
        "Microsoft did not say that you consented for the whole tenant. Begin again, and accept the permissions for your organisation."
    )]
    AnswerOther,
    /// The redirect names no tenant.
    #[error("Microsoft did not say which tenant consented. Begin again.")]
    TenantMissing,
    /// The redirect names a tenant by what is not its id.
    #[error(
        "What Microsoft named as the tenant is not the id of one. Begin again, from the link that you were given."
    )]
    TenantMalformed,
    /// The redirect names all tenants.
    #[error(
        "Microsoft named no tenant of its own, but any. Begin again with an account of the tenant that is to be connected."
    )]
    TenantAny,
    /// Another tenant consented than the one that the instance names.
    #[error(
        "You consented for another tenant than the one that this connection is for. Sign out at Microsoft, and begin again with an account of the right tenant. What you consented to can be taken back in the other tenant under Enterprise applications."
    )]
    TenantOther,
    /// Another instance has this tenant, and this one was not told to.
    #[error(
        "This tenant is connected already, by another connection with the same application. If it is to be connected twice, whoever sent you the link has to store the tenant's id with this connection first."
    )]
    TenantTaken,
    /// Microsoft does not let the application in.
    #[error(
        "Microsoft does not let the application into your tenant yet. A consent may take some minutes to get everywhere: reload this page then. If that does not help, tell whoever sent you the link."
    )]
    NotGranted {
        /// What Microsoft says, for whoever runs this.
        reason: String,
    },
    /// Something else fails.
    #[error(
        "Something went wrong here, not with you. Reload this page in some minutes; if that does not help, tell whoever sent you the link."
    )]
    Failed(#[source] Error),
}

/// Where personal Microsoft accounts live, as `AADSTS50020` names it.
const PERSONAL_PROVIDER: &str = "live.com";

/// What a code stands before in a description.
const PREFIX: &str = "AADSTS";

impl Refusal {
    /// What an error that Microsoft redirects with means: the parameters `error` and `error_description`.
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

    /// What a code of Microsoft Entra ID means here. Source: "Microsoft Entra authentication and authorization
    /// error codes". Codes may change; one that is not here is told as it is.
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
