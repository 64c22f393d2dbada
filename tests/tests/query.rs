//! Queries are answered as one would by looking at every path.

#![expect(clippy::unwrap_used, reason = "a test ends where anything is amiss")]

#[path = "query/generate.rs"]
mod generate;
#[path = "query/naive.rs"]
mod naive;
#[path = "query/world.rs"]
#[expect(dead_code, reason = "other tests open what is stored")]
mod world;

use std::collections::BTreeMap;

use query::execute::{Answer, Options, Results};
use query::{Cursor, Model, Terms, compile, content, execute};
use serde_json::{Value, json};

use generate::Generator;
use naive::{Found, Naive};
use world::World;

/// How many queries are made up, unless the variable `QUERIES` says otherwise.
const QUERIES: u64 = 600;

async fn ask(world: &World, text: &str, options: &Options) -> Answer {
    let model = Model::new(Some(&world.tables.manifest));
    let plan = compile(text, &model, &Terms::default()).unwrap_or_else(|it| panic!("{text}\n{it}"));
    execute(&plan, &model, &world.tables, options).await.unwrap()
}

const ALL: Options = Options { certain: false, offset: 0, limit: None };

/// What an answer found, in no order.
fn found(answer: &Answer) -> Found {
    let mut found = match &answer.results {
        Results::List(things) => {
            Found::Keys(things.iter().map(|it| it.text("_key").to_owned()).collect())
        }
        Results::Tree { vertices, .. } => {
            Found::Keys(vertices.iter().map(|it| it.text("_key").to_owned()).collect())
        }
        Results::Table { rows, .. } => {
            let row = |row: &Vec<query::tables::Cell>| {
                row.iter().map(query::tables::Cell::to_json).collect::<Vec<Value>>()
            };
            Found::Rows(rows.iter().map(|it| json!(row(it)).to_string()).collect())
        }
    };
    match &mut found {
        Found::Keys(all) | Found::Rows(all) => all.sort(),
    }
    found
}

#[tokio::test]
async fn made_up_queries_are_answered_as_every_path_says() {
    let queries = std::env::var("QUERIES").map_or(QUERIES, |it| it.parse().unwrap());
    let mut filled = 0;
    for seed in 0..6 {
        let world = World::random(seed).await;
        let naive = Naive::new(&world);
        for number in 0..queries / 6 {
            let text = Generator::new(seed * 1_000_000 + number).query();
            let expected = naive.answer(&text);
            let answer = ask(&world, &text, &ALL).await;
            assert_eq!(found(&answer), expected, "seed {seed}: {text}");
            filled += u64::from(!expected.is_empty());
        }
    }
    // Queries that find nothing prove little.
    assert!(filled > queries / 3, "only {filled} of {queries} queries find something");
}

#[tokio::test]
async fn pages_put_together_are_the_whole_answer() {
    let world = World::random(7).await;
    for text in [
        "FIND *",
        "FIND (a|b) AS x THAT RELATES TO * AS y RETURN x._key, y._key",
        "FIND * AS x THAT RELATES TO * AS y RETURN x._key AS k, y._key AS l ORDER BY l DESC, k",
        "FIND UNIQUE * AS x THAT RELATES TO * AS y RETURN x._type, y._type",
        "FIND * AS x RETURN x._key, count(x) SKIP 1",
    ] {
        let whole = ask(&world, text, &ALL).await;
        let (mut offset, mut pages) = (0, Vec::new());
        loop {
            let options = Options { certain: false, offset, limit: Some(2) };
            let page = ask(&world, text, &options).await;
            match page.results {
                Results::List(things) => {
                    pages.extend(things.iter().map(|it| it.text("_key").to_owned()));
                }
                Results::Table { rows, .. } => {
                    pages.extend(rows.iter().map(|it| format!("{it:?}")));
                }
                Results::Tree { .. } => unreachable!("no query here asks for a tree"),
            }
            let Some(next) = page.next else { break };
            assert_eq!(next, offset + 2, "{text}");
            offset = next;
        }
        let whole: Vec<String> = match whole.results {
            Results::List(things) => things.iter().map(|it| it.text("_key").to_owned()).collect(),
            Results::Table { rows, .. } => rows.iter().map(|it| format!("{it:?}")).collect(),
            Results::Tree { .. } => unreachable!("no query here asks for a tree"),
        };
        assert_eq!(pages, whole, "{text}");
        assert!(whole.len() > 2, "{text} has more than a page");
    }
}

