//! Whole jobs in bad weather: what ends leaves no trace, and what does not end is in the ledger.

#![expect(clippy::unwrap_used, reason = "what a test needs must be there")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use collector::ledger::{Entry, Reading, Status};
use collector::summary::Summary;
use simulator::Permanent;
use steps::Integration;
use tests::chaos::{self, Outcome, Statistics, Tenant, Weather};

/// Small, but with several pages of most lists.
const TENANT: Tenant = Tenant {
    integration: Integration::Azure,
    users: 12,
    resources: 12,
    page_size: 3,
    some_sources: true,
    delta: false,
    again: false,
};

/// The same, as Microsoft 365 sees it.
const MICROSOFT365: Tenant = Tenant { integration: Integration::Microsoft365, ..TENANT };

/// The same, of which the second job follows changes.
const DELTA: Tenant = Tenant { delta: true, ..TENANT };

/// They take a minute or two on two processors. The program `chaos` runs more, as `.ci/run` does.
const SEEDS: u64 = 6;

/// Jobs of Microsoft 365 are small, and only some of them meet every way in which a report can
/// fail.
const MICROSOFT365_SEEDS: u64 = 48;

#[test]
fn no_fault_that_ends_and_no_death_changes_a_byte() {
    let statistics = storm(TENANT, SEEDS);
    assert!(statistics.faults.len() > 35, "{statistics}");
    // No job waited for its slow steps, and what was published before left no trace.
    assert!(statistics.early >= SEEDS, "{statistics}");
}

#[test]
fn no_fault_that_ends_and_no_death_changes_a_byte_of_microsoft_365() {
    let statistics = storm(MICROSOFT365, MICROSOFT365_SEEDS);
    for kind in ["export-slow", "export-failed", "export-stuck", "export-broken"] {
        assert!(statistics.faults.contains_key(kind), "{kind}: {statistics}");
    }
}

#[test]
fn no_fault_that_ends_and_no_death_changes_a_byte_where_changes_are_followed() {
    let statistics = storm(DELTA, SEEDS / 2);
    assert!(statistics.faults.len() > 35, "{statistics}");
}

/// The second job is started by the schedule, and does not read what is slow again.
#[test]
fn no_fault_that_ends_and_no_death_changes_a_byte_of_what_is_known() {
    let again = Tenant { again: true, ..TENANT };
    let calm = chaos::calm(again).unwrap();
    let known = calm.summary.unwrap().ledger.into_iter();
    let known = known.filter(|it| it.status == Status::Known).map(|it| it.step);
    assert_eq!(known.collect::<Vec<_>>(), ["ad-user-sign-in-activity", STATES]);
    storm(again, SEEDS / 2);
}

/// The slow step of a subscription.
const STATES: &str = "rm-policy-states-for-subscription";

/// Runs jobs in bad weather for each seed.
fn storm(tenant: Tenant, seeds: u64) -> Statistics {
    let calm = chaos::calm(tenant).unwrap();
    assert_eq!(calm.problems, <[String; 0]>::default());
    assert!(calm.snapshot.objects() > 40, "{}", calm.snapshot.objects());
    let weather = Weather { density: 0.1, kills: 0.1, ..Weather::default() };
    let failed = Mutex::new(BTreeMap::new());
    let followed = AtomicUsize::new(0);
    let note = |seed, outcome: &Outcome| {
        followed.fetch_add(follows(outcome), Ordering::Relaxed);
        if !outcome.problems.is_empty() {
            failed.lock().unwrap().insert(seed, outcome.problems.clone());
        }
    };
    let statistics = chaos::storm(tenant, &weather, &calm.snapshot, 0..seeds, note).unwrap();
    let failed = failed.into_inner().unwrap();
    let Tenant { integration, users, resources, page_size, delta, .. } = tenant;
    assert!(
        failed.is_empty(),
        "{failed:#?}\nagain: cargo run -p tests --bin chaos -- --seed … --integration {} \
         --users {users} --resources {resources} --page-size {page_size} --some-sources{}",
        integration.as_str(),
        if delta { " --delta" } else { "" },
    );
    // If hardly anything goes wrong, nothing is proved.
    assert!(statistics.kills > seeds, "{statistics}");
    assert!(statistics.faults.contains_key("gone-away"), "{statistics}");
    assert!(statistics.faults.values().sum::<u64>() > 100 * seeds, "{statistics}");
    assert_eq!(followed.into_inner() as u64 > seeds, delta, "{statistics}");
    statistics
}

