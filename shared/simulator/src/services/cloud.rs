//! The simulated cloud: what all its services share, and the way from a request to its service.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::options::{Faults, Options, Permanent};
use crate::server::faults::injector::Injector;
use crate::services::answer::Answer;
use crate::services::clock::Clock;
use crate::services::counters::Recorder;
use crate::services::export::{Archive, Exports};
use crate::services::paging::Pager;
use crate::services::request::Request;
use crate::services::throttle::{Limit, Throttles, Verdict};
use crate::services::token::Tokens;
use crate::services::{entra, graph, resource_manager, storage, vault};
use crate::world::tenant::Tenant;

/// The audience of tokens for Microsoft Graph.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";
/// The audience of tokens for Azure Resource Manager.
pub(crate) const RESOURCE_MANAGER: &str = "https://management.azure.com";
/// The audience of tokens for the data plane of key vaults.
pub(crate) const KEY_VAULT: &str = "https://vault.azure.net";

/// The simulated cloud.
#[derive(Debug)]
pub(crate) struct Cloud {
    /// The address below which every host of the cloud lies.
    pub(crate) base: String,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) pager: Pager,
    pub(crate) recorder: Recorder,
    pub(crate) exports: Exports,
    turns: AtomicUsize,
    throttles: Throttles,
    throttling: bool,
    injector: OnceLock<Injector>,
    http2: bool,
}

impl Cloud {
    /// The number of an answer whose form differs from one to the next.
    pub(crate) fn turn(&self) -> usize {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn new(options: &Options, base: String, clock: Clock) -> Self {
        Self {
            base,
            tenant: Tenant::new(options),
            clock,
            tokens: Tokens::default(),
            pager: Pager::new(options.seed, options.page_size),
            recorder: Recorder::default(),
            exports: Exports::new(&options.intune),
            turns: AtomicUsize::new(0),
            throttles: Throttles::default(),
            throttling: options.throttling,
            injector: options
                .faults
                .clone()
                .map(Injector::new)
                .map_or_else(OnceLock::new, OnceLock::from),
            http2: options.http2,
        }
    }

    /// Answers a request. Every answer passes through here, also each one inside of a `$batch`:
    /// this is the place to change what a client gets to see.
    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let answer = match self.injector.get() {
            Some(injector) => injector.answer(self, request),
            None => self.route(request),
        };
        self.recorder.answered(answer.status, answer.body.len(), request.nested);
        answer
    }

    /// The next bytes of a download.
    pub(crate) fn next_chunk(&self, archive: &mut Archive) -> Option<Vec<u8>> {
        let chunk = archive.next(&self.tenant)?;
        self.recorder.sent(chunk.len());
        Some(chunk)
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
    pub(crate) fn route(&self, request: &Request) -> Answer {
        match request.host.to_ascii_lowercase().as_str() {
            "login.microsoftonline.com" => entra::answer(self, request),
            "graph.microsoft.com" => graph::answer(self, request),
            "management.azure.com" => resource_manager::answer(self, request),
            host if host.ends_with(".blob.core.windows.net") => storage::answer(self, request),
            host => match host.strip_suffix(".vault.azure.net") {
                Some(name) => vault::answer(self, request, name),
                None => Answer::nowhere(),
            },
        }
    }

    /// Charges a request to a throttle.
    pub(crate) fn charge(&self, limit: &Limit, cost: u32) -> Verdict {
        let verdict = if self.throttling {
            self.throttles.charge(&self.clock, limit, cost)
        } else {
            Verdict { granted: true, remaining: u64::from(limit.budget.units()), used: 0, wait: 0 }
        };
        self.recorder.decided(&limit.domain, verdict.granted);
        verdict
    }

    /// The description of this cloud that a client is configured with.
    pub(crate) fn description(&self) -> Value {
        let base = &self.base;
        json!({
            "name": "simulated",
            "authority": format!("{base}/login.microsoftonline.com"),
            "resourceManager": format!("{base}/management.azure.com"),
            "graph": format!("{base}/graph.microsoft.com"),
            "audiences": {
                "resourceManager": RESOURCE_MANAGER,
                "graph": GRAPH,
                "keyVault": KEY_VAULT,
            },
            "keyVaultSuffix": "vault.azure.net",
            "storageSuffix": "core.windows.net",
            "portal": "https://portal.azure.com",
            "dataPlane": format!("{base}/{{host}}"),
            "http2": self.http2,
        })
    }
}
