//! The page about what Microsoft's errors mean, written from the tables that decide it.

use std::fmt::Write as _;

use crate::advice::{ADVICE, PASSING, PREFIX};
use crate::classify::{CODES, Meaning, PHRASES};

/// What Microsoft's errors mean for a job, in Markdown.
#[must_use]
pub fn errors_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for advice in ADVICE {
        row(&mut page, &[&codes(advice.codes), advice.text]);
    }
    row(&mut page, &[&codes(PASSING), "The sign-in service fails. tenantgraph asks again."]);
    page.push_str(ANSWERS);
    for known in CODES {
        row(&mut page, &[&quoted(known.codes), known.doc, known.meaning.says()]);
    }
    for known in PHRASES {
        let says = format!("{} in the message of a {}", quoted(known.words), known.status.as_u16());
        row(&mut page, &[&says, known.doc, known.meaning.says()]);
    }
    page.push_str(OTHERS);
    page
}

fn row(page: &mut String, cells: &[&str]) {
    // Writing to a string cannot fail.
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn codes(codes: &[u32]) -> String {
    quoted(&codes.iter().map(|it| format!("{PREFIX}{it}")).collect::<Vec<_>>())
}

/// Words as they are written, with commas between them.
fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|it| format!("`{}`", it.as_ref())).collect::<Vec<_>>().join(", ")
}

impl Meaning {
    /// What comes of it.
    const fn says(self) -> &'static str {
        match self {
            Self::Forbidden => "The list is `forbidden`.",
            Self::Gone => "What the list belongs to is gone.",
            Self::NotApplicable => "The list is `complete`, and empty.",
            Self::NotRegistered => "The list is `skipped` (`knownBy: notRegistered`).",
            Self::Retired => "The list is `retired`.",
            Self::PageExpired => "tenantgraph begins the list anew, once; then it is `failed`.",
            Self::UnknownIdentity => {
                "tenantgraph stops asking. Grant admin consent in the directory, and enable the \
                 application under Enterprise applications."
            }
        }
    }
}

const INTRODUCTION: &str = "\
# What Microsoft's errors mean

<!-- Generated from the tables of `shared/microsoft`: run the tests with UPDATE=1 to write it anew. -->

`tenantgraph docs errors` prints this page. What each list came to is in the ledger
([ledger.md](ledger.md)).

## Signing in

tenantgraph prints the code, this text, and what Microsoft said with it.

| code | what it means, and what to do |
|---|---|
";

const ANSWERS: &str = "
## Reading a list

These codes and words say more than the status of the answer.

| Microsoft says | what it means | what comes of it |
|---|---|---|
";

const OTHERS: &str = "
Otherwise the status decides. With 401, tenantgraph signs in anew. With 403, the list is
`forbidden`. With 404, what the list belongs to is gone; if it is the only list of a step, the step
has `failed`. With 410, the list is `retired`. With 429, and with 503 and a `Retry-After`,
tenantgraph waits as long as Microsoft asks for. With 408, with 5xx, and with a 404 that no service
but a gateway sends, it asks again, up to five times within 20 seconds; then the list has `failed`.
With any other status, the list has `failed`.
";
