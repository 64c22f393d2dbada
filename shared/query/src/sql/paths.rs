//! The paths of a query, as joins.
//!
//! Steps that may be left out are a table of their own: where they begin and end, what they go by,
//! and a row for every entity that stays where it is. So a statement grows with the steps of a
//! query, and not with the ways through them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::error::SqlError;
use super::source::Source;
use super::value::{Known, Value, WHOLE, choice};
use super::{Compiler, Wanted};
use crate::execute::lacks_relationships;
use crate::plan::{Operation, Slot};

/// The number of the entity that a negated step has: there is none.
const NOTHING: &str = "-1";

/// Paths up to where they are.
#[derive(Default)]
pub(super) struct Paths {
    /// What is joined.
    pub(super) from: String,
    /// What must be true besides.
    pub(super) conditions: Vec<String>,
    /// Where they start, and where they are.
    start: String,
    here: String,
    bound: BTreeMap<usize, Bound>,
}

/// What paths have in a slot.
#[derive(Clone)]
struct Bound {
    /// The number of the entity; not there if a path does not go by the slot.
    id: String,
    values: Vec<Known>,
    /// Whether all paths go by it.
    always: bool,
}

impl Compiler<'_> {
    /// All paths, from their start to their end.
    pub(super) fn paths(&mut self) -> Result<Paths, SqlError> {
        let values = self.entities(0)?;
        let mut paths = Paths { from: "n0".to_owned(), ..Paths::default() };
        "n0.id".clone_into(&mut paths.start);
        paths.here.clone_from(&paths.start);
        paths.bound.insert(0, Bound { id: paths.start.clone(), values, always: true });
        self.follow(self.plan.first, None, &mut paths)?;
        Ok(paths)
    }

    /// Goes on from one operation up to another, or to the end.
    fn follow(
        &mut self,
        mut at: usize,
        end: Option<usize>,
        paths: &mut Paths,
    ) -> Result<(), SqlError> {
        let plan = self.plan;
        while Some(at) != end {
            at = match &plan.operations[at] {
                Operation::End => break,
                Operation::Name { slot, next } => {
                    let id = paths.here.clone();
                    paths.bound.insert(*slot, Bound { id, values: Vec::new(), always: true });
                    *next
                }
                Operation::Fork { inner, next } => {
                    self.optional(at, *inner, *next, paths)?;
                    *next
                }
                Operation::Traverse { negated, next, .. } => {
                    if *negated {
                        self.without(at, paths)?;
                    } else {
                        self.over(at, paths)?;
                    }
                    *next
                }
            };
        }
        Ok(())
    }

    /// Goes over a relationship.
    fn over(&mut self, at: usize, paths: &mut Paths) -> Result<(), SqlError> {
        let Operation::Traverse { verbs, direction, relationship, entity, .. } =
            &self.plan.operations[at]
        else {
            return Ok(());
        };
        let slots = (*relationship, *entity);
        let left = self.tables_at(at);
        let of_relationship = self.relationships(verbs, *direction, &left, slots);
        let of_entity = self.entities(*entity)?;
        let there = format!("h{relationship}.there");
        paths.join(&format!("h{relationship}"), &format!("h{relationship}.here"));
        let _ = write!(paths.from, " JOIN n{entity} ON n{entity}.id = {there}");
        paths.here.clone_from(&there);
        for (slot, values) in [(*relationship, of_relationship), (*entity, of_entity)] {
            paths.bound.insert(slot, Bound { id: there.clone(), values, always: true });
        }
        Ok(())
    }

    /// Stays where there is no relationship.
    fn without(&mut self, at: usize, paths: &mut Paths) -> Result<(), SqlError> {
        let Operation::Traverse { verbs, direction, relationship, entity, .. } =
            &self.plan.operations[at]
        else {
            return Ok(());
        };
        if paths.from.is_empty() {
            self.stay_anywhere(at, paths);
        }
        let slots = (*relationship, *entity);
        let left = self.tables_at(at);
        self.relationships(verbs, *direction, &left, slots);
        self.entities(*entity)?;
        paths.conditions.push(format!(
            "{} NOT IN (SELECT h{relationship}.here FROM h{relationship} \
             JOIN n{entity} ON n{entity}.id = h{relationship}.there)",
            paths.here
        ));
        // Nothing is certainly not there if it was not read.
        if self.certain
            && lacks_relationships(self.plan, self.model, self.manifest, &self.reach, at)
        {
            paths.conditions.push("FALSE".to_owned());
        }
        for slot in [*relationship, *entity] {
            let nothing = self.wanted[slot].iter().map(|_| Known::from(Value::undefined()));
            let values = nothing.collect();
            paths.bound.insert(slot, Bound { id: NOTHING.to_owned(), values, always: true });
        }
        Ok(())
    }

    /// Goes over steps, and stays where it is.
    fn optional(
        &mut self,
        at: usize,
        inner: usize,
        next: usize,
        paths: &mut Paths,
    ) -> Result<(), SqlError> {
        let mut steps = Paths::default();
        self.follow(inner, Some(next), &mut steps)?;
        let mut columns =
            vec![format!("{} AS here", steps.start), format!("{} AS there", steps.here)];
        let staying = self.from(Source::Core);
        let mut stays = vec!["\"_entity\"".to_owned(), "\"_entity\"".to_owned()];
        let part = format!("o{at}");
        let mut bound = BTreeMap::new();
        for (slot, of) in &steps.bound {
            columns.push(format!("{} AS s{slot}", of.id));
            stays.push("CAST(NULL AS INTEGER)".to_owned());
            let mut values = Vec::new();
            for (number, known) in of.values.iter().enumerate() {
                let name = format!("s{slot}v{number}");
                let shape = known.value.shape;
                columns.push(format!("{} AS {name}", known.value.sql));
                stays.push(Value::none(shape).sql);
                let unknown = known.unknown.as_ref().map(|unknown| {
                    columns.push(format!("{unknown} AS {name}u"));
                    stays.push("FALSE".to_owned());
                    format!("{part}.{name}u")
                });
                values.push(Known { value: Value::new(shape, format!("{part}.{name}")), unknown });
            }
            let id = format!("{part}.s{slot}");
            bound.insert(*slot, Bound { id, values, always: false });
        }
        let with = format!("SELECT {} FROM {}{}", columns.join(", "), steps.from, steps.filter());
        let without = format!("SELECT {}{staying}", stays.join(", "));
        self.part(part.clone(), format!("{with} UNION ALL {without}"));
        paths.join(&part, &format!("{part}.here"));
        paths.here = format!("{part}.there");
        paths.bound.append(&mut bound);
        Ok(())
    }

    /// Begins with any entity.
    fn stay_anywhere(&mut self, at: usize, paths: &mut Paths) {
        let all = format!("SELECT \"_entity\" AS id{}", self.from(Source::Core));
        self.part(format!("c{at}"), all);
        paths.join(&format!("c{at}"), &format!("c{at}.id"));
    }

    /// The tables of the entities where paths may be that come to an operation.
    pub(super) fn tables_at(&self, at: usize) -> BTreeSet<usize> {
        self.reach.at(at).iter().flat_map(|slot| self.tables_of(*slot)).collect()
    }

    /// The value of a field of a path.
    pub(super) fn field(&self, paths: &Paths, field: usize) -> Known {
        let field = &self.fields[field];
        let mut cases = Vec::new();
        for slot in &field.slots {
            let Some(bound) = paths.bound.get(slot) else { continue };
            let known = self.slot(paths, *slot, field.property.as_deref());
            let is_bound = (!bound.always).then(|| format!("{} IS NOT NULL", bound.id));
            let is_last = is_bound.is_none();
            cases.push((is_bound, known));
            if is_last {
                break;
            }
        }
        // A slot that a path does not go by has no values anyway.
        match cases.len() {
            1 => cases.remove(0).1,
            _ => choice(&cases),
        }
    }

    fn slot(&self, paths: &Paths, slot: usize, property: Option<&str>) -> Known {
        let nothing = || Known::from(Value::undefined());
        let Some(bound) = paths.bound.get(&slot) else { return nothing() };
        let is_relationship = matches!(self.plan.slots[slot], Slot::Relationship);
        if property.is_none() && !is_relationship {
            let is_nothing = self.is_negated(slot);
            return if is_nothing { nothing() } else { Value::new(WHOLE, &bound.id).into() };
        }
        if let Some(entities) = self.places.get(&slot) {
            // Of the entities that a path went by, it is at the last.
            let at = entities.iter().rev().filter_map(|it| {
                let of = paths.bound.get(it)?;
                let is_bound = (!of.always).then(|| format!("{} IS NOT NULL", of.id));
                Some((is_bound, self.slot(paths, *it, property)))
            });
            let known = choice(&at.collect::<Vec<_>>());
            if bound.always {
                return known;
            }
            return choice(&[(Some(format!("{} IS NOT NULL", bound.id)), known)]);
        }
        let wanted = property.map_or(Wanted::Identity, |it| Wanted::Property(it.to_owned()));
        self.value(paths, slot, &wanted).unwrap_or_else(nothing)
    }

    /// What is wanted of what paths have in a slot.
    pub(super) fn value(&self, paths: &Paths, slot: usize, wanted: &Wanted) -> Option<Known> {
        let at = self.wanted[slot].iter().position(|it| it == wanted)?;
        paths.bound.get(&slot)?.values.get(at).cloned()
    }
}

impl Paths {
    /// Joins a table by the column of where its rows begin.
    fn join(&mut self, table: &str, here: &str) {
        if self.from.is_empty() {
            table.clone_into(&mut self.from);
            here.clone_into(&mut self.start);
            here.clone_into(&mut self.here);
        } else {
            let _ = write!(self.from, " JOIN {table} ON {here} = {}", self.here);
        }
    }

    /// The conditions, behind what is joined.
    pub(super) fn filter(&self) -> String {
        if self.conditions.is_empty() {
            return String::new();
        }
        format!(" WHERE {}", self.conditions.join(" AND "))
    }
}
