//! Values that are calculated.

use crate::language::{Function, Sign};
use crate::plan::Expression;
use crate::tables::Cell;

/// The value of an expression, by the values of its fields and aggregates.
pub(super) fn evaluate(
    expression: &Expression,
    get: &dyn Fn(usize) -> Cell,
    aggregates: &[Cell],
) -> Cell {
    match expression {
        Expression::Always(cell) => cell.clone(),
        Expression::Field(field) => get(*field),
        Expression::Aggregate(at) => aggregates.get(*at).cloned().unwrap_or(Cell::Undefined),
        Expression::Call(function, arguments) => {
            let arguments: Vec<Cell> =
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
fn sum(sign: Sign, left: &Cell, right: &Cell) -> Cell {
    let (Some(left), Some(right)) = (left.number(), right.number()) else {
        return Cell::Undefined;
    };
    let result = match sign {
        Sign::Plus => left + right,
        Sign::Minus => left - right,
        Sign::Times => left * right,
        Sign::Over => left / right,
        Sign::Power => left.powf(right),
    };
    finite(result)
}

fn finite(number: f64) -> Cell {
    if number.is_finite() { Cell::of_number(number) } else { Cell::Undefined }
}

fn call(function: Function, arguments: &[Cell]) -> Cell {
    let calculate = |with: fn(f64) -> f64| {
        arguments.first().and_then(Cell::number).map_or(Cell::Undefined, |it| finite(with(it)))
    };
    match function {
        Function::Concat => Cell::text(&arguments.iter().map(text).collect::<Vec<_>>().concat()),
        Function::Merge => {
            let mut items: Vec<Cell> = Vec::new();
            for argument in arguments {
                match argument {
                    Cell::Undefined => (),
                    Cell::List(list) => items.extend(list.iter().cloned()),
                    other => items.push(other.clone()),
                }
            }
            Cell::List(items.into())
        }
        Function::Coalesce => {
            arguments.iter().find(|it| it.is_defined()).cloned().unwrap_or(Cell::Undefined)
        }
        Function::Abs => calculate(f64::abs),
        Function::Sqrt => calculate(f64::sqrt),
        Function::Ceil => calculate(f64::ceil),
        Function::Floor => calculate(f64::floor),
        Function::Round => calculate(f64::round),
        Function::Count | Function::Sum | Function::Min | Function::Max | Function::Avg => {
            Cell::Undefined
        }
    }
}

/// A value as text; nothing if it is undefined.
pub(super) fn text(cell: &Cell) -> String {
    match cell {
        Cell::Undefined => String::new(),
        Cell::Text(text) => text.to_string(),
        other => other.to_json().to_string(),
    }
}

/// The fields that an expression looks at.
pub(super) fn fields(expression: &Expression) -> Vec<usize> {
    match expression {
        Expression::Always(_) | Expression::Aggregate(_) => Vec::new(),
        Expression::Field(field) => vec![*field],
        Expression::Call(_, arguments) => arguments.iter().flat_map(fields).collect(),
        Expression::Sum(_, sides) => [fields(&sides.0), fields(&sides.1)].concat(),
    }
}

/// Whether an expression is made of the rows of a group.
pub(crate) fn is_aggregate(expression: &Expression) -> bool {
    match expression {
        Expression::Aggregate(_) => true,
        Expression::Always(_) | Expression::Field(_) => false,
        Expression::Call(_, arguments) => arguments.iter().any(is_aggregate),
        Expression::Sum(_, sides) => is_aggregate(&sides.0) || is_aggregate(&sides.1),
    }
}
