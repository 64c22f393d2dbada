//! What nearly every file with a step uses.

#![allow(unused_imports, reason = "it is there for the steps to come, too")]

pub(crate) use graph::RelationshipClass;

pub(crate) use crate::becomes::{Becomes, Nested};
pub(crate) use crate::domain::Domain;
pub(crate) use crate::entity::EntityType;
pub(crate) use crate::item::Item;
pub(crate) use crate::link::{Link, map};
pub(crate) use crate::list::List;
pub(crate) use crate::permission::Licence;
pub(crate) use crate::property::{
    CLASSIFICATION, COMPUTED, Property, always, always_flag, always_list, any, count, date, each,
    flag, is, list, number, seconds, split, text,
};
pub(crate) use crate::resource_type::ResourceType;
pub(crate) use crate::step::{Needs, Step};
