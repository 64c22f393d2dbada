//! What a doctor finds, and what it costs the graph.

use std::collections::BTreeSet;

use serde::Serialize;
use steps::Step;

use crate::plan::PlannedStep;
use crate::ports::Failure;

/// Something that a doctor found. All that a graph lacks for it is in `affects`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Finding {
    /// The principal cannot sign in, so nothing can be read.
    SignInRefused {
        /// What Microsoft says, and what to do about it.
        reason: String,
    },
    /// The principal has a role in no subscription.
    NoSubscriptions,
    /// A subscription that the instance names does not exist in the tenant, or the principal has no
    /// role in it: Azure Resource Manager tells one as the other.
    SubscriptionNotFound {
        /// The subscription.
        subscription: Subscription,
        /// What Azure Resource Manager says.
        reason: String,
    },
    /// An application permission of Microsoft Graph is not granted, nor one that includes it.
    GraphPermissionMissing {
        /// The permission, such as `User.Read.All`.
        permission: &'static str,
        /// The id by which it is granted.
        #[serde(skip_serializing_if = "Option::is_none")]
        app_role_id: Option<&'static str>,
        /// What needs it.
        affects: Affected,
    },
    /// No role of the principal in some subscriptions allows some actions.
    ActionsMissing {
        /// The subscriptions.
        subscriptions: Vec<Subscription>,
        /// The actions, such as `Microsoft.Compute/disks/read`, sorted.
        actions: Vec<String>,
        /// What needs them. Nothing if they merely spare requests.
        affects: Affected,
    },
    /// No role of the principal at the root management group allows some actions.
    RootRoleMissing {
        /// The actions, sorted.
        actions: Vec<String>,
        /// What needs them.
        affects: Affected,
    },
    /// Some vaults do not let the principal list what is in them.
    VaultsRefuse {
        /// The ids of the vaults.
        vaults: Vec<String>,
        /// Why.
        because: VaultRefusal,
        /// What cannot be read in any other way.
        affects: Affected,
    },
    /// The tenant lacks a licence without which Microsoft refuses to answer.
    LicenceMissing {
        /// What it is called.
        licence: String,
        /// What needs it.
        affects: Affected,
    },
    /// Microsoft retires the list that a step reads.
    Retires {
        /// The step.
        step: &'static str,
        /// When, in ISO 8601, as exact as it is known.
        when: &'static str,
        /// Whether that has happened.
        is_over: bool,
        /// What to use in its place.
        replacement: &'static str,
    },
    /// The clock of this machine is wrong.
    ClockIsOff {
        /// By how many seconds it is ahead of Microsoft's; negative if it is behind.
        ahead_seconds: i64,
    },
    /// Some subscriptions have not registered resource providers, so there is nothing of theirs to
    /// read. Nothing is wrong with that.
    NotRegistered {
        /// The subscriptions.
        subscriptions: Vec<Subscription>,
        /// The namespaces of the providers, sorted.
        namespaces: Vec<String>,
    },
    /// Something else asks so much of a subscription as this principal that Azure Resource Manager
    /// soon refuses requests. A job waits then, and takes longer.
    NearlyThrottled {
        /// The subscription.
        subscription: Subscription,
        /// How many more requests would be answered at once.
        requests_left: f64,
    },
    /// Something could not be found out.
    Unknown {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}

/// Why a vault does not let the principal list what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum VaultRefusal {
    /// The vault goes by access policies, and none of them names the principal.
    Policy,
    /// The vault goes by roles, and none of the principal's allows the data actions.
    Role,
    /// The vault is closed to public networks.
    Network,
    /// The vault lets in some networks only. Whether this one is among them is not known.
    Firewall,
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Its name, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What the graph lacks for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// The steps that cannot read their lists, or have nothing to read them for.
    pub steps: Vec<&'static str>,
    /// The types of the entities and relationships that these steps find.
    pub types: Vec<String>,
}

