//! What the sign-in service means when it refuses, and what to do about it.

use serde::Deserialize;

use crate::conceal::conceal;
use crate::identity::federation::Federation;

/// A refusal of the token endpoint (RFC 6749, section 5.2, with the codes of Microsoft Entra ID).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Refusal {
    error: String,
    error_codes: Vec<u32>,
    error_description: String,
}

/// What codes of the sign-in service mean, and what to do.
pub(crate) struct Advice {
    pub(crate) codes: &'static [u32],
    pub(crate) text: &'static str,
}

/// Source: "Microsoft Entra authentication and authorization error codes", and for what a code says
/// of an application rather than of a user, the texts that the service sends with it.
pub(crate) const ADVICE: &[Advice] = &[
    Advice {
        codes: &[90002, 90013, 900_021, 900_023],
        text: "The directory (tenant) is not known. Copy the Directory (tenant) ID from the overview \
               page of Microsoft Entra ID, and check that the cloud is the right one.",
    },
    Advice {
        codes: &[90038, 900_382, 900_432],
        text: "The directory (tenant) belongs to another cloud. Set the cloud that it is in: public, \
               usgov or china.",
    },
    Advice {
        codes: &[70001, 700_011, 700_016],
        text: "The application (client) is not known in this directory. Copy the Application (client) \
               ID from the overview page of the app registration, not its object ID; check that the \
               Directory (tenant) ID is that of the same page; and if the application is registered \
               in another directory, have an administrator of this one consent to it.",
    },
    Advice {
        codes: &[70002, 7_000_215],
        text: "The client secret is wrong. Give the secret's value, not its secret ID. The value is \
               only shown when the secret is made: if it is lost, make a new secret under \
               Certificates & secrets of the app registration.",
    },
    Advice {
        codes: &[7_000_222],
        text: "The client secret has expired. Make a new secret under Certificates & secrets of the \
               app registration, and give its value.",
    },
    Advice {
        codes: &[700_027],
        text: "The certificate is not registered with the application, or its private key is another \
               one. Upload the certificate, without the private key, under Certificates & secrets of \
               the app registration.",
    },
    Advice {
        codes: &[1_000_502, 7_000_214, 7_000_274, 7_000_277],
        text: "The certificate has expired, is not valid yet, or was revoked. Make a new one, upload it \
               under Certificates & secrets of the app registration, and store it with its private \
               key.",
    },
    Advice {
        codes: &[70021, 700_211, 700_212, 700_213, 7_002_121, 7_002_137, 7_002_138],
        text: "The application has no federated credential that matches the token. Issuer, subject and \
               audience have to be the same to the letter, in capitals and small letters, too. Add or \
               correct one under Certificates & secrets, Federated credentials; it takes some minutes \
               to work.",
    },
    Advice {
        codes: &[7_000_272, 90061],
        text: "The sign-in service does not find the key by which the token is signed among the keys \
               that its issuer publishes. Check that the issuer's address is public, and that its \
               OpenID configuration names the keys; new keys take some time to be read.",
    },
    Advice {
        codes: &[700_222, 700_227],
        text: "The token is one of Microsoft Entra ID, or its issuer is not allowed. Have the token \
               issued by whom the federated credential names.",
    },
    Advice {
        codes: &[700_024],
        text: "The client assertion has expired, or is not valid yet. Check the clock of this machine; \
               for a token in a file, check that whoever writes the file renews it.",
    },
    Advice {
        codes: &[50013, 50027, 700_021, 700_023],
        text: "The client assertion was not accepted: its signature, or for whom or by whom it is, is \
               wrong. Check the Application (client) ID, the Directory (tenant) ID, and that the cloud \
               is the right one.",
    },
    Advice {
        codes: &[700_025],
        text: "The application is registered as a public client, which has no credentials. Turn off \
               Allow public client flows under Authentication of the app registration.",
    },
    Advice {
        codes: &[7_000_112],
        text: "The application is disabled in this directory. Enable it on its properties page under \
               Enterprise applications.",
    },
    Advice {
        codes: &[7_000_229],
        text: "The application has no service principal in this directory. Have an administrator of \
               the directory consent to it, which makes one; or check the Directory (tenant) ID.",
    },
    Advice {
        codes: &[5_000_225],
        text: "The directory (tenant) is blocked because nobody has used it for long: it is inactive, \
               and will be deleted. An administrator of it has to ask Microsoft's support to reactivate \
               it.",
    },
    Advice {
        codes: &[5_000_224],
        text: "The directory (tenant) is closed to this sign-in. Check the Directory (tenant) ID, and \
               ask its administrators whether they have blocked it or Microsoft has.",
    },
    Advice {
        codes: &[65001, 65005, 90008, 90094, 650_051, 650_056, 650_057],
        text: "Nobody has consented to the application's permissions in this directory. Add them under \
               API permissions of the app registration as application permissions (delegated ones \
               have no effect without a signed-in user), and grant admin consent.",
    },
    Advice {
        codes: &[501_051],
        text: "The service only lets in applications that have been assigned to one of its roles, and \
               this one has not. Add an application permission for it under API permissions of the \
               app registration (a delegated one has no effect), and grant admin consent.",
    },
    Advice {
        codes: &[50001, 500_011, 500_014, 650_052],
        text: "The service that the token is for is not known or is disabled in this directory. Check \
               that the cloud and the Directory (tenant) ID are the right ones, and that the service \
               is among the Enterprise applications of the directory.",
    },
    Advice {
        codes: &[50131, 53003, 530_032, 530_034, 530_035],
        text: "A Conditional Access policy blocks the application. Exclude the application from the \
               policy for workload identities, or add the addresses it signs in from to the named \
               locations that the policy allows.",
    },
];

