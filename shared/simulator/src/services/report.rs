//! Reports of Microsoft Intune. Names and columns are those of "Intune reports and properties
//! available using Graph API"; values and how they are spelt are not documented.

mod catalog;
mod column;
mod inventory;
mod page;
mod selection;
mod table;

pub(crate) use catalog::{Report, action, find};
pub(crate) use page::page;
pub(crate) use selection::{Ask, Selection};
