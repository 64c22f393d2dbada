//! Microsoft Entra ID.

pub(crate) mod account;
pub(crate) mod groups;
pub(crate) mod users;
