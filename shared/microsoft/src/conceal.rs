//! Keeps secrets out of texts.
//!
//! No service repeats a secret in its answers. A gateway or proxy that writes down what it was sent may.

/// A text without a secret, whether as it is or as a form holds it. Cut a text short only after this:
/// a part of a secret is not found any more.
pub(crate) fn conceal(text: &str, secret: &str) -> String {
    let in_form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret, &in_form]
        .iter()
        .filter(|hidden| !hidden.is_empty())
        .fold(text.to_owned(), |text, hidden| text.replace(*hidden, "…"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_either_form() {
        let text = "client_secret=a%7Eb%2Bc&x=1 (a~b+c), a~b";
        assert_eq!(conceal(text, "a~b+c"), "client_secret=…&x=1 (…), a~b");
        assert_eq!(conceal("text", ""), "text");
    }
}
