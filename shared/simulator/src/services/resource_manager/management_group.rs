//! Management groups, one by one and as a tree.

use serde_json::{Value, json};

use super::caller::Caller;
use super::error::Failure;
use super::items::Items;
use super::subscription::id_of;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::tenant::Tenant;

const READ: &str = "Microsoft.Management/managementGroups/read";
const TYPE: &str = "Microsoft.Management/managementGroups";

/// The management groups that the caller may read.
///
/// Who may read none is answered with an empty list. Azure may refuse instead; that is not
/// documented, and an empty list is harder to tell from a tenant without groups.
pub(super) fn list(cloud: &Cloud, request: &Request, caller: &Caller) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    let groups = tenant.management_groups.all();
    let item = |place: u64| {
        let group = groups.get(usize::try_from(place).ok()?)?;
        caller.authorize(READ, &group.id()).ok()?;
        Some(json!({
            "id": group.id(),
            "type": TYPE,
            "name": group.name,
            "properties": { "tenantId": tenant.id(), "displayName": group.display_name },
        }))
    };
    Items::new(groups.len() as u64, item).page(cloud, request, 100)
}

/// A management group by its name. With `$expand=children` it shows what is in it, and with
/// `$recurse=true` all that is below it, on one page however much that is.
pub(super) fn one(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
    name: &str,
) -> Result<Answer, Failure> {
    let groups = &cloud.tenant.management_groups;
    let place = groups.find(name);
    let Some((place, group)) = place.and_then(|place| Some((place, groups.get(place)?))) else {
        // Azure says the same of a group that is not there as of one that may not be read, even to
        // who may read all of them.
        let scope = format!("/providers/{TYPE}/{name}");
        return Err(Failure::authorization_failed(&caller.claims.oid, READ, &scope));
    };
    caller.authorize(READ, &group.id())?;
    let is = |name, value: &str| {
        request.parameter(name).is_some_and(|it| it.eq_ignore_ascii_case(value))
    };
    let (is_expanded, is_recursive) = (is("$expand", "children"), is("$recurse", "true"));
    if is_recursive && !is_expanded {
        return Err(Failure::recursion_without_children());
    }
    let mut draw = cloud.tenant.draw("management group", place as u64);
    let days = i64::try_from(draw.below(900)).unwrap_or_default();
    let parent = group
        .parent
        .and_then(|parent| groups.get(parent))
        .map(|it| json!({ "id": it.id(), "name": it.name, "displayName": it.display_name }));
    let mut body = json!({
        "id": group.id(),
        "type": TYPE,
        "name": group.name,
        "properties": {
            "tenantId": cloud.tenant.id(),
            "displayName": group.display_name,
            "details": {
                "version": 1 + draw.below(9),
                "updatedTime": fraction(TODAY - days * DAY, draw.number()),
                "updatedBy": cloud.tenant.user_id(0),
                "parent": parent,
            },
        },
    });
    if is_expanded {
        body["properties"]["children"] = children(cloud, place, is_recursive);
    }
    Ok(Answer::new(200, &body))
}

/// What is in a group: groups, then subscriptions. Null where there is nothing.
fn children(cloud: &Cloud, place: usize, is_recursive: bool) -> Value {
    let tenant = &cloud.tenant;
    let groups = tenant.management_groups.children(place).filter_map(|child| {
        let group = tenant.management_groups.get(child)?;
        let mut json = json!({
            "id": group.id(),
            "type": TYPE,
            "name": group.name,
            "displayName": group.display_name,
        });
        if is_recursive {
            json["children"] = children(cloud, child, true);
        }
        Some(json)
    });
    let inventories =
        tenant.all_inventories().filter(|inventory| tenant.management_group_of(inventory) == place);
    let subscriptions = inventories.map(|inventory| (inventory, tenant.life(inventory)));
    // Whether a deleted subscription still hangs on its group is not documented. Here it does.
    let subscriptions =
        subscriptions.filter(|(_, life)| !life.has_vanished).map(|(inventory, life)| {
            json!({
                "id": id_of(tenant, inventory),
                "type": "/subscriptions",
                "name": tenant.subscription_id(inventory.subscription),
                "displayName": life.name,
            })
        });
    let children: Vec<Value> = groups.chain(subscriptions).collect();
    if children.is_empty() { Value::Null } else { children.into() }
}

