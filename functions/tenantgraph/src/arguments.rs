//! What the command line understands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Collects a Microsoft tenant into a graph of entities and relationships.
///
/// Results go to stdout, progress to stderr.
#[derive(Debug, Parser)]
#[command(name = "tenantgraph", version, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 everything was read; 1 something went wrong; \
2 the command line makes no sense; 3 something could not be read, and the ledger says what; \
130 it was interrupted, and the same command goes on from what was read.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Collects a simulated tenant. Needs no account.
    Demo(Demo),
    /// Collects what an event asks for, on this machine.
    Run(Run),
    /// Says what an event would collect, and why not the rest. Asks nobody.
    Plan(Plan),
    /// Writes the latest snapshot of an instance, or the graph of a tenant, in a form that others read.
    Export(Export),
    /// Looks at the latest snapshot of an instance, or at the graph of a tenant.
    Show(Show),
    /// Answers a query in J1QL from the latest snapshot of an instance, or the graph of a tenant.
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
    /// Tells how the latest snapshots of an instance or of a tenant differ from those before.
    Diff(Diff),
    /// Looks at the stored instances, and changes them.
    #[command(subcommand)]
    Instance(Instance),
    /// Looks at the jobs of instances, and gives up one that does not end.
    #[command(subcommand)]
    Job(Job),
    /// Looks after what is stored.
    #[command(subcommand)]
    Store(Store),
    /// Serves the pages on which an administrator lets a tenant be collected, and collects it.
    Consent(Consent),
    /// Prints what tenantgraph collects and what it must be allowed to.
    Docs(Docs),
    /// Serves a simulated tenant until it is stopped.
    Simulator(Simulate),
}

/// Where results lie.
#[derive(Debug, Args)]
pub(crate) struct Storage {
    /// A directory, or a bucket as `s3://BUCKET/PREFIX`.
    #[arg(long, default_value = ".tenantgraph", value_name = "DIR|s3://…")]
    pub(crate) store: String,
}

/// How large a simulated tenant is.
#[derive(Debug, Args)]
pub(crate) struct Tenant {
    /// How many users it has. Groups and service principals follow.
    #[arg(long, default_value_t = 2000)]
    pub(crate) users: u32,
    /// How many subscriptions it has.
    #[arg(long, default_value_t = 3)]
    pub(crate) subscriptions: u32,
    /// About how many resources a subscription has.
    #[arg(long, default_value_t = 120)]
    pub(crate) resources: u32,
    /// What everything in it follows from.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many milliseconds each answer takes.
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
    /// What to collect of it.
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
    /// Runs this step by itself, rather than the whole job. May be given several times.
    #[arg(long = "step", value_name = "ID")]
    pub(crate) steps: Vec<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Outweighs what the instance says.
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

/// What to look at.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// The instance.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its own instance: that and the instances of its subscriptions, as one.
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<String>,
}

/// What is done with stored instances.
#[derive(Debug, Subcommand)]
pub(crate) enum Instance {
    /// Lists them.
    List(Instances),
    /// Shows one, as it is stored.
    Show(OneInstance),
    /// Stores the instance of an event, or changes it. The next job goes by it.
    Store(StoreInstance),
    /// Lets one be started by the schedule, or for its tenant.
    Enable(OneInstance),
    /// Keeps one from being started, but by hand.
    Disable(OneInstance),
    /// Removes one, and those that it made for subscriptions. Snapshots stay.
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
    /// Its id.
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

/// What is done with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// Lists them, with how each stands.
    List(Jobs),
    /// Gives up the job of an instance that has not ended. The next begins anew, and the last snapshot stays.
    Abandon(AbandonJob),
}

#[derive(Debug, Args)]
pub(crate) struct Jobs {
    /// Lists those of this instance only.
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

/// What is done with a store.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads everything that is stored, and says what is damaged. Exits with 1 if anything is.
    Check(CheckStore),
}

