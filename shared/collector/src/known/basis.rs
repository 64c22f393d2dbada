//! What decides what a slow step finds in a tenant that does not change.

use steps::permission::suffices;
use steps::{Permission, Service, Step};

use crate::digest::digest;
use crate::instance::Instance;
use crate::permissions::{OfSubscription, Permissions};
use crate::plan::{Basis, PlannedStep};
use crate::ports::{Failure, Fetch};

/// Notes what decides what each slow step finds, as a whole job of an instance begins.
pub(crate) async fn note_basis(
    fetch: &dyn Fetch,
    instance: &Instance,
    permissions: Option<&OfSubscription<'_>>,
    steps: &mut [PlannedStep],
) {
    let mut slow: Vec<(&mut PlannedStep, &Step)> = steps
        .iter_mut()
        .filter(|it| it.slow && it.disabled.is_none())
        .filter_map(|it| steps::find(&it.id).map(|step| (it, step)))
        .collect();
    let granted = Granted::read(fetch, permissions, slow.iter().map(|(_, step)| *step)).await;
    for (planned, step) in &mut slow {
        planned.basis = Some(Basis { of: of(instance, step), granted: granted.to(step) });
    }
}

/// What a service tells of what the principal may do.
#[derive(Debug, Default)]
pub(super) enum Told<T> {
    /// This.
    Now(T),
    /// Nothing, and it will not: the token does not say it, or the principal may not ask.
    Never,
    /// Nothing, as it does not answer, or was not asked.
    #[default]
    NotNow,
}

impl<T> Told<T> {
    fn of(answer: Result<T, Failure>) -> Self {
        match answer {
            Ok(told) => Self::Now(told),
            Err(
                Failure::Throttled { .. }
                | Failure::PageExpired(_)
                | Failure::Authentication(_)
                | Failure::Unreadable(_)
                | Failure::Failed(_),
            ) => Self::NotNow,
            Err(_) => Self::Never,
        }
    }

    fn word(&self, is_granted: impl FnOnce(&T) -> bool) -> Option<&'static str> {
        match self {
            Self::Now(told) => Some(if is_granted(told) { "granted" } else { "lacking" }),
            Self::Never => Some("untold"),
            Self::NotNow => None,
        }
    }
}

/// What the principal may do, as far as steps need it.
#[derive(Debug, Default)]
pub(super) struct Granted {
    /// The application permissions of Microsoft Graph.
    pub(super) graph: Told<Vec<String>>,
    /// What the roles in the subscription allow.
    pub(super) subscription: Told<Permissions>,
}

impl Granted {
    async fn read<'s>(
        fetch: &dyn Fetch,
        permissions: Option<&OfSubscription<'_>>,
        steps: impl Iterator<Item = &'s Step>,
    ) -> Self {
        let needed: Vec<Permission> = steps.flat_map(Step::permissions).collect();
        let is_of_graph = |it: &Permission| matches!(it, Permission::Graph(_));
        let mut granted = Self::default();
        if needed.iter().any(is_of_graph) {
            granted.graph = match Told::of(fetch.principal(Service::Graph).await) {
                Told::Now(Some(principal)) => Told::Now(principal.roles),
                Told::Now(None) | Told::Never => Told::Never,
                Told::NotNow => Told::NotNow,
            };
        }
        if let Some(permissions) = permissions.filter(|_| !needed.iter().all(is_of_graph)) {
            granted.subscription = Told::of(permissions.get().await.cloned());
        }
        granted
    }

    /// Which of the permissions that a step needs are granted, as a digest; none if that cannot be
    /// told now.
    pub(super) fn to(&self, step: &Step) -> Option<String> {
        let mut words = Vec::new();
        for permission in step.permissions() {
            let word = match &permission {
                Permission::Graph(name) => {
                    self.graph.word(|roles| roles.iter().any(|it| suffices(it, name)))
                }
                Permission::Action(name) => self.subscription.word(|it| it.allow(name)),
                Permission::DataAction(name) => self.subscription.word(|it| it.allow_data(name)),
            };
            words.push(format!("{} {}", permission.name(), word?));
        }
        Some(hash(&words))
    }
}

/// The version of a step's declaration, what it asks for and makes of that, and whom it is read as,
/// as a digest.
pub(super) fn of(instance: &Instance, step: &Step) -> String {
    let config = &instance.config;
    let mut words = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        config.cloud.clone(),
        config.directory_id.clone(),
        config.subscription_id.clone().unwrap_or_default(),
        config.client_id.clone().unwrap_or_default(),
    ];
    let lists = [Some(&step.list), step.list.fallback];
    words.extend(lists.into_iter().flatten().map(|it| format!("{} {}", it.path(), it.ask.query)));
    words.push(step.select().join(","));
    for found in step.entity_types() {
        let names: Vec<&str> = found.declared().map(|it| it.name).collect();
        words.push(format!("{}: {}", found.kind, names.join(",")));
    }
    words.extend(step.relationships().into_iter().map(|it| it.kind));
    words.extend(step.patches().iter().map(|(of, it)| format!("{}.{}", of.kind, it.name)));
    hash(&words)
}

fn hash(words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    format!("{:016x}", digest(&words))
}
