//! From a query to what answering it takes.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use regex::RegexBuilder;
use serde_json::Value as Json;

use crate::language::{
    self, Answer, Condition, Function, Operator, Query, QueryError, Step, Value, Word, nearest,
};
use crate::model::Model;
use crate::plan::{
    Aggregate, By, ColumnOf, Comparison, Expression, Field, Node, Operand, Operation, Order,
    Output, Plan, Relation, Rows, Selector, Slot, Test,
};
use crate::tables::Cell;

/// What is given besides a query.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The values of its parameters.
    pub parameters: BTreeMap<String, Json>,
    /// The moment that `date.now` is, in milliseconds since 1970.
    pub now: f64,
}

/// This moment, in milliseconds since 1970.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact for ages")]
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as f64
}

/// How many steps a query may have, and how many times paths may fork.
const LONGEST: usize = 64;

/// How much memory a regular expression may take, in bytes.
const LARGEST_REGEX: usize = 1 << 20;

/// Reads a query, and plans how to answer it.
///
/// # Errors
///
/// If it is not a query, or names what is not in it.
pub fn compile(query: &str, model: &Model, terms: &Terms) -> Result<Plan, QueryError> {
    let parsed = language::parse(query)?;
    let mut compiler = Compiler {
        query,
        model,
        terms,
        slots: Vec::new(),
        operations: vec![Operation::End],
        names: Vec::new(),
        fields: Vec::new(),
        aggregates: Vec::new(),
        notes: Vec::new(),
        missing: Vec::new(),
        depends_on_time: false,
    };
    compiler.plan(&parsed)
}

struct Compiler<'q> {
    query: &'q str,
    model: &'q Model,
    terms: &'q Terms,
    slots: Vec<Slot>,
    operations: Vec<Operation>,
    /// The names of slots, with the classes and types that the slots have. In the order of the
    /// query.
    names: Vec<(String, usize)>,
    fields: Vec<Field>,
    aggregates: Vec<Aggregate>,
    notes: Vec<String>,
    missing: Vec<String>,
    depends_on_time: bool,
}

