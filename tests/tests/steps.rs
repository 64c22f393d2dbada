//! What is true of every step.

#[path = "steps/catalog.rs"]
mod catalog;
#[path = "steps/concealed.rs"]
mod concealed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use graph::{Entity, Key, Unresolved};
use serde_json::Value;
use steps::{
    Affects, At, Becomes, ENDINGS, EntityType, Link, List, Parent, Permission, Property, STEPS,
    Service, Shape, Step, Type,
};
use tests::{Problems, Recording, difference, fixtures, pretty};

/// Types that links lead to although no step collects them yet.
const NOT_YET_COLLECTED: &[&str] = &[];

#[test]
fn recordings_become_the_expected_graphs() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let graph = pretty(&tests::graph(&recording.convert()));
        problems.note(difference(&recording.graph(), &graph));
    }
    problems.report();
}

#[test]
fn every_step_has_a_recording() {
    let mut problems = Problems::default();
    for step in STEPS {
        let recording = Recording::of(step);
        problems.unless(recording.is_some(), || format!("{} has no recording", step.id));
        let Some(recording) = recording else { continue };
        let is_fine =
            recording.owners.iter().all(|it| it.is_none() == step.list.parents.is_empty());
        problems.unless(is_fine, || format!("{} has a parent it should not, or none", step.id));
    }
    problems.report();
}

#[test]
fn every_recording_is_of_a_step() {
    for folder in fs::read_dir(fixtures()).unwrap() {
        let folder = folder.unwrap();
        let id = folder.file_name().into_string().unwrap();
        assert!(STEPS.iter().any(|step| step.id == id), "there is no step {id}");
        let names: BTreeSet<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let pages = names.iter().filter(|name| name.starts_with("page-")).count();
        let is_table = names.contains("page-1.csv");
        let kind = if is_table { "csv" } else { "json" };
        let pages = (1..=pages).map(|page| format!("page-{page}.{kind}"));
        let known = pages
            .flat_map(|page| [page.replace("page-", "parent-"), page])
            .chain(["parent.json".into(), "graph.json".into()])
            .collect();
        let strange: Vec<_> = names.difference(&known).collect();
        assert!(strange.is_empty(), "nothing reads {strange:?} of {id}");
    }
}

#[test]
fn recordings_show_every_property() {
    let mut problems = Problems::default();
    let (mut own, mut shared) = (BTreeMap::new(), BTreeMap::new());
    for recording in recordings() {
        let step = recording.step;
        let found = recording.convert();
        let inherited: Vec<&str> =
            step.all_links().flat_map(|link| link.inherits).copied().collect();
        // A patch of any parent is shown by that of one.
        let mut patched: BTreeMap<&str, bool> = BTreeMap::new();
        for (of, property) in step.patches() {
            let is_seen = names(&found.entities, of).contains(property.name);
            *patched.entry(property.name).or_default() |=
                is_seen || inherited.contains(&property.name);
        }
        for (name, is_seen) in patched {
            problems.unless(is_seen, || format!("{} shows no {name}", step.id));
        }
        for of in step.entity_types() {
            let seen = names(&found.entities, of);
            for name in of.properties.iter().map(|it| it.name).filter(|it| !inherited.contains(it))
            {
                *own.entry((of.kind, name)).or_insert(false) |= seen.contains(name);
            }
            for Property { name, .. } in of.shared.iter().copied().flatten() {
                *shared.entry(*name).or_insert(false) |= seen.contains(*name);
            }
        }
    }
    // Several steps may find one type, by the same conversion. One of them showing a property will
    // do.
    for ((kind, name), is_seen) in own {
        problems.unless(is_seen, || format!("no recording of any step shows {kind}.{name}"));
    }
    for (name, is_seen) in shared {
        problems.unless(is_seen, || format!("no recording of any step shows {name}"));
    }
    problems.report();
}

#[test]
fn recordings_show_no_property_that_is_not_declared() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let step = recording.step;
        for entity in recording.convert().entities {
            let kind = entity.kind;
            for (name, value) in &entity.properties {
                let is_fine = step.property(kind, name).is_some_and(|it| it.admits(value));
                problems.unless(is_fine, || format!("{} sets {kind}.{name} to {value}", step.id));
            }
            let is_fine = if entity.is_patch {
                step.patched_types().any(|of| of.kind == kind)
            } else {
                step.entity_types().any(|of| of.kind == kind)
            };
            problems.unless(is_fine, || format!("{} does not declare {kind}", step.id));
        }
    }
    problems.report();
}

