//! Events that make no sense. Each gets one clear message, and nothing is written.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use tempfile::TempDir;

/// An event that makes sense, but for what a test changes in it.
const EVENT: &str = r#"{
  "instance": {
    "id": "contoso",
    "integration": "azure",
    "name": "Contoso",
    "config": {
      "directoryId": "5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4",
      "clientId": "c1d7a3e2-84b6-4f0a-b5d9-3e2f6a7c8d10",
      "clientSecret": "a secret that nobody sees",
      "ingestActiveDirectory": true
    }
  }
}"#;

/// What is put in the place of what, and what is said of it.
const CHANGED: &[(&str, &str, &str)] = &[
    // Wrong types.
    ("\"contoso\"", "7", "/instance/id: is a number; write it as text, in quotes"),
    ("\"contoso\"", "[\"contoso\"]", "/instance/id: is a list"),
    ("\"contoso\"", "null", "/instance/id: is missing"),
    ("\"contoso\"", "\"\"", "/instance/id: is missing"),
    ("\"contoso\"", "\"  \"", "/instance/id: is missing"),
    ("\"Contoso\"", "true", "/instance/name: is true or false"),
    ("\"Contoso\"", "{}", "/instance/name: is an object"),
    ("true", "\"true\"", "/instance/config/ingestActiveDirectory: is text; write true or false"),
    ("true", "1", "/instance/config/ingestActiveDirectory: is a number"),
    ("\"azure\"", "7", "/instance/integration: is a number"),
    ("\"a secret that nobody sees\"", "7", "/instance/config/clientSecret"),
    ("\"a secret that nobody sees\"", "[]", "/instance/config/clientSecret"),
    ("\"a secret that nobody sees\"", "{}", "/instance/config/clientSecret"),
    ("\"a secret that nobody sees\"", "{\"secretArn\": 7}", "/instance/config/clientSecret"),
    ("\"a secret that nobody sees\"", "null", "/instance/config/clientSecret"),
    // Bad ids and names.
    ("contoso\"", "a/b\"", "/instance/id"),
    ("contoso\"", "../x\"", "/instance/id"),
    ("contoso\"", "a b\"", "/instance/id"),
    ("contoso\"", "a~b\"", "/instance/id: has a ~"),
    ("contoso\"", "a\\u0000b\"", "/instance/id"),
    ("contoso\"", "a\\nb\"", "/instance/id"),
    ("5b0c8f4e-2f1d-4a57-9c3e-7d6a1e90b2f4", "a/b", "/instance/config/directoryId"),
    ("c1d7a3e2-84b6-4f0a-b5d9-3e2f6a7c8d10", "a?b", "/instance/config/clientId"),
    ("\"azure\"", "\"azzure\"", "/instance/integration: `azzure` is unknown"),
    // What is missing, and what is too much.
    ("\"id\": \"contoso\",", "", "/instance/id: is missing"),
    ("\"integration\": \"azure\",", "", "/instance/integration: is missing"),
    ("\"name\": \"Contoso\",", "", "/instance/name: is missing"),
    ("\"config\"", "\"confg\"", "/instance/confg: is unknown"),
    ("\"directoryId\"", "\"tenantId\"", "/instance/config/tenantId: is unknown"),
    ("\"clientSecret\"", "\"secret\"", "/instance/config/secret: is unknown"),
    ("\"id\": \"contoso\"", "\"id\": \"contoso\", \"extra\": 1", "/instance/extra: is unknown"),
    ("\"instance\"", "\"instances\"", "/instances: is unknown"),
    ("\"name\"", "\"pollingInterval\": \"DAILY\", \"name\"", "/instance/pollingInterval: `DAILY`"),
    ("\"name\"", "\"enabled\": \"no\", \"name\"", "/instance/enabled: is text"),
    ("\"clientId\"", "\"cloud\": 7, \"clientId\"", "/instance/config/cloud"),
    ("\"clientId\"", "\"cloud\": \"mars\", \"clientId\"", "mars"),
    ("\"clientId\"", "\"ingestionSources\": [], \"clientId\"", "/instance/config/ingestionSources"),
    (
        "\"clientId\"",
        "\"ingestionSources\": {\"key-vaultt\": true}, \"clientId\"",
        "/instance/config/ingestionSources/key-vaultt",
    ),
    ("\"instance\"", "\"step\": \"rm-nothing\", \"instance\"", "/step: is unknown"),
    ("\"instance\"", "\"due\": true, \"instance\"", "names more than one thing to run"),
    // Names that stand twice.
    ("\"id\"", "\"id\": \"fabrikam\", \"id\"", "\"id\" is given twice"),
    ("\"clientId\"", "\"clientId\": \"x\", \"clientId\"", "\"clientId\" is given twice"),
    // What is not whole.
    ("}\n}", "", "cannot be read as JSON: EOF"),
    ("\"contoso\",", "\"contoso\"", "cannot be read as JSON"),
    ("\"contoso\"", "'contoso'", "cannot be read as JSON"),
    ("\"contoso\"", "\"contoso\", // mine", "cannot be read as JSON"),
    ("}\n}", "}\n}\n{}", "cannot be read as JSON: trailing characters"),
];

