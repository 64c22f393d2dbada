//! How to learn what has changed of a list since it was read: the delta queries of Microsoft Graph.
//!
//! Source: Microsoft Graph, "Use delta query to track changes in Microsoft Graph data".

use serde_json::Value;

use crate::conceal::CREDENTIALS;
use crate::list::List;
use crate::path;
use crate::property::{Property, Type};
use crate::step::Step;
use crate::watch::{Affects, Watch};

impl Watch {
    /// The path and query that begins a delta query: of everything, or of what changes from now on.
    #[must_use]
    pub fn address(&self, step: &Step, from_now_on: bool) -> String {
        let mut query = Vec::new();
        match self.affects {
            Affects::Items if !step.list.ask.select => (),
            Affects::Items => query.push(format!("$select={}", step.select().join(","))),
            Affects::Parents | Affects::Members | Affects::Containers => {
                query.push(format!("$select={}", self.select));
            }
        }
        query.extend(from_now_on.then(|| "$deltatoken=latest".to_owned()));
        if query.is_empty() {
            return self.path.to_owned();
        }
        format!("{}?{}", self.path, query.join("&"))
    }
}

impl List {
    /// With delta queries that tell what has changed of it.
    #[must_use]
    pub const fn delta(self, delta: &'static [Watch]) -> Self {
        Self { delta, ..self }
    }
}

impl Step {
    /// Leaves out of an item what must not be kept anywhere.
    pub fn conceal(&self, item: &mut Value) {
        for path in self.becomes.conceals.iter().chain(CREDENTIALS) {
            path::remove(item, path);
        }
    }

    /// An item of a list whose items are watched, in the one form that reading the list and
    /// following its changes both come to.
    ///
    /// A list and a delta query write nothing in different ways: as null, as an empty list, or not
    /// at all. Here a declared list is always there, and nothing else that is empty is. A delta
    /// query may add properties that were not asked for, and annotations: these are left out.
    #[must_use]
    pub fn canonical(&self, item: Value) -> Value {
        let mut item = item;
        self.conceal(&mut item);
        let Value::Object(mut fields) = item else { return item };
        let is_empty = |value: &Value| value.is_null() || value == &Value::Array(Vec::new());
        fields.retain(|name, value| !name.contains('@') && !is_empty(value));
        let selected = self.select();
        if self.list.ask.select {
            fields.retain(|name, _| selected.contains(&name.as_str()));
        }
        let types = self.becomes.kinds(self.list.parents).iter();
        let declared = types.flat_map(|of| of.declared());
        let lists = declared.filter(|it| it.ty == Type::List).filter_map(Property::sole_field);
        let lists = lists.filter(|name| !self.list.ask.select || selected.contains(name));
        for name in lists {
            fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        }
        Value::Object(fields)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entra::{groups, service_principals, users};

    #[test]
    fn both_ways_come_to_the_same_item() {
        let listed = json!({
            "id": "a", "displayName": "A", "description": null, "groupTypes": [], "mailEnabled": false,
        });
        let changed = json!({
            "@odata.type": "#microsoft.graph.group", "displayName": "A", "id": "a", "mailEnabled": false,
            "members@delta": [{ "id": "b" }], "theme": "Teal",
        });
        let expected =
            json!({ "displayName": "A", "groupTypes": [], "id": "a", "mailEnabled": false });
        assert_eq!(groups::STEP.canonical(listed), expected);
        assert_eq!(groups::STEP.canonical(changed), expected);
        assert_eq!(groups::STEP.canonical(json!("odd")), json!("odd"));
    }

    #[test]
    fn no_value_of_a_credential_is_kept() {
        let key = json!({ "keyId": "k", "key": "MIIC" });
        let item = json!({ "id": "a", "keyCredentials": [key], "tags": [] });
        let kept = service_principals::STEP.canonical(item).to_string();
        assert!(kept.contains("keyId") && !kept.contains("MIIC"), "{kept}");
    }

    #[test]
    fn a_delta_query_tracks_what_the_list_selects() {
        let watch = Watch::items("/users/delta");
        let select = format!("$select={}", users::STEP.select().join(","));
        assert_eq!(watch.address(&users::STEP, false), format!("/users/delta?{select}"));
        let latest = format!("/users/delta?{select}&$deltatoken=latest");
        assert_eq!(watch.address(&users::STEP, true), latest);
        let watch = Watch::parents("/groups/delta", "members");
        assert_eq!(
            watch.address(&groups::members::STEP, true),
            "/groups/delta?$select=members&$deltatoken=latest"
        );
    }
}