#[test]
fn every_entity_is_tagged_with_the_account_if_the_instance_asks_for_it() {
    let mut problems = Problems::default();
    for mut recording in recordings() {
        recording.instance.account_name = Some("contoso".to_owned());
        for entity in recording.convert().entities.iter().filter(|it| !it.is_patch) {
            let is_tagged = entity.text("tag.AccountName") == Some("contoso");
            problems.unless(is_tagged, || format!("{} of {}", entity.key, recording.step.id));
        }
    }
    problems.report();
}

/// A recording of another type, or a type that is mistyped, shows in the ids.
#[test]
fn what_has_a_type_of_resource_has_ids_of_it() {
    let mut problems = Problems::default();
    let types: BTreeMap<_, _> = emitted().map(|(_, of)| (of.kind, of)).collect();
    let mut checked = 0;
    for recording in recordings() {
        for entity in recording.convert().entities.iter().filter(|it| !it.is_patch) {
            let resource = types.get(entity.kind).and_then(|of| of.resource);
            // What is in a vault has an address there, and subscriptions and resource groups are of
            // no provider.
            let key = entity.key.as_str();
            let is_provided = key.starts_with('/') && key.contains("/providers/");
            let Some(resource) = resource.filter(|_| is_provided) else { continue };
            checked += 1;
            let is_fine = resource.is_of(&entity.key);
            let (id, name) = (recording.step.id, resource.name);
            problems.unless(is_fine, || format!("{id} shows {key}, which is no {name}"));
        }
    }
    assert!(checked > 0);
    problems.report();
}

#[test]
fn both_lists_of_a_step_find_the_same() {
    let mut problems = Problems::default();
    for recording in recordings().filter(|it| it.step.list.fallback.is_some()) {
        let id = recording.step.id;
        let mut seen = BTreeMap::new();
        let mut is_seen_twice = false;
        let found = recording.convert();
        let entities = found.entities.into_iter().map(|it| (it.key.to_string(), it.properties));
        let references = found.references.into_iter().map(|it| {
            let name = format!("{:?} {:?} {:?}", it.from, it.class, it.to);
            (it.key.map_or(name, |key| format!("{key:?}")), it.properties)
        });
        for (key, properties) in entities.chain(references) {
            let Some(other) = seen.insert(key, properties.clone()) else { continue };
            is_seen_twice = true;
            for (name, value) in properties {
                let is_same = other.get(&name).is_none_or(|it| *it == value);
                problems.unless(is_same, || format!("{id} finds two values of {name}"));
            }
        }
        problems.unless(is_seen_twice, || format!("{id} shows nothing as both lists answer it"));
    }
    problems.report();
}

#[test]
fn recordings_show_every_type_of_entity() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let found = recording.convert();
        for of in recording.step.entity_types() {
            let is_seen = found.entities.iter().any(|it| it.kind == of.kind);
            problems.unless(is_seen, || format!("{} shows no {}", recording.step.id, of.kind));
        }
    }
    problems.report();
}

#[test]
fn recordings_show_every_link() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let step = recording.step;
        let mut seen: Vec<*const Link> = Vec::new();
        for (index, item) in recording.items.iter().enumerate() {
            recording.with_item(index, item, |item| {
                step.visit(&item, &mut |becomes: &Becomes, item| {
                    let links = becomes.links.iter().filter(|link| link.refers(item));
                    seen.extend(links.map(std::ptr::from_ref));
                });
            });
        }
        for link in step.all_links().filter(|it| !matches!(it.at, At::Parent | At::Hook)) {
            let is_seen = seen.iter().any(|it| std::ptr::eq(*it, link));
            problems
                .unless(is_seen, || format!("{} shows no {} {:?}", step.id, link.class, link.at));
        }
    }
    problems.report();
}

