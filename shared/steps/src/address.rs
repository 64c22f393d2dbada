//! Where a list lies: the path and query of its first page.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

use crate::becomes::{Becomes, Emits};
use crate::domain::Service;
use crate::item::{InstanceView, Parent};
use crate::list::{List, Method, Shape};
use crate::path;
use crate::property::Property;
use crate::step::Step;
use crate::uri::{SEGMENT, escape};

impl Step {
    /// The fields of an item that the step reads, in order: what to ask Microsoft Graph for.
    #[must_use]
    pub fn select(&self) -> Vec<&'static str> {
        let mut fields: BTreeSet<&str> = self.list.ask.also.iter().copied().chain(["id"]).collect();
        self.becomes.select(&mut fields);
        fields.into_iter().collect()
    }
}

impl Becomes {
    /// Adds the fields that are read of an item.
    fn select(&self, fields: &mut BTreeSet<&'static str>) {
        let hooked = self.hook.iter().flat_map(|it| it.adds);
        let own = self.finds().iter().chain(hooked).flat_map(|it| it.declared());
        let added: &[Property] = match self.emits {
            Emits::Patch(_, properties) | Emits::PatchOfParent(properties) => properties,
            _ => &[],
        };
        let properties = own.chain(added).flat_map(Property::fields);
        let links = self.links.iter().flat_map(|it| [it.at.path(), it.subject.path()]).flatten();
        let nested = self.nested.iter().map(|it| it.at);
        let read = properties.chain(links.chain(nested).filter_map(path::field));
        // Annotations such as `@odata.type` come unasked, and cannot be asked for.
        fields.extend(read.filter(|it| !it.starts_with('@')));
        for nested in self.nested.iter().filter(|it| it.at.is_empty()) {
            nested.becomes.select(fields);
        }
    }
}

impl List {
    /// Where the list lies: the base address of the host that holds it, where that differs from
    /// parent to parent, and the path with its query.
    ///
    /// Nothing if the subscription or the parent lacks what the path is made of.
    #[must_use]
    pub fn address(
        &self,
        step: &Step,
        instance: &InstanceView,
        parent: Option<Parent<'_>>,
    ) -> Option<(Option<String>, String)> {
        let version = self.version(parent.map(|it| it.kind));
        let parent = parent.map(|it| it.json);
        let base = match self.place.service {
            Service::KeyVault => Some(vault(parent?)?),
            Service::ResourceManager | Service::Graph => None,
        };
        let mut address = fill(&self.path(), instance, parent, push)?;
        let mut query = Vec::new();
        if !version.is_empty() {
            query.push(format!("api-version={version}"));
        }
        if !self.ask.query.is_empty() {
            query.push(fill(self.ask.query, instance, parent, push)?);
        }
        if self.ask.select {
            query.push(format!("$select={}", step.select().join(",")));
        }
        if !query.is_empty() {
            address.push('?');
            address.push_str(&query.join("&"));
        }
        Some((base, address))
    }

    /// Where the list of the parents lies that has the first items of each.
    ///
    /// Nothing if the list is not asked for like that.
    #[must_use]
    pub fn with_parents(&self, step: &Step) -> Option<WithParents> {
        let path = Some(self.place.path).filter(|_| self.expanded)?;
        let (parents, property) = path.split_once("/{id}/")?;
        let select = step.select().join(",");
        let address = format!("{parents}?$top=999&$select=id&$expand={property}($select={select})");
        Some(WithParents { address, property })
    }

    /// What each page is asked for with, where that is by POST and the list is no report.
    #[must_use]
    pub fn post_body(&self) -> Option<Value> {
        match self.ask.method {
            Method::Post(body) => serde_json::from_str(body).ok(),
            Method::Get | Method::Report(_) => None,
        }
    }

    /// What to ask for by POST, where the list is a report; of its names, the one with this number.
    ///
    /// Nothing if it is none, has no such name, or the parent lacks what the filter is made of.
    #[must_use]
    pub fn body(
        &self,
        instance: &InstanceView,
        parent: Option<Parent<'_>>,
        name: usize,
    ) -> Option<Value> {
        let report = self.report()?;
        let filter = fill(report.filter, instance, parent.map(|it| it.json), quote)?;
        let mut body = json!({ "select": report.columns, "filter": filter });
        if self.shape() == Shape::Export {
            body["reportName"] = (*report.names.get(name)?).into();
            body["format"] = "csv".into();
        }
        Some(body)
    }
}

/// A list of parents that has the first items of each.
#[derive(Debug, PartialEq, Eq)]
pub struct WithParents {
    /// The path of its first page, with its query.
    pub address: String,
    /// The property of a parent that holds the items.
    pub property: &'static str,
}

