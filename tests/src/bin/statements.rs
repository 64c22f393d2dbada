//! Writes queries with their answers and their statements of SQL, for `tests/trino/check.py`.

#![expect(clippy::print_stdout, reason = "that is what the program is for")]
#![expect(clippy::unwrap_used, reason = "a check ends where anything is amiss")]

#[path = "../../tests/query/generate.rs"]
mod generate;
#[path = "../../tests/query/world.rs"]
#[expect(dead_code, reason = "tests look closer at what is stored")]
mod world;

use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Parser;
use query::execute::{Options, execute};
use query::tables::{Tables, build};
use query::{Model, Terms, compile, sql};
use serde_json::{Value, json};

use generate::Generator;
use world::World;

/// Writes a line for each query: the query, its statement or why there is none, and its answer.
#[derive(Debug, Parser)]
struct Arguments {
    /// A folder with tables, and a JSON list of queries to ask them.
    #[arg(long, num_args = 2, value_names = ["FOLDER", "FILE"])]
    of: Option<Vec<PathBuf>>,
    /// How many queries are made up. Each of six graphs is asked as many of them, and its tables
    /// are written too.
    #[arg(long, default_value_t = 0)]
    made_up: u64,
    /// The value of a parameter that is not given.
    #[arg(long, default_value = "")]
    parameter: String,
    /// Where to.
    out: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments = Arguments::parse();
    create_dir_all(&arguments.out).unwrap();
    if let Some([folder, file]) = arguments.of.as_deref() {
        let text = std::fs::read_to_string(file).unwrap();
        let queries: Vec<String> = serde_json::from_str(&text).unwrap();
        let tables = Tables::open(folder, None).unwrap();
        write(&tables, &queries, &arguments, &arguments.out.join("queries.jsonl")).await;
    }
    for seed in (0..6).filter(|_| arguments.made_up > 0) {
        let world = World::random(seed).await;
        let folder = arguments.out.join(seed.to_string());
        create_dir_all(&folder).unwrap();
        let queries: Vec<String> = (0..arguments.made_up / 6)
            .map(|number| Generator::new(seed * 1_000_000 + number).query())
            .collect();
        let jobs = &world.tables.manifest.jobs;
        build(&world.context, &world.summary, jobs, &folder).await.unwrap();
        let tables = Tables::open(&folder, None).unwrap();
        write(&tables, &queries, &arguments, &folder.join("queries.jsonl")).await;
    }
    println!("written to {}", arguments.out.display());
}

async fn write(tables: &Tables, queries: &[String], arguments: &Arguments, path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for text in queries {
        for line in lines(tables, text, &arguments.parameter).await {
            writeln!(file, "{line}").unwrap();
        }
    }
    file.flush().unwrap();
}

/// The line of a query, and another one for what it finds for certain if that takes another
/// statement.
async fn lines(tables: &Tables, text: &str, parameter: &str) -> Vec<Value> {
    let all = line(tables, text, parameter, false).await;
    let certain = line(tables, text, parameter, true).await;
    let is_other = all["statement"]["text"] != certain["statement"]["text"];
    std::iter::once(all).chain(Some(certain).filter(|_| is_other)).collect()
}

async fn line(tables: &Tables, text: &str, parameter: &str, certain: bool) -> Value {
    let model = Model::new(Some(&tables.manifest));
    let mut terms = Terms { now: query::now(), ..Terms::default() };
    let plan = loop {
        let plan = match compile(text, &model, &terms) {
            Ok(plan) => plan,
            Err(error) => return json!({ "query": text, "error": error.to_string() }),
        };
        // What is missing gets some value.
        let missing = plan.missing().to_vec();
        if missing.is_empty() {
            break plan;
        }
        terms.parameters.extend(missing.into_iter().map(|it| (it, parameter.into())));
    };
    let options = Options { certain, offset: 0, limit: None };
    let statement = sql(&plan, &model, &tables.manifest, "", &options);
    let answer = execute(&plan, &model, tables, &options).await.unwrap().to_json(None);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    match statement {
        Ok(statement) => {
            json!({ "query": text, "certain": certain, "statement": statement, "answer": answer })
        }
        Err(error) => json!({ "query": text, "error": error.to_string() }),
    }
}
