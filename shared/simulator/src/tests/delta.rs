//! Delta queries, and the changes that they tell of.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::slice::from_ref;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Client, Reply, request, texts, with_roles};
use crate::cloud::GRAPH;
use crate::directory::change::{self, DirectoryChange, ObjectKind};
use crate::options::Options;
use crate::request::Request;

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

/// A client's copy of a collection, which delta queries keep up to date.
#[derive(Debug, Default)]
struct Mirror {
    objects: BTreeMap<String, Map<String, Value>>,
    members: BTreeMap<String, BTreeSet<String>>,
    /// Where the next round begins.
    link: String,
    pages: usize,
    empty: usize,
    items: Vec<Value>,
}

impl Mirror {
    fn begin(client: &Client, path: &str) -> Self {
        let mut mirror = Self { link: graph(path), ..Self::default() };
        mirror.round(client);
        mirror
    }

    /// Reads a round.
    fn round(&mut self, client: &Client) {
        let token = client.graph_token();
        (self.pages, self.empty) = (0, 0);
        self.items.clear();
        loop {
            let page = client.get(&token, &self.link);
            assert_eq!(page.status, 200, "{}: {:?}", self.link, page.body);
            self.pages += 1;
            self.empty += usize::from(page.items().is_empty());
            page.items().iter().for_each(|item| self.merge(item));
            let links = ["@odata.nextLink", "@odata.deltaLink"].map(|it| page.body[it].as_str());
            match links {
                [Some(next), None] => next.clone_into(&mut self.link),
                [None, Some(delta)] => break delta.clone_into(&mut self.link),
                _ => panic!("a page has one of both links: {:?}", page.body),
            }
        }
    }

    fn merge(&mut self, item: &Value) {
        self.items.push(item.clone());
        let id = item["id"].as_str().unwrap().to_owned();
        if item.get("@removed").is_some() {
            self.objects.remove(&id);
            self.members.remove(&id);
            return;
        }
        let mut properties = item.as_object().unwrap().clone();
        let members = self.members.entry(id.clone()).or_default();
        for member in
            properties.remove("members@delta").iter().flat_map(|it| it.as_array().unwrap())
        {
            let id = member["id"].as_str().unwrap().to_owned();
            if member.get("@removed").is_some() {
                members.remove(&id)
            } else {
                members.insert(id)
            };
        }
        self.objects.entry(id).or_default().extend(properties);
    }

    fn ids(&self) -> BTreeSet<String> {
        self.objects.keys().cloned().collect()
    }

    /// Compares the copy with what the collection itself has.
    fn compare(&self, client: &Client, path: &str) {
        let listed = client.all(&client.graph_token(), &graph(path));
        assert_eq!(self.ids(), texts(&listed, "/id").into_iter().map(str::to_owned).collect());
        for object in &listed {
            let own = &self.objects[object["id"].as_str().unwrap()];
            for (name, value) in object.as_object().unwrap() {
                assert_eq!(own.get(name).unwrap_or(&Value::Null), value, "{path} {name}");
            }
        }
    }

