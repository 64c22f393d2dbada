//! Network watchers.

use crate::prelude::*;

pub(crate) static WATCHER: EntityType = EntityType {
    kind: "azure_network_watcher",
    class: &["Resource"],
    doc: "What diagnoses the networks of one region.",
    ..EntityType::resource("Microsoft.Network/networkWatchers", "2024-05-01")
};

pub(crate) static STEP: Step = Step {
    id: "rm-network-watchers",
    name: "Network Watchers",
    list: List::of(&WATCHER),
    becomes: Becomes::one(&WATCHER),
    needs: Needs::subscription("network"),
    ..Step::AZURE
};
