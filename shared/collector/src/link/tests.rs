//! Jobs whose steps have ended, and what linking makes of them, one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use graph::{Entity, Key, RelationshipClass, Unresolved, relationship_type};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::time::Duration;

use super::feed::{Change, Difference};
use super::*;
use crate::Secret;
use crate::instance::{Credentials, Instance};
use crate::layout::Job;
use crate::ledger::{Entry, Status};
use crate::manifest::Part;
use crate::part::PartWriter;
use crate::ports::{
    AdminConsent, Body, Condition, Etag, Fetch, Microsoft, Object, Outgoing, Queue, QueueError,
    QueueName, SecretError, Secrets, Store, StoreError,
};
use crate::snapshot;

/// What a step left behind.
#[derive(Default)]
struct Left {
    entities: Vec<Entity>,
    references: Vec<Reference>,
    status: Option<Status>,
}

/// An instance, and the jobs that it has had.
struct Past {
    context: Context,
    jobs: u32,
    last: Option<Summary>,
    sources: Value,
}

impl Past {
    fn new() -> Self {
        let outside = Arc::new(Outside::default());
        let context = Context::new(
            Arc::clone(&outside) as _,
            Arc::clone(&outside) as _,
            Arc::clone(&outside) as _,
            outside,
        );
        Self { context, jobs: 0, last: None, sources: json!({}) }
    }

    /// Links a job whose steps left something behind. All others read everything, and found nothing.
    fn job(&mut self, left: &BTreeMap<&str, Left>) -> &Linked {
        self.jobs += 1;
        let instance = json!({
            "id": "i", "integration": "azure", "name": "I",
            "config": {
                "directoryId": "d", "clientId": "c", "clientSecret": { "secretArn": "env:NAME" },
                "ingestActiveDirectory": true, "ingestionSources": self.sources,
            },
        });
        let instance: Instance = serde_json::from_value(instance).unwrap();
        let plan = Plan {
            job: Job { instance: "i".into(), id: format!("j{}", self.jobs) },
            planned_at: format!("2026-03-0{}T00:00:00Z", self.jobs),
            portal: String::new(),
            intune_account_id: None,
            unregistered: std::collections::BTreeSet::new(),
            tenant_id: None,
            previous: self.last.as_ref().map(|it| it.job.clone()),
            parents_per_shard: 1,
            is_whole: true,
            kept: BTreeMap::new(),
            steps: Plan::steps_of(&instance, None),
            instance,
        };
        let nothing = Left::default();
        let manifests: Vec<Manifest> = plan
            .enabled()
            .map(|(planned, _)| {
                self.manifest(&plan, &planned.id, left.get(planned.id.as_str()).unwrap_or(&nothing))
            })
            .collect();
        let linked = link(&self.context, &plan, &manifests, self.last.as_ref());
        let linked = linked.now_or_never().unwrap().unwrap();
        let summary = Summary::new(&plan, &manifests, linked, OffsetDateTime::UNIX_EPOCH);
        &self.last.insert(summary).graph
    }

    fn manifest(&self, plan: &Plan, step: &str, left: &Left) -> Manifest {
        let status = left.status.unwrap_or(Status::Complete);
        let (mut entities, mut references) = (PartWriter::default(), PartWriter::default());
        left.entities.iter().for_each(|it| entities.entity(it).unwrap());
        left.references.iter().for_each(|it| references.reference(it).unwrap());
        let written = [(Content::Entities, entities), (Content::References, references)];
        let mut parts = Vec::new();
        for (number, (content, mut writer)) in (0..).zip(written) {
            let Some(body) = writer.take().unwrap() else { continue };
            let name = plan.job.part(step, 0, number, "a", content);
            let body = Body::Bytes(body);
            let put = self.context.store.put(&name, body, Condition::Always);
            put.now_or_never().unwrap().unwrap();
            parts.push(Part { name, content });
        }
        let ledger = vec![Entry {
            step: step.to_owned(),
            scope: "d".to_owned(),
            kind: None,
            pages: 1,
            items: 1,
            counted: None,
            requests: 1,
            bytes: 1,
            last: None,
            status,
            reason: (!status.is_complete()).then(|| "it was refused".to_owned()),
            vain: None,
            reading: None,
        }];
        Manifest {
            step: step.to_owned(),
            parts,
            ledger,
            entities: BTreeMap::new(),
            references: 0,
            vanished: 0,
            exceptions: Vec::new(),
            drift: BTreeMap::new(),
            discoveries: BTreeMap::new(),
            kept: None,
        }
    }

