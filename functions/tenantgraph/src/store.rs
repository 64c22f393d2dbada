//! `tenantgraph store`.

use collector::check;
use serde_json::json;

use crate::arguments::{self, CheckStore};
use crate::print::{self, line};
use crate::{End, Error, local};

/// Reads everything that is stored, and says what is damaged.
pub(crate) async fn run(command: arguments::Store) -> Result<End, Error> {
    let arguments::Store::Check(CheckStore { storage, repair, json }) = command;
    let context = local::existing(&storage.store).await?;
    let mut found = check::store(&context).await?;
    if repair {
        check::repair(&context, &mut found).await?;
    }
    if json {
        print::json(&format!("{:#}", json!(found)))?;
    } else {
        for damage in &found.damaged {
            let what = if damage.is_missing { "MISSING" } else { "DAMAGED" };
            line(&format!("{what}  {damage}"))?;
            if let Some(moved) = &damage.moved {
                line(&format!("         moved to {moved}"))?;
            }
        }
        let (read, damaged) = (found.read, found.damaged.len());
        line(&format!("{read} objects read; {damaged} damaged or missing"))?;
    }
    Ok(if found.damaged.is_empty() { End::Complete } else { End::Failed })
}
