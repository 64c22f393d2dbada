//! Answers to queries, found by looking at every path: slow, and as simple as the language allows.

use std::collections::{BTreeMap, BTreeSet};

use query::language::Value as Term;
use query::language::{
    Answer, Condition, Direction, Function, Node, Operand, Operator, Selector, Step, parse,
};
use serde_json::{Map, Value, json};

use crate::world::{World, text};

type Row = Map<String, Value>;

/// What a query finds, in no order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The keys of entities.
    Keys(Vec<String>),
    /// Rows, as JSON.
    Rows(Vec<String>),
}

impl Found {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Keys(all) | Self::Rows(all) if all.is_empty())
    }
}

/// A path: where it is, what it went by, and what has a name.
#[derive(Clone)]
struct Path<'w> {
    at: &'w Row,
    entities: Vec<&'w Row>,
    names: BTreeMap<String, Option<&'w Row>>,
}

pub(crate) struct Naive<'w> {
    world: &'w World,
}

impl<'w> Naive<'w> {
    pub(crate) const fn new(world: &'w World) -> Self {
        Self { world }
    }

    pub(crate) fn answer(&self, query: &str) -> Found {
        let query = parse(query).unwrap();
        let starts = self.world.entities.iter().filter(|it| selects(&query.start, it));
        let starts = starts.map(|it| {
            let path = Path { at: it, entities: vec![it], names: BTreeMap::new() };
            named(path, query.start.alias.as_ref().map(|it| it.text.as_str()), Some(it))
        });
        let mut paths = self.follow(starts.collect(), &query.steps);
        if let Some(filter) = &query.filter {
            paths.retain(|path| holds(filter, &|name| get(path, name)));
        }
        match &query.answer {
            Answer::List => keys(paths.iter().map(|it| it.entities[0])),
            Answer::Tree => keys(paths.iter().flat_map(|it| it.entities.iter().copied())),
            Answer::Items(items) => {
                let values: Vec<&Term> = items.iter().map(|it| &it.value).collect();
                let mut rows = rows(&paths, &values);
                if query.unique {
                    rows = rows.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
                }
                rows.sort();
                Found::Rows(rows)
            }
        }
    }

    fn follow(&self, mut paths: Vec<Path<'w>>, steps: &[Step]) -> Vec<Path<'w>> {
        for step in steps {
            paths = match step {
                Step::Optional { steps, alias } => {
                    let further = self.follow(paths.clone(), steps);
                    let alias = alias.as_ref().map(|it| it.text.as_str());
                    let all = paths.into_iter().chain(further);
                    all.map(|it| {
                        let at = it.at;
                        named(it, alias, Some(at))
                    })
                    .collect()
                }
                Step::Traverse { negated, verbs, direction, alias, node } => {
                    let alias = alias.as_ref().map(|it| it.text.as_str());
                    let of = node.alias.as_ref().map(|it| it.text.as_str());
                    let mut further = Vec::new();
                    for path in paths {
                        let hops =
                            self.hops(path.at, verbs.iter().map(|it| it.text.as_str()), *direction);
                        let hops: Vec<_> =
                            hops.into_iter().filter(|(_, other)| selects(node, other)).collect();
                        if *negated && hops.is_empty() {
                            further.push(named(named(path, alias, None), of, None));
                        } else if !negated {
                            for (relationship, other) in hops {
                                let mut path = named(path.clone(), alias, Some(relationship));
                                path = named(path, of, Some(other));
                                path.at = other;
                                path.entities.push(other);
                                further.push(path);
                            }
                        }
                    }
                    further
                }
            };
        }
        paths
    }

    fn hops<'q>(
        &self,
        at: &Row,
        verbs: impl Iterator<Item = &'q str>,
        direction: Direction,
    ) -> Vec<(&'w Row, &'w Row)> {
        let verbs: Vec<String> = verbs.map(str::to_uppercase).collect();
        let mut hops = Vec::new();
        for relationship in &self.world.relationships {
            if !verbs.is_empty() && !verbs.contains(&text(relationship, "_class")) {
                continue;
            }
            let sides = [
                (Direction::In, "_fromEntityKey", "_toEntityKey"),
                (Direction::Out, "_toEntityKey", "_fromEntityKey"),
            ];
            for (other_way, here, there) in sides {
                if direction != other_way && relationship[here] == at["_key"] {
                    let other =
                        self.world.entities.iter().find(|it| it["_key"] == relationship[there]);
                    hops.push((relationship, other.unwrap()));
                }
            }
        }
        hops
    }
}

fn named<'w>(mut path: Path<'w>, name: Option<&str>, thing: Option<&'w Row>) -> Path<'w> {
    if let Some(name) = name {
        path.names.entry(name.to_owned()).or_insert(thing);
    }
    path
}

fn keys<'w>(entities: impl Iterator<Item = &'w Row>) -> Found {
    let keys: BTreeSet<String> = entities.map(|it| text(it, "_key")).collect();
    Found::Keys(keys.into_iter().collect())
}

