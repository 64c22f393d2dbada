//! Rules are read in this project's form and in those of `JupiterOne`.

use std::collections::BTreeMap;

use rules::{Action, FirstRun, Level, Measures, read};

#[test]
fn a_rule_says_what_it_asks_and_whom_it_tells() {
    let text = "
name: Guests who own a subscription
level: HIGH
query: FIND azure_user WITH userType = 'Guest'
when: total > previous.total
onFirstRun: fire
certain: false
every: 12h
remind: 7d
actions:
  - eventbridge
  - sqs: https://sqs.eu-central-1.amazonaws.com/1/alerts
  - webhook: { url: 'https://example.com/alerts', secretArn: 'arn:aws:secretsmanager:eu-central-1:1:secret:tenantgraph/hook' }
  - slack: { secretArn: 'arn:aws:secretsmanager:eu-central-1:1:secret:tenantgraph/slack' }
";
    let (rules, invalid) = read([("a.yaml", text)]);
    assert_eq!(invalid, []);
    let rule = &rules[0];
    assert_eq!(rule.id, "guests-who-own-a-subscription");
    assert_eq!((rule.level, rule.on_first_run, rule.certain), (Level::High, FirstRun::Fire, false));
    assert_eq!(rule.every.map(|it| it.as_secs()), Some(12 * 3600));
    assert_eq!(rule.actions.len(), 4);
    assert_eq!(rule.actions[0], Action::EventBridge("default".to_owned()));
}

#[test]
fn a_rule_can_name_a_question_or_changes() {
    let text = "
- name: Questioned
  question: identity-mfa-not-registered
- name: Policies
  on: { type: azure_conditional_access_policy, change: [deleted, updated], properties: [state] }
";
    let (rules, invalid) = read([("a.yaml", text)]);
    assert_eq!(invalid, []);
    assert!(rules[0].queries[0].text.contains("mfaEnabled"));
    let measured = |gone, changed, new| {
        let measures = Measures { gone, changed, new, ..Measures::default() };
        rules[1].when.holds(&BTreeMap::from([("query".to_owned(), measures)]))
    };
    assert!(measured(1, 0, 0) && measured(0, 1, 0) && !measured(0, 0, 1));
}

#[test]
fn rules_of_jupiterone_are_read_as_they_are() {
    let text = r#"[
        { "name": "pack-item", "description": "d", "alertLevel": "HIGH",
          "queries": [{ "name": "q", "query": "FIND azure_user", "version": "v1" }] },
        { "name": "Whole rule", "specVersion": 1, "pollingInterval": "ONE_DAY", "templates": {}, "outputs": [],
          "question": { "queries": [{ "name": "query0", "query": "FIND azure_user", "version": "v1" }] },
          "operations": [{
            "when": { "type": "FILTER", "condition": ["AND", ["queries.query0.total", ">", 2]] },
            "actions": [
              { "type": "SET_PROPERTY", "targetProperty": "alertLevel", "targetValue": "CRITICAL" },
              { "type": "CREATE_ALERT" },
              { "type": "PUBLISH_SNS_MESSAGE", "topicArn": "arn:aws:sns:eu-central-1:1:alerts" },
              { "type": "SEND_EMAIL", "recipients": [] }
            ]
          }] }
    ]"#;
    let (rules, invalid) = read([("pack.json", text)]);
    assert_eq!(invalid, []);
    assert_eq!((rules[0].level, rules[1].level), (Level::High, Level::Critical));
    assert_eq!(rules[1].ignored, ["SEND_EMAIL"]);
    assert_eq!(rules[1].actions[1], Action::Sns("arn:aws:sns:eu-central-1:1:alerts".to_owned()));
    let three = Measures { total: 3, ..Measures::default() };
    assert!(rules[1].when.holds(&BTreeMap::from([("query0".to_owned(), three)])));
}

#[test]
fn what_is_wrong_is_told_and_the_others_are_read() {
    let text = "
- { name: Fine, query: FIND azure_user }
- { name: Fine, query: FIND azure_device }
- { name: No query }
- { name: Misspelt, query: FIND azure_user WITH }
- { name: Wrong condition, query: FIND azure_user, when: totl > 0 }
- { name: Wrong name, query: FIND azure_user, when: queries.other.total > 0 }
- { name: Open address, query: FIND azure_user, actions: [webhook: { url: 'http://example.com' }] }
- { name: Unknown word, query: FIND azure_user, wen: total > 0 }
- { name: No keys, query: 'FIND azure_user RETURN azure_user.email', when: changed > 0 }
";
    let (rules, invalid) = read([("a.yaml", text), ("b.yaml", "{ name: [")]);
    assert_eq!(rules.len(), 1);
    let expected = [
        "there is another rule with the id fine",
        "No query: it asks nothing",
        "Misspelt: query query: line 1",
        "there is no totl",
        "names the query other",
        "begins with https://",
        "unknown field `wen`",
        "RETURN a _key",
        "b.yaml: ",
    ];
    assert_eq!(invalid.len(), expected.len());
    for (found, expected) in invalid.iter().zip(expected) {
        assert!(found.to_string().contains(expected), "{found} / {expected}");
    }
}
