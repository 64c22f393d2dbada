//! A request as the simulated services see it, whether it came by itself or in a `$batch`.

use axum::http::Version;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

/// A request to one of the services.
#[expect(clippy::struct_excessive_bools, reason = "each is something that a request says")]
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
    /// The value of the header `Prefer`.
    pub(crate) prefer: Option<String>,
    /// The value of `client-request-id`, which Microsoft Graph sends back.
    pub(crate) client_request_id: Option<String>,
    /// Whether the header `Metadata: true` is there.
    pub(crate) is_of_metadata: bool,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// Whether this is part of a `$batch`.
    pub(crate) nested: bool,
    /// Whether its connection is that of other requests too, as with HTTP/2.
    pub(crate) is_multiplexed: bool,
}

impl Request {
    /// The request that came by HTTP. None if its path does not begin with a host.
    pub(crate) fn read(head: &Parts, body: Vec<u8>) -> Option<Self> {
        let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
        let decode = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (host, path) = head.uri.path().strip_prefix('/')?.split_once('/')?;
        Some(Self {
            method: head.method.as_str().to_owned(),
            host: decode(host),
            path: decode(path).trim_matches('/').to_owned(),
            query: parse_form(head.uri.query().unwrap_or_default().as_bytes()),
            bearer: header("authorization").and_then(bearer),
            eventual: header("consistencylevel")
                .is_some_and(|it| it.eq_ignore_ascii_case("eventual")),
            is_of_metadata: header("metadata") == Some("true"),
            prefer: header("prefer").map(str::to_owned),
            client_request_id: header("client-request-id").map(str::to_owned),
            body,
            nested: false,
            is_multiplexed: head.version == Version::HTTP_2,
        })
    }

    /// The value of a query parameter, whose name is compared without case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the client prefers short answers: the header may have several preferences.
    pub(crate) fn prefers_minimal(&self) -> bool {
        let mut preferences = self.prefer.iter().flat_map(|header| header.split([',', ';']));
        preferences.any(|it| it.trim().eq_ignore_ascii_case("return=minimal"))
    }

    /// The parts of the path. Empty ones are left out, since the services do not mind a doubled
    /// slash.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

/// The token of a header `Authorization: Bearer TOKEN`.
fn bearer(header: &str) -> Option<String> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Splits a query string or a form into decoded names and values.
pub(crate) fn parse_form(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
