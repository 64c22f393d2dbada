//! The services that steps belong to: one page of the data model for each.

use std::collections::BTreeMap;

use crate::derived::Derived;
use crate::integration::Integration;
use crate::registry::{DERIVED, STEPS};
use crate::step::Step;

/// The registry as it is written, for the folder that each step lies in.
const REGISTRY: &str = include_str!("../registry.rs");

/// Names that do not follow from the name of the folder.
const TITLES: &[(&str, &str)] = &[
    ("api_management", "API Management"),
    ("app", "Container Apps"),
    ("app_configuration", "App Configuration"),
    ("cdn", "CDN and Front Door"),
    ("cognitive_services", "Azure AI services"),
    ("container_service", "Kubernetes Service"),
    ("desktop_virtualization", "Virtual Desktop"),
    ("devices", "IoT Hub"),
    ("entra", "Microsoft Entra ID"),
    ("hybrid_compute", "Azure Arc"),
    ("key_vault", "Key Vault"),
    ("kusto", "Data Explorer"),
    ("logic", "Logic Apps"),
    ("microsoft365", "Microsoft 365 and Intune"),
    ("operational_insights", "Log Analytics"),
    ("red_hat_open_shift", "Red Hat OpenShift"),
    ("resources", "Subscriptions and resource groups"),
    ("search", "AI Search"),
    ("security", "Defender for Cloud"),
    ("sql", "SQL"),
    ("web", "App Service"),
];

/// A service, and what is read of it.
pub(super) struct Service {
    /// The folder of its steps.
    folder: &'static str,
    pub(super) steps: Vec<&'static Step>,
    pub(super) rules: Vec<&'static Derived>,
}

impl Service {
    /// The file of its page.
    pub(super) fn file(&self) -> String {
        file(self.folder)
    }

    /// Its name, for people.
    pub(super) fn title(&self) -> String {
        let named = TITLES.iter().find(|(folder, _)| *folder == self.folder);
        named.map_or_else(|| spelled(self.folder), |(_, title)| (*title).to_owned())
    }
}

/// Every service: the directory first, then Microsoft 365, then those of Azure by name.
pub(super) fn services() -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for (step, folder) in STEPS.iter().zip(folders()) {
        match services.iter_mut().find(|it| it.folder == folder) {
            Some(service) => service.steps.push(step),
            None => services.push(Service { folder, steps: vec![step], rules: Vec::new() }),
        }
    }
    for rule in DERIVED {
        let folder = folder_of(rule);
        if let Some(service) = services.iter_mut().find(|it| it.folder == folder) {
            service.rules.push(rule);
        }
    }
    let first = ["entra", "microsoft365"];
    services.sort_by_key(|it| (!first.contains(&it.folder), it.folder));
    services
}

/// The name of the service that each type of entity belongs to. Of a type that steps of several
/// services find, that is the first of them.
#[must_use]
pub fn service_of_types() -> BTreeMap<&'static str, String> {
    let mut services_of = BTreeMap::new();
    for service in services() {
        for of in service.steps.iter().flat_map(|step| step.entity_types()) {
            services_of.entry(of.kind).or_insert_with(|| service.title());
        }
    }
    services_of
}

/// The file that tells of a step or a rule, by its id.
pub(super) fn file_of(id: &str) -> String {
    let step = STEPS.iter().zip(folders()).find(|(step, _)| step.id == id);
    let rule = || DERIVED.iter().find(|rule| rule.id == id).map(|it| folder_of(it));
    step.map(|(_, folder)| folder).or_else(rule).map(file).unwrap_or_default()
}

fn file(folder: &str) -> String {
    format!("{}.md", folder.replace('_', "-"))
}

fn folder_of(rule: &Derived) -> &'static str {
    match rule.integration {
        Integration::Azure => "entra",
        Integration::Microsoft365 => "microsoft365",
    }
}

/// The folders of all steps, in the order of the registry.
fn folders() -> impl Iterator<Item = &'static str> {
    let paths = REGISTRY.lines().filter_map(|line| line.trim_start().strip_prefix('&'));
    paths.filter_map(|path| {
        let mut names = path.split("::");
        match names.next()? {
            "arm" => names.next(),
            folder @ ("entra" | "microsoft365") => Some(folder),
            _ => None,
        }
    })
}

/// A folder's name with spaces, and a capital letter at the beginning of each word.
fn spelled(folder: &str) -> String {
    let words = folder.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_service() {
        assert_eq!(folders().count(), STEPS.len());
        assert_eq!(services().iter().map(|it| it.steps.len()).sum::<usize>(), STEPS.len());
        assert_eq!(services().iter().map(|it| it.rules.len()).sum::<usize>(), DERIVED.len());
        assert_eq!(file_of("ad-users"), "entra.md");
        assert_eq!(file_of("rm-compute-virtual-machines"), "compute.md");
        assert_eq!(spelled("service_bus"), "Service Bus");
    }
}
