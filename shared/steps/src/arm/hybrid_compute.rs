//! Azure Arc.

pub(crate) mod machines;
