//! Delta queries, and the changes that they tell of.

mod mirror;
mod query;

use std::collections::{BTreeSet, HashSet};
use std::slice::from_ref;

use mirror::Mirror;

use super::{Client, texts};
use crate::options::Change;
use crate::options::Options;
use crate::world::directory::change::{self, DirectoryChange};
use crate::world::directory::object_kind::ObjectKind;

const COLLECTIONS: [&str; 7] = [
    "users",
    "groups",
    "applications",
    "servicePrincipals",
    "devices",
    "directoryRoles",
    "directory/administrativeUnits",
];

fn client(users: u32) -> Client {
    Client::new(Options { users, ..Options::default() })
}

fn graph(path: &str) -> String {
    format!("graph.microsoft.com/v1.0/{path}")
}

fn change(client: &Client, change: &DirectoryChange) -> Vec<String> {
    change::apply(&client.cloud.tenant, change)
}

#[test]
fn the_first_round_tells_everything() {
    let client = client(900);
    for path in COLLECTIONS {
        let mirror = Mirror::begin(&client, &format!("{path}/delta"));
        mirror.compare(&client, path);
        if matches!(path, "groups" | "directoryRoles" | "directory/administrativeUnits") {
            mirror.compare_members(&client, path);
            assert!(mirror.members.values().any(|members| !members.is_empty()), "{path}");
        }
        // Nothing has changed since.
        let mut mirror = mirror;
        mirror.round(&client);
        assert!(mirror.items.is_empty() && mirror.pages == 1, "{path}: {:?}", mirror.items);
    }
}

#[test]
fn large_groups_come_again_on_several_pages() {
    let client = client(2300);
    let mirror = Mirror::begin(&client, "groups/delta?$select=displayName,members");
    let everyone = client.cloud.tenant.group_id(0);
    let times = mirror.items.iter().filter(|it| it["id"] == everyone).count();
    assert!(times >= 5, "{times}");
    assert_eq!(mirror.members[&everyone].len(), 2300);
    let most = mirror.items.iter().map(|it| it["members@delta"].as_array().map_or(0, Vec::len));
    assert!(most.max().unwrap() <= 500);
}

#[test]
fn a_share_of_the_tenant_changes_at_once_and_every_mirror_follows() {
    for seed in 0..6 {
        let client = Client::new(Options { seed, users: 700, ..Options::default() });
        let mut mirrors = COLLECTIONS.map(|path| Mirror::begin(&client, &format!("{path}/delta")));
        for (number, per_mille) in [10, 300, 1].into_iter().enumerate() {
            let touched = change(&client, &DirectoryChange::Churn { per_mille });
            assert!(!touched.is_empty());
            for (mirror, path) in mirrors.iter_mut().zip(COLLECTIONS) {
                mirror.round(&client);
                mirror.compare(&client, path);
                if path == "groups" {
                    mirror.compare_members(&client, path);
                }
                let told = mirror.items.len();
                assert!(number != 0 || told < mirror.objects.len() / 2 + 5, "{path}: {told}");
            }
        }
    }
}

#[test]
fn the_same_changes_follow_from_the_same_seed() {
    let tell = || {
        let client = client(500);
        let mut mirrors = COLLECTIONS.map(|path| Mirror::begin(&client, &format!("{path}/delta")));
        let touched: Vec<Vec<String>> = [20, 5, 40]
            .map(|per_mille| change(&client, &DirectoryChange::Churn { per_mille }))
            .into();
        for mirror in &mut mirrors {
            mirror.round(&client);
        }
        (touched, mirrors.map(|mirror| mirror.items))
    };
    assert_eq!(tell(), tell());
}

#[test]
fn changes_while_the_first_round_is_read_are_told_by_the_next() {
    let client = Client::new(Options { users: 300, page_size: Some(20), ..Options::default() });
    let token = client.graph_token();
    let mut mirror = Mirror { link: graph("users/delta?$select=displayName"), ..Mirror::default() };
    let first = client.get(&token, &mirror.link);
    first.items().iter().for_each(|item| mirror.merge(item));
    first.body["@odata.nextLink"].as_str().unwrap().clone_into(&mut mirror.link);
    change(&client, &DirectoryChange::Churn { per_mille: 300 });
    mirror.round(&client);
    mirror.round(&client);
    mirror.compare(&client, "users?$select=id,displayName");
}

