//! `tenantgraph simulator`.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use simulator::{Credentials, FederatedCredential, Issuer};

use crate::arguments::Simulate;
use crate::demo::Served;
use crate::print::word;
use crate::progress::say;
use crate::{End, Error, demo};

/// Serves a simulated tenant until the process is stopped. The files are written once it is served,
/// so that whoever waits for them may begin.
pub(crate) async fn run(arguments: Simulate) -> Result<End, Error> {
    let Simulate { tenant, port, redirect_uri, federated_credential, out } = arguments;
    let application = redirect_uri.map(demo::application);
    let applications = application.iter().cloned().collect();
    let credentials = federated_credential.map_or_else(|| Ok(Credentials::default()), federated)?;
    let served = Served { throttling: true, applications, credentials, ..Served::default() };
    let simulator = demo::serve(&tenant, port, served).await?;
    fs::create_dir_all(&out)?;
    let events = demo::events(&simulator);
    for (at, event) in events.iter().enumerate() {
        let name = if at == 0 { "event.json".to_owned() } else { format!("event-{at}.json") };
        fs::write(out.join(name), serde_json::to_vec_pretty(event)?)?;
    }
    if let Some(application) = &application {
        let event = demo::consent_event(&simulator, application);
        fs::write(out.join("consent.json"), serde_json::to_vec_pretty(&event)?)?;
    }
    for (name, document) in [
        ("tenant.json", demo::tenant_event(&simulator)),
        ("microsoft365.json", demo::microsoft365_event(&simulator)),
        ("cloud.json", simulator.cloud()),
    ] {
        fs::write(out.join(name), serde_json::to_vec_pretty(&document)?)?;
    }
    let file = |name: &str| word(&out.join(name).to_string_lossy());
    say(&format!(
        "a tenant is served at {}; to collect it: tenantgraph run {} --cloud {}",
        simulator.base(),
        file("tenant.json"),
        file("cloud.json")
    ));
    std::future::pending().await
}

/// A federated identity credential as Microsoft Entra ID has it, and the keys of its issuer.
#[derive(Deserialize)]
struct Federated {
    issuer: String,
    subject: String,
    audiences: Vec<String>,
    keys: Value,
}

/// What the application may sign in with, by a file that holds a federated identity credential.
fn federated(file: PathBuf) -> Result<Credentials, Error> {
    let Federated { issuer, subject, audiences, keys } = serde_json::from_slice(&fs::read(file)?)?;
    let federated = audiences.into_iter().map(|audience| FederatedCredential {
        client_id: None,
        issuer: issuer.clone(),
        subject: subject.clone(),
        audience,
    });
    Ok(Credentials {
        federated: federated.collect(),
        issuers: vec![Issuer { address: issuer.clone(), keys }],
        ..Credentials::default()
    })
}
