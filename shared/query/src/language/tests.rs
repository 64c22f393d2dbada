use super::*;

fn error(query: &str) -> String {
    parse(query).unwrap_err().to_string()
}

fn operand(text: &str) -> Operand {
    match parse(&format!("FIND a WITH p = {text}")).unwrap().start.filter {
        Some(Condition::Test { operand, .. }) => operand,
        other => panic!("{text} is {other:?}"),
    }
}

fn value(text: &str) -> Value {
    match operand(text) {
        Operand::One(value) => value,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn errors_say_where_and_what_was_meant() {
    let errors = [
        "FIND",
        "FIND azure_user WIHT a = 1",
        "FIND azure_user WITH",
        "FIND azure_user WITH a == 1",
        "FIND azure_user WITH a LIKE 'x'",
        "FIND azure_user WITH a IN ('x')",
        "FIND azure_user WITH a IS NOT NULL",
        "FIND azure_user WITH a = 'x",
        "FIND azure_user WITH a = ‘x’",
        "FIND azure_user WITH a = ('x' AND 'y' OR 'z')",
        "FIND azure_user WITH a = date(2026-13-01)",
        "FIND azure_user WITH a = /x",
        "FIND azure_user WITH 'x' ~= a",
        "FIND azure_user THAT HAS",
        "FIND azure_user THAT (HAS azure_group",
        "FIND azure_user (THAT HAS azure_group)",
        "FIND azure_user\n  THAT HAS azure_group\n  RETURN conut(azure_user)",
        "FIND azure_user WHERE a.b = 1 WITH c = 2",
        "FIND azure_user RETURN TREE GROUP BY x",
        "FIND azure_user ORDER name",
        "FIND azure_user LIMIT many",
        "FIND azure_user /* and so on",
        "SELECT * FROM azure_user",
    ];
    let all: Vec<String> = errors.iter().map(|query| error(query)).collect();
    let expected = include_str!("tests/errors.txt");
    let found = all.join("\n\n") + "\n";
    assert!(found == expected, "the messages are now:\n{found}");
}

#[test]
fn values_are_what_they_look_like() {
    assert_eq!(value("'it\\'s'"), Value::Text("it's".to_owned()));
    assert_eq!(value("\"C:\\\\dir\\x\""), Value::Text("C:\\dir\\x".to_owned()));
    assert_eq!(value("2.5"), Value::Number(2.5));
    assert_eq!(value("24hr"), Value::Number(86_400_000.0));
    assert_eq!(value("2 days"), Value::Number(172_800_000.0));
    assert_eq!(value("date(1970-01-02)"), Value::Number(86_400_000.0));
    assert_eq!(value("date(1970)"), Value::Number(0.0));
    assert_eq!(value("date(1970-01-01T00:00:01Z)"), Value::Number(1000.0));
    assert_eq!(value("date(1970-01-01T01:00)"), Value::Number(3_600_000.0));
    assert_eq!(value("TRUE"), Value::Flag(true));
    assert_eq!(value("undefined"), Value::Undefined);
    let regex = |any_case| Value::Regex { pattern: "a\\/b".to_owned(), any_case };
    assert_eq!(value("/a\\/b/"), regex(false));
    assert_eq!(value("/a\\/b/i"), regex(true));
    assert!(matches!(operand("('a' or 'b')"), Operand::Any(values) if values.len() == 2));
    assert!(matches!(operand("('a', 'b')"), Operand::Any(values) if values.len() == 2));
    assert!(matches!(operand("('a' AND 'b')"), Operand::All(values) if values.len() == 2));
}

#[test]
fn moments_before_now_are_written_with_and_without_spaces() {
    let expected = |number| Value::Sum(Sign::Minus, Box::new((Value::Now, Value::Number(number))));
    for text in ["date.now-15 day", "date.now - 15 days", "Date.Now -15days"] {
        assert_eq!(value(text), expected(15.0 * 86_400_000.0), "{text}");
    }
    assert_eq!(value("date.now-24hr"), expected(86_400_000.0));
}

#[test]
fn a_slash_divides_after_a_value() {
    let query = parse("FIND a AS x RETURN x.p / 2 / 4 AS q").unwrap();
    let Answer::Items(items) = query.answer else { panic!("these are columns") };
    assert!(matches!(&items[0].value, Value::Sum(Sign::Over, _)));
}

#[test]
fn names_hold_dots_dashes_and_what_stands_in_brackets() {
    let query = "FIND a AS u WHERE u.[tag.x y] = 1 AND u.b-c = 2 AND u.limit = 3 RETURN u.*";
    let Some(Condition::And(tests)) = parse(query).unwrap().filter else { panic!("three tests") };
    let names: Vec<&str> = tests
        .iter()
        .map(|it| match it {
            Condition::Test { property, .. } => property.text.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, ["u.tag.x y", "u.b-c", "u.limit"]);
}

#[test]
fn with_and_as_stand_in_either_order() {
    let one = parse("find A as x with p = 1").unwrap();
    let Node { filter, alias, .. } = parse("find A with p = 1 as x").unwrap().start;
    assert_eq!(one.start.alias.map(|it| it.text), alias.map(|it| it.text));
    assert_eq!(one.start.filter.is_some(), filter.is_some());
}

#[test]
fn arrows_stand_on_either_side_of_to() {
    for query in [
        "FIND A THAT HAS >> B",
        "FIND A THAT HAS >> TO B",
        "FIND A THAT HAS TO >> B",
        "FIND A THAT HAS >> AS r B",
        "FIND A THAT HAS AS r >> B",
    ] {
        let steps = parse(query).unwrap().steps;
        let is_out = matches!(&steps[0], Step::Traverse { direction: Direction::Out, .. });
        assert!(is_out, "{query}");
    }
    let steps = parse("FIND A THAT !(HAS|RELATES TO) << B").unwrap().steps;
    let Step::Traverse { negated, verbs, direction, .. } = &steps[0] else { panic!("a step") };
    assert!(*negated && verbs.is_empty() && *direction == Direction::In);
}

#[test]
fn what_is_nested_too_deep_is_refused() {
    let query = format!("FIND a WITH {}p = 1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(error(&query).contains("more than 64"));
    let query = format!("FIND a WITH p = {}1", "1 + ".repeat(10_000));
    assert!(error(&query).contains("more than 64"));
}

#[test]
fn what_is_near_is_found_and_what_is_far_is_not() {
    let names = ["azure_user", "azure_group", "azure_vm"];
    assert_eq!(nearest("azure_usr", names), Some("azure_user"));
    assert_eq!(nearest("Azure_User", names), Some("azure_user"));
    assert_eq!(nearest("aws_instance", names), None);
}
