//! What a statement answers.

use std::fmt::Write as _;

use super::compare::condition;
use super::error::SqlError;
use super::evaluate::evaluate;
use super::paths::Paths;
use super::quote;
use super::value::{Known, LIST, NUMBER, Shape, Value, WHOLE};
use super::{Column, Compiler, Limit, Wanted};
use crate::execute::is_aggregate;
use crate::language::Function;
use crate::plan::{Aggregate, By, ColumnOf, Expression, Order, Output, Rows};

/// A part of a statement that gives rows, and what it gives.
struct Answer {
    columns: Vec<(String, Value)>,
    from: String,
    conditions: Vec<String>,
    order: Vec<String>,
}

impl Compiler<'_> {
    /// The statement without the parts that it names, and its columns.
    pub(super) fn answer(
        &mut self,
        skip: u64,
        limit: Option<(u64, Limit)>,
    ) -> Result<(String, Vec<Column>), SqlError> {
        let mut paths = self.paths()?;
        if let Some(filter) = &self.plan.filter {
            let get = |field: usize| self.field(&paths, field);
            let filter = condition(filter, &get)?;
            paths.conditions.push(filter);
        }
        let mut answer = match &self.plan.output {
            Output::Tree => return Err(SqlError::Tree),
            Output::List { order } => self.list(&paths, order),
            Output::Rows(rows) => self.rows(&paths, rows)?,
        };
        // Of what there is none, there are no properties, and no statement answers no columns.
        if answer.columns.is_empty() {
            answer.columns.push(("_key".to_owned(), Value::undefined()));
        }
        let select =
            |(name, value): &(String, Value)| format!("{} AS {}", value.shown(), quote::name(name));
        let columns = answer.columns.iter().map(select).collect::<Vec<_>>().join(", ");
        let mut sql = format!("SELECT {columns} FROM {}", answer.from);
        if !answer.conditions.is_empty() {
            let _ = write!(sql, " WHERE {}", answer.conditions.join(" AND "));
        }
        if !answer.order.is_empty() {
            let _ = write!(sql, " ORDER BY {}", answer.order.join(", "));
        }
        if skip > 0 {
            let _ = write!(sql, " OFFSET {skip}");
        }
        if let Some((limit, of)) = limit {
            let limit = if of == Limit::Asker { limit.saturating_add(1) } else { limit };
            let _ = write!(sql, " LIMIT {limit}");
        }
        let column =
            |(name, value): &(String, Value)| Column { name: name.clone(), shape: value.shape };
        Ok((sql, answer.columns.iter().map(column).collect()))
    }

    /// The different entities where paths start, with all their properties.
    fn list(&mut self, paths: &Paths, order: &[Order]) -> Answer {
        let mut conditions = Vec::new();
        if paths.from != "n0" || !paths.conditions.is_empty() {
            let starts = format!("SELECT n0.id FROM {}{}", paths.from, paths.filter());
            conditions.push(format!("n0.id IN ({starts})"));
        }
        let columns = self.all(&[0]).into_iter().filter_map(|property| {
            let known = self.value(paths, 0, &Wanted::Column(property.clone()))?;
            Some((property, known.value))
        });
        let keys = order.iter().map(|it| match &it.by {
            By::Expression(it) => evaluate(it, &|field| self.field(paths, field).value, &[]),
            By::Column(_) => Value::undefined(),
        });
        let mut sorted = sorted(order, &keys.collect::<Vec<_>>());
        sorted.push("n0.id".to_owned());
        Answer { columns: columns.collect(), from: "n0".to_owned(), conditions, order: sorted }
    }

    /// A row for each path, or for each group of paths.
    fn rows(&mut self, paths: &Paths, rows: &Rows) -> Result<Answer, SqlError> {
        let mut columns: Vec<(String, Expression)> = Vec::new();
        let mut begins = Vec::new();
        for column in &rows.columns {
            begins.push(columns.len());
            match column {
                ColumnOf::Value(name, value) => columns.push((name.clone(), value.clone())),
                ColumnOf::All(alias, slots) => {
                    let all = self.properties(slots).into_iter();
                    columns.extend(all.map(|(property, field)| {
                        (format!("{alias}.{property}"), Expression::Field(field))
                    }));
                }
            }
        }
        let is_grouped = !rows.aggregates.is_empty();
        let field = |at: usize| self.field(paths, at).value;
        let of_path = |it: &Expression| {
            let is_of_path = !is_grouped || !is_aggregate(it);
            if is_of_path { evaluate(it, &field, &[]) } else { Value::undefined() }
        };
        // What paths are asked for: columns, what is made one of many, and what they are sorted by.
        let mut found = Found::default();
        let mut values: Vec<Value> =
            columns.iter().map(|(_, it)| found.add("c", of_path(it))).collect();
        let made: Vec<Value> = rows
            .aggregates
            .iter()
            .map(|it| {
                let of = it.of.as_ref().map(|of| found.add("a", evaluate(of, &field, &[])));
                aggregate(it, of.as_ref())
            })
            .collect();
        let mut keys: Vec<Value> = Vec::new();
        for order in &rows.order {
            keys.push(match &order.by {
                By::Column(at) => values[begins[*at]].clone(),
                By::Expression(_) if is_grouped => Value::undefined(),
                By::Expression(_) if rows.unique => return Err(SqlError::Order),
                By::Expression(it) => found.add("k", of_path(it)),
            });
        }
        self.part("paths".to_owned(), found.select(paths));
        let mut from = "paths".to_owned();
        if is_grouped {
            let grouped: Vec<&str> = columns
                .iter()
                .zip(&values)
                .filter(|((_, it), _)| !is_aggregate(it))
                .map(|(_, it)| it.sql.as_str())
                .collect();
            let aggregates = made.iter().enumerate().map(|(at, it)| format!("{} AS m{at}", it.sql));
            let all: Vec<String> =
                grouped.iter().map(|it| (*it).to_owned()).chain(aggregates).collect();
            let by = if grouped.is_empty() {
                String::new()
            } else {
                format!(" GROUP BY {}", grouped.join(", "))
            };
            self.part("groups".to_owned(), format!("SELECT {} FROM paths{by}", all.join(", ")));
            "groups".clone_into(&mut from);
            let made: Vec<Value> = made
                .iter()
                .enumerate()
                .map(|(at, it)| Value::new(it.shape, format!("m{at}")))
                .collect();
            let nothing = |_: usize| Value::undefined();
            for (value, (_, it)) in values.iter_mut().zip(&columns) {
                if is_aggregate(it) {
                    *value = evaluate(it, &nothing, &made);
                }
            }
            for (key, order) in keys.iter_mut().zip(&rows.order) {
                *key = match &order.by {
                    By::Column(at) => values[begins[*at]].clone(),
                    By::Expression(it) => evaluate(it, &nothing, &made),
                };
            }
        } else if rows.unique {
            self.part("different".to_owned(), "SELECT DISTINCT * FROM paths".to_owned());
            "different".clone_into(&mut from);
        }
        let mut conditions = Vec::new();
        if let Some(having) = &rows.having {
            let get = |at: usize| Known::from(values[begins[at]].clone());
            conditions.push(condition(having, &get)?);
        }
        let order = sorted(&rows.order, &keys);
        let names = columns.into_iter().map(|(name, _)| name);
        Ok(Answer { columns: names.zip(values).collect(), from, conditions, order })
    }
}

