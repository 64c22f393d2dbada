//! How benchmarks print figures.

/// A number with a space between its thousands.
#[must_use]
pub fn groups(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The most memory that a function may hold, in MB.
pub const MOST_MEMORY: f64 = 96.0;

/// A count as a number to divide by.
#[must_use]
pub fn whole(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Kilobytes in MB.
#[must_use]
pub fn megabytes(kilobytes: u64) -> f64 {
    whole(kilobytes) / 1024.0
}

/// Whether a figure is as it should be.
#[must_use]
pub const fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}
