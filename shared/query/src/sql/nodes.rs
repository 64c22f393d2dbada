//! Which entities each part of a query selects.

use std::fmt::Write as _;

use super::compare::{condition, contains, some};
use super::error::SqlError;
use super::quote;
use super::source::Source;
use super::value::{FLAG, Known, LIST, Shape, TEXT, Value, choice};
use super::{Compiler, Wanted};
use crate::execute::stored;
use crate::plan::{Node, Operation, Selector};
use crate::tables::{Form, Manifest, Table};

/// More tables than this are read through those of all entities or relationships, if these have
/// what is wanted: Athena refuses statements of too many stages.
pub(super) const MANY: usize = 8;

impl Compiler<'_> {
    /// The tables of the entities that a slot may hold.
    pub(super) fn tables_of(&self, slot: usize) -> Vec<usize> {
        let Some(node) = self.node(slot) else { return Vec::new() };
        let tables = self.manifest.entities.iter().enumerate();
        let meets = |table: &Table| node.selectors.iter().any(|it| it.meets(table));
        tables.filter(|(_, it)| meets(it)).map(|(at, _)| at).collect()
    }

    /// A table of the entities of a slot: `id`, then for each wanted property `v0`, `v1` …, and
    /// `u0`, `u1` … where one may not have been read.
    pub(super) fn entities(&mut self, slot: usize) -> Result<Vec<Known>, SqlError> {
        let tables = self.tables_of(slot);
        let Some(node) = self.node(slot) else { return Ok(Vec::new()) };
        let wanted = self.wanted[slot].clone();
        let rows = if self.is_of_core(node, &tables, &wanted) {
            vec![self.of_core(&tables, &wanted)]
        } else {
            let each = tables.iter().map(|at| self.of_table(slot, node, *at, &wanted));
            each.collect::<Result<Vec<_>, _>>()?
        };
        let shapes: Vec<Shape> = (0..wanted.len())
            .map(|at| {
                rows.iter().fold(Shape::Undefined, |it, row| it.with(row.values[at].value.shape))
            })
            .collect();
        let is_unknown: Vec<bool> = (0..wanted.len())
            .map(|at| rows.iter().any(|row| row.values[at].unknown.is_some()))
            .collect();
        let select = |row: &Row| {
            let mut columns = vec![format!("{} AS id", row.id)];
            for (at, known) in row.values.iter().enumerate() {
                columns.push(format!("{} AS v{at}", known.value.as_shape(shapes[at])));
                if is_unknown[at] {
                    let unknown = known.unknown.as_deref().unwrap_or("FALSE");
                    columns.push(format!("{unknown} AS u{at}"));
                }
            }
            format!("SELECT {}{}", columns.join(", "), row.rest)
        };
        let mut rows: Vec<String> = rows.iter().map(select).collect();
        if rows.is_empty() {
            let values = wanted.iter().map(|_| Known::from(Value::undefined()));
            let nothing = Row {
                id: "CAST(NULL AS INTEGER)".to_owned(),
                values: values.collect(),
                rest: " WHERE FALSE".to_owned(),
            };
            rows.push(select(&nothing));
        }
        self.part(format!("n{slot}"), rows.join(" UNION ALL "));
        let known = |at: usize| Known {
            value: Value::new(shapes[at], format!("n{slot}.v{at}")),
            unknown: is_unknown[at].then(|| format!("n{slot}.u{at}")),
        };
        Ok((0..wanted.len()).map(known).collect())
    }

    /// Whether the table of all entities says what is wanted of a slot.
    fn is_of_core(&self, node: &Node, tables: &[usize], wanted: &[Wanted]) -> bool {
        let is_same = |table: &Table, wanted: &Wanted| {
            let of_core = core(wanted);
            let of_table = self.wanted_of(table, wanted);
            of_core.is_some_and(|it| it.shape == of_table.value.shape) && of_table.unknown.is_none()
        };
        tables.len() > MANY
            && node.filter.is_none()
            && tables.iter().map(|at| &self.manifest.entities[*at]).all(|table| {
                let mut selectors = node.selectors.iter().filter(|it| it.meets(table));
                selectors.any(|it| it.is_whole(table)) && wanted.iter().all(|it| is_same(table, it))
            })
    }

    fn of_core(&mut self, tables: &[usize], wanted: &[Wanted]) -> Row {
        let values = wanted.iter().map(|it| core(it).unwrap_or_else(Value::undefined).into());
        let rest = if tables.len() == self.manifest.entities.len() {
            String::new()
        } else {
            let kinds = tables.iter().map(|at| quote::text(&self.manifest.entities[*at].kind));
            format!(" WHERE \"_type\" IN ({})", kinds.collect::<Vec<_>>().join(", "))
        };
        let values = values.collect();
        Row { id: quote::name("_entity"), values, rest: self.from(Source::Core) + &rest }
    }

    fn of_table(
        &mut self,
        slot: usize,
        node: &Node,
        at: usize,
        wanted: &[Wanted],
    ) -> Result<Row, SqlError> {
        let table = &self.manifest.entities[at];
        let get = |field: usize| self.known(table, &node.properties[field]);
        let mut conditions = Vec::new();
        let selectors: Vec<&Selector> =
            node.selectors.iter().filter(|it| it.meets(table)).collect();
        if !selectors.iter().any(|it| it.is_whole(table)) {
            let each = selectors.iter().map(|it| Self::selects(it, table, &get));
            let each = each.collect::<Result<Vec<_>, _>>()?;
            conditions.push(format!("({})", each.join(" OR ")));
        }
        if let Some(filter) = &node.filter {
            conditions.push(condition(filter, &get)?);
        }
        let values = wanted.iter().map(|it| self.wanted_of(table, it)).collect();
        let mut rest = self.from(Source::Entities(at));
        if !conditions.is_empty() {
            let all = conditions.join(" AND ");
            // A path certainly goes on only if there is certainly none.
            let may_be = self.certain && self.is_negated(slot);
            let all = if may_be { format!("COALESCE({all}, TRUE)") } else { all };
            let _ = write!(rest, " WHERE {all}");
        }
        Ok(Row { id: quote::name("_entity"), values, rest })
    }

    /// Whether there must be no entity of a slot.
    pub(super) fn is_negated(&self, slot: usize) -> bool {
        self.plan.operations.iter().any(
            |it| matches!(it, Operation::Traverse { negated: true, entity, .. } if *entity == slot),
        )
    }

    /// The condition by which a selector selects entities of a table.
    fn selects(
        selector: &Selector,
        table: &Table,
        get: &dyn Fn(usize) -> Known,
    ) -> Result<String, SqlError> {
        let mut conditions = Vec::new();
        if let Some(name) = selector.name.as_ref().filter(|it| table.mixed && **it != table.kind) {
            let class = column(table, "_class").unwrap_or_else(Value::undefined);
            let wanted = quote::text(name);
            // Only a list of classes has a class.
            let is_of = |it: &Value| Some(format!("{} = {wanted}", it.as_text()?));
            let is_of = some(&class, is_of).filter(|_| class.shape == LIST);
            conditions
                .push(is_of.map_or("FALSE".to_owned(), |it| format!("COALESCE({it}, FALSE)")));
        }
        if let Some(wanted) = &selector.containing {
            let wanted = quote::text(wanted);
            let holds = |it: &Value| Some(contains(&format!("lower({})", it.as_text()?), &wanted));
            let has_text = |it: Form| matches!(it, Form::Text | Form::List | Form::Json);
            let columns = table.columns.iter().filter(|it| has_text(it.form));
            let columns = columns.map(|it| Value::new(Shape::Of(it.form), quote::name(&it.column)));
            let any = columns.filter_map(|it| some(&it, holds));
            let any = any.map(|it| format!("COALESCE({it}, FALSE)")).collect::<Vec<_>>();
            let any = if any.is_empty() { "FALSE".to_owned() } else { any.join(" OR ") };
            conditions.push(format!("({any})"));
        }
        if let Some(filter) = &selector.filter {
            conditions.push(condition(filter, get)?);
        }
        let all = conditions.join(" AND ");
        Ok(if all.is_empty() { "TRUE".to_owned() } else { format!("({all})") })
    }

    fn wanted_of(&self, table: &Table, wanted: &Wanted) -> Known {
        match wanted {
            Wanted::Property(property) => self.known(table, property),
            Wanted::Column(property) => {
                column(table, property).unwrap_or_else(Value::undefined).into()
            }
            // An entity has a number.
            Wanted::Identity => Value::undefined().into(),
        }
    }

    /// A property of the entities of a table.
    fn known(&self, table: &Table, property: &str) -> Known {
        let column_of = |it: &str| column(table, it);
        let implied = implied(self.manifest, table, property, column_of("_source").as_ref());
        let value = or_else(column_of(stored(property)), implied);
        let unread =
            column_of("_unknown").filter(|_| self.certain && table.unread.contains_key(property));
        let unknown = unread.and_then(|unread| {
            let begins = format!("{property}: ");
            let (length, begins) = (begins.chars().count(), quote::text(&begins));
            let is_of =
                |it: &Value| Some(format!("substr({}, 1, {length}) = {begins}", it.as_text()?));
            let names = some(&unread, is_of)?;
            let stored = column_of(stored(property));
            let is_there = stored.map_or("TRUE".to_owned(), |it| format!("{} IS NULL", it.sql));
            Some(format!("({is_there} AND COALESCE({names}, FALSE))"))
        });
        Known { value, unknown }
    }
}

