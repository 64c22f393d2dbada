//! The simulated tenant: values that follow from a seed, from a size, and from what has happened
//! since. Nothing in here knows of requests.

pub(crate) mod dates;
pub(crate) mod directory;
pub(crate) mod guid;
pub(crate) mod intune;
pub(crate) mod life;
pub(crate) mod management_group;
pub(crate) mod names;
pub(crate) mod random;
pub(crate) mod resources;
pub(crate) mod tenant;