/// Codes of a service that fails rather than refuses: the documentation says to try again.
pub(crate) const PASSING: &[u32] = &[50033, 50087, 90006, 90012, 90024, 90033, 90055, 90090, 90091];

/// How much of Microsoft's text is repeated, in characters.
const LONGEST: usize = 400;

impl Refusal {
    /// Reads the body of a refusal. Some are pages of HTML with a code in them.
    pub(crate) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| {
            let text = String::from_utf8_lossy(body);
            let start = text.find(PREFIX);
            Self {
                error_description: start.map_or("", |at| &text[at..]).to_owned(),
                ..Self::default()
            }
        })
    }

    /// Whether the same request may be answered otherwise in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        self.error == "temporarily_unavailable"
            || self.code().is_some_and(|code| PASSING.contains(&code))
    }

    /// What is wrong and what to do, in one line which is the same whenever it is asked for.
    ///
    /// The secret is looked at for its form only, which may be that of a secret's ID. Where a token
    /// was exchanged, what it says of itself is what has to be registered.
    pub(crate) fn explain(
        &self,
        secret: &str,
        federation: Option<&Federation>,
        authority: &str,
    ) -> String {
        let Some(code) = self.code() else {
            let error: String = conceal(&self.error, secret).chars().take(LONGEST).collect();
            let error = if error.is_empty() { "no reason" } else { &error };
            let text =
                format!("The sign-in service {authority} refuses the application ({error}).");
            return self.with_original(text, secret);
        };
        let advice = ADVICE.iter().find(|advice| advice.codes.contains(&code));
        let text = advice.map_or_else(
            || {
                format!(
                    "The sign-in service refuses the application. {authority}/error?code={code} \
                     says more."
                )
            },
            |advice| advice.text.to_owned(),
        );
        let hint = match (code, federation) {
            (70002 | 7_000_215, _) if is_guid(secret) => {
                " What was given looks like a secret ID.".to_owned()
            }
            (_, Some(federation)) => format!(" The token has {federation}."),
            _ => String::new(),
        };
        self.with_original(format!("{PREFIX}{code}: {text}{hint}"), secret)
    }

    /// What is wrong where a machine has no identity. Source: "How to use managed identities on a
    /// virtual machine", error handling.
    pub(crate) fn explain_machine(&self) -> String {
        let text = "This machine has no such managed identity. Turn on its system-assigned identity, \
                    or assign the identity whose client id is given.";
        self.with_original(text.to_owned(), "")
    }

    fn code(&self) -> Option<u32> {
        let stated = || {
            let after = self.error_description.strip_prefix(PREFIX)?;
            let end = after.find(|it: char| !it.is_ascii_digit()).unwrap_or(after.len());
            after[..end].parse().ok()
        };
        self.error_codes.first().copied().or_else(stated)
    }

    fn with_original(&self, explained: String, secret: &str) -> String {
        let description = conceal(&self.error_description, secret);
        // What follows the first line differs from time to time: identifiers and times.
        let line = description.split(['\r', '\n', '<']).next().unwrap_or_default();
        let line = line.split(" Trace ID:").next().unwrap_or_default();
        let said = match line.split_once(": ") {
            Some((code, text)) if code.starts_with(PREFIX) => text,
            _ => line,
        };
        let said: String = said.trim().chars().take(LONGEST).collect();
        if said.is_empty() { explained } else { format!("{explained} (Microsoft said: {said})") }
    }
}

pub(crate) const PREFIX: &str = "AADSTS";