#[test]
fn recordings_show_every_mapped_relationship_and_no_other() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let found = recording.convert();
        let seen: BTreeSet<&str> = found
            .references
            .iter()
            .filter_map(|reference| match &reference.unresolved {
                Unresolved::Map { kind, .. } => Some(kind.as_str()),
                Unresolved::Drop => None,
            })
            .collect();
        let step = recording.step;
        let declared: BTreeSet<&str> =
            step.all_links().flat_map(|link| link.maps).copied().collect();
        problems.unless(seen == declared, || {
            format!("{} declares {declared:?} and shows {seen:?}", step.id)
        });
    }
    problems.report();
}

#[test]
fn recordings_show_no_relationship_that_is_not_declared() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let declared = recording.step.relationships();
        for reference in recording.convert().references {
            let class = reference.class;
            let is_fine = declared.iter().any(|it| {
                it.class == class && reference.kind.as_ref().is_none_or(|kind| it.kind == *kind)
            });
            problems.unless(is_fine, || {
                format!("{} does not declare {class} {:?}", recording.step.id, reference.kind)
            });
        }
    }
    problems.report();
}

#[test]
fn recordings_show_discoveries_where_they_are_declared() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let (step, found) = (recording.step, recording.convert());
        let skipped = found.discoveries.iter().filter(|it| it.skipped.is_some()).count();
        let is_fine = if step.discovers() {
            0 < skipped && skipped < found.discoveries.len()
        } else {
            found.discoveries.is_empty()
        };
        problems.unless(is_fine, || format!("{} discovers {:?}", step.id, found.discoveries));
    }
    problems.report();
}

#[test]
fn what_is_selected_is_enough() {
    let mut problems = Problems::default();
    for recording in recordings().filter(|it| it.step.list.ask.select) {
        let fields = recording.step.select();
        let selected = recording.items.iter().cloned().map(|mut item| {
            if let Value::Object(item) = &mut item {
                item.retain(|name, _| name.starts_with('@') || fields.contains(&&**name));
            }
            item
        });
        let selected = recording.convert_items(&selected.collect::<Vec<_>>());
        let is_enough = tests::graph(&selected) == tests::graph(&recording.convert());
        problems.unless(is_enough, || format!("{} reads more than it selects", recording.step.id));
    }
    problems.report();
}

/// What stands for a secret in recordings, in plain and in Base64.
const SECRETS: [&str; 2] = ["hunter2", "aHVudGVyMg=="];

#[test]
fn secrets_in_recordings_are_not_kept() {
    let mut problems = Problems::default();
    let has_secret = |text: &str| SECRETS.iter().any(|secret| text.contains(secret));
    let mut seen = 0;
    for recording in recordings() {
        seen += recording.items.iter().filter(|item| has_secret(&item.to_string())).count();
        let graph = tests::graph(&recording.convert()).to_string();
        problems.unless(!has_secret(&graph), || format!("{} tells a secret", recording.step.id));
        for entity in recording.convert().entities {
            let is_kept = entity.raw.as_ref().is_some_and(|raw| has_secret(raw.get()));
            problems.unless(!is_kept, || format!("{} keeps a secret", entity.key));
        }
    }
    assert!(seen > 0, "no recording has a secret");
    problems.report();
}

#[test]
fn ids_are_unique_sorted_and_kebab_case() {
    let mut problems = Problems::default();
    for pair in STEPS.windows(2) {
        let [before, after] = [pair[0].id, pair[1].id];
        problems.unless(before < after, || format!("{after} belongs before {before}"));
    }
    let mut seen = BTreeSet::new();
    for id in STEPS.iter().flat_map(|step| step.covers.iter().copied().chain([step.id])) {
        problems.unless(seen.insert(id), || format!("{id} occurs twice"));
    }
    // Other spellings are the reference's.
    for id in STEPS.iter().map(|step| step.id) {
        let is_kebab = id.split('-').all(|word| {
            !word.is_empty()
                && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        });
        problems.unless(is_kebab, || format!("{id} is not in kebab-case"));
    }
    problems.report();
}

