//! The graph that a collection produces: entities, references between them, and the keys and names
//! that join them.
//!
//! Nothing here performs I/O, and nothing here knows how Microsoft or AWS is asked.

mod class;
mod entity;
mod json;
mod key;
mod reference;

pub use class::{RelationshipClass, relationship_type};
pub use entity::Entity;
pub use json::canonical;
pub use key::{Key, Name};
pub use reference::{Direction, End, Reference, RelationshipKey, Unresolved};
