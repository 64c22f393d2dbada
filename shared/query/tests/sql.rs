//! Queries as statements of SQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use query::execute::{Options, Results};
use query::sql::{SqlError, Statement};
use query::tables::Manifest;
use query::{Model, Plan, Terms, compile, sql};
use serde_json::{Value, json};

/// What statements are compared with. `UPDATE=1` writes it.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/statements.sql");

/// A word that has to stay in a name or in a text.
const HOSTILE: &str = "x\"'`; DROP TABLE y --";

fn column(property: &str, column: &str, form: &str) -> Value {
    json!({ "property": property, "column": column, "form": form })
}

/// Two types of entities, and one of relationships between them.
fn manifest() -> Manifest {
    let columns = |more: &[Value]| {
        let mut columns = vec![column("_class", "_class", "list"), column("_key", "_key", "text")];
        columns.extend(more.iter().cloned());
        columns.push(column(HOSTILE, "x_______drop_table_y___", "text"));
        columns
    };
    let job = json!({ "instance": "i", "id": "j" });
    serde_json::from_value(json!({
        "version": 1, "job": job, "jobs": [job], "instanceName": "contoso",
        "integration": "azure", "finishedAt": "2026-11-28T00:00:00Z",
        "digests": {}, "unread": {},
        "entities": [
            { "type": "azure_user", "file": "entities/azure_user/rows.parquet", "first": 0,
              "count": 5, "classes": ["User"], "columns": columns(&[
                  column("active", "active", "flag"), column("age", "age", "json"),
                  column("email", "email", "text"), column("tags", "tags", "list"),
              ]), "unread": { "active": { "entities": 1, "why": "forbidden" } } },
            { "type": "azure_vm", "file": "entities/azure_vm/rows.parquet", "first": 5,
              "count": 3, "classes": ["Host"], "columns": columns(&[column("age", "age", "whole")]) },
        ],
        "relationships": [
            { "type": "azure_user_has_vm", "file": "relationships/azure_user_has_vm/rows.parquet",
              "first": 0, "count": 4, "classes": ["HAS"], "from": ["azure_user"],
              "to": ["azure_vm"], "columns": [column("_class", "_class", "text")] },
        ],
    }))
    .unwrap()
}

fn planned(text: &str) -> (Plan, Result<Statement, SqlError>) {
    let manifest = manifest();
    let model = Model::new(Some(&manifest));
    let plan = compile(text, &model, &Terms::default()).unwrap();
    let options = Options { certain: false, offset: 0, limit: None };
    let statement = sql(&plan, &model, &manifest, "s3://bucket/tables/", &options);
    (plan, statement)
}

fn statement(text: &str) -> Statement {
    planned(text).1.unwrap()
}

#[test]
fn statements_are_those_of_the_golden_file() {
    let mut all = String::new();
    for query in [
        "FIND azure_user WITH active = true AND email $= '@contoso.com'",
        "FIND azure_user WITH age >= 18 OR tags = ('a' AND 'b') RETURN azure_user.email",
        "FIND azure_vm THAT !HAS azure_user RETURN azure_vm._key",
        "FIND azure_user AS u (THAT HAS AS r azure_vm)? AS d WHERE u.age = d.age RETURN u.email, r._key, d.*",
        "FIND UNIQUE azure_user AS u THAT HAS >> azure_vm RETURN u.email ORDER BY u.email DESC SKIP 1 LIMIT 2",
        "FIND azure_user AS u THAT HAS azure_vm AS v RETURN u.email, count(v) AS vms, max(v.age) HAVING vms > 1",
    ] {
        let statement = statement(query);
        let _ = writeln!(all, "-- {query}\n{}\n", statement.text);
        for table in statement.tables {
            let _ = writeln!(all, "-- {} in {}\n{}\n", table.name, table.folder, table.text);
        }
    }
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(GOLDEN, &all).unwrap();
    }
    assert_eq!(std::fs::read_to_string(GOLDEN).unwrap(), all);
}

