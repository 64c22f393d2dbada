//! Jobs whose steps have ended, and what linking makes of them, one after the other.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::FutureExt as _;
use graph::{
    End, Entity, Key, Name, Reference, RelationshipClass, RelationshipKey, Unresolved,
    relationship_type,
};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use tokio::time::{Duration, Instant};

use super::feed::Difference;
use super::sort::Sorter;
use super::*;
use crate::Secret;
use crate::instance::{Credentials, Instance};
use crate::layout::{Content, Job};
use crate::ledger::{Entry, Status};
use crate::manifest::Part;
use crate::part::PartWriter;
use crate::ports::{
    AdminConsent, Body, Condition, Etag, Fetch, Microsoft, Object, Outgoing, Queue, QueueError,
    QueueName, SecretError, Secrets, Store, StoreError,
};
use crate::snapshot;
use crate::summary::Change;

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
    outside: Arc<Outside>,
    /// Whether the time of each invocation is over as soon as it has written something.
    is_interrupted: bool,
    interruptions: u32,
}

impl Past {
    fn new() -> Self {
        let outside = Arc::new(Outside::default());
        let context = Context::new(
            Arc::clone(&outside) as _,
            Arc::clone(&outside) as _,
            Arc::clone(&outside) as _,
            Arc::clone(&outside) as _,
        );
        Self {
            context,
            outside,
            jobs: 0,
            last: None,
            sources: json!({}),
            is_interrupted: false,
            interruptions: 0,
        }
    }

