//! Refusals of the identity platform.

/// A refusal: the HTTP status, the code of OAuth 2.0, the number after `AADSTS`, and the text.
pub(super) struct Failure(
    pub(super) u16,
    pub(super) &'static str,
    pub(super) u32,
    pub(super) String,
);
