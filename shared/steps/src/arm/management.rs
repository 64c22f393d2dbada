//! Microsoft.Management: what subscriptions are ordered by.

pub(crate) mod groups;
