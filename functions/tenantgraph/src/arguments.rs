//! What the command line understands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Collects a Microsoft tenant into a graph of entities and relationships.
///
/// It prints results to stdout and progress to stderr.
#[derive(Debug, Parser)]
#[command(name = "tenantgraph", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0: tenantgraph read everything. 1: something failed. \
2: the command line is invalid. 3: tenantgraph could not read something; the ledger says what. \
130: the run was interrupted; run the same command again to resume it.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collects a simulated tenant. You need no account.
    Demo(Demo),
    /// Runs the job of an event on this machine.
    Run(Run),
    /// Lists the steps that an event would run, and why it would not run the others. It makes no
    /// network requests.
    Plan(Plan),
    /// Finds out what the graph of an event's instance will lack, and prints what mends it. It runs
    /// no step.
    Doctor(Doctor),
    /// Exports the latest snapshot of an instance, or the graph of a tenant, for other programs.
    Export(Export),
    /// Shows the latest snapshot of an instance, or the graph of a tenant.
    Show(Show),
    /// Runs a J1QL query over the latest snapshot of an instance, or the graph of a tenant.
    Query(Query),
    /// Finds the shortest way from one entity to another.
    Path(Path),
    /// Shows what an entity is related to.
    Neighbours(Neighbours),
    /// Lists the questions that can be asked of every tenant.
    Questions(Questions),
    /// Looks at rules, and evaluates them here.
    #[command(subcommand)]
    Rules(Rules),
    /// Compares the latest snapshot of an instance or of a tenant with the one before it.
    Diff(Diff),
    /// Lists and changes the stored instances.
    #[command(subcommand)]
    Instance(Instance),
    /// Lists the jobs of instances, and gives up a job that does not end.
    #[command(subcommand)]
    Job(Job),
    /// Checks and repairs the stored objects.
    #[command(subcommand)]
    Store(Store),
    /// Serves the page on which an administrator grants admin consent, and then collects the
    /// tenant.
    Consent(Consent),
    /// Prints the data model, or the permissions that tenantgraph needs.
    Docs(Docs),
    /// Serves a simulated tenant until you stop it.
    Simulator(Simulate),
}

/// Where results are stored.
#[derive(Debug, Args)]
pub(crate) struct Storage {
    /// A directory, or a bucket as `s3://BUCKET/PREFIX`.
    #[arg(long, default_value = ".tenantgraph", value_name = "DIR|s3://…")]
    pub(crate) store: String,
}

/// How large a simulated tenant is.
#[derive(Debug, Args)]
pub(crate) struct Tenant {
    /// The number of users. The numbers of groups and service principals follow from it.
    #[arg(long, default_value_t = 2000)]
    pub(crate) users: u32,
    /// The number of subscriptions.
    #[arg(long, default_value_t = 3)]
    pub(crate) subscriptions: u32,
    /// The approximate number of resources in a subscription.
    #[arg(long, default_value_t = 120)]
    pub(crate) resources: u32,
    /// The random seed. The same seed and sizes give the same tenant.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The latency of each answer, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub(crate) latency: u64,
}

/// An integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Integration {
    /// The directory and the subscriptions.
    Azure,
    /// The directory and Microsoft Intune.
    Microsoft365,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The integration that collects the simulated tenant.
    #[arg(long, value_enum, default_value = "azure")]
    pub(crate) integration: Integration,
    #[command(flatten)]
    pub(crate) tenant: Tenant,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints the summaries as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// A file with the event, such as those of events/.
    pub(crate) event: PathBuf,
    /// Runs only this step instead of the whole job. You can give this option several times.
    #[arg(long = "step", value_name = "ID")]
    pub(crate) steps: Vec<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of the instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
    /// Prints the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A file with the event.
    pub(crate) event: PathBuf,
    /// Prints the plan as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// A file with the event, such as those of events/.
    pub(crate) event: PathBuf,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of the instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to look at.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// The instance.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its instance: shows that instance and those of its subscriptions
    /// as one graph.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
}

/// A command about stored instances.
#[derive(Debug, Subcommand)]
pub(crate) enum Instance {
    /// Lists the stored instances.
    List(Instances),
    /// Shows the stored configuration of an instance.
    Show(OneInstance),
    /// Stores the instance of an event, or replaces its configuration. The next job uses it.
    Store(StoreInstance),
    /// Enables an instance: the schedule, or the job of its tenant, starts it again.
    Enable(OneInstance),
    /// Disables an instance: only you can start it, by hand.
    Disable(OneInstance),
    /// Removes an instance, and the instances that it made for subscriptions. Their snapshots stay.
    Remove(OneInstance),
}

