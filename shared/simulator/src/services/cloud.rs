//! What all services of the simulated cloud share.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::options::{Credentials, Options};
use crate::services::clock::Clock;
use crate::services::counters::Recorder;
use crate::services::export::{Archive, Exports};
use crate::services::paging::Pager;
use crate::services::throttle::{Limit, Throttles, Verdict};
use crate::services::token::Tokens;
use crate::world::tenant::Tenant;

/// The audience of tokens for Microsoft Graph.
pub(crate) const GRAPH: &str = "https://graph.microsoft.com";
/// The audience of tokens for Azure Resource Manager.
pub(crate) const RESOURCE_MANAGER: &str = "https://management.azure.com";
/// The audience of tokens for the data plane of key vaults.
pub(crate) const KEY_VAULT: &str = "https://vault.azure.net";
/// The audience of tokens for the data plane of storage accounts.
pub(crate) const STORAGE: &str = "https://storage.azure.com";

/// What all services share.
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
    pub(crate) credentials: Credentials,
    pub(crate) seen: Seen,
    turns: AtomicUsize,
    throttles: Throttles,
    throttling: bool,
    http2: bool,
}

/// What was seen once, and must not come again.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<HashSet<String>>);

impl Seen {
    /// Whether it is the first time.
    pub(crate) fn first(&self, what: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned())
    }
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
            credentials: options.credentials.clone(),
            seen: Seen::default(),
            turns: AtomicUsize::new(0),
            throttles: Throttles::default(),
            throttling: options.throttling,
            http2: options.http2,
        }
    }

    /// The next bytes of a download.
    pub(crate) fn next_chunk(&self, archive: &mut Archive) -> Option<Vec<u8>> {
        let chunk = archive.next(&self.tenant)?;
        self.recorder.sent(chunk.len());
        Some(chunk)
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
            "managedIdentity": format!("{base}/169.254.169.254"),
            "dataPlane": format!("{base}/{{host}}"),
            "http2": self.http2,
        })
    }
}
