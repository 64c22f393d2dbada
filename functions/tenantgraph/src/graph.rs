//! The graph to look at: the latest snapshot of an instance, or that of a whole tenant.

use collector::layout::Job;
use collector::summary::Summary;
use collector::tenant::Tenant;
use collector::{Context, snapshot};
use tempfile::TempDir;

use crate::chosen::Chosen;
use crate::{Error, local};

/// A graph to look at.
pub(crate) struct Graph {
    /// Where its objects lie.
    pub(crate) context: Context,
    /// What there is.
    pub(crate) summary: Summary,
    /// What came of each instance, if it is that of a tenant.
    pub(crate) instances: Vec<Summary>,
    /// Where the graph of a tenant is put together.
    _folder: Option<TempDir>,
}

impl Graph {
    pub(crate) async fn of(context: Context, chosen: &Chosen) -> Result<Self, Error> {
        match chosen {
            Chosen::Instance(instance) => {
                let summary = snapshot::latest(&context, instance).await?;
                Ok(Self { context, summary, instances: Vec::new(), _folder: None })
            }
            Chosen::Tenant(tenant) => Self::of_tenant(&context, tenant).await,
        }
    }

    /// The jobs whose snapshots it is made of.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        let instances = self.instances.iter().map(|it| it.job.clone());
        if self.instances.is_empty() { vec![self.summary.job.clone()] } else { instances.collect() }
    }

    /// Puts the graph of a tenant together, on the local disk.
    pub(crate) async fn of_tenant(context: &Context, tenant: &str) -> Result<Self, Error> {
        let folder = TempDir::new()?;
        let into = local::stored(&folder.path().to_string_lossy()).await?;
        let tenant = Tenant::read(context, tenant).await?;
        let summary = tenant.graph(context, &into).await?;
        let instances = tenant.summaries().cloned().collect();
        Ok(Self { context: into, summary, instances, _folder: Some(folder) })
    }
}
