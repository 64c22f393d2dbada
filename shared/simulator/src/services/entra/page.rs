//! Pages for people who sign in.

use crate::services::answer::Answer;

/// A page with some text, and a form that sends the parameters of the address again, with a choice.
pub(super) fn form(
    title: &str,
    text: &str,
    query: &[(String, String)],
    choices: &[(&str, &str)],
) -> Answer {
    let kept = query.iter().filter(|(name, _)| name != "choice");
    let hidden = kept.map(|(name, value)| {
        let (name, value) = (escape(name), escape(value));
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
    });
    let buttons = choices.iter().map(|(value, label)| {
        format!("<p><button name=\"choice\" value=\"{value}\">{}</button></p>", escape(label))
    });
    let fields: Vec<String> = hidden.chain(buttons).collect();
    page(title, &format!("<p>{}</p>\n<form>\n{}\n</form>", escape(text), fields.join("\n")))
}

/// A page that says what went wrong. As the real one, it does not say so by its status.
pub(super) fn failed(text: &str) -> Answer {
    let title = "Sorry, but we’re having trouble signing you in.";
    page(title, &format!("<p>{}</p>", escape(text)))
}

fn page(title: &str, body: &str) -> Answer {
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Sign in to your account (simulated)</title>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n\
         </body>\n</html>\n"
    );
    Answer { body: text.into_bytes(), ..Answer::empty() }
        .with("Content-Type", "text/html; charset=utf-8")
        .with("Cache-Control", "no-store, no-cache")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
