//! From files to questions.

use serde::Deserialize as _;
use serde_json::Value;

use crate::jupiterone;
use crate::question::Question;

/// Why a pack cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PackError(String);

/// Reads a pack, in YAML or JSON: a list of questions, also within an object as `questions`.
///
/// # Errors
///
/// If it makes no sense.
pub fn read(text: &str) -> Result<Vec<Question>, PackError> {
    let value: Value =
        serde_saphyr::from_str(text).map_err(|error| PackError(error.to_string()))?;
    let items = match value {
        Value::Array(items) => items,
        Value::Object(mut object) => match object.remove("questions") {
            Some(Value::Array(items)) => items,
            _ => vec![Value::Object(object)],
        },
        _ => return Err(PackError("a pack is a list of questions".to_owned())),
    };
    let mut questions = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let name = ["id", "title", "name"].iter().find_map(|it| item.get(*it)?.as_str());
        let name = name.map_or_else(|| format!("question {}", at + 1), str::to_owned);
        let named = |why: String| PackError(format!("{name}: {why}"));
        if jupiterone::is_question(item) {
            questions.extend(jupiterone::questions(item).map_err(named)?);
        } else {
            let question = Question::deserialize(item);
            questions.push(question.map_err(|error| named(error.to_string()))?);
        }
    }
    Ok(questions)
}