/// What is outside of names and texts.
fn outside(sql: &str, quotes: &[char]) -> String {
    let (mut outside, mut within) = (String::new(), None);
    for it in sql.chars() {
        match within {
            None if quotes.contains(&it) => within = Some(it),
            None => outside.push(it),
            // A doubled quote ends one text and begins the next.
            Some(quote) if quote == it => within = None,
            Some(_) => (),
        }
    }
    assert_eq!(within, None, "{sql}");
    outside
}

#[test]
fn hostile_names_and_texts_stay_in_their_quotes() {
    let quoted = HOSTILE.replace('\'', "\\'");
    let text = format!(
        "FIND '{quoted}' azure_user WITH [{HOSTILE}] = '{quoted}' OR tags ~= '{quoted}' AS u \
         WHERE u.[{HOSTILE}] != '{quoted}' RETURN u.email AS '{quoted}'"
    );
    let statement = statement(&text);
    assert!(statement.text.matches("DROP").count() > 3, "{}", statement.text);
    let rest = outside(&statement.text, &['"', '\'']);
    assert!(!rest.contains("DROP") && !rest.contains(';'), "{rest}");
    let manifest = manifest();
    let (plan, _) = planned(&text);
    let model = Model::new(Some(&manifest));
    let made = sql(&plan, &model, &manifest, "s3://b/it's; DROP/", &Options::default()).unwrap();
    assert!(made.tables[0].text.contains(r"LOCATION 's3://b/it\'s; DROP/entities/azure_user/'"));
}

#[test]
fn what_sql_cannot_say_is_refused() {
    let refused = |text: &str| planned(text).1.unwrap_err();
    assert!(matches!(refused("FIND azure_user RETURN TREE"), SqlError::Tree));
    let order = "FIND UNIQUE azure_user AS u RETURN u.email ORDER BY u._key";
    assert!(matches!(refused(order), SqlError::Order));
    let regex = r"FIND azure_user WITH email = /\bada/";
    assert!(matches!(refused(regex), SqlError::Regex { .. }));
    let long = format!("FIND azure_user WITH email = '{}'", "x".repeat(300_000));
    assert!(matches!(refused(&long), SqlError::TooLong { .. }));
    let missing = "FIND azure_user WITH email = ${email}";
    assert!(matches!(refused(missing), SqlError::Parameters(_)));
}

#[test]
fn rows_become_what_the_statement_answers() {
    let text = "FIND azure_user AS u RETURN u.email, u.tags, u.active, u.age, u.age + 1 LIMIT 2";
    let (plan, statement) = planned(text);
    let statement = statement.unwrap();
    let manifest = manifest();
    let model = Model::new(Some(&manifest));
    let row = |cells: [Option<&str>; 5]| cells.map(|it| it.map(str::to_owned)).to_vec();
    let rows = [
        row([Some("a"), Some(r#"["x"]"#), Some("true"), Some("7"), Some("8.0")]),
        row([None, None, None, Some("\"old\""), None]),
    ];
    let (answer, is_more) = statement.answer(&rows, &plan, &model, &manifest).unwrap();
    let Results::Table { columns, rows } = &answer.results else { panic!("{answer:?}") };
    assert_eq!(columns, &["u.email", "u.tags", "u.active", "u.age", "u.age + 1"]);
    let cells: Vec<Vec<Value>> =
        rows.iter().map(|it| it.iter().map(query::tables::Cell::to_json).collect()).collect();
    assert_eq!(json!(cells), json!([["a", ["x"], true, 7, 8], [null, null, null, "old", null]]));
    // The limit of the query may have cut something off.
    assert_eq!((answer.total, is_more), (None, false));
    let wrong = [row([None, None, Some("perhaps"), None, None])];
    assert!(statement.answer(&wrong, &plan, &model, &manifest).is_err());
}
