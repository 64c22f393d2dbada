//! Each question finds what is bad in a graph that is bad, and what is good in one that is good.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

#[path = "query/generate.rs"]
#[expect(dead_code, reason = "queries are made up in another test")]
mod generate;
#[path = "query/world.rs"]
#[expect(dead_code, reason = "random graphs are asked in another test")]
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use query::execute::{Options, Results};
use query::{Model, Terms, compile, execute};
use questions::{AREAS, Question, own};
use serde_json::{Value, json};
use tests::{Problems, golden};
use tokio::task::JoinSet;

use world::World;

/// The moment at which questions are asked: 2027-01-15T08:00:00Z.
const NOW: f64 = 1_800_000_000_000.0;

/// How many questions there are at least.
const AT_LEAST: usize = 150;

/// The graphs of all questions: `bad` and `good` by id.
fn fixtures() -> BTreeMap<String, Value> {
    let folder = root().join("shared/questions/fixtures");
    let mut all = BTreeMap::new();
    for area in AREAS {
        let path = folder.join(format!("{}.yaml", area.prefix.trim_end_matches('-')));
        let text = fs::read_to_string(&path).unwrap();
        let of_area: BTreeMap<String, Value> = serde_saphyr::from_str(&text).unwrap();
        all.extend(of_area);
    }
    all
}

/// The entities and relationships of a graph. A relationship is given as its ends and its class
/// between them, and what else is known of it.
fn graph(fixture: &Value) -> (Value, Value) {
    let mut entities = fixture["entities"].clone();
    let mut kinds = BTreeMap::new();
    for entity in entities.as_array_mut().unwrap() {
        let kind = entity["_type"].as_str().unwrap().to_owned();
        if entity["_class"].is_null() {
            entity["_class"] = json!(["Record"]);
        }
        kinds.insert(entity["_key"].as_str().unwrap().to_owned(), kind);
    }
    let mut relationships = Vec::new();
    for it in fixture["relationships"].as_array().into_iter().flatten() {
        let word = |at: usize| it[at].as_str().unwrap();
        let (from, class, to) = (word(0), word(1), word(2));
        let mut relationship = it.get(3).cloned().unwrap_or_else(|| json!({}));
        relationship["_key"] = json!(format!("{from}|{}|{to}", class.to_lowercase()));
        relationship["_type"] =
            json!(format!("{}_{}_{}", kinds[from], class.to_lowercase(), kinds[to]));
        relationship["_class"] = json!(class);
        relationship["_fromEntityKey"] = json!(from);
        relationship["_toEntityKey"] = json!(to);
        relationships.push(relationship);
    }
    (entities, Value::from(relationships))
}

async fn count(world: &World, text: &str) -> Result<usize, String> {
    let model = Model::new(Some(&world.tables.manifest));
    let terms = Terms { parameters: BTreeMap::new(), now: NOW };
    let plan = compile(text, &model, &terms).map_err(|it| it.to_string())?;
    let options = Options { certain: false, offset: 0, limit: None };
    let answer =
        execute(&plan, &model, &world.tables, &options).await.map_err(|it| it.to_string())?;
    Ok(match answer.results {
        Results::List(things) => things.len(),
        Results::Tree { vertices, .. } => vertices.len(),
        Results::Table { rows, .. } => rows.len(),
    })
}

/// What is wrong with what a question finds in its graphs.
async fn problems_of(question: &'static Question, fixture: Value) -> Vec<String> {
    let mut problems = Vec::new();
    for word in ["bad", "good"] {
        let (entities, relationships) = graph(&fixture[word]);
        let world = World::of(&entities, &relationships, &json!({})).await;
        for (query, finds) in
            [(Some(&question.bad), word == "bad"), (question.good.as_ref(), word == "good")]
        {
            let Some(query) = query else { continue };
            let id = &question.id;
            match count(&world, query).await {
                Ok(found) if (found > 0) == finds => (),
                Ok(found) => problems
                    .push(format!("{id}: in the {word} graph {found} are found by\n  {query}")),
                Err(error) => problems.push(format!("{id}: {error}")),
            }
        }
    }
    problems
}

#[tokio::test(flavor = "multi_thread")]
async fn each_question_tells_bad_from_good() {
    let mut fixtures = fixtures();
    let mut problems = Problems::default();
    let mut asked = JoinSet::new();
    for question in own() {
        match fixtures.remove(&question.id) {
            Some(fixture) => drop(asked.spawn(problems_of(question, fixture))),
            None => problems.note(Some(format!("{} has no graphs", question.id))),
        }
    }
    for problem in asked.join_all().await.into_iter().flatten() {
        problems.note(Some(problem));
    }
    problems.report();
}

#[test]
fn there_are_enough_questions_and_each_is_whole() {
    let mut problems = Problems::default();
    problems.unless(own().len() >= AT_LEAST, || format!("there are only {}", own().len()));
    let ids: BTreeSet<&str> = own().iter().map(|it| it.id.as_str()).collect();
    problems.unless(ids.len() == own().len(), || "two questions have one id".to_owned());
    for it in own() {
        let is_sentence =
            |text: &str| text.ends_with(['.', '?']) && text.starts_with(char::is_uppercase);
        problems.unless(is_sentence(&it.title) && it.title.ends_with('?'), || {
            format!("{}: the title is no question", it.id)
        });
        problems.unless(is_sentence(&it.meaning), || format!("{}: it means nothing", it.id));
    }
    for id in fixtures().keys() {
        problems
            .unless(ids.contains(id.as_str()), || format!("the graphs of {id} have no question"));
    }
    problems.report();
}

/// No step finds the internet: rules of networks are mapped to it when they are linked.
const MAPPED: &str = "there is no class Internet";

#[test]
fn questions_name_what_is_collected() {
    let model = Model::new(None);
    let mut problems = Problems::default();
    for question in own() {
        for text in [Some(&question.bad), question.good.as_ref()].into_iter().flatten() {
            let plan = compile(text, &model, &Terms::default()).unwrap();
            for note in plan.notes().iter().filter(|it| *it != MAPPED) {
                problems.note(Some(format!("{}: {note}", question.id)));
            }
        }
    }
    problems.report();
}

#[test]
fn the_questions_are_documented() {
    golden(&root().join("docs/questions.md"), &questions::page());
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