#[test]
fn a_type_is_declared_once() {
    let mut problems = Problems::default();
    let mut declared = BTreeMap::new();
    for (step, of) in emitted() {
        let other = declared.insert((step.integration, of.kind), of);
        let other = other.is_some_and(|other| !std::ptr::eq(other, of));
        problems.unless(!other, || format!("{} of {} has a namesake", of.kind, step.id));
        problems.unless(!of.class.is_empty(), || format!("{} has no class", of.kind));
    }
    problems.report();
}

#[test]
fn a_store_of_data_may_be_unclassified() {
    let mut problems = Problems::default();
    for (_, of) in emitted().filter(|(_, of)| of.class.contains(&"DataStore")) {
        let is_null = of.property("classification").is_none_or(|it| it.admits(&Value::Null));
        problems.unless(is_null, || format!("{}.classification cannot be null", of.kind));
    }
    problems.report();
}

#[test]
fn properties_have_names_of_their_own() {
    let mut problems = Problems::default();
    let types: BTreeMap<_, _> =
        emitted().map(|(step, of)| ((step.integration, of.kind), of)).collect();
    for ((integration, kind), of) in types {
        let steps = STEPS.iter().filter(|step| step.integration == integration);
        // What only another step knows of a declared property is that property.
        let patches = steps.flat_map(|step| step.patches()).filter(|(it, property)| {
            it.kind == kind && !of.declared().any(|own| std::ptr::eq(own, *property))
        });
        let patches = patches.map(|(_, property)| property);
        let mut seen = BTreeSet::new();
        for name in of.declared().chain(patches).map(|it| it.name) {
            problems.unless(seen.insert(name), || format!("{} has {name} twice", of.kind));
            // JupiterOne accepts no other names, but for those of tags.
            let is_fine = |it: u8| it.is_ascii_alphanumeric() || it == b'.';
            let is_fine = name.strip_suffix('*').unwrap_or(name).bytes().all(is_fine);
            problems.unless(is_fine, || format!("{}.{name} is not a name", of.kind));
        }
    }
    problems.report();
}

#[test]
fn links_lead_to_entities_that_are_emitted() {
    let mut problems = Problems::default();
    let kinds: BTreeSet<_> = emitted().map(|(step, of)| (step.integration, of.kind)).collect();
    for step in STEPS {
        for to in step.all_links().flat_map(|link| link.to).map(|to| to.kind) {
            let is_known =
                kinds.contains(&(step.integration, to)) || NOT_YET_COLLECTED.contains(&to);
            problems.unless(is_known, || format!("{} links to {to}, which no step emits", step.id));
        }
    }
    for kind in NOT_YET_COLLECTED {
        let is_collected = kinds.iter().any(|(_, of)| of == kind);
        problems.unless(!is_collected, || format!("{kind} is collected by now"));
    }
    problems.report();
}

#[test]
fn what_is_inherited_is_declared_by_both() {
    let mut problems = Problems::default();
    for step in STEPS {
        for link in step.all_links() {
            for name in link.inherits {
                let ty = |of: &EntityType| of.property(name).map(|it| it.ty);
                let holder = step.emits().and_then(ty);
                let is_fine = holder.is_some()
                    && !link.to.is_empty()
                    && link.to.iter().all(|lender| ty(lender) == holder);
                problems.unless(is_fine, || format!("{} cannot inherit {name}", step.id));
            }
        }
    }
    problems.report();
}

#[test]
fn a_patch_is_of_what_another_step_finds() {
    for step in STEPS {
        for patched in step.patched_types() {
            let is_found = emitted().any(|(other, of)| {
                other.integration == step.integration && std::ptr::eq(of, patched)
            });
            assert!(is_found, "{} patches {}, which no step finds", step.id, patched.kind);
        }
    }
}

#[test]
fn parents_are_emitted_before_their_children() {
    fn visit(step: &'static Step, path: &mut Vec<&'static str>) {
        assert!(!path.contains(&step.id), "{path:?} wait for each other");
        path.push(step.id);
        for parent in step.list.parents {
            let mut steps = emitted()
                .filter(|(other, of)| {
                    other.integration == step.integration && std::ptr::eq(*of, *parent)
                })
                .peekable();
            assert!(steps.peek().is_some(), "no step emits {} for {}", parent.kind, step.id);
            for (step, _) in steps {
                visit(step, path);
            }
        }
        path.pop();
    }
    for step in STEPS {
        visit(step, &mut Vec::new());
    }
}

