//! Asking a graph what the queries of rules find in it.

use async_trait::async_trait;
use collector::layout::Job;
use query::execute::{ExecuteError, Options};
use query::tables::Tables;
use query::{Model, Plan, Terms, awaits, compile, content, execute, reaches};

use crate::found::Found;
use crate::found::MOST_ROWS;
use crate::rule::digest;

/// What tells a graph from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The tenant, by the id of its instance.
    pub tenant: String,
    /// The job of the snapshot.
    pub job: String,
    /// What follows from all jobs whose snapshots it is made of. That of early snapshots is the
    /// same: what does not rest on something that is still being read stays as it is.
    pub id: String,
    /// When the last of them was finished, in ISO 8601.
    pub at: String,
}

/// Answers the queries of rules.
#[async_trait]
pub trait Ask: Send + Sync {
    /// Which graph it is that is asked.
    fn graph(&self) -> Graph;

    /// A digest of what the answer to a query follows from. None if that cannot be said, or if the
    /// query makes no sense.
    fn content(&self, query: &str) -> Option<String>;

    /// Answers a query. Rows differ where one of these properties does, or any if there are none.
    async fn ask(&self, query: &str, properties: Option<&[String]>) -> Result<Found, AskError>;
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The query makes no sense, and will not tomorrow.
    #[error("{0}")]
    Query(String),
    /// The tables cannot be read.
    #[error("{0}")]
    Tables(String),
}

/// A published snapshot.
#[derive(Debug)]
pub struct Snapshot {
    tenant: String,
    tables: Tables,
    model: Model,
    now: f64,
}

impl Snapshot {
    /// The snapshot in these tables, at a moment in milliseconds since 1970.
    #[must_use]
    pub fn new(tenant: &str, tables: Tables, now: f64) -> Self {
        let model = Model::new(Some(&tables.manifest));
        Self { tenant: tenant.to_owned(), tables, model, now }
    }

    fn plan(&self, query: &str) -> Result<Plan, AskError> {
        let terms = Terms { now: self.now, ..Terms::default() };
        compile(query, &self.model, &terms).map_err(|it| AskError::Query(it.to_string()))
    }
}

#[async_trait]
impl Ask for Snapshot {
    fn graph(&self) -> Graph {
        let manifest = &self.tables.manifest;
        let jobs: Vec<Job> = manifest.jobs.iter().map(Job::whole).collect();
        let jobs = jobs.iter().flat_map(|it| [it.instance.as_str(), it.id.as_str()]);
        Graph {
            tenant: self.tenant.clone(),
            job: manifest.job.id.clone(),
            id: digest(&jobs.collect::<Vec<_>>()),
            at: manifest.finished_at.clone(),
        }
    }

    fn content(&self, query: &str) -> Option<String> {
        let plan = self.plan(query).ok()?;
        content(&plan, &self.model, &self.tables)
    }

    async fn ask(&self, query: &str, properties: Option<&[String]>) -> Result<Found, AskError> {
        let plan = self.plan(query)?;
        // One more than are compared, which tells that there are more.
        let options = Options { certain: false, offset: 0, limit: Some(MOST_ROWS as u64 + 1) };
        let answer = execute(&plan, &self.model, &self.tables, &options).await;
        let answer = answer.map_err(|error| match error {
            ExecuteError::Table(error) => AskError::Tables(error.to_string()),
            other => AskError::Query(other.to_string()),
        })?;
        let mut found = Found::of(&answer, properties);
        found.unread = reaches(&plan, &self.model, &self.tables);
        found.pending |= awaits(&plan, &self.tables, false);
        found.values_pending = awaits(&plan, &self.tables, true);
        Ok(found)
    }
}