#[test]
fn rounds_repeat_objects_shuffle_them_and_have_empty_pages() {
    let client = client(3000);
    let mut mirror = Mirror::begin(&client, "users/delta?$select=accountEnabled,displayName");
    let ids = texts(&mirror.items, "/id");
    let unique: HashSet<&str> = ids.iter().copied().collect();
    assert!(ids.len() > unique.len() && mirror.empty > 0);
    let listed = client.all(&client.graph_token(), &graph("users?$select=id"));
    assert_ne!(ids[..50], texts(&listed, "/id")[..50]);
    change(&client, &DirectoryChange::Churn { per_mille: 200 });
    mirror.round(&client);
    let told = mirror.items.len();
    mirror.round(&client);
    // A bit of what was told before is told again, and then no more.
    assert!(told > 400 && mirror.items.len() <= 2, "{}", mirror.items.len());
    mirror.round(&client);
    assert!(mirror.items.is_empty());
}

#[test]
fn removed_objects_say_whether_they_can_be_restored() {
    let client = client(100);
    let tenant = &client.cloud.tenant;
    let ids = [tenant.user_id(3), tenant.group_id(12)];
    let device = client.all(&client.graph_token(), &graph("devices"))[4]["id"].clone();
    let mut users = Mirror::begin(&client, "users/delta");
    let mut groups = Mirror::begin(&client, "groups/delta");
    let mut devices = Mirror::begin(&client, "devices/delta");
    let all = ids.iter().cloned().chain([device.as_str().unwrap().to_owned()]);
    for id in all {
        assert_eq!(change(&client, &DirectoryChange::Delete { id: id.clone() }), from_ref(&id));
        assert!(change(&client, &DirectoryChange::Delete { id }).is_empty());
    }
    let reason = |mirror: &mut Mirror| {
        mirror.round(&client);
        let removed = mirror.items.iter().find_map(|it| it.get("@removed"));
        removed.unwrap()["reason"].clone()
    };
    assert_eq!(reason(&mut users), "changed");
    assert_eq!(reason(&mut groups), "changed");
    assert_eq!(reason(&mut devices), "deleted");
    // Who is deleted is no member any more, and every group that had it tells so.
    let members = groups.items.iter().filter_map(|it| it["members@delta"].as_array()).flatten();
    let mut gone = members.filter(|it| it["@removed"]["reason"] == "deleted");
    assert!(gone.any(|it| it["id"] == ids[0].as_str()));
    let reply = client.get(&client.graph_token(), &graph(&format!("users/{}", ids[0])));
    assert_eq!(reply.status, 404);
    assert_eq!(client.get(&client.graph_token(), &graph("users/$count")).body, 99);
    let purge = DirectoryChange::Purge { id: ids[0].clone() };
    change(&client, &purge);
    users.round(&client);
    assert_eq!(users.items.last().unwrap()["@removed"]["reason"], "deleted");
    // Who begins now is told of what could be restored, and of nothing else that is gone.
    let told = |path: &str| {
        let mirror = Mirror::begin(&client, path);
        mirror.items.iter().filter(|it| it.get("@removed").is_some()).count()
    };
    assert_eq!((told("users/delta"), told("groups/delta")), (0, 1));
}

#[test]
fn members_come_and_go() {
    let client = client(100);
    let tenant = &client.cloud.tenant;
    let group = tenant.group_id(8);
    let user = tenant.user_id(5);
    let mut mirror = Mirror::begin(&client, "groups/delta?$select=members");
    assert!(mirror.members[&group].is_empty());
    let add = DirectoryChange::AddMember { to: group.clone(), member: user.clone() };
    assert_eq!(change(&client, &add), from_ref(&group));
    assert!(change(&client, &add).is_empty(), "a member twice");
    mirror.round(&client);
    assert_eq!(mirror.members[&group], BTreeSet::from([user.clone()]));
    let members = graph(&format!("groups/{group}/members?$select=id"));
    assert_eq!(texts(&client.all(&client.graph_token(), &members), "/id"), [user.as_str()]);
    let remove = DirectoryChange::RemoveMember { from: group.clone(), member: user };
    assert_eq!(change(&client, &remove), from_ref(&group));
    assert!(change(&client, &remove).is_empty());
    mirror.round(&client);
    let told = mirror.items.iter().find(|it| it["id"] == group).unwrap();
    assert_eq!(told["members@delta"][0]["@removed"]["reason"], "deleted");
    assert!(mirror.members[&group].is_empty());
}

