//! Azure Logic Apps.

pub(crate) mod workflows;
