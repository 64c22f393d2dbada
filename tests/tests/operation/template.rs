//! What the template says. `tests/infra/lint` knows more of it, and needs Python.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The template, as text.
const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

/// What makes a part of a template public, or takes from an account what a small one does not have.
const OPTIONAL: [&str; 4] =
    ["Type: AWS::Lambda::Url", "AuthType: NONE", "InvokedViaFunctionUrl:", "ReservedConcurrent"];

/// The entries of a section, each with its lines.
fn entries(section: &str) -> Vec<(&str, Vec<&str>)> {
    let lines = TEMPLATE.lines().skip_while(|it| *it != format!("{section}:")).skip(1);
    let mut entries: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines.take_while(|it| it.is_empty() || it.starts_with(' ')) {
        let name = line.strip_prefix("  ").filter(|it| !it.starts_with([' ', '#']));
        match (name.and_then(|it| it.strip_suffix(':')), entries.last_mut()) {
            (Some(name), _) => entries.push((name, Vec::new())),
            (None, Some((_, lines))) => lines.push(line.trim()),
            (None, None) => (),
        }
    }
    entries
}

#[test]
fn the_default_deployment_has_no_public_url_and_reserves_no_concurrency() {
    let parameters = entries("Parameters");
    let (_, option) = parameters.iter().find(|(name, _)| *name == "EnableConsentPage").unwrap();
    assert!(option.contains(&r#"Default: "false""#), "{option:?}");
    let condition = r#"  HasConsentPage: !Equals [!Ref EnableConsentPage, "true"]"#;
    assert!(TEMPLATE.lines().any(|it| it == condition));

    // `sam deploy --guided` asks about these whether they have a condition or not, and then deploys
    // nothing.
    assert!(!TEMPLATE.contains("FunctionUrlConfig"));

    let mut found = BTreeSet::new();
    for (name, lines) in entries("Resources").into_iter().chain(entries("Outputs")) {
        let is_optional = lines.contains(&"Condition: HasConsentPage");
        for line in lines.iter().filter(|it| !it.starts_with('#')) {
            for what in OPTIONAL.iter().filter(|it| line.starts_with(**it)) {
                found.insert(*what);
                assert!(is_optional, "{name} is there by default, and has {line}");
            }
            // The policy of the bucket refuses everybody who does not use TLS.
            let is_public = *line == r#"Principal: "*""# && name != "BucketPolicy";
            assert!(is_optional || !is_public, "{name} is there by default, and is for everybody");
        }
        assert!(is_optional || !name.starts_with("Consent"), "{name} is there by default");
    }
    assert_eq!(found.len(), OPTIONAL.len(), "this test looks for what there is: {found:?}");
}

/// The values that follow a name and `"`, in lines of the template.
fn quoted<'t>(lines: &[&'t str], name: &str) -> Option<&'t str> {
    lines.iter().find_map(|it| it.split_once(name)?.1.split('"').next())
}

#[test]
fn each_message_that_a_filter_counts_is_logged_somewhere_and_has_an_alarm() {
    let sources = sources();
    let resources = entries("Resources");
    let alarms: Vec<_> = resources.iter().filter(|(name, _)| name.ends_with("Alarm")).collect();
    let mut messages = BTreeSet::new();
    for (name, lines) in
        resources.iter().filter(|(_, it)| it.contains(&"Type: AWS::Logs::MetricFilter"))
    {
        let pattern = lines.iter().find_map(|it| it.strip_prefix("FilterPattern: ")).unwrap();
        let message = quoted(lines, r#"$.message = ""#).unwrap();
        assert_eq!(pattern, format!(r#"'{{ $.level = "ERROR" && $.message = "{message}" }}'"#));
        messages.insert(message);
        let metric = lines.iter().find_map(|it| it.split_once("MetricName: ")?.1.split(',').next());
        let metric = format!("MetricName: {}", metric.unwrap());
        assert!(alarms.iter().any(|(_, it)| it.contains(&metric.as_str())), "{name}: {metric}");
    }
    for message in &messages {
        let literal = format!("\"{message}\"");
        let (expected, found) = (*message != GIVEN_UP, sources.contains(&literal));
        assert!(found || !expected, "nothing logs {message:?}");
    }
    let expected = [GIVEN_UP, "an instance cannot start", "an instance has no complete job"];
    assert_eq!(messages, BTreeSet::from(expected));
}

/// The message of a job that could not be finished after three tries.
const GIVEN_UP: &str = "a job is given up";

/// The text of every source file of the functions and what they share.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut text = String::new();
    let mut folders = vec![root.join("shared/collector/src"), root.join("functions")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                text += &fs::read_to_string(path).unwrap();
            }
        }
    }
    text
}
