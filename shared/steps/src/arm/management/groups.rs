//! Management groups: the tree that subscriptions hang on.

use graph::{Entity, Key};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::arm::resources::subscriptions::SUBSCRIPTION;
use crate::entra::account;
use crate::prelude::*;

pub(crate) static MANAGEMENT_GROUP: EntityType = EntityType {
    kind: "azure_management_group",
    class: &["Group"],
    doc: "A group of subscriptions and of such groups, which hands roles and policies down.",
    properties: &[
        text("displayName", "/properties/", "The name that people see.").or(&["/displayName"]),
        text("tenantId", COMPUTED, "The directory that it belongs to."),
    ],
    ..EntityType::extension("Microsoft.Management/managementGroups", "2023-04-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-management-groups",
    name: "Management Groups",
    // The root has the id of the directory, and shows all that is below it in one answer.
    list: List::of(&MANAGEMENT_GROUP)
        .at("/providers/Microsoft.Management/managementGroups/{directory}")
        .query("$expand=children&$recurse=true")
        .one()
        .or_else(&READABLE),
    becomes: Becomes::one(&MANAGEMENT_GROUP)
        .refine(describe)
        .links(&[account::HAS.when(is_root)])
        .nested(&BELOW_THE_ROOT),
    needs: Needs::SUBSCRIPTIONS.source("management-groups"),
    ..Step::AZURE
};

/// Whoever may not read the root may still read some of the groups below it.
static READABLE: List =
    List::of(&MANAGEMENT_GROUP).at("/providers/Microsoft.Management/managementGroups").lacking(
        "the root management group cannot be read, and what may be read says not what is in it",
    );

static BELOW_THE_ROOT: [Nested; 1] = [below("/properties/children/*")];
static BELOW: [Nested; 1] = [below("/children/*")];

static TYPES: [&EntityType; 1] = [&MANAGEMENT_GROUP];

/// What is in a group, and all that is below that.
const fn below(at: &'static str) -> Nested {
    let group =
        Becomes::choice(&TYPES, |child| (!is_subscription(child)).then_some(&MANAGEMENT_GROUP));
    Nested::at(at, group.key(key).refine(describe).links(&IN_A_GROUP).nested(&BELOW))
}

static IN_A_GROUP: [Link; 2] = [
    Link::of_parent(RelationshipClass::Contains),
    Link::from_parent(RelationshipClass::Has, &[&SUBSCRIPTION], "/id")
        .when(is_subscription)
        .or_map(&[HAS_SUBSCRIPTION], |id, _| {
            // A subscription that another instance collects.
            let target = json!({ "_type": SUBSCRIPTION.kind, "_key": Key::new(id) });
            map(HAS_SUBSCRIPTION, &[&["_type", "_key"]], target)
        }),
];

const HAS_SUBSCRIPTION: &str = "azure_management_group_has_subscription";

/// The root has the id of the directory.
fn is_root(group: &Item<'_>) -> bool {
    let name = group.id().and_then(|id| id.rsplit('/').next()).unwrap_or_default();
    name.eq_ignore_ascii_case(&group.instance.directory_id)
}

/// What a child is, versions of the API spell in several ways; its id says it in one.
fn is_subscription(child: &Item<'_>) -> bool {
    child.key("/id").is_some_and(|key| key.subscription().as_ref() == Some(&key))
}

fn key(child: &Item<'_>) -> Option<Key> {
    let of = MANAGEMENT_GROUP.resource?;
    child.key("/id").filter(|key| of.is_of(key))
}

fn describe(group: &Item<'_>, entity: &mut Entity) {
    let tenant = group.text("/properties/tenantId").unwrap_or(&group.instance.directory_id);
    entity.set("tenantId", Some(tenant));
    entity.raw = to_raw_value(&own(group.json)).ok();
}

/// A group without what is below it, which would otherwise be stored once for each level.
fn own(group: &Value) -> Value {
    let Value::Object(fields) = group else { return group.clone() };
    let fields = fields.iter().filter(|(name, _)| *name != "children");
    let keep =
        |value: &Value, name: &str| if name == "properties" { own(value) } else { value.clone() };
    fields.map(|(name, value)| (name.clone(), keep(value, name))).collect()
}
