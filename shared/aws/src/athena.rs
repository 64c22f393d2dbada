//! Statements of SQL that Amazon Athena runs.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_athena::Client;
use aws_sdk_athena::config::{Credentials, Region};
use aws_sdk_athena::operation::get_table_metadata::GetTableMetadataError;
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, QueryExecutionStatistics,
    ResultConfiguration, ResultSet, Row,
};
use tokio::time::{Instant, sleep};

use crate::clients;
use crate::failure::cause;

/// The catalog of an account's own tables: that of AWS Glue.
const CATALOG: &str = "AwsDataCatalog";

/// The first wait for a statement's end. It doubles each time, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// How long a statement may take. Athena itself ends one after 30 minutes.
const LIMIT: Duration = Duration::from_mins(31);

/// The most rows of a page of results.
const PAGE: i32 = 1000;

/// Where statements are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workgroup {
    /// The name of the workgroup, whose limits hold.
    pub name: String,
    /// The database that has the tables.
    pub database: String,
    /// Where Athena writes results, such as `s3://bucket/results/`, unless the workgroup says so.
    pub output: Option<String>,
}

/// Amazon Athena, in a workgroup.
#[derive(Clone, Debug)]
pub struct Athena {
    client: Client,
    workgroup: Workgroup,
}

/// What a statement found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The rows, of which each has a text for each column, unless nothing is there.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many bytes were read for it, which is what it costs.
    pub scanned: u64,
}

/// Why Athena has not run a statement.
#[derive(Debug, thiserror::Error)]
pub enum AthenaError {
    /// A call failed.
    #[error("Athena cannot {what}: {cause}")]
    Call {
        /// What was asked for.
        what: &'static str,
        /// Why it failed.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The statement failed, or was cancelled, as it is where it reads more than the workgroup
    /// lets it.
    #[error("Athena has not run the statement {id}: {why}")]
    Failed {
        /// What Athena calls its run.
        id: String,
        /// Why.
        why: String,
    },
    /// It takes too long.
    #[error("Athena still runs the statement {id} after {} minutes", LIMIT.as_secs() / 60)]
    TooSlow {
        /// What Athena calls its run.
        id: String,
    },
}

impl Athena {
    /// Athena in the region and with the credentials of the environment.
    pub async fn connect(workgroup: Workgroup) -> Self {
        Self { client: Client::new(&clients::config().await), workgroup }
    }

    /// What takes the place of Athena at an address, and checks no signature.
    #[must_use]
    pub fn at(endpoint: &str, workgroup: Workgroup) -> Self {
        let anyone = Credentials::new("id", "key", None, None, "stand-in");
        let config = aws_sdk_athena::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(anyone)
            .endpoint_url(endpoint)
            .region(Region::new("eu-central-1"));
        Self { client: Client::from_conf(config.build()), workgroup }
    }

    /// Whether the database has a table.
    ///
    /// # Errors
    ///
    /// If Athena cannot be asked.
    pub async fn has_table(&self, name: &str) -> Result<bool, AthenaError> {
        let asked = self
            .client
            .get_table_metadata()
            .catalog_name(CATALOG)
            .database_name(&self.workgroup.database)
            .table_name(name)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(true),
            // This is also said where the database is missing, as the statement that makes the
            // table then says.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetTableMetadataError::is_metadata_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(AthenaError::Call { what: "look for a table", cause: cause(&error) }),
        }
    }

    /// Runs a statement that answers nothing, such as one that makes a table.
    ///
    /// # Errors
    ///
    /// If it fails, or Athena cannot be asked.
    pub async fn run(&self, statement: &str) -> Result<(), AthenaError> {
        self.finish(statement).await.map(drop)
    }

    /// Runs a statement that answers rows.
    ///
    /// # Errors
    ///
    /// If it fails, or Athena cannot be asked.
    pub async fn rows(&self, statement: &str) -> Result<Found, AthenaError> {
        let (id, execution) = self.finish(statement).await?;
        let scanned =
            execution.statistics().and_then(QueryExecutionStatistics::data_scanned_in_bytes);
        let scanned = scanned.and_then(|it| u64::try_from(it).ok()).unwrap_or_default();
        let pages = self.client.get_query_results().query_execution_id(&id).max_results(PAGE);
        let mut pages = pages.into_paginator().send();
        let mut rows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AthenaError::Call {
                what: "hand results over",
                cause: cause(&error),
            })?;
            let found = page.result_set().map(ResultSet::rows).unwrap_or_default();
            rows.extend(found.iter().map(texts));
        }
        // The first row has the names of the columns.
        let rows = rows.into_iter().skip(1).collect();
        Ok(Found { rows, scanned })
    }

    /// Starts a statement, and waits for its end.
    async fn finish(&self, statement: &str) -> Result<(String, QueryExecution), AthenaError> {
        let Workgroup { name, database, output } = &self.workgroup;
        let context = QueryExecutionContext::builder().catalog(CATALOG).database(database);
        let output = output.as_ref();
        let output = output.map(|it| ResultConfiguration::builder().output_location(it).build());
        let started = self
            .client
            .start_query_execution()
            .query_string(statement)
            .query_execution_context(context.build())
            .work_group(name)
            .set_result_configuration(output)
            .send()
            .await
            .map_err(|error| AthenaError::Call {
                what: "start a statement",
                cause: cause(&error),
            })?;
        let id = started.query_execution_id().unwrap_or_default().to_owned();
        let (begin, mut wait) = (Instant::now(), FIRST_WAIT);
        loop {
            let asked = self.client.get_query_execution().query_execution_id(&id).send().await;
            let asked = asked.map_err(|error| AthenaError::Call {
                what: "say how far a statement is",
                cause: cause(&error),
            })?;
            let execution =
                asked.query_execution.unwrap_or_else(|| QueryExecution::builder().build());
            let status = execution.status();
            match status.and_then(|it| it.state()) {
                Some(QueryExecutionState::Succeeded) => return Ok((id, execution)),
                Some(QueryExecutionState::Failed | QueryExecutionState::Cancelled) => {
                    let why = status.and_then(|it| it.state_change_reason());
                    let why = why.unwrap_or("it does not say why").to_owned();
                    return Err(AthenaError::Failed { id, why });
                }
                _ if begin.elapsed() > LIMIT => return Err(AthenaError::TooSlow { id }),
                _ => sleep(wait).await,
            }
            wait = LONGEST_WAIT.min(2 * wait);
        }
    }
}

fn texts(row: &Row) -> Vec<Option<String>> {
    row.data().iter().map(|it| it.var_char_value().map(str::to_owned)).collect()
}
