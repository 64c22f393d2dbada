//! A request that is being answered.

use super::error;
use crate::services::cloud::Cloud;
use crate::services::graph::error::Failure;
use crate::services::graph::version::Version;
use crate::services::request::Request;

/// A request that is being answered.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) request: &'a Request,
    pub(super) version: Version,
    /// The path below the version.
    pub(super) path: &'a str,
}

impl Context<'_> {
    /// That there is no such object.
    pub(super) fn not_found(self) -> Failure {
        error::not_found(self.cloud, self.path)
    }
}
