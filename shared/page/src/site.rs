//! What the page shows: one snapshot, opened once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use collector::Context;
use collector::snapshot;
use collector::summary::Summary;
use query::Model;
use query::execute::Relationships;
use query::tables::{self, Table, Tables};
use serde_json::{Value, json};
use tokio::sync::{OnceCell, Semaphore};

use crate::failure::Failure;
use crate::names::Names;

/// How many requests are answered at a time. Others wait for a moment, and then are refused.
const AT_ONCE: usize = 4;

/// How many earlier snapshots questions are asked of.
const EARLIER: usize = 12;

/// What the page shows.
#[derive(Debug)]
pub struct Site {
    pub(crate) context: Arc<Context>,
    pub(crate) tables: Tables,
    pub(crate) model: Model,
    /// What came of each job of which the snapshot was put together.
    pub(crate) summaries: Vec<Summary>,
    pub(crate) names: Names,
    /// The services of types.
    pub(crate) services: BTreeMap<&'static str, String>,
    /// The answers to questions, by the id and by the earlier snapshot, if it is one. They stay the
    /// same.
    answers: Mutex<BTreeMap<(String, String), Value>>,
    pub(crate) places: Arc<Semaphore>,
    /// The overview, once it was asked for.
    pub(crate) overview: OnceCell<Value>,
    relationships: OnceCell<Relationships>,
    earlier: OnceCell<Vec<Earlier>>,
}

/// A snapshot before the one that is shown.
#[derive(Debug)]
pub(crate) struct Earlier {
    pub(crate) tables: Tables,
    pub(crate) model: Model,
}

impl Site {
    /// Opens the tables of a snapshot.
    ///
    /// # Errors
    ///
    /// If something that is stored cannot be read.
    pub async fn open(context: Arc<Context>, tables: Tables) -> Result<Self, Failure> {
        let mut summaries = Vec::new();
        for job in &tables.manifest.jobs {
            summaries.push(snapshot::of(&context, job).await?);
        }
        Ok(Self {
            names: Names::read(&tables).await?,
            model: Model::new(Some(&tables.manifest)),
            services: steps::docs::service_of_types(),
            answers: Mutex::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            overview: OnceCell::new(),
            relationships: OnceCell::new(),
            earlier: OnceCell::new(),
            context,
            tables,
            summaries,
        })
    }

    /// Whether it shows the snapshot that tables are of.
    #[must_use]
    pub fn shows(&self, tables: &Tables) -> bool {
        self.tables.manifest.digests == tables.manifest.digests
    }

    /// All relationships, which are read when they are first asked for.
    pub(crate) async fn relationships(&self) -> Result<&Relationships, Failure> {
        Ok(self.relationships.get_or_try_init(|| Relationships::read(&self.tables)).await?)
    }

    /// The earlier snapshots whose tables are published, the latest first. They are looked for when
    /// they are first asked for.
    pub(crate) async fn earlier(&self) -> Result<&[Earlier], Failure> {
        let read = async || {
            let found = tables::earlier(&self.context, &self.tables.manifest, EARLIER).await?;
            let opened = found.into_iter().map(|tables| {
                let model = Model::new(Some(&tables.manifest));
                Earlier { tables, model }
            });
            Ok::<_, Failure>(opened.collect())
        };
        Ok(self.earlier.get_or_try_init(read).await?)
    }

    /// The number of the entity with a key.
    pub(crate) fn entity(&self, key: &str) -> Result<u32, Failure> {
        let missing = || Failure::NotFound(format!("there is no entity with the key {key}"));
        self.names.number(key).ok_or_else(missing)
    }

    /// The table that an entity is in.
    pub(crate) fn table(&self, entity: u32) -> Option<&Table> {
        let at = self.tables.manifest.table_of(entity)?;
        self.tables.manifest.entities.get(at)
    }

    /// The type of an entity.
    pub(crate) fn kind(&self, entity: u32) -> &str {
        self.table(entity).map_or("", |it| &it.kind)
    }

    /// An entity as lists and graphs name it.
    pub(crate) fn named(&self, entity: u32) -> Value {
        json!({
            "key": self.names.key(entity),
            "type": self.kind(entity),
            "name": self.names.name(entity),
        })
    }

    /// The service that a type of entity belongs to.
    pub(crate) fn service(&self, kind: &str) -> &str {
        self.services.get(kind).map_or("Outside of the tenant", String::as_str)
    }

    /// An answer that was found before.
    pub(crate) fn answered(&self, question: &str, at: &str) -> Option<Value> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(&(question.to_owned(), at.to_owned())).cloned()
    }

    pub(crate) fn remember(&self, question: &str, at: &str, answer: &Value) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.insert((question.to_owned(), at.to_owned()), answer.clone());
    }
}
