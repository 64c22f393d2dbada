use serde_json::{Value, json};
use time::macros::datetime;

use super::basis::{Granted, Told, of};
use super::*;
use crate::instance::Instance;
use crate::layout::Job;
use crate::ledger::Entry;
use crate::permissions::Permissions;
use crate::plan::Plan;
use crate::summary::Linked;

const NOW: OffsetDateTime = datetime!(2026-03-02 12:00 UTC);
const DAY: std::time::Duration = std::time::Duration::from_hours(24);

fn instance(integration: &str) -> Instance {
    let mut instance = json!({ "id": "i", "integration": integration, "name": "I", "config": {
        "directoryId": "d", "clientId": "c", "clientSecret": { "secretArn": "env:NAME" },
        "subscriptionId": "s", "ingestActiveDirectory": true,
    } });
    if integration == "azure" {
        instance["config"]["ingestionSources"] = json!({ "ad-sign-in-activity": true });
    }
    serde_json::from_value(instance).unwrap()
}

fn based(of: &str, granted: Option<&str>) -> Basis {
    Basis { of: of.to_owned(), granted: granted.map(str::to_owned) }
}

fn planned(instance: &Instance) -> Vec<PlannedStep> {
    let mut steps = Plan::steps_of(instance, None);
    steps.iter_mut().filter(|it| it.slow).for_each(|it| it.basis = Some(based("b", Some("g"))));
    steps
}

fn entry(step: &str, status: Status) -> Entry {
    let entry = json!({
        "step": step, "scope": "d", "pages": 0, "items": 0, "requests": 0, "bytes": 0,
        "status": status,
    });
    serde_json::from_value(entry).unwrap()
}

/// The snapshot of a job that was planned at a moment, and how its steps ended.
fn last(steps: &[PlannedStep], planned_at: OffsetDateTime, ended: &[(&str, Status)]) -> Summary {
    let job = Job { instance: "i".into(), id: "j".into() };
    let mut summary = Summary::of_objects(&job, Linked::default(), planned_at);
    summary.steps = steps.to_vec();
    summary.ledger = ended.iter().map(|(step, status)| entry(step, *status)).collect();
    summary
}

fn known(steps: &[PlannedStep], last: &Summary) -> Vec<(String, String)> {
    let mut steps = steps.to_vec();
    note(&mut steps, last, DAY, NOW);
    steps.into_iter().filter_map(|it| Some((it.id, it.known_at?))).collect()
}

fn ids(known: Vec<(String, String)>) -> Vec<String> {
    known.into_iter().map(|(id, _)| id).collect()
}

const STATES: &str = "rm-policy-states-for-subscription";
const SIGN_IN: &str = "ad-user-sign-in-activity";

#[test]
fn what_was_read_whole_within_the_interval_is_known() {
    let steps = planned(&instance("azure"));
    let ago = |duration| {
        last(&steps, NOW - duration, &[(SIGN_IN, Status::Complete), ("ad-users", Status::Complete)])
    };
    let at = "2026-03-02T10:00:00Z".to_owned();
    assert_eq!(known(&steps, &ago(Duration::hours(2))), [(SIGN_IN.to_owned(), at.clone())]);
    assert_eq!(known(&steps, &ago(Duration::minutes(23 * 60 - 1))).len(), 1);
    // A job of the next day may begin a little earlier than that of this day did.
    assert_eq!(known(&steps, &ago(Duration::hours(23))), []);
    assert_eq!(known(&steps, &ago(Duration::hours(-1))), [], "a clock was wrong");
    // It counts from when it was read.
    let mut since = ago(Duration::hours(1));
    since.ledger[0].status = Status::Known;
    assert_eq!(known(&steps, &since), [], "it does not say when");
    since.ledger[0].known_at = Some(at.clone());
    assert_eq!(known(&steps, &since), [(SIGN_IN.to_owned(), at)]);
    since.ledger[0].known_at = Some("2026-03-01T12:59:00Z".to_owned());
    assert_eq!(known(&steps, &since), []);
}