/// What a name on the left of a comparison means.
enum Scope<'s> {
    /// A property of the entities that are selected.
    Node { properties: &'s mut Vec<String>, kinds: &'s [&'s str] },
    /// Something of the path.
    Path,
    /// A column of the answer.
    Columns(&'s [ColumnOf]),
}

impl Compiler<'_> {
    fn plan(&mut self, query: &Query) -> Result<Plan, QueryError> {
        if count(&query.steps) > LONGEST {
            return Err(self.error(0, format!("a query has at most {LONGEST} steps")));
        }
        self.node(&query.start)?;
        let slots = self.number(&query.steps)?;
        let first = self.operations(&query.steps, &slots, 0);
        let filter = query.filter.as_ref().map(|it| self.test(it, &mut Scope::Path)).transpose()?;
        let output = match &query.answer {
            Answer::List => Output::List { order: self.order(&query.order, &[])? },
            Answer::Tree => Output::Tree,
            Answer::Items(items) => Output::Rows(self.rows(query, items)?),
        };
        Ok(Plan {
            slots: std::mem::take(&mut self.slots),
            operations: std::mem::take(&mut self.operations),
            first,
            fields: std::mem::take(&mut self.fields),
            filter,
            output,
            skip: query.skip.unwrap_or_default(),
            limit: query.limit,
            notes: std::mem::take(&mut self.notes),
            missing: std::mem::take(&mut self.missing),
            depends_on_time: self.depends_on_time,
        })
    }

    fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        QueryError::new(self.query, at, message)
    }

    fn note(&mut self, note: Option<String>) {
        self.notes.extend(note.filter(|it| !self.notes.contains(it)));
    }

    /// Adds the slot of entities, and returns it.
    fn node(&mut self, node: &language::Node) -> Result<usize, QueryError> {
        let slot = self.slots.len();
        let mut names: Vec<String> = node.alias.iter().map(|it| it.text.clone()).collect();
        let mut selectors = Vec::new();
        let mut properties = Vec::new();
        for selector in &node.selectors {
            let (name, containing, smart) = match selector {
                language::Selector::All => (None, None, None),
                language::Selector::Named(name) => (Some(name), None, None),
                language::Selector::Containing(text, of) => {
                    (of.as_ref(), Some(self.filled(text).to_lowercase()), None)
                }
                language::Selector::Smart(class, of) => (of.as_ref(), None, Some(class)),
            };
            if let Some(Word { text, .. }) = name {
                let doubt = self.model.doubt_kind(text);
                self.note(doubt);
                names.push(text.clone());
            }
            let filter = smart.map(|class| smart_class(&class.text, &mut properties));
            let name = name.map(|it| it.text.clone());
            selectors.push(Selector { name, containing, filter });
        }
        let kinds: Vec<&str> = selectors.iter().filter_map(|it| it.name.as_deref()).collect();
        let mut scope = Scope::Node { properties: &mut properties, kinds: &kinds };
        let filter = node.filter.as_ref().map(|it| self.test(it, &mut scope)).transpose()?;
        self.names.extend(names.into_iter().map(|name| (name, slot)));
        self.slots.push(Slot::Entity(Node { selectors, properties, filter }));
        Ok(slot)
    }

    /// Adds the slots of steps in the order of the query, and returns them in that order: two for a
    /// traversal, and one for a name.
    fn number(&mut self, steps: &[Step]) -> Result<Vec<usize>, QueryError> {
        let mut slots = Vec::new();
        for step in steps {
            match step {
                Step::Traverse { verbs, alias, node, .. } => {
                    let slot = self.slots.len();
                    for verb in verbs {
                        let doubt = self.model.doubt_verb(&verb.text);
                        self.note(doubt);
                    }
                    let verbs = verbs.iter().map(|it| it.text.to_uppercase());
                    let names = alias.iter().map(|it| it.text.clone()).chain(verbs);
                    self.names.extend(names.map(|name| (name, slot)));
                    self.slots.push(Slot::Relationship);
                    slots.extend([slot, self.node(node)?]);
                }
                Step::Optional { steps, alias } => {
                    slots.extend(self.number(steps)?);
                    if let Some(alias) = alias {
                        self.names.push((alias.text.clone(), self.slots.len()));
                        slots.push(self.slots.len());
                        self.slots.push(Slot::Place);
                    }
                }
            }
        }
        Ok(slots)
    }

    /// Adds the operations of steps that have these slots, and returns the first of them. `next` is
    /// how the path goes on after them.
    fn operations(&mut self, steps: &[Step], mut slots: &[usize], mut next: usize) -> usize {
        for step in steps.iter().rev() {
            let operation = match step {
                Step::Traverse { negated, verbs, direction, .. } => {
                    let (before, own) = slots.split_at(slots.len() - 2);
                    slots = before;
                    let verbs = verbs.iter().map(|it| it.text.to_uppercase()).collect();
                    Operation::Traverse {
                        negated: *negated,
                        verbs,
                        direction: *direction,
                        relationship: own[0],
                        entity: own[1],
                        next,
                    }
                }
                Step::Optional { steps, alias } => {
                    if alias.is_some() {
                        let (before, own) = slots.split_at(slots.len() - 1);
                        slots = before;
                        self.operations.push(Operation::Name { slot: own[0], next });
                        next = self.operations.len() - 1;
                    }
                    let (before, own) = slots.split_at(slots.len() - width(steps));
                    slots = before;
                    Operation::Fork { inner: self.operations(steps, own, next), next }
                }
            };
            self.operations.push(operation);
            next = self.operations.len() - 1;
        }
        next
    }

    fn test(&mut self, condition: &Condition, scope: &mut Scope<'_>) -> Result<Test, QueryError> {
        Ok(match condition {
            Condition::And(all) => {
                Test::And(all.iter().map(|it| self.test(it, scope)).collect::<Result<_, _>>()?)
            }
            Condition::Or(any) => {
                Test::Or(any.iter().map(|it| self.test(it, scope)).collect::<Result<_, _>>()?)
            }
            Condition::Test { property, operator, operand } => {
                let field = self.left(property, scope)?;
                let (operator, negated) = operator.positive();
                let (values, all) = match operand {
                    language::Operand::One(value) => (std::slice::from_ref(value), false),
                    language::Operand::Any(values) => (values.as_slice(), false),
                    language::Operand::All(values) => (values.as_slice(), true),
                };
                let relation = relation(operator);
                let values = values.iter().map(|it| self.operand(it, relation, property, scope));
                let values = values.collect::<Result<_, _>>()?;
                let name = &property.text;
                let is_tag = name.starts_with("tag.") || name.contains(".tag.");
                Test::Compare(Comparison { field, is_tag, relation, negated, all, values })
            }
        })
    }

    /// The field on the left of a comparison.
    fn left(&mut self, word: &Word, scope: &mut Scope<'_>) -> Result<usize, QueryError> {
        match scope {
            Scope::Node { properties, kinds } => {
                let doubt = self.model.doubt_property(kinds, &word.text);
                self.note(doubt);
                Ok(place(properties, &word.text))
            }
            Scope::Path => self.field(word),
            Scope::Columns(columns) => column(word, columns).ok_or_else(|| {
                let names = columns.iter().map(ColumnOf::name);
                let hint = nearest(&word.text, names).map(|it| format!("Did you mean {it}?"));
                let message = format!("the answer has no column {}", word.text);
                self.error(word.at, message).hint(hint)
            }),
        }
    }

    fn operand(
        &mut self,
        value: &Value,
        relation: Relation,
        left: &Word,
        scope: &mut Scope<'_>,
    ) -> Result<Operand, QueryError> {
        Ok(match value {
            Value::Undefined => Operand::Undefined,
            Value::Regex { pattern, any_case } => {
                let pattern = match relation {
                    Relation::StartsWith => format!("^(?:{pattern})"),
                    Relation::EndsWith => format!("(?:{pattern})$"),
                    _ => pattern.clone(),
                };
                // Whoever reads the expression sees what it means.
                let whole = if *any_case { format!("(?i){pattern}") } else { pattern.clone() };
                let mut builder = RegexBuilder::new(&whole);
                let regex = builder.size_limit(LARGEST_REGEX).build().map_err(|error| {
                    let error = error.to_string();
                    let reason = error.lines().last().unwrap_or_default().trim();
                    let reason = reason.trim_start_matches("error: ");
                    let message = format!("/{pattern}/ is no regular expression: {reason}");
                    self.error(left.at, message)
                })?;
                Operand::Matching(regex)
            }
            other => Operand::Value(self.expression(other, scope, false)?),
        })
    }

    fn expression(
        &mut self,
        value: &Value,
        scope: &mut Scope<'_>,
        may_aggregate: bool,
    ) -> Result<Expression, QueryError> {
        Ok(match value {
            Value::Text(text) => Expression::Always(Cell::text(&self.filled(text))),
            Value::Number(number) => Expression::Always(Cell::of_number(*number)),
            Value::Flag(flag) => Expression::Always(Cell::Flag(*flag)),
            Value::Now => {
                self.depends_on_time = true;
                Expression::Always(Cell::of_number(self.terms.now))
            }
            Value::Undefined => Expression::Always(Cell::Undefined),
            Value::Parameter(word) => Expression::Always(self.parameter(&word.text)),
            Value::Reference(word) => Expression::Field(self.left(word, scope)?),
            Value::Regex { .. } | Value::All(_) | Value::Star => {
                let message = "this stands for no value here";
                return Err(self.error(at(value).unwrap_or_default(), message));
            }
            Value::Call(function, arguments) if function.is_aggregate() => {
                if !may_aggregate {
                    let message =
                        format!("{}() is only of use in RETURN and ORDER BY", function.name());
                    let at = arguments.iter().find_map(at).unwrap_or_default();
                    return Err(self.error(at, message));
                }
                Expression::Aggregate(self.aggregate(*function, arguments)?)
            }
            Value::Call(function, arguments) => {
                let arguments =
                    arguments.iter().map(|it| self.expression(it, scope, may_aggregate));
                Expression::Call(*function, arguments.collect::<Result<_, _>>()?)
            }
            Value::Sum(sign, sides) => {
                let left = self.expression(&sides.0, scope, may_aggregate)?;
                let right = self.expression(&sides.1, scope, may_aggregate)?;
                Expression::Sum(*sign, Box::new((left, right)))
            }
        })
    }

    fn aggregate(&mut self, function: Function, arguments: &[Value]) -> Result<usize, QueryError> {
        let at = arguments.iter().find_map(at).unwrap_or_default();
        let of = match arguments {
            [] | [Value::Star] if function == Function::Count => None,
            // An entity counts by itself, and not by its key.
            [Value::Reference(word) | Value::All(word)] if function == Function::Count => {
                let field = self.field(word)?;
                let is_thing = !word.text.contains('.') || self.is_name(&word.text);
                let slots = self.fields[field].slots.clone();
                let field =
                    if is_thing { self.add(&Field { slots, property: None }) } else { field };
                Some(Expression::Field(field))
            }
            [argument] => Some(self.expression(argument, &mut Scope::Path, false)?),
            _ => {
                let message = format!("{}() wants one value", function.name());
                return Err(self.error(at, message));
            }
        };
        self.aggregates.push(Aggregate { function, of });
        Ok(self.aggregates.len() - 1)
    }

    fn rows(&mut self, query: &Query, items: &[language::Item]) -> Result<Rows, QueryError> {
        let mut columns: Vec<ColumnOf> = Vec::new();
        for item in items {
            let name = item.alias.as_ref().map_or_else(|| title(&item.value), |it| it.text.clone());
            columns.push(match &item.value {
                Value::All(word) => {
                    let slots = self.named(&word.text);
                    if slots.is_empty() {
                        return Err(self.unnamed(word));
                    }
                    ColumnOf::All(word.text.clone(), slots)
                }
                value => ColumnOf::Value(name, self.expression(value, &mut Scope::Path, true)?),
            });
        }
        let having = query.having.as_ref();
        let having = having.map(|it| self.test(it, &mut Scope::Columns(&columns))).transpose()?;
        let order = self.order(&query.order, &columns)?;
        let aggregates = std::mem::take(&mut self.aggregates);
        Ok(Rows { columns, aggregates, having, order, unique: query.unique })
    }

    fn order(
        &mut self,
        order: &[language::Order],
        columns: &[ColumnOf],
    ) -> Result<Vec<Order>, QueryError> {
        let mut orders = Vec::new();
        for language::Order { value, descending } in order {
            let title = title(value);
            let column = columns.iter().position(|it| it.name() == title);
            let by = match (column, value) {
                (Some(column), _) => By::Column(column),
                (None, Value::Reference(word))
                    if columns.is_empty() && !self.is_name(&word.text) =>
                {
                    // A list has one entity in each row, so that needs no name.
                    let alias = word.text.split('.').next().unwrap_or_default();
                    let is_bare = self.named(alias).is_empty();
                    let property = Some(word.text.clone()).filter(|_| is_bare);
                    match property {
                        Some(property) => {
                            let field = Field { slots: vec![0], property: Some(property) };
                            By::Expression(Expression::Field(self.add(&field)))
                        }
                        None => By::Expression(Expression::Field(self.field(word)?)),
                    }
                }
                (None, value) => {
                    let may_aggregate = !columns.is_empty();
                    By::Expression(self.expression(value, &mut Scope::Path, may_aggregate)?)
                }
            };
            orders.push(Order { by, descending: *descending });
        }
        Ok(orders)
    }

    /// The slots that have a name.
    fn named(&self, name: &str) -> Vec<usize> {
        let slots = |name: &str| -> Vec<usize> {
            self.names.iter().filter(|(it, _)| it == name).map(|(_, slot)| *slot).collect()
        };
        // The classes of relationships are written in any case.
        let exact = slots(name);
        if exact.is_empty() { slots(&name.to_uppercase()) } else { exact }
    }

    fn is_name(&self, name: &str) -> bool {
        !self.named(name).is_empty()
    }

    /// Something of the path: `alias`, or `alias.property`.
    fn field(&mut self, word: &Word) -> Result<usize, QueryError> {
        let (alias, property) = match word.text.split_once('.') {
            Some((alias, property)) => (alias, property),
            None => (word.text.as_str(), "_key"),
        };
        let slots = self.named(alias);
        if slots.is_empty() {
            return Err(self.unnamed(word));
        }
        if let Some(Slot::Entity(node)) = self.slots.get(slots[0]) {
            let kinds: Vec<&str> =
                node.selectors.iter().filter_map(|it| it.name.as_deref()).collect();
            let is_whole = kinds.len() == node.selectors.len();
            let doubt = self.model.doubt_property(&kinds, property).filter(|_| is_whole);
            self.note(doubt);
        }
        Ok(self.add(&Field { slots, property: Some(property.to_owned()) }))
    }

    fn add(&mut self, field: &Field) -> usize {
        place(&mut self.fields, field)
    }

    fn unnamed(&self, word: &Word) -> QueryError {
        let alias = word.text.split('.').next().unwrap_or_default();
        let names = self.names.iter().map(|(name, _)| name.as_str());
        let hint = nearest(alias, names).map(|it| format!("Did you mean {it}?"));
        let hint = hint.or_else(|| Some(format!("Name it where it is selected: … AS {alias}")));
        self.error(word.at, format!("nothing is called {alias} in this query")).hint(hint)
    }

    /// A text with the values of the parameters that stand in it.
    fn filled(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once("{{").and_then(|(before, it)| Some((before, it.split_once("}}")?)))
        {
            filled.push_str(before);
            match self.parameter(name.trim()) {
                Cell::Text(text) => filled.push_str(&text),
                Cell::Undefined => (),
                other => filled.push_str(&other.to_json().to_string()),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn parameter(&mut self, name: &str) -> Cell {
        let bare = name.strip_prefix("param.").unwrap_or(name);
        let given = self.terms.parameters.get(bare).or_else(|| self.terms.parameters.get(name));
        if given.is_none() && !self.missing.iter().any(|it| it == bare) {
            self.missing.push(bare.to_owned());
        }
        given.map_or(Cell::Undefined, Cell::from)
    }
}

impl ColumnOf {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Value(name, _) | Self::All(name, _) => name,
        }
    }
}

/// How many slots steps have.
fn width(steps: &[Step]) -> usize {
    let each = steps.iter().map(|step| match step {
        Step::Traverse { .. } => 2,
        Step::Optional { steps, alias } => width(steps) + usize::from(alias.is_some()),
    });
    each.sum()
}

fn count(steps: &[Step]) -> usize {
    let each = steps.iter().map(|step| match step {
        Step::Traverse { .. } => 1,
        Step::Optional { steps, .. } => 1 + count(steps),
    });
    each.sum()
}

/// Where a thing is among others, to which it is added if it is not there.
fn place<T: PartialEq + Clone, U: ?Sized + ToOwned<Owned = T> + PartialEq<T>>(
    things: &mut Vec<T>,
    thing: &U,
) -> usize {
    if let Some(at) = things.iter().position(|it| thing == it) {
        return at;
    }
    things.push(thing.to_owned());
    things.len() - 1
}

/// What makes entities of a smart class: a tag.
fn smart_class(name: &str, properties: &mut Vec<String>) -> Test {
    let mut compare = |property: &str, value: Cell| {
        Test::Compare(Comparison {
            field: place(properties, property),
            is_tag: property.starts_with("tag."),
            relation: Relation::Equal,
            negated: false,
            all: false,
            values: vec![Operand::Value(Expression::Always(value))],
        })
    };
    let tagged = compare("tags", Cell::text(name));
    Test::Or(vec![tagged, compare(&format!("tag.{name}"), Cell::Flag(true))])
}

const fn relation(operator: Operator) -> Relation {
    match operator {
        Operator::Equal | Operator::NotEqual => Relation::Equal,
        Operator::Less => Relation::Less,
        Operator::Greater => Relation::Greater,
        Operator::AtMost => Relation::AtMost,
        Operator::AtLeast => Relation::AtLeast,
        Operator::Contains | Operator::NotContains => Relation::Contains,
        Operator::StartsWith | Operator::NotStartsWith => Relation::StartsWith,
        Operator::EndsWith | Operator::NotEndsWith => Relation::EndsWith,
    }
}

/// The column that a name means.
fn column(word: &Word, columns: &[ColumnOf]) -> Option<usize> {
    columns.iter().position(|it| it.name() == word.text)
}

/// The byte of the query where a value names something.
fn at(value: &Value) -> Option<usize> {
    match value {
        Value::Parameter(word) | Value::Reference(word) | Value::All(word) => Some(word.at),
        Value::Call(_, arguments) => arguments.iter().find_map(at),
        Value::Sum(_, sides) => at(&sides.0).or_else(|| at(&sides.1)),
        _ => None,
    }
}

/// What a column is called that was given no name.
fn title(value: &Value) -> String {
    match value {
        Value::Reference(word) | Value::Parameter(word) => word.text.clone(),
        Value::All(word) => format!("{}.*", word.text),
        Value::Star => "*".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Undefined => "undefined".to_owned(),
        Value::Now => "date.now".to_owned(),
        Value::Regex { pattern, .. } => format!("/{pattern}/"),
        Value::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(title).collect();
            format!("{}({})", function.name(), arguments.join(", "))
        }
        Value::Sum(sign, sides) => {
            let sign = match sign {
                language::Sign::Plus => '+',
                language::Sign::Minus => '-',
                language::Sign::Times => '*',
                language::Sign::Over => '/',
                language::Sign::Power => '^',
            };
            format!("{} {sign} {}", title(&sides.0), title(&sides.1))
        }
    }
}