#[tokio::test]
async fn a_cursor_is_of_one_query_and_one_snapshot() {
    let (world, other) = (World::random(1).await, World::random(2).await);
    let cursor = Cursor::new(250, "FIND a", &world.tables.manifest).to_string();
    let read = |query, world: &World| Cursor::read(&cursor, query, &world.tables.manifest);
    assert_eq!(read("FIND a", &world).unwrap().offset, 250);
    assert!(read("FIND b", &world).is_err());
    assert!(read("FIND a", &other).is_err());
    assert!(Cursor::read("no cursor", "FIND a", &world.tables.manifest).is_err());
}

#[tokio::test]
async fn rows_are_sorted_grouped_and_calculated_with() {
    let entities = json!([
        { "_key": "1", "_type": "a", "_class": ["A"], "n": 3, "s": "x" },
        { "_key": "2", "_type": "a", "_class": ["A"], "n": 10, "s": "y" },
        { "_key": "3", "_type": "a", "_class": ["A"], "s": "x", "l": ["p", "q"] },
        { "_key": "4", "_type": "b", "_class": ["A"], "n": 0.5, "s": "x" },
    ]);
    let world = World::of(&entities, &json!([]), &json!({})).await;
    let rows = async |text: &str| match ask(&world, text, &ALL).await.results {
        Results::Table { rows, .. } => {
            json!(
                rows.iter()
                    .map(|it| it.iter().map(query::tables::Cell::to_json).collect::<Vec<_>>())
                    .collect::<Vec<_>>()
            )
        }
        other => panic!("{text}: {other:?}"),
    };
    let is = async |text: &str, expected: Value| assert_eq!(rows(text).await, expected, "{text}");
    is("FIND A AS x RETURN x.n AS n ORDER BY n", json!([[0.5], [3], [10], [null]])).await;
    is("FIND A AS x RETURN x.n ORDER BY x.n DESC", json!([[10], [3], [0.5], [null]])).await;
    is("FIND A AS x RETURN x._key ORDER BY x.s DESC, x._key DESC LIMIT 2", json!([["2"], ["4"]]))
        .await;
    is(
        "FIND A AS x RETURN x.s, count(x) AS c, sum(x.n), avg(x.n), min(x.n), max(x.n) ORDER BY c",
        json!([["y", 1, 10, 10, 10, 10], ["x", 3, 3.5, 1.75, 0.5, 3]]),
    )
    .await;
    is("FIND A AS x RETURN x.s, count(x) AS c HAVING c > 1", json!([["x", 3]])).await;
    is("FIND A RETURN count(A), count(A.s), count(A.n) + 1", json!([[4, 2, 4]])).await;
    is("FIND nothing RETURN count(nothing)", json!([[0]])).await;
    is("FIND UNIQUE A RETURN A.s", json!([["x"], ["y"]])).await;
    is(
        "FIND a WITH _key = '1' RETURN a.n * 2 + 1, a.n / 0, a.gone + 1, a.n ^ 2, -a.n AS m",
        json!([[7, null, null, 9, -3]]),
    )
    .await;
    is(
        "FIND a WITH _key = '3' RETURN concat(a.s, '-', a.gone, a.n), merge(a.s, a.l), coalesce(a.n, a.s)",
        json!([["x-", ["x", "p", "q"], "x"]]),
    )
    .await;
    is("FIND b RETURN b.*", json!([[["A"], "4", "b", 0.5, "x"]])).await;
}