/// Files that are no event at all, and what is said of them.
fn files() -> Vec<(Vec<u8>, &'static str)> {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    vec![
        (b"".to_vec(), "is empty"),
        (b" \n\t".to_vec(), "is empty"),
        (vec![0xef, 0xbb, 0xbf], "is empty"),
        (b"{}".to_vec(), "the event: names nothing to run"),
        (b"[]".to_vec(), "the event: is a list, not an object"),
        (b"null".to_vec(), "the event: is null, not an object"),
        (b"\"instance\"".to_vec(), "the event: is text, not an object"),
        (b"{\"instance\": {}}".to_vec(), "/instance/id: is missing"),
        (b"{\"instance\": \"contoso\"}".to_vec(), "/instance: is text, not an object"),
        (b"{\"instance\": {\"config\": {}}}".to_vec(), "/instance/integration: is missing"),
        (b"{\"instanceId\": \"a/b\"}".to_vec(), "/instanceId"),
        (b"{\"action\": \"destroy\"}".to_vec(), "/action: is unknown"),
        (b"\xff\xfe{".to_vec(), "is neither UTF-8 nor UTF-16"),
        (b"{\"instance\": \"\xe9\"}".to_vec(), "is neither UTF-8 nor UTF-16"),
        (utf16(EVENT), "cannot be read as JSON"),
        (b"PK\x03\x04\x00\x00".to_vec(), "cannot be read as JSON"),
        ("[".repeat(10_000).into_bytes(), "cannot be read as JSON: recursion limit exceeded"),
        (" ".repeat(2_000_000).into_bytes(), "is larger than an event may be"),
    ]
}

/// Runs a command of the command line, and returns why it did not do what it was asked.
async fn refused(command: &[&str], event: &Path, store: &Path) -> String {
    let mut words: Vec<OsString> = vec!["tenantgraph".into()];
    words.extend(command.iter().map(OsString::from));
    words.extend([event.into()]);
    if command != ["plan"] {
        words.extend(["--store".into(), store.into()]);
    }
    match Box::pin(tenantgraph::attempt(words)).await {
        Ok(code) => panic!("{command:?} of {} ends with {code:?}", event.display()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_event_that_makes_no_sense_is_refused_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let (event, store) = (folder.path().join("event.json"), folder.path().join("store"));
    let changed = CHANGED.iter().map(|(from, to, said)| {
        assert!(EVENT.contains(from), "{from} is nowhere in the event");
        (EVENT.replacen(from, to, 1).into_bytes(), *said)
    });
    for (bytes, expected) in changed.chain(files()) {
        fs::write(&event, &bytes).unwrap();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
        for command in [&["plan"][..], &["run"], &["instance", "store"]] {
            let said = refused(command, &event, &store).await;
            assert!(said.contains(expected), "{command:?} says of\n{shown}\n{said}");
            assert!(!said.contains("a secret that nobody sees"), "{said}");
            assert!(said.len() < 2000, "{said}");
        }
    }
    assert!(!store.exists(), "something was written");
}

#[tokio::test]
async fn an_event_that_is_no_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    let said = refused(&["run"], folder.path(), &store).await;
    assert!(said.ends_with("is a directory; give a file with an event"), "{said}");
    let said = refused(&["run"], &folder.path().join("nothing.json"), &store).await;
    assert!(said.contains("nothing.json: "), "{said}");
    assert!(!store.exists(), "something was written");
}

#[tokio::test]
async fn an_event_is_read_as_editors_and_shells_write_it() {
    let folder = TempDir::new().unwrap();
    let event = folder.path().join("event.json");
    let with = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let units = || EVENT.replace('\n', "\r\n").encode_utf16().collect::<Vec<u16>>();
    for bytes in [
        with(&[0xef, 0xbb, 0xbf], EVENT.into()),
        with(&[0xff, 0xfe], units().into_iter().flat_map(u16::to_le_bytes).collect()),
        with(&[0xfe, 0xff], units().into_iter().flat_map(u16::to_be_bytes).collect()),
    ] {
        fs::write(&event, &bytes).unwrap();
        let words: [OsString; 4] =
            ["tenantgraph".into(), "plan".into(), "--json".into(), event.clone().into()];
        let code = tenantgraph::attempt(words).await.unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
    }
}
