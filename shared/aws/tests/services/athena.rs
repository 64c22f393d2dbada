use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::{Athena, AthenaError, Workgroup};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What was asked, as the operation and what it was given.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// Speaks the protocol of Athena: answers each call with the next of some answers.
async fn athena(answers: &[(u16, Value)]) -> (Athena, Asked) {
    let answers: Arc<Mutex<VecDeque<(u16, Value)>>> =
        Arc::new(Mutex::new(answers.iter().cloned().collect()));
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let answer = move |headers: HeaderMap, body: Bytes| async move {
        let operation = headers["x-amz-target"].to_str().unwrap().to_owned();
        let operation = operation.rsplit('.').next().unwrap().to_owned();
        seen.lock().unwrap().push((operation, serde_json::from_slice(&body).unwrap()));
        let (status, answer) = answers.lock().unwrap().pop_front().unwrap();
        let form = [("content-type", "application/x-amz-json-1.1")];
        (StatusCode::from_u16(status).unwrap(), form, answer.to_string())
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let workgroup = Workgroup {
        name: "team".to_owned(),
        database: "tenantgraph".to_owned(),
        output: Some("s3://bucket/results/".to_owned()),
    };
    (Athena::at(&endpoint, workgroup), asked)
}

fn state(state: &str, why: Option<&str>) -> (u16, Value) {
    let status = json!({ "State": state, "StateChangeReason": why });
    let statistics = json!({ "DataScannedInBytes": 1234 });
    (200, json!({ "QueryExecution": { "Status": status, "Statistics": statistics } }))
}

fn page(rows: &[&[Option<&str>]], next: Option<&str>) -> (u16, Value) {
    let cell = |it: Option<&str>| it.map_or(json!({}), |text| json!({ "VarCharValue": text }));
    let row = |row: &&[Option<&str>]| json!({ "Data": row.iter().copied().map(cell).collect::<Vec<_>>() });
    let rows: Vec<Value> = rows.iter().map(row).collect();
    (200, json!({ "ResultSet": { "Rows": rows }, "NextToken": next }))
}

#[tokio::test]
async fn rows_of_all_pages_come_back_once_the_statement_has_ended() {
    let (athena, asked) = athena(&[
        (200, json!({ "QueryExecutionId": "run" })),
        state("QUEUED", None),
        state("RUNNING", None),
        state("SUCCEEDED", None),
        page(&[&[Some("name"), Some("count")], &[Some("a"), Some("1")]], Some("more")),
        page(&[&[None, Some("2")], &[Some(""), None]], None),
    ])
    .await;
    let found = athena.rows("SELECT 1").await.unwrap();
    let text = |it: &str| Some(it.to_owned());
    let rows = vec![vec![text("a"), text("1")], vec![None, text("2")], vec![text(""), None]];
    assert_eq!((found.rows, found.scanned), (rows, 1234));
    let asked = asked.lock().unwrap();
    let (operation, start) = &asked[0];
    assert_eq!(operation, "StartQueryExecution");
    assert_eq!(start["QueryString"], "SELECT 1");
    assert_eq!(start["WorkGroup"], "team");
    assert_eq!(start["QueryExecutionContext"]["Database"], "tenantgraph");
    assert_eq!(start["ResultConfiguration"]["OutputLocation"], "s3://bucket/results/");
    let operations: Vec<&str> = asked[1..].iter().map(|(it, _)| it.as_str()).collect();
    let status = ["GetQueryExecution"; 3];
    assert_eq!(operations[..3], status);
    assert_eq!(operations[3..], ["GetQueryResults"; 2]);
    assert_eq!(asked[5].1["NextToken"], "more");
}

#[tokio::test]
async fn a_statement_that_reads_too_much_says_so() {
    let why = "Query cancelled! : Bytes scanned limit was exceeded";
    let (athena, _) =
        athena(&[(200, json!({ "QueryExecutionId": "run" })), state("CANCELLED", Some(why))]).await;
    let error = athena.rows("SELECT 1").await.unwrap_err();
    assert!(matches!(&error, AthenaError::Failed { id, .. } if id == "run"));
    assert!(error.to_string().contains(why), "{error}");
}

#[tokio::test]
async fn a_table_is_there_or_not() {
    let missing = json!({ "__type": "MetadataException", "Message": "EntityNotFoundException" });
    let refused = json!({ "__type": "AccessDeniedException", "Message": "not allowed" });
    let (athena, asked) = athena(&[
        (200, json!({ "TableMetadata": { "Name": "there" } })),
        (400, missing),
        (400, refused),
    ])
    .await;
    assert!(athena.has_table("there").await.unwrap());
    assert!(!athena.has_table("missing").await.unwrap());
    let error = athena.has_table("hidden").await.unwrap_err();
    assert!(error.to_string().contains("not allowed"), "{error}");
    assert_eq!(asked.lock().unwrap()[1].1["TableName"], "missing");
}
