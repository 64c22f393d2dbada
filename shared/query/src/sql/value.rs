//! Values of SQL, each of one form.
//!
//! A property may have values of several kinds. They are then JSON, as in the column of such a
//! property, and what is asked of them depends on what each is.

use std::fmt::Write as _;

use serde::Serialize;

use super::quote;
use crate::tables::{Cell, Form};

/// What the values of an expression are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Shape {
    /// None is there.
    Undefined,
    /// Values of a property.
    Of(Form),
    /// Numbers that were calculated. They are whole numbers where they have no fraction.
    Calculated,
}

pub(super) const TEXT: Shape = Shape::Of(Form::Text);
pub(super) const WHOLE: Shape = Shape::Of(Form::Whole);
pub(super) const NUMBER: Shape = Shape::Of(Form::Number);
pub(super) const FLAG: Shape = Shape::Of(Form::Flag);
pub(super) const LIST: Shape = Shape::Of(Form::List);
pub(super) const JSON: Shape = Shape::Of(Form::Json);

/// An expression of SQL.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) shape: Shape,
    pub(super) sql: String,
}

/// A value, and the condition under which it is undefined because nobody could read it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) value: Value,
    pub(super) unknown: Option<String>,
}

impl From<Value> for Known {
    fn from(value: Value) -> Self {
        Self { value, unknown: None }
    }
}

/// What an item of a list is called where each is looked at.
pub(super) const ITEM: &str = "item";

/// Whole numbers of more digits are written as texts that are cast.
const PLAIN: u64 = 1_000_000_000_000_000;

impl Shape {
    /// The type of SQL.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Undefined | Self::Of(Form::Text | Form::Json) => "VARCHAR",
            Self::Of(Form::Whole) => "BIGINT",
            Self::Of(Form::Number) | Self::Calculated => "DOUBLE",
            Self::Of(Form::Flag) => "BOOLEAN",
            Self::Of(Form::List) => "ARRAY(VARCHAR)",
        }
    }

    /// What holds the values of both.
    pub(super) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Undefined, it) | (it, Self::Undefined) => it,
            (left, right) if left == right => left,
            _ => JSON,
        }
    }
}

impl Value {
    pub(super) fn new(shape: Shape, sql: impl Into<String>) -> Self {
        Self { shape, sql: sql.into() }
    }

    /// What is not there, among values of a shape.
    pub(super) fn none(shape: Shape) -> Self {
        Self::new(shape, format!("CAST(NULL AS {})", shape.sql()))
    }

    /// What is not there.
    pub(super) fn undefined() -> Self {
        Self::none(Shape::Undefined)
    }

    pub(super) fn text(text: &str) -> Self {
        Self::new(TEXT, quote::text(text))
    }