#[test]
fn what_was_not_whole_or_would_be_read_otherwise_is_not_known() {
    let steps = planned(&instance("azure"));
    let before = NOW - Duration::hours(2);
    let others = [
        Status::Skipped,
        Status::Pending,
        Status::Retired,
        Status::Forbidden,
        Status::Partial,
        Status::Failed,
    ];
    for status in others {
        let ended = [(SIGN_IN, status), (STATES, Status::Complete)];
        assert_eq!(ids(known(&steps, &last(&steps, before, &ended))), [STATES], "{status:?}");
    }
    assert_eq!(known(&steps, &last(&steps, before, &[])), []);

    let complete = last(&steps, before, &[(SIGN_IN, Status::Complete)]);
    let but = |change: &dyn Fn(&mut PlannedStep)| {
        let mut steps = steps.clone();
        steps.iter_mut().filter(|it| it.id == SIGN_IN).for_each(change);
        known(&steps, &complete)
    };
    assert_eq!(but(&|_| ()).len(), 1);
    assert_eq!(but(&|it| it.basis = Some(based("other", Some("g")))), []);
    assert_eq!(but(&|it| it.basis = Some(based("b", Some("other")))), []);
    assert_eq!(but(&|it| it.basis = None), []);
    assert_eq!(but(&|it| it.disabled = Some("off".to_owned())), []);
    let mut unknown = complete.clone();
    unknown.steps.iter_mut().for_each(|it| it.basis = None);
    assert_eq!(known(&steps, &unknown), []);

    let mut guarded = last(&steps, before, &[(STATES, Status::Complete)]);
    assert_eq!(ids(known(&steps, &guarded)), [STATES]);
    guarded.graph.guarded.insert("azure_policy_state".to_owned(), 3);
    assert_eq!(known(&steps, &guarded), []);
}

#[test]
fn what_belongs_together_is_read_together() {
    let steps = planned(&instance("microsoft365"));
    let before = NOW - Duration::hours(2);
    let [report, pages] = ["detected-applications", "detected-applications-pages"];
    let [installed, by_device] =
        ["detected-application-installations", "detected-application-installations-by-device"];
    let of = |ended: [Status; 4]| {
        let ended: Vec<_> = [report, pages, installed, by_device].into_iter().zip(ended).collect();
        let mut known = ids(known(&steps, &last(&steps, before, &ended)));
        known.sort();
        known
    };
    let (read, not, failed) = (Status::Complete, Status::Skipped, Status::Failed);
    // What stands in for one that is known has nothing to do.
    assert_eq!(of([read, not, read, not]), [installed, report]);
    // What another has read instead counts as read, and both are known.
    assert_eq!(of([not, read, read, not]), [installed, report, pages]);
    // Where neither could, both are tried again.
    assert_eq!(of([failed, failed, read, not]), [installed]);
    assert_eq!(of([not, failed, read, not]), [installed]);
    // Both of these find applications.
    assert_eq!(of([failed, failed, not, read]), <[&str; 0]>::default());
}

#[test]
fn what_cannot_be_told_now_is_as_it_was() {
    let mut steps = planned(&instance("azure"));
    let last = last(&steps, NOW - Duration::hours(2), &[(SIGN_IN, Status::Complete)]);
    for it in steps.iter_mut().filter(|it| it.slow) {
        it.basis = Some(based("b", None));
    }
    note(&mut steps, &last, DAY, NOW);
    let sign_in = steps.iter().find(|it| it.id == SIGN_IN).unwrap();
    assert!(sign_in.known_at.is_some());
    assert_eq!(sign_in.basis, Some(based("b", Some("g"))), "the next job compares with it");
}

#[test]
fn a_basis_is_what_decides_what_a_step_finds() {
    let azure = instance("azure");
    let [sign_in, states] = [SIGN_IN, STATES].map(|it| steps::find(it).unwrap());
    let graph = |roles: &[&str]| Granted {
        graph: Told::Now(roles.iter().map(|it| (*it).to_owned()).collect()),
        ..Granted::default()
    };
    let roles = |actions: &[&str]| Granted {
        subscription: Told::Now(Permissions::of(json!([{ "actions": actions }]))),
        ..Granted::default()
    };
    // Only what a step needs matters to it, however that is granted.
    let all = graph(&["AuditLog.Read.All", "User.Read.All"]).to(sign_in);
    assert!(all.is_some());
    assert_eq!(graph(&["User.ReadWrite.All", "AuditLog.Read.All", "Mail.Read"]).to(sign_in), all);
    assert_ne!(graph(&["User.Read.All"]).to(sign_in), all);
    let reader = roles(&["*/read", "*/action"]).to(states);
    assert!(reader.is_some());
    assert_eq!(roles(&["*"]).to(states), reader);
    assert_ne!(roles(&[]).to(states), reader);
    // Who may not ask is not who cannot ask now.
    let never = Granted { subscription: Told::Never, ..Granted::default() };
    assert!(never.to(states).is_some_and(|it| Some(it) != reader));
    assert_eq!(Granted::default().to(states), None);

    // And it matters whose tenant it is, and who reads it.
    assert_ne!(of(&azure, sign_in), of(&azure, states));
    for (field, value) in [("directoryId", "e"), ("clientId", "f"), ("subscriptionId", "t")] {
        let mut other: Value = serde_json::to_value(&azure).unwrap();
        other["config"][field] = value.into();
        let other: Instance = serde_json::from_value(other).unwrap();
        assert_ne!(of(&other, sign_in), of(&azure, sign_in), "{field}");
    }
}