impl Affected {
    /// What is lost if some steps cannot read: these steps, and those that only read something of
    /// each entity that these find.
    pub(crate) fn by(planned: &[PlannedStep], lost: &[&'static str]) -> Self {
        let mut lost: BTreeSet<&str> = lost.iter().copied().collect();
        let is_fallback = |id: &str| steps::find(id).is_some_and(|it| it.fallback_for.is_some());
        loop {
            let follows = |it: &&PlannedStep| {
                it.disabled.is_none()
                    && !lost.contains(&*it.id)
                    && !is_fallback(&it.id)
                    && !it.after.is_empty()
                    && it.after.iter().all(|after| lost.contains(&**after))
            };
            let more: Vec<&str> = planned.iter().filter(follows).map(|it| &*it.id).collect();
            if more.is_empty() {
                break;
            }
            lost.extend(more);
        }
        let lost: Vec<&'static Step> = lost.iter().filter_map(|id| steps::find(id)).collect();
        let mut types = BTreeSet::new();
        for step in &lost {
            let found = step.entity_types().map(|it| it.kind.to_owned());
            let before = types.len();
            types.extend(found);
            if types.len() == before {
                types.extend(step.patched_types().map(|it| format!("properties of {}", it.kind)));
                types.extend(step.relationships().into_iter().map(|it| it.kind));
            }
        }
        Self { steps: lost.iter().map(|it| it.id).collect(), types: types.into_iter().collect() }
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Finding {
    /// That something could not be found out, because of an answer.
    pub(super) fn unknown(what: String, failure: &Failure) -> Self {
        Self::Unknown { what, reason: failure.to_string() }
    }

    /// Whether something will be missing from the graph for it.
    #[must_use]
    pub const fn loses(&self) -> bool {
        match self {
            Self::SignInRefused { .. }
            | Self::NoSubscriptions
            | Self::SubscriptionNotFound { .. } => true,
            // Whether this network is among those that a firewall lets in is not known.
            Self::VaultsRefuse { because: VaultRefusal::Firewall, .. }
            | Self::Retires { .. }
            | Self::ClockIsOff { .. }
            | Self::NotRegistered { .. }
            | Self::NearlyThrottled { .. }
            | Self::Unknown { .. } => false,
            Self::GraphPermissionMissing { affects, .. }
            | Self::ActionsMissing { affects, .. }
            | Self::RootRoleMissing { affects, .. }
            | Self::VaultsRefuse { affects, .. }
            | Self::LicenceMissing { affects, .. } => !affects.is_nothing(),
        }
    }

    /// Takes in another finding that differs only in the subscriptions or vaults that it is about,
    /// and says whether it is such a one.
    fn takes_in(&mut self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::ActionsMissing { subscriptions: own, actions: known, affects: lost },
                Self::ActionsMissing { subscriptions, actions, affects },
            ) if known == actions && lost == affects => own.extend_from_slice(subscriptions),
            (
                Self::NotRegistered { subscriptions: own, namespaces: known },
                Self::NotRegistered { subscriptions, namespaces },
            ) if known == namespaces => own.extend_from_slice(subscriptions),
            (
                Self::VaultsRefuse { vaults: own, because: known, affects: lost },
                Self::VaultsRefuse { vaults, because, affects },
            ) if known == because && lost == affects => own.extend_from_slice(vaults),
            _ => return false,
        }
        true
    }

    /// Where it stands among others: what costs the most first.
    const fn rank(&self) -> u8 {
        match self {
            Self::SignInRefused { .. } => 0,
            Self::NoSubscriptions | Self::SubscriptionNotFound { .. } => 1,
            Self::GraphPermissionMissing { .. } => 2,
            Self::RootRoleMissing { .. } => 3,
            Self::ActionsMissing { .. } => 4,
            Self::LicenceMissing { .. } => 5,
            Self::VaultsRefuse { .. } => 6,
            Self::Unknown { .. } => 7,
            Self::ClockIsOff { .. } => 8,
            Self::Retires { .. } => 9,
            Self::NearlyThrottled { .. } => 10,
            Self::NotRegistered { .. } => 11,
        }
    }
}

/// Findings in order, the worst first. What is the same in several subscriptions or vaults is told
/// once.
pub(super) fn merged(findings: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    for finding in findings {
        if !merged.iter_mut().any(|known| known.takes_in(&finding)) {
            merged.push(finding);
        }
    }
    merged.sort_by_key(Finding::rank);
    merged
}