/// What paths are asked for.
#[derive(Default)]
struct Found(Vec<(String, String)>);

impl Found {
    /// Adds a value, and returns the column that has it.
    fn add(&mut self, letter: &str, value: Value) -> Value {
        let name = format!("{letter}{}", self.0.len());
        self.0.push((name.clone(), value.sql));
        Value::new(value.shape, name)
    }

    fn select(&self, paths: &Paths) -> String {
        let columns = self.0.iter().map(|(name, sql)| format!("{sql} AS {name}"));
        let mut columns = columns.collect::<Vec<_>>().join(", ");
        // Rows can be counted that nothing else is asked of.
        if columns.is_empty() {
            columns.push_str("1 AS one");
        }
        format!("SELECT {columns} FROM {}{}", paths.from, paths.filter())
    }
}

/// What is made of the rows of a group.
fn aggregate(aggregate: &Aggregate, of: Option<&Value>) -> Value {
    let nothing = Value::undefined();
    let of = of.unwrap_or(&nothing);
    // Even of nothing it is an aggregate: without anything to group by there is one row.
    let number = of.as_number().unwrap_or_else(|| Value::none(NUMBER).sql);
    match aggregate.function {
        Function::Count if aggregate.of.is_none() => Value::new(WHOLE, "count(*)"),
        Function::Count => {
            let of = if of.shape == LIST { of.json() } else { of.sql.clone() };
            Value::new(WHOLE, format!("count(DISTINCT {of})"))
        }
        Function::Sum => Value::new(Shape::Calculated, format!("COALESCE(sum({number}), 0E0)")),
        Function::Avg => Value::new(Shape::Calculated, format!("avg({number})")),
        Function::Min | Function::Max => {
            let name = aggregate.function.name();
            if of.sort_keys().len() == 1 {
                return Value::new(of.shape, format!("{name}({})", of.sql));
            }
            // Trino compares no rows in which something is not there.
            let (sql, keys) = (&of.sql, of.whole_sort_keys().join(", "));
            let best = format!("{name}_by({sql}, ROW({keys})) FILTER (WHERE {sql} IS NOT NULL)");
            Value::new(of.shape, best)
        }
        _ => nothing,
    }
}

/// By what rows are sorted. What is undefined comes last, whatever comes first.
fn sorted(order: &[Order], keys: &[Value]) -> Vec<String> {
    let each = order.iter().zip(keys).flat_map(|(order, key)| {
        let way = if order.descending { "DESC" } else { "ASC" };
        key.sort_keys().into_iter().map(move |it| format!("{it} {way} NULLS LAST"))
    });
    each.collect()
}
