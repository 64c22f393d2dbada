//! `tenantgraph setup`: what grants tenantgraph access to a tenant, written from the declarations
//! of the steps that are enabled.

mod access;
pub(crate) mod arguments;
mod az;
mod bicep;
mod file;
mod grant;
mod manifest;
mod scope;
mod terraform;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Write as _, stdout};

use collector::event::{Action, Event};
use collector::instance::Instance;
use collector::plan::{Plan, enabled as enabled_of};
use steps::{STEPS, Step};
use uuid::Uuid;

use access::Access;
use file::File;
pub use grant::grant;
pub use scope::Scope;

use crate::integration::Integration;
use crate::progress::say;
use crate::{End, Error, event};
use arguments::{Format, Setup};

pub(crate) fn run(arguments: &Setup) -> Result<End, Error> {
    let event = arguments.event.as_deref().map(event::read).transpose()?;
    let instance = event.map(|event| instance_of(Event::parse_sample(&event)?)).transpose()?;
    let steps = instance.as_ref().map_or_else(|| on_by_default(arguments.integration), enabled);
    let access = Access::new(steps, scopes(arguments, instance.as_ref())?);
    let tenant = instance.as_ref().map(|it| it.config.directory_id.as_str());
    let files = files(arguments, &access, tenant.filter(|it| is_id(it)))?;
    let Some(folder) = &arguments.out else {
        let texts: Vec<&str> = files.iter().map(|file| file.text.as_str()).collect();
        write!(stdout(), "{}", texts.join("\n"))?;
        return Ok(End::Complete);
    };
    fs::create_dir_all(folder)?;
    for file in files {
        let path = folder.join(file.name);
        fs::write(&path, file.text)?;
        say(&format!("wrote {}", path.display()));
    }
    Ok(End::Complete)
}

fn files(arguments: &Setup, access: &Access, tenant: Option<&str>) -> Result<Vec<File>, Error> {
    let credential = arguments.credential;
    Ok(match arguments.format {
        Format::Az => {
            vec![File { name: "setup.sh", text: az::script(access, credential, tenant) }]
        }
        Format::Terraform => terraform::module(access, credential),
        Format::Bicep => vec![File { name: "role.bicep", text: bicep::file(access)? }],
        Format::Manifest => {
            vec![File { name: "manifest.json", text: manifest::manifest(access) }]
        }
    })
}

fn instance_of(event: Event) -> Result<Instance, Error> {
    match event {
        Event::Instance { instance, .. } | Event::Manage(Action::Store { instance, .. }) => {
            Ok(*instance)
        }
        _ => Err("the event has no `instance`, so nothing says what to grant".into()),
    }
}

/// The steps that an instance of the integration runs unless its configuration says otherwise.
fn on_by_default(integration: Integration) -> Vec<&'static Step> {
    let integration = match integration {
        Integration::Azure => steps::Integration::Azure,
        Integration::Microsoft365 => steps::Integration::Microsoft365,
    };
    let steps = STEPS.iter().copied().filter(|step| step.integration == integration);
    steps.filter(|step| !step.is_off_by_default()).collect()
}

/// The steps that the configuration of an instance enables: its own, and those of the instances
/// that it makes for subscriptions.
fn enabled(instance: &Instance) -> Vec<&'static Step> {
    let (own, made) = (Plan::steps_of(instance, None), Plan::steps_of_subscriptions(instance));
    let ids: BTreeSet<&str> = enabled_of(&own).chain(enabled_of(&made)).map(|it| it.id).collect();
    STEPS.iter().copied().filter(|step| ids.contains(step.id)).collect()
}

/// Where the role is assigned: as the arguments say, at the subscription of the instance, or at the
/// root of the tenant.
fn scopes(arguments: &Setup, instance: Option<&Instance>) -> Result<Vec<Scope>, Error> {
    if !arguments.scopes.is_empty() {
        return Ok(scope::together(&arguments.scopes)?);
    }
    let config = instance.map(|it| &it.config);
    let subscription = config
        .filter(|it| !it.configure_subscription_instances)
        .and_then(|it| it.subscription_id.clone());
    if subscription.as_deref().is_some_and(|it| !is_id(it)) {
        return Err(
            "config.subscriptionId still is the sample's; replace it, or give --scope".into()
        );
    }
    Ok(vec![subscription.map_or(Scope::TenantRoot, Scope::Subscription)])
}

/// Whether a text is an id rather than a domain, or what the samples hold in place of an id.
fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| !id.is_nil())
}
