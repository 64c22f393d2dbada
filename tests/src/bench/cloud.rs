//! A simulated cloud in a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines, Write as _, stdin, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use simulator::{DeviceChanges, DirectoryChange, Intune, Options, Simulator};

use super::{Error, Role, Task, piped, start};

/// How large a simulated tenant is, and how it answers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Tenant {
    /// How many users it has.
    pub users: u32,
    /// How many groups, if it is not one for every four users.
    pub groups: Option<u32>,
    /// How many members more than usual a group has.
    pub more_members: u32,
    /// How many subscriptions.
    pub subscriptions: u32,
    /// About how many resources each has.
    pub resources: u32,
    /// About how many types of resource each has any of; nothing for all that there are.
    pub types: Option<u32>,
    /// How long each answer takes, in milliseconds.
    pub latency: u64,
    /// How many devices Intune manages.
    pub devices: u32,
    /// How many applications were found on devices.
    pub applications: u32,
    /// How many of them a device has on average.
    pub applications_per_device: u32,
}

/// A simulated cloud in a process of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Cloud {
    /// How it is reached.
    pub description: Value,
    /// An event for its directory, and one for each subscription.
    pub events: Vec<Value>,
    /// An event for Microsoft 365.
    pub microsoft365: Value,
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
        let (description, events, microsoft365) = serde_json::from_str(&piped(answers.next())??)?;
        Ok(Self { description, events, microsoft365, process, questions, answers })
    }

    /// To collect it as one function after the other would, and to keep nothing of it.
    #[must_use]
    pub fn task(&self, events: Vec<Value>) -> Task {
        Task { cloud: self.description.clone(), events, store: None, is_machine: false }
    }

    /// What it has counted so far.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn counters(&mut self) -> Result<Counters, Error> {
        self.ask(&Question::Counters)
    }

    /// Lets so many devices change. Returns how many did.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn change_devices(&mut self, count: u32) -> Result<u32, Error> {
        self.ask(&Question::ChangeDevices(count))
    }

    /// Lets so many of a thousand objects of the directory change. Returns how many did.
    ///
    /// # Errors
    ///
    /// If the process has ended.
    pub fn change_directory(&mut self, per_mille: u32) -> Result<u64, Error> {
        self.ask(&Question::ChangeDirectory(per_mille))
    }

    fn ask<T: DeserializeOwned>(&mut self, question: &Question) -> Result<T, Error> {
        writeln!(self.questions, "{}", serde_json::to_string(question)?)?;
        Ok(serde_json::from_str(&piped(self.answers.next())??)?)
    }
}

/// What a benchmark asks of the process that serves the cloud.
#[derive(Debug, Serialize, Deserialize)]
enum Question {
    Counters,
    ChangeDevices(u32),
    ChangeDirectory(u32),
}

impl Drop for Cloud {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves a tenant until nobody is there to ask anything.
pub(super) fn serve(tenant: &Tenant) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let options = Options {
        users: tenant.users,
        groups: tenant.groups,
        more_members: tenant.more_members,
        subscriptions: tenant.subscriptions,
        resources: tenant.resources,
        types: tenant.types,
        latency: Duration::from_millis(tenant.latency),
        // As Microsoft's services are reached.
        http2: true,
        intune: Intune {
            devices: Some(tenant.devices),
            detected_apps: tenant.applications,
            apps_per_device: tenant.applications_per_device,
            ..Intune::default()
        },
        ..Options::default()
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let simulator = runtime.block_on(Simulator::start(options, address))?;
    let mut output = stdout();
    let events = json!([simulator.cloud(), events(&simulator), microsoft365(&simulator)]);
    writeln!(output, "{events}")?;
    for question in stdin().lines() {
        let answer = match serde_json::from_str(&question?)? {
            Question::Counters => {
                let simulator::Counters { requests, throttled, domains, .. } = simulator.counters();
                json!(Counters { requests, throttled, domains })
            }
            Question::ChangeDirectory(per_mille) => {
                let churn = DirectoryChange::Churn { per_mille };
                json!(simulator.change_directory(&churn).len())
            }
            Question::ChangeDevices(change) => {
                json!(
                    simulator
                        .change_devices(DeviceChanges { change, ..DeviceChanges::default() })
                        .change
                )
            }
        };
        writeln!(output, "{answer}")?;
    }
    Ok(())
}

fn microsoft365(simulator: &Simulator) -> Value {
    json!({ "instance": {
        "id": "microsoft365",
        "integration": "microsoft365",
        "name": "microsoft365",
        "config": {
            "tenant": simulator.directory_id(),
            "clientId": simulator.principal().client_id,
            "clientSecret": simulator.principal().client_secret,
        },
    } })
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
                // Of the directory what is large in every tenant: users, groups and who is in them.
                // Some of the rest may be asked for once in a second, which would be all that is
                // measured.
                "ingestionSources": if subscription.is_none() {
                    json!({ "*": false, "ad-groups": true })
                } else {
                    json!({})
                },
            },
        } })
    };
    [None].into_iter().chain(subscriptions).map(event).collect()
}
