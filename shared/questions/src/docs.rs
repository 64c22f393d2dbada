//! The page about the questions.

use std::fmt::Write as _;

use crate::own::{AREAS, own};

/// The page, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = format!(
        "# Questions\n\n\
         tenantgraph comes with {} questions about a tenant. This page lists them; it is generated\n\
         from `shared/questions/pack`. `tenantgraph questions` lists them too, `tenantgraph query\n\
         --question ID` answers one, and `tenantgraph query --all-questions` answers all. A rule can\n\
         name one ([rules.md](rules.md)).\n\n\
         Each question has a query that finds what is bad, and nearly always one that finds what is\n\
         good. The references name the controls of public benchmarks that ask for the same: CIS\n\
         Microsoft Azure Foundations Benchmark 2.0.0, CIS Microsoft 365 Foundations Benchmark 3.0.0,\n\
         and version 1 of the Microsoft cloud security benchmark (MCSB).\n",
        own().len()
    );
    for area in AREAS {
        let _ = write!(page, "\n## {}\n", area.title);
        for it in own().iter().filter(|it| it.id.starts_with(area.prefix)) {
            let _ = write!(page, "\n### {}\n\n{}\n\n", it.title, wrapped(&it.meaning));
            let _ = writeln!(page, "- Id: `{}`", it.id);
            let _ = writeln!(page, "- Severity: {}", it.severity.as_str());
            if !it.references.is_empty() {
                let _ = writeln!(page, "- References: {}", it.references.join("; "));
            }
            let _ = writeln!(page, "\n```\n{}\n```", it.bad.trim());
        }
    }
    page
}

/// A text in lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= 100 {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.join("\n")
}