/// How many steps of a job were read by what has changed.
fn follows(outcome: &Outcome) -> usize {
    let entries = outcome.summary.iter().flat_map(|it| &it.ledger);
    entries.filter(|it| it.reading == Some(Reading::Delta)).count()
}

/// Whoever writes a checkpoint, a manifest, a lease or anything else that says how far something is
/// dies at once after it, and nothing else goes wrong: one run for each of some of these moments.
#[test]
fn no_death_after_a_checkpoint_changes_a_byte() {
    deaths(TENANT, 0, 8);
}

/// The same for the second of two jobs, which follows changes.
#[test]
fn no_death_after_a_checkpoint_changes_a_byte_where_changes_are_followed() {
    deaths(DELTA, 1, 4);
}

/// Lets whoever writes a milestone die, from the first of a job on, which has as many as any before
/// it, and as much further on each time as makes `runs`.
fn deaths(tenant: Tenant, job: u64, runs: u64) {
    let calm = chaos::calm(tenant).unwrap();
    let dying = |death| Weather { seed: 7, death: Some(death), ..Weather::default() };
    let whole = chaos::run(tenant, &dying(u64::MAX), Some(&calm.snapshot)).unwrap();
    assert_eq!(follows(&whole) > 0, tenant.delta);
    assert_eq!((whole.problems, whole.statistics.kills), (Vec::new(), 0));
    let first = whole.statistics.milestones / (job + 1) * job;
    let milestones = whole.statistics.milestones - first;
    assert!(milestones > 10 * runs, "{milestones}");
    let death = |number| first + number * milestones / runs;
    let failed = Mutex::new(BTreeMap::new());
    let note = |number, outcome: &Outcome| {
        let mut problems = outcome.problems.clone();
        // Runs differ a little, so that the last milestones may not come, but who reaches one dies
        // there.
        let Statistics { milestones, kills, .. } = outcome.statistics;
        if (kills > 0) != (milestones > death(number)) {
            problems.push(format!("{kills} died, of {milestones} milestones"));
        }
        if !problems.is_empty() {
            failed.lock().unwrap().insert(number, problems);
        }
    };
    let dying = |number| dying(death(number));
    let statistics = chaos::many(tenant, dying, Some(&calm.snapshot), 0..runs, note).unwrap();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(statistics.kills * 10 > runs * 9, "{} of {runs}", statistics.kills);
}

/// Runs a job which meets something that never ends, in calm and in bad weather, and checks that
/// the ledger names these steps and no others.
fn ends_with(permanent: Permanent, expected: &[(&str, Status)]) -> Vec<Summary> {
    let expected: BTreeMap<_, _> = expected.iter().copied().collect();
    let calm = Weather { permanent: vec![permanent], ..Weather::default() };
    let bad = Weather { seed: 1, density: 0.1, kills: 0.1, ..calm.clone() };
    let summaries = [calm, bad].map(|weather| {
        let outcome = chaos::run(TENANT, &weather, None).unwrap();
        assert_eq!(outcome.problems, <[String; 0]>::default(), "{weather:?}");
        let summary = outcome.summary.unwrap();
        let entries = summary.ledger.iter().filter(|it| it.status != Status::Complete);
        let incomplete: BTreeMap<_, _> = entries.map(|it| (it.step.as_str(), it.status)).collect();
        assert_eq!(incomplete, expected, "{weather:?}");
        summary
    });
    summaries.into()
}

