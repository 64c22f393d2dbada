//! A request as the simulated services see it, whether it came by itself or in a `$batch`.

use url::form_urlencoded;

/// A request to one of the services.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// The method, such as `GET`.
    pub(crate) method: String,
    /// The host that the service has in the real cloud.
    pub(crate) host: String,
    /// The decoded path on that host, without slashes at its ends.
    pub(crate) path: String,
    /// The decoded query parameters.
    pub(crate) query: Vec<(String, String)>,
    /// The token from the `Authorization` header.
    pub(crate) bearer: Option<String>,
    /// Whether the header `ConsistencyLevel: eventual` is there.
    pub(crate) eventual: bool,
    /// The value of `client-request-id`, which Microsoft Graph sends back.
    pub(crate) client_request_id: Option<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Whether this is part of a `$batch`.
    pub(crate) nested: bool,
}

impl Request {
    /// The value of a query parameter, whose name is compared without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The parts of the path. Empty ones are left out, since the services do not mind a doubled
    /// slash.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

/// Splits a query string or a form into decoded names and values.
pub(crate) fn parse_form(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
