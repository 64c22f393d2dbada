//! Microsoft.Cdn: profiles of content delivery, and of Front Door Standard and Premium.

pub(crate) mod endpoints;
pub(crate) mod front_door;
pub(crate) mod profiles;