fn get(path: &Path<'_>, name: &str) -> Option<Value> {
    let (alias, property) = name.split_once('.').unwrap_or((name, "_key"));
    let thing = path.names.get(alias).copied().flatten()?;
    thing.get(property).filter(|it| !it.is_null()).cloned()
}

fn rows(paths: &[Path<'_>], values: &[&Term]) -> Vec<String> {
    let value = |path: &Path<'_>, term: &Term| match term {
        Term::Reference(word) => get(path, &word.text).unwrap_or_default(),
        other => panic!("no query here returns {other:?}"),
    };
    let is_count = |term: &Term| matches!(term, Term::Call(Function::Count, _));
    if !values.iter().any(|it| is_count(it)) {
        let row = |path: &Path<'_>| values.iter().map(|it| value(path, it)).collect::<Vec<_>>();
        return paths.iter().map(|it| json!(row(it)).to_string()).collect();
    }
    let mut groups: BTreeMap<String, Vec<&Path<'_>>> = BTreeMap::new();
    for path in paths {
        let group: Vec<Value> =
            values.iter().filter(|it| !is_count(it)).map(|it| value(path, it)).collect();
        groups.entry(json!(group).to_string()).or_default().push(path);
    }
    let rows = groups.values().map(|paths| {
        let row = values.iter().map(|term| match term {
            Term::Call(_, arguments) => {
                let each = paths.iter().map(|it| value(it, &arguments[0]));
                let different: BTreeSet<String> =
                    each.filter(|it| !it.is_null()).map(|it| it.to_string()).collect();
                json!(different.len())
            }
            term => value(paths[0], term),
        });
        json!(row.collect::<Vec<_>>()).to_string()
    });
    rows.collect()
}

fn selects(node: &Node, entity: &Row) -> bool {
    let selected = node.selectors.iter().any(|it| match it {
        Selector::All => true,
        Selector::Named(word) => {
            let classes = entity["_class"].as_array().unwrap();
            entity["_type"] == word.text.as_str() || classes.contains(&json!(word.text))
        }
        other => panic!("no query here selects by {other:?}"),
    });
    let get = |name: &str| entity.get(name).filter(|it| !it.is_null()).cloned();
    selected && node.filter.as_ref().is_none_or(|it| holds(it, &get))
}

fn holds(condition: &Condition, get: &dyn Fn(&str) -> Option<Value>) -> bool {
    match condition {
        Condition::And(all) => all.iter().all(|it| holds(it, get)),
        Condition::Or(any) => any.iter().any(|it| holds(it, get)),
        Condition::Test { property, operator, operand } => {
            let found = get(&property.text);
            let (operator, negated) = operator.positive();
            // What is negated is the contrary of all that is not.
            let is = |term: &Term| compares(found.as_ref(), operator, term, get);
            let holds = match operand {
                Operand::One(term) => is(term),
                Operand::Any(terms) => terms.iter().any(is),
                Operand::All(terms) => terms.iter().all(is),
            };
            holds != negated
        }
    }
}

fn compares(
    found: Option<&Value>,
    operator: Operator,
    term: &Term,
    get: &dyn Fn(&str) -> Option<Value>,
) -> bool {
    let wanted = match term {
        Term::Undefined => return found.is_none(),
        Term::Regex { .. } => json!("x"),
        Term::Text(text) => json!(text),
        Term::Number(number) => json!(number),
        Term::Flag(flag) => json!(flag),
        Term::Reference(word) => match get(&word.text) {
            Some(wanted) => wanted,
            None => return false,
        },
        other => panic!("no query here compares with {other:?}"),
    };
    // The only expression here is /^x/.
    let operator = if matches!(term, Term::Regex { .. }) { Operator::StartsWith } else { operator };
    match found {
        None => false,
        Some(Value::Array(items)) => match operator {
            Operator::Less | Operator::Greater | Operator::AtMost | Operator::AtLeast => false,
            Operator::Equal if wanted.is_array() => found == Some(&wanted),
            _ => items.iter().any(|it| relates(it, operator, &wanted)),
        },
        Some(value) => relates(value, operator, &wanted),
    }
}

fn relates(value: &Value, operator: Operator, wanted: &Value) -> bool {
    let ordered = |order: std::cmp::Ordering| match operator {
        Operator::Equal => order.is_eq(),
        Operator::Less => order.is_lt(),
        Operator::Greater => order.is_gt(),
        Operator::AtMost => order.is_le(),
        Operator::AtLeast => order.is_ge(),
        _ => false,
    };
    match (value, wanted) {
        (Value::Bool(left), Value::Bool(right)) => operator == Operator::Equal && left == right,
        (Value::Number(left), Value::Number(right)) => {
            ordered(left.as_f64().unwrap().total_cmp(&right.as_f64().unwrap()))
        }
        (Value::String(left), Value::String(right)) => match operator {
            Operator::Contains => left.contains(right.as_str()),
            Operator::StartsWith => left.starts_with(right.as_str()),
            Operator::EndsWith => left.ends_with(right.as_str()),
            _ => ordered(left.cmp(right)),
        },
        _ => false,
    }
}
