//! Certificates and secrets of applications and service principals. Their values are never told.

use serde_json::{Value, json};

use crate::world::dates::{DAY, TODAY, utc};
use crate::world::random::Draw;

/// The certificates: none mostly; some have expired, and some are asked for without being used.
pub(crate) fn keys(draw: &mut Draw, subject: &str) -> Value {
    let count = [0, 0, 0, 1, 1, 2][usize::try_from(draw.below(6)).unwrap_or_default()];
    let key = |_| {
        let days = lifetime(draw);
        json!({
            "customKeyIdentifier": format!("{}{}", draw.hex(16), draw.hex(16)).to_uppercase(),
            "displayName": format!("CN={subject}"),
            "endDateTime": utc(TODAY + days * DAY),
            // The certificate itself comes only for one object, and only if it is selected.
            "key": null,
            "keyId": draw.guid(),
            "startDateTime": utc(TODAY + (days - 365) * DAY),
            "type": "AsymmetricX509Cert",
            "usage": draw.pick(&["Verify", "Verify", "Sign"]),
        })
    };
    (0..count).map(key).collect()
}

/// The secrets: up to three, some of which have expired.
pub(crate) fn passwords(draw: &mut Draw) -> Value {
    let count = draw.below(4);
    let password = |_| {
        let days = lifetime(draw);
        json!({
            "customKeyIdentifier": null,
            // Whoever makes a secret in the portal need not describe it.
            "displayName": draw.pick(&[Some("deployment"), Some("rotated by pipeline"), None]),
            "endDateTime": utc(TODAY + days * DAY),
            "hint": draw.hex(3),
            "keyId": draw.guid(),
            "secretText": null,
            "startDateTime": utc(TODAY + (days - 730) * DAY),
        })
    };
    (0..count).map(password).collect()
}

/// Days from now until the end; a seventh of all have ended.
fn lifetime(draw: &mut Draw) -> i64 {
    i64::try_from(draw.below(700)).unwrap_or_default() - 100
}
