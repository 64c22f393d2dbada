//! What is recorded about an entity: the name and type of a property, and how it is read.

use std::borrow::Cow;

use serde_json::{Number, Value};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use crate::path;

/// Something that is recorded about an entity.
#[derive(Debug)]
pub struct Property {
    /// Its name in the graph.
    pub name: &'static str,
    /// The type of its values.
    pub ty: Type,
    /// Where Microsoft holds it, [`COMPUTED`] if no single field does. The name follows a path that
    /// ends with a slash.
    path: &'static str,
    /// Where Microsoft holds it in answers that lack the path, in the order in which it is looked
    /// for.
    or: &'static [&'static str],
    /// What it means, in one sentence.
    pub doc: &'static str,
    /// Whether it is null, rather than absent, where nothing is known of it.
    pub or_null: bool,
    /// Whether it changes although nobody changed anything: that alone is no change worth telling.
    pub is_volatile: bool,
    read: Read,
}

/// The type of a property's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A string.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A list of strings.
    List,
    /// A moment, in milliseconds since 1970.
    Date,
    /// A string, a number, or true or false.
    Any,
}

impl Type {
    /// Whether a value is of the type.
    #[must_use]
    pub fn admits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::List => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Date => value.is_i64(),
            Self::Any => value.is_string() || value.is_number() || value.is_boolean(),
        }
    }
}

/// How a value becomes that of a property.
#[derive(Clone, Copy, Debug)]
enum Read {
    AsIs,
    Number,
    Flag,
    Each,
    Count,
    Split(&'static str),
    Is(&'static str),
    LowerCase,
    Always(&'static str),
    AlwaysListed(&'static [&'static str]),
    AlwaysFlag(bool),
    Moment,
    Seconds,
}

/// Declares a string.
#[must_use]
pub const fn text(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Text, path, doc, Read::AsIs)
}

/// Declares a number, which Microsoft may write as a string.
#[must_use]
pub const fn number(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Number, path, doc, Read::Number)
}

/// Declares something that is true or false, which Microsoft may write as a string, in any case.
#[must_use]
pub const fn flag(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Flag, path, doc, Read::Flag)
}

/// Declares a list of strings.
#[must_use]
pub const fn list(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::List, path, doc, Read::AsIs)
}

/// Declares a list of the different strings that are at a path with stars.
#[must_use]
pub const fn each(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::List, path, doc, Read::Each)
}

/// Declares a list of the strings that Microsoft writes as one, with something between them.
#[must_use]
pub const fn split(
    name: &'static str,
    path: &'static str,
    between: &'static str,
    doc: &'static str,
) -> Property {
    Property::new(name, Type::List, path, doc, Read::Split(between))
}

/// Declares how many values there are at a path with stars.
#[must_use]
pub const fn count(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Number, path, doc, Read::Count)
}

/// Declares whether a string is a word, in any case.
#[must_use]
pub const fn is(
    name: &'static str,
    path: &'static str,
    word: &'static str,
    doc: &'static str,
) -> Property {
    Property::new(name, Type::Flag, path, doc, Read::Is(word))
}

/// Declares a string, a number, or something that is true or false.
#[must_use]
pub const fn any(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Any, path, doc, Read::AsIs)
}

/// Declares a moment that Microsoft writes as ISO 8601.
#[must_use]
pub const fn date(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Date, path, doc, Read::Moment)
}

/// Declares a moment that Microsoft writes as seconds since 1970.
#[must_use]
pub const fn seconds(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Date, path, doc, Read::Seconds)
}

/// Declares a string that is always the same.
#[must_use]
pub const fn always(name: &'static str, value: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Text, COMPUTED, doc, Read::Always(value))
}

/// Declares a list of strings that is always the same.
#[must_use]
pub const fn always_list(
    name: &'static str,
    values: &'static [&'static str],
    doc: &'static str,
) -> Property {
    Property::new(name, Type::List, COMPUTED, doc, Read::AlwaysListed(values))
}