/// The base address of a vault's data plane.
fn vault(vault: &Value) -> Option<String> {
    let host = vault.get("vaultUrl")?.as_str()?.strip_prefix("https://")?.trim_end_matches('/');
    (!host.is_empty()).then(|| format!("https://{host}"))
}

/// The last day that is accounted for at a moment. Azure takes up to a day to account for what was
/// used, so of yesterday a part may still be missing.
/// Source: Microsoft Cost Management, "Understand Cost Management data".
fn accounted_for(moment: &str) -> Option<String> {
    let day = OffsetDateTime::parse(moment, &Rfc3339).ok()?.to_offset(UtcOffset::UTC).date();
    let day = day.checked_sub(Duration::days(2))?;
    Some(format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day()))
}

/// The path with values in place of the names in braces.
///
/// A name that the path begins with stands for a path, such as the id of a resource. Any other
/// stands for one segment.
fn fill(
    path: &str,
    instance: &InstanceView,
    parent: Option<&Value>,
    push: fn(&str, &mut String) -> Option<()>,
) -> Option<String> {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        let value = match name {
            "subscription" => instance.subscription_id.as_deref()?.into(),
            "directory" => instance.directory_id.as_str().into(),
            "day" => Cow::from(accounted_for(&instance.planned_at)?),
            name => parent?.get(name)?.as_str()?.into(),
        };
        filled.push_str(before);
        if filled.is_empty() {
            for segment in value.trim_matches('/').split('/') {
                filled.push('/');
                push(segment, &mut filled)?;
            }
        } else {
            push(&value, &mut filled)?;
        }
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// Adds a value to a filter, between single quotes: nothing may end it early.
#[expect(clippy::unnecessary_wraps, reason = "segments of paths may be refused")]
fn quote(value: &str, filter: &mut String) -> Option<()> {
    filter.push_str(&value.replace('\'', "''"));
    Some(())
}

/// Adds a segment to a path: nothing may end the path early, or lead out of it.
fn push(segment: &str, path: &mut String) -> Option<()> {
    if matches!(segment, "" | "." | "..") {
        return None;
    }
    escape(segment, SEGMENT, path);
    Some(())
}

#[cfg(test)]
mod tests {
    use graph::{Key, RelationshipClass};
    use serde_json::json;

    use super::*;
    use crate::entra::groups;
    use crate::link::Link;
    use crate::list::Report;
    use crate::resource_type::ResourceType;

    fn resource_manager(path: &'static str) -> List {
        List::of_type(ResourceType::new("Microsoft.Test/things", "2024-01-01")).at(path)
    }

    #[track_caller]
    fn check(list: &List, parent: &Value, expected: Option<(Option<&str>, &str)>) {
        let key = Key::new("parent");
        let parent = Parent { key: &key, kind: "parent", json: parent };
        let address = list.address(&Step::AZURE, &InstanceView::example(), Some(parent));
        let expected = expected.map(|(base, path)| (base.map(str::to_owned), path.to_owned()));
        assert_eq!(address, expected);
    }

    #[test]
    fn a_list_of_the_subscription_names_it_and_its_version() {
        let list = resource_manager("/subscriptions/{subscription}/things");
        let address = list.address(&Step::AZURE, &InstanceView::example(), None);
        let path = "/subscriptions/s-1/things?api-version=2024-01-01".to_owned();
        assert_eq!(address, Some((None, path)));
        let nowhere = InstanceView { subscription_id: None, ..InstanceView::example() };
        assert_eq!(list.address(&Step::AZURE, &nowhere, None), None);
    }

    #[test]
    fn a_list_of_the_tenant_names_the_directory() {
        let list = resource_manager("/groups/{directory}");
        let nowhere = InstanceView { subscription_id: None, ..InstanceView::example() };
        let address = list.address(&Step::AZURE, &nowhere, None);
        assert_eq!(address, Some((None, "/groups/directory?api-version=2024-01-01".to_owned())));
    }

    #[test]
    fn a_day_is_the_second_last_before_the_job() {
        let list = resource_manager("/usage").query("$filter=day%20eq%20'{day}'");
        let of = |moment: &str| {
            let instance = InstanceView { planned_at: moment.into(), ..InstanceView::example() };
            list.address(&Step::AZURE, &instance, None).map(|(_, path)| path)
        };
        let path = |day| Some(format!("/usage?api-version=2024-01-01&$filter=day%20eq%20'{day}'"));
        assert_eq!(of("2026-03-01T04:05:06Z"), path("2026-02-27"));
        assert_eq!(of("2026-03-02T00:30:00+02:00"), path("2026-02-27"));
        assert_eq!(of("yesterday"), None);
    }

    #[test]
    fn the_id_of_a_resource_is_a_path() {
        let list = resource_manager("{id}/parts").query("$expand=all");
        let path = "/subscriptions/S/a%20b%3F/parts?api-version=2024-01-01&$expand=all";
        // Azure answers ids with one leading slash, without, and rarely with two.
        for id in ["/subscriptions/S/a b?", "subscriptions/S/a b?", "//subscriptions/S/a b?/"] {
            check(&list, &json!({ "id": id }), Some((None, path)));
        }
        check(&list, &json!({ "id": "/subscriptions/../tenants" }), None);
        check(&list, &json!({ "id": 7 }), None);
        check(&list, &json!({}), None);
    }

    #[test]
    fn any_other_value_is_one_segment() {
        let list = List::graph("/groups/{id}/members").whole();
        check(&list, &json!({ "id": "a/b" }), Some((None, "/groups/a%2Fb/members")));
        check(&list, &json!({ "id": ".." }), None);
        check(&list, &json!({ "id": "" }), None);
    }

    #[test]
    fn a_vault_has_a_host_of_its_own() {
        let list = List::key_vault("/keys", "7.4");
        let vault = json!({ "vaultUrl": "https://safe.vault.azure.net/" });
        let base = Some("https://safe.vault.azure.net");
        check(&list, &vault, Some((base, "/keys?api-version=7.4")));
        check(&list, &json!({ "vaultUrl": "https://" }), None);
        check(&list, &json!({ "vaultUrl": "http://safe.vault.azure.net" }), None);
        check(&list, &json!({}), None);
    }

    #[test]
    fn a_report_is_asked_for_by_its_name() {
        static REPORT: Report = Report {
            names: &["New", "Old"],
            columns: &["DeviceId"],
            filter: "(ApplicationId eq '{id}')",
        };
        let key = Key::new("parent");
        let json = json!({ "id": "a/b'c" });
        let parent = Some(Parent { key: &key, kind: "parent", json: &json });
        let filter = "(ApplicationId eq 'a/b''c')";
        let export = List::export(&REPORT);
        let address = export.address(&Step::AZURE, &InstanceView::example(), parent);
        assert_eq!(address.unwrap().1, "/deviceManagement/reports/exportJobs");
        let body = |name| {
            json!({
                "reportName": name, "select": ["DeviceId"], "filter": filter, "format": "csv",
            })
        };
        assert_eq!(export.body(&InstanceView::example(), parent, 0), Some(body("New")));
        assert_eq!(export.body(&InstanceView::example(), parent, 1), Some(body("Old")));
        assert_eq!(export.body(&InstanceView::example(), parent, 2), None);
        assert_eq!(export.body(&InstanceView::example(), None, 0), None);
        let table = List::table("/beta/deviceManagement/reports/x", &REPORT);
        let body = json!({ "select": ["DeviceId"], "filter": filter });
        assert_eq!(table.body(&InstanceView::example(), parent, 0), Some(body));
        assert_eq!(List::graph("/users").body(&InstanceView::example(), parent, 0), None);
    }

    #[test]
    fn graph_is_asked_for_what_is_read() {
        static STEP: Step = Step {
            list: List::graph("/users").query("$top=999").also(&["also"]),
            becomes: Becomes::one(&groups::members::MEMBER)
                .links(&[Link::uses(&[], "/manager/id"), Link::of_parent(RelationshipClass::Has)]),
            ..Step::AZURE
        };
        assert_eq!(STEP.select(), ["also", "displayName", "id", "jobTitle", "mail", "manager"]);
        let address = STEP.list.address(&STEP, &InstanceView::example(), None).unwrap().1;
        assert_eq!(address, "/users?$top=999&$select=also,displayName,id,jobTitle,mail,manager");
    }

    #[test]
    fn parents_are_asked_for_with_what_they_have() {
        let address =
            |list: List| list.with_parents(&Step::AZURE).map(|it| (it.address, it.property));
        let owners = || List::graph("/groups/{id}/owners").query("$top=99");
        assert_eq!(address(owners()), None);
        let groups = "/groups?$top=999&$select=id&$expand=owners($select=id)".to_owned();
        assert_eq!(address(owners().expanded()), Some((groups, "owners")));
    }

    #[test]
    fn a_patch_asks_for_no_more_than_it_adds() {
        let step = crate::registry::find("ad-account-security-defaults").unwrap();
        assert_eq!(step.select(), ["id", "isEnabled"]);
    }
}
