//! Reading values out of JSON by path.

use serde_json::Value;

/// Calls `found` with each value at `path`.
///
/// A path is a JSON pointer in which `*` stands for every element of an array or value of an
/// object. A path that leads nowhere, or to null, finds nothing: Azure omits what is not set.
pub(crate) fn visit<'v>(value: &'v Value, path: &str, found: &mut dyn FnMut(&'v Value)) {
    let Some(path) = path.strip_prefix('/') else {
        if !value.is_null() {
            found(value);
        }
        return;
    };
    let (segment, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    step(value, segment, rest, found);
}

/// Calls `found` with each value that is at `rest` of what one segment of a path leads to.
fn step<'v>(value: &'v Value, segment: &str, rest: &str, found: &mut dyn FnMut(&'v Value)) {
    match (segment, value) {
        ("*", Value::Array(items)) => items.iter().for_each(|it| visit(it, rest, found)),
        ("*", Value::Object(fields)) => fields.values().for_each(|it| visit(it, rest, found)),
        (index, Value::Array(items)) => {
            if let Some(item) = index.parse().ok().and_then(|at: usize| items.get(at)) {
                visit(item, rest, found);
            }
        }
        (name, Value::Object(fields)) => {
            // Some providers answer in other cases than they document: `keyvaultproperties`.
            let field = fields.get(name).or_else(|| {
                fields
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, field)| field)
            });
            if let Some(field) = field {
                visit(field, rest, found);
            }
        }
        _ => (),
    }
}

/// The field of an item that a path starts with.
pub(crate) fn field(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.split('/').next()
}

/// Calls `found` with each value at the path of a property. One that ends with a slash leads to
/// what Microsoft holds by the property's own name.
pub(crate) fn visit_own<'v>(
    value: &'v Value,
    path: &str,
    name: &str,
    found: &mut dyn FnMut(&'v Value),
) {
    match path.strip_suffix('/') {
        Some(holder) => visit(value, holder, &mut |it| step(it, name, "", found)),
        None => visit(value, path, found),
    }
}

/// The first value at `path`.
pub(crate) fn first<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut first = None;
    visit(value, path, &mut |it| {
        first.get_or_insert(it);
    });
    first
}

/// Removes what is at `path`, and says whether anything was. Names are found in any case.
pub(crate) fn remove(value: &mut Value, path: &str) -> bool {
    let Some((segment, rest)) =
        path.strip_prefix('/').map(|path| path.split_at(path.find('/').unwrap_or(path.len())))
    else {
        return false;
    };
    match (segment, value) {
        ("*", Value::Array(items)) => {
            items.iter_mut().fold(false, |is_there, it| is_there | remove(it, rest))
        }
        ("*", Value::Object(fields)) if !rest.is_empty() => {
            fields.values_mut().fold(false, |is_there, it| is_there | remove(it, rest))
        }
        ("*", Value::Object(fields)) => !std::mem::take(fields).is_empty(),
        (name, Value::Object(fields)) if rest.is_empty() => {
            let before = fields.len();
            fields.retain(|field, _| !field.eq_ignore_ascii_case(name));
            fields.len() < before
        }
        (name, Value::Object(fields)) => {
            let named = fields.iter_mut().filter(|(field, _)| field.eq_ignore_ascii_case(name));
            named.fold(false, |is_there, (_, field)| is_there | remove(field, rest))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: &Value, path: &str, expected: &[&str]) {
        let mut found = Vec::new();
        visit(value, path, &mut |it| found.extend(it.as_str()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_star_stands_for_every_element() {
        let vm = json!({ "disks": [{ "id": "a" }, { "id": null }, {}, { "id": "b" }] });
        check(&vm, "/disks/*/id", &["a", "b"]);
        check(&vm, "/disks/0/id", &["a"]);
    }

    #[test]
    fn a_path_that_leads_nowhere_finds_nothing() {
        check(&json!({ "a": "b" }), "/a/b/c", &[]);
    }

    #[test]
    fn what_is_removed_is_gone_wherever_it_stands() {
        let mut owner = json!({ "KeyCredentials": [{ "Key": "c2VjcmV0", "usage": "Sign" }, 7] });
        assert!(remove(&mut owner, "/keyCredentials/*/key"));
        assert_eq!(owner, json!({ "KeyCredentials": [{ "usage": "Sign" }, 7] }));
        assert!(!remove(&mut owner, "/keyCredentials/*/key"));
        let mut account = json!({ "keys": { "primary": "c2VjcmV0" } });
        assert!(remove(&mut account, "/keys/*"));
        assert_eq!(account, json!({ "keys": {} }));
    }

    #[test]
    fn names_are_found_in_any_case() {
        check(
            &json!({ "keyvaultproperties": { "KeyName": "k" } }),
            "/keyVaultProperties/keyName",
            &["k"],
        );
    }
}