/// In a second job, a list is answered in a way that proves nothing. In bad weather, too, nothing
/// is deleted. These are the answers that no other test here is about, for one list each; the
/// program `chaos --doubt` goes through all answers and lists.
#[test]
fn no_answer_that_proves_nothing_deletes_anything() {
    let doubtful: Vec<_> = chaos::doubtful().into_iter().step_by(8).skip(4).collect();
    let turn = |number| usize::try_from(number).unwrap();
    let weather = |number: u64| Weather {
        seed: number,
        density: 0.1,
        kills: 0.1,
        permanent_later: doubtful.iter().skip(turn(number)).take(1).cloned().collect(),
        ..Weather::default()
    };
    let failed = Mutex::new(Vec::new());
    let note = |number, outcome: &Outcome| {
        if !outcome.problems.is_empty() {
            let problems = outcome.problems.clone();
            failed.lock().unwrap().push((weather(number).permanent_later, problems));
        }
    };
    let statistics = chaos::many(TENANT, weather, None, 0..doubtful.len() as u64, note).unwrap();
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
    for kind in ["accepted", "error-beside-items", "not-registered", "unidentified"] {
        assert!(statistics.faults.contains_key(kind), "{kind}: {statistics}");
    }
}

/// A path below the subscription that is collected.
fn in_subscription(path: &str) -> String {
    let ledger = chaos::calm(TENANT).unwrap().summary.unwrap().ledger;
    let entry = ledger.iter().find(|entry| entry.step == "rm-subscription").unwrap();
    format!("/subscriptions/{}/{path}", entry.scope)
}

