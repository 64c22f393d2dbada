//! The pages and the role that follow from the declarations, and so cannot disagree with them.

mod data_model;
mod permissions;

pub use data_model::data_model;
pub use permissions::{graph_role_id, permissions, role, role_of};