#[tokio::test]
async fn what_could_not_be_read_is_told_and_can_be_left_out() {
    let entities = json!([
        { "_key": "1", "_type": "azure_user", "_class": ["User"], "mfaEnabled": true },
        { "_key": "2", "_type": "azure_user", "_class": ["User"], "mfaEnabled": false },
        { "_key": "3", "_type": "azure_user", "_class": ["User"], "_unknown": ["mfaEnabled: no licence"] },
        { "_key": "4", "_type": "azure_user", "_class": ["User"] },
    ]);
    let ledger = json!({ "step": "ad-groups", "type": "azure_user_group", "reason": "refused" });
    let world = World::of(&entities, &json!([]), &ledger).await;
    let keys = async |text: &str, certain: bool| {
        let answer = ask(&world, text, &Options { certain, ..ALL }).await;
        (found(&answer), answer.unknown)
    };
    let is = |keys: &[&str]| Found::Keys(keys.iter().map(|it| (*it).to_owned()).collect());

    let (all, unknown) = keys("FIND azure_user WITH mfaEnabled != true", false).await;
    assert_eq!(all, is(&["2", "3", "4"]));
    let property = unknown.iter().find(|it| it.property.is_some()).unwrap();
    assert_eq!((property.property.as_deref(), property.entities), (Some("mfaEnabled"), Some(1)));
    assert_eq!(property.why, "no licence");
    let (certain, _) = keys("FIND azure_user WITH mfaEnabled != true", true).await;
    assert_eq!(certain, is(&["2", "4"]));
    let (certain, _) = keys("FIND azure_user AS u WHERE u.mfaEnabled = undefined", true).await;
    assert_eq!(certain, is(&["4"]));
    let both = "FIND azure_user WITH mfaEnabled != true OR _key = '3'";
    assert_eq!(keys(both, true).await.0, is(&["2", "3", "4"]), "either way it is true");

    // Nobody knows who is in a group, if groups could not be read.
    let alone = "FIND azure_user THAT !HAS azure_user_group";
    let (all, unknown) = keys(alone, false).await;
    assert_eq!(all, is(&["1", "2", "3", "4"]));
    assert!(unknown.iter().any(|it| it.kind == "azure_user_group" && it.why == "refused"));
    assert_eq!(keys(alone, true).await.0, is(&[]));
    // What was read completely is certain.
    let complete = "FIND azure_user THAT !HAS azure_device";
    assert_eq!(keys(complete, true).await, (is(&["1", "2", "3", "4"]), Vec::new()));
}

#[tokio::test]
async fn ends_of_mapped_relationships_are_found_or_made() {
    let entities = json!([
        { "_key": "g", "_type": "azure_security_group", "_class": ["Firewall"] },
        { "_key": "u", "_type": "azure_user", "_class": ["User"], "email": "u@x.example" },
    ]);
    let mapped = |key: &str, target: Value, filters: Value, skip: bool| {
        json!({
            "_key": key, "_type": "azure_security_group_allows", "_class": "ALLOWS", "port": 22,
            "_mapping": {
                "relationshipDirection": "REVERSE", "sourceEntityKey": "g",
                "targetEntity": target, "targetFilterKeys": filters, "skipTargetCreation": skip,
            },
        })
    };
    let internet = json!({ "_key": "global:internet", "_type": "internet", "_class": ["Internet"],
        "displayName": "Internet" });
    let relationships = json!([
        mapped("1", internet.clone(), json!([["_key"]]), false),
        mapped("2", internet, json!([["_key"]]), false),
        mapped(
            "3",
            json!({ "_type": "azure_user", "email": "u@x.example" }),
            json!([["_type", "email"]]),
            true
        ),
        mapped(
            "4",
            json!({ "_type": "azure_user", "email": "v@x.example" }),
            json!([["_type", "email"]]),
            true
        ),
    ]);
    let world = World::of(&entities, &relationships, &json!({})).await;
    let text = "FIND (Internet|azure_user) AS x THAT ALLOWS >> AS rule azure_security_group \
        RETURN x._key, x._source, rule._key, rule.port";
    let rows = found(&ask(&world, text, &ALL).await);
    let expected = [
        json!(["global:internet", "system-mapper", "1", 22]),
        json!(["global:internet", "system-mapper", "2", 22]),
        json!(["u", "integration-managed", "3", 22]),
    ];
    assert_eq!(rows, Found::Rows(expected.iter().map(Value::to_string).collect()));
}

