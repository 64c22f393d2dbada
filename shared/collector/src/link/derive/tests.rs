//! What follows, compared with what a search through every way comes to.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use steps::Integration;

use super::super::proof::{Lack, follows_from};
use super::*;
use crate::plan::PlannedStep;

const GROUP: &str = "azure_user_group_has_group";
const USER: &str = "azure_user_group_has_user";

/// What is known of a relationship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Found,
    FoundAgain,
    /// It was not found, and is carried forward if its type is.
    Missed,
    /// It was not found, and an end of it is gone.
    Severed,
}

type Edges = BTreeMap<(String, String), Fate>;

/// The relationships that follow: type, from, to; whether it was found, depth, via.
type Following = BTreeMap<(String, String, String), (bool, u64, String)>;

/// Relationships that were found, and those that were not.
fn sorted(edges: &[(&str, &Edges)]) -> [Sorted; 2] {
    let [mut found, mut lost] = [Sorter::new(), Sorter::new()];
    for (kind, edges) in edges {
        for ((from, to), fate) in *edges {
            let key = format!("{from}|has|{to}");
            let line = json!({ "_fromEntityKey": from, "_toEntityKey": to, "_key": key });
            let ranks: &[u8] = match fate {
                Fate::Found => &[rank::FOUND],
                Fate::FoundAgain => &[rank::FOUND, rank::FOUND],
                Fate::Missed => &[rank::BEFORE],
                Fate::Severed => &[rank::SEVERED],
            };
            for rank in ranks {
                let line = serde_json::to_vec(&line).unwrap();
                let sorter = if *rank == rank::FOUND { &mut found } else { &mut lost };
                sorter.push(&sort::key(kind, &key, *rank), &line).unwrap();
            }
        }
    }
    // One that is for others to find has no second end.
    let mapped = br#"{"_fromEntityKey":"g0"}"#;
    found.push(&sort::key(USER, "mapped", rank::FOUND), mapped).unwrap();
    [found, lost].map(|it| it.sorted().unwrap())
}

fn proof(disabled: Option<&str>) -> Proof {
    let planned = PlannedStep {
        id: "ad-transitive-group-members".to_owned(),
        disabled: disabled.map(str::to_owned),
        after: Vec::new(),
        slow: false,
        late: false,
        basis: None,
        known_at: None,
    };
    Proof::new(Integration::Azure, [].iter(), [planned].iter())
}

fn follows(nesting: &Edges, members: &Edges, carries: bool, disabled: Option<&str>) -> Following {
    let mut verdicts = Verdicts::default();
    if carries {
        let kinds = [GROUP, USER].map(|kind| (kind.to_owned(), "it is not complete".to_owned()));
        verdicts.carried.extend(kinds);
    }
    let [found, lost] = sorted(&[(GROUP, nesting), (USER, members)]);
    let mut linked = Linked::default();
    let ways = derive([&found, &lost], &verdicts, &proof(disabled), &mut linked).unwrap();
    assert_eq!(linked.limited, BTreeMap::new());

    let mut following = Following::new();
    let mut groups = Groups::new(ways.read().unwrap());
    while let Some((name, ways)) = groups.next().unwrap() {
        let (kind, key) = name.split_once('\0').unwrap();
        let (is_found, line) = match best(kind, key, &ways).unwrap() {
            Some(Known::Found(line)) => (true, line),
            Some(Known::Carried(line)) => (false, line.write()),
            None => continue,
        };
        let line: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        assert_eq!(text("_type"), kind);
        assert_eq!(text("_key"), key);
        assert_eq!(line["isTransitive"], true);
        let ends = (kind.to_owned(), text("_fromEntityKey"), text("_toEntityKey"));
        let how = (is_found, line["depth"].as_u64().unwrap(), text("via"));
        assert!(following.insert(ends, how).is_none());
    }
    following
}

/// The lengths of the shortest ways from each group to each that is in it.
fn distances(edges: &BTreeSet<(String, String)>) -> BTreeMap<(String, String), u64> {
    let mut distances: BTreeMap<_, u64> = edges.iter().map(|it| (it.clone(), 1)).collect();
    loop {
        let mut shorter = distances.clone();
        for ((a, b), first) in &distances {
            for ((c, d), second) in &distances {
                let sum = first + second;
                if b == c
                    && a != d
                    && shorter.get(&(a.clone(), d.clone())).is_none_or(|it| sum < *it)
                {
                    shorter.insert((a.clone(), d.clone()), sum);
                }
            }
        }
        if shorter == distances {
            return distances;
        }
        distances = shorter;
    }
}