/// Declares what is always true, or always false.
#[must_use]
pub const fn always_flag(name: &'static str, value: bool, doc: &'static str) -> Property {
    Property::new(name, Type::Flag, COMPUTED, doc, Read::AlwaysFlag(value))
}

/// Stands for the path of a property that no single field holds.
pub const COMPUTED: &str = "";

/// How secret something is, by its tag. A store of data declares that it may be null: `JupiterOne`
/// wants to be told of each.
pub(crate) const CLASSIFICATION: Property =
    text("classification", COMPUTED, "The tag `classification`, in any case.");

impl Property {
    const fn new(
        name: &'static str,
        ty: Type,
        path: &'static str,
        doc: &'static str,
        read: Read,
    ) -> Self {
        assert!(matches!(path.as_bytes(), [] | [b'/', ..]), "a path starts with a slash");
        assert!(matches!(doc.as_bytes(), [b'A'..=b'Z' | b'`', .., b'.']), "a doc is a sentence");
        Self { name, ty, path, or: &[], doc, or_null: false, is_volatile: false, read }
    }

    /// Declares that the string is recorded in lower case.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a string.
    #[must_use]
    pub const fn lower_case(self) -> Self {
        assert!(matches!(self.ty, Type::Text), "only a string has a case");
        Self { read: Read::LowerCase, ..self }
    }