    /// The entities or relationships of a type in the last snapshot, by key.
    fn lines(&self, sort: Sort, kind: &str) -> BTreeMap<String, Value> {
        let summary = self.last.as_ref().unwrap();
        let known = summary.graph.entities.keys().chain(summary.graph.relationships.keys());
        if !known.into_iter().any(|it| it == kind) {
            return BTreeMap::new();
        }
        let lines = snapshot::lines(&self.context, &summary.job, sort, kind);
        all(&mut lines.now_or_never().unwrap().unwrap())
            .into_iter()
            .map(|line: Value| (line["_key"].as_str().unwrap().to_owned(), line))
            .collect()
    }

    /// What happened to the relationships of a type in the last job.
    fn changes(&self, kind: &str) -> Vec<(Change, String)> {
        let feed = snapshot::feed(&self.context, &self.last.as_ref().unwrap().job);
        let feed: Vec<Difference> = all(&mut feed.now_or_never().unwrap().unwrap());
        feed.into_iter().filter(|it| it.kind == kind).map(|it| (it.change, it.key)).collect()
    }
}

fn all<T: serde::de::DeserializeOwned>(lines: &mut snapshot::Lines) -> Vec<T> {
    let (mut all, mut line) = (Vec::new(), String::new());
    while lines.next(&mut line).unwrap() {
        all.push(serde_json::from_str(&line).unwrap());
    }
    all
}

fn entity(kind: &'static str, key: &str) -> Entity {
    Entity {
        key: Key::new(key),
        kind,
        class: &["UserGroup"],
        aliases: Vec::new(),
        properties: Map::new(),
        raw: None,
        is_patch: false,
    }
}

fn reference(from: (&str, &str), class: RelationshipClass, to: &str) -> Reference {
    Reference {
        from: End::known(&Key::new(from.1), from.0),
        class,
        to: End::named(Name::of_id(to)),
        kind: None,
        key: None,
        properties: Map::new(),
        borrow: Vec::new(),
        unresolved: Unresolved::Drop,
    }
}

const GROUP: &str = "azure_user_group";
const TRANSITIVE: &str = "azure_user_group_has_transitive_user";

/// A job in which groups and the users `u` and `v` were found, and who is in which group.
fn groups(
    groups: &[&str],
    members: &[(&str, &str)],
    status: Status,
) -> BTreeMap<&'static str, Left> {
    let has =
        |(group, member): &(&str, &str)| reference((GROUP, group), RelationshipClass::Has, member);
    let entities = |kind, keys: &[&str]| Left {
        entities: keys.iter().map(|key| entity(kind, key)).collect(),
        ..Left::default()
    };
    let members = Left {
        references: members.iter().map(has).collect(),
        status: Some(status),
        ..Left::default()
    };
    BTreeMap::from([
        ("ad-groups", entities(GROUP, groups)),
        ("ad-users", entities("azure_user", &["u", "v"])),
        ("ad-group-members", members),
    ])
}

