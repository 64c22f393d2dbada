//! A simulated cloud in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines, Write as _, stdin, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulator::{Options, Simulator};

use super::{Error, Role, piped, start};

/// How large a simulated tenant is, and how it answers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// How many users it has.
    pub users: u32,
    /// How many subscriptions.
    pub subscriptions: u32,
    /// About how many resources each has.
    pub resources: u32,
    /// How long each answer takes, in milliseconds.
    pub latency: u64,
}

/// A simulated cloud in a process of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Cloud {
    /// How it is reached.
    pub description: Value,
    /// An event for its directory, and one for each subscription.
    pub events: Vec<Value>,
    process: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

/// What the cloud has counted.
#[derive(Debug, Serialize, Deserialize)]
pub struct Counters {
    /// HTTP requests. A `$batch` is one.
    pub requests: u64,
    /// Answers with status 429, each of a `$batch` by itself.
    pub throttled: u64,
    /// For each throttle domain, how many requests it granted and how many it refused.
    pub domains: BTreeMap<String, (u64, u64)>,
}

impl Cloud {
    /// Starts to serve a tenant.
    ///
    /// # Errors
    ///
    /// If the process does not start.
    pub fn start(tenant: Tenant) -> Result<Self, Error> {
        let mut process = start(&Role::Serve(tenant))?;
        let questions = piped(process.stdin.take())?;
        let mut answers = BufReader::new(piped(process.stdout.take())?).lines();
        let (description, events) = serde_json::from_str(&piped(answers.next())??)?;
        Ok(Self { description, events, process, questions, answers })
    }

    /// What it has counted so far.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn counters(&mut self) -> Result<Counters, Error> {
        writeln!(self.questions)?;
        Ok(serde_json::from_str(&piped(self.answers.next())??)?)
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves a tenant until nobody is there to ask for its counters.
pub(super) fn serve(tenant: &Tenant) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let options = Options {
        users: tenant.users,
        subscriptions: tenant.subscriptions,
        resources: tenant.resources,
        latency: Duration::from_millis(tenant.latency),
        ..Options::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let simulator = runtime.block_on(Simulator::start(options, address))?;
    let mut output = stdout();
    writeln!(output, "{}", json!([simulator.cloud(), events(&simulator)]))?;
    for question in stdin().lines() {
        question?;
        let counters = simulator.counters();
        let counters = Counters {
            requests: counters.requests,
            throttled: counters.throttled,
            domains: counters.domains,
        };
        writeln!(output, "{}", serde_json::to_string(&counters)?)?;
    }
    Ok(())
}

fn events(simulator: &Simulator) -> Vec<Value> {
    let subscriptions = simulator.subscriptions();
    let subscriptions = subscriptions.iter().map(|it| Some(it.id.as_str()));
    let event = |subscription: Option<&str>| {
        json!({ "instance": {
            "id": subscription.unwrap_or(simulator.directory_id()),
            "integration": "azure",
            "name": subscription.unwrap_or("directory"),
            "accountName": "benchmark",
            "config": {
                "directoryId": simulator.directory_id(),
                "clientId": simulator.principal().client_id,
                "clientSecret": simulator.principal().client_secret,
                "subscriptionId": subscription,
                "ingestActiveDirectory": subscription.is_none(),
            },
        } })
    };
    [None].into_iter().chain(subscriptions).map(event).collect()
}
