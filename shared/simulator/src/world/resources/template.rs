//! Templates: JSON with holes such as `${guid}`, read once and filled for each item.
//!
//! `docs/simulator.md` lists the holes.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

/// JSON with holes.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(super) fields: Vec<Field>,
}

/// A property that an item has, in a share of all cases.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Text,
    pub(super) percent: u64,
    pub(super) node: Node,
    /// Tells this property from all others of the template.
    pub(super) place: String,
}

#[derive(Debug)]
pub(super) enum Node {
    /// What is the same in all items.
    Value(Value),
    Text(Text),
    Object(Vec<Field>),
    List(Vec<Node>),
    /// Some elements, again and again: from the first number of times to the second.
    Times {
        from: u64,
        to: u64,
        of: Vec<Node>,
        label: String,
    },
    /// One of several.
    Pick {
        of: Vec<Node>,
        label: String,
    },
}

/// A text with holes.
#[derive(Debug)]
pub(crate) struct Text(pub(super) Vec<Piece>);

#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    /// A hole, and what its numbers are drawn for: holes with one label agree.
    Hole(Hole, String),
}

/// What stands in a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// What the item is, or lies in.
    Fact(Fact),
    Guid,
    Hex(usize),
    Int(u64, u64),
    Bool(u64),
    Pick(Vec<String>),
    Date(Form),
    /// An address that is nobody's.
    Address,
    /// The number of a repetition, from 1.
    Turn,
    /// The id of an item of a type, which in a share of all cases exists.
    Reference {
        to: String,
        percent: u64,
    },
    /// The id of the item of a type that has the same number.
    Peer(String),
    Principal(Principal),
    Identity(Identity),
}

/// What the item is, or lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Id,
    Name,
    Parent,
    ParentName,
    /// Counted from 0.
    Index,
    /// Counted from 1, with two digits at least.
    Number,
    /// Seven digits that no other subscription's item has.
    Code,
    Workload,
    Environment,
    ResourceGroup,
    ResourceGroupId,
    Subscription,
    Tenant,
    Domain,
    Location,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Fraction,
    Utc,
    Offset,
    Day,
}

/// An object of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Principal {
    Any,
    User,
    Group,
    Application,
}

/// What is told of a managed identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    Principal,
    Client,
}

impl Template {
    pub(super) fn parse(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(object) => Ok(Self { fields: fields(object, "")? }),
            other => Err(format!("{other} is no object")),
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The types that it refers to.
    pub(super) fn references(&self) -> Vec<&str> {
        fn of_text<'a>(text: &'a Text, found: &mut Vec<&'a str>) {
            found.extend(text.0.iter().filter_map(|piece| match piece {
                Piece::Hole(Hole::Reference { to, .. } | Hole::Peer(to), _) => Some(to.as_str()),
                _ => None,
            }));
        }
        fn of_node<'a>(node: &'a Node, found: &mut Vec<&'a str>) {
            match node {
                Node::Value(_) => {}
                Node::Text(text) => of_text(text, found),
                Node::Object(fields) => of_fields(fields, found),
                Node::List(of) | Node::Times { of, .. } | Node::Pick { of, .. } => {
                    for node in of {
                        of_node(node, found);
                    }
                }
            }
        }
        fn of_fields<'a>(fields: &'a [Field], found: &mut Vec<&'a str>) {
            for field in fields {
                of_text(&field.name, found);
                of_node(&field.node, found);
            }
        }
        let mut found = Vec::new();
        of_fields(&self.fields, &mut found);
        found
    }
}

