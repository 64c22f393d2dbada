//! Keeps secrets out of texts.
//!
//! No service repeats a secret in its answers. A gateway or proxy that writes down what it was sent may.

/// What is shorter than this is no secret of Microsoft's but a mistake. It would be found in any text,
/// and what is missing would give it away.
const SHORTEST: usize = 8;

/// A text without a secret, whether as it is or as a form holds it. Cut a text short only after this:
/// a part of a secret is not found any more.
pub(crate) fn conceal(text: &str, secret: &str) -> String {
    if secret.len() < SHORTEST {
        return text.to_owned();
    }
    let in_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    text.replace(secret, "…").replace(&in_form, "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_either_form() {
        let text = "client_secret=secret%7E%2B&x=1 (secret~+), secret";
        assert_eq!(conceal(text, "secret~+"), "client_secret=…&x=1 (…), secret");
        assert_eq!(conceal("text", ""), "text");
        assert_eq!(conceal("text", "x"), "text");
    }
}
