//! What is wanted of a report: which columns, and which rows.

use serde_json::Value;

use super::catalog::Report;
use super::column::is_localized;
use super::inventory;
use super::table::{Row, Table};
use crate::services::filter::Filter;
use crate::world::tenant::Tenant;

/// What is asked of a report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) select: Vec<String>,
    pub(crate) filter: String,
    /// Whether texts for people stand in the place of numbers, rather than in a column beside.
    pub(crate) replaces: bool,
}

/// Some columns and rows of a report.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// The columns that are made, in the order in which they come.
    columns: Vec<String>,
    /// The names under which they come.
    titles: Vec<String>,
    filter: Filter,
    table: Table,
}

impl Selection {
    /// Refuses, with the reason, what the report does not have.
    pub(crate) fn new(tenant: &Tenant, report: &Report, ask: &Ask) -> Result<Self, String> {
        let select: Vec<&str> =
            ask.select.iter().map(|name| inventory_name(report, name)).collect();
        let known = |name: &str| report.columns.iter().any(|it| it.eq_ignore_ascii_case(name));
        if let Some(name) = select.iter().find(|name| !known(name) && !is_text(report, name)) {
            return Err(format!("Invalid column name '{name}' for report {}.", report.name));
        }
        let mut filter = Filter::of_table(&ask.filter)
            .ok_or_else(|| format!("The filter of report {} is not valid.", report.name))?;
        let mut names = filter.paths().into_iter();
        if let Some(name) = names.find(|name| !report.filters.contains(name)) {
            return Err(format!("Report {} can not be filtered by '{name}'.", report.name));
        }
        let id = report.source.key().and_then(|key| filter.take(key));
        if let (Some(required), None) = (report.required, &id) {
            return Err(format!("Report {} needs a filter by {required}.", report.name));
        }
        let is_inventory = !report.titles.is_empty();
        let by_default = if is_inventory { inventory::BY_DEFAULT } else { report.columns.len() };
        let mut columns = Vec::new();
        let mut titles = Vec::new();
        for (place, name) in report.columns.iter().enumerate() {
            let is_selected = select.iter().any(|it| base(it).eq_ignore_ascii_case(name));
            if !(is_selected || select.is_empty() && place < by_default) {
                continue;
            }
            let title = report.titles.get(place).unwrap_or(name);
            // Documented: this report has texts for people, whatever is asked.
            if is_inventory || ask.replaces && is_localized(name) {
                columns.push(format!("{name}{TEXT}"));
                titles.push((*title).to_owned());
                continue;
            }
            columns.push((*name).to_owned());
            titles.push((*title).to_owned());
            if is_localized(name) {
                columns.push(format!("{name}{TEXT}"));
                titles.push(format!("{name}{TEXT}"));
            }
        }
        let table = report.source.table(tenant, id.as_deref());
        Ok(Self { columns, titles, filter, table })
    }

    /// The names of the columns.
    pub(crate) fn titles(&self) -> &[String] {
        &self.titles
    }

    /// How many places there are, each with some rows.
    pub(crate) fn places(&self, tenant: &Tenant) -> u64 {
        self.table.places(tenant)
    }

    /// How many rows a place has.
    pub(crate) fn size(&self, tenant: &Tenant, place: u64) -> u64 {
        if self.filter.is_everything() {
            self.table.size(tenant, place)
        } else {
            self.rows(tenant, place).len() as u64
        }
    }

    /// The rows of a place that the filter lets through.
    pub(crate) fn rows<'a>(&self, tenant: &'a Tenant, place: u64) -> Vec<Row<'a>> {
        let mut rows = self.table.rows(tenant, place);
        rows.retain(|row| self.filter.accepts(&|name| row.value(name)));
        rows
    }

    /// The values of a row.
    pub(crate) fn values(&self, row: &Row) -> Vec<Value> {
        let value = |column: &String| {
            let plain = || column.strip_suffix(TEXT).and_then(|name| row.value(name));
            row.value(column).or_else(plain).unwrap_or_default()
        };
        self.columns.iter().map(value).collect()
    }
}

/// What the name of a column of texts for people ends with.
const TEXT: &str = "_loc";

fn base(name: &str) -> &str {
    name.strip_suffix(TEXT).unwrap_or(name)
}

fn is_text(report: &Report, name: &str) -> bool {
    name.ends_with(TEXT) && is_localized(base(name)) && report.columns.contains(&base(name))
}

fn inventory_name<'a>(report: &Report, name: &'a str) -> &'a str {
    if report.titles.is_empty() { name } else { inventory::alias(name) }
}