#[test]
fn what_follows_is_never_at_odds_with_what_it_follows_from() {
    let mut past = Past::new();
    let all = &["a", "b"][..];
    past.job(&groups(all, &[("a", "b"), ("b", "u")], Status::Complete));
    let [u, v] = ["a|has|u|transitive", "a|has|v|transitive"];
    let shown = past.lines(Sort::Relationships, TRANSITIVE);
    let expected = json!({
        "_class": "HAS", "_fromEntityKey": "a", "_key": u, "_toEntityKey": "u", "_type": TRANSITIVE,
        "depth": 2, "displayName": "HAS", "isTransitive": true, "via": "b",
    });
    assert_eq!(shown[u], expected);
    assert_eq!(past.changes(TRANSITIVE), [(Change::Created, u.to_owned())]);

    // Only one of the members can be read. That `b` is in `a` is carried forward, and so is what follows.
    let linked = past.job(&groups(all, &[("b", "v")], Status::Partial));
    assert_eq!(linked.carried[TRANSITIVE].count, 2);
    let shown = past.lines(Sort::Relationships, TRANSITIVE);
    for key in [u, v] {
        assert_eq!(shown[key]["_staleSince"], "2026-03-01T00:00:00Z");
        assert_eq!(shown[key]["_staleReason"], "ad-group-members is partial: it was refused");
    }
    let carried = [u, v].map(|key| (Change::CarriedForward, key.to_owned()));
    assert_eq!(past.changes(TRANSITIVE), carried);

    // It can be read again: what is there was found, and what is not is gone.
    past.job(&groups(all, &[("a", "b"), ("b", "v")], Status::Complete));
    let shown = past.lines(Sort::Relationships, TRANSITIVE);
    assert_eq!(shown.keys().collect::<Vec<_>>(), [v]);
    assert!(shown[v].get("_staleSince").is_none());
    assert_eq!(past.changes(TRANSITIVE), [(Change::Deleted, u.to_owned())]);

    // Nothing is known of the members, but the group between is gone, and with it the way.
    past.job(&groups(&["a"], &[], Status::Forbidden));
    assert_eq!(past.lines(Sort::Relationships, TRANSITIVE), BTreeMap::new());
    assert_eq!(past.changes(TRANSITIVE), [(Change::Deleted, v.to_owned())]);
}

#[test]
fn what_followed_stays_where_the_rule_is_turned_off() {
    let mut past = Past::new();
    let groups = groups(&["a", "b"], &[("a", "b"), ("b", "u")], Status::Complete);
    past.job(&groups);
    past.sources = json!({ "ad-transitive-membership": false });
    let linked = past.job(&groups);
    let reason = &linked.carried[TRANSITIVE].reason;
    assert!(
        reason.contains("config.ingestionSources turns ad-transitive-membership off"),
        "{reason}"
    );
    assert_eq!(past.lines(Sort::Relationships, TRANSITIVE).len(), 1);

    let mut never = Past::new();
    never.sources = json!({ "ad-transitive-membership": false });
    never.job(&groups);
    assert_eq!(never.lines(Sort::Relationships, TRANSITIVE), BTreeMap::new());
    // Once it is on, what follows may have been there before.
    never.sources = json!({});
    never.job(&groups);
    let change = (Change::NewlyReadable, "a|has|u|transitive".to_owned());
    assert_eq!(never.changes(TRANSITIVE), [change]);
}

#[test]
fn the_brake_on_members_holds_what_follows() {
    let mut past = Past::new();
    let users: Vec<String> = (0..60).map(|it| format!("u{it}")).collect();
    let mut members: Vec<(&str, &str)> = users.iter().map(|user| ("b", user.as_str())).collect();
    members.push(("a", "b"));
    let job = |members: &[(&str, &str)]| {
        let mut job = groups(&["a", "b"], members, Status::Complete);
        let entities = users.iter().map(|key| entity("azure_user", key)).collect();
        job.insert("ad-users", Left { entities, ..Left::default() });
        job
    };
    past.job(&job(&members));
    assert_eq!(past.lines(Sort::Relationships, TRANSITIVE).len(), 60);
    let braked = past.job(&job(&[("a", "b")]));
    assert_eq!(braked.braked.keys().collect::<Vec<_>>(), ["azure_user_group_has_user"]);
    assert_eq!(braked.carried[TRANSITIVE].count, 60);
    past.job(&job(&[("a", "b")]));
    assert_eq!(past.lines(Sort::Relationships, TRANSITIVE).len(), 0);
}

