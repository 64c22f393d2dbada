//! Signatures of requests to AWS, version 4.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;
use url::Url;

/// What a request is signed with. It does not print.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the key.
    pub id: String,
    /// The key.
    pub secret: String,
    /// The token of a role's session.
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The code that proves who wrote a text.
#[must_use]
pub fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // Keys may be of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The headers that sign a POST to an address without a query, besides those that it has.
#[must_use]
pub fn sign(
    credentials: &Credentials,
    region: &str,
    service: &str,
    address: &Url,
    headers: &[(String, String)],
    body: &str,
    now: OffsetDateTime,
) -> Vec<(String, String)> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let moment = now.format(&format).unwrap_or_default();
    let day = moment.get(..8).unwrap_or_default();
    let mut added = vec![("x-amz-date".to_owned(), moment.clone())];
    added
        .extend(credentials.token.iter().map(|it| ("x-amz-security-token".to_owned(), it.clone())));
    let host = address.host_str().unwrap_or_default();
    let host = address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut all = vec![("host".to_owned(), host)];
    all.extend(headers.iter().chain(&added).cloned());
    all.sort();
    let names = all.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(";");
    let lines: Vec<String> =
        all.iter().map(|(name, value)| format!("{name}:{}", value.trim())).collect();
    let lines = lines.join("\n");
    let hash = |text: &str| hex::encode(Sha256::digest(text.as_bytes()));
    let request = format!("POST\n{}\n\n{lines}\n\n{names}\n{}", address.path(), hash(body));
    let scope = format!("{day}/{region}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", hash(&request));
    let mut key = hmac(format!("AWS4{}", credentials.secret).as_bytes(), day.as_bytes());
    for part in [region, service, "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    let signature = hex::encode(hmac(&key, text.as_bytes()));
    let id = &credentials.id;
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    );
    added.push(("authorization".to_owned(), value));
    added
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// `post-vanilla` of the examples that AWS publishes.
    #[test]
    fn a_request_is_signed_as_aws_does() {
        let credentials = Credentials {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let address = Url::parse("https://example.amazonaws.com/").unwrap();
        let now = datetime!(2015-08-30 12:36:00 UTC);
        let headers = sign(&credentials, "us-east-1", "service", &address, &[], "", now);
        let signature = headers.last().unwrap().1.rsplit('=').next().unwrap();
        assert_eq!(signature, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    }
}
