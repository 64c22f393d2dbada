//! The kinds of transient faults, and which requests they can befall.

/// A kind of transient fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 429 with `Retry-After`.
    Throttled,
    /// 429 without `Retry-After`.
    ThrottledWithoutWait,
    /// 429 with a `Retry-After` that is too short: the next answer is 429 again.
    ThrottledTooShort,
    /// 500.
    InternalServerError,
    /// 502 of a gateway, in HTML.
    BadGateway,
    /// 503 without `Retry-After`.
    ServiceUnavailable,
    /// 503 with `Retry-After`.
    ServiceUnavailableWithWait,
    /// 504.
    GatewayTimeout,
    /// The connection is reset; there is no answer.
    ConnectionReset,
    /// The body ends before `Content-Length` is reached.
    BodyCut,
    /// The chunks of the body end without the last one.
    ChunksBroken,
    /// 200 with HTML.
    Html,
    /// 200 without a body.
    EmptyBody,
    /// 401: the token has expired. It stays so for this request; another token is accepted.
    TokenExpired,
    /// 400: the page token has expired. It stays so.
    PageTokenExpired,
    /// 410: the token of a delta query has expired. It stays so.
    DeltaTokenExpired,
    /// The page leads to itself, by another link.
    PageRepeated,
    /// The last items of the page before come again, before the page's own.
    PagesOverlapping,
    /// The items of the page come in another order.
    ItemsReordered,
    /// The link leads one page back instead of forth.
    LinkBack,
    /// An empty page, which leads to the one that was asked for.
    EmptyPage,
    /// The answer comes late.
    Delay,
    /// The right answer with `Connection: close`.
    ConnectionClosed,
    /// The right answer, after which the connection is closed without notice.
    ConnectionDropped,
    /// HTTP/2: `GOAWAY` names a last stream below that of the request, which is not looked at.
    GoneAway,
    /// HTTP/2: the stream is reset with `REFUSED_STREAM`.
    StreamRefused,
    /// HTTP/2: the stream is reset with another reason.
    StreamReset,
    /// There never is an answer, and the connection stays open.
    NeverAnswered,
    /// The answer begins, and never ends.
    NeverEnded,
    /// A report that is to be prepared is late.
    ExportSlow,
    /// A report that is to be prepared fails.
    ExportFailed,
    /// A report that is to be prepared never is.
    ExportStuck,
    /// A report is prepared, but what can be downloaded ends in the middle.
    ExportBroken,
}

/// What of a request decides which faults can befall it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A request for a token.
    SignIn,
    /// A `$batch`.
    Batch,
    /// A request inside of a `$batch`: what happens to connections happens to the whole of it.
    Nested(Tokens),
    /// Any other request.
    Single(Tokens),
    /// A request that has a report prepared.
    Export,
}

/// Which tokens a request has beside that of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) has_page: bool,
    pub(super) has_delta: bool,
}

impl Kind {
    pub(super) const ALL: [Self; 33] = [
        Self::Throttled,
        Self::ThrottledWithoutWait,
        Self::ThrottledTooShort,
        Self::InternalServerError,
        Self::BadGateway,
        Self::ServiceUnavailable,
        Self::ServiceUnavailableWithWait,
        Self::GatewayTimeout,
        Self::ConnectionReset,
        Self::BodyCut,
        Self::ChunksBroken,
        Self::Html,
        Self::EmptyBody,
        Self::TokenExpired,
        Self::PageTokenExpired,
        Self::DeltaTokenExpired,
        Self::PageRepeated,
        Self::PagesOverlapping,
        Self::ItemsReordered,
        Self::LinkBack,
        Self::EmptyPage,
        Self::Delay,
        Self::ConnectionClosed,
        Self::ConnectionDropped,
        Self::GoneAway,
        Self::StreamRefused,
        Self::StreamReset,
        Self::NeverAnswered,
        Self::NeverEnded,
        Self::ExportSlow,
        Self::ExportFailed,
        Self::ExportStuck,
        Self::ExportBroken,
    ];