/// The entities of one table.
struct Row {
    id: String,
    values: Vec<Known>,
    rest: String,
}

/// A property of the table of all entities.
fn core(wanted: &Wanted) -> Option<Value> {
    let (Wanted::Property(property) | Wanted::Column(property)) = wanted else { return None };
    let (name, shape) = match stored(property) {
        "_key" => ("_key", TEXT),
        "_type" => ("_type", TEXT),
        "displayName" => ("displayname", TEXT),
        "_class" => ("_class", LIST),
        _ => return None,
    };
    Some(Value::new(shape, quote::name(name)))
}

/// The column of a property.
pub(super) fn column(table: &Table, property: &str) -> Option<Value> {
    let column = table.column(property)?;
    Some(Value::new(Shape::Of(column.form), quote::name(&column.column)))
}

/// A value, or another where it is not there.
pub(super) fn or_else(value: Option<Value>, other: Option<Value>) -> Value {
    match (value, other) {
        (Some(value), Some(other)) => {
            let is_there = format!("{} IS NOT NULL", value.sql);
            choice(&[(Some(is_there), value.into()), (None, other.into())]).value
        }
        (Some(it), None) | (None, Some(it)) => it,
        (None, None) => Value::undefined(),
    }
}

/// What follows from the snapshot where no column has it. `source` is the column that says that an
/// entity was made, if there is one.
pub(super) fn implied(
    manifest: &Manifest,
    table: &Table,
    property: &str,
    source: Option<&Value>,
) -> Option<Value> {
    let collected = |text: &str| match source {
        Some(source) => Value::new(
            TEXT,
            format!("CASE WHEN {} IS NULL THEN {} END", source.sql, quote::text(text)),
        ),
        None => Value::text(text),
    };
    Some(match property {
        "_deleted" => Value::new(FLAG, "FALSE"),
        "_type" => Value::text(&table.kind),
        "_source" => Value::text("integration-managed"),
        "_integrationType" => collected(&manifest.integration),
        "_integrationName" => collected(&manifest.instance_name),
        "_integrationInstanceId" => collected(&manifest.job.instance),
        _ => return None,
    })
}
