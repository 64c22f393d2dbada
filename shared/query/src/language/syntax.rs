//! What a query says, as a tree.

/// A whole query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Whether equal rows become one.
    pub unique: bool,
    /// Where paths start.
    pub start: Node,
    /// How they go on.
    pub steps: Vec<Step>,
    /// What must be true of a path.
    pub filter: Option<Condition>,
    /// What is answered.
    pub answer: Answer,
    /// What must be true of a row of the answer.
    pub having: Option<Condition>,
    /// How rows are sorted, by the first that tells them apart.
    pub order: Vec<Order>,
    /// How many rows are left out at the beginning.
    pub skip: Option<u64>,
    /// How many rows are answered at most.
    pub limit: Option<u64>,
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name.
    pub text: String,
    /// The byte of the query where it begins.
    pub at: usize,
}

/// Entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Which ones: those of any of these.
    pub selectors: Vec<Selector>,
    /// What must be true of them.
    pub filter: Option<Condition>,
    /// What they are called in the rest of the query.
    pub alias: Option<Word>,
}

/// What selects entities.
#[derive(Clone, Debug, PartialEq)]
pub enum Selector {
    /// All of them.
    All,
    /// Those of a class or of a type.
    Named(Word),
    /// Those in which a text occurs, of those of a class or a type if one is named.
    Containing(String, Option<Word>),
    /// Those of a smart class, of those of a class or a type if one is named.
    Smart(Word, Option<Word>),
}

/// How paths go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Over a relationship to an entity.
    Traverse {
        /// Whether there must be no such relationship.
        negated: bool,
        /// The classes of the relationship; any if there are none.
        verbs: Vec<Word>,
        /// Which way it points.
        direction: Direction,
        /// What the relationship is called in the rest of the query.
        alias: Option<Word>,
        /// Where it leads.
        node: Node,
    },
    /// Over steps that may be left out.
    Optional {
        /// The steps.
        steps: Vec<Self>,
        /// What the entity is called where the path then is.
        alias: Option<Word>,
    },
}

/// Which way a relationship points, seen along the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Either way.
    Both,
    /// From the left entity to the right one.
    Out,
    /// From the right entity to the left one.
    In,
}

/// What is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The different entities where paths start.
    List,
    /// The entities and relationships of all paths.
    Tree,
    /// A row for each path.
    Items(Vec<Item>),
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it holds.
    pub value: Value,
    /// Its name, unless that follows from what it holds.
    pub alias: Option<Word>,
}

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The value.
    pub value: Value,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What may be true or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them are true.
    And(Vec<Self>),
    /// One of them is true.
    Or(Vec<Self>),
    /// A comparison is true.
    Test {
        /// The name of what is compared.
        property: Word,
        /// How it is compared.
        operator: Operator,
        /// With what.
        operand: Operand,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// They are equal.
    Equal,
    /// They are not equal.
    NotEqual,
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
    /// The left does not contain the right.
    NotContains,
    /// The left starts with the right.
    StartsWith,
    /// The left does not start with the right.
    NotStartsWith,
    /// The left ends with the right.
    EndsWith,
    /// The left does not end with the right.
    NotEndsWith,
}

impl Operator {
    /// The operator without its negation, and whether it has one.
    #[must_use]
    pub const fn positive(self) -> (Self, bool) {
        match self {
            Self::NotEqual => (Self::Equal, true),
            Self::NotContains => (Self::Contains, true),
            Self::NotStartsWith => (Self::StartsWith, true),
            Self::NotEndsWith => (Self::EndsWith, true),
            other => (other, false),
        }
    }

    /// The operator with its sides exchanged, if that makes sense.
    #[must_use]
    pub(super) const fn reversed(self) -> Option<Self> {
        match self {
            Self::Equal | Self::NotEqual => Some(self),
            Self::Less => Some(Self::Greater),
            Self::Greater => Some(Self::Less),
            Self::AtMost => Some(Self::AtLeast),
            Self::AtLeast => Some(Self::AtMost),
            _ => None,
        }
    }
}

/// What a property is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A value.
    One(Value),
    /// Any of these.
    Any(Vec<Value>),
    /// Each of these.
    All(Vec<Value>),
}

/// A value, or how it comes to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number. Moments are milliseconds since 1970, and durations are milliseconds.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// What a property is that is not there.
    Undefined,
    /// The moment at which the query is answered.
    Now,
    /// A regular expression.
    Regex {
        /// The expression.
        pattern: String,
        /// Whether upper and lower case are the same.
        any_case: bool,
    },
    /// What whoever asks gives besides the query.
    Parameter(Word),
    /// An alias, a property of one, or a property.
    Reference(Word),
    /// All properties of an alias.
    All(Word),
    /// Every row, as in `count(*)`.
    Star,
    /// What a function makes of values.
    Call(Function, Vec<Self>),
    /// Two values calculated with.
    Sum(Sign, Box<(Self, Self)>),
}

/// A sign of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
    /// `^`
    Power,
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// How many different ones there are.
    Count,
    /// The sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The average.
    Avg,
    /// Texts, one after the other.
    Concat,
    /// A list of what is there.
    Merge,
    /// The first that is there.
    Coalesce,
    /// The number without its sign.
    Abs,
    /// The square root.
    Sqrt,
    /// The next whole number.
    Ceil,
    /// The last whole number.
    Floor,
    /// The nearest whole number.
    Round,
}

impl Function {
    /// Every function by its name.
    pub(super) const NAMES: [(&'static str, Self); 13] = [
        ("count", Self::Count),
        ("sum", Self::Sum),
        ("min", Self::Min),
        ("max", Self::Max),
        ("avg", Self::Avg),
        ("concat", Self::Concat),
        ("merge", Self::Merge),
        ("coalesce", Self::Coalesce),
        ("abs", Self::Abs),
        ("sqrt", Self::Sqrt),
        ("ceil", Self::Ceil),
        ("floor", Self::Floor),
        ("round", Self::Round),
    ];

    /// The function's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }

    /// Whether it makes one value of those of many rows.
    #[must_use]
    pub const fn is_aggregate(self) -> bool {
        matches!(self, Self::Count | Self::Sum | Self::Min | Self::Max | Self::Avg)
    }
}