    /// The name that the counters have for it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::ThrottledWithoutWait => "throttled-without-wait",
            Self::ThrottledTooShort => "throttled-too-short",
            Self::InternalServerError => "internal-server-error",
            Self::BadGateway => "bad-gateway",
            Self::ServiceUnavailable => "service-unavailable",
            Self::ServiceUnavailableWithWait => "service-unavailable-with-wait",
            Self::GatewayTimeout => "gateway-timeout",
            Self::ConnectionReset => "connection-reset",
            Self::BodyCut => "body-cut",
            Self::ChunksBroken => "chunks-broken",
            Self::Html => "html",
            Self::EmptyBody => "empty-body",
            Self::TokenExpired => "token-expired",
            Self::PageTokenExpired => "page-token-expired",
            Self::DeltaTokenExpired => "delta-token-expired",
            Self::PageRepeated => "page-repeated",
            Self::PagesOverlapping => "pages-overlapping",
            Self::ItemsReordered => "items-reordered",
            Self::LinkBack => "link-back",
            Self::EmptyPage => "empty-page",
            Self::Delay => "delay",
            Self::ConnectionClosed => "connection-closed",
            Self::ConnectionDropped => "connection-dropped",
            Self::GoneAway => "gone-away",
            Self::StreamRefused => "stream-refused",
            Self::StreamReset => "stream-reset",
            Self::NeverAnswered => "never-answered",
            Self::NeverEnded => "never-ended",
            Self::ExportSlow => "export-slow",
            Self::ExportFailed => "export-failed",
            Self::ExportStuck => "export-stuck",
            Self::ExportBroken => "export-broken",
        }
    }

    /// Whether the answer is wrong, and not only late or the last one on its connection.
    pub(super) const fn is_wrong(self) -> bool {
        !matches!(
            self,
            Self::Delay | Self::ConnectionClosed | Self::ConnectionDropped | Self::ExportSlow
        )
    }

    /// Whether there is this fault with HTTP/2, or with what came before it. Of a connection that
    /// carries others, nobody can say which answer is the last.
    pub(super) const fn exists(self, is_multiplexed: bool) -> bool {
        match self {
            Self::GoneAway | Self::StreamRefused | Self::StreamReset => is_multiplexed,
            Self::ConnectionDropped => !is_multiplexed,
            _ => true,
        }
    }

    /// Whether this fault can befall a request.
    pub(super) const fn befalls(self, shape: Shape) -> bool {
        let tokens = match shape {
            Shape::SignIn => {
                return matches!(
                    self,
                    Self::Throttled
                        | Self::ThrottledWithoutWait
                        | Self::InternalServerError
                        | Self::BadGateway
                        | Self::ServiceUnavailable
                        | Self::ServiceUnavailableWithWait
                        | Self::GatewayTimeout
                        | Self::NeverAnswered
                );
            }
            Shape::Batch | Shape::Export => Tokens { has_page: false, has_delta: false },
            Shape::Nested(tokens) | Shape::Single(tokens) => tokens,
        };
        match self {
            Self::ExportSlow | Self::ExportFailed | Self::ExportStuck | Self::ExportBroken => {
                matches!(shape, Shape::Export)
            }
            Self::PageTokenExpired | Self::PagesOverlapping | Self::LinkBack => tokens.has_page,
            Self::DeltaTokenExpired => tokens.has_delta,
            // A batch is no page, and its requests are throttled by themselves.
            Self::ThrottledTooShort
            | Self::PageRepeated
            | Self::ItemsReordered
            | Self::EmptyPage => !matches!(shape, Shape::Batch),
            Self::ConnectionReset
            | Self::BodyCut
            | Self::ChunksBroken
            | Self::Delay
            | Self::ConnectionClosed
            | Self::ConnectionDropped
            | Self::GoneAway
            | Self::StreamRefused
            | Self::StreamReset
            | Self::NeverAnswered
            | Self::NeverEnded => !matches!(shape, Shape::Nested(_)),
            _ => true,
        }
    }
}
