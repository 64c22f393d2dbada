//! The way from a request to its service, and past the faults.

use std::sync::{Arc, OnceLock};

use super::faults::injector::Injector;
use crate::options::{Faults, Options, Permanent};
use crate::services::answer::Answer;
use crate::services::clock::Clock;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::{entra, graph, identity_endpoint, resource_manager, storage, vault};

/// The simulated cloud, as requests get to see it.
#[derive(Debug)]
pub(crate) struct Router {
    pub(crate) cloud: Arc<Cloud>,
    injector: OnceLock<Injector>,
}

impl Router {
    pub(crate) fn new(options: &Options, base: String, clock: Clock) -> Self {
        let injector = options.faults.clone().map(Injector::new);
        Self {
            cloud: Arc::new(Cloud::new(options, base, clock)),
            injector: injector.map_or_else(OnceLock::new, OnceLock::from),
        }
    }

    /// Answers a request. Every answer passes through here, also each one inside of a `$batch`:
    /// this is the place to change what a client gets to see.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let answer = match self.injector.get() {
            Some(injector) => injector.answer(&self.cloud, request, &|it| self.route(it)),
            None => self.route(request),
        };
        self.cloud.recorder.answered(&answer, request.nested);
        answer
    }

    /// Whether requests that share a connection may be interrupted for the fault of another one.
    pub(crate) fn interrupts(&self, requests: &[Request]) -> bool {
        self.injector.get().is_none_or(|injector| injector.interrupts(requests))
    }

    /// Puts other faults in the place of those that never end.
    pub(crate) fn set_permanent(&self, permanent: Vec<Permanent>) {
        self.injector.get_or_init(|| Injector::new(Faults::default())).set_permanent(permanent);
    }

    /// What the service that a request is for answers, without faults.
    fn route(&self, request: &Request) -> Answer {
        let cloud = &*self.cloud;
        match request.host.to_ascii_lowercase().as_str() {
            "login.microsoftonline.com" => entra::answer(cloud, request),
            "169.254.169.254" => identity_endpoint::answer(cloud, request),
            "graph.microsoft.com" => graph::answer(cloud, request, &|it| self.answer(it)),
            "management.azure.com" => resource_manager::answer(cloud, request),
            host if host.ends_with(".core.windows.net") => storage::answer(cloud, request),
            host => match host.strip_suffix(".vault.azure.net") {
                Some(name) => vault::answer(cloud, request, name),
                None => Answer::nowhere(),
            },
        }
    }
}