#[test]
fn a_patch_adds_names() {
    let role = "azure_ad_role_definition";
    let (unit, assignment) =
        ("azure_administrative_unit", "azure_administrative_unit_role_assignment");
    let named = |status| {
        let mut patch = entity(role, "template");
        patch.is_patch = true;
        patch.aliases = vec![Name::of_id("role")];
        let uses = reference((assignment, "s"), RelationshipClass::Uses, "role");
        let entities = |it| Left { entities: vec![it], ..Left::default() };
        let patches = if status == Status::Complete { vec![patch] } else { Vec::new() };
        BTreeMap::from([
            ("ad-role-definitions", entities(entity(role, "template"))),
            (
                "ad-directory-roles",
                Left { entities: patches, status: Some(status), ..Left::default() },
            ),
            ("ad-administrative-units", entities(entity(unit, "unit"))),
            (
                "ad-administrative-unit-role-assignments",
                Left { references: vec![uses], ..entities(entity(assignment, "s")) },
            ),
        ])
    };
    let mut past = Past::new();
    let uses = relationship_type(assignment, RelationshipClass::Uses, role);
    // Where the names cannot be read, those of the last snapshot hold.
    for status in [Status::Complete, Status::Forbidden] {
        past.job(&named(status));
        let shown = past.lines(Sort::Relationships, &uses);
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["s|uses|template"]);
        assert!(shown["s|uses|template"].get("_staleSince").is_none());
        assert_eq!(past.lines(Sort::Entities, role)["template"][ALIASES], json!(["role"]));
    }
}

/// Storage in memory. Nothing else is asked for anything.
#[derive(Debug, Default)]
struct Outside(Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl Store for Outside {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        let body = self.0.lock().unwrap().get(name).cloned();
        Ok(body.map(|body| Object { body, etag: Etag(String::new()) }))
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        let body = self.0.lock().unwrap().get(name).cloned();
        Ok(body.map(|body| std::fs::write(to, body).unwrap()).is_some())
    }

    async fn put(&self, name: &str, body: Body, _: Condition) -> Result<Etag, StoreError> {
        let body = match body {
            Body::Bytes(bytes) => bytes,
            Body::File(path) => std::fs::read(path).unwrap(),
        };
        self.0.lock().unwrap().insert(name.to_owned(), body);
        Ok(Etag(String::new()))
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        unreachable!("{name} is not removed by linking")
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        unreachable!("{prefix} is not listed by linking")
    }
}

#[async_trait]
impl Queue for Outside {
    async fn send(&self, _: QueueName, _: Vec<Outgoing>) -> Result<(), QueueError> {
        unreachable!("linking sends nothing")
    }

    async fn hold(&self, _: QueueName, _: &str, _: Duration) -> Result<(), QueueError> {
        unreachable!("linking holds nothing")
    }

    async fn give_up(&self, _: QueueName, _: Outgoing) -> Result<(), QueueError> {
        unreachable!("linking gives nothing up")
    }
}

#[async_trait]
impl Secrets for Outside {
    async fn read(&self, _: &str) -> Result<Secret, SecretError> {
        unreachable!("linking reads no secret")
    }
}

impl Microsoft for Outside {
    fn connect(&self, _: &str, _: Credentials) -> Arc<dyn Fetch> {
        unreachable!("linking asks Microsoft for nothing")
    }

    fn portal(&self, _: &str) -> &str {
        unreachable!("linking asks Microsoft for nothing")
    }

    fn admin_consent(&self, _: &str, _: &AdminConsent<'_>) -> Option<String> {
        unreachable!("linking asks nobody to consent")
    }
}
