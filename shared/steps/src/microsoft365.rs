//! Microsoft 365: the directory, and what Microsoft Intune knows of devices.
//!
//! The directory's users and groups are those of Microsoft Entra ID, under another account.

pub(crate) mod account;
mod assignments;
pub(crate) mod compliance_policies;
pub(crate) mod detected_applications;
pub(crate) mod device_configurations;
mod device_types;
pub(crate) mod devices;
mod findings;
pub(crate) mod groups;
mod host_agents;
pub(crate) mod managed_applications;
mod report;
mod states;
mod status;
pub(crate) mod users;

use crate::property::{COMPUTED, Property, any};

/// What is recorded about what Intune has no object for, and so neither id nor name.
const DERIVED: &[&[Property]] =
    &[&[any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it.")]];
