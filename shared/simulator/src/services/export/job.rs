//! A job that prepares a report.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::archive::Export;
use crate::world::dates::fraction;
use crate::world::intune::NO_DATE;

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) report_name: String,
    pub(crate) select: Vec<String>,
    pub(crate) filter: String,
    /// Whether texts for people stand in the place of numbers.
    pub(crate) replaces: bool,
}

/// What becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Completes,
    /// It takes ten times as long.
    Slow,
    Fails,
    /// It never ends.
    Hangs,
    /// What can be downloaded ends in the middle.
    Breaks,
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    NotStarted,
    InProgress,
    Completed,
    Failed,
}

/// A job. Times are microseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) order: Order,
    pub(crate) export: Arc<Export>,
    pub(crate) requested: u64,
    pub(crate) starts: u64,
    pub(crate) ends: u64,
    pub(crate) fate: Fate,
    /// What the address of the download is signed with.
    pub(crate) signature: String,
}

/// The account and the container that prepared reports are in.
pub(crate) const HOST: &str = "amsua0702repexpstorage.blob.core.windows.net";
const CONTAINER: &str = "cec055a4-97f0-4889-b790-dc7ad0d12c29";

impl Job {
    pub(crate) fn status(&self, now: u64) -> Status {
        match self.fate {
            _ if now < self.starts => Status::NotStarted,
            _ if now < self.ends => Status::InProgress,
            Fate::Fails => Status::Failed,
            Fate::Hangs => Status::InProgress,
            Fate::Completes | Fate::Slow | Fate::Breaks => Status::Completed,
        }
    }

    /// When the download expires, in seconds since 1970.
    pub(crate) fn expires(&self, lifetime: Duration) -> i64 {
        let micros = u128::from(self.ends) + lifetime.as_micros();
        i64::try_from(micros / 1_000_000).unwrap_or(i64::MAX)
    }

    /// The path of the download on its host.
    pub(crate) fn path(&self) -> String {
        format!("{CONTAINER}/{}.zip", self.id)
    }

    /// The id of the job that a download is of, by its path.
    pub(crate) fn id_of(path: &str) -> Option<&str> {
        path.strip_prefix(CONTAINER)?.strip_prefix('/')?.strip_suffix(".zip")
    }

    fn url(&self, expires: i64) -> String {
        let expires = fraction(expires, 0)[..19].replace(':', "%3A");
        format!(
            "https://{HOST}/{}?sv=2019-07-07&sr=b&sig={}%3D&skoid=1db6df02-4c8b-4cb3-8394-7ac2390642f8\
             &sktid=72f988bf-86f1-41af-91ab-2d7cd011db47&ske={expires}Z&sks=b&skv=2019-07-07\
             &se={expires}Z&sp=r",
            self.path(),
            self.signature
        )
    }

    /// What Microsoft Graph says of the job, without the description of its type.
    pub(crate) fn json(&self, now: u64, lifetime: Duration) -> Value {
        let status = self.status(now);
        let expires = (status == Status::Completed).then(|| self.expires(lifetime));
        let seconds = i64::try_from(self.requested / 1_000_000).unwrap_or(i64::MAX);
        json!({
            "id": self.id,
            "reportName": self.order.report_name,
            "filter": Some(&self.order.filter).filter(|filter| !filter.is_empty()),
            "select": self.order.select,
            "format": "csv",
            "snapshotId": null,
            "localizationType": if self.order.replaces {
                "replaceLocalizableValues"
            } else {
                "localizedValuesAsAdditionalColumn"
            },
            "search": null,
            "status": match status {
                Status::NotStarted => "notStarted",
                Status::InProgress => "inProgress",
                Status::Completed => "completed",
                Status::Failed => "failed",
            },
            "url": expires.map(|expires| self.url(expires)),
            "requestDateTime": fraction(seconds, self.requested % 1_000_000 * 10),
            "expirationDateTime": expires
                .map_or_else(|| NO_DATE.to_owned(), |expires| fraction(expires, 0)),
        })
    }
}
