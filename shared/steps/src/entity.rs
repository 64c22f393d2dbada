//! What an item becomes: the type of entity, and what is recorded about it.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::path;

/// A type of thing that exists in a tenant.
#[derive(Debug)]
pub struct EntityType {
    /// The `_type`, such as `azure_vm`.
    pub kind: &'static str,
    /// The `_class`, such as `Host`.
    pub class: &'static [&'static str],
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// What is recorded about every thing of its sort: [`RESOURCE`] or [`OBJECT`].
    pub shared: &'static [Property],
    /// What is recorded about it.
    pub properties: &'static [Property],
}

impl EntityType {
    /// Everything that is recorded about it. A property of its own takes the place of a shared one.
    pub fn declared(&self) -> impl Iterator<Item = &'static Property> {
        let is_own = |shared: &Property| self.properties.iter().any(|own| own.name == shared.name);
        self.shared.iter().filter(move |it| !is_own(it)).chain(self.properties)
    }

    /// The declaration of a property, unless there is none. Tags become properties of their own and
    /// are declared as one, `tag.*`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        let name = if name.starts_with("tag.") { "tag.*" } else { name };
        self.declared().find(|it| it.name == name)
    }
}

/// What is recorded about every resource of Azure Resource Manager.
pub const RESOURCE: &[Property] = &[
    text("id", "/id", "The id as Azure spells it."),
    text("name", "/name", "The name within its resource group or parent."),
    text("displayName", "/name", "The name that people see."),
    text("type", "/type", "The type of resource, such as `Microsoft.Compute/disks`."),
    text("region", "/location", "Where it lies."),
    text("location", "/location", "Where it lies."),
    text("resourceGroup", COMPUTED, "The resource group, in lower case."),
    text("provisioningState", "/properties/provisioningState", "How its last change ended."),
    text("environment", "/tags/environment", "The tag `environment`."),
    text("classification", COMPUTED, "The tag `classification`, in any case."),
    text("owner", COMPUTED, "The tag `owner`, in any case."),
    text("email", COMPUTED, "The tag `email`, in any case."),
    list("tags", COMPUTED, "The names of the tags without a value, or with the value `true`."),
    any("tag.*", COMPUTED, "Each tag, with numbers and booleans as such."),
    text("webLink", COMPUTED, "Its page in the portal."),
];

/// What is recorded about every object of Microsoft Entra ID.
pub const OBJECT: &[Property] = &[
    text("id", "/id", "The object id."),
    text("name", "/displayName", "The name that people see."),
    text("displayName", "/displayName", "The name that people see."),
    any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it."),
];

/// Something that is recorded about an entity.
#[derive(Debug)]
pub struct Property {
    /// Its name in the graph.
    pub name: &'static str,
    /// The type of its values.
    pub ty: Type,
    /// Where Microsoft holds it; empty if no single field does.
    pub path: &'static str,
    /// What it means, in one sentence.
    pub doc: &'static str,
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

/// Declares a number.
#[must_use]
pub const fn number(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Number, path, doc, Read::AsIs)
}

/// Declares something that is true or false.
#[must_use]
pub const fn flag(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::Flag, path, doc, Read::AsIs)
}

/// Declares a list of strings.
#[must_use]
pub const fn list(name: &'static str, path: &'static str, doc: &'static str) -> Property {
    Property::new(name, Type::List, path, doc, Read::AsIs)
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

impl Property {
    const fn new(
        name: &'static str,
        ty: Type,
        path: &'static str,
        doc: &'static str,
        read: Read,
    ) -> Self {
        assert!(matches!(path.as_bytes(), [] | [b'/', _, ..]), "a path starts with a slash");
        assert!(matches!(doc.as_bytes(), [b'A'..=b'Z' | b'`', .., b'.']), "a doc is a sentence");
        Self { name, ty, path, doc, read }
    }

    /// Declares that the string is recorded in lower case.
    #[must_use]
    pub const fn lower_case(self) -> Self {
        assert!(matches!(self.ty, Type::Text), "only a string has a case");
        Self { read: Read::LowerCase, ..self }
    }

    /// Reads the property of an item: nothing if it is not set, an error if it is not of the
    /// declared type.
    pub(crate) fn read(&self, json: &Value) -> Result<Option<Value>, Drift> {
        let value = match self.read {
            Read::Always(text) => return Ok(Some(text.into())),
            Read::AlwaysListed(values) => return Ok(Some(values.into())),
            Read::AlwaysFlag(flag) => return Ok(Some(flag.into())),
            _ if self.path == COMPUTED => return Ok(None),
            _ => path::first(json, self.path),
        };
        let Some(value) = value else { return Ok(None) };
        let value = match self.read {
            Read::LowerCase => value.as_str().map(|text| text.to_lowercase().into()),
            Read::Moment => value.as_str().and_then(milliseconds).map(Value::from),
            Read::Seconds => value.as_i64().and_then(|it| it.checked_mul(1000)).map(Value::from),
            _ => Some(value.clone()),
        };
        match value {
            Some(value) if self.ty.admits(&value) => Ok(Some(value)),
            _ => Err(Drift),
        }
    }
}

/// A value that is not of the declared type.
#[derive(Debug)]
pub(crate) struct Drift;

/// The milliseconds since 1970 of a moment in ISO 8601.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok()
}
