//! Whether a token proves that a person of the right tenant and group has signed in.

use collector::Secret;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use lambda_runtime::Error;
use page::Failure;
use serde::Deserialize;

use crate::keys::Keys;
use crate::settings::Settings;

/// The most bytes of a token. Those of Amazon Cognito have some 2,000, and its attributes, such as
/// the groups, at most 2,048 characters each.
const LONGEST: usize = 8 << 10;

/// Checks the tokens of an issuer.
#[derive(Debug)]
pub(crate) struct Identity {
    validation: Validation,
    tenant: String,
    group: String,
    keys: Keys,
}

/// What a token claims, besides what every token does.
#[derive(Deserialize)]
struct Claims {
    /// What the token is for. Only a token that says who somebody is has the attributes below.
    token_use: String,
    /// The id of the Entra tenant.
    #[serde(rename = "custom:tid")]
    tenant: Option<String>,
    /// The ids of the Entra groups: a list that was written as text.
    #[serde(rename = "custom:groups")]
    groups: Option<String>,
}

impl Identity {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        // One algorithm: a token cannot choose another, or none.
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.sign_in.client]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        let (tenant, group) = (settings.tenant.clone(), settings.group.clone());
        Ok(Self { validation, tenant, group, keys: Keys::new(&settings.issuer)? })
    }

    /// Checks a token.
    pub(crate) async fn check(&self, token: &Secret) -> Result<(), Failure> {
        let token = token.expose();
        if token.len() > LONGEST {
            return Err(Failure::Refused("its token is too long"));
        }
        let header = decode_header(token).ok().filter(|it| it.alg == Algorithm::RS256);
        let Some(id) = header.and_then(|it| it.kid) else {
            return Err(Failure::Refused("its token is none of this sign-in"));
        };
        let key = self.keys.find(&id).await.map_err(|it| Failure::Unchecked(it.into()))?;
        let key = key.ok_or(Failure::Refused("its token is signed by an unknown key"))?;
        let decoded = decode::<Claims>(token, &key, &self.validation);
        let claims = decoded.map_err(|error| Failure::Refused(reason(error.kind())))?.claims;
        if claims.token_use != "id" {
            return Err(Failure::Refused("its token does not say who has signed in"));
        }
        if claims.tenant.as_deref() != Some(&self.tenant) {
            return Err(Failure::Refused("its token is of another tenant"));
        }
        if !has(claims.groups.as_deref().unwrap_or_default(), &self.group) {
            return Err(Failure::Refused("who has signed in is not in the group that may see it"));
        }
        Ok(())
    }
}

/// Why a token is refused, without a word of what is in it.
fn reason(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "its sign-in has expired",
        ErrorKind::InvalidIssuer => "its token is of another issuer",
        ErrorKind::InvalidAudience => "its token is for another application",
        ErrorKind::InvalidSignature => "its token is not signed by the issuer",
        _ => "its token is none of this sign-in",
    }
}

/// Whether a list has a group, however the list is written: an id is of hexadecimal digits and `-`,
/// and everything else stands between ids.
fn has(list: &str, group: &str) -> bool {
    let mut ids = list.split(|it: char| !(it.is_ascii_hexdigit() || it == '-'));
    !group.is_empty() && ids.any(|it| it.eq_ignore_ascii_case(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_however_the_list_is_written() {
        const ONE: &str = "0f3c7e3a-5c1d-4a39-9f4e-1c2b3a4d5e6f";
        const OTHER: &str = "aaaaaaaa-5c1d-4a39-9f4e-1c2b3a4d5e6f";
        for list in [
            ONE.to_owned(),
            ONE.to_uppercase(),
            format!("[{OTHER}, {ONE}]"),
            format!("[\"{ONE}\",\"{OTHER}\"]"),
            format!("{OTHER},{ONE}"),
        ] {
            assert!(has(&list, ONE), "{list}");
        }
        for list in ["", "[]", OTHER, &ONE[1..], &format!("a{ONE}"), &format!("{ONE}-1")] {
            assert!(!has(list, ONE), "{list}");
        }
        assert!(!has("", ""));
        assert!(!has("[,]", ""));
    }
}