    /// Links a job whose steps left something behind. All others read everything, and found
    /// nothing.
    fn job(&mut self, left: &BTreeMap<&str, Left>) -> &Linked {
        self.jobs += 1;
        let instance = json!({
            "id": "i", "integration": "azure", "name": "I",
            "config": {
                "directoryId": "d", "clientId": "c", "clientSecret": { "secretArn": "env:NAME" },
                "subscriptionId": "s", "ingestActiveDirectory": true, "ingestionSources": self.sources,
            },
        });
        let instance: Instance = serde_json::from_value(instance).unwrap();
        let plan = Plan {
            job: Job { instance: "i".into(), id: format!("j{}", self.jobs) },
            planned_at: format!("2026-03-0{}T00:00:00Z", self.jobs),
            portal: String::new(),
            intune_account_id: None,
            unregistered: std::collections::BTreeSet::new(),
            index: crate::plan::Index::default(),
            tenant_id: None,
            previous: self.last.as_ref().map(|it| it.job.clone()),
            is_whole: true,
            scheduled: false,
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
        let linked = self.link(&plan, &manifests);
        let summary = Summary::new(&plan, &manifests, linked, OffsetDateTime::UNIX_EPOCH);
        &self.last.insert(summary).graph
    }

    /// Links in one invocation, or in as many as can be.
    fn link(&mut self, plan: &Plan, manifests: &[Manifest]) -> Linked {
        let now = Instant::now();
        let deadline = if self.is_interrupted { now } else { now + Duration::from_hours(1) };
        let mut number = 0;
        loop {
            let turn = Turn { number, deadline };
            let linked = link(&self.context, plan, manifests, self.last.as_ref(), turn);
            match linked.now_or_never().unwrap().unwrap() {
                Outcome::Linked(linked) => return *linked,
                Outcome::Paused(next) => {
                    assert_eq!(next, number + 1);
                    // Whoever takes the same turn once more does nothing but to ask for the next.
                    let again = link(&self.context, plan, manifests, self.last.as_ref(), turn);
                    let again = again.now_or_never().unwrap().unwrap();
                    assert!(matches!(again, Outcome::Paused(it) if it == next));
                    number = next;
                    self.interruptions += 1;
                }
            }
        }
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
            let name = plan.job.part(step, number, "a", content);
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
            reason: match status {
                Status::Known => Some("it was read".to_owned()),
                _ => (!status.is_complete()).then(|| "it was refused".to_owned()),
            },
            known_by: crate::ledger::KnownBy::Read,
            known_at: None,
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
    fn lines(&self, record_kind: RecordKind, kind: &str) -> BTreeMap<String, Value> {
        let summary = self.last.as_ref().unwrap();
        let known = summary.graph.entities.keys().chain(summary.graph.relationships.keys());
        if !known.into_iter().any(|it| it == kind) {
            return BTreeMap::new();
        }
        let lines = snapshot::lines(&self.context, &summary.job, record_kind, kind);
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
        inherits: Vec::new(),
        unresolved: Unresolved::Drop,
        target_first: false,
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
    let shown = past.lines(RecordKind::Relationships, TRANSITIVE);
    let expected = json!({
        "_class": "HAS", "_fromEntityKey": "a", "_key": u, "_toEntityKey": "u", "_type": TRANSITIVE,
        "depth": 2, "displayName": "HAS", "isTransitive": true, "via": "b",
    });
    assert_eq!(shown[u], expected);
    assert_eq!(past.changes(TRANSITIVE), [(Change::Created, u.to_owned())]);

    // Only one of the members can be read. That `b` is in `a` is carried forward, and so is what
    // follows.
    let linked = past.job(&groups(all, &[("b", "v")], Status::Partial));
    assert_eq!(linked.carried[TRANSITIVE].count, 2);
    let shown = past.lines(RecordKind::Relationships, TRANSITIVE);
    for key in [u, v] {
        assert_eq!(shown[key]["_staleSince"], "2026-03-01T00:00:00Z");
        assert_eq!(shown[key]["_staleReason"], "ad-group-members is partial: it was refused");
    }
    let carried = [u, v].map(|key| (Change::CarriedForward, key.to_owned()));
    assert_eq!(past.changes(TRANSITIVE), carried);

    // It can be read again: what is there was found, and what is not is gone.
    past.job(&groups(all, &[("a", "b"), ("b", "v")], Status::Complete));
    let shown = past.lines(RecordKind::Relationships, TRANSITIVE);
    assert_eq!(shown.keys().collect::<Vec<_>>(), [v]);
    assert!(shown[v].get("_staleSince").is_none());
    assert_eq!(past.changes(TRANSITIVE), [(Change::Deleted, u.to_owned())]);

    // Nothing is known of the members, but the group between is gone, and with it the way.
    past.job(&groups(&["a"], &[], Status::Forbidden));
    assert_eq!(past.lines(RecordKind::Relationships, TRANSITIVE), BTreeMap::new());
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
    assert_eq!(past.lines(RecordKind::Relationships, TRANSITIVE).len(), 1);

    let mut never = Past::new();
    never.sources = json!({ "ad-transitive-membership": false });
    never.job(&groups);
    assert_eq!(never.lines(RecordKind::Relationships, TRANSITIVE), BTreeMap::new());
    // Once it is on, what follows may have been there before.
    never.sources = json!({});
    never.job(&groups);
    let change = (Change::NewlyReadable, "a|has|u|transitive".to_owned());
    assert_eq!(never.changes(TRANSITIVE), [change]);
}

#[test]
fn the_deletion_guard_on_members_holds_what_follows() {
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
    assert_eq!(past.lines(RecordKind::Relationships, TRANSITIVE).len(), 60);
    let guarded = past.job(&job(&[("a", "b")]));
    assert_eq!(guarded.guarded.keys().collect::<Vec<_>>(), ["azure_user_group_has_user"]);
    assert_eq!(guarded.carried[TRANSITIVE].count, 60);
    past.job(&job(&[("a", "b")]));
    assert_eq!(past.lines(RecordKind::Relationships, TRANSITIVE).len(), 0);
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
        let shown = past.lines(RecordKind::Relationships, &uses);
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["s|uses|template"]);
        assert!(shown["s|uses|template"].get("_staleSince").is_none());
        assert_eq!(past.lines(RecordKind::Entities, role)["template"][ALIASES], json!(["role"]));
    }
}

/// That Advisor has looked again is no change.
#[test]
fn what_changes_by_itself_is_stored_and_not_told() {
    const KIND: &str = "azure_advisor_recommendation";
    let mut past = Past::new();
    let mut job = |severity: &str, updated: u64| {
        let mut found = entity(KIND, "r");
        found.set("severity", Some(severity));
        found.set("updatedOn", Some(updated));
        let left = Left { entities: vec![found], ..Left::default() };
        past.job(&BTreeMap::from([("rm-advisor-recommendations", left)]));
        (past.lines(RecordKind::Entities, KIND)["r"]["updatedOn"].clone(), past.changes(KIND))
    };
    assert_eq!(job("High", 1), (json!(1), vec![(Change::Created, "r".to_owned())]));
    assert_eq!(job("High", 2), (json!(2), vec![]));
    assert_eq!(job("Low", 3), (json!(3), vec![(Change::Updated, "r".to_owned())]));
}

#[test]
fn what_is_mapped_may_be_where_a_relationship_starts() {
    let kind = "azure_network_firewall";
    let mut firewalls = [entity(kind, "f"), entity(kind, "g")];
    for firewall in &mut firewalls {
        firewall.aliases = vec![Name::alias("firewall-policy", "p")];
    }
    let around =
        |after: &str| RelationshipKey::Around { before: "rule".into(), after: after.into() };
    let target = json!({ "_key": "global:internet" });
    let internet = Unresolved::Map {
        kind: "azure_network_firewall_rule".into(),
        filters: vec![vec!["_key".into()]],
        target: target.as_object().cloned().unwrap(),
        skip_creation: false,
    };
    let [policy, outside] =
        [Name::alias("firewall-policy", "p"), Name::alias("outside", "internet")];
    let inbound = Reference {
        from: End::named(outside.clone()),
        to: End::named(policy.clone()),
        key: Some(around("in")),
        unresolved: internet.clone(),
        target_first: true,
        ..reference((kind, "f"), RelationshipClass::Allows, "x")
    };
    let outbound = Reference {
        from: End::named(policy),
        to: End::named(outside),
        key: Some(around("out")),
        target_first: false,
        ..inbound.clone()
    };
    let mut past = Past::new();
    past.job(&BTreeMap::from([
        // These jobs have no subscription. Whichever step it is, what it leaves is linked.
        ("ad-groups", Left { entities: firewalls.into(), ..Left::default() }),
        ("ad-group-members", Left { references: vec![inbound, outbound], ..Left::default() }),
    ]));
    let shown = past.lines(RecordKind::Relationships, "azure_network_firewall_rule");
    let keys: Vec<_> = shown.keys().map(String::as_str).collect();
    let expected =
        ["rule:f:in:internet", "rule:f:out:internet", "rule:g:in:internet", "rule:g:out:internet"];
    assert_eq!(keys, expected);
    let mapping = &shown["rule:f:in:internet"]["_mapping"];
    assert_eq!(mapping["relationshipDirection"], "REVERSE");
    assert_eq!(mapping["sourceEntityKey"], "f");
    assert_eq!(shown["rule:f:out:internet"]["_mapping"]["relationshipDirection"], "FORWARD");
}

#[test]
fn interruptions_leave_no_trace() {
    let mut pasts = [Past::new(), Past::new()];
    pasts[1].is_interrupted = true;
    let all = &["a", "b", "c"][..];
    let members = &[("a", "b"), ("b", "u"), ("b", "v"), ("c", "u"), ("c", "v")][..];
    for past in &mut pasts {
        past.job(&groups(all, members, Status::Complete));
        // Some of it is changed, carried forward, and gone with an end.
        past.job(&groups(&all[..2], &members[1..3], Status::Partial));
        past.job(&groups(&all[..2], &[("a", "b"), ("b", "v")], Status::Complete));
    }
    assert!(pasts[1].interruptions > 10, "{} interruptions", pasts[1].interruptions);
    let [whole, interrupted] = pasts.each_ref().map(|it| it.outside.snapshots());
    assert!(whole.values().all(|(_, writes)| *writes == 1));
    // What one invocation has written no other writes again.
    assert!(interrupted == whole, "the snapshots differ");
    assert_eq!(pasts[0].last, pasts[1].last);
}

#[test]
fn a_snapshot_that_is_out_of_order_is_named() {
    let mut past = Past::new();
    past.job(&groups(&["a", "b"], &[], Status::Complete));
    let name = past.last.as_ref().unwrap().job.snapshot(RecordKind::Entities, GROUP);
    let lines = "{\"_key\":\"b\"}\n{\"_key\":\"a\"}\n";
    let body = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    past.outside.objects.lock().unwrap().insert(name.clone(), body);
    let summary = past.last.as_ref();
    let earlier = Earlier::new(&past.context, summary, RecordKind::Entities, |kind| kind == GROUP);
    let (nothing, unknowns) = (Sorter::new().sorted().unwrap(), Unknowns::new());
    let named = names::names(&nothing, earlier, &unknowns);
    let error = named.now_or_never().unwrap().err().unwrap().to_string();
    assert!(error.contains(&name), "{error}");
}

/// Storage in memory. Nothing else is asked for anything.
#[derive(Debug, Default)]
struct Outside {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    /// How often each object was written.
    writes: Mutex<BTreeMap<String, u32>>,
}

impl Outside {
    /// The objects of snapshots, each with how often it was written.
    fn snapshots(&self) -> BTreeMap<String, (Vec<u8>, u32)> {
        let (objects, writes) = (self.objects.lock().unwrap(), self.writes.lock().unwrap());
        let snapshots = objects.iter().filter(|(name, _)| name.starts_with("graph/"));
        snapshots.map(|(name, body)| (name.clone(), (body.clone(), writes[name]))).collect()
    }
}

#[async_trait]
impl Store for Outside {
    async fn get(&self, name: &str) -> Result<Option<Object>, StoreError> {
        let body = self.objects.lock().unwrap().get(name).cloned();
        Ok(body.map(|body| Object { body, etag: Etag(String::new()) }))
    }

