//! From tokens to a tree, by the grammar of the language.

use super::error::{QueryError, nearest};
use super::lexer::{Kind, Token, tokens};
use super::syntax::{
    Answer, Condition, Direction, Function, Item, Node, Operand, Operator, Order, Query, Selector,
    Sign, Step, Value, Word,
};
use super::words;

/// The words that are never a name by themselves.
const KEYWORDS: [&str; 20] = [
    "find",
    "with",
    "that",
    "relates",
    "to",
    "as",
    "where",
    "return",
    "tree",
    "unique",
    "and",
    "or",
    "order",
    "by",
    "asc",
    "desc",
    "skip",
    "limit",
    "having",
    "undefined",
];

/// How deep brackets may be in each other.
const DEEPEST: usize = 64;

/// Reads a query.
///
/// # Errors
///
/// If it is not one.
pub fn parse(query: &str) -> Result<Query, QueryError> {
    Parser { query, tokens: tokens(query)?, next: 0, depth: 0 }.query()
}

struct Parser<'q> {
    query: &'q str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

type Parsed<T> = Result<T, QueryError>;

impl Parser<'_> {
    fn query(mut self) -> Parsed<Query> {
        self.keyword("find");
        let unique = self.keyword("unique");
        let start = self.node()?;
        let mut steps = Vec::new();
        while self.is_keyword("that") || self.is_sign("(") {
            steps.push(self.step()?);
        }
        let filter = if self.keyword("where") { Some(self.condition()?) } else { None };
        let answer = if self.keyword("return") { self.answer()? } else { Answer::List };
        let having = if self.keyword("having") { Some(self.condition()?) } else { None };
        let order = if self.keyword("order") { self.order()? } else { Vec::new() };
        let (mut skip, mut limit) = (None, None);
        loop {
            if self.keyword("skip") {
                skip = Some(self.count("SKIP")?);
            } else if self.keyword("limit") {
                limit = Some(self.count("LIMIT")?);
            } else {
                break;
            }
        }
        if self.kind() != &Kind::End {
            return Err(self.misplaced());
        }
        Ok(Query { unique, start, steps, filter, answer, having, order, skip, limit })
    }

    /// What is where the query, or another clause of it, should go on.
    fn misplaced(&self) -> QueryError {
        let error = self.error(format!("{} is not expected here", self.found()));
        let begins = matches!(&self.tokens[0].kind, Kind::Word { text, .. } if text.eq_ignore_ascii_case("find"));
        if !begins && self.next == 1 {
            return error.hint(Some("A query begins with FIND".to_owned()));
        }
        let Kind::Word { text, .. } = self.kind() else { return error };
        let hint = match text.to_ascii_lowercase().as_str() {
            "with" => Some("WITH stands right after what it is about, and once".to_owned()),
            "where" => Some("WHERE stands after the last THAT, and before RETURN".to_owned()),
            "group" => Some("Rows are grouped by all columns without an aggregate".to_owned()),
            _ => nearest(text, KEYWORDS).map(|it| format!("Did you mean {}?", it.to_uppercase())),
        };
        error.hint(hint)
    }

    fn node(&mut self) -> Parsed<Node> {
        let mut selectors = Vec::new();
        if self.sign("(") {
            loop {
                selectors.push(self.selector()?);
                if !self.sign("|") {
                    break;
                }
            }
            self.expect(")")?;
        } else {
            selectors.push(self.selector()?);
        }
        let mut node = Node { selectors, filter: None, alias: None };
        loop {
            if node.filter.is_none() && self.keyword("with") {
                node.filter = Some(self.condition()?);
            } else if node.alias.is_none() && self.keyword("as") {
                node.alias = Some(self.name("a name")?);
            } else {
                return Ok(node);
            }
        }
    }

    fn selector(&mut self) -> Parsed<Selector> {
        if self.sign("*") {
            return Ok(Selector::All);
        }
        if self.sign("#") {
            let class = self.name("the name of a smart class")?;
            return Ok(Selector::Smart(class, self.of()?));
        }
        if let Kind::Text(text) = self.kind() {
            let text = text.clone();
            self.next += 1;
            return Ok(Selector::Containing(text, self.of()?));
        }
        Ok(Selector::Named(self.name("a class, a type or *")?))
    }

    /// The class or type that a text or a smart class is limited to.
    fn of(&mut self) -> Parsed<Option<Word>> {
        let Kind::Word { text, .. } = self.kind() else { return Ok(None) };
        if is_keyword(text) { Ok(None) } else { self.name("a class or a type").map(Some) }
    }

    fn step(&mut self) -> Parsed<Step> {
        if self.sign("(") {
            self.deeper()?;
            let mut steps = Vec::new();
            while self.is_keyword("that") || self.is_sign("(") {
                steps.push(self.step()?);
            }
            if steps.is_empty() {
                return Err(self.error(format!("expected THAT, found {}", self.found())));
            }
            self.expect(")")?;
            self.expect("?")?;
            self.depth -= 1;
            let alias = if self.keyword("as") { Some(self.name("a name")?) } else { None };
            return Ok(Step::Optional { steps, alias });
        }
        if !self.keyword("that") {
            return Err(self.error(format!("expected THAT, found {}", self.found())));
        }
        let negated = self.sign("!");
        let mut verbs = Vec::new();
        if self.keyword("relates") {
            self.keyword("to");
        } else if self.sign("(") {
            loop {
                if self.keyword("relates") {
                    self.keyword("to");
                    verbs.clear();
                } else {
                    verbs.push(self.name("the class of a relationship")?);
                }
                if !self.sign("|") {
                    break;
                }
            }
            self.expect(")")?;
        } else {
            verbs.push(self.name("the class of a relationship, such as HAS")?);
        }
        let mut direction = self.direction();
        self.keyword("to");
        direction = direction.or_else(|| self.direction());
        let alias = if self.keyword("as") { Some(self.name("a name")?) } else { None };
        direction = direction.or_else(|| self.direction());
        let direction = direction.unwrap_or(Direction::Both);
        Ok(Step::Traverse { negated, verbs, direction, alias, node: self.node()? })
    }

    fn direction(&mut self) -> Option<Direction> {
        if self.sign(">>") {
            Some(Direction::Out)
        } else if self.sign("<<") {
            Some(Direction::In)
        } else {
            None
        }
    }

    fn answer(&mut self) -> Parsed<Answer> {
        if self.keyword("tree") {
            return Ok(Answer::Tree);
        }
        let mut items = Vec::new();
        loop {
            let value = self.value()?;
            let alias = if self.keyword("as") { Some(self.label()?) } else { None };
            items.push(Item { value, alias });
            if !self.sign(",") {
                return Ok(Answer::Items(items));
            }
        }
    }

    /// What a column is called: a name, or any text.
    fn label(&mut self) -> Parsed<Word> {
        let at = self.token().at;
        if let Kind::Text(text) = self.kind() {
            let text = text.clone();
            self.next += 1;
            return Ok(Word { text, at });
        }
        self.name_or_keyword("the name of a column")
    }

    fn order(&mut self) -> Parsed<Vec<Order>> {
        if !self.keyword("by") {
            return Err(self.error(format!("expected BY, found {}", self.found())));
        }
        let mut order = Vec::new();
        loop {
            let value = self.value()?;
            let descending = self.keyword("desc");
            if !descending {
                self.keyword("asc");
            }
            order.push(Order { value, descending });
            if !self.sign(",") {
                return Ok(order);
            }
        }
    }

    #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "it is checked")]
    fn count(&mut self, of: &str) -> Parsed<u64> {
        match self.kind() {
            Kind::Number(number) if number.fract() == 0.0 && *number < 1e15 => {
                let number = *number as u64;
                self.next += 1;
                Ok(number)
            }
            _ => Err(self.error(format!("{of} wants a number, found {}", self.found()))),
        }
    }

    fn condition(&mut self) -> Parsed<Condition> {
        let mut any = vec![self.conjunction()?];
        while self.keyword("or") {
            any.push(self.conjunction()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Condition::Or(any) })
    }

    fn conjunction(&mut self) -> Parsed<Condition> {
        let mut all = vec![self.test()?];
        while self.keyword("and") {
            all.push(self.test()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Condition::And(all) })
    }

    fn test(&mut self) -> Parsed<Condition> {
        if self.sign("(") {
            self.deeper()?;
            let condition = self.condition()?;
            self.expect(")")?;
            self.depth -= 1;
            return Ok(condition);
        }
        if let Kind::Word { .. } = self.kind() {
            let property = self.name("a property")?;
            let operator = self.operator()?;
            return Ok(Condition::Test { property, operator, operand: self.operand()? });
        }
        let value = self.value()?;
        let at = self.token().at;
        let operator = self.operator()?;
        let Some(operator) = operator.reversed() else {
            let hint = Some("Write the property on the left".to_owned());
            return Err(
                QueryError::new(self.query, at, "this wants a property on its left").hint(hint)
            );
        };
        let property = self.name("a property")?;
        Ok(Condition::Test { property, operator, operand: Operand::One(value) })
    }

    fn operator(&mut self) -> Parsed<Operator> {
        let operator = match self.kind() {
            Kind::Sign("=") => Operator::Equal,
            Kind::Sign("!=") => Operator::NotEqual,
            Kind::Sign("<") => Operator::Less,
            Kind::Sign(">") => Operator::Greater,
            Kind::Sign("<=") => Operator::AtMost,
            Kind::Sign(">=") => Operator::AtLeast,
            Kind::Sign("~=") => Operator::Contains,
            Kind::Sign("!~=") => Operator::NotContains,
            Kind::Sign("^=") => Operator::StartsWith,
            Kind::Sign("!^=") => Operator::NotStartsWith,
            Kind::Sign("$=") => Operator::EndsWith,
            Kind::Sign("!$=") => Operator::NotEndsWith,
            other => {
                let hint = match other {
                    Kind::Word { text, .. } => match text.to_ascii_lowercase().as_str() {
                        "like" | "contains" => Some("Write ~= for contains"),
                        "in" => Some("Write = ('a' OR 'b') for one of several"),
                        "is" => Some("Write = undefined, or != undefined"),
                        "not" => Some("Write !=, !~=, !^= or !$="),
                        _ => None,
                    },
                    _ => None,
                };
                let error = self.error(format!("expected a comparison, found {}", self.found()));
                return Err(error.hint(hint.map(str::to_owned)));
            }
        };
        self.next += 1;
        Ok(operator)
    }

    fn operand(&mut self) -> Parsed<Operand> {
        if !self.sign("(") {
            return Ok(Operand::One(self.value()?));
        }
        self.deeper()?;
        let mut values = vec![self.value()?];
        let mut are_all: Option<bool> = None;
        loop {
            let at = self.token().at;
            let all = if self.keyword("and") {
                true
            } else if self.keyword("or") || self.sign(",") {
                false
            } else {
                break;
            };
            if are_all.is_some_and(|it| it != all) {
                let message = "AND and OR stand side by side in one list";
                let hint = Some("Compare twice instead".to_owned());
                return Err(QueryError::new(self.query, at, message).hint(hint));
            }
            are_all = Some(all);
            values.push(self.value()?);
        }
        self.expect(")")?;
        self.depth -= 1;
        Ok(if are_all == Some(true) { Operand::All(values) } else { Operand::Any(values) })
    }

    fn value(&mut self) -> Parsed<Value> {
        let mut value = self.term()?;
        let depth = self.depth;
        loop {
            let sign = match self.kind() {
                Kind::Sign("+") => Sign::Plus,
                Kind::Sign("-") => Sign::Minus,
                _ => break,
            };
            // Each sign makes the tree deeper, as a bracket does.
            self.deeper()?;
            self.next += 1;
            value = Value::Sum(sign, Box::new((value, self.term()?)));
        }
        self.depth = depth;
        Ok(value)
    }

    fn term(&mut self) -> Parsed<Value> {
        let mut value = self.atom()?;
        let depth = self.depth;
        loop {
            let sign = match self.kind() {
                Kind::Sign("*") => Sign::Times,
                Kind::Sign("/") => Sign::Over,
                Kind::Sign("^") => Sign::Power,
                _ => break,
            };
            self.deeper()?;
            self.next += 1;
            value = Value::Sum(sign, Box::new((value, self.atom()?)));
        }
        self.depth = depth;
        Ok(value)
    }

    fn atom(&mut self) -> Parsed<Value> {
        let Token { kind, at, .. } = self.token().clone();
        self.next += 1;
        let value = match kind {
            Kind::Text(text) => Value::Text(text),
            Kind::Number(number) => Value::Number(number * self.unit()),
            Kind::Date(date) => Value::Number(date),
            Kind::Now => Value::Now,
            Kind::Regex { pattern, any_case } => Value::Regex { pattern, any_case },
            Kind::Parameter(text) => Value::Parameter(Word { text, at }),
            Kind::All(text) => Value::All(Word { text, at }),
            Kind::Sign("*") => Value::Star,
            Kind::Sign("-") => {
                self.deeper()?;
                let negated = self.atom()?;
                self.depth -= 1;
                Value::Sum(Sign::Minus, Box::new((Value::Number(0.0), negated)))
            }
            Kind::Sign("(") => {
                self.deeper()?;
                let value = self.value()?;
                self.expect(")")?;
                self.depth -= 1;
                value
            }
            Kind::Word { text, is_quoted: false } => return self.word(text, at),
            Kind::Word { text, is_quoted: true } => Value::Reference(Word { text, at }),
            _ => {
                self.next -= 1;
                return Err(self.error(format!("expected a value, found {}", self.found())));
            }
        };
        Ok(value)
    }

    /// The milliseconds of the unit that stands after a number, or one.
    fn unit(&mut self) -> f64 {
        let Kind::Word { text, is_quoted: false } = self.kind() else { return 1.0 };
        let Some(unit) = words::unit(text) else { return 1.0 };
        self.next += 1;
        unit
    }

    /// A word where a value is expected: a constant, a function or a reference.
    fn word(&mut self, text: String, at: usize) -> Parsed<Value> {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        if is("true") || is("false") {
            return Ok(Value::Flag(is("true")));
        }
        if is("undefined") {
            return Ok(Value::Undefined);
        }
        if !self.sign("(") {
            if is_keyword(&text) {
                self.next -= 1;
                return Err(self.error(format!("expected a value, found {}", self.found())));
            }
            return Ok(Value::Reference(Word { text, at }));
        }
        self.deeper()?;
        let named = Function::NAMES.iter().find(|(name, _)| is(name));
        let Some((_, function)) = named else {
            let names = Function::NAMES.iter().map(|(name, _)| *name);
            let hint = nearest(&text, names).map(|it| format!("Did you mean {it}?"));
            let message = format!("there is no function {text}");
            return Err(QueryError::new(self.query, at, message).hint(hint));
        };
        let mut arguments = Vec::new();
        while !self.sign(")") {
            if !arguments.is_empty() {
                self.expect(",")?;
            }
            arguments.push(self.value()?);
        }
        self.depth -= 1;
        Ok(Value::Call(*function, arguments))
    }

    fn name(&mut self, what: &str) -> Parsed<Word> {
        if let Kind::Word { text, is_quoted: false } = self.kind()
            && is_keyword(text)
        {
            return Err(self.error(format!("expected {what}, found {}", self.found())));
        }
        self.name_or_keyword(what)
    }

    fn name_or_keyword(&mut self, what: &str) -> Parsed<Word> {
        let Token { kind: Kind::Word { text, .. }, at, .. } = self.token() else {
            return Err(self.error(format!("expected {what}, found {}", self.found())));
        };
        let word = Word { text: text.clone(), at: *at };
        self.next += 1;
        Ok(word)
    }

    /// Goes one bracket deeper, unless that is too deep for the stack.
    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(
                self.error(format!("more than {DEEPEST} brackets and signs are in each other"))
            );
        }
        Ok(())
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn kind(&self) -> &Kind {
        &self.token().kind
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.kind(), Kind::Sign(it) if *it == sign)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        self.next += usize::from(is);
        is
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) {
            return Ok(());
        }
        Err(self.error(format!("expected {sign}, found {}", self.found())))
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        let word = |kind: &Kind| match kind {
            Kind::Word { text, is_quoted } => !is_quoted && text.eq_ignore_ascii_case(keyword),
            _ => false,
        };
        word(self.kind())
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let is = self.is_keyword(keyword);
        self.next += usize::from(is);
        is
    }

    fn error(&self, message: String) -> QueryError {
        QueryError::new(self.query, self.token().at, message)
    }

    /// What is at this place, as it is written.
    fn found(&self) -> String {
        let Token { kind, at, end } = self.token();
        match kind {
            Kind::End => "the end of the query".to_owned(),
            _ => self.query[*at..*end].to_owned(),
        }
    }
}

fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|it| word.eq_ignore_ascii_case(it))
}