#[derive(Debug, Args)]
pub(crate) struct Instances {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct OneInstance {
    /// The id of the instance.
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(Debug, Args)]
pub(crate) struct StoreInstance {
    /// A file with an event that holds the instance, such as those of events/.
    pub(crate) event: PathBuf,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

/// A command about jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// Lists the jobs and their status.
    List(Jobs),
    /// Gives up the unfinished job of an instance. The next job starts over, and the last snapshot
    /// stays.
    Abandon(AbandonJob),
}

#[derive(Debug, Args)]
pub(crate) struct Jobs {
    /// Lists only the jobs of this instance.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AbandonJob {
    /// The id of the instance.
    pub(crate) instance: String,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

/// A command about a store.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads every stored object, and names the damaged ones. Exits with 1 if any is damaged.
    Check(CheckStore),
}

#[derive(Debug, Args)]
pub(crate) struct CheckStore {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Moves damaged objects to `damaged/`. Deletes nothing.
    #[arg(long)]
    pub(crate) repair: bool,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The format of the export.
    #[arg(long, value_enum)]
    pub(crate) format: Format,
    /// The directory to write to. It must be empty; tenantgraph creates it if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Leaves out `_rawData`, the items as Microsoft returned them.
    #[arg(long)]
    pub(crate) no_raw_data: bool,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The folders that JupiterOne's `sync` command reads.
    Jupiterone,
    /// A file for each type, with one JSON object on each line.
    Ndjson,
    /// Tables of Apache Parquet, one for each type, with views for DuckDB.
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The instance. Without this option, lists the instances that have a snapshot.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its instance: shows that instance and those of its subscriptions
    /// as one graph.
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows entities or relationships of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Shows only items with this text in their key or name, in upper or lower case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) matching: Option<String>,
    /// The maximum number of items to show.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

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
    /// Explains how the query is parsed, and does not run it.
    #[arg(long)]
    pub(crate) explain: bool,
}

/// The graph to ask.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The instance. Without it and a tenant, the only graph of the store.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its own instance: that and the instances of its subscriptions, as
    /// one.
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    pub(crate) tenant: Option<String>,
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

/// What is done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Reads rules, and says what is wrong with them. Exits with 1 if anything is.
    Check(CheckRules),
    /// Evaluates rules of the latest graph, and prints what they tell. Nothing is sent.
    Run(RunRules),
    /// Lists the rules that were evaluated, with how each stands.
    List(ListRules),
}

#[derive(Debug, Args)]
pub(crate) struct CheckRules {
    /// Files with rules, or directories of them. Without any, those that are stored under rules/.
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) storage: Storage,
}

#[derive(Debug, Args)]
pub(crate) struct RunRules {
    /// Files with rules, or directories of them. Without any, those that are stored under rules/.
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Prints JSON, one alert a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListRules {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
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
pub(crate) struct Diff {
    #[command(flatten)]
    pub(crate) subject: Subject,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows only differences of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Prints one JSON object per line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// The address to listen on. Port 0 takes any free port.
    #[arg(long, default_value = "127.0.0.1:8400", value_name = "IP:PORT")]
    pub(crate) listen: SocketAddr,
    /// The public URL of this page, if it is not http://localhost:PORT. It must be https, except on
    /// this machine.
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// The signing key of the consent state, from an environment variable or a file. Without this
    /// option, tenantgraph uses a random key until the process ends.
    #[arg(long, value_name = "env:NAME|file:PATH")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Overrides the cloud of every instance.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// The page to print.
    #[arg(value_enum)]
    pub(crate) page: Page,
    /// Where the custom role can be assigned: `/subscriptions/…` or a management group.
    #[arg(long, default_value = "/subscriptions/00000000-0000-0000-0000-000000000000")]
    pub(crate) scope: String,
}

/// A generated page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// Every type with its properties and relationships.
    Model,
    /// Every permission, and the steps that need it.
    Permissions,
    /// The smallest custom role for Azure, as JSON.
    Role,
    /// Every question, with what it means.
    Questions,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) tenant: Tenant,
    /// The port on 127.0.0.1. 0 takes any free port.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Adds an application of another organisation with this redirect URI, to which an
    /// administrator can grant admin consent. consent.json is an event for an instance that waits
    /// for it.
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Option<String>,
    /// The directory for cloud.json and an event for each instance (microsoft365.json for Microsoft
    /// 365). tenantgraph writes them once it serves the tenant.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
