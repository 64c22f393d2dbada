//! The subscriptions that there are: which of them get instances of their own, and which are skipped.

use crate::arm::resources::subscriptions::{SUBSCRIPTION, bare_id, tenant};
use crate::convert::{Item, Output};
use crate::discovery::Discovery;
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static STEP: Step = Step {
    id: "rm-skipped-subscription",
    name: "Skipped Subscriptions",
    ingestion_source: Some("subscriptions"),
    list: List::resource_manager("/subscriptions", "2022-12-01"),
    permissions: &[Permission::Action("Microsoft.Resources/subscriptions/read")],
    relate: discover,
    adds: &[&SUBSCRIPTION],
    discovers: true,
    ..Step::SUBSCRIPTIONS
};

/// A subscription that is skipped has no instance that could collect it, so it is an entity here.
fn discover(subscription: &Item<'_>, out: &mut Output) {
    let (Some(key), Some(discovery)) = (subscription.key("/id"), Discovery::of(subscription))
    else {
        return out.lose(format!("{}.id", SUBSCRIPTION.kind));
    };
    if let Some(reason) = &discovery.skipped {
        let mut entity = SUBSCRIPTION.entity(key, subscription, &mut out.drift);
        entity.aliases = bare_id(subscription);
        tenant(subscription, &mut entity);
        entity.set("skipReason", Some(reason.as_str()));
        out.entities.push(entity);
    }
    out.discoveries.push(discovery);
}
