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

/// Whether a figure is as it should be.
#[must_use]
pub const fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "MISSED" }
}
