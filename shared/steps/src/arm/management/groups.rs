//! Management groups: the tree that subscriptions hang on.

use graph::{End, Entity, Key, Name, RelationshipClass, Unresolved};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::convert::{Item, Output, Scope};
use crate::entity::{COMPUTED, EntityType, SUBRESOURCE, text};
use crate::entra::account::{ACCOUNT, account_name};
use crate::list::List;
use crate::path;
use crate::step::{Link, Permission, Step};

pub(crate) static MANAGEMENT_GROUP: EntityType = EntityType {
    kind: "azure_management_group",
    class: &["Group"],
    doc: "A group of subscriptions and of such groups, which hands roles and policies down.",
    shared: SUBRESOURCE,
    properties: &[
        text("displayName", "/properties/displayName", "The name that people see.")
            .or("/displayName"),
        text("tenantId", COMPUTED, "The directory that it belongs to."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-management-groups",
    name: "Management Groups",
    ingestion_source: Some("management-groups"),
    // The root has the id of the directory, and shows all that is below it in one answer.
    list: List::resource_manager(
        "/providers/Microsoft.Management/managementGroups/{directory}",
        "2023-04-01",
    )
    .query("$expand=children&$recurse=true")
    .one()
    .or_else(&READABLE),
    permissions: &[Permission::Action("Microsoft.Management/managementGroups/read")],
    emits: Some(&MANAGEMENT_GROUP),
    links: &LINKS,
    refine: |root, entity| {
        tenant_of(root, entity);
        entity.raw = to_raw_value(&own(root.json)).ok();
    },
    relate: |root, out| {
        let Some(key) = root.key("/id") else { return };
        below(&key, root.values("/properties/children/*"), root, out);
    },
    ..Step::SUBSCRIPTIONS
};

/// Whoever may not read the root may still read some of the groups below it.
static READABLE: List =
    List::resource_manager("/providers/Microsoft.Management/managementGroups", "2023-04-01")
        .lacking(
            "the root management group cannot be read, and what may be read says not what is in it",
        );

/// The account, for the root, which has the id of the directory.
fn account_of_root(id: &str, scope: &Scope) -> Option<Name> {
    let name = id.rsplit('/').next().unwrap_or_default();
    account_name(id, scope).filter(|_| name.eq_ignore_ascii_case(&scope.directory_id))
}

/// From the account to the root, and from each group to the groups and subscriptions in it.
static LINKS: [Link; 3] = [
    Link::of(&[&ACCOUNT], "/id").by(account_of_root),
    Link::new(RelationshipClass::Contains, &[&MANAGEMENT_GROUP], ""),
    Link::new(RelationshipClass::Has, &[&SUBSCRIPTION], "")
        .or_map(&["azure_management_group_has_subscription"], elsewhere),
];

/// A subscription that another instance collects.
fn elsewhere(id: &str, _: &Item<'_>) -> Unresolved {
    let target = json!({ "_type": SUBSCRIPTION.kind, "_key": Key::new(id) });
    Unresolved::Map {
        kind: "azure_management_group_has_subscription".to_owned(),
        filters: vec![vec!["_type".to_owned(), "_key".to_owned()]],
        target: target.as_object().cloned().unwrap_or_default(),
        skip_creation: false,
    }
}

/// Adds what is in a group, and all that is below that.
fn below(key: &Key, children: Vec<&Value>, root: &Item<'_>, out: &mut Output) {
    let [_, contains, has] = &LINKS;
    let group = || End::known(key, MANAGEMENT_GROUP.kind);
    for child in children {
        let id = child.get("id").and_then(Value::as_str).unwrap_or_default();
        let child_key = Key::new(id);
        // What a child is, versions of the API spell in several ways; its id says it in one.
        if child_key.subscription().as_ref() == Some(&child_key) {
            let mut reference = has.reference(group(), End::named(Name::of_id(id)));
            reference.unresolved = (has.unresolved)(id, root);
            out.references.push(reference);
            continue;
        }
        let json = own(child);
        let raw = to_raw_value(&json).ok().filter(|_| child_key.as_str().contains(GROUPS));
        let Some(raw) = raw else {
            out.lose(format!("{}.children", MANAGEMENT_GROUP.kind));
            continue;
        };
        let item = Item { json: &json, raw: &raw, parent: None, scope: root.scope };
        let mut entity = MANAGEMENT_GROUP.entity(child_key.clone(), &item, &mut out.drift);
        tenant_of(root, &mut entity);
        out.entities.push(entity);
        let end = End::known(&child_key, MANAGEMENT_GROUP.kind);
        out.references.push(contains.reference(group(), end));
        let mut children = Vec::new();
        path::visit(child, "/children/*", &mut |it| children.push(it));
        below(&child_key, children, root, out);
    }
}

/// What the key of a management group contains.
const GROUPS: &str = "/managementgroups/";

/// Only the root says which directory it belongs to, and a tree is of one.
fn tenant_of(root: &Item<'_>, entity: &mut Entity) {
    let tenant = root.text("/properties/tenantId").unwrap_or(&root.scope.directory_id);
    entity.set("tenantId", Some(tenant));
}

/// A group without what is below it, which would otherwise be stored once for each level.
fn own(group: &Value) -> Value {
    let Value::Object(fields) = group else { return group.clone() };
    let fields = fields.iter().filter(|(name, _)| *name != "children");
    let keep =
        |value: &Value, name: &str| if name == "properties" { own(value) } else { value.clone() };
    fields.map(|(name, value)| (name.clone(), keep(value, name))).collect()
}
