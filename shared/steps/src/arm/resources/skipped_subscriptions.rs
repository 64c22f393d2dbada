//! The subscriptions that there are: which of them get instances of their own, and which are
//! skipped.

use crate::arm::resources::subscriptions::{SUBSCRIPTION, bare_id, tenant};
use crate::discovery::Discovery;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-skipped-subscription",
    name: "Skipped Subscriptions",
    list: List::of(&SUBSCRIPTION).at("/subscriptions"),
    // A subscription that is skipped has no instance that could collect it, so it is an entity
    // here.
    becomes: Becomes::choice(&[&SUBSCRIPTION], |it| reason(it).map(|_| &SUBSCRIPTION))
        .aliases(bare_id)
        .refine(|subscription, entity| {
            tenant(subscription, entity);
            entity.set("skipReason", reason(subscription));
        })
        .discovers(Discovery::of),
    needs: Needs::SUBSCRIPTIONS.source("subscriptions"),
    ..Step::AZURE
};

/// Why a subscription is skipped, if it is.
fn reason(subscription: &Item<'_>) -> Option<String> {
    Discovery::of(subscription)?.skipped
}