    /// Declares where the value is in answers that lack the path, as those of another API do: at
    /// the first of some other paths that leads to something.
    ///
    /// # Panics
    ///
    /// When compiled, if one is not a path, or the property has none to lack.
    #[must_use]
    pub const fn or(self, or: &'static [&'static str]) -> Self {
        let mut at = 0;
        while at < or.len() {
            assert!(matches!(or[at].as_bytes(), [b'/', ..]), "a path starts with a slash");
            at += 1;
        }
        assert!(!self.path.is_empty(), "only a property with a path can have another");
        Self { or, ..self }
    }

    /// Every path at which Microsoft may hold it.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'static, str>> {
        self.written_paths().map(|path| match path.strip_suffix('/') {
            Some(_) => format!("{path}{}", self.name).into(),
            None => path.into(),
        })
    }

    /// The fields of an item that its paths start with.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.written_paths().filter_map(path::field).map(|field| match field {
            "" => self.name,
            field => field,
        })
    }

    /// The field of an item that holds it, if one does so by itself.
    pub(crate) fn sole_field(&self) -> Option<&'static str> {
        match self.path.strip_prefix('/')? {
            "" => Some(self.name),
            field => Some(field).filter(|it| !it.contains('/')),
        }
    }

    /// Every path as it is declared.
    fn written_paths(&self) -> impl Iterator<Item = &'static str> {
        let own = Some(self.path).filter(|_| self.is_held());
        own.into_iter().chain(self.or.iter().copied())
    }

    /// Whether a field of an item holds it.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.path != COMPUTED
    }

    /// Declares that the property changes by itself, as the moment of the last evaluation does: it
    /// is recorded, but an entity of which nothing else differs is as it was.
    #[must_use]
    pub const fn volatile(self) -> Self {
        Self { is_volatile: true, ..self }
    }

    /// What the names begin with that the property stands for, if it stands for several.
    #[must_use]
    pub fn family(&self) -> Option<&'static str> {
        self.name.strip_suffix('*').filter(|it| it.ends_with('.'))
    }

    /// Declares that the property is null where nothing is known of it: `JupiterOne` wants it to be
    /// there.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { or_null: true, ..self }
    }

    /// Whether a value is one that the property can have.
    #[must_use]
    pub fn admits(&self, value: &Value) -> bool {
        self.ty.admits(value) || (self.or_null && value.is_null())
    }

    /// Reads the property of an item: nothing if it is not set, an error if it is not of the
    /// declared type.
    pub(crate) fn read(&self, json: &Value) -> Result<Option<Value>, Drift> {
        let value = match self.read {
            Read::Always(text) => return Ok(Some(text.into())),
            Read::AlwaysListed(values) => return Ok(Some(values.into())),
            Read::AlwaysFlag(flag) => return Ok(Some(flag.into())),
            _ if !self.is_held() => return Ok(None),
            Read::Each => return self.each(json),
            Read::Count => return Ok(Some(self.all(json).len().into())),
            _ => self.first(json),
        };
        let Some(value) = value else { return Ok(None) };
        let text = value.as_str();
        let value = match self.read {
            Read::LowerCase => text.map(|text| text.to_lowercase().into()),
            Read::Is(word) => text.map(|text| text.eq_ignore_ascii_case(word).into()),
            Read::Number => {
                let number = text.and_then(|it| it.parse::<Number>().ok());
                Some(number.map_or_else(|| value.clone(), Value::from))
            }
            Read::Flag => {
                let flag = text.and_then(|it| it.to_ascii_lowercase().parse::<bool>().ok());
                Some(flag.map_or_else(|| value.clone(), Value::from))
            }
            Read::Split(between) => text.map(|text| {
                let words = text.split(between).map(str::trim).filter(|it| !it.is_empty());
                words.map(Value::from).collect()
            }),
            Read::Moment => match text.and_then(moment) {
                Some(moment) if is_never(moment) => return Ok(None),
                moment => moment.and_then(unix_milliseconds).map(Value::from),
            },
            Read::Seconds => value.as_i64().and_then(|it| it.checked_mul(1000)).map(Value::from),
            _ => Some(value.clone()),
        };
        match value {
            Some(value) if self.ty.admits(&value) => Ok(Some(value)),
            _ => Err(Drift),
        }
    }

    /// The first value at the first of its paths that leads to anything.
    fn first<'v>(&self, json: &'v Value) -> Option<&'v Value> {
        self.written_paths().find_map(|path| {
            let mut first = None;
            path::visit_own(json, path, self.name, &mut |it| {
                first.get_or_insert(it);
            });
            first
        })
    }

    /// Everything at the first of its paths that leads to anything.
    fn all<'v>(&self, json: &'v Value) -> Vec<&'v Value> {
        let mut values = Vec::new();
        for path in self.written_paths() {
            if values.is_empty() {
                path::visit_own(json, path, self.name, &mut |it| values.push(it));
            }
        }
        values
    }

    fn each(&self, json: &Value) -> Result<Option<Value>, Drift> {
        let mut different: Vec<Value> = Vec::new();
        for value in self.all(json) {
            if !different.contains(value) {
                different.push(value.clone());
            }
        }
        match Value::Array(different) {
            Value::Array(values) if values.is_empty() => Ok(None),
            values if self.ty.admits(&values) => Ok(Some(values)),
            _ => Err(Drift),
        }
    }
}

/// A value that is not of the declared type.
#[derive(Debug)]
pub(crate) struct Drift;

/// The milliseconds since 1970 of a moment as services write it; none if it stands for "never".
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    moment(text).filter(|it| !is_never(*it)).and_then(unix_milliseconds)
}

