//! What Microsoft 365 becomes: the types that the reference has, and no others.

use std::collections::BTreeSet;

use graph::relationship_type;
use serde_json::json;
use steps::{Integration, STEPS, Setting, Step};
use tests::Recording;

const DEVICES: [&str; 7] =
    ["computer", "desktop", "laptop", "server", "smartphone", "user_endpoint", "workstation"];

/// The other types of entity, with their classes.
const OTHERS: [(&str, &[&str]); 10] = [
    ("azure_group_member", &["User"]),
    ("azure_user", &["User"]),
    ("azure_user_group", &["UserGroup"]),
    ("intune_compliance_policy", &["Configuration", "ControlPolicy"]),
    ("intune_detected_application", &["Application"]),
    ("intune_device_configuration", &["Configuration", "ControlPolicy"]),
    ("intune_host_agent", &["HostAgent"]),
    ("intune_managed_application", &["Application"]),
    ("intune_noncompliance_finding", &["Finding"]),
    ("microsoft_365_account", &["Account"]),
];

#[test]
fn it_has_the_types_of_the_reference() {
    let found: BTreeSet<_> =
        steps().flat_map(Step::entity_types).map(|of| (of.kind, of.class)).collect();
    let devices = DEVICES.map(|kind| (kind, &["Device", "Host"][..]));
    assert_eq!(found, devices.into_iter().chain(OTHERS).collect());
}

#[test]
fn it_has_the_relationships_of_the_reference() {
    use graph::RelationshipClass::{Assigned, Has, Identified, Installed, Manages, Uses};

    let mut expected: BTreeSet<String> = [
        "azure_group_has_group",
        "azure_group_has_member",
        "azure_group_has_user",
        "intune_compliance_policy_identified_noncompliance_finding",
        "intune_device_configuration_identified_noncompliance_finding",
        "intune_host_agent_assigned_compliance_policy",
        "intune_host_agent_assigned_device_configuration",
        "microsoft_365_account_has_azure_group",
        "microsoft_365_account_has_azure_user",
    ]
    .map(str::to_owned)
    .into();
    for device in DEVICES {
        expected.extend([
            format!("azure_user_has_{device}"),
            format!("azure_user_uses_{device}"),
            format!("intune_host_agent_manages_{device}"),
            format!("{device}_assigned_intune_managed_application"),
            format!("{device}_has_intune_noncompliance_finding"),
            format!("{device}_installed_intune_detected_application"),
        ]);
    }
    for policy in ["intune_compliance_policy", "intune_device_configuration"] {
        expected.insert(format!("azure_user_group_assigned_{policy}"));
    }
    assert_eq!(expected.len(), 53);

    let found = steps().flat_map(Step::relationships).collect::<BTreeSet<_>>();
    let kinds: BTreeSet<String> = found.iter().map(|it| it.kind.clone()).collect();
    assert_eq!(kinds, expected);
    let classes = [Assigned, Has, Identified, Installed, Manages, Uses];
    for it in found {
        assert!(classes.contains(&it.class), "{} is {}", it.kind, it.class);
        // Two types are not what their ends compose.
        let composed = relationship_type(it.from, it.class, it.to);
        let is_fine = it.is_mapped || it.kind == composed || it.kind.contains("_group");
        assert!(is_fine, "{} should be {composed}", it.kind);
    }
}

#[test]
fn it_answers_to_the_ids_of_the_reference() {
    for id in [
        "account",
        "compliance-policies-and-findings",
        "detected-applications",
        "device-configurations-and-findings",
        "group-members",
        "groups",
        "managed-applications",
        "managed-devices",
        "users",
    ] {
        let step = steps::find(id).unwrap_or_else(|| panic!("there is no step {id}"));
        assert_eq!(step.integration, Integration::Microsoft365, "{id}");
    }
}

#[test]
fn what_intune_knows_is_read_only_where_there_is_intune() {
    for step in steps() {
        let is_intune = step.list.path().contains("/device") || step.list.report().is_some();
        let is_fine = !is_intune || step.needs.setting == Setting::Intune;
        assert!(is_fine, "{} reads Intune wherever it runs", step.id);
    }
}

#[test]
fn findings_are_of_the_severities_that_the_instance_asks_for() {
    for id in ["compliance-policies-and-findings", "compliance-policies-and-findings-statuses"] {
        let severities = |asked: &[&str]| {
            let mut recording = recording(id);
            recording.instance.vulnerability_severities =
                asked.iter().map(|it| (*it).to_owned()).collect();
            let found = recording.convert();
            let related = found.references.iter().filter(|it| it.class.as_str() != "ASSIGNED");
            assert_eq!(related.count(), 2 * found.entities.len(), "{id} relates what is not there");
            let severity = |it: &graph::Entity| it.text("severity").unwrap().to_owned();
            found.entities.iter().map(severity).collect::<BTreeSet<_>>()
        };
        let set = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        assert_eq!(severities(&[]), set(&["high", "medium"]), "{id}");
        assert_eq!(severities(&["medium", "low"]), set(&["medium"]), "{id}");
        assert_eq!(severities(&["critical"]), set(&[]), "{id}");
    }
}

#[test]
fn findings_are_known_by_three_ids_whichever_list_tells_of_them() {
    let id = "device-configurations-and-findings";
    let statuses = "device-configurations-and-findings-statuses";
    let row = json!({
        "IntuneDeviceId": "device",
        "PolicyId": recording(statuses).owners[0].as_ref().unwrap().key.clone(),
        "PolicyStatus": "5",
    });
    let status = json!({ "id": "other_policy_device", "status": "error" });
    let key = |account: Option<&str>, of: &str| {
        let mut recording = recording(of);
        recording.instance.intune_account_id = account.map(str::to_owned);
        let item = if of == id { row.clone() } else { status.clone() };
        recording.convert_items(&[item]).entities.remove(0).key.as_str().to_owned()
    };
    let policy = recording(statuses).owners[0].as_ref().unwrap().key.clone();
    assert_eq!(key(Some("account"), id), format!("account_{policy}_device"));
    assert_eq!(key(Some("account"), statuses), format!("account_{policy}_device"));
    // Where the account cannot be read, Intune's own id says it.
    assert_eq!(key(None, id), format!("{policy}_device"));
    assert_eq!(key(None, statuses), "other_policy_device");
}

fn steps() -> impl Iterator<Item = &'static Step> {
    STEPS.iter().copied().filter(|step| step.integration == Integration::Microsoft365)
}

fn recording(id: &str) -> Recording {
    steps::find(id).and_then(Recording::of).unwrap_or_else(|| panic!("{id} has no recording"))
}
