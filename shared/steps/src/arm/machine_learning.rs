//! Azure Machine Learning.

pub(crate) mod workspaces;