    async fn download(&self, name: &str, to: &Path) -> Result<bool, StoreError> {
        let body = self.objects.lock().unwrap().get(name).cloned();
        Ok(body.map(|body| std::fs::write(to, body).unwrap()).is_some())
    }

    async fn put(&self, name: &str, body: Body, _: Condition) -> Result<Etag, StoreError> {
        let body = match body {
            Body::Bytes(bytes) => bytes,
            Body::File(path) => std::fs::read(path).unwrap(),
        };
        self.objects.lock().unwrap().insert(name.to_owned(), body);
        *self.writes.lock().unwrap().entry(name.to_owned()).or_default() += 1;
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

#[test]
fn what_is_known_stays_as_it_was_with_its_date_and_is_no_news() {
    const STATE: &str = "azure_policy_state";
    const OF_USER: &str = "azure_user_has_policy_state";
    let mut past = Past::new();
    let user = |key: &str| entity("azure_user", key);
    let mut patch = user("u");
    patch.is_patch = true;
    patch.properties.insert("mfaEnabled".into(), true.into());
    let [users, details, states] =
        ["ad-users", "ad-user-registration-details", "rm-policy-states-for-subscription"];
    let found = |kinds: &[Entity]| Left { entities: kinds.to_vec(), ..Left::default() };
    let mut all = found(&[entity(STATE, "s"), entity(STATE, "t")]);
    all.references =
        ["u", "v"].map(|user| reference(("azure_user", user), RelationshipClass::Has, "s")).into();
    past.job(&BTreeMap::from([
        (users, found(&[user("u"), user("v")])),
        (details, found(&[patch])),
        (states, all),
    ]));
    let known = || Left { status: Some(Status::Known), ..Left::default() };
    let again = |users_found: &[Entity]| {
        BTreeMap::from([(users, found(users_found)), (details, known()), (states, known())])
    };
    for _ in 0..2 {
        let linked = past.job(&again(&[user("u"), user("w")]));
        assert_eq!((&linked.carried, linked.entities[STATE]), (&BTreeMap::new(), 2));
        let shown = past.lines(RecordKind::Entities, STATE);
        assert_eq!(shown["s"]["_staleSince"], "2026-03-01T00:00:00Z");
        let shown = past.lines(RecordKind::Entities, "azure_user");
        assert_eq!(shown["u"]["mfaEnabled"], true);
        let says = "mfaEnabled: 2026-03-01T00:00:00Z: it was read";
        assert!(shown["u"]["_staleProperties"].to_string().contains(says), "{shown:?}");
        assert!(shown["u"].get("_unknown").is_none());
        assert!(shown["w"]["_unknown"].to_string().contains("mfaEnabled: it was read"));
        // What led to a user who is gone is gone.
        let of_users = past.lines(RecordKind::Relationships, OF_USER);
        assert_eq!(of_users.keys().collect::<Vec<_>>(), ["u|has|s"]);
        assert_eq!(past.changes(STATE), []);
    }
    // Where it is not known any more, it is carried forward as ever, since it was read.
    let mut failed = again(&[user("u"), user("w")]);
    failed.get_mut(states).unwrap().status = Some(Status::Failed);
    let linked = past.job(&failed);
    assert_eq!(linked.carried[STATE].count, 2);
    let shown = past.lines(RecordKind::Entities, STATE);
    assert_eq!(shown["s"]["_staleSince"], "2026-03-01T00:00:00Z");
}
