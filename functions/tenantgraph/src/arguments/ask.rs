//! What asks the graph.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::look::Subject;
use super::stored::Storage;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Query {
    /// The query, such as `FIND azure_user WITH accountEnabled = false`. `@FILE` reads it from a
    /// file, and `-` from stdin.
    #[arg(value_name = "QUERY", required_unless_present_any = ["all_questions", "question"])]
    pub(crate) text: Option<String>,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Asks what is bad by a question, which `tenantgraph questions` lists.
    #[arg(long, value_name = "ID", conflicts_with = "text")]
    pub(crate) question: Option<String>,
    /// Asks all questions, and reports how much is bad and good.
    #[arg(long, conflicts_with_all = ["text", "question", "csv", "tree", "cursor"])]
    pub(crate) all_questions: bool,
    /// A file with questions to ask in the place of those that come with tenantgraph, also in the
    /// form of `JupiterOne`. May be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    pub(crate) packs: Vec<PathBuf>,
    /// Prints JSON in the format of JupiterOne's API.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// Prints comma-separated values.
    #[arg(long, group = "form")]
    pub(crate) csv: bool,
    /// Prints the result of RETURN TREE as a drawing.
    #[arg(long, value_enum, group = "form", value_name = "FORM", num_args = 0..=1, require_equals = true,
        default_missing_value = "dot")]
    pub(crate) tree: Option<TreeForm>,
    /// Leaves out results that depend on something that could not be read.
    #[arg(long)]
    pub(crate) certain: bool,
    /// The maximum number of rows to show, unless the query has a LIMIT.
    #[arg(long, default_value_t = query::execute::PAGE, conflicts_with = "all")]
    pub(crate) limit: u64,
    /// Shows all rows.
    #[arg(long)]
    pub(crate) all: bool,
    /// Shows the page after the one that printed this cursor.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
    /// The value of a query parameter. You can give this option several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// Explains how the query is parsed, and does not run it. `--explain=sql` prints it as SQL for
    /// Amazon Athena, and `--explain=tables` the statements that make the tables it reads.
    #[arg(long, value_enum, value_name = "AS", num_args = 0..=1, require_equals = true,
        default_missing_value = "steps", conflicts_with = "all_questions")]
    pub(crate) explain: Option<Explanation>,
    #[command(flatten)]
    pub(crate) athena: AthenaArguments,
}

/// Who answers a query.
#[derive(Debug, Args)]
pub(crate) struct AthenaArguments {
    /// What runs the query. Amazon Athena reads the tables in their bucket, where a tenant is too
    /// large for one machine.
    #[arg(long, value_enum, default_value = "embedded", conflicts_with_all = ["cursor", "all_questions"])]
    pub(crate) engine: Engine,
    /// The workgroup of Athena, whose limits apply.
    #[arg(long, value_name = "NAME", default_value = "primary")]
    pub(crate) workgroup: String,
    /// The database that has the tables. Athena adds those that are missing.
    #[arg(long, value_name = "NAME", default_value = "tenantgraph")]
    pub(crate) database: String,
    /// Where Athena writes results, unless the workgroup says so.
    #[arg(long, value_name = "s3://…")]
    pub(crate) output: Option<String>,
}

/// What runs a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// This machine.
    Embedded,
    /// Amazon Athena.
    Athena,
}

/// How a query is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Explanation {
    /// As the steps of its paths.
    Steps,
    /// As a statement of SQL.
    Sql,
    /// As the statements that make the tables it reads.
    Tables,
}

/// The graph to ask.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(Debug, Args)]
pub(crate) struct Path {
    /// The key of the entity where it starts, or its name.
    pub(crate) from: String,
    /// The key of the entity where it ends, or its name.
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// How many relationships it has at most.
    #[arg(long, default_value_t = 8)]
    pub(crate) longest: usize,
    /// A type of entity that it does not go by. May be given several times.
    #[arg(long, value_name = "TYPE")]
    pub(crate) without: Vec<String>,
    #[command(flatten)]
    pub(crate) form: Drawn,
}

#[derive(Debug, Args)]
pub(crate) struct Neighbours {
    /// The key of the entity, or its name.
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// How many relationships of one type to show at most.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) form: Drawn,
}

/// How entities and relationships are shown.
#[derive(Debug, Args)]
pub(crate) struct Drawn {
    /// Prints JSON in the form of JupiterOne's API.
    #[arg(long)]
    pub(crate) json: bool,
    /// Prints a drawing.
    #[arg(long, value_enum, conflicts_with = "json", value_name = "FORM", num_args = 0..=1,
        require_equals = true, default_missing_value = "dot")]
    pub(crate) tree: Option<TreeForm>,
}

/// A form of drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TreeForm {
    /// For Graphviz.
    Dot,
    /// For Mermaid, which Markdown viewers draw.
    Mermaid,
}

#[derive(Debug, Args)]
pub(crate) struct Questions {
    /// Shows only the questions with this text in their id, title, meaning or references, in any
    /// case.
    #[arg(value_name = "TEXT")]
    pub(crate) matching: Option<String>,
    /// A file with questions to list in the place of those that come with tenantgraph. May be given
    /// several times.
    #[arg(long = "pack", value_name = "FILE")]
    pub(crate) packs: Vec<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
