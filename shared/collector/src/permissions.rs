//! What the principal may do in a subscription, or with one of its resources: the sum of its roles
//! there.

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::ask::list;
use crate::ports::{Failure, Fetch};

/// The version of the API that tells what the principal may do. Subscriptions have the list, too.
/// Source: Authorization, "Permissions - List For Resource Group".
const PERMISSIONS: &str = "providers/Microsoft.Authorization/permissions?api-version=2022-04-01";

/// What the principal may do.
#[derive(Clone, Debug)]
pub(crate) struct Permissions(Vec<Role>);

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
    #[serde(default)]
    data_actions: Vec<String>,
    #[serde(default)]
    not_data_actions: Vec<String>,
}

/// What the principal may do in a subscription, for all who need to know it as a job begins: it is
/// asked for when somebody does, and not a second time once it was told.
pub(crate) struct OfSubscription<'a> {
    fetch: &'a dyn Fetch,
    pub(crate) subscription: &'a str,
    told: OnceCell<Permissions>,
}

impl<'a> OfSubscription<'a> {
    pub(crate) const fn new(fetch: &'a dyn Fetch, subscription: &'a str) -> Self {
        Self { fetch, subscription, told: OnceCell::const_new() }
    }

    pub(crate) async fn get(&self) -> Result<&Permissions, Failure> {
        let ask = || Permissions::of_subscription(self.fetch, self.subscription);
        self.told.get_or_try_init(ask).await
    }
}

impl Permissions {
    /// Asks what the principal may do in a subscription.
    pub(crate) async fn of_subscription(
        fetch: &dyn Fetch,
        subscription: &str,
    ) -> Result<Self, Failure> {
        Self::read(fetch, subscription, PERMISSIONS).await
    }

    /// Asks what the principal may do with a resource of a subscription, by the resource's id.
    pub(crate) async fn of_resource(
        fetch: &dyn Fetch,
        subscription: &str,
        id: &str,
    ) -> Result<Self, Failure> {
        let within = id.split('/').skip(3).collect::<Vec<_>>().join("/");
        Self::read(fetch, subscription, &format!("{within}/{PERMISSIONS}")).await
    }

    /// Nothing.
    #[cfg(test)]
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// What some roles allow.
    #[cfg(test)]
    pub(crate) fn of(roles: Value) -> Self {
        Self(serde_json::from_value(roles).unwrap_or_default())
    }

    async fn read(fetch: &dyn Fetch, subscription: &str, path: &str) -> Result<Self, Failure> {
        let roles = list(fetch, subscription, path, "permissions").await?;
        let roles = serde_json::from_value(Value::Array(roles));
        roles.map(Self).map_err(|error| Failure::Failed(format!("permissions: {error}")))
    }

    /// Whether some role allows an action, or another one that comes to the same.
    pub(crate) fn allow(&self, action: &str) -> bool {
        let is_allowed = |action: &str| {
            let allows = |role: &Role| {
                is_among(&role.actions, action) && !is_among(&role.not_actions, action)
            };
            self.0.iter().any(allows)
        };
        is_allowed(action) || steps::permission::other_action(action).is_some_and(is_allowed)
    }

    /// Whether some role allows an action on data.
    pub(crate) fn allow_data(&self, action: &str) -> bool {
        let allows = |role: &Role| {
            is_among(&role.data_actions, action) && !is_among(&role.not_data_actions, action)
        };
        self.0.iter().any(allows)
    }
}

fn is_among(patterns: &[String], action: &str) -> bool {
    patterns.iter().any(|it| matches(it, action))
}

/// Whether an action is among those that a pattern names, in which `*` stands for anything.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| action.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pattern_names_actions() {
        for (pattern, action) in [
            ("*", "Microsoft.Compute/disks/read"),
            ("*/read", "Microsoft.Compute/disks/read"),
            ("microsoft.compute/*/READ", "Microsoft.Compute/disks/read"),
            ("Microsoft.Compute/disks/read", "Microsoft.Compute/disks/read"),
            ("Microsoft.*/disks/*", "Microsoft.Compute/disks/read"),
        ] {
            assert!(matches(pattern, action), "{pattern} {action}");
        }
        for pattern in ["", "Microsoft.Compute/disks", "*/write", "Microsoft.Network/*", "*/disks"]
        {
            assert!(!matches(pattern, "Microsoft.Compute/disks/read"), "{pattern}");
        }
    }

    #[test]
    fn what_one_role_does_not_allow_another_may() {
        let roles = |roles: Value| Permissions(serde_json::from_value(roles).unwrap());
        let action = "Microsoft.Compute/disks/read";
        let but = json!({ "actions": ["*/read"], "notActions": ["Microsoft.Compute/*"] });
        assert!(!roles(json!([but])).allow(action));
        let reader = json!({ "actions": ["*/read"], "notActions": [] });
        assert!(roles(json!([but, reader])).allow(action));
        assert!(!roles(json!([])).allow(action));
    }

    #[test]
    fn actions_on_data_are_apart_from_other_actions() {
        let reader: Permissions = Permissions(
            serde_json::from_value(json!([{ "actions": ["*"], "dataActions": ["A/keys/read"] }]))
                .unwrap(),
        );
        assert!(reader.allow("A/secrets/read") && !reader.allow_data("A/secrets/read"));
        assert!(reader.allow_data("A/keys/read"));
    }
}
