//! Faults: answers that are wrong on purpose, by a plan that a seed decides.
//!
//! # What a correct client can rely on
//!
//! Transient faults end. Let `n` be [`Faults::at_most`]:
//!
//! - One and the same request is answered wrongly `n` times in a row at most, then rightly. Whole
//!   `$batch`es that fail count for each request in them.
//! - While a list is read to its end it has to be begun again `n` times at most: because a page
//!   token has expired, or because a link leads back to where the client was before.
//! - A delta query of a collection has to be begun from the start `n` times in a row at most,
//!   because its token has expired. The next token is accepted.
//! - A page is preceded `n` times at most by an empty page or by itself.
//! - A report that Intune prepares fails, never ends, or breaks off in its middle `n` times at
//!   most: one that is ordered again after that is right.
//! - An answer does not come, or comes to a standstill, `n` times in a row at most. It would in
//!   hours, so that a client needs a timeout.
//! - No item is lost: who reads a list to its end and merges what comes twice has seen all of it.
//!
//! So a client finishes that tries a request `n + 2` times, begins a list `n + 1` times, renews
//! its token `n` times for one request, follows the link of every page, and does not count the
//! answers that ask it to slow down. The one attempt more is for a request that meets a connection
//! which the server is just closing, through no fault of the request.
//!
//! With HTTP/2 a connection that ends takes those with it that are under way on it. One and the
//! same request is interrupted once at most, in all, for the fault of another: that is another
//! attempt more for clients that have several requests under way at once. Where it cannot be, only
//! the one stream is reset.
//!
//! What is counted is what the server answers. Several clients that send one and the same request
//! at the same time share what is counted, so one of them can see more than its part.

/// Which faults there are.
///
/// Which answer becomes faulty, and how, is a function of the seed, of the request (its method,
/// host, path, parameters and body, and so its page token), of whether it comes by HTTP/2, and of
/// how often it was seen. The order
/// in which requests come does not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    /// Decides which answers are faulty, and how.
    pub seed: u64,
    /// The share of answers that are faulty, from 0 to 1. The token endpoint has an eighth of it.
    /// Each request in a `$batch` counts by itself, and the whole of it once more.
    pub density: f64,
    /// How often at most one and the same request is answered wrongly in a row. Then it is answered
    /// rightly, so that transient faults end.
    pub at_most: u32,
    /// The names of the only kinds of faults that there are, such as `gone-away`, as the counters
    /// have them. If it is empty, there are all.
    pub only: Vec<&'static str>,
    /// Faults that never end, unless [`Simulator::set_permanent`] takes them away.
    ///
    /// [`Simulator::set_permanent`]: crate::Simulator::set_permanent
    pub permanent: Vec<Permanent>,
    /// Divides every wait that a fault asks for or makes, so that tests need not wait. As
    /// `Retry-After` has whole seconds, a divided one may become 0.
    pub hurry: u32,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            seed: 1,
            density: 0.0,
            at_most: 1,
            only: Vec::new(),
            permanent: Vec::new(),
            hurry: 1,
        }
    }
}

/// A fault that never ends.
///
/// A path is that of a request below the base of its service, such as `/v1.0/groups` or
/// `/subscriptions/{id}/providers/microsoft.compute/disks`. Paths and namespaces are compared
/// without case. Except for [`Self::Vanished`], a `*` stands for any one part of a path, as in
/// `/beta/deviceManagement/deviceCompliancePolicies/*/deviceStatuses`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permanent {
    /// A list that may be read up to a page: it and those after it are answered with 403. Pages
    /// are counted from 1, with the empty ones that the service sends by itself.
    ForbiddenFromPage {
        /// The path of the list.
        path: String,
        /// The first page that is forbidden.
        page: u32,
    },
    /// A path that the service does not know any more: `InvalidResourceType` with 404, and of
    /// Microsoft Graph 400 with the text for an unknown segment.
    Retired {
        /// The path.
        path: String,
    },
    /// A resource provider that no subscription has registered: everything whose path names it is
    /// answered with `MissingSubscriptionRegistration` and 409, and the list of resource providers
    /// says so.
    NotRegistered {
        /// The namespace of the resource provider, such as `Microsoft.Compute`.
        namespace: String,
    },
    /// A list whose pages, the last one too, lead to another host.
    ForeignLink {
        /// The path of the list.
        path: String,
        /// The other host, with its port if it has one.
        host: String,
    },
    /// A list whose last page leads back to the first one.
    LoopingLink {
        /// The path of the list.
        path: String,
    },
    /// A list that does not tell how many items it has: 400 `Request_UnsupportedQuery`, as in
    /// directories that know no advanced queries.
    Uncountable {
        /// The path of the list.
        path: String,
    },
    /// A list whose items never come with a relationship of theirs: 400 `Request_UnsupportedQuery`.
    Unexpandable {
        /// The path of the list.
        path: String,
        /// The relationship, such as `owners`.
        relationship: String,
    },
    /// A list that leaves out its last item, and says how many there are with it.
    LosesItem {
        /// The path of the list.
        path: String,
    },
    /// A list that comes empty, as Azure Resource Manager answers who may see none of it.
    Empty {
        /// The path of the list.
        path: String,
    },
    /// A list that is still being made: 202 with what there is of it so far, which is nothing.
    Accepted {
        /// The path of the list.
        path: String,
    },
    /// A list whose pages hold an error beside their items, and lack the last of these.
    ErrorBesideItems {
        /// The path of the list.
        path: String,
    },
    /// A list whose pages have a last item without an id.
    Unidentified {
        /// The path of the list.
        path: String,
    },
    /// A type of resource that Azure Resource Graph does not know of yet: it tells of what is new
    /// some time after Azure Resource Manager does.
    Unindexed {
        /// The name of the type, such as `Microsoft.Compute/disks`.
        resource_type: String,
    },
    /// Everything below a path is answered with 404; the path itself is not.
    Vanished {
        /// The path of what is listed.
        path: String,
    },
    /// A path whose requests are never answered; of the sign-in service too. A `$batch` with one in
    /// it is not answered either.
    NeverAnswers {
        /// The path.
        path: String,
    },
    /// An audience that no token is given out for: requests for it are never answered.
    NeverSignsIn {
        /// The audience, such as `https://vault.azure.net`.
        audience: String,
    },
    /// A path whose requests are always too many: 429.
    Throttled {
        /// The path.
        path: String,
        /// How many seconds `Retry-After` asks to wait.
        wait: u64,
    },
}
