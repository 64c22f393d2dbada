//! The pages and the role that follow from the declarations, and so cannot disagree with them.

mod data_model;
mod diagram;
mod permissions;
mod service;

pub use data_model::{Page, data_model};
pub use permissions::{graph_role_id, permissions, role, role_of};
pub use service::service_of_types;
