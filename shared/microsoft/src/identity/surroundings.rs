//! What a process has around it that can say who it is.

use std::fmt;
use std::sync::Arc;

use azure_identity::Executor;
use collector::ports::WebIdentity;

use crate::transport::Transport;

/// What a process has around it that can say who it is.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// AWS, where it is reached.
    pub(crate) web_identity: Option<Arc<dyn WebIdentity>>,
    /// Whether one person's machine, or one job of a pipeline, is all that there is. Only there may
    /// a configuration name files, tools and the identity of the machine.
    pub(crate) is_one_machine: bool,
    /// The way to what is on this machine, past any proxy.
    pub(crate) direct: Arc<dyn Transport>,
    /// Runs the tools of developers, if not as usual.
    pub(crate) executor: Option<Arc<dyn Executor>>,
    /// The environment.
    pub(crate) environment: fn(&str) -> Option<String>,
}

impl Surroundings {
    /// Nothing but the process itself.
    pub(crate) fn new(direct: Arc<dyn Transport>) -> Self {
        let environment = |name: &str| std::env::var(name).ok();
        Self { web_identity: None, is_one_machine: false, direct, executor: None, environment }
    }

    /// A variable of the environment, if it is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        (self.environment)(name).filter(|it| !it.is_empty())
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings")
            .field("web_identity", &self.web_identity)
            .field("is_one_machine", &self.is_one_machine)
            .finish_non_exhaustive()
    }
}