impl Text {
    /// Reads a text, whose place is the label of holes that have none.
    fn parse(text: &str, place: &str) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once("${") {
            let (hole, after) = after.split_once('}').ok_or_else(|| format!("{text} has no }}"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            let (verb, arguments) = hole.split_once(' ').unwrap_or((hole, ""));
            let (verb, label) = match verb.split_once('#') {
                Some((verb, label)) => (verb, format!("#{label}")),
                None => (verb, format!("{place}+{}", pieces.len())),
            };
            let known = Hole::parse(verb, arguments.trim());
            let known = known.ok_or_else(|| format!("${{{hole}}} is not known"))?;
            pieces.push(Piece::Hole(known, label));
            rest = after;
        }
        if !rest.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// Whether it holds what leads to the index of an item.
    pub(super) fn holds_index(&self) -> bool {
        self.0.iter().any(|piece| match piece {
            Piece::Hole(Hole::Fact(fact), _) => {
                matches!(fact, Fact::Index | Fact::Number | Fact::Code)
            }
            _ => false,
        })
    }

    /// Whether names that are made of it differ, and need no name to be made.
    #[cfg(test)]
    pub(super) fn is_name(&self) -> bool {
        let needs_name =
            |piece: &Piece| matches!(piece, Piece::Hole(Hole::Fact(Fact::Id | Fact::Name), _));
        let is_guid = |piece: &Piece| matches!(piece, Piece::Hole(Hole::Guid, _));
        (self.holds_index() || self.0.iter().any(is_guid)) && !self.0.iter().any(needs_name)
    }
}

impl Hole {
    fn parse(verb: &str, arguments: &str) -> Option<Self> {
        let first = || arguments.split_whitespace().next();
        let range = || {
            let (from, to) = arguments.split_once("..")?;
            Some((from.trim().parse().ok()?, to.trim().parse().ok()?))
        };
        let fact = match verb {
            "self" => Some(Fact::Id),
            "name" => Some(Fact::Name),
            "parent" => Some(Fact::Parent),
            "parent.name" => Some(Fact::ParentName),
            "index" => Some(Fact::Index),
            "number" => Some(Fact::Number),
            "code" => Some(Fact::Code),
            "workload" => Some(Fact::Workload),
            "environment" => Some(Fact::Environment),
            "resourceGroup" => Some(Fact::ResourceGroup),
            "resourceGroup.id" => Some(Fact::ResourceGroupId),
            "subscription" => Some(Fact::Subscription),
            "tenant" => Some(Fact::Tenant),
            "domain" => Some(Fact::Domain),
            "location" => Some(Fact::Location),
            _ => None,
        };
        if let Some(fact) = fact {
            return arguments.is_empty().then_some(Self::Fact(fact));
        }
        Some(match (verb, arguments) {
            ("guid", "") => Self::Guid,
            ("hex", digits) => Self::Hex(digits.parse().ok().filter(|it| *it <= 64)?),
            ("int", _) => range().map(|(from, to)| Self::Int(from, to))?,
            ("bool", percent) => Self::Bool(percent.parse().ok()?),
            ("pick", _) => {
                let values = arguments.split('|').map(|it| it.trim().to_owned());
                Self::Pick(values.collect())
            }
            ("date", "") => Self::Date(Form::Fraction),
            ("date", "utc") => Self::Date(Form::Utc),
            ("date", "offset") => Self::Date(Form::Offset),
            ("date", "day") => Self::Date(Form::Day),
            ("address", "") => Self::Address,
            ("turn", "") => Self::Turn,
            ("ref", _) => {
                let percent =
                    arguments.split_whitespace().nth(1).map_or(Some(100), |it| it.parse().ok());
                Self::Reference { to: first()?.to_owned(), percent: percent? }
            }
            ("peer", _) => Self::Peer(first()?.to_owned()),
            ("principal", "") => Self::Principal(Principal::Any),
            ("principal", "user") => Self::Principal(Principal::User),
            ("principal", "group") => Self::Principal(Principal::Group),
            ("principal", "application") => Self::Principal(Principal::Application),
            ("identity", "") => Self::Identity(Identity::Principal),
            ("identity", "client") => Self::Identity(Identity::Client),
            _ => return None,
        })
    }
}

fn fields(object: Map<String, Value>, place: &str) -> Result<Vec<Field>, String> {
    object
        .into_iter()
        .map(|(name, value)| {
            let (name, percent) = match name.rsplit_once('?') {
                Some((name, share)) => {
                    (name, share.parse().map_err(|_| format!("{share} is no share"))?)
                }
                None => (name.as_str(), 100),
            };
            let place = format!("{place}/{name}");
            let node = node(value, &place)?;
            Ok(Field { name: Text::parse(name, &place)?, percent, node, place })
        })
        .collect()
}

fn node(value: Value, place: &str) -> Result<Node, String> {
    Ok(match value {
        Value::String(text) if text.contains("${") => Node::Text(Text::parse(&text, place)?),
        Value::Array(values) => list(values, place)?,
        Value::Object(mut object) => {
            let pick = object.keys().find(|it| it.starts_with("$pick")).cloned();
            match pick.and_then(|name| Some((name.clone(), object.remove(&name)?))) {
                Some((name, Value::Array(of))) if object.is_empty() && !of.is_empty() => {
                    let label = name.strip_prefix("$pick#").map(|it| format!("#{it}"));
                    let label = label.unwrap_or_else(|| place.to_owned());
                    Node::Pick { of: nodes(of, place)?, label }
                }
                Some((name, _)) => return Err(format!("{name} takes a list, and stands alone")),
                None => Node::Object(fields(object, place)?),
            }
        }
        value => Node::Value(value),
    })
}

/// A list, whose first element may say how often the others come.
fn list(mut values: Vec<Value>, place: &str) -> Result<Node, String> {
    let times = values.first().and_then(Value::as_str);
    let times = times.and_then(|it| it.strip_prefix("${times ")?.strip_suffix('}'));
    let Some(times) = times.map(str::to_owned) else {
        return Ok(Node::List(nodes(values, place)?));
    };
    values.remove(0);
    let number = |text: &str| text.trim().parse().map_err(|_| format!("{text} is no number"));
    let (from, to) = times.split_once("..").unwrap_or((&times, &times));
    let of = nodes(values, place)?;
    Ok(Node::Times { from: number(from)?, to: number(to)?, of, label: place.to_owned() })
}

fn nodes(values: Vec<Value>, place: &str) -> Result<Vec<Node>, String> {
    let places = values.into_iter().enumerate();
    places.map(|(at, value)| node(value, &format!("{place}/{at}"))).collect()
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?, "name").map_err(de::Error::custom)
    }
}
