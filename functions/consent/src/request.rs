//! What is asked, and whether it makes sense.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use collector::consent::Redirect;

/// Where an administrator begins.
pub(crate) const BEGIN: &str = "/consent";

/// Where Microsoft leads back to.
pub(crate) const REDIRECT: &str = "/consent/redirect";

/// How long a query may be, in bytes: several times what Microsoft sends with its longest
/// description.
const LONGEST_QUERY: usize = 8 * 1024;

/// How long the id of an instance may be.
const LONGEST_ID: usize = 128;

/// What is asked, and the cookies that came with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    /// Each as `name=value`.
    pub(crate) cookies: Vec<String>,
}

/// What is asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The page that leads to Microsoft.
    Begin { instance: String },
    /// What becomes of what Microsoft says.
    Redirect { state: Option<String>, redirect: Redirect },
}

/// Why a request makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error(
        "This address does not accept this kind of request. Open the link that you were given."
    )]
    Method,
    #[error("There is no page at this address. Open the link that you were given.")]
    Path,
    #[error("The address is too long. Open the link that you were given.")]
    Length,
    #[error("The address is damaged: its encoding is invalid. Open the link that you were given.")]
    Encoding,
    #[error("The address has the same parameter twice. Open the link that you were given.")]
    Repeated,
    #[error(
        "The link is incomplete: it does not name a connection. Ask the person who sent it to you for the whole link."
    )]
    InstanceMissing,
    #[error(
        "The link is damaged: the id of its connection is invalid. Ask the person who sent it to you for the correct link."
    )]
    InstanceMalformed,
}

impl Unreadable {
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::Method => 405,
            Self::Path => 404,
            Self::Length => 414,
            Self::Encoding | Self::Repeated | Self::InstanceMissing | Self::InstanceMalformed => {
                400
            }
        }
    }
}

/// Reads a request.
pub(crate) fn read(request: &LambdaFunctionUrlRequest) -> Result<Asked, Unreadable> {
    if request.request_context.http.method.as_deref() != Some("GET") {
        return Err(Unreadable::Method);
    }
    let query = request.raw_query_string.as_deref().unwrap_or_default();
    let ask = match request.raw_path.as_deref() {
        Some(BEGIN) => begin(&mut Query::read(query)?)?,
        Some(REDIRECT) => redirect(&mut Query::read(query)?),
        _ => return Err(Unreadable::Path),
    };
    Ok(Asked { ask, cookies: request.cookies.clone().unwrap_or_default() })
}

/// Whether only the head of the answer is wanted.
pub(crate) fn is_head(request: &LambdaFunctionUrlRequest) -> bool {
    request.request_context.http.method.as_deref() == Some("HEAD")
}

fn begin(query: &mut Query) -> Result<Ask, Unreadable> {
    let instance = query.take("instance").filter(|id| !id.is_empty());
    let instance = instance.ok_or(Unreadable::InstanceMissing)?;
    // It becomes part of the name of an object.
    let is_id = instance.len() <= LONGEST_ID
        && !instance.starts_with('.')
        && instance.bytes().all(|it| it.is_ascii_alphanumeric() || b"._~-".contains(&it));
    if is_id { Ok(Ask::Begin { instance }) } else { Err(Unreadable::InstanceMalformed) }
}

fn redirect(query: &mut Query) -> Ask {
    Ask::Redirect {
        state: query.take("state").filter(|state| !state.is_empty()),
        redirect: Redirect {
            tenant: query.take("tenant"),
            admin_consent: query.take("admin_consent"),
            error: query.take("error"),
            error_description: query.take("error_description"),
        },
    }
}

/// The parameters of a query, each of which is there once.
struct Query(Vec<(String, String)>);

impl Query {
    fn read(text: &str) -> Result<Self, Unreadable> {
        if text.len() > LONGEST_QUERY {
            return Err(Unreadable::Length);
        }
        let mut parameters = Vec::<(String, String)>::new();
        for parameter in text.split('&').filter(|it| !it.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decode(name).ok_or(Unreadable::Encoding)?;
            let value = decode(value).ok_or(Unreadable::Encoding)?;
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(Unreadable::Repeated);
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(at).1)
    }
}

/// The text that a form encoded, if it is one. The libraries for this let pass what is not.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_encoded_right_is_decoded() {
        assert_eq!(decode("a+b%20%c3%A9%0d%0a").as_deref(), Some("a b é\r\n"));
        for text in ["%", "%4", "%zz", "%+1", "%ff", "%c3", "%é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn a_parameter_is_there_once() {
        let mut query = Query::read("a=1&&b&c=x=y").ok().unwrap();
        assert_eq!(query.take("a").as_deref(), Some("1"));
        assert_eq!(query.take("b").as_deref(), Some(""));
        assert_eq!(query.take("c").as_deref(), Some("x=y"));
        assert_eq!(query.take("d"), None);
        assert_eq!(Query::read("a=1&%61=1").err(), Some(Unreadable::Repeated));
        assert_eq!(Query::read(&"a".repeat(LONGEST_QUERY + 1)).err(), Some(Unreadable::Length));
    }

    #[test]
    fn the_events_that_can_be_sent_by_hand_are_requests() {
        let read = |event: &str| read(&serde_json::from_str(event).unwrap()).unwrap();
        let begin = read(include_str!("../../../events/consent-begin-request.json"));
        let Ask::Begin { instance } = begin.ask else { panic!() };
        assert_eq!(instance, "6f1c2a9e-0b7d-4e35-8a4f-2c9d5e7b1a60");
        let redirect = read(include_str!("../../../events/consent-redirect-request.json"));
        let Ask::Redirect { state, redirect } = redirect.ask else { panic!() };
        assert!(state.is_some());
        assert_eq!(redirect.error.as_deref(), Some("access_denied"));
        assert_eq!(redirect.admin_consent.as_deref(), Some("True"));
    }
}