#[test]
fn a_fallback_may_find_all_that_its_original_finds() {
    let mut problems = Problems::default();
    for step in STEPS {
        let Some(id) = step.fallback_for else { continue };
        let other = STEPS.iter().find(|it| it.id == id);
        let Some(other) = other.filter(|it| it.integration == step.integration) else {
            problems.note(Some(format!("{} stands in for {id}, which is none", step.id)));
            continue;
        };
        let types = |step: &Step| step.entity_types().map(|of| of.kind).collect::<BTreeSet<_>>();
        let may = types(step).is_superset(&types(other))
            && step.relationships().is_superset(&other.relationships());
        problems.unless(may, || format!("{} does not make up for {id}", step.id));
        let is_switched_alike = step.needs.ingestion_source == other.needs.ingestion_source
            && step.needs.setting == other.needs.setting;
        problems.unless(is_switched_alike, || format!("{} runs without {id}", step.id));
    }
    problems.report();
}

#[test]
fn a_fallback_finds_the_same() {
    let mut problems = Problems::default();
    for fallback in recordings() {
        let Some(other) = fallback.step.fallback_for else { continue };
        let id = fallback.step.id;
        let other = Recording::of(steps::find(other).unwrap()).unwrap().convert();
        let found = fallback.convert();
        let pairs = found.entities.iter().flat_map(|it| {
            let same = move |other: &&Entity| other.key == it.key && other.is_patch == it.is_patch;
            other.entities.iter().filter(same).map(move |other| (it, other))
        });
        let pairs: Vec<_> = pairs.collect();
        problems.unless(!pairs.is_empty() || other.entities.is_empty(), || {
            format!("{id} and what it stands in for show nothing in common")
        });
        for (name, value, other) in pairs.iter().flat_map(|(it, other)| {
            let both = |(name, value)| Some((name, value, other.properties.get(name)?));
            it.properties.iter().filter_map(both)
        }) {
            // What reports and other lists spell in their own way.
            let is_same =
                value == other || matches!(&**name, "displayName" | "version") || value.is_array();
            problems.unless(is_same, || format!("{id} sets {name} to {value} for {other}"));
        }
        let is_shared = found.references.iter().any(|it| other.references.contains(it));
        problems.unless(is_shared || other.references.is_empty(), || {
            format!("{id} and what it stands in for relate nothing in common")
        });
    }
    problems.report();
}

#[test]
fn no_step_reads_what_has_ended_but_for_another() {
    let mut problems = Problems::default();
    let mut known = BTreeSet::new();
    for ending in ENDINGS {
        problems.unless(known.insert(ending.path), || format!("{} ends twice", ending.path));
        let is_date = |date: &str| {
            let parts: Vec<Option<u16>> = date.split('-').map(|it| it.parse().ok()).collect();
            matches!(
                parts[..],
                [Some(2000..)]
                    | [Some(2000..), Some(1..=12)]
                    | [Some(2000..), Some(1..=12), Some(1..=31)]
            )
        };
        let is_fine = ending.stage.date().is_none_or(is_date) && !ending.source.is_empty();
        problems.unless(is_fine, || format!("{} ends {}", ending.path, ending.stage));
    }
    for (step, list) in lists() {
        let ending = list.ending().filter(|it| it.stage.is_over());
        problems.unless(ending.is_none() || step.fallback_for.is_some(), || {
            let instead = ending.map(|it| it.replacement).unwrap_or_default();
            format!("{} reads {}, which has ended: read {instead}", step.id, list.path())
        });
    }
    let stands_in = lists().any(|(_, list)| list.ending().is_some_and(|it| it.stage.is_over()));
    assert!(stands_in, "no list is known to have ended");
    problems.report();
}

#[test]
fn parents_are_recorded_as_they_are_stored() {
    let mut problems = Problems::default();
    for recording in recordings() {
        let step = recording.step;
        for owner in recording.owners.into_iter().flatten() {
            let of = step.list.parents.iter().find(|it| it.kind == owner.kind);
            for (name, value) in owner.json.as_object().unwrap() {
                let property = of.and_then(|of| of.property(name));
                let is_fine = property.is_some_and(|it| it.admits(value));
                problems
                    .unless(is_fine, || format!("the parent of {} has {name}: {value}", step.id));
            }
        }
    }
    problems.report();
}

