//! The relationships that an operation goes over.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::nodes::{MANY, column, implied, or_else};
use super::quote;
use super::source::Source;
use super::value::{Known, Shape, TEXT, Value};
use super::{Compiler, Wanted};
use crate::execute::{is_of, stored};
use crate::language::Direction;
use crate::plan::Operation;

/// A table of relationships that an operation may go over.
struct Candidate {
    at: usize,
    out: bool,
    back: bool,
}

impl Compiler<'_> {
    /// A table of the relationships that lead from entities of some types to those of a slot:
    /// `here` and `there`, then for each wanted property `v0`, `v1` ….
    pub(super) fn relationships(
        &mut self,
        verbs: &[String],
        direction: Direction,
        left: &BTreeSet<usize>,
        (relationship, entity): (usize, usize),
    ) -> Vec<Known> {
        let right = self.tables_of(entity).into_iter().collect();
        let candidates = self.candidates(verbs, direction, left, &right);
        let wanted = self.wanted[relationship].clone();
        let is_whole =
            |it: &Candidate| !self.manifest.relationships[it.at].mixed || verbs.is_empty();
        if candidates.len() > MANY && wanted.is_empty() && candidates.iter().all(is_whole) {
            let all = self.of_edges(&candidates);
            self.part(format!("h{relationship}"), all);
            return Vec::new();
        }
        let mut rows: Vec<(String, Vec<Value>, String)> = Vec::new();
        for Candidate { at, out, back } in candidates {
            let manifest = self.manifest;
            let table = &manifest.relationships[at];
            let values: Vec<Value> = wanted.iter().map(|it| self.of_relationship(at, it)).collect();
            let mut rest = self.from(Source::Relationships(at)) + " AS r";
            if wanted.iter().any(needs_keys) {
                let core = self.from(Source::Core).replacen(" FROM ", "", 1);
                let _ = write!(
                    rest,
                    " JOIN {core} AS f ON f.\"_entity\" = r.\"_from\" \
                     JOIN {core} AS t ON t.\"_entity\" = r.\"_to\""
                );
            }
            if table.mixed && !verbs.is_empty() {
                let verbs = verbs.iter().map(|it| quote::text(it)).collect::<Vec<_>>().join(", ");
                let class = column(table, "_class").and_then(|it| on_r(&it).as_text());
                let class = class.unwrap_or_else(|| Value::undefined().sql);
                let _ = write!(rest, " WHERE {class} IN ({verbs})");
            }
            for (is_way, [here, there]) in [(out, ["_from", "_to"]), (back, ["_to", "_from"])] {
                if is_way {
                    let ends = format!("r.\"{here}\" AS here, r.\"{there}\" AS there");
                    rows.push((ends, values.clone(), rest.clone()));
                }
            }
        }
        if rows.is_empty() {
            let ends = "CAST(NULL AS INTEGER) AS here, CAST(NULL AS INTEGER) AS there";
            let values = wanted.iter().map(|_| Value::undefined()).collect();
            rows.push((ends.to_owned(), values, " WHERE FALSE".to_owned()));
        }
        let shape =
            |at: usize| rows.iter().fold(Shape::Undefined, |it, row| it.with(row.1[at].shape));
        let shapes: Vec<Shape> = (0..wanted.len()).map(shape).collect();
        let select = |(ends, values, rest): &(String, Vec<Value>, String)| {
            let values = values.iter().zip(&shapes).enumerate();
            let values =
                values.map(|(at, (it, shape))| format!(", {} AS v{at}", it.as_shape(*shape)));
            format!("SELECT {ends}{}{rest}", values.collect::<String>())
        };
        let all = rows.iter().map(select).collect::<Vec<_>>().join(" UNION ALL ");
        self.part(format!("h{relationship}"), all);
        let value =
            |(at, shape): (usize, &Shape)| Value::new(*shape, format!("h{relationship}.v{at}"));
        shapes.iter().enumerate().map(value).map(Known::from).collect()
    }

    /// The tables of the relationships that a slot may hold.
    pub(super) fn relationships_of(&self, slot: usize) -> impl Iterator<Item = usize> {
        let mut all = Vec::new();
        for (at, operation) in self.plan.operations.iter().enumerate() {
            let Operation::Traverse { verbs, direction, relationship, entity, .. } = operation
            else {
                continue;
            };
            if *relationship == slot {
                let right = self.tables_of(*entity).into_iter().collect();
                all.extend(self.candidates(verbs, *direction, &self.tables_at(at), &right));
            }
        }
        all.into_iter().map(|it| it.at)
    }

    fn candidates(
        &self,
        verbs: &[String],
        direction: Direction,
        left: &BTreeSet<usize>,
        right: &BTreeSet<usize>,
    ) -> Vec<Candidate> {
        let kinds = |tables: &BTreeSet<usize>| -> BTreeSet<&str> {
            tables.iter().map(|at| self.manifest.entities[*at].kind.as_str()).collect()
        };
        let (left, right) = (kinds(left), kinds(right));
        let meets = |names: &BTreeSet<String>, kinds: &BTreeSet<&str>| {
            names.iter().any(|it| kinds.contains(it.as_str()))
        };
        let tables = self.manifest.relationships.iter().enumerate();
        let candidates = tables.filter(|(_, it)| is_of(it, verbs)).map(|(at, it)| Candidate {
            at,
            out: direction != Direction::In && meets(&it.from, &left) && meets(&it.to, &right),
            back: direction != Direction::Out && meets(&it.to, &left) && meets(&it.from, &right),
        });
        candidates.filter(|it| it.out || it.back).collect()
    }

    /// The same from the table of all relationships.
    fn of_edges(&mut self, candidates: &[Candidate]) -> String {
        let all = self.manifest.relationships.len();
        let of = |is_way: fn(&Candidate) -> bool| {
            let on_way: Vec<&Candidate> = candidates.iter().filter(|it| is_way(it)).collect();
            let kinds =
                on_way.iter().map(|it| quote::text(&self.manifest.relationships[it.at].kind));
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            match on_way.len() {
                0 => None,
                count if count == all => Some(String::new()),
                _ => Some(format!(" AND \"type\" IN ({kinds})")),
            }
        };
        let (out, back) = (of(|it| it.out), of(|it| it.back));
        let way = |name: &str, kinds: &Option<String>| {
            kinds.as_ref().map(|it| format!("(\"direction\" = '{name}'{it})"))
        };
        let ways: Vec<String> =
            [way("out", &out), way("in", &back)].into_iter().flatten().collect();
        let from = self.from(Source::Edges);
        format!("SELECT \"_entity\" AS here, \"_other\" AS there{from} WHERE {}", ways.join(" OR "))
    }

    /// A property of the relationships of a table, or what tells one from all others.
    fn of_relationship(&self, at: usize, wanted: &Wanted) -> Value {
        let table = &self.manifest.relationships[at];
        let (Wanted::Property(property) | Wanted::Column(property)) = wanted else {
            let key = Wanted::Property("_key".to_owned());
            let key = self.of_relationship(at, &key).as_shape(TEXT);
            return Value::new(
                TEXT,
                format!(
                    "'{at}|' || CAST(r.\"_from\" AS VARCHAR) || '|' || CAST(r.\"_to\" AS VARCHAR) \
                     || '|' || COALESCE({key}, '')"
                ),
            );
        };
        let followed = match stored(property) {
            "_fromEntityKey" => Some(Value::new(TEXT, "f.\"_key\"")),
            "_toEntityKey" => Some(Value::new(TEXT, "t.\"_key\"")),
            "_key" => {
                let class = table.classes.first().map_or("", String::as_str).to_lowercase();
                let class = quote::text(&format!("|{class}|"));
                Some(Value::new(TEXT, format!("(f.\"_key\" || {class} || t.\"_key\")")))
            }
            _ if property.starts_with("_integration") => None,
            _ => implied(self.manifest, table, property, None),
        };
        or_else(column(table, stored(property)).map(|it| on_r(&it)), followed)
    }
}

/// A column of a relationship, among those of its ends.
fn on_r(column: &Value) -> Value {
    Value::new(column.shape, format!("r.{}", column.sql))
}

/// Whether a property of a relationship follows from the keys of its ends.
fn needs_keys(wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Property(it) | Wanted::Column(it) => {
            ["_key", "_fromEntityKey", "_toEntityKey"].contains(&stored(it))
        }
        Wanted::Identity => true,
    }
}
