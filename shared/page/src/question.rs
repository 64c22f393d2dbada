//! The questions that come with tenantgraph, and how many entities are good and bad.

use query::execute::{ExecuteError, Options};
use query::{Terms, compile, execute};
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

/// The answer to a question. The graph stays the same, so it is only found once.
pub(crate) async fn one(site: &Site, parameters: &Parameters) -> Result<Value, Failure> {
    let id = parameters.required("id")?;
    if let Some(answer) = site.answered(id) {
        return Ok(answer);
    }
    let missing = || Failure::NotFound(format!("there is no question {id}"));
    let answer = judged(site, find(id).ok_or_else(missing)?).await?;
    site.remember(id, &answer);
    Ok(answer)
}

async fn judged(site: &Site, question: &Question) -> Result<Value, Failure> {
    let mut unknown: Vec<String> = Vec::new();
    let mut counts = Vec::new();
    for text in [Some(&question.bad), question.good.as_ref()] {
        let Some(text) = text else {
            counts.push(None);
            continue;
        };
        let terms = Terms { now: query::now(), ..Terms::default() };
        let plan = match compile(text, &site.model, &terms) {
            Ok(plan) => plan,
            Err(cause) => return Ok(json!({ "id": question.id, "error": cause.to_string() })),
        };
        let options = Options { limit: None, ..Options::default() };
        let answer = match execute(&plan, &site.model, &site.tables, &options).await {
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
