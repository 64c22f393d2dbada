//! Conditions, as `execute` has them: a property that is not there is equal to nothing, and what
//! follows from one that nobody could read is unknown, which is `NULL` here.

use super::error::SqlError;
use super::evaluate::evaluate;
use super::quote;
use super::regex::portable;
use super::value::{FLAG, ITEM, JSON, Known, LIST, Shape, TEXT, Value, WHOLE};
use crate::plan::{Comparison, Operand, Relation, Test};

/// A condition over fields.
pub(super) fn condition(test: &Test, get: &dyn Fn(usize) -> Known) -> Result<String, SqlError> {
    let all = |tests: &[Test], sign: &str| {
        let each = tests.iter().map(|it| condition(it, get)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", each.join(sign)))
    };
    match test {
        Test::And(tests) => all(tests, " AND "),
        Test::Or(tests) => all(tests, " OR "),
        Test::Compare(comparison) => compare(comparison, get),
    }
}

fn compare(comparison: &Comparison, get: &dyn Fn(usize) -> Known) -> Result<String, SqlError> {
    let Known { value: found, unknown } = get(comparison.field);
    let each = comparison.values.iter().map(|it| holds(comparison, &found, it, get));
    let each = each.collect::<Result<Vec<_>, _>>()?;
    // By De Morgan, the contrary of any is all, and that of all is any.
    let sign = if comparison.all == comparison.negated { " OR " } else { " AND " };
    let known = if each.len() == 1 { each.concat() } else { format!("({})", each.join(sign)) };
    Ok(match unknown {
        Some(unknown) => format!("CASE WHEN {unknown} THEN CAST(NULL AS BOOLEAN) ELSE {known} END"),
        None => known,
    })
}

/// Whether a comparison with one operand is true. This is never `NULL`.
fn holds(
    comparison: &Comparison,
    found: &Value,
    operand: &Operand,
    get: &dyn Fn(usize) -> Known,
) -> Result<String, SqlError> {
    let Comparison { relation, negated, .. } = *comparison;
    let positive = match operand {
        Operand::Undefined if relation == Relation::Equal => {
            let not = if negated { "NOT " } else { "" };
            return Ok(format!("{} IS {not}NULL", found.sql));
        }
        Operand::Undefined => None,
        Operand::Matching(regex) => {
            let pattern = quote::text(&portable(regex)?);
            some(found, |it| Some(format!("regexp_like({}, {pattern})", it.as_text()?)))
        }
        Operand::Value(expression) => {
            let wanted = evaluate(expression, &|field| get(field).value, &[]);
            let is_ordered = matches!(
                relation,
                Relation::Less | Relation::Greater | Relation::AtMost | Relation::AtLeast
            );
            if is_ordered {
                // A list is neither less nor greater than anything.
                relates(comparison, found, &wanted)
            } else {
                let some = some(found, |it| relates(comparison, it, &wanted));
                let whole =
                    if relation == Relation::Equal { same_list(found, &wanted) } else { None };
                any([some, whole])
            }
        }
    };
    Ok(match (positive, negated) {
        (None, false) => "FALSE".to_owned(),
        (None, true) => "TRUE".to_owned(),
        (Some(positive), false) => format!("COALESCE({positive}, FALSE)"),
        (Some(positive), true) => format!("NOT COALESCE({positive}, FALSE)"),
    })
}

/// Whether any of some conditions is true; none of them may be possible.
fn any(conditions: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let mut conditions: Vec<String> = conditions.into_iter().flatten().collect();
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(format!("({})", conditions.join(" OR "))),
    }
}

/// Whether some item of a list passes, or a value that is no list.
pub(super) fn some(found: &Value, passes: impl Fn(&Value) -> Option<String>) -> Option<String> {
    let of = |items: &str, shape: Shape| {
        let passes = passes(&Value::new(shape, ITEM))?;
        Some(format!("cardinality(filter({items}, {ITEM} -> {passes})) > 0"))
    };
    match found.shape {
        LIST => of(&found.sql, TEXT),
        JSON => {
            let (items, itself) = (of(&found.items(), JSON)?, passes(found)?);
            Some(format!("CASE WHEN {} THEN {items} ELSE {itself} END", found.is_list()))
        }
        _ => passes(found),
    }
}

/// Whether two lists are equal.
fn same_list(found: &Value, wanted: &Value) -> Option<String> {
    let may_be = |it: &Value| matches!(it.shape, LIST | JSON);
    (may_be(found) && may_be(wanted)).then(|| {
        let (left, right) = (found.json(), wanted.json());
        let is_list = Value::new(JSON, left.as_str()).is_list();
        format!("({is_list} AND {left} = {right})")
    })
}

fn relates(comparison: &Comparison, found: &Value, wanted: &Value) -> Option<String> {
    let texts = found.as_text().zip(wanted.as_text());
    let texts = texts.map(|(left, right)| of_texts(comparison.relation, &left, &right));
    let sign = match comparison.relation {
        Relation::Equal => "=",
        Relation::Less => "<",
        Relation::Greater => ">",
        Relation::AtMost => "<=",
        Relation::AtLeast => ">=",
        Relation::Contains | Relation::StartsWith | Relation::EndsWith => return texts,
    };
    let numbers = if (found.shape, wanted.shape) == (WHOLE, WHOLE) {
        Some((found.sql.clone(), wanted.sql.clone()))
    } else {
        found.as_number().zip(wanted.as_number())
    };
    let numbers = numbers.map(|(left, right)| format!("{left} {sign} {right}"));
    if comparison.relation != Relation::Equal {
        return any([texts, numbers]);
    }
    let flags = found.as_flag().zip(wanted.as_flag());
    let flags = flags.map(|(left, right)| format!("{left} = {right}"));
    let both = |shape| (found.shape, wanted.shape) == (shape, shape);
    let is_tag = comparison.is_tag && !both(TEXT) && !both(FLAG);
    let is_there = |it: &Value| it.shape != Shape::Undefined;
    let tags = (is_tag && is_there(found) && is_there(wanted))
        .then(|| format!("{} = {}", found.written(), wanted.written()));
    any([texts, numbers, flags, tags])
}

fn of_texts(relation: Relation, left: &str, right: &str) -> String {
    match relation {
        Relation::Equal => format!("{left} = {right}"),
        Relation::Less => format!("{left} < {right}"),
        Relation::Greater => format!("{left} > {right}"),
        Relation::AtMost => format!("{left} <= {right}"),
        Relation::AtLeast => format!("{left} >= {right}"),
        Relation::Contains => contains(left, right),
        Relation::StartsWith => format!("substr({left}, 1, length({right})) = {right}"),
        // Nothing is behind the last character, which only an empty text ends with.
        Relation::EndsWith => format!(
            "(length({left}) >= length({right}) \
             AND substr({left}, length({left}) - length({right}) + 1) = {right})"
        ),
    }
}

/// Whether a text contains another.
pub(super) fn contains(left: &str, right: &str) -> String {
    match right {
        "''" => format!("{left} IS NOT NULL"),
        _ if right.starts_with('\'') => format!("strpos({left}, {right}) > 0"),
        _ => format!("({left} IS NOT NULL AND ({right} = '' OR strpos({left}, {right}) > 0))"),
    }
}