#[test]
fn every_list_has_an_address() {
    let mut problems = Problems::default();
    for (step, list) in lists() {
        let owner = Recording::of(step).and_then(|it| it.owners.into_iter().next()?);
        let address = list.address(step, &tests::instance(), owner.as_ref().map(|it| it.parent()));
        let is_fine = address.is_some_and(|(_, it)| it.starts_with('/') && !it.starts_with("//"));
        problems.unless(is_fine, || format!("{} has no address for {}", step.id, list.path()));

        // Every other parent has what the path is made of, too.
        for of in step.list.parents {
            let text = |name: &str| if name.ends_with("Url") { "https://text" } else { "text" };
            let texts = of.declared().filter(|it| it.ty == Type::Text);
            let json: Value = texts.map(|it| (it.name, text(it.name))).collect();
            let parent = Parent { key: &Key::new("parent"), kind: of.kind, json: &json };
            let address = list.address(step, &tests::instance(), Some(parent));
            problems.unless(address.is_some(), || format!("{} lacks {}", of.kind, list.path()));
        }
    }
    problems.report();
}

#[test]
fn a_list_that_is_counted_can_be() {
    let mut problems = Problems::default();
    let is_counted = |(_, list): &(&Step, &List)| list.ask.counted;
    for (step, list) in lists().filter(is_counted) {
        // The ledger has one count for a step, and an advanced query cannot expand anything.
        let is_fine = list.service() == Service::Graph
            && list.shape() == Shape::Pages
            && list.parents.is_empty()
            && !list.ask.query.contains("$expand")
            && !list.ask.query.contains("$count");
        problems.unless(is_fine, || format!("{} cannot count {}", step.id, list.path()));
    }
    assert!(lists().any(|it| is_counted(&it)));
    problems.report();
}

#[test]
fn every_api_has_a_version() {
    let mut problems = Problems::default();
    for (step, list) in lists() {
        let version = list.version(None);
        let is_fine = match list.service() {
            // The path says it.
            Service::Graph => version.is_empty(),
            Service::KeyVault => version.starts_with("7."),
            Service::ResourceManager => {
                let date = version.strip_suffix("-preview").unwrap_or(version);
                let parts = date.split('-').map(|it| (it.len(), it.parse::<u16>()));
                let parts: Vec<_> = parts.collect();
                matches!(parts[..], [(4, Ok(_)), (2, Ok(1..=12)), (2, Ok(1..=31))])
            }
        };
        problems.unless(is_fine, || format!("{} asks for version `{version}`", step.id));
    }
    problems.report();
}

/// What is followed has to be what is listed.
#[test]
fn what_is_watched_can_be_followed() {
    let mut problems = Problems::default();
    for (step, list) in lists().filter(|(_, list)| !list.delta.is_empty()) {
        let is_listed = list.service() == Service::Graph && list.shape() == Shape::Pages;
        problems.unless(is_listed, || format!("{} is no list of Microsoft Graph", step.id));
        // A delta query expands nothing, and leaves nothing out.
        let is_whole = !list.ask.query.contains("$expand") && !list.ask.query.contains("$filter");
        problems.unless(is_whole, || format!("{} lists other things than are told", step.id));
        let is_plain = list.fallback.is_none() && step.synthesized.is_none();
        problems.unless(is_plain, || format!("{} may be read in another way", step.id));
        let tells: Vec<Affects> = list.delta.iter().map(|it| it.affects).collect();
        let is_right = match list.parents {
            [] => tells == [Affects::Items],
            _ => {
                matches!(tells[0], Affects::Parents | Affects::Containers)
                    && tells[1..].iter().all(|it| *it == Affects::Members)
            }
        };
        problems.unless(is_right, || format!("{} is told of as {tells:?}", step.id));
        for watch in list.delta {
            let is_fine = watch.path.starts_with('/') && watch.path.ends_with("/delta");
            problems.unless(is_fine, || format!("{} is no delta query", watch.path));
            let has_select = watch.affects == Affects::Items || !watch.select.is_empty();
            problems.unless(has_select, || format!("{} would tell everything", watch.path));
        }
    }
    problems.report();
}

