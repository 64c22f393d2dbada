//! The graph that is asked.

use std::collections::BTreeMap;

use collector::tenant::Tenant;
use collector::{Context, snapshot};
use query::tables::{Tables, made, published};
use serde_json::Value;

use crate::arguments::Asked;
use crate::chosen::{self, Chosen};
use crate::graph::Graph;
use crate::progress::remark;
use crate::{Error, local};

/// What is asked, and its tables.
pub(crate) struct Target {
    /// The id of the instance or of the tenant.
    pub(crate) id: String,
    /// What is stored.
    pub(crate) context: Context,
    /// The tables of the latest graph.
    pub(crate) tables: Tables,
}

/// Opens what is named.
pub(crate) async fn open(asked: &Asked) -> Result<Target, Error> {
    let store = &asked.storage.store;
    let context = local::existing(store).await?;
    let chosen = chosen::snapshot_of(&context, &asked.subject).await?;
    let tables = tables(&context, store, &chosen).await?;
    Ok(Target { id: chosen.id().to_owned(), context, tables })
}

/// The tables of a graph: those that were published, or else made here.
async fn tables(context: &Context, store: &str, chosen: &Chosen) -> Result<Tables, Error> {
    let jobs = match chosen {
        Chosen::Tenant(tenant) => Tenant::read(context, tenant).await?.jobs(),
        Chosen::Instance(instance) => vec![snapshot::latest(context, instance).await?.job],
    };
    if let Some(tables) = published(context, &jobs).await? {
        return Ok(tables);
    }
    remark("the tables of this graph were not published; they are made here, which takes a while");
    let graph = Graph::of(local::stored(store).await?, chosen).await?;
    Ok(made(&graph.context, &graph.summary, &graph.jobs()).await?)
}

/// What is given as `NAME=VALUE`: a value is JSON if it can be read as that, and text otherwise.
pub(crate) fn parameters(given: &[String]) -> Result<BTreeMap<String, Value>, Error> {
    let mut parameters = BTreeMap::new();
    for it in given {
        let (name, value) =
            it.split_once('=').ok_or_else(|| format!("--parameter {it}: write NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        parameters.insert(name.to_owned(), value);
    }
    Ok(parameters)
}
