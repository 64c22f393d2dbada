//! What a browser asks.

use std::collections::BTreeMap;

use collector::Secret;
use url::form_urlencoded;

use crate::failure::Failure;

/// The most bytes of a body.
pub const LARGEST: usize = 64 << 10;

/// The header that carries the token. It has a name of its own because what stands before a server
/// may take `Authorization` for itself, as Amazon `CloudFront` does.
pub const TOKEN: &str = "x-tenantgraph-token";

/// A request, whoever received it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The path, such as `/api/search`.
    pub path: String,
    /// What follows `?`, still encoded.
    pub query: String,
    /// The header `Host`.
    pub host: Option<String>,
    /// The header `Origin`.
    pub origin: Option<String>,
    /// The header `Sec-Fetch-Site`.
    pub site: Option<String>,
    /// The header [`TOKEN`].
    pub token: Option<Secret>,
    /// The body.
    pub body: Vec<u8>,
}

/// The parameters of a request, by name. Of those that are given twice, the last counts.
#[derive(Debug)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(crate) fn of(request: &Request) -> Self {
        let pairs = form_urlencoded::parse(request.query.as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// A parameter; nothing if it was not given.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A parameter that has to be given.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        match self.text(name) {
            "" => Err(Failure::Invalid(format!("the request has no parameter {name}"))),
            text => Ok(text),
        }
    }

    /// A number of at most `most`; another one if none was given.
    pub(crate) fn number(&self, name: &str, most: usize, other: usize) -> Result<usize, Failure> {
        let text = self.text(name);
        if text.is_empty() {
            return Ok(other);
        }
        let number = text.parse::<usize>().ok().filter(|it| *it <= most);
        number.ok_or_else(|| {
            Failure::Invalid(format!("the parameter {name} has to be a number of at most {most}"))
        })
    }
}