/// What comes with the list of the parents has to be what the list of a parent has.
#[test]
fn what_is_expanded_is_what_is_listed() {
    let mut problems = Problems::default();
    let expanded = || lists().filter(|(_, list)| list.expanded);
    for (step, list) in expanded() {
        let is_plain = list.service() == Service::Graph
            && list.shape() == Shape::Pages
            && list.ask.select
            && list.parents.len() == 1
            && list.distinct.is_none()
            && list.delta.is_empty()
            && list.fallback.is_none();
        problems.unless(is_plain, || format!("{} may be read in another way", step.id));
        let path = list.path();
        let parts: Vec<&str> = path.split('/').collect();
        let is_right = match list.with_parents(step) {
            Some(it) => {
                parts == ["", &it.address[1..it.address.find('?').unwrap()], "{id}", it.property]
            }
            None => false,
        };
        problems.unless(is_right, || format!("{} cannot be expanded", step.id));
        // Parents are listed by the same path, and their keys are their ids.
        let of = list.parents[0];
        let found = STEPS.iter().any(|it| {
            it.integration == step.integration
                && it.read_types().any(|kind| kind.kind == of.kind)
                && path.starts_with(&format!("{}/", it.list.path()))
        });
        problems.unless(found, || format!("{} does not know its parents", step.id));
    }
    assert!(expanded().count() > 0);
    problems.report();
}

#[test]
fn every_step_names_its_permissions() {
    let mut problems = Problems::default();
    for (step, list) in lists() {
        let is_named = step.permissions().into_iter().any(|permission| {
            matches!(
                (list.service(), &permission),
                (Service::Graph, Permission::Graph(_))
                    | (Service::ResourceManager, Permission::Action(_))
                    | (Service::KeyVault, Permission::DataAction(_))
            )
        });
        problems
            .unless(is_named, || format!("{} needs no permission for {}", step.id, list.path()));
        for permission in step.permissions() {
            // A wildcard would grant more than was meant, and whatever is added later.
            let is_action = |it: &str| {
                let is_read = it.ends_with("/read") || it.ends_with("/action");
                it.starts_with("Microsoft.") && is_read && !it.contains('*')
            };
            let is_fine = match &permission {
                Permission::Graph(role) => role.split('.').count() >= 3,
                Permission::Action(action) => is_action(action),
                Permission::DataAction(action) => is_action(action),
            };
            problems.unless(is_fine, || format!("{} asks for {permission:?}", step.id));
        }
    }
    problems.report();
}

#[test]
fn every_step_has_a_name_and_a_known_source() {
    let mut problems = Problems::default();
    for step in STEPS {
        problems.unless(!step.name.is_empty(), || format!("{} has no name", step.id));
        let is_known = step
            .needs
            .ingestion_source
            .is_none_or(|it| step.integration.ingestion_sources().contains(&it));
        problems.unless(is_known, || format!("nothing switches {}", step.id));
    }
    problems.report();
}

/// Every recording that there is.
fn recordings() -> impl Iterator<Item = Recording> {
    STEPS.iter().filter_map(|step| Recording::of(step))
}

/// Every type of entity, with the step that finds it.
fn emitted() -> impl Iterator<Item = (&'static Step, &'static EntityType)> {
    STEPS.iter().flat_map(|step| step.entity_types().map(|of| (*step, of)))
}

/// Every list, with the step that reads it.
fn lists() -> impl Iterator<Item = (&'static Step, &'static List)> {
    let lists = |step: &'static Step| [Some(&step.list), step.list.fallback].into_iter().flatten();
    STEPS.iter().flat_map(move |step| lists(step).map(|list| (*step, list)))
}

/// The properties that entities of a type have; those that are declared as one, such as tags, under
/// their common name.
fn names(entities: &[Entity], of: &EntityType) -> BTreeSet<String> {
    let entities = entities.iter().filter(|entity| entity.kind == of.kind);
    let names = entities.flat_map(|entity| entity.properties.keys());
    let declared = |name: &String| of.property(name).map(|it| it.name.to_owned());
    names.map(|it| declared(it).unwrap_or_else(|| it.clone())).collect()
}
