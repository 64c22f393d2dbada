//! Values that are calculated.

use super::quote;
use super::value::{JSON, Known, Shape, TEXT, Value, choice};
use crate::language::{Function, Sign};
use crate::plan::Expression;

/// The value of an expression, by the values of its fields and aggregates.
pub(super) fn evaluate(
    expression: &Expression,
    get: &dyn Fn(usize) -> Value,
    aggregates: &[Value],
) -> Value {
    match expression {
        Expression::Always(cell) => Value::of(cell),
        Expression::Field(field) => get(*field),
        Expression::Aggregate(at) => aggregates.get(*at).cloned().unwrap_or_else(Value::undefined),
        Expression::Call(function, arguments) => {
            let arguments: Vec<Value> =
                arguments.iter().map(|it| evaluate(it, get, aggregates)).collect();
            call(*function, &arguments)
        }
        Expression::Sum(sign, sides) => {
            let left = evaluate(&sides.0, get, aggregates);
            sum(*sign, &left, &evaluate(&sides.1, get, aggregates))
        }
    }
}

/// What is calculated of two values; undefined if one is no number, or if there is no such number.
fn sum(sign: Sign, left: &Value, right: &Value) -> Value {
    let Some((left, right)) = left.as_number().zip(right.as_number()) else {
        return Value::undefined();
    };
    finite(&match sign {
        Sign::Plus => format!("({left} + {right})"),
        Sign::Minus => format!("({left} - {right})"),
        Sign::Times => format!("({left} * {right})"),
        Sign::Over => format!("({left} / {right})"),
        Sign::Power => format!("power({left}, {right})"),
    })
}

fn finite(number: &str) -> Value {
    Value::new(Shape::Calculated, format!("CASE WHEN is_finite({number}) THEN {number} END"))
}

fn call(function: Function, arguments: &[Value]) -> Value {
    let calculate = |name: &str| {
        let number = arguments.first().and_then(Value::as_number);
        number.map_or_else(Value::undefined, |it| {
            Value::new(Shape::Calculated, format!("{name}({it})"))
        })
    };
    match function {
        Function::Concat => {
            let each = arguments.iter().map(|it| format!("COALESCE({}, '')", it.written()));
            let each: Vec<String> = std::iter::once(quote::text("")).chain(each).collect();
            Value::new(TEXT, format!("({})", each.join(" || ")))
        }
        Function::Merge => {
            let each: Vec<String> = arguments.iter().filter_map(Value::each).collect();
            if each.is_empty() {
                return Value::new(JSON, quote::text("[]"));
            }
            // What is undefined is left out.
            // Engines differ in what they make of no items.
            let items = format!("COALESCE(array_join({}, ','), '')", each.join(" || "));
            Value::new(JSON, format!("'[' || {items} || ']'"))
        }
        Function::Coalesce => {
            let case =
                |it: &Value| (Some(format!("{} IS NOT NULL", it.sql)), Known::from(it.clone()));
            choice(&arguments.iter().map(case).collect::<Vec<_>>()).value
        }
        Function::Abs => calculate("abs"),
        Function::Sqrt => {
            let number = arguments.first().and_then(Value::as_number);
            number.map_or_else(Value::undefined, |it| {
                let root = format!("CASE WHEN {it} >= 0 THEN sqrt({it}) END");
                Value::new(Shape::Calculated, root)
            })
        }
        Function::Ceil => calculate("ceil"),
        Function::Floor => calculate("floor"),
        Function::Round => calculate("round"),
        Function::Count | Function::Sum | Function::Min | Function::Max | Function::Avg => {
            Value::undefined()
        }
    }
}
