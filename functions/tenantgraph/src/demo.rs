//! `tenantgraph demo`.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use collector::instance::ANY_DIRECTORY;
use microsoft::Cloud;
use serde_json::{Value, json};
use simulator::{Application, Options, Principal, Simulator};
use steps::Permission;
use uuid::Uuid;

use crate::arguments::{Demo, Integration, Tenant};
use crate::machine::Machine;
use crate::progress::{Progress, remark, say};
use crate::{End, Error, interruption, local};

pub(crate) async fn run(arguments: Demo) -> Result<End, Error> {
    let Demo { integration, tenant, realistic, storage, json } = arguments;
    let simulator = serve(&tenant, 0, realistic, Vec::new()).await?;
    let cloud = Cloud::parse(&simulator.cloud().to_string())?;
    let progress = Progress::of_run();
    let mut machine = Machine::new(&storage.store, Some(cloud.clone()), progress.clone()).await?;
    if realistic {
        remark("the simulated tenant throttles requests as Microsoft does, so this takes minutes");
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
    crate::run::print(&machine, &summaries, &storage.store, began.elapsed(), json).await
}

/// Serves a simulated tenant on this machine, and applications that its administrators can consent
/// to.
pub(crate) async fn serve(
    tenant: &Tenant,
    port: u16,
    throttling: bool,
    applications: Vec<Application>,
) -> Result<Simulator, Error> {
    let options = Options {
        seed: tenant.seed,
        users: tenant.users,
        subscriptions: tenant.subscriptions,
        resources: tenant.resources,
        latency: Duration::from_millis(tenant.latency),
        throttling,
        applications,
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

/// An application of another organisation, which reads what the steps do once there is consent.
pub(crate) fn application(redirect_uri: String) -> Application {
    let permissions = steps::STEPS.iter().flat_map(|step| step.permissions());
    let graph = permissions.filter_map(|permission| match permission {
        Permission::Graph(name) => Some(name.to_owned()),
        Permission::Action(_) | Permission::DataAction(_) => None,
    });
    let graph_roles: BTreeSet<String> = graph.collect();
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