fn naive(nesting: &Edges, members: &Edges, carries: bool) -> Following {
    let ends = |edges: &Edges, only_found: bool| -> BTreeSet<(String, String)> {
        let is_shown = |fate: Fate| match fate {
            Fate::Found | Fate::FoundAgain => true,
            Fate::Missed => carries && !only_found,
            Fate::Severed => false,
        };
        edges.iter().filter(|(_, fate)| is_shown(**fate)).map(|(ends, _)| ends.clone()).collect()
    };
    let mut following = Following::new();
    for is_found in [true, false] {
        let distances = distances(&ends(nesting, is_found));
        for (becomes, direct) in [
            ("azure_user_group_has_transitive_group", nesting),
            ("azure_user_group_has_transitive_user", members),
        ] {
            let shown = ends(direct, false);
            let mut best = Following::new();
            for (via, to) in ends(direct, is_found) {
                for ((from, _), distance) in distances.iter().filter(|((_, it), _)| *it == via) {
                    if *from == to || *from == via || shown.contains(&(from.clone(), to.clone())) {
                        continue;
                    }
                    let how = (is_found, distance + 1, via.clone());
                    let ends = (becomes.to_owned(), from.clone(), to.clone());
                    let known = best.entry(ends).or_insert_with(|| how.clone());
                    *known = how.min(known.clone());
                }
            }
            for (ends, how) in best {
                following.entry(ends).or_insert(how);
            }
        }
    }
    following
}

fn edges(edges: Vec<(u8, u8, u8)>, to: &str) -> Edges {
    let fate = |it| match it {
        0 | 1 => Fate::Found,
        2 => Fate::FoundAgain,
        3 => Fate::Missed,
        _ => Fate::Severed,
    };
    let ends = |from, it| (format!("g{from}"), format!("{to}{it}"));
    edges.into_iter().map(|(from, it, chance)| (ends(from, it), fate(chance))).collect()
}

fn found(ends: &[(&str, &str)]) -> Edges {
    let ends = ends.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    ends.map(|ends| (ends, Fate::Found)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_follows_is_what_a_search_through_every_way_comes_to(
        nesting in prop::collection::vec((0..7_u8, 0..7_u8, 0..5_u8), 0..16),
        members in prop::collection::vec((0..7_u8, 0..4_u8, 0..5_u8), 0..10),
        carries: bool,
    ) {
        let (nesting, members) = (edges(nesting, "g"), edges(members, "u"));
        let expected = naive(&nesting, &members, carries);
        prop_assert_eq!(follows(&nesting, &members, carries, None), expected);
    }
}

#[test]
fn who_is_in_a_group_is_in_every_group_that_it_is_in() {
    let nesting = found(&[("all", "staff"), ("staff", "admins"), ("admins", "all")]);
    let members = found(&[("admins", "ada"), ("staff", "bo"), ("all", "bo"), ("other", "cy")]);
    let following = follows(&nesting, &members, false, None);
    let of = |from: &str, to: &str| {
        let kind = "azure_user_group_has_transitive_user".to_owned();
        following.get(&(kind, from.to_owned(), to.to_owned())).cloned()
    };
    let via = |depth, via: &str| Some((true, depth, via.to_owned()));
    assert_eq!(of("staff", "ada"), via(2, "admins"));
    assert_eq!(of("all", "ada"), via(3, "admins"));
    // By a circle, admins have everybody, too.
    assert_eq!(of("admins", "bo"), via(2, "all"));
    assert_eq!(of("all", "bo"), None, "it is there directly");
    assert_eq!(of("other", "cy"), None);
    assert_eq!(following.len(), 3 + 3, "three users, and each group has the one after the next");
}

#[test]
fn a_rule_that_is_off_finds_nothing() {
    let (nesting, members) = (found(&[("a", "b")]), found(&[("b", "u")]));
    assert_eq!(follows(&nesting, &members, false, None).len(), 1);
    assert_eq!(follows(&nesting, &members, false, Some("it is off")).len(), 0);
}

#[test]
fn what_follows_lacks_proof_where_the_rule_or_what_it_follows_from_does() {
    let kind = "azure_user_group_has_transitive_user";
    let types: Vec<&str> = follows_from(kind).collect();
    assert_eq!(types, [USER, GROUP]);
    let off = proof(Some("why")).lacks_relationships(kind).unwrap();
    let Lack::Doubt(off) = off else { panic!("{off:?}") };
    assert!(off.contains("ad-transitive-group-members is turned off: why"), "{off}");
    let lacking = proof(None).lacks_relationships(kind).unwrap();
    assert_eq!(lacking, Lack::Doubt("ad-group-members was not planned".to_owned()));
}
