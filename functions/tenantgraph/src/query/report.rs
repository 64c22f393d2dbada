//! The answers to all questions, as a report.

use std::cmp::Reverse;

use query::execute::Options;
use query::tables::Tables;
use query::{Model, Terms, compile, execute};
use questions::Question;
use serde_json::{Value, json as object};

use crate::arguments::Query;
use crate::asked::{open, parameters};
use crate::print::{Table, json, right, text};
use crate::progress::remark;
use crate::{End, Error};

/// What came of a question.
struct Line {
    question: Question,
    /// How many are bad and how many are good; none if the question has no such query.
    bad: u64,
    good: Option<u64>,
    /// What the counts rest on that was not read, in words.
    unknown: Vec<String>,
    /// Why there is no answer.
    error: Option<String>,
}

pub(super) async fn run(arguments: &Query) -> Result<End, Error> {
    let questions = crate::questions::read(&arguments.packs)?;
    let target = open(&arguments.asked).await?;
    let model = Model::new(Some(&target.tables.manifest));
    let terms = Terms { parameters: parameters(&arguments.parameters)?, now: query::now() };
    let mut lines = Vec::new();
    for question in questions {
        lines.push(line(question, &target.tables, &model, &terms, arguments.certain).await);
    }
    // What is bad comes first, the worst of it at the top.
    lines.sort_by_key(|it| (it.bad == 0, Reverse(it.question.severity), it.question.id.clone()));
    if arguments.json {
        let lines: Vec<Value> = lines.iter().map(Line::to_json).collect();
        json(&serde_json::to_string_pretty(&lines)?)?;
    } else {
        print(&lines)?;
    }
    let is_whole = lines.iter().all(|it| it.unknown.is_empty() && it.error.is_none());
    Ok(if is_whole { End::Complete } else { End::Incomplete })
}

async fn line(
    question: Question,
    tables: &Tables,
    model: &Model,
    terms: &Terms,
    certain: bool,
) -> Line {
    let mut line = Line { question, bad: 0, good: None, unknown: Vec::new(), error: None };
    let good = line.question.good.clone();
    for (text, is_bad) in [(Some(line.question.bad.clone()), true), (good, false)] {
        let Some(text) = text else { continue };
        let count = async {
            let plan = compile(&text, model, terms).map_err(|it| it.to_string())?;
            let options = Options { certain, offset: 0, limit: None };
            execute(&plan, model, tables, &options).await.map_err(|it| it.to_string())
        };
        match count.await {
            Ok(answer) => {
                let count = answer.count();
                if is_bad {
                    line.bad = count;
                } else {
                    line.good = Some(count);
                }
                for doubt in answer.doubts() {
                    if !line.unknown.contains(&doubt) {
                        line.unknown.push(doubt);
                    }
                }
            }
            Err(error) => line.error = Some(error),
        }
    }
    line
}

impl Line {
    fn to_json(&self) -> Value {
        let Self { question, bad, good, unknown, error } = self;
        object!({
            "id": question.id, "title": question.title, "severity": question.severity,
            "references": question.references, "bad": bad, "good": good, "unknown": unknown,
            "error": error,
        })
    }
}

fn print(lines: &[Line]) -> Result<(), Error> {
    let titles = [text("severity"), text("question"), right("bad"), right("good")];
    let mut table = Table::titled(titles);
    for it in lines {
        let good = it.good.map(|it| it.to_string()).unwrap_or_default();
        let doubt = match (&it.error, it.unknown.first()) {
            (Some(error), _) => {
                format!("no answer: {}", error.lines().next().unwrap_or_default())
            }
            (None, Some(unknown)) => format!("unknown: {unknown}"),
            (None, None) => String::new(),
        };
        table.row([
            text(it.question.severity.as_str()),
            text(&it.question.id),
            right(&it.bad.to_string()),
            right(&good),
            text(&doubt),
        ]);
    }
    table.print(0)?;
    let count = |is: &dyn Fn(&Line) -> bool| lines.iter().filter(|it| is(it)).count();
    let sure = |it: &Line| it.unknown.is_empty() && it.error.is_none();
    let nothing = |it: &Line| it.bad == 0 && it.good == Some(0) && sure(it);
    remark(&format!(
        "{} questions: {} with something bad, {} with nothing bad, {} for which there is nothing to judge, {} of \
         which something was not read",
        lines.len(),
        count(&|it| it.bad > 0),
        count(&|it| it.bad == 0 && sure(it) && !nothing(it)),
        count(&nothing),
        count(&|it| !sure(it)),
    ));
    Ok(())
}