/// The subscriptions that are in a group itself, not in groups below it. Their ids are below that
/// of the group.
pub(super) fn subscriptions<'a>(tenant: &'a Tenant, group: &'a str) -> Items<'a> {
    let place = tenant.management_groups.find_by_id(group);
    // As in the list of all subscriptions, a place belongs to one of them for good.
    let item = move |index| {
        let inventory = tenant.inventory_at(index)?;
        let life = tenant.life(inventory);
        let is_in_it = !life.has_vanished && Some(tenant.management_group_of(inventory)) == place;
        is_in_it.then(|| {
            let name = tenant.subscription_id(inventory.subscription);
            // The specification has this word where subscriptions themselves are `Enabled`.
            let state = match life.state.as_str() {
                "Enabled" => "Active",
                other => other,
            };
            json!({
                "id": format!("{group}/subscriptions/{name}"),
                "type": format!("{TYPE}/subscriptions"),
                "name": name,
                "properties": {
                    "tenant": tenant.id(),
                    "displayName": life.name,
                    "parent": { "id": group },
                    "state": state,
                },
            })
        })
    };
    Items::new(tenant.subscriptions_ever(), item)
}

/// All management groups and subscriptions that the caller may read, each with all that it lies in
/// from the root on.
pub(super) fn entities(
    cloud: &Cloud,
    request: &Request,
    caller: &Caller,
) -> Result<Answer, Failure> {
    let tenant = &cloud.tenant;
    let groups = &tenant.management_groups;
    let inventories: Vec<_> = tenant
        .all_inventories()
        .map(|inventory| (inventory, tenant.life(inventory)))
        .filter(|(inventory, life)| !life.has_vanished && caller.sees(&id_of(tenant, inventory)))
        .collect();
    let of_group = |place: usize| {
        let group = groups.get(place)?;
        caller.authorize(READ, &group.id()).ok()?;
        let groups_in = groups.children(place).count();
        let subscriptions = inventories
            .iter()
            .filter(|(inventory, _)| tenant.management_group_of(inventory) == place)
            .count();
        let mut properties = place_of(cloud, group.parent);
        properties["displayName"] = json!(group.display_name);
        properties["numberOfChildGroups"] = json!(groups_in);
        properties["numberOfChildren"] = json!(groups_in + subscriptions);
        Some(json!({
            "id": group.id(), "type": TYPE, "name": group.name, "properties": properties,
        }))
    };
    let of_subscription = |place: usize| {
        let (inventory, life) = inventories.get(place)?;
        let mut properties = place_of(cloud, Some(tenant.management_group_of(inventory)));
        properties["displayName"] = json!(life.name);
        Some(json!({
            "id": id_of(tenant, inventory),
            "type": "/subscriptions",
            "name": tenant.subscription_id(inventory.subscription),
            "properties": properties,
        }))
    };
    let before = groups.all().len();
    let item = |place: u64| {
        let place = usize::try_from(place).ok()?;
        place.checked_sub(before).map_or_else(|| of_group(place), of_subscription)
    };
    Items::new((before + inventories.len()) as u64, item).page(cloud, request, 1000)
}

/// Where something lies: in the group at a place, or in none.
fn place_of(cloud: &Cloud, parent: Option<usize>) -> Value {
    let groups = &cloud.tenant.management_groups;
    let mut above: Vec<_> = std::iter::successors(parent.and_then(|it| groups.get(it)), |group| {
        groups.get(group.parent?)
    })
    .collect();
    let id = above.first().map(|group| group.id());
    above.reverse();
    json!({
        "tenantId": cloud.tenant.id(),
        "parent": { "id": id },
        "parentNameChain": above.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        "parentDisplayNameChain":
            above.iter().map(|it| it.display_name.as_str()).collect::<Vec<_>>(),
        "permissions": "view",
        "inheritedPermissions": "view",
        "numberOfChildren": 0,
        "numberOfChildGroups": 0,
        "numberOfDescendants": 0,
    })
}