#[test]
fn what_is_created_is_listed_and_can_be_read() {
    let client = client(100);
    let token = client.graph_token();
    for (kind, path) in [
        (ObjectKind::User, "users"),
        (ObjectKind::Group, "groups"),
        (ObjectKind::Device, "devices"),
        (ObjectKind::Application, "applications"),
    ] {
        let mut mirror = Mirror::begin(&client, &format!("{path}/delta"));
        let created = change(&client, &DirectoryChange::Create(kind));
        assert_eq!(client.get(&token, &graph(&format!("{path}/{}", created[0]))).status, 200);
        mirror.round(&client);
        assert!(mirror.objects.contains_key(&created[0]), "{path}");
        if kind == ObjectKind::Application {
            let application = client.get(&token, &graph(&format!("applications/{}", created[0])));
            let path = graph(&format!("servicePrincipals/{}", created[1]));
            assert_eq!(client.get(&token, &path).body["appId"], application.body["appId"]);
            change(&client, &DirectoryChange::Delete { id: created[0].clone() });
            assert_eq!(client.get(&token, &path).status, 404, "it goes with its application");
        }
    }
}

#[test]
fn a_million_users_are_told_of_without_being_kept() {
    let client = Client::new(Options { users: 1_000_000, resources: 0, ..Options::default() });
    let token = client.graph_token();
    for path in ["users/delta", "groups/delta", "users?$count=true", "devices"] {
        let reply = client.get(&token, &graph(path));
        assert!(reply.status == 200 && reply.body["@odata.nextLink"].is_string(), "{path}");
    }
    let touched = change(&client, &DirectoryChange::Churn { per_mille: 1 });
    assert!(touched.len() > 1000);
}

#[test]
fn the_identities_of_a_subscription_that_appears_are_told() {
    let options = Options { users: 40, subscriptions: 3, page_size: Some(6), ..Options::default() };
    let client = Client::new(options);
    let tenant = &client.cloud.tenant;
    let mut mirror = Mirror { link: graph("servicePrincipals/delta"), ..Mirror::default() };
    change(&client, &DirectoryChange::Create(ObjectKind::Application));
    // It appears while the first round is read, after something else was created.
    let first = client.get(&client.graph_token(), &mirror.link);
    first.items().iter().for_each(|item| mirror.merge(item));
    first.body["@odata.nextLink"].as_str().unwrap().clone_into(&mut mirror.link);
    let before = ObjectKind::ServicePrincipal.count(tenant);
    assert!(tenant.change(Change::Appear).is_some());
    change(&client, &DirectoryChange::Create(ObjectKind::Application));
    mirror.round(&client);
    mirror.round(&client);
    assert!(ObjectKind::ServicePrincipal.count(tenant) > before + 3);
    mirror.compare(&client, "servicePrincipals");
}

#[test]
fn who_gets_a_role_has_it_in_every_list() {
    let client = client(200);
    let tenant = &client.cloud.tenant;
    let token = client.graph_token();
    let role = client.get(&token, &graph("directoryRoles")).items()[3].clone();
    let (id, template) = (role["id"].as_str().unwrap(), role["roleTemplateId"].as_str().unwrap());
    let user = tenant.user_id(77);
    let mut mirror = Mirror::begin(&client, "directoryRoles/delta");
    let assigned = || {
        let filter = format!("principalId eq '{user}' and roleDefinitionId eq '{template}'");
        let of = |list: &str| {
            let path = format!("roleManagement/directory/{list}?$filter={filter}");
            client.all(&token, &graph(&path)).len()
        };
        let members =
            client.all(&token, &graph(&format!("directoryRoles/{id}/members?$select=id")));
        let is_member = texts(&members, "/id").contains(&&*user);
        (of("roleAssignments"), of("roleAssignmentScheduleInstances"), is_member)
    };
    assert_eq!(assigned(), (0, 0, false));
    let (to, member) = (id.to_owned(), user.clone());
    assert_eq!(change(&client, &DirectoryChange::AddMember { to, member }), [id]);
    assert_eq!(assigned(), (1, 1, true));
    mirror.round(&client);
    assert!(mirror.members[id].contains(&user));
    let (from, member) = (id.to_owned(), user.clone());
    assert_eq!(change(&client, &DirectoryChange::RemoveMember { from, member }), [id]);
    assert_eq!(assigned(), (0, 0, false));
    mirror.round(&client);
    assert!(!mirror.members[id].contains(&user));
}
