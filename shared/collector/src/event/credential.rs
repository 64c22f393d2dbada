//! Reading the credential of an instance, and the secret that may come with it.

use serde_json::Value;

use super::fields::{
    CERTIFICATE as CERTIFICATE_FIELDS, SECRET as SECRET_FIELDS, TOKEN_FILE, names,
};
use super::reader::{LONGEST_TEXT, Reader, identifier};
use crate::Secret;
use crate::instance::{
    CertificateReference, Credential, DeveloperTool, ManagedIdentity, PasswordReference,
    SecretReference, TokenSource,
};

const SECRET: &str = "give the application's secret as text, or as `{\"secretArn\": \"…\"}`";
const CERTIFICATE: &str = "say where the certificate is: `{\"secretArn\": \"…\"}`";
const SOURCES: &str = "aws, githubActions, kubernetes, or `{\"tokenFile\": \"…\"}`";

/// Reads the one credential that there is, and notes where there is none or another.
pub(super) fn credential_of(reader: &mut Reader<'_>) -> (Option<Credential>, Option<Secret>) {
    let given: Vec<&str> = Credential::FIELDS.into_iter().filter(|it| reader.has(it)).collect();
    let [first, others @ ..] = &given[..] else {
        let others = Credential::FIELDS[1..].join(", ");
        let message = format!("is missing; {SECRET}, or another credential: one of {others}");
        reader.problem(Credential::FIELDS[0], &message);
        return (None, None);
    };
    for other in others {
        let message = format!("is a second credential beside `{first}`; give only one of them");
        reader.problem(other, &message);
    }
    match *first {
        "clientSecret" => client_secret(reader),
        "clientCertificate" => (certificate(reader), None),
        "federatedCredential" => (source(reader).map(Credential::FederatedCredential), None),
        "managedIdentity" => (managed_identity(reader).map(Credential::ManagedIdentity), None),
        _ => (developer_tool(reader).map(Credential::DeveloperTool), None),
    }
}

/// That the reader has noted what is wrong.
pub(super) struct Noted;

/// Reads who signs in, which some credentials say themselves.
pub(super) fn client_id_of(
    reader: &mut Reader<'_>,
    credential: Option<&Credential>,
) -> Result<Option<String>, Noted> {
    let help = match credential {
        Some(Credential::ManagedIdentity(ManagedIdentity::SystemAssigned)) => {
            let message =
                "does not go with a system-assigned identity; leave it out, or write userAssigned";
            without(reader, message);
            return Ok(None);
        }
        Some(Credential::DeveloperTool(_)) => {
            without(reader, "does not go with a developer tool; leave it out");
            return Ok(None);
        }
        Some(Credential::ManagedIdentity(ManagedIdentity::UserAssigned)) => {
            "give the client id of the managed identity"
        }
        _ => "give the application (client) id",
    };
    let id = reader.required_text("clientId", help).ok_or(Noted)?;
    identifier(reader, "clientId", id).map(Some).ok_or(Noted)
}

fn without(reader: &mut Reader<'_>, message: &str) {
    if reader.has("clientId") {
        reader.problem("clientId", message);
    }
}

fn client_secret(reader: &mut Reader<'_>) -> (Option<Credential>, Option<Secret>) {
    match reader.child("clientSecret") {
        Some((_, Value::String(text))) if !text.is_empty() && text.len() <= LONGEST_TEXT => {
            let credential = Credential::ClientSecret(SecretReference::InMemory);
            return (Some(credential), Some(Secret::new(text.as_str())));
        }
        Some((path, value @ Value::Object(_))) => {
            let arn = secret_arn_of(reader.nested(&path, value), SECRET);
            return (arn.map(|it| Credential::ClientSecret(SecretReference::SecretArn(it))), None);
        }
        // What it is must not be repeated here: it may be a secret all the same.
        _ => reader.problem("clientSecret", &format!("is not a secret; {SECRET}")),
    }
    (None, None)
}

fn certificate(reader: &mut Reader<'_>) -> Option<Credential> {
    let (path, value) = reader.child("clientCertificate")?;
    let mut reader = reader.nested(&path, value).object(CERTIFICATE)?;
    let secret_arn = reader.required_text("secretArn", "name the secret's ARN");
    let password = reader.child("password").map(|(path, value)| {
        let help = "say where the password is: `{\"secretArn\": \"…\"}`";
        let secret_arn = secret_arn_of(reader.nested(&path, value), help)?;
        Some(PasswordReference { secret_arn })
    });
    reader.finish(&names(CERTIFICATE_FIELDS, None));
    let password = match password {
        Some(password) => Some(password?),
        None => None,
    };
    Some(Credential::ClientCertificate(CertificateReference { secret_arn: secret_arn?, password }))
}

fn secret_arn_of(reader: Reader<'_>, help: &str) -> Option<String> {
    let mut reader = reader.object(help)?;
    let arn = reader.required_text("secretArn", "name the secret's ARN");
    reader.finish(&names(SECRET_FIELDS, None));
    arn
}

fn source(reader: &mut Reader<'_>) -> Option<TokenSource> {
    const NAME: &str = "federatedCredential";
    if let Some((path, value @ Value::Object(_))) = reader.child(NAME) {
        let mut reader = reader.nested(&path, value).object(SOURCES)?;
        let file = reader.required_text("tokenFile", "name the file that holds the token");
        reader.finish(&names(TOKEN_FILE, None));
        return file.map(TokenSource::TokenFile);
    }
    match reader.required_text(NAME, &format!("give one of {SOURCES}"))?.as_str() {
        "aws" => Some(TokenSource::Aws),
        "githubActions" => Some(TokenSource::GithubActions),
        "kubernetes" => Some(TokenSource::Kubernetes),
        _ => unknown(reader, NAME, SOURCES),
    }
}

fn managed_identity(reader: &mut Reader<'_>) -> Option<ManagedIdentity> {
    const NAME: &str = "managedIdentity";
    const KNOWN: &str = "systemAssigned or userAssigned";
    match reader.required_text(NAME, &format!("give {KNOWN}"))?.as_str() {
        "systemAssigned" => Some(ManagedIdentity::SystemAssigned),
        "userAssigned" => Some(ManagedIdentity::UserAssigned),
        _ => unknown(reader, NAME, KNOWN),
    }
}

fn developer_tool(reader: &mut Reader<'_>) -> Option<DeveloperTool> {
    const NAME: &str = "developerTool";
    const KNOWN: &str = "azureCli or azureDeveloperCli";
    match reader.required_text(NAME, &format!("give {KNOWN}"))?.as_str() {
        "azureCli" => Some(DeveloperTool::AzureCli),
        "azureDeveloperCli" => Some(DeveloperTool::AzureDeveloperCli),
        _ => unknown(reader, NAME, KNOWN),
    }
}

/// What was given instead may be a token in the wrong place, so it is not repeated.
fn unknown<T>(reader: &mut Reader<'_>, name: &str, known: &str) -> Option<T> {
    reader.problem(name, &format!("is unknown; expected {known}"));
    None
}
