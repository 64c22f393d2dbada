//! Network watchers.

use graph::Name;

use crate::arm::resources::locations;
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
    covers: &["rm-network-location-watcher-relationships"],
    ..Step::of(&WATCHER, "network").links(&[Link::of(&[], "/location")
        .by(|name, _| Some(Name::alias("location", &locations::name(name))))
        .kind(KIND)
        .or_map(&[KIND], |name, _| locations::mapped(KIND, name, None))])
};

const KIND: &str = "azure_location_has_network_watcher";