fn unix_milliseconds(moment: OffsetDateTime) -> Option<i64> {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Whether a moment stands for "never": the first one that .NET or Windows can express, in any
/// zone.
fn is_never(moment: OffsetDateTime) -> bool {
    moment.year() <= 1601
}

/// A moment as services write it: ISO 8601, also with a blank for the `T`, without a zone (then it
/// is UTC) or with a zone like `+0000`; or the form of HTTP (RFC 1123).
fn moment(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
        .or_else(|_| OffsetDateTime::parse(&iso(text), &Rfc3339))
        .ok()
}

/// A moment that is nearly ISO 8601, in ISO 8601.
fn iso(text: &str) -> String {
    let (date, time) = text.split_once([' ', 'T', 't']).unwrap_or((text, "00:00:00"));
    let time = time.replace(' ', "");
    let (time, zone) = match time.find(['+', '-', 'Z', 'z']) {
        Some(at) => time.split_at(at),
        None => (time.as_str(), "Z"),
    };
    match zone.as_bytes() {
        [_, _, _, _, _] if !zone.contains(':') && zone.is_ascii() => {
            format!("{date}T{time}{}:{}", &zone[..3], &zone[3..])
        }
        _ => format!("{date}T{time}{zone}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_come_in_several_forms() {
        let expected = Some(1_583_878_906_000);
        for text in [
            "2020-03-10T22:21:46Z",
            "2020-03-10t23:21:46+01:00",
            "Tue, 10 Mar 2020 22:21:46 GMT",
            "2020-03-10 22:21:46Z",
            "2020-03-10 22:21:46 +0000",
            "2020-03-10T22:21:46+0000",
            "2020-03-10T23:21:46 +01:00",
            "2020-03-10T22:21:46",
            " 2020-03-10 22:21:46.0000000 ",
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
        assert_eq!(milliseconds("2020-03-10"), Some(1_583_798_400_000));
        for text in ["", "soon", "2020", "2020-13-01T00:00:00Z", "10/03/2020", "2020-03-10 x+é000"]
        {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_value_may_be_written_in_several_ways() {
        #[track_caller]
        fn check(property: &Property, item: &Value, expected: &Value) {
            let read = property.read(item).unwrap();
            assert_eq!(read.unwrap_or_default(), *expected);
        }
        let open = flag("open", "/open", "Whether it is open.");
        for (written, expected) in [
            (json!("True"), json!(true)),
            (json!("false"), json!(false)),
            (json!(true), json!(true)),
        ] {
            check(&open, &json!({ "open": written }), &expected);
        }
        assert!(open.read(&json!({ "open": "perhaps" })).is_err());
        let size = number("size", "/size", "How large it is.");
        for (written, expected) in [
            (json!("268435456000"), json!(268_435_456_000_u64)),
            (json!("-1.5"), json!(-1.5)),
            (json!(0), json!(0)),
        ] {
            check(&size, &json!({ "size": written }), &expected);
        }
        for written in ["", "large", "0x10", "NaN", " 1"] {
            assert!(size.read(&json!({ "size": written })).is_err(), "{written}");
        }
        let groups = split("groups", "/groups", ",", "The groups.");
        check(&groups, &json!({ "groups": "a, b,,c" }), &json!(["a", "b", "c"]));
        check(&groups, &json!({ "groups": "" }), &json!([]));
        let attached = is("attached", "/state", "Attached", "Whether it is attached.");
        check(&attached, &json!({ "state": "attached" }), &json!(true));
        check(&attached, &json!({ "state": "Reserved" }), &json!(false));
        check(&attached, &json!({}), &json!(null));
        let rules = count("rules", "/rules/*", "How many rules there are.");
        check(&rules, &json!({ "rules": [1, 2] }), &json!(2));
        check(&rules, &json!({}), &json!(0));
        let name = text("name", "/a", "The name.").or(&["/b", "/c"]);
        check(&name, &json!({ "c": "third", "b": "second" }), &json!("second"));
        check(&name, &json!({ "c": "third" }), &json!("third"));
        let own = text("name", "/properties/", "The name.").or(&["/"]);
        check(&own, &json!({ "properties": { "name": "in it" } }), &json!("in it"));
        check(&own, &json!({ "name": "beside it" }), &json!("beside it"));
        assert_eq!(own.paths().collect::<Vec<_>>(), ["/properties/name", "/name"]);
    }

    #[test]
    fn what_stands_for_never_is_absent() {
        const SINCE: Property = date("since", "/since", "Since when.");
        for text in [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00+08:00",
            "0001-01-01T08:00:00-08:00",
            "1601-01-01T00:00:00Z",
        ] {
            let item = serde_json::json!({ "since": text });
            assert!(matches!(SINCE.read(&item), Ok(None)), "{text}");
        }
        assert!(SINCE.read(&serde_json::json!({ "since": "soon" })).is_err());
    }
}