    /// A value that is always the same.
    pub(super) fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Undefined => Self::undefined(),
            Cell::Flag(flag) => Self::new(FLAG, if *flag { "TRUE" } else { "FALSE" }),
            Cell::Whole(whole) if whole.unsigned_abs() < PLAIN => {
                Self::new(WHOLE, whole.to_string())
            }
            Cell::Whole(whole) => {
                Self::new(WHOLE, format!("BIGINT {}", quote::text(&whole.to_string())))
            }
            Cell::Number(number) => {
                Self::new(NUMBER, format!("DOUBLE {}", quote::text(&format!("{number:?}"))))
            }
            Cell::Text(text) => Self::text(text),
            Cell::List(_) | Cell::Object(_) => {
                Self::new(JSON, quote::text(&cell.to_json().to_string()))
            }
        }
    }

    /// The value as one of another shape that holds it.
    pub(super) fn as_shape(&self, shape: Shape) -> String {
        match (self.shape, shape) {
            (Shape::Undefined, _) => Self::none(shape).sql,
            (from, to) if from == to => self.sql.clone(),
            _ => self.json(),
        }
    }

    /// The value as JSON.
    pub(super) fn json(&self) -> String {
        let sql = &self.sql;
        match self.shape {
            Shape::Undefined | JSON => sql.clone(),
            WHOLE | FLAG => format!("CAST({sql} AS VARCHAR)"),
            Shape::Of(_) => format!("json_format(CAST({sql} AS JSON))"),
            Shape::Calculated => format!(
                "CASE WHEN {sql} = floor({sql}) AND abs({sql}) < 9E15 \
                 THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) \
                 ELSE json_format(CAST({sql} AS JSON)) END"
            ),
        }
    }

    /// The text that it is, if it may be one.
    pub(super) fn as_text(&self) -> Option<String> {
        match self.shape {
            TEXT => Some(self.sql.clone()),
            JSON => Some(format!("CASE WHEN {} THEN {} END", self.begins('"'), self.scalar())),
            _ => None,
        }
    }

    /// The number that it is, if it may be one.
    pub(super) fn as_number(&self) -> Option<String> {
        let sql = &self.sql;
        match self.shape {
            NUMBER | Shape::Calculated => Some(sql.clone()),
            WHOLE => Some(format!("CAST({sql} AS DOUBLE)")),
            JSON => Some(format!(
                "CASE WHEN regexp_like({sql}, '^[-0-9]') THEN CAST({sql} AS DOUBLE) END"
            )),
            _ => None,
        }
    }

    /// The truth value that it is, if it may be one.
    pub(super) fn as_flag(&self) -> Option<String> {
        let sql = &self.sql;
        match self.shape {
            FLAG => Some(sql.clone()),
            JSON => Some(format!("CASE {sql} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END")),
            _ => None,
        }
    }

    /// The value as text, whatever it is.
    pub(super) fn written(&self) -> String {
        match self.shape {
            TEXT => self.sql.clone(),
            JSON => {
                let (is_text, scalar) = (self.begins('"'), self.scalar());
                format!("CASE WHEN {is_text} THEN {scalar} ELSE {} END", self.sql)
            }
            _ => self.json(),
        }
    }

    /// Whether JSON is a list.
    pub(super) fn is_list(&self) -> String {
        self.begins('[')
    }

    /// The items of JSON that is a list, each as JSON.
    pub(super) fn items(&self) -> String {
        let sql = &self.sql;
        format!("transform(CAST(json_parse({sql}) AS ARRAY(JSON)), {ITEM} -> json_format({ITEM}))")
    }

    /// The values of a list, or the value itself, each as JSON.
    pub(super) fn each(&self) -> Option<String> {
        let (sql, json) = (&self.sql, self.json());
        let none = "CAST(ARRAY[] AS ARRAY(VARCHAR))";
        match self.shape {
            Shape::Undefined => None,
            LIST => {
                let item = Self::new(TEXT, ITEM).json();
                Some(format!("COALESCE(transform({sql}, {ITEM} -> {item}), {none})"))
            }
            JSON => {
                let (is_list, items) = (self.is_list(), self.items());
                Some(format!("CASE WHEN {is_list} THEN {items} ELSE ARRAY[{json}] END"))
            }
            _ => Some(format!("ARRAY[{json}]")),
        }
    }

    /// What values are sorted by. JSON is sorted by kind, then by value.
    pub(super) fn sort_keys(&self) -> Vec<String> {
        let sql = &self.sql;
        if self.shape != JSON {
            return vec![sql.clone()];
        }
        let rank = format!(
            "CASE WHEN {sql} IN ('true', 'false') THEN 0 WHEN {} THEN 2 WHEN {} THEN 3 \
             WHEN {} THEN 4 WHEN {sql} IS NOT NULL THEN 1 END",
            self.begins('"'),
            self.is_list(),
            self.begins('{'),
        );
        let number = self.as_number().unwrap_or_default();
        let items = format!("CASE WHEN {} THEN {} END", self.is_list(), self.items());
        vec![rank, number, items, self.written()]
    }

    /// The same for JSON, with something in the place of what is not there.
    pub(super) fn whole_sort_keys(&self) -> Vec<String> {
        let nothing = ["0", "0E0", "CAST(ARRAY[] AS ARRAY(VARCHAR))", "''"];
        let keys = self.sort_keys().into_iter().zip(nothing);
        keys.map(|(key, nothing)| format!("COALESCE({key}, {nothing})")).collect()
    }

    /// The value as an answer shows it: lists as JSON.
    pub(super) fn shown(&self) -> String {
        if self.shape == LIST { self.json() } else { self.sql.clone() }
    }

    fn begins(&self, with: char) -> String {
        format!("substr({}, 1, 1) = {}", self.sql, quote::text(&with.to_string()))
    }

    /// The text of JSON that is no list and no object.
    fn scalar(&self) -> String {
        format!("json_extract_scalar({}, '$')", self.sql)
    }
}

/// The first of some values whose condition is true. What has no condition ends the list.
pub(super) fn choice(cases: &[(Option<String>, Known)]) -> Known {
    let shape = cases.iter().fold(Shape::Undefined, |it, (_, known)| it.with(known.value.shape));
    let is_known = cases.iter().all(|(_, it)| it.unknown.is_none());
    let pick = |get: &dyn Fn(&Known) -> String| {
        let mut sql = String::new();
        for (condition, known) in cases {
            match condition {
                Some(condition) => {
                    let _ = write!(sql, "WHEN {condition} THEN {} ", get(known));
                }
                None if sql.is_empty() => return get(known),
                None => {
                    let _ = write!(sql, "ELSE {} ", get(known));
                    break;
                }
            }
        }
        if sql.is_empty() { Value::none(shape).sql } else { format!("CASE {sql}END") }
    };
    let value = Value::new(shape, pick(&|it| it.value.as_shape(shape)));
    let unknown = |it: &Known| it.unknown.clone().unwrap_or_else(|| "FALSE".to_owned());
    let unknown = (!is_known).then(|| format!("COALESCE({}, FALSE)", pick(&unknown)));
    Known { value, unknown }
}
