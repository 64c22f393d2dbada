//! What answering a query takes.

use regex::Regex;

use crate::language::{Direction, Function, Sign};
use crate::tables::Cell;

/// What answering a query takes. It follows from the query alone, but for the notes.
#[derive(Debug)]
pub struct Plan {
    /// The entities and relationships that a path goes by; the first is where it starts.
    pub(crate) slots: Vec<Slot>,
    /// How paths go on, from the end to the beginning.
    pub(crate) operations: Vec<Operation>,
    /// The operation that paths begin with.
    pub(crate) first: usize,
    /// What of entities and relationships of a path is looked at.
    pub(crate) fields: Vec<Field>,
    /// What must be true of a path.
    pub(crate) filter: Option<Test>,
    /// What is answered.
    pub(crate) output: Output,
    /// How many rows are left out at the beginning.
    pub(crate) skip: u64,
    /// How many rows are answered at most.
    pub(crate) limit: Option<u64>,
    /// The classes and types at which the query looks, as it is written.
    pub(crate) notes: Vec<String>,
    /// The parameters that were not given.
    pub(crate) missing: Vec<String>,
    /// Whether the answer depends on when the query is asked.
    pub(crate) depends_on_time: bool,
}

/// An entity or a relationship that a path goes by.
#[derive(Debug)]
pub(crate) enum Slot {
    /// An entity.
    Entity(Node),
    /// A relationship.
    Relationship,
    /// The entity where a path is after steps that may be left out.
    Place,
}

/// Which entities there may be.
#[derive(Debug)]
pub(crate) struct Node {
    /// Those of any of these.
    pub(crate) selectors: Vec<Selector>,
    /// The properties at which its tests look.
    pub(crate) properties: Vec<String>,
    /// What must be true of them.
    pub(crate) filter: Option<Test>,
}

/// What selects entities.
#[derive(Debug)]
pub(crate) struct Selector {
    /// The class or type; none for all.
    pub(crate) name: Option<String>,
    /// The text that occurs in them, in lower case.
    pub(crate) containing: Option<String>,
    /// What must be true of them besides.
    pub(crate) filter: Option<Test>,
}

/// How a path goes on from where it is.
#[derive(Debug)]
pub(crate) enum Operation {
    /// It has come to its end.
    End,
    /// Over a relationship, or only if there is no such relationship.
    Traverse {
        /// Whether there must be none.
        negated: bool,
        /// The classes of the relationship, in upper case; any if there are none.
        verbs: Vec<String>,
        /// Which way it points.
        direction: Direction,
        /// The slot of the relationship.
        relationship: usize,
        /// The slot of the entity.
        entity: usize,
        /// How it goes on.
        next: usize,
    },
    /// Both over some steps and without them.
    Fork {
        /// How it goes on with them.
        inner: usize,
        /// How it goes on without.
        next: usize,
    },
    /// On from where it is, which gets a name.
    Name {
        /// The slot of the name.
        slot: usize,
        /// How it goes on.
        next: usize,
    },
}

/// Something of an entity or a relationship of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// The slots that have the name: the first that the path goes by counts.
    pub(crate) slots: Vec<usize>,
    /// The property; none for the number of the entity or relationship itself.
    pub(crate) property: Option<String>,
}

/// What is answered.
#[derive(Debug)]
pub(crate) enum Output {
    /// The different entities where paths start.
    List {
        /// What they are sorted by.
        order: Vec<Order>,
    },
    /// The entities and relationships of all paths.
    Tree,
    /// A row for each path or group.
    Rows(Rows),
}

/// The rows of an answer.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The columns.
    pub(crate) columns: Vec<ColumnOf>,
    /// What is made of the rows of a group.
    pub(crate) aggregates: Vec<Aggregate>,
    /// What must be true of a row; fields are columns.
    pub(crate) having: Option<Test>,
    /// What rows are sorted by.
    pub(crate) order: Vec<Order>,
    /// Whether equal rows become one.
    pub(crate) unique: bool,
}

/// A column of an answer.
#[derive(Debug)]
pub(crate) enum ColumnOf {
    /// A value with a name.
    Value(String, Expression),
    /// All properties of what has one of these slots.
    All(String, Vec<usize>),
}

/// What is made of the rows of a group.
#[derive(Debug)]
pub(crate) struct Aggregate {
    /// How.
    pub(crate) function: Function,
    /// Of what; none for the rows themselves.
    pub(crate) of: Option<Expression>,
}

/// What rows are sorted by.
#[derive(Debug)]
pub(crate) struct Order {
    /// Of what.
    pub(crate) by: By,
    /// Whether the greatest comes first.
    pub(crate) descending: bool,
}

/// What rows are sorted by.
#[derive(Debug)]
pub(crate) enum By {
    /// A column of the answer.
    Column(usize),
    /// A value that is no column.
    Expression(Expression),
}

/// How a value comes to be.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    /// It is always the same.
    Always(Cell),
    /// A field.
    Field(usize),
    /// What is made of the rows of a group.
    Aggregate(usize),
    /// What a function makes of values.
    Call(Function, Vec<Self>),
    /// Two values calculated with.
    Sum(Sign, Box<(Self, Self)>),
}

/// What may be true or not.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// All of them are true.
    And(Vec<Self>),
    /// One of them is true.
    Or(Vec<Self>),
    /// A comparison is true.
    Compare(Comparison),
}

/// A comparison.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// The field on its left.
    pub(crate) field: usize,
    /// Whether that is a tag, which is compared as text with whatever looks the same.
    pub(crate) is_tag: bool,
    /// How they are compared.
    pub(crate) relation: Relation,
    /// Whether the contrary is meant.
    pub(crate) negated: bool,
    /// Whether all of the values are meant, or any.
    pub(crate) all: bool,
    /// What is on its right.
    pub(crate) values: Vec<Operand>,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They are equal.
    Equal,
    /// The left is less.
    Less,
    /// The left is greater.
    Greater,
    /// The left is not greater.
    AtMost,
    /// The left is not less.
    AtLeast,
    /// The left contains the right.
    Contains,
    /// The left starts with the right.
    StartsWith,
    /// The left ends with the right.
    EndsWith,
}

/// What is on the right of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// No value.
    Undefined,
    /// What matches an expression.
    Matching(Regex),
    /// A value.
    Value(Expression),
}

/// Whether a note says that there is no such class, type or relationship.
#[must_use]
pub fn is_of_unknown_name(note: &str) -> bool {
    ["there is no type ", "there is no class ", "no relationship has the class "]
        .iter()
        .any(|it| note.starts_with(it))
}

impl Plan {
    /// The parameters that were not given.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// What the query asks for and there is not: that nothing is found of it says nothing.
    pub fn unknown_names(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str).filter(|it| is_of_unknown_name(it))
    }

    /// What whoever asked should know of the query: names that may be misspelt.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

impl Test {
    /// Hands every comparison over.
    pub(crate) fn each(&self, hand: &mut impl FnMut(&Comparison)) {
        match self {
            Self::And(tests) | Self::Or(tests) => tests.iter().for_each(|it| it.each(hand)),
            Self::Compare(comparison) => hand(comparison),
        }
    }
}
