//! Microsoft Defender for Cloud.

pub(crate) mod alerts;
pub(crate) mod assessments;
pub(crate) mod auto_provisioning;
pub(crate) mod contacts;
pub(crate) mod jit_policies;
pub(crate) mod pricings;
pub(crate) mod secure_scores;
pub(crate) mod settings;
