//! A script by which `DuckDB` reads tables under the names of types and properties.

use std::fmt::Write as _;

use super::manifest::{Manifest, Table};

/// The script. It is run in the folder of the tables.
#[must_use]
pub fn views(manifest: &Manifest) -> String {
    let mut script = String::from(
        "-- Run in this folder: duckdb -init views.sql\n\
         -- A view for each type, with the columns by the names of properties.\n",
    );
    for table in &manifest.entities {
        view(&mut script, table, &["_entity"]);
    }
    for table in &manifest.relationships {
        view(&mut script, table, &["_from", "_to"]);
    }
    for (name, file) in [("core", Manifest::CORE), ("edges", Manifest::EDGES)] {
        let _ = writeln!(script, "CREATE VIEW {name} AS SELECT * FROM '{file}';");
    }
    script
}

fn view(script: &mut String, table: &Table, numbers: &[&str]) {
    // DuckDB takes names that only differ in upper and lower case for the same.
    let mut taken: Vec<String> = numbers.iter().map(|it| (*it).to_owned()).collect();
    let mut columns: Vec<String> = numbers.iter().map(|it| (*it).to_owned()).collect();
    for column in &table.columns {
        let property = &column.property;
        let is_taken = taken.contains(&property.to_lowercase());
        let name = if is_taken { &column.column } else { property };
        taken.push(name.to_lowercase());
        columns.push(format!("{} AS {}", quoted(&column.column), quoted(name)));
    }
    let columns = columns.join(", ");
    let file = table.file.replace('\'', "''");
    let _ =
        writeln!(script, "CREATE VIEW {} AS SELECT {columns} FROM '{file}';", quoted(&table.kind));
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