#[derive(Debug, Args)]
pub(crate) struct CheckStore {
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Moves what is damaged out of the way, under `damaged/`. Nothing is deleted.
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
    /// The form.
    #[arg(long, value_enum)]
    pub(crate) format: Format,
    /// The directory to write to. It is made if it is not there, and must be empty otherwise.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Leaves out what Microsoft answered, byte for byte (`_rawData`).
    #[arg(long)]
    pub(crate) no_raw_data: bool,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The folders that JupiterOne's own `sync` command reads.
    Jupiterone,
    /// A file for each type, with one JSON object on each line.
    Ndjson,
    /// Tables of Apache Parquet, one for each type, with views for `DuckDB`.
    Parquet,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The instance. Without it, the instances that have a snapshot are listed.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its own instance: that and the instances of its subscriptions, as one.
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// Shows entities or relationships of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Shows only what has this text in its key or name, in any case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) matching: Option<String>,
    /// How many to show at most.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Prints JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Query {
    /// The query, such as `FIND azure_user WITH accountEnabled = false`; `@FILE` or `-` reads it.
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
    /// A file with questions to ask in the place of those that come with tenantgraph, also in the form of
    /// `JupiterOne`. May be given several times.
    #[arg(long = "pack", value_name = "FILE")]
    pub(crate) packs: Vec<PathBuf>,
    /// Prints JSON in the form of JupiterOne's API.
    #[arg(long, group = "form")]
    pub(crate) json: bool,
    /// Prints values separated by commas.
    #[arg(long, group = "form")]
    pub(crate) csv: bool,
    /// Prints a drawing of what RETURN TREE answers.
    #[arg(long, value_enum, group = "form", value_name = "FORM", num_args = 0..=1, require_equals = true,
        default_missing_value = "dot")]
    pub(crate) tree: Option<TreeForm>,
    /// Leaves out what rests on something that could not be read.
    #[arg(long)]
    pub(crate) certain: bool,
    /// How many rows to show at most, where the query does not say.
    #[arg(long, default_value_t = query::execute::PAGE, conflicts_with = "all")]
    pub(crate) limit: u64,
    /// Shows all rows.
    #[arg(long)]
    pub(crate) all: bool,
    /// Goes on where a page ended, which said so.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
    /// The value of a parameter of the query. May be given several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    /// Says how the query is understood, and asks nothing.
    #[arg(long)]
    pub(crate) explain: bool,
}

/// The graph to ask.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The instance. Without it and a tenant, the only graph of the store.
    #[arg(long, value_name = "ID")]
    pub(crate) instance: Option<String>,
    /// The tenant, by the id of its own instance: that and the instances of its subscriptions, as one.
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
    /// Shows only the questions with this text in their id, title, meaning or references, in any case.
    #[arg(value_name = "TEXT")]
    pub(crate) matching: Option<String>,
    /// A file with questions to list in the place of those that come with tenantgraph. May be given several
    /// times.
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
    /// Tells only of this type.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Prints JSON, one object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8400", value_name = "IP:PORT")]
    pub(crate) listen: SocketAddr,
    /// The address that browsers know, where it is not http://localhost:PORT. An https address, but for this
    /// machine.
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// A variable or a file with what to sign with; else a key is made that ends with the process.
    #[arg(long, value_name = "env:NAME|file:PATH")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) storage: Storage,
    /// The cloud: public, usgov, china, or a JSON file. Outweighs what the instances say.
    #[arg(long, env = "TENANTGRAPH_CLOUD", value_name = "CLOUD|FILE")]
    pub(crate) cloud: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Docs {
    /// What to print.
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
    /// Every permission, and what it is for.
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
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Has an application of another organisation with this redirect URI, to which an administrator can
    /// consent; an event for an instance that awaits it is consent.json.
    #[arg(long, value_name = "URL")]
    pub(crate) redirect_uri: Option<String>,
    /// Where to write cloud.json and an event for each instance (that of Microsoft 365 is
    /// microsoft365.json), once the tenant is served.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}
