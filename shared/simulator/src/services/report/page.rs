//! Reports as tables in JSON, some rows at a time.

use serde_json::{Value, json};

use super::column::property_type;
use super::selection::Selection;
use super::table::Row;
use crate::world::tenant::Tenant;

/// Some rows, with the schema of the table and how many rows there are in all.
///
/// `order` names columns, the first of which matters most, and whether the order is the other way
/// round.
pub(crate) fn page(
    tenant: &Tenant,
    selection: &Selection,
    (skip, top): (u64, u64),
    order: &[(String, bool)],
) -> Value {
    let places = 0..selection.places(tenant);
    let (total, rows) = if order.is_empty() {
        let mut total = 0;
        let mut rows = Vec::new();
        for place in places {
            let size = selection.size(tenant, place);
            if total < skip + top && total + size > skip {
                let first = usize::try_from(skip.saturating_sub(total)).unwrap_or(usize::MAX);
                let found = selection.rows(tenant, place).into_iter().skip(first);
                let left = usize::try_from(top).unwrap_or(usize::MAX) - rows.len();
                rows.extend(found.take(left).map(|row| selection.values(&row)));
            }
            total += size;
        }
        (total, rows)
    } else {
        let mut all: Vec<(Vec<Value>, Row)> = places
            .flat_map(|place| selection.rows(tenant, place))
            .map(|row| {
                let keys = order.iter().map(|(name, _)| row.value(name).unwrap_or_default());
                (keys.collect(), row)
            })
            .collect();
        all.sort_by(|(left, _), (right, _)| compare(left, right, order));
        let total = all.len() as u64;
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let some = all.iter().skip(size(skip)).take(size(top));
        (total, some.map(|(_, row)| selection.values(row)).collect())
    };
    let schema: Vec<Value> = selection
        .titles()
        .iter()
        .map(|name| json!({ "Column": name, "PropertyType": property_type(name) }))
        .collect();
    json!({ "TotalRowCount": total, "Schema": schema, "Values": rows, "SessionId": "" })
}

fn compare(left: &[Value], right: &[Value], order: &[(String, bool)]) -> std::cmp::Ordering {
    let mut orders = left.iter().zip(right).zip(order).map(|((left, right), (_, is_reversed))| {
        let order = match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.to_string().cmp(&right.to_string()),
        };
        if *is_reversed { order.reverse() } else { order }
    });
    orders.find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}
