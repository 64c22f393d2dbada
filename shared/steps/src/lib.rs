//! Every step, as data: what is listed, which permission that needs, and the graph that the items
//! become.
//!
//! Nothing here performs I/O, is async, or can fail. What is the same for every step (asking,
//! paging, retrying, storing, linking) is code elsewhere that reads these declarations, and so are
//! the planner, the role a collector is granted, and the data-model page.

mod address;
mod arm;
pub mod convert;
mod declared;
pub mod delta;
mod derived;
mod discovery;
pub mod docs;
pub mod entity;
mod entra;
mod host;
mod integration;
mod lifecycle;
pub mod list;
mod microsoft365;
mod path;
mod registry;
mod sources;
pub mod step;
mod tags;
mod uri;

pub use convert::{Item, Output, Parent, Scope};
pub use declared::Relationship;
pub use delta::{Tells, Watch};
pub use derived::{DERIVED, Derived, Member, derives};
pub use discovery::Discovery;
pub use entity::{EntityType, Property, Type};
pub use integration::Integration;
pub use lifecycle::{ENDINGS, Ending, Stage};
pub use list::{Domain, List, Report, Service, Shape};
pub use registry::{STEPS, find};
pub use sources::{ALWAYS_COLLECTED, OFF_BY_DEFAULT};
pub use step::{Link, Needs, PARENT, Part, Permission, Step};