    fn compare_members(&self, client: &Client, path: &str) {
        // Reading the lists itself costs a request for each, so not all are read.
        let token = client.graph_token();
        for (id, own) in self.members.iter().take(60) {
            let cast = "?$select=id&$top=999";
            let mut listed: BTreeSet<String> = BTreeSet::new();
            for page in client.pages(&token, &graph(&format!("{path}/{id}/members{cast}"))) {
                listed.extend(texts(page.items(), "/id").into_iter().map(str::to_owned));
            }
            // Some groups do not list their service principals, which delta queries tell.
            let tenant = &client.cloud.tenant;
            let is_shown = |id: &&String| {
                tenant.guids.index(crate::guid::Kind::ServicePrincipal, id).is_none()
            };
            let is_there =
                |id: &&String| crate::directory::reference::Reference::find(tenant, id).is_some();
            let own: BTreeSet<&String> = own.iter().filter(is_shown).filter(is_there).collect();
            assert_eq!(own, listed.iter().filter(is_shown).collect(), "{path} {id}");
        }
    }
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
fn only_what_is_selected_is_tracked() {
    let client = client(100);
    let id = client.cloud.tenant.user_id(7);
    let mut named = Mirror::begin(&client, "users/delta?$select=displayName");
    let mut enabled = Mirror::begin(&client, "users/delta?$select=accountEnabled");
    let name = DirectoryChange::Rename { id: id.clone(), name: "Neu".into() };
    assert_eq!(change(&client, &name), from_ref(&id));
    named.round(&client);
    enabled.round(&client);
    assert_eq!((named.items.len(), enabled.items.len()), (1, 0));
    assert_eq!(named.objects[&id]["displayName"], "Neu");
    let is_enabled = DirectoryChange::SetEnabled { id: id.clone(), is_enabled: false };
    change(&client, &is_enabled);
    enabled.round(&client);
    assert_eq!(enabled.objects[&id]["accountEnabled"], false);
    let of_groups = Mirror::begin(&client, "groups/delta?$select=displayName");
    assert!(of_groups.items.iter().all(|it| it.get("members@delta").is_none()));
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
        mirror.items[0]["@removed"]["reason"].clone()
    };
    assert_eq!(reason(&mut users), "changed");
    assert_eq!(reason(&mut groups), "changed");
    assert_eq!(reason(&mut devices), "deleted");
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
fn a_client_may_prefer_to_see_no_more_than_what_changed() {
    let client = client(300);
    let token = client.graph_token();
    let mut mirror = Mirror::begin(&client, "users/delta?$select=displayName,mail,accountEnabled");
    for index in 0..40 {
        let id = client.cloud.tenant.user_id(index);
        change(&client, &DirectoryChange::SetEnabled { id, is_enabled: false });
    }
    let minimal = client
        .send(&Request { prefer: Some("return=minimal".into()), ..request(&token, &mirror.link) });
    let keys = |item: &Value| item.as_object().unwrap().len();
    assert!(minimal.items().iter().all(|item| keys(item) == 2), "id and accountEnabled");
    mirror.round(&client);
    let long = mirror.items.iter().filter(|item| keys(item) > 2).count();
    assert!(long > 5 && long < 35, "{long}");
}

#[test]
fn tokens_expire_after_seven_days_and_tell_where_to_begin() {
    let client = client(100);
    let mirror = Mirror::begin(&client, "users/delta?$select=id");
    client.clock.advance(Duration::from_hours(7 * 24 - 1));
    assert_eq!(client.get(&client.graph_token(), &mirror.link).status, 200);
    client.clock.advance(Duration::from_hours(1));
    let token = client.graph_token();
    let reply = client.get(&token, &mirror.link);
    assert_eq!((reply.status, reply.code()), (410, "syncStateNotFound"));
    let location = reply.header("location").unwrap().to_owned();
    assert!(location.ends_with("/users/delta?$deltatoken="), "{location}");
    assert!(!client.get(&token, &location).items().is_empty());
}

#[test]
fn a_delta_query_is_refused_what_it_does_not_support() {
    let client = client(400);
    let token = client.graph_token();
    let mirror = Mirror::begin(&client, "users/delta?$select=displayName");
    let first = client.get(&token, &graph("users/delta?$select=displayName"));
    let next = first.body["@odata.nextLink"].as_str().unwrap().to_owned();
    for (address, code) in [
        (graph("users/delta?$top=5"), "Request_UnsupportedQuery"),
        (graph("users/delta?$expand=manager"), "Request_UnsupportedQuery"),
        (graph("users/delta?$filter=displayName eq 'x'"), "Request_UnsupportedQuery"),
        (graph("users/delta?$select=shoeSize"), "BadRequest"),
        (graph("users/delta?$select=members"), "BadRequest"),
        (graph("users/delta?$deltatoken=made-up"), "Request_BadRequest"),
        (graph("users/delta?$skiptoken=made-up"), "Directory_ExpiredPageToken"),
        (mirror.link.replace("/users/", "/groups/"), "Request_BadRequest"),
        (next.replace("$skiptoken", "$deltatoken"), "Request_BadRequest"),
        (format!("{}&$select=mail", mirror.link), "BadRequest"),
        (format!("{next}&$select=mail"), "BadRequest"),
        (graph("users?$deltatoken=latest"), "Request_UnsupportedQuery"),
    ] {
        let reply: Reply = client.get(&token, &address);
        assert_eq!((reply.status, reply.code()), (400, code), "{address}");
    }
    assert_eq!(client.get(&token, &format!("{next}&$select=displayName")).status, 200);
}

#[test]
fn a_client_may_begin_with_now_or_follow_a_few() {
    let client = client(100);
    let token = client.graph_token();
    let latest = client.get(&token, &graph("users/microsoft.graph.delta()?$deltatoken=latest"));
    assert!(latest.items().is_empty());
    let link = latest.body["@odata.deltaLink"].as_str().unwrap().to_owned();
    let [one, other] = [3, 4].map(|index| client.cloud.tenant.user_id(index));
    let filter = format!("users/delta?$filter=id eq '{one}'");
    let mut few = Mirror::begin(&client, &filter);
    assert_eq!(few.ids(), BTreeSet::from([one.clone()]));
    for id in [&one, &other] {
        change(&client, &DirectoryChange::Rename { id: id.clone(), name: "Neu".into() });
    }
    few.round(&client);
    assert_eq!(few.items.len(), 1);
    let mut all = Mirror { link, ..Mirror::default() };
    all.round(&client);
    assert_eq!(all.ids(), BTreeSet::from([one, other]));
}

#[test]
fn a_delta_query_needs_the_permission_for_its_collection() {
    let principals = vec![with_roles("groups", &["GroupMember.Read.All"])];
    let client = Client::new(Options { principals: principals.clone(), ..Options::default() });
    let token = client.token(&principals[0], GRAPH);
    assert_eq!(client.get(&token, &graph("groups/delta")).status, 200);
    assert_eq!(client.get(&token, &graph("users/delta")).code(), "Authorization_RequestDenied");
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