/// How the steps end that read users: one of them reads when these signed in.
const fn of_users(status: Status) -> [(&'static str, Status); 2] {
    [("ad-user-sign-in-activity", status), ("ad-users", status)]
}

#[test]
fn a_list_that_is_forbidden_from_its_third_page_is_partial() {
    let path = "/v1.0/users".to_owned();
    ends_with(Permanent::ForbiddenFromPage { path, page: 3 }, &of_users(Status::Partial));
}

#[test]
fn a_list_that_lacks_an_item_of_those_it_counts_is_partial() {
    let path = "/v1.0/users".to_owned();
    let summaries = ends_with(Permanent::LosesItem { path }, &[("ad-users", Status::Partial)]);
    for summary in summaries {
        let entry = summary.ledger.iter().find(|it| it.step == "ad-users").unwrap();
        assert!(entry.reason.as_ref().unwrap().ends_with("items arrived"), "{entry:?}");
    }
}

#[test]
fn a_list_that_cannot_be_counted_is_read_all_the_same() {
    let path = "/v1.0/users".to_owned();
    for summary in ends_with(Permanent::Uncountable { path }, &[]) {
        let counted = |step| summary.ledger.iter().find(|it| it.step == step).unwrap().counted;
        assert_eq!(counted("ad-users"), None);
        assert!(counted("ad-groups").is_some());
    }
}

#[test]
fn what_comes_with_the_parents_is_what_their_own_lists_say() {
    let calm = chaos::calm(TENANT).unwrap();
    let entry = |outcome: &Outcome, step: &str| {
        let mut ledger = outcome.summary.clone().unwrap().ledger.into_iter();
        ledger.find(|it| it.step == step).unwrap()
    };
    for (step, path, relationship) in [
        ("ad-group-owners", "/v1.0/groups", "owners"),
        ("ad-device-registered-owners", "/v1.0/devices", "registeredOwners"),
        ("ad-device-registered-users", "/v1.0/devices", "registeredUsers"),
    ] {
        let (path, relationship) = (path.to_owned(), relationship.to_owned());
        let permanent = vec![Permanent::Unexpandable { path, relationship }];
        let weather = Weather { permanent, ..Weather::default() };
        let alone = chaos::run(TENANT, &weather, Some(&calm.snapshot)).unwrap();
        assert_eq!(alone.problems, <[String; 0]>::default(), "{step}");
        let (together, alone) = (entry(&calm, step), entry(&alone, step));
        assert_eq!((alone.status, together.status), (Status::Complete, Status::Complete));
        assert!(alone.pages > 2 * together.pages, "{step}: {} {}", alone.pages, together.pages);
    }
}

#[test]
fn a_list_that_is_retired_is_retired() {
    let path = in_subscription("providers/Microsoft.Compute/disks");
    let expected = [("rm-compute-virtual-machine-disks", Status::Retired)];
    ends_with(Permanent::Retired { path }, &expected);
}

#[test]
fn a_provider_that_is_not_registered_is_skipped() {
    let namespace = "Microsoft.KeyVault".to_owned();
    ends_with(Permanent::NotRegistered { namespace }, &[("rm-keyvault-vaults", Status::Skipped)]);
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    stranger.set_nonblocking(true).unwrap();
    let host = stranger.local_addr().unwrap().to_string();
    let path = "/v1.0/groups".to_owned();
    let expected = [
        ("ad-groups", Status::Partial),
        ("ad-group-assignment-schedules", Status::Partial),
        ("ad-group-eligibility-schedules", Status::Partial),
        ("ad-group-members", Status::Partial),
        ("ad-group-owners", Status::Partial),
        ("ad-group-service-principal-owners", Status::Partial),
    ];
    ends_with(Permanent::ForeignLink { path, host }, &expected);
    // Nobody has so much as connected, so no request and no token came.
    let visitor = stranger.accept();
    assert!(visitor.is_err_and(|it| it.kind() == ErrorKind::WouldBlock));
}

#[test]
fn a_list_that_goes_in_a_circle_ends() {
    let path = "/v1.0/users".to_owned();
    ends_with(Permanent::LoopingLink { path }, &of_users(Status::Partial));
}

#[test]
fn children_that_are_gone_prove_nothing_of_their_parents() {
    let path = "/v1.0/groups".to_owned();
    let expected = [
        ("ad-group-members", Status::Partial),
        // Who owns a group comes with the groups, too, but not each principal.
        ("ad-group-service-principal-owners", Status::Partial),
    ];
    for summary in ends_with(Permanent::Vanished { path }, &expected) {
        let groups = summary.graph.entities["azure_user_group"];
        assert_eq!(summary.vanished["ad-group-members"], groups);
    }
}

#[test]
fn a_list_that_is_never_answered_is_given_up() {
    let path = "/v1.0/users".to_owned();
    for summary in ends_with(Permanent::NeverAnswers { path }, &of_users(Status::Failed)) {
        let entry = summary.ledger.iter().find(|it| it.step == "ad-users").unwrap();
        let reason = entry.reason.as_deref().unwrap();
        assert!(reason.starts_with("failed: no answer"), "{entry:?}");
    }
}

#[test]
fn a_list_that_is_always_throttled_is_given_up() {
    for (wait, expected) in [
        (0, "failed: the service throttles every request"),
        (86_400, "failed: the service asks for a wait of more than 60 minutes"),
    ] {
        let path = in_subscription("providers/Microsoft.Compute/disks");
        let expected_steps = [("rm-compute-virtual-machine-disks", Status::Failed)];
        for summary in ends_with(Permanent::Throttled { path, wait }, &expected_steps) {
            let disks = |it: &&Entry| it.step == "rm-compute-virtual-machine-disks";
            let entry = summary.ledger.iter().find(disks).unwrap();
            assert_eq!(entry.reason.as_deref(), Some(expected));
            if wait == 0 {
                let vain = entry.vain.as_ref().unwrap();
                assert!(vain.address.ends_with("/providers/Microsoft.Compute/disks"), "{vain:?}");
                assert!(vain.times >= 10 && vain.seconds >= 300, "{vain:?}");
            }
        }
    }
}

#[test]
fn an_audience_without_tokens_costs_its_own_lists_only() {
    let audience = "https://vault.azure.net".to_owned();
    let expected = [("rm-keyvault-keys", Status::Failed), ("rm-keyvault-secrets", Status::Failed)];
    ends_with(Permanent::NeverSignsIn { audience }, &expected);
}
