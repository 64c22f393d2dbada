//! How secrets are read, and that errors never hold them.

use aws::{LocalSecrets, SecretsManager};
use collector::ports::Secrets as _;
use serde_json::{Value, json};

use crate::service::{Answer, start};

const ARN: &str = "arn:aws:secretsmanager:eu-central-1:1:secret:s";

async fn manager(answer: Answer) -> SecretsManager {
    let (config, _) = start(move |target, input: &Value| {
        assert_eq!(target, "secretsmanager.GetSecretValue");
        assert_eq!(input, &json!({ "SecretId": ARN }));
        answer.clone()
    })
    .await;
    SecretsManager::new(aws_sdk_secretsmanager::Client::new(&config))
}

#[tokio::test]
async fn a_secret_of_the_manager_is_a_text_or_a_field() {
    for text in ["hunter2", r#"{"clientId":"c","clientSecret":"hunter2"}"#] {
        let answer = json!({ "ARN": ARN, "SecretString": text }).to_string();
        let secret = manager((200, answer)).await.read(ARN).await.unwrap();
        assert_eq!(secret.expose(), "hunter2");
    }
}

#[tokio::test]
async fn a_certificate_may_be_binary() {
    for (answer, expected) in [
        (json!({ "SecretString": "-----BEGIN" }), "-----BEGIN"),
        (json!({ "SecretString": r#"{"clientCertificate":"MII="}"# }), "MII="),
        (json!({ "SecretBinary": "aHVudGVyMg==" }), "aHVudGVyMg=="),
    ] {
        let secret = manager((200, answer.to_string())).await.read_certificate(ARN).await.unwrap();
        assert_eq!(secret.expose(), expected);
    }
    let folder = tempfile::tempdir().unwrap();
    for (content, expected) in [(&b"text"[..], "text"), (b"\x30\xff\x00", "MP8A")] {
        let file = folder.path().join("certificate");
        std::fs::write(&file, content).unwrap();
        let secret = LocalSecrets.read_certificate(&format!("file:{}", file.display())).await;
        assert_eq!(secret.unwrap().expose(), expected);
    }
    let error = LocalSecrets.read_certificate("file:/there/is/no/such/file").await.unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_read_is_explained_without_the_secret() {
    let missing = json!({
        "__type": "ResourceNotFoundException",
        "Message": "Secrets Manager can't find the specified secret.",
    });
    let binary = json!({ "ARN": ARN, "SecretBinary": "aHVudGVyMg==" });
    for (answer, expected) in [
        ((400, missing.to_string()), "can't find the specified secret. (HTTP 400"),
        ((200, binary.to_string()), "it is binary; expected text"),
        ((200, r#"{"SecretString":"hunter2"#.to_owned()), "(HTTP 200"),
    ] {
        let error = manager(answer).await.read(ARN).await.unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("the secret {ARN} cannot be read")),
            "{error}"
        );
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_secret_of_one_machine_is_a_variable_or_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, " {\"clientSecret\":\"hunter2\"}\n").unwrap();
    let reference = format!("file:{}", file.display());
    assert_eq!(LocalSecrets.read(&reference).await.unwrap().expose(), "hunter2");
    // Cargo sets this variable where it runs tests.
    assert_eq!(LocalSecrets.read("env:CARGO_PKG_NAME").await.unwrap().expose(), "aws");
}

#[tokio::test]
async fn other_references_say_what_is_possible() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    for (reference, expected) in [
        (ARN, "env:NAME (an environment variable) or file:PATH (a file)"),
        ("hunter2", "env:NAME (an environment variable) or file:PATH (a file)"),
        ("env:THERE_IS_NO_SUCH_VARIABLE", "not found"),
        ("file:/there/is/no/such/file", "No such file"),
        (&format!("file:{}", empty.display()), "it is empty"),
    ] {
        let error = LocalSecrets.read(reference).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
