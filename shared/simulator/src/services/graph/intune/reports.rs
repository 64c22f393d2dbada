//! Reports: as tables, some rows at a time, and prepared for downloading.

use serde::Deserialize;
use serde_json::{Value, json};

use super::context::Context;
use super::error;
use crate::services::answer::Answer;
use crate::services::export::Order;
use crate::services::graph::error::Failure;
use crate::services::report::{Ask, Report, Selection, page};

/// The most rows that come at once, whatever is asked for. It is not documented, and was observed
/// of one of the reports.
const MOST: u64 = 50;

/// What a table is asked for with. `name` and `sessionId` have no meaning here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    #[serde(default)]
    select: Option<Vec<String>>,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    skip: Option<u64>,
    #[serde(default)]
    top: Option<u64>,
    #[serde(default)]
    order_by: Option<Vec<String>>,
    #[serde(default)]
    group_by: Option<Vec<String>>,
    #[serde(default)]
    search: Option<String>,
}

/// Some rows of a report.
pub(super) fn table(context: Context, report: &'static Report) -> Result<Answer, Failure> {
    let refuse = |text: &str| error::bad_request(context.cloud, context.path, text);
    let table: Table = serde_json::from_slice(&context.request.body)
        .map_err(|error| refuse(&format!("The request body is not valid: {error}")))?;
    if table.search.is_some_and(|it| !it.is_empty())
        || table.group_by.is_some_and(|it| !it.is_empty())
    {
        return Err(refuse("Reports can neither be searched nor grouped here."));
    }
    let tenant = &context.cloud.tenant;
    let ask = Ask {
        select: table.select.unwrap_or_default(),
        filter: table.filter.unwrap_or_default(),
        replaces: false,
    };
    let selection = Selection::new(tenant, report, &ask).map_err(|text| refuse(&text))?;
    let order = table.order_by.unwrap_or_default().into_iter().map(|order| {
        let (name, direction) = order.split_once(' ').unwrap_or((&order, "asc"));
        let is_known = report.columns.contains(&name);
        is_known.then(|| (name.to_owned(), direction.trim().eq_ignore_ascii_case("desc")))
    });
    let order: Option<Vec<(String, bool)>> = order.collect();
    let order = order.ok_or_else(|| refuse("The report can not be ordered by that."))?;
    let most = context.cloud.pager.size(MOST);
    let top = table.top.unwrap_or(most).min(most);
    let body = page(tenant, &selection, (table.skip.unwrap_or_default(), top), &order);
    // It is JSON, but the service says that it is a file.
    Ok(Answer::new(200, &body).with("Content-Type", "application/octet-stream"))
}

/// What a report is ordered with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    report_name: String,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    select: Option<Vec<String>>,
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    localization_type: Option<String>,
}

/// Begins to prepare a report.
pub(super) fn begin(context: Context) -> Result<Answer, Failure> {
    let refuse = |text: &str| error::bad_request(context.cloud, context.path, text);
    let job: Job = serde_json::from_slice(&context.request.body)
        .map_err(|error| refuse(&format!("The request body is not valid: {error}")))?;
    if job.format.is_some_and(|format| !format.eq_ignore_ascii_case("csv")) {
        return Err(refuse("Reports come as csv here."));
    }
    let replaces = match job.localization_type.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "localizedvaluesasadditionalcolumn" => false,
        "replacelocalizablevalues" => true,
        _ => return Err(refuse("The localizationType is not valid.")),
    };
    let order = Order {
        report_name: job.report_name,
        select: job.select.unwrap_or_default(),
        filter: job.filter.unwrap_or_default(),
        replaces,
    };
    let now = context.cloud.clock.micros();
    let job = context.cloud.exports.begin(&context.cloud.tenant, now, order);
    let job = job.map_err(|text| refuse(&text))?;
    Ok(Answer::new(201, &describe(context, &job)))
}

/// A job that prepares a report.
pub(super) fn job(context: Context, id: &str) -> Result<Answer, Failure> {
    let job = context.cloud.exports.job(id).ok_or_else(|| context.not_found())?;
    Ok(Answer::new(200, &describe(context, &job)))
}

fn describe(context: Context, job: &crate::services::export::Job) -> Value {
    let mut body = job.json(context.cloud.clock.micros(), context.cloud.exports.lifetime);
    let version = context.version.name();
    body["@odata.context"] = json!(format!(
        "https://graph.microsoft.com/{version}/$metadata#deviceManagement/reports/exportJobs/$entity"
    ));
    body
}
