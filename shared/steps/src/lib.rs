//! Every step, as data: what is listed, which permission that needs, and the graph that the items
//! become.
//!
//! Nothing here performs I/O, is async, or can fail. What is the same for every step (asking,
//! paging, retrying, storing, linking) is code elsewhere that reads these declarations, and so are
//! the planner, the role a collector is granted, and the data-model page.

mod address;
mod arm;
pub mod becomes;
mod conceal;
mod convert;
mod declared;
pub mod delta;
mod derived;
mod discovery;
pub mod docs;
mod domain;
pub mod entity;
mod entra;
mod host;
mod integration;
mod item;
mod lifecycle;
pub mod link;
pub mod list;
mod microsoft365;
mod output;
mod path;
pub mod permission;
mod prelude;
pub mod property;
mod registry;
pub mod resource_type;
mod sources;
pub mod step;
mod tags;
mod uri;
mod watch;

pub use becomes::{Becomes, Emits, Hook, Nested};
pub use declared::Relationship;
pub use derived::{Derived, Member};
pub use discovery::Discovery;
pub use domain::{Domain, Service};
pub use entity::EntityType;
pub use integration::Integration;
pub use item::{InstanceView, Item, Parent};
pub use lifecycle::{ENDINGS, Ending, Stage};
pub use link::{At, Link, Subject};
pub use list::{List, Listed, Method, Report, Shape};
pub use output::Output;
pub use permission::{Licence, Permission};
pub use property::{Property, Type};
pub use registry::{DERIVED, STEPS, derives, find, volatile};
pub use resource_type::ResourceType;
pub use sources::{ALWAYS_COLLECTED, OFF_BY_DEFAULT};
pub use step::{Needs, Setting, Step};
pub use watch::{Affects, Watch};
