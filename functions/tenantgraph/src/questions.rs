//! `tenantgraph questions`.

use std::path::PathBuf;

use questions::{Question, own};

use crate::arguments::Questions;
use crate::print::{self, line};
use crate::progress::remark;
use crate::{End, Error};

/// The questions of some packs, or else those that come with tenantgraph.
pub(crate) fn read(packs: &[PathBuf]) -> Result<Vec<Question>, Error> {
    if packs.is_empty() {
        return Ok(own().to_vec());
    }
    let mut all = Vec::new();
    for path in packs {
        let in_file = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| in_file(&error))?;
        all.extend(questions::read(&text).map_err(|error| in_file(&error))?);
    }
    Ok(all)
}

pub(crate) fn list(arguments: &Questions) -> Result<End, Error> {
    let wanted = arguments.matching.as_deref().unwrap_or_default().to_lowercase();
    let matches = |it: &Question| {
        let texts = [&it.id, &it.title, &it.meaning].into_iter().chain(&it.references);
        texts.into_iter().any(|it| it.to_lowercase().contains(&wanted))
    };
    let found: Vec<Question> = read(&arguments.packs)?.into_iter().filter(matches).collect();
    if arguments.json {
        print::json(&serde_json::to_string_pretty(&found)?)?;
        return Ok(End::Complete);
    }
    if found.is_empty() {
        remark(&format!("no question has {wanted:?} in its id, title, meaning or references"));
    }
    for it in found {
        line(&format!("{}  [{}]", it.id, it.severity.as_str()))?;
        line(&format!("  {}", it.title))?;
    }
    Ok(End::Complete)
}
