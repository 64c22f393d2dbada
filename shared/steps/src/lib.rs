//! Every step, as data: what is listed, which permission that needs, and the graph that the items
//! become.
//!
//! Nothing here performs I/O, is async, or can fail. What is the same for every step (asking,
//! paging, retrying, storing, linking) is code elsewhere that reads these declarations, and so are
//! the planner, the role a collector is granted, and the data-model page.

mod arm;
pub mod convert;
pub mod entity;
mod entra;
pub mod list;
mod path;
mod registry;
pub mod step;
mod tags;

pub use convert::{Item, Output, Parent, Scope};
pub use entity::{EntityType, Property, Type};
pub use list::{Domain, List, Service, Shape};
pub use registry::{STEPS, find};
pub use step::{Link, Needs, Part, Permission, Step};
