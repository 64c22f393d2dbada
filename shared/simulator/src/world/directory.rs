//! The objects of the directory, and what governs them.

pub(crate) mod administrative_unit;
mod app_role;
pub(crate) mod application;
pub(crate) mod change;
pub(crate) mod conditional_access;
pub(crate) mod conditional_access_template;
mod credential;
pub(crate) mod cross_tenant;
pub(crate) mod device;
pub(crate) mod document;
pub(crate) mod domain;
pub(crate) mod entitlement;
pub(crate) mod federation;
pub(crate) mod first_party;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod history;
pub(crate) mod licence;
mod lookup;
pub(crate) mod members;
pub(crate) mod membership;
pub(crate) mod memberships;
pub(crate) mod object_kind;
pub(crate) mod organization;
pub(crate) mod owner;
mod permission;
pub(crate) mod reference;
pub(crate) mod registration;
pub(crate) mod role;
pub(crate) mod schedule;
pub(crate) mod service_principal;
pub(crate) mod user;

use serde_json::{Map, Value};

/// An object of the directory, whose properties are made one by one as they are asked for.
pub(crate) trait Object {
    /// The name of its type, such as `user` for `#microsoft.graph.user`.
    fn type_name(&self) -> &'static str;

    /// The properties that come without `$select`, where they are the same for all of its type.
    fn defaults(&self) -> &'static [&'static str];

    /// The names of the properties that come without `$select`.
    fn names(&self) -> Vec<&str> {
        self.defaults().to_vec()
    }

    /// The value of a property; nothing if the type has no such property.
    fn property(&self, name: &str) -> Option<Value>;
}

/// An object with its default properties, or with the selected ones that its type has. Its type is
/// told whatever is selected, where a list holds objects of several types: so demands the JSON
/// format of `OData` 4.01 (section 4.6.3).
pub(crate) fn json(object: &dyn Object, select: Option<&[String]>) -> Map<String, Value> {
    let pair = |name: &str| Some((name.to_owned(), object.property(name)?));
    match select {
        None => object.names().into_iter().filter_map(pair).collect(),
        Some(names) => {
            names.iter().map(String::as_str).chain(["@odata.type"]).filter_map(pair).collect()
        }
    }
}

/// The identifier that Windows derives from an object's id: the same 16 bytes as four numbers.
pub(crate) fn security_identifier(id: &str) -> String {
    let part = |range| u32::from_str_radix(id.get(range).unwrap_or_default(), 16).unwrap_or(0);
    let tail =
        format!("{}{}", id.get(19..23).unwrap_or_default(), id.get(24..).unwrap_or_default());
    let little = |at: usize| {
        let digits = tail.get(at..at + 8).unwrap_or_default();
        u32::from_str_radix(digits, 16).unwrap_or(0).swap_bytes()
    };
    format!(
        "S-1-12-1-{}-{}-{}-{}",
        part(0..8),
        part(14..18) << 16 | part(9..13),
        little(0),
        little(8)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_security_identifier_holds_the_bytes_of_the_id() {
        assert_eq!(
            security_identifier("01020304-0506-0708-090a-0b0c0d0e0f10"),
            format!("S-1-12-1-{}-{}-{}-{}", 0x0102_0304, 0x0708_0506, 0x0c0b_0a09, 0x100f_0e0d)
        );
    }
}
