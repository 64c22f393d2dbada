//! `tenantgraph query`.

use std::io::{Read as _, stdin};

use query::execute::{Answer, ExecuteError};
use query::language::nearest;
use query::{AskError, Model, Question, Terms, compile};

use crate::arguments::{Engine, Explanation, Query};
use crate::asked::{Target, open, parameters};
use crate::print::{json, line};
use crate::{End, Error, questions};

mod athena;
pub(crate) mod print;
mod report;

pub(crate) async fn run(arguments: Query) -> Result<End, Error> {
    if arguments.all_questions {
        return report::run(&arguments).await;
    }
    let text = text(&arguments)?;
    let terms = Terms { parameters: parameters(&arguments.parameters)?, now: query::now() };
    if arguments.explain == Some(Explanation::Steps) {
        let plan = compile(&text, &Model::new(None), &terms).map_err(|it| it.to_string())?;
        query::explain(&plan).lines().try_for_each(line)?;
        return Ok(End::Complete);
    }
    let Target { tables, .. } = open(&arguments.asked).await?;
    let model = Model::new(Some(&tables.manifest));
    if let Some(explanation) = arguments.explain {
        athena::explain(&arguments, explanation, &text, &terms, (&tables, &model))?;
        return Ok(End::Complete);
    }
    if arguments.athena.engine == Engine::Athena {
        let answer = athena::ask(&arguments, &text, &terms, (&tables, &model)).await?;
        return show(&arguments, &answer, None);
    }
    let question = Question {
        text: &text,
        terms: &terms,
        cursor: arguments.cursor.as_deref(),
        certain: arguments.certain,
        limit: if arguments.all { None } else { Some(arguments.limit) },
    };
    let (answer, cursor) = query::ask(&tables, &model, &question).await.map_err(explained)?;
    show(&arguments, &answer, cursor.as_deref())
}

/// Prints an answer as it is wanted.
fn show(arguments: &Query, answer: &Answer, cursor: Option<&str>) -> Result<End, Error> {
    // A program asks what others have written, of types that this model may not have.
    if let Some(mistyped) = mistyped(answer).filter(|_| !arguments.json) {
        return Err(mistyped.into());
    }
    match (&arguments.tree, arguments.json, arguments.csv) {
        (Some(form), _, _) => print::tree(*form, answer)?,
        (None, true, _) => json(&answer.to_json(cursor))?,
        (None, _, true) => print::csv(answer)?,
        _ => print::table(answer)?,
    }
    if !arguments.json {
        print::remarks(answer, cursor, arguments.certain);
    }
    Ok(if answer.unknown.is_empty() { End::Complete } else { End::Incomplete })
}

/// The query: that of a question, what is given, what a file holds, or what comes in.
fn text(arguments: &Query) -> Result<String, Error> {
    if let Some(id) = &arguments.question {
        let questions = questions::read(&arguments.packs)?;
        let question = questions.iter().find(|it| it.id == *id);
        let question = question.ok_or_else(|| {
            let hint = match nearest(id, questions.iter().map(|it| it.id.as_str())) {
                Some(near) => format!("did you mean {near}?"),
                None => "`tenantgraph questions` lists them".to_owned(),
            };
            format!("there is no question {id}; {hint}")
        })?;
        return Ok(question.bad.clone());
    }
    let given = arguments.text.as_deref().unwrap_or_default();
    if given == "-" {
        let mut text = String::new();
        stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    match given.strip_prefix('@') {
        Some(path) => {
            Ok(std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?)
        }
        None => Ok(given.to_owned()),
    }
}

/// What the names of an answer without results are that there are not: that nothing was found says
/// nothing then.
fn mistyped(answer: &Answer) -> Option<String> {
    let notes = answer.notes.iter().map(String::as_str);
    let notes: Vec<&str> = notes.filter(|it| query::is_of_unknown_name(it)).collect();
    (answer.results.is_empty() && !notes.is_empty()).then(|| notes.join("\n"))
}

/// Says which option gives what is missing.
fn explained(error: AskError) -> Error {
    match error {
        AskError::Execute(ExecuteError::Parameters(_)) => {
            format!("{error}; give them with --parameter NAME=VALUE").into()
        }
        other => other.into(),
    }
}
