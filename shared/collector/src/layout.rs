//! Where everything lies in object storage.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::format_description;

/// One execution of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Job {
    /// The instance.
    pub instance: String,
    /// The execution. Those that begin later sort after those that began earlier, to the
    /// millisecond.
    pub id: String,
}

impl Job {
    /// A new execution of an instance.
    #[must_use]
    pub fn new(instance: &str, now: OffsetDateTime) -> Self {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let moment = now.format(&format).unwrap_or_default();
        let unique = uuid::Uuid::new_v4().simple().to_string();
        let id = format!("{moment}-{:03}{}", now.millisecond(), &unique[..5]);
        Self { instance: instance.to_owned(), id }
    }

    /// What is published of it before its slow steps have ended. It is named like a job, so that
    /// whoever reads the snapshot of a job reads this one in the same way. No job has that name.
    #[must_use]
    pub fn early(&self) -> Self {
        Self { instance: self.instance.clone(), id: format!("{}{EARLY}", self.id) }
    }

    /// The job whose early snapshot this names, if it names one.
    #[must_use]
    pub fn of_early(&self) -> Option<Self> {
        let id = self.id.strip_suffix(EARLY)?.to_owned();
        Some(Self { instance: self.instance.clone(), id })
    }

    /// The job, whether this names the job or its early snapshot.
    #[must_use]
    pub fn whole(&self) -> Self {
        self.of_early().unwrap_or_else(|| self.clone())
    }

    /// What was planned.
    #[must_use]
    pub fn plan(&self) -> String {
        self.file("plan.json")
    }

    /// What came of it.
    #[must_use]
    pub fn summary(&self) -> String {
        self.file("summary.json")
    }

    /// How far a step is.
    #[must_use]
    pub fn checkpoint(&self, step: &str) -> String {
        self.file(&format!("steps/{step}/checkpoint.json"))
    }

    /// When it was planned, by its id.
    #[must_use]
    pub fn moment(&self) -> Option<OffsetDateTime> {
        let format = format_description!("[year][month][day]T[hour][minute][second]Z");
        let moment = time::PrimitiveDateTime::parse(self.id.split('-').next()?, format);
        Some(moment.ok()?.assume_utc())
    }

    /// What a step has kept for the next job to add changes to.
    #[must_use]
    pub fn state(&self, step: &str, slice: &str) -> String {
        self.file(&format!("steps/{step}/state-{slice}.json"))
    }

    /// A stored object of entities or references, or of what is kept of a step.
    #[must_use]
    pub fn part(&self, step: &str, part: u32, slice: &str, content: Content) -> String {
        let content = content.as_str();
        self.file(&format!("steps/{step}/{part:05}-{slice}.{content}.ndjson.zst"))
    }

    /// The manifest of a step, which exists once the step has ended.
    #[must_use]
    pub fn manifest(&self, step: &str) -> String {
        format!("{}{step}.json", self.manifests())
    }

    /// What the names of all manifests begin with. They lie side by side, so that one request lists
    /// the steps that have ended.
    #[must_use]
    pub fn manifests(&self) -> String {
        self.file("manifests/")
    }

    /// What is kept of linking, where that takes more than one invocation.
    #[must_use]
    pub fn linking(&self, name: &str) -> String {
        self.file(&format!("linking/{name}"))
    }

    /// An object of the snapshot.
    #[must_use]
    pub fn snapshot(&self, record_kind: RecordKind, kind: &str) -> String {
        let Self { instance, id } = self;
        format!("graph/{instance}/{id}/{}/{kind}.ndjson.zst", record_kind.as_str())
    }

    /// What later jobs and readers have to know of the snapshot: the summary once more. It stays as
    /// long as the snapshot does, which is longer than what lies under `jobs/`.
    #[must_use]
    pub fn snapshot_summary(&self) -> String {
        format!("{}summary.json", self.snapshot_folder())
    }

    /// What the names of all objects of the snapshot begin with.
    #[must_use]
    pub fn snapshot_folder(&self) -> String {
        let Self { instance, id } = self;
        format!("graph/{instance}/{id}/")
    }

    /// What the names of all objects that the job leaves begin with, but for its snapshot.
    #[must_use]
    pub fn folder(&self) -> String {
        self.file("")
    }

    /// How often the job could not be finished, and why.
    #[must_use]
    pub fn tries(&self) -> String {
        self.file("tries.json")
    }

    /// How the snapshot differs from the last.
    #[must_use]
    pub fn feed(&self) -> String {
        let Self { instance, id } = self;
        format!("graph/{instance}/{id}/feed.ndjson.zst")
    }

    fn file(&self, name: &str) -> String {
        let Self { instance, id } = self;
        format!("jobs/{instance}/{id}/{name}")
    }
}

/// What the name of an early snapshot ends with, behind the id of its job.
const EARLY: &str = "-early";

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    /// Entities.
    Entities,
    /// References.
    References,
    /// Items as they were read, which are kept for the next job to add changes to.
    Items,
    /// Changes that delta queries told.
    Changes,
}

impl Content {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::References => "references",
            Self::Items => "items",
            Self::Changes => "changes",
        }
    }
}

/// What an object of a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RecordKind {
    /// Entities of one type.
    Entities,
    /// Relationships of one type.
    Relationships,
}

impl RecordKind {
    /// The name as it is in object names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Relationships => "relationships",
        }
    }
}

/// A stored instance.
#[must_use]
pub fn instance(id: &str) -> String {
    format!("instances/{id}.json")
}

/// A consent that was taken.
#[must_use]
pub fn consent(nonce: &str) -> String {
    format!("consents/{nonce}.json")
}

/// What the names of all stored instances begin with.
pub const INSTANCES: &str = "instances/";

/// The lease that keeps a second job of an instance from starting.
#[must_use]
pub fn lease(instance: &str) -> String {
    format!("jobs/{instance}/lease.json")
}

/// Which job read a step last, for steps that are run by themselves.
#[must_use]
pub fn latest_step(instance: &str, step: &str) -> String {
    format!("jobs/{instance}/latest/{step}.json")
}

/// What was last kept of a step, for the next job to add changes to.
#[must_use]
pub fn kept(instance: &str, step: &str) -> String {
    format!("jobs/{instance}/delta/{step}.json")
}

/// Which snapshot of an instance is the latest.
#[must_use]
pub fn latest(instance: &str) -> String {
    format!("graph/{instance}/latest.json")
}
