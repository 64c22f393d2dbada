//! `tenantgraph demo`.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use collector::instance::ANY_DIRECTORY;
use microsoft::Cloud;
use serde_json::{Value, json};
use simulator::{Application, Assignment, Credentials, Options, Principal, Simulator};
use steps::Permission;
use uuid::Uuid;

use crate::arguments::{Asked, Demo, Integration, Subject, Tenant};
use crate::machine::Machine;
use crate::progress::{Progress, remark, say};
use crate::{End, Error, interruption, local};

pub(crate) async fn run(arguments: Demo) -> Result<End, Error> {
    let Demo { integration, tenant, realistic, all_permissions, storage, ui, port, json } =
        arguments;
    let reader = reader(all_permissions);
    let served =
        Served { throttling: realistic, principals: vec![reader.clone()], ..Served::default() };
    let simulator = serve(&tenant, 0, served).await?;
    let cloud = Cloud::parse(&simulator.cloud().to_string())?;
    let progress = Progress::of_run();
    let mut machine = Machine::new(&storage.store, Some(cloud.clone()), progress.clone()).await?;
    if realistic {
        remark("the simulated tenant imitates Microsoft's throttles, so this takes minutes");
    } else {
        machine.asks_at_once(cloud);
    }
    // The tenant is served at another address each time, and what was read names the one before.
    machine.begins_anew();
    let began = Instant::now();
    let mut event = match integration {
        Integration::Azure => tenant_event(&simulator),
        Integration::Microsoft365 => microsoft365_event(&simulator),
    };
    let config = &mut event["instance"]["config"];
    config["clientId"] = reader.client_id.into();
    config["clientSecret"] = reader.client_secret.into();
    // A tenant of another size is another tenant, although its id follows from the seed.
    let Tenant { users, subscriptions, resources, .. } = &tenant;
    let of = format!("{}/{users}/{subscriptions}/{resources}", event["instance"]["id"]);
    event["instance"]["id"] = id(&of).into();
    let collected = async {
        let jobs = local::jobs(&machine.run(event).await?)?;
        machine.finish(&jobs).await
    };
    let summaries = tokio::select! {
        summaries = collected => summaries?,
        signal = interruption::signal() => {
            progress.close();
            say(&crate::run::interrupted(signal, false));
            return Ok(End::Interrupted);
        }
    };
    progress.close();
    let took = began.elapsed();
    let end = crate::run::print(&machine, &summaries, &storage.store, took, json).await?;
    if !ui {
        return Ok(end);
    }
    // Nothing is collected any more, so nothing is told of it.
    drop(machine);
    drop(progress);
    let own = summaries.first().map(|it| it.job.instance.clone());
    let tenant = own.map(|it| it.split('~').next().unwrap_or_default().to_owned());
    let is_tenant = summaries.len() > 1;
    let (tenant, instance) = if is_tenant { (tenant, None) } else { (None, tenant) };
    crate::ui::serve(&Asked { subject: Subject { instance, tenant }, storage }, port).await
}

/// How a simulated tenant is served.
#[derive(Debug, Default)]
pub(crate) struct Served {
    /// Whether Microsoft's throttles are imitated.
    pub(crate) throttling: bool,
    /// Applications beside the one that may read everything.
    pub(crate) principals: Vec<Principal>,
    /// Applications that its administrators can consent to.
    pub(crate) applications: Vec<Application>,
    /// What applications may sign in with beside their secrets.
    pub(crate) credentials: Credentials,
}

