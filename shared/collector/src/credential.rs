//! What an instance signs in with at Microsoft, as it is configured and as it is used.

use serde::{Deserialize, Serialize};

use crate::Secret;

/// What an instance signs in with, as it is stored. It says where a secret is and holds none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Credential {
    /// A secret of the application.
    ClientSecret(SecretReference),
    /// A certificate that is registered with the application, with its private key.
    ClientCertificate(CertificateReference),
    /// A token that somebody issues whom the application trusts, by a federated identity
    /// credential of Microsoft Entra ID. Nothing is stored.
    FederatedCredential(TokenSource),
    /// The identity that Azure gives to the machine.
    ManagedIdentity(ManagedIdentity),
    /// Whoever is signed in to a tool on this machine.
    DeveloperTool(DeveloperTool),
}

impl Credential {
    /// The fields of a configuration that hold a credential. There is exactly one of them.
    pub const FIELDS: [&str; 5] = [
        "clientSecret",
        "clientCertificate",
        "federatedCredential",
        "managedIdentity",
        "developerTool",
    ];

    /// Whether an application signs in, by its client id, rather than a machine or a person.
    #[must_use]
    pub const fn is_of_application(&self) -> bool {
        match self {
            Self::ClientSecret(_) | Self::ClientCertificate(_) | Self::FederatedCredential(_) => {
                true
            }
            Self::ManagedIdentity(_) | Self::DeveloperTool(_) => false,
        }
    }

    /// Whether it stays in the memory of the process that took the event.
    #[must_use]
    pub const fn is_in_memory(&self) -> bool {
        matches!(self, Self::ClientSecret(SecretReference::InMemory))
    }
}

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretReference {
    /// Where secrets are kept, under this ARN (or `env:NAME`, `file:PATH` on one machine).
    SecretArn(String),
    /// It came with the event, and stays in the memory of the process that took the event.
    InMemory,
}

/// Where a certificate with its private key is, and what it is encrypted with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateReference {
    /// Where secrets are kept, under this ARN: a PEM, or a PFX (which is binary, or in Base64).
    pub secret_arn: String,
    /// Where the password of the PFX is, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordReference>,
}

/// Where a password is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordReference {
    /// Where secrets are kept, under this ARN.
    pub secret_arn: String,
}

/// Who issues the tokens of a federated credential.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenSource {
    /// AWS, by its outbound identity federation: the token says which role asks for it.
    Aws,
    /// GitHub Actions: the token says which workflow of which repository runs.
    GithubActions,
    /// Kubernetes: the file that `AZURE_FEDERATED_TOKEN_FILE` names holds the token of the service
    /// account.
    Kubernetes,
    /// Whoever writes this file.
    TokenFile(String),
}

/// Which managed identity signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ManagedIdentity {
    /// That of the machine itself.
    SystemAssigned,
    /// One that was assigned to the machine, by its client id.
    UserAssigned,
}

/// A tool that people sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeveloperTool {
    /// `az`, after `az login`.
    AzureCli,
    /// `azd`, after `azd auth login`.
    AzureDeveloperCli,
}

/// What signs in at Microsoft. No part of it that is secret prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The directory (tenant).
    pub directory_id: String,
    /// The application (client), or the managed identity that was assigned by a user.
    pub client_id: Option<String>,
    /// What proves who signs in.
    pub proof: Proof,
}

/// What proves who signs in: a [`Credential`] whose secrets were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A secret of the application.
    ClientSecret(Secret),
    /// A certificate with its private key.
    ClientCertificate {
        /// A PEM, or a PFX in Base64.
        certificate: Secret,
        /// The password of the PFX, if it has one.
        password: Option<Secret>,
    },
    /// A token that this source issues when it is asked for.
    FederatedCredential(TokenSource),
    /// The identity that Azure gives to the machine.
    ManagedIdentity(ManagedIdentity),
    /// Whoever is signed in to a tool on this machine.
    DeveloperTool(DeveloperTool),
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_stored_credential_is_a_field_of_its_own_name() {
        let arn = |arn: &str| SecretReference::SecretArn(arn.to_owned());
        let password = PasswordReference { secret_arn: "p".to_owned() };
        let certificate =
            CertificateReference { secret_arn: "c".to_owned(), password: Some(password) };
        let token_file = TokenSource::TokenFile("/run/token".to_owned());
        for (credential, stored) in [
            (Credential::ClientSecret(arn("a")), json!({ "clientSecret": { "secretArn": "a" } })),
            (
                Credential::ClientSecret(SecretReference::InMemory),
                json!({ "clientSecret": "inMemory" }),
            ),
            (
                Credential::ClientCertificate(certificate),
                json!({ "clientCertificate": { "secretArn": "c", "password": { "secretArn": "p" } } }),
            ),
            (
                Credential::FederatedCredential(TokenSource::Aws),
                json!({ "federatedCredential": "aws" }),
            ),
            (
                Credential::FederatedCredential(token_file),
                json!({ "federatedCredential": { "tokenFile": "/run/token" } }),
            ),
            (
                Credential::ManagedIdentity(ManagedIdentity::UserAssigned),
                json!({ "managedIdentity": "userAssigned" }),
            ),
            (
                Credential::DeveloperTool(DeveloperTool::AzureCli),
                json!({ "developerTool": "azureCli" }),
            ),
        ] {
            assert_eq!(serde_json::to_value(&credential).unwrap(), stored);
            assert_eq!(serde_json::from_value::<Credential>(stored.clone()).unwrap(), credential);
            let Value::Object(fields) = stored else { panic!() };
            assert!(fields.keys().all(|it| Credential::FIELDS.contains(&it.as_str())));
        }
    }

    #[test]
    fn no_secret_of_a_proof_prints() {
        let credentials =
            |proof| Credentials { directory_id: "d".to_owned(), client_id: None, proof };
        let secret = || Secret::new("hunter2");
        for proof in [
            Proof::ClientSecret(secret()),
            Proof::ClientCertificate { certificate: secret(), password: Some(secret()) },
        ] {
            assert!(!format!("{:?}", credentials(proof)).contains("hunter2"));
        }
    }
}
