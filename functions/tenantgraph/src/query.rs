//! `tenantgraph query`.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _, stderr, stdin, stdout};
use std::time::{SystemTime, UNIX_EPOCH};

use collector::tenant::Tenant;
use collector::{Context, snapshot};
use query::execute::{ExecuteError, Options};
use query::tables::{Tables, made, published};
use query::{Cursor, Model, Terms, compile, execute};
use serde_json::Value;

use crate::arguments::{Query, Subject};
use crate::graph::Graph;
use crate::{End, Error, local};

mod print;

pub(crate) async fn run(arguments: Query) -> Result<End, Error> {
    let text = text(&arguments.text)?;
    let terms = Terms { parameters: parameters(&arguments.parameters)?, now: now() };
    if arguments.explain {
        let plan = compile(&text, &Model::new(None), &terms).map_err(|it| it.to_string())?;
        write!(stdout(), "{}", query::explain(&plan))?;
        return Ok(End::Complete);
    }
    let context = local::stored(&arguments.storage.store).await?;
    let subject = subject(&context, &arguments).await?;
    let tables = tables(context, &subject).await?;
    let model = Model::new(Some(&tables.manifest));
    let plan = compile(&text, &model, &terms).map_err(|it| it.to_string())?;
    let offset = match &arguments.cursor {
        Some(cursor) => Cursor::read(cursor, &text, &tables.manifest)?.offset,
        None => 0,
    };
    let limit = if arguments.all { None } else { Some(arguments.limit) };
    let options = Options { certain: arguments.certain, offset, limit };
    let answer = execute(&plan, &model, &tables, &options).await.map_err(explained)?;
    let cursor = answer.next.map(|offset| Cursor::new(offset, &text, &tables.manifest).to_string());
    let cursor = cursor.as_deref();
    match (&arguments.tree, arguments.json, arguments.csv) {
        (Some(form), _, _) => print::tree(*form, &answer)?,
        (None, true, _) => writeln!(stdout(), "{}", answer.to_json(cursor))?,
        (None, _, true) => print::csv(&answer)?,
        _ => print::table(&answer)?,
    }
    if !arguments.json {
        print::remarks(&answer, cursor, arguments.certain)?;
    }
    Ok(if answer.unknown.is_empty() { End::Complete } else { End::Incomplete })
}

/// The query: what is given, what a file holds, or what comes in.
fn text(given: &str) -> Result<String, Error> {
    if given == "-" {
        let mut text = String::new();
        stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    match given.strip_prefix('@') {
        Some(path) => {
            Ok(std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?)
        }
        None => Ok(given.to_owned()),
    }
}

/// What is given as `NAME=VALUE`: a value is JSON if it can be read as that, and text otherwise.
fn parameters(given: &[String]) -> Result<BTreeMap<String, Value>, Error> {
    let mut parameters = BTreeMap::new();
    for it in given {
        let (name, value) =
            it.split_once('=').ok_or_else(|| format!("--parameter {it}: write NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        parameters.insert(name.to_owned(), value);
    }
    Ok(parameters)
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact for ages")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as f64
}

/// What to ask: what is named, or else the only graph that there is.
async fn subject(context: &Context, arguments: &Query) -> Result<Subject, Error> {
    let Query { instance, tenant, .. } = arguments;
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
async fn tables(context: Context, subject: &Subject) -> Result<Tables, Error> {
    let jobs = match subject {
        Subject { tenant: Some(tenant), .. } => Tenant::read(&context, tenant).await?.jobs(),
        Subject { instance, .. } => {
            let instance = instance.as_deref().unwrap_or_default();
            vec![snapshot::latest(&context, instance).await?.job]
        }
    };
    if let Some(tables) = published(&context, &jobs).await? {
        return Ok(tables);
    }
    writeln!(
        stderr(),
        "the tables of this graph were not published; they are made here, which takes a while"
    )?;
    let graph = Graph::of(context, subject).await?;
    Ok(made(&graph.context, &graph.summary, &graph.jobs()).await?)
}

/// Says which option gives what is missing.
fn explained(error: ExecuteError) -> Error {
    match error {
        ExecuteError::Parameters(_) => {
            format!("{error}; give them with --parameter NAME=VALUE").into()
        }
        other => other.into(),
    }
}