/// Serves a simulated tenant on this machine.
pub(crate) async fn serve(tenant: &Tenant, port: u16, served: Served) -> Result<Simulator, Error> {
    let Served { throttling, principals, applications, credentials } = served;
    let options = Options {
        seed: tenant.seed,
        users: tenant.users,
        subscriptions: tenant.subscriptions,
        resources: tenant.resources,
        latency: Duration::from_millis(tenant.latency),
        throttling,
        principals,
        applications,
        credentials,
        ..Options::default()
    };
    Ok(Simulator::start(options, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?)
}

/// The event that collects all of a simulated tenant: one instance for the directory, which makes
/// one for each subscription.
pub(crate) fn tenant_event(simulator: &Simulator) -> Value {
    let mut event = event(simulator, simulator.default_domain(), None);
    event["instance"]["config"]["configureSubscriptionInstances"] = true.into();
    event["instance"]["config"]["autoDeleteRemovedSubscriptions"] = true.into();
    event
}

/// The event that collects Microsoft 365 of a simulated tenant.
pub(crate) fn microsoft365_event(simulator: &Simulator) -> Value {
    let (directory, principal) = (simulator.directory_id(), simulator.principal());
    microsoft365(&format!("{directory}/microsoft365"), simulator, directory, principal)
}

/// What the application of the demo may not read, by how the names of permissions begin. A tenant
/// in which everything is granted would not show what becomes of the rest.
const NOT_GRANTED: [&str; 2] = ["EntitlementManagement.", "Microsoft.Sql/"];

/// The application that collects the tenant of the demo. It may read most of it, or all.
fn reader(all: bool) -> Principal {
    let is_granted = |it: &String| all || !NOT_GRANTED.iter().any(|begin| it.starts_with(begin));
    let (graph_roles, actions) = permissions();
    Principal {
        client_id: id("the application of the demo"),
        client_secret: id("the secret of the application of the demo"),
        graph_roles: graph_roles.into_iter().filter(is_granted).collect(),
        assignments: vec![Assignment {
            scope: "/".to_owned(),
            actions: actions.into_iter().filter(is_granted).collect(),
        }],
        vaults: true,
    }
}

/// What all steps need: application permissions of Microsoft Graph, and actions of Azure.
fn permissions() -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut graph_roles, mut actions) = (BTreeSet::new(), BTreeSet::new());
    for permission in steps::STEPS.iter().flat_map(|step| step.permissions()) {
        match permission {
            Permission::Graph(name) => graph_roles.insert(name.to_owned()),
            Permission::Action(name) => actions.insert(name.into_owned()),
            Permission::DataAction(name) => actions.insert(name.to_owned()),
        };
    }
    (graph_roles, actions)
}

/// An application of another organisation, which reads what the steps do once there is consent.
pub(crate) fn application(redirect_uri: String) -> Application {
    let (graph_roles, _) = permissions();
    Application {
        name: "tenantgraph".to_owned(),
        principal: Principal {
            client_id: id("application"),
            client_secret: id("the secret of the application"),
            graph_roles: graph_roles.into_iter().collect(),
            assignments: Vec::new(),
            vaults: false,
        },
        redirect_uris: vec![redirect_uri],
    }
}

/// The event that collects Microsoft 365 as an application that awaits consent.
pub(crate) fn consent_event(simulator: &Simulator, application: &Application) -> Value {
    microsoft365("consent", simulator, ANY_DIRECTORY, &application.principal)
}

fn microsoft365(what: &str, simulator: &Simulator, tenant: &str, principal: &Principal) -> Value {
    json!({ "instance": {
        "id": id(what),
        "integration": "microsoft365",
        "name": simulator.default_domain(),
        "config": {
            "tenant": tenant,
            "clientId": principal.client_id,
            "clientSecret": principal.client_secret,
        },
    } })
}

/// The id of an instance, by what it collects: the same for each run.
fn id(what: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, what.as_bytes()).to_string()
}

/// Events that collect a simulated tenant one by one: the directory, and each subscription.
pub(crate) fn events(simulator: &Simulator) -> Vec<Value> {
    let subscriptions = simulator.subscriptions();
    let subscriptions = subscriptions.iter().map(|it| event(simulator, &it.name, Some(&it.id)));
    [event(simulator, simulator.default_domain(), None)].into_iter().chain(subscriptions).collect()
}

fn event(simulator: &Simulator, name: &str, subscription: Option<&str>) -> Value {
    let directory = simulator.directory_id();
    json!({ "instance": {
        "id": id(&format!("{directory}/{}", subscription.unwrap_or_default())),
        "integration": "azure",
        "name": name,
        "accountName": name,
        "config": {
            "directoryId": directory,
            "clientId": simulator.principal().client_id,
            "clientSecret": simulator.principal().client_secret,
            "subscriptionId": subscription,
            "ingestActiveDirectory": subscription.is_none(),
        },
    } })
}
