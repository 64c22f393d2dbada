//! Microsoft Entra ID.

pub(crate) mod account;
pub(crate) mod groups;
pub(crate) mod service_principals;
pub(crate) mod users;
