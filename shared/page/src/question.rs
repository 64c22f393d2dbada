//! The questions that come with tenantgraph, and how many entities are good and bad.

use query::execute::{ExecuteError, Options};
use query::tables::Tables;
use query::{Model, Terms, compile, execute};
use questions::{AREAS, Question, find, own};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::request::Parameters;
use crate::site::Site;

/// All questions, without answers.
pub(crate) fn list() -> Value {
    let questions = own().iter().map(|it| {
        let area = AREAS.iter().find(|area| it.id.starts_with(area.prefix));
        let mut question = json!(it);
        question["area"] = json!(area.map(|it| it.title));
        question
    });
    json!({ "questions": questions.collect::<Vec<_>>() })
}

/// When the earlier snapshots were taken of which questions can be asked, the latest first.
pub(crate) async fn earlier(site: &Site) -> Result<Value, Failure> {
    let earlier = site.earlier().await?.iter().map(|it| &it.tables.manifest.finished_at);
    Ok(json!({ "earlier": earlier.collect::<Vec<_>>() }))
}

/// The answer to a question, in an earlier snapshot if one is named. Graphs stay the same, so it is
/// only found once.
pub(crate) async fn one(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let (id, at) = (parameters.required("id")?, parameters.text("at"));
    if let Some(answer) = site.answered(id, at) {
        return Ok(answer);
    }
    let missing = || Failure::NotFound(format!("there is no question {id}"));
    let question = find(id).ok_or_else(missing)?;
    let answer = if at.is_empty() {
        judged(question, &site.tables, &site.model).await?
    } else {
        let mut earlier = site.earlier().await?.iter();
        let earlier = earlier.find(|it| it.tables.manifest.finished_at == at);
        let missing = || Failure::NotFound(format!("there is no earlier snapshot of {at}"));
        let earlier = earlier.ok_or_else(missing)?;
        judged(question, &earlier.tables, &earlier.model).await?
    };
    site.remember(id, at, &answer);
    Ok(answer)
}

async fn judged(question: &Question, tables: &Tables, model: &Model) -> Result<Value, Failure> {
    let mut unknown: Vec<String> = Vec::new();
    let mut counts = Vec::new();
    for text in [Some(&question.bad), question.good.as_ref()] {
        let Some(text) = text else {
            counts.push(None);
            continue;
        };
        let terms = Terms { now: query::now(), ..Terms::default() };
        let plan = match compile(text, model, &terms) {
            Ok(plan) => plan,
            Err(cause) => return Ok(json!({ "id": question.id, "error": cause.to_string() })),
        };
        let options = Options { limit: None, ..Options::default() };
        let answer = match execute(&plan, model, tables, &options).await {
            Ok(answer) => answer,
            Err(cause @ ExecuteError::Parameters(_)) => {
                return Ok(json!({ "id": question.id, "error": cause.to_string() }));
            }
            Err(cause) => return Err(cause.into()),
        };
        counts.push(Some(answer.count()));
        for doubt in answer.doubts() {
            if !unknown.contains(&doubt) {
                unknown.push(doubt);
            }
        }
    }
    Ok(json!({ "id": question.id, "bad": counts[0], "good": counts[1], "unknown": unknown }))
}
