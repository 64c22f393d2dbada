//! What identifies a refusal.

use crate::services::cloud::Cloud;
use crate::world::dates::spaced;
use crate::world::random::Draw;

/// That there is no such tenant.
pub(super) fn tenant_not_found(tenant: &str) -> String {
    format!(
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing \
         into the correct cloud. Check with your subscription administrator, this may happen if there \
         are no active subscriptions for the tenant."
    )
}

/// What Microsoft's support would like to know of a refusal.
pub(super) struct Trace {
    pub(super) id: String,
    pub(super) correlation: String,
    pub(super) timestamp: String,
}

impl Trace {
    pub(super) fn new(cloud: &Cloud, code: u32) -> Self {
        let mut draw = Draw::new(cloud.clock.micros(), "trace", u64::from(code));
        let timestamp = spaced(cloud.clock.seconds());
        Self { id: draw.guid(), correlation: draw.guid(), timestamp }
    }

    /// A text with its code, and with all this.
    pub(super) fn describe(&self, code: u32, text: &str) -> String {
        let Self { id, correlation, timestamp } = self;
        format!(
            "AADSTS{code}: {text}\r\nTrace ID: {id}\r\nCorrelation ID: {correlation}\r\n\
             Timestamp: {timestamp}"
        )
    }
}
