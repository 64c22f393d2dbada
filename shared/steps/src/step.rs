//! What a step is: what it reads, what that becomes, and what it needs.
//!
//! A step is data. To add one, declare it, name it in the registry, and record a page of it; there
//! is nothing to call.

use std::borrow::Cow;

use serde_json::Value;

use crate::becomes::Becomes;
use crate::entity::EntityType;
use crate::integration::Integration;
use crate::item::InstanceView;
use crate::link::Link;
use crate::list::List;
use crate::permission::{Licence, Permission};

/// A list to read, and the graph that its items become.
#[derive(Debug)]
pub struct Step {
    /// Names the step in events, queues, object names, logs and documents. Never changes.
    pub id: &'static str,
    /// What it reads, for people.
    pub name: &'static str,
    /// The integration that it belongs to.
    pub integration: Integration,
    /// Ids of the reference integration's steps that this one makes needless, and other spellings.
    /// Asking for one of them runs this step.
    pub covers: &'static [&'static str],
    /// What it reads.
    pub list: List,
    /// What each item becomes.
    pub becomes: Becomes,
    /// What it needs.
    pub needs: Needs,
    /// The id of the step that it stands in for: it only reads anything if that one could not, and
    /// what it finds is then as good.
    pub fallback_for: Option<&'static str>,
    /// The item to go by where the list cannot be read, for an entity that has to exist.
    pub synthesized: Option<fn(&InstanceView) -> Value>,
}

impl Step {
    /// A step of Azure, for declaring others with `..Step::AZURE`.
    pub const AZURE: Self = Self {
        id: "",
        name: "",
        integration: Integration::Azure,
        covers: &[],
        list: List::NEW,
        becomes: Becomes::NOTHING,
        needs: Needs::NOTHING,
        fallback_for: None,
        synthesized: None,
    };

    /// A step of Microsoft 365, for declaring others with `..Step::MICROSOFT365`.
    pub const MICROSOFT365: Self = Self { integration: Integration::Microsoft365, ..Self::AZURE };

    /// A step that lists a type of Azure Resource Manager in a subscription, unless an ingestion
    /// source is switched off. Each item becomes an entity of that type. For declaring others with
    /// `..Step::of(&TYPE, "source")`; a field that stands before it says what differs.
    ///
    /// # Panics
    ///
    /// When compiled, if it is no type of Azure Resource Manager.
    #[must_use]
    pub const fn of(entity: &'static EntityType, source: &'static str) -> Self {
        Self {
            list: List::of(entity),
            becomes: Becomes::one(entity),
            needs: Needs::subscription(source),
            ..Self::AZURE
        }
    }

    /// It asks for the list of each entity of some types.
    #[must_use]
    pub const fn of_each(self, parents: &'static [&'static EntityType]) -> Self {
        Self { list: self.list.of_each(parents), ..self }
    }

    /// Its entities are related to others.
    #[must_use]
    pub const fn links(self, links: &'static [Link]) -> Self {
        Self { becomes: self.becomes.links(links), ..self }
    }

    /// What the collector must be allowed to do for it: what it names, and what follows from its
    /// lists.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        let lists = [Some(&self.list), self.list.fallback].into_iter().flatten();
        let read = lists.flat_map(List::actions).map(|it| Permission::Action(it.into()));
        let needs = &self.needs;
        let graph = needs.graph.iter().copied().map(Permission::Graph);
        let actions = needs.actions.iter().chain(needs.optional_actions);
        let actions = actions.map(|it| Permission::Action(Cow::Borrowed(*it)));
        let data = needs.data_actions.iter().copied().map(Permission::DataAction);
        let mut permissions = Vec::new();
        for permission in graph.chain(data).chain(read).chain(actions) {
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
        permissions
    }
}

/// What a step needs: of the configuration of an instance, and of who may do what.
#[derive(Debug)]
pub struct Needs {
    /// What an instance must be configured with for it to run.
    pub setting: Setting,
    /// The ingestion source that switches it, if it can be switched off.
    pub ingestion_source: Option<&'static str>,
    /// Application permissions of Microsoft Graph, such as `User.Read.All`.
    pub graph: &'static [&'static str],
    /// Actions of Azure Resource Manager, besides those of reading its lists.
    pub actions: &'static [&'static str],
    /// Actions on data, such as `Microsoft.KeyVault/vaults/secrets/readMetadata/action`.
    pub data_actions: &'static [&'static str],
    /// Actions of Azure Resource Manager without which a job sends more requests, and misses
    /// nothing.
    pub optional_actions: &'static [&'static str],
    /// The licence without which Microsoft refuses to answer, whoever asks.
    pub licence: Option<Licence>,
}

impl Needs {
    /// Nothing: the step runs for every instance.
    pub const NOTHING: Self = Self {
        setting: Setting::Nothing,
        ingestion_source: None,
        graph: &[],
        actions: &[],
        data_actions: &[],
        optional_actions: &[],
        licence: None,
    };

    /// The directory.
    pub const DIRECTORY: Self = Self { setting: Setting::Directory, ..Self::NOTHING };

    /// A subscription.
    pub const SUBSCRIPTION: Self = Self { setting: Setting::Subscription, ..Self::NOTHING };

    /// What all subscriptions belong to.
    pub const SUBSCRIPTIONS: Self =
        Self { setting: Setting::SubscriptionInstances, ..Self::NOTHING };

    /// A tenant with Microsoft Intune.
    pub const INTUNE: Self = Self { setting: Setting::Intune, ..Self::NOTHING };

    /// A subscription, and that an ingestion source is not switched off.
    #[must_use]
    pub const fn subscription(source: &'static str) -> Self {
        Self::SUBSCRIPTION.source(source)
    }

    /// The directory, and that an ingestion source is not switched off.
    #[must_use]
    pub const fn directory(source: &'static str) -> Self {
        Self::DIRECTORY.source(source)
    }

    /// Microsoft Intune, and that an ingestion source is not switched off.
    #[must_use]
    pub const fn intune(source: &'static str) -> Self {
        Self::INTUNE.source(source)
    }

    /// Also that an ingestion source is not switched off.
    #[must_use]
    pub const fn source(self, source: &'static str) -> Self {
        Self { ingestion_source: Some(source), ..self }
    }

    /// Also application permissions of Microsoft Graph.
    #[must_use]
    pub const fn graph(self, graph: &'static [&'static str]) -> Self {
        Self { graph, ..self }
    }

    /// Also actions of Azure Resource Manager.
    #[must_use]
    pub const fn actions(self, actions: &'static [&'static str]) -> Self {
        Self { actions, ..self }
    }

    /// Also actions on data.
    #[must_use]
    pub const fn data_actions(self, data_actions: &'static [&'static str]) -> Self {
        Self { data_actions, ..self }
    }

    /// Also actions without which a job sends more requests, and misses nothing.
    #[must_use]
    pub const fn optional_actions(self, optional_actions: &'static [&'static str]) -> Self {
        Self { optional_actions, ..self }
    }

    /// Also a licence of the tenant.
    #[must_use]
    pub const fn licence(self, licence: Licence) -> Self {
        Self { licence: Some(licence), ..self }
    }
}

/// What an instance must be configured with for a step to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Nothing: the step always runs.
    Nothing,
    /// `ingestActiveDirectory`.
    Directory,
    /// A `subscriptionId`.
    Subscription,
    /// `configureSubscriptionInstances`.
    SubscriptionInstances,
    /// A tenant with Microsoft Intune.
    Intune,
}
