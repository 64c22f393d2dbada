//! Throws odd input at what reads input from outside: events, pages of items, ids, and queries.
//!
//! `cargo run --release -p tests --bin fuzz -- TARGET [--executions N] [--seed N]`. It starts from
//! good input and damages it byte by byte and value by value; a panic ends it, after naming the
//! seed and the execution that show it again.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use collector::event::Event;
use graph::{Key, Name};
use query::{Model, Terms};
use serde_json::Value;
use serde_json::value::RawValue;
use steps::{InstanceView, Item, Output, Parent, STEPS, Step};

#[derive(Debug, Parser)]
struct Arguments {
    /// What to read.
    #[arg(value_enum)]
    target: Target,
    /// How often.
    #[arg(long, default_value_t = 100_000)]
    executions: u64,
    /// What the damage follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    Events,
    Pages,
    Ids,
    Queries,
}

fn main() -> ExitCode {
    let Arguments { target, executions, seed } = Arguments::parse();
    let corpus = corpus(target);
    let (instance, model) = (tests::instance(), Model::new(None));
    for execution in 0..executions {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ execution);
        random.next();
        let (step, good) = &corpus[random.below(corpus.len())];
        let mut odd = damage(good.clone(), &mut random);
        if matches!(target, Target::Queries) {
            splice(&mut odd, &mut random);
        }
        let read = || match target {
            Target::Events => drop(Event::read(&odd)),
            Target::Pages => page(*step, &odd, &instance),
            Target::Ids => ids(&odd),
            Target::Queries => query(&odd, &model),
        };
        if catch_unwind(AssertUnwindSafe(read)).is_err() {
            eprintln!(
                "execution {execution} of seed {seed} panics on {:?}",
                String::from_utf8_lossy(&odd)
            );
            return ExitCode::FAILURE;
        }
    }
    println!("{executions} executions of seed {seed}: no panic");
    ExitCode::SUCCESS
}

/// Good input, with the step that reads it, for pages.
fn corpus(target: Target) -> Vec<(Option<&'static Step>, Vec<u8>)> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    match target {
        Target::Events => fs::read_dir(format!("{root}/events"))
            .into_iter()
            .flatten()
            .filter_map(|file| fs::read(file.ok()?.path()).ok())
            .map(|event| (None, event))
            .collect(),
        Target::Pages => STEPS
            .iter()
            .filter_map(|step| {
                let page = format!("{root}/tests/fixtures/{}/page-1.json", step.id);
                Some((Some(*step), fs::read(page).ok()?))
            })
            .collect(),
        Target::Queries => questions::own()
            .iter()
            .flat_map(|it| [Some(it.bad.clone()), it.good.clone()])
            .flatten()
            .map(|query| (None, query.into_bytes()))
            .collect(),
        Target::Ids => [
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d",
            "subscriptions/s",
            "https://kv.vault.azure.net/keys/k",
            "6f0c0e5e-0000-0000-0000-000000000001",
        ]
        .map(|id| (None, id.as_bytes().to_vec()))
        .to_vec(),
    }
}

fn page(step: Option<&Step>, body: &[u8], instance: &InstanceView) {
    let (Some(step), Ok(page)) = (step, serde_json::from_slice::<Value>(body)) else { return };
    let items = page.get("value").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![page]);
    let (key, json) = (Key::new("/parent"), Value::Null);
    let parent = Some(Parent { key: &key, kind: "azure_user_group", json: &json });
    for json in &items {
        let Ok(raw) = RawValue::from_string(json.to_string()) else { continue };
        let mut out = Output::default();
        step.convert(Item { json, raw: &raw, parent, instance }, &mut out);
        let _ = step.list.address(step, instance, Some(Parent { key: &key, kind: "", json }));
    }
}

fn ids(id: &[u8]) {
    let id = String::from_utf8_lossy(id);
    let key = Key::new(&id);
    let _ = (key.resource_group(), key.subscription(), Name::of_id(&id), Name::alias("host", &id));
}

fn query(text: &[u8], model: &Model) {
    let text = String::from_utf8_lossy(text);
    // Explaining a plan walks through all of it.
    if let Ok(plan) = query::compile(&text, model, &Terms::default()) {
        let _ = query::explain(&plan);
    }
}

/// Puts words of the query language somewhere.
fn splice(input: &mut Vec<u8>, random: &mut Random) {
    const WORDS: [&str; 24] = [
        " FIND ",
        " WITH ",
        " THAT ",
        " HAS ",
        " !",
        " (",
        ")",
        "? ",
        " AS u ",
        " WHERE ",
        " AND ",
        " OR ",
        " RETURN ",
        " TREE",
        " UNIQUE ",
        " ORDER BY ",
        " LIMIT 1",
        " SKIP 2",
        "'",
        "`",
        "~=",
        " count(",
        " date.now - 1 day",
        "{{p}}",
    ];
    for _ in 0..random.below(4) {
        let at = random.below(input.len() + 1);
        drop(input.splice(at..at, WORDS[random.below(WORDS.len())].bytes()));
    }
}

/// Damages input a few times: bytes, or a piece that is repeated, moved or replaced by something
/// odd.
fn damage(mut input: Vec<u8>, random: &mut Random) -> Vec<u8> {
    const ODD: [&str; 14] = [
        "null",
        "true",
        "-1",
        "1e999",
        "\"\"",
        "[]",
        "{}",
        "[[[[]]]]",
        "\u{0}",
        "\u{FEFF}",
        "\\ud800",
        "18446744073709551616",
        "\"/\"",
        "ä",
    ];
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        match random.below(5) {
            0 if at < input.len() => input[at] = random.byte(),
            1 if at < input.len() => drop(input.remove(at)),
            2 => input.truncate(at),
            3 => drop(input.splice(at..at, ODD[random.below(ODD.len())].bytes())),
            _ => {
                // A value gives way to an odd one, so that the whole often still is JSON.
                let colons = input.iter().enumerate().filter(|(_, it)| **it == b':');
                let colons: Vec<usize> = colons.map(|(at, _)| at).collect();
                if colons.is_empty() {
                    continue;
                }
                let from = colons[random.below(colons.len())] + 1;
                let ends = |it: &u8| b",}]\n".contains(it);
                let to = input[from..].iter().position(ends).map_or(input.len(), |it| from + it);
                drop(input.splice(from..to, ODD[random.below(ODD.len())].bytes()));
            }
        }
    }
    input
}

/// A xorshift generator: the same numbers for the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}