#[tokio::test]
async fn misspelt_names_are_told() {
    let world = World::of(&json!([]), &json!([]), &json!({})).await;
    let text =
        "FIND azure_usr AS x THAT HAZ azure_user WITH mfaEnable = true AS y RETURN y.displayNam";
    let notes = ask(&world, text, &ALL).await.notes;
    let expected = [
        "there is no type azure_usr; did you mean azure_user?",
        "no relationship has the class HAZ; did you mean HAS?",
        "azure_user has no property mfaEnable; did you mean mfaEnabled?",
        "azure_user has no property displayNam; did you mean displayName?",
    ];
    assert_eq!(notes, expected);
    let model = Model::new(None);
    let error = |text: &str| compile(text, &model, &Terms::default()).unwrap_err().to_string();
    assert!(error("FIND azure_user AS user RETURN usr.name").contains("Did you mean user?"));
    assert!(error("FIND azure_user WITH a = /(/").contains("is no regular expression"));
    assert!(
        error("FIND a RETURN count(a) AS number HAVING nunber > 1")
            .contains("Did you mean number?")
    );
}

#[tokio::test]
async fn parameters_are_filled_in_and_missed() {
    let entities = json!([{ "_key": "1", "_type": "a", "_class": ["A"], "id": "t-1", "n": 5 }]);
    let world = World::of(&entities, &json!([]), &json!({})).await;
    let model = Model::new(Some(&world.tables.manifest));
    let text = "FIND a WITH id = 't-{{id}}' AND n = ${param.numbers}";
    let mut terms = Terms::default();
    let plan = compile(text, &model, &terms).unwrap();
    let error = execute(&plan, &model, &world.tables, &ALL).await.unwrap_err().to_string();
    assert!(error.contains("id, numbers"), "{error}");
    terms.parameters =
        BTreeMap::from([("id".to_owned(), json!("1")), ("numbers".to_owned(), json!(5))]);
    let plan = compile(text, &model, &terms).unwrap();
    let answer = execute(&plan, &model, &world.tables, &ALL).await.unwrap();
    assert_eq!(found(&answer), Found::Keys(vec!["1".to_owned()]));
}

/// What the answer to a query follows from.
fn follows_from(world: &World, text: &str) -> Option<String> {
    let model = Model::new(Some(&world.tables.manifest));
    let plan = compile(text, &model, &Terms::default()).unwrap();
    content(&plan, &model, &world.tables)
}

#[tokio::test]
async fn what_an_answer_follows_from_changes_with_its_tables_only() {
    let entity = |kind: &str, number: u32, colour: &str| {
        json!({
            "_key": format!("{kind}{number}"), "_type": kind, "_class": [kind.to_uppercase()],
            "colour": colour,
        })
    };
    let relation = |from: &str, to: &str| {
        let kind = format!("{}_uses_{}", &from[..1], &to[..1]);
        json!({
            "_key": format!("{from}|uses|{to}"), "_type": kind, "_class": "USES",
            "_fromEntityKey": from, "_toEntityKey": to,
        })
    };
    let entities = [entity("a", 1, "red"), entity("b", 1, "red"), entity("c", 1, "red")];
    let all = [relation("b1", "c1")];
    let read = json!({});
    let world = World::of(&json!(entities), &json!(all), &read).await;
    // Another entity of the first type gives those of all others new numbers.
    let more = [&entities[..], &[entity("a", 2, "red")]].concat();
    let more = World::of(&json!(more), &json!(all), &read).await;
    let mut other = entities.clone();
    other[1]["colour"] = json!("blue");
    let other = World::of(&json!(other), &json!(all), &read).await;
    let none = World::of(&json!(entities), &json!([]), &read).await;
    let forbidden = json!({ "step": "ad-users", "type": "azure_user", "reason": "no" });
    let unread = World::of(&json!(entities), &json!(all), &forbidden).await;
    let cases = [
        ("FIND a", [true, false, false, false]),
        ("FIND A", [true, false, false, false]),
        ("FIND b", [false, true, false, false]),
        ("FIND b THAT USES c", [false, true, true, false]),
        ("FIND b THAT !USES c", [false, true, true, false]),
        ("FIND b THAT HAS c", [false, true, false, false]),
        ("FIND c THAT RELATES TO b", [false, true, true, false]),
        ("FIND *", [true, true, false, true]),
        ("FIND azure_user", [false, false, false, true]),
    ];
    for (text, expected) in cases {
        let before = follows_from(&world, text).unwrap();
        let differs = [&more, &other, &none, &unread].map(|it| follows_from(it, text));
        let differs = differs.map(|it| it.unwrap() != before);
        assert_eq!(differs, expected, "{text}");
    }
    // What depends on the time may have another answer the next moment.
    assert_eq!(follows_from(&world, "FIND a WITH since < date.now - 1 day"), None);
}
