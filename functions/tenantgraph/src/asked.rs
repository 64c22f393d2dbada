//! The graph that is asked.

use std::collections::BTreeMap;
use std::io::{Write as _, stderr};

use collector::tenant::Tenant;
use collector::{Context, snapshot};
use query::tables::{Tables, made, published};
use serde_json::Value;

use crate::arguments::{Asked, Subject};
use crate::graph::Graph;
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
    let context = local::stored(&asked.storage.store).await?;
    let subject = subject(&context, asked).await?;
    let tables = tables(&context, &asked.storage.store, &subject).await?;
    let id = subject.tenant.or(subject.instance).unwrap_or_default();
    Ok(Target { id, context, tables })
}

/// What to ask: what is named, or else the only graph that there is.
async fn subject(context: &Context, asked: &Asked) -> Result<Subject, Error> {
    let Asked { instance, tenant, .. } = asked;
    if instance.is_some() || tenant.is_some() {
        return Ok(Subject { instance: instance.clone(), tenant: tenant.clone() });
    }
    let names = context.store.list("graph/").await?;
    let ids = names.iter().filter_map(|it| it.strip_prefix("graph/")?.strip_suffix("/latest.json"));
    let (subscriptions, own): (Vec<&str>, Vec<&str>) = ids.partition(|it| it.contains('~'));
    let [id] = own.as_slice() else {
        return Err("name an instance or a tenant: tenantgraph show lists those there are".into());
    };
    let is_tenant = subscriptions.iter().any(|it| it.starts_with(&format!("{id}~")));
    let id = Some((*id).to_owned());
    Ok(if is_tenant {
        Subject { instance: None, tenant: id }
    } else {
        Subject { instance: id, tenant: None }
    })
}

/// The tables of a graph: those that were published, or else made here.
async fn tables(context: &Context, store: &str, subject: &Subject) -> Result<Tables, Error> {
    let jobs = match subject {
        Subject { tenant: Some(tenant), .. } => Tenant::read(context, tenant).await?.jobs(),
        Subject { instance, .. } => {
            let instance = instance.as_deref().unwrap_or_default();
            vec![snapshot::latest(context, instance).await?.job]
        }
    };
    if let Some(tables) = published(context, &jobs).await? {
        return Ok(tables);
    }
    writeln!(
        stderr(),
        "the tables of this graph were not published; they are made here, which takes a while"
    )?;
    let graph = Graph::of(local::stored(store).await?, subject).await?;
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
