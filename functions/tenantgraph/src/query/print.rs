//! Answers for people, spreadsheets and graph viewers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

use query::execute::{Answer, Results, Thing};
use query::tables::Cell;

use crate::Error;
use crate::arguments::TreeForm;
use crate::print::{Table, clipped, plain, text as text_cell};
use crate::progress::remark;

/// How many characters of a value a table shows at most.
const WIDEST: usize = 48;

/// The columns and rows of any answer: entities are told by what each has.
fn rows(answer: &Answer) -> (Vec<String>, Vec<Vec<String>>) {
    let things = |things: &[Thing]| {
        let columns = ["_type", "displayName", "_key"];
        let row = |thing: &Thing| columns.iter().map(|it| thing.text(it).to_owned()).collect();
        (columns.map(str::to_owned).to_vec(), things.iter().map(row).collect())
    };
    match &answer.results {
        Results::List(found) => things(found),
        Results::Tree { vertices, .. } => things(vertices),
        Results::Table { columns, rows } => {
            let row = |row: &Vec<Cell>| row.iter().map(text).collect();
            (columns.clone(), rows.iter().map(row).collect())
        }
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Undefined => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::List(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_json().to_string(),
    }
}

/// Prints a table in which columns stand below each other.
pub(super) fn table(answer: &Answer) -> Result<(), Error> {
    let (columns, rows) = rows(answer);
    let short = |it: &String| text_cell(&clipped(it, WIDEST));
    let mut table = Table::titled(columns.iter().map(short));
    for row in rows {
        table.row(row.iter().map(short));
    }
    Ok(table.print(0)?)
}

/// Prints values separated by commas, as RFC 4180 has them.
///
/// A cell that begins with one of `=+-@`, a tab or a carriage return gets an apostrophe before it:
/// a spreadsheet would take it for a formula, and whoever names things in a tenant could have it
/// run. Numbers stay as they are.
pub(super) fn csv(answer: &Answer) -> Result<(), Error> {
    let (columns, rows) = rows(answer);
    for line in std::iter::once(columns).chain(rows) {
        let quoted = |cell: &String| {
            let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let mark = if is_formula && cell.parse::<f64>().is_err() { "'" } else { "" };
            let is_plain = !cell.contains([',', '"', '\n', '\r']);
            if is_plain {
                format!("{mark}{cell}")
            } else {
                format!("\"{mark}{}\"", cell.replace('"', "\"\""))
            }
        };
        let cells: Vec<String> = line.iter().map(quoted).collect();
        write!(stdout(), "{}\r\n", cells.join(","))?;
    }
    Ok(())
}

/// Prints the entities and relationships of a tree as a program that draws it.
pub(crate) fn tree(form: TreeForm, answer: &Answer) -> Result<(), Error> {
    let Results::Tree { vertices, edges } = &answer.results else {
        return Err("--tree draws what a query answers that ends with RETURN TREE".into());
    };
    let numbers: BTreeMap<&str, usize> =
        vertices.iter().enumerate().map(|(at, it)| (it.text("_key"), at)).collect();
    let quoted = |text: &str| match form {
        TreeForm::Dot => plain(text).replace('\\', "\\\\").replace('"', "\\\""),
        TreeForm::Mermaid => plain(text).replace('"', "#quot;"),
    };
    let mut drawing = String::new();
    drawing.push_str(match form {
        TreeForm::Dot => "digraph {\n  rankdir=LR;\n  node [shape=box];\n",
        TreeForm::Mermaid => "graph LR\n",
    });
    for (at, vertex) in vertices.iter().enumerate() {
        let (name, kind) = (quoted(vertex.text("displayName")), quoted(vertex.text("_type")));
        let _ = match form {
            TreeForm::Dot => writeln!(drawing, "  n{at} [label=\"{name}\\n{kind}\"];"),
            TreeForm::Mermaid => writeln!(drawing, "  n{at}[\"{name}<br/>{kind}\"]"),
        };
    }
    for edge in edges {
        let number = |key: &serde_json::Value| numbers.get(key.as_str().unwrap_or_default());
        let (Some(from), Some(to)) = (number(&edge.from), number(&edge.to)) else { continue };
        let class = quoted(edge.text("_class"));
        let _ = match form {
            TreeForm::Dot => writeln!(drawing, "  n{from} -> n{to} [label=\"{class}\"];"),
            TreeForm::Mermaid => writeln!(drawing, "  n{from} -->|{class}| n{to}"),
        };
    }
    if form == TreeForm::Dot {
        drawing.push_str("}\n");
    }
    Ok(write!(stdout(), "{drawing}")?)
}

/// Says besides the results how many there are, and what the answer rests on that was not read.
pub(super) fn remarks(answer: &Answer, cursor: Option<&str>, certain: bool) {
    let shown = answer.results.len();
    match answer.total {
        Some(total) if total != shown as u64 => {
            remark(&format!("{total} were found, and {shown} of them are shown"));
        }
        _ if cursor.is_some() => remark(&format!("{shown} are shown, and there are more")),
        _ if shown == 1 => remark("1 was found"),
        _ => remark(&format!("{shown} were found")),
    }
    for note in &answer.notes {
        remark(&format!("note: {note}"));
    }
    for unknown in &answer.unknown {
        let what = match (&unknown.property, unknown.entities) {
            (Some(property), Some(count)) => {
                format!("{property} of {count} {}", unknown.kind)
            }
            _ => unknown.kind.clone(),
        };
        remark(&format!("unknown: {what} was not read completely: {}", unknown.why));
    }
    if !answer.unknown.is_empty() && !certain {
        remark("--certain leaves out what follows from that");
    }
    if let Some(cursor) = cursor {
        remark(&format!("the next page: --cursor {cursor}"));
    }
}