fn is_guid(text: &str) -> bool {
    uuid::Uuid::try_parse(text.trim()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = "https://login.example";

    fn refusal(error: &str, code: u32, text: &str) -> Refusal {
        let body = serde_json::json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: {text}\r\nTrace ID: 1-2\r\nCorrelation ID: 3-4\r\nTimestamp: 2026-11-21 21:00:00Z"
            ),
            "error_codes": [code],
            "timestamp": "2026-11-21 21:00:00Z",
            "error_uri": format!("https://login.example/error?code={code}"),
        });
        Refusal::read(body.to_string().as_bytes())
    }

    /// What Microsoft says, and what must be in the advice.
    const CASES: &[(&str, u32, &str, &str)] = &[
        (
            "invalid_request",
            90002,
            "Tenant '1' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
            "The directory (tenant) is not known. Copy",
        ),
        (
            "invalid_request",
            900_023,
            "Specified tenant identifier 'x' is neither a valid DNS name, nor a valid external domain.",
            "The directory (tenant) is not known. Copy",
        ),
        (
            "invalid_request",
            900_382,
            "Confidential Client is not supported in Cross Cloud request.",
            "another cloud. Set the cloud",
        ),
        (
            "unauthorized_client",
            700_016,
            "Application with identifier '2' was not found in the directory 'Contoso'.",
            "Copy the Application (client) ID",
        ),
        (
            "invalid_client",
            7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '2'.",
            "Give the secret's value",
        ),
        (
            "invalid_client",
            7_000_222,
            "The provided client secret keys for app '2' are expired.",
            "has expired. Make a new secret",
        ),
        ("unauthorized_client", 7_000_112, "Application '2'(collector) is disabled.", "Enable it"),
        (
            "invalid_grant",
            65001,
            "The user or administrator has not consented to use the application with ID '2'.",
            "as application permissions",
        ),
        (
            "invalid_resource",
            500_011,
            "The resource principal named https://vault.example was not found in the tenant named Contoso.",
            "Check that the cloud",
        ),
        (
            "invalid_grant",
            501_051,
            "Application '2'(collector) is not assigned to a role for the application '3'(graph).",
            "application permission",
        ),
        (
            "access_denied",
            53003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
            "Exclude the application",
        ),
        ("invalid_request", 123_456, "Something new.", "https://login.example/error?code=123456"),
    ];

    #[test]
    fn the_codes_that_matter_say_what_to_do() {
        for (error, code, said, advice) in CASES {
            let refusal = refusal(error, *code, said);
            let text = refusal.explain("not-a-guid", None, AUTHORITY);
            assert!(
                text.starts_with(&format!("AADSTS{code}: The "))
                    || text.starts_with(&format!("AADSTS{code}: A "))
                    || text.starts_with(&format!("AADSTS{code}: Nobody ")),
                "{text}"
            );
            assert!(text.contains(advice), "{text}");
            assert!(text.ends_with(&format!(" (Microsoft said: {said})")), "{text}");
            assert!(!refusal.is_passing());
        }
    }

    #[test]
    fn a_secret_id_in_place_of_the_value_is_noticed() {
        let refusal = refusal("invalid_client", 7_000_215, "Invalid client secret provided.");
        let guid = "4f5b6c1e-0b5e-4c7e-9d0a-0123456789ab";
        let text = refusal.explain(guid, None, AUTHORITY);
        assert!(text.contains("What was given looks like a secret ID."), "{text}");
        assert!(!text.contains(guid), "{text}");
        assert!(!refusal.explain("abc8Q~x", None, AUTHORITY).contains("looks like"));
    }

    #[test]
    fn the_secret_is_not_repeated() {
        let secret = "~".repeat(LONGEST);
        let refusal = refusal("invalid_client", 7_000_215, &format!("You sent {secret}."));
        let text = refusal.explain(&secret, None, AUTHORITY);
        assert!(text.ends_with("(Microsoft said: You sent ….)"), "{text}");
        let body = serde_json::json!({ "error": format!("sent_{secret}") }).to_string();
        let text = Refusal::read(body.as_bytes()).explain(&secret, None, AUTHORITY);
        assert!(text.ends_with("refuses the application (sent_…)."), "{text}");
    }

    #[test]
    fn a_page_of_html_may_hold_a_code() {
        let body = b"<html><div>AADSTS90013: Invalid input received from the user.</div></html>";
        let text = Refusal::read(body).explain("", None, AUTHORITY);
        assert!(text.starts_with("AADSTS90013: The directory (tenant) is not known."), "{text}");
        assert!(
            text.ends_with("(Microsoft said: Invalid input received from the user.)"),
            "{text}"
        );
        let text = Refusal::read(b"<html>Welcome</html>").explain("", None, AUTHORITY);
        assert_eq!(
            text,
            "The sign-in service https://login.example refuses the application (no reason)."
        );
    }

    #[test]
    fn a_service_that_fails_is_asked_again() {
        assert!(refusal("temporarily_unavailable", 1, "").is_passing());
        assert!(refusal("server_error", 90033, "A transient error has occurred.").is_passing());
    }

    #[test]
    fn no_code_is_explained_twice() {
        let mut codes: Vec<_> = ADVICE.iter().flat_map(|it| it.codes).chain(PASSING).collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
