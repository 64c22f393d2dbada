//! What some steps need to be granted.

use serde_json::{Value, json};
use steps::{Permission, Step, docs};

use super::scope::Scope;

/// The application id of Microsoft Graph, in every tenant of every cloud.
pub(super) const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The built-in role `Key Vault Reader`. It reads what is said of keys, secrets and certificates,
/// but neither the value of a secret nor a private key
/// (<https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security>).
pub(super) const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

/// What some steps need to be granted, and where.
#[derive(Debug)]
pub(super) struct Access {
    steps: Vec<&'static Step>,
    /// Where the role is assigned. Never empty.
    pub(super) scopes: Vec<Scope>,
}

/// An application permission of Microsoft Graph.
pub(super) struct AppRole {
    /// Such as `User.Read.All`.
    pub(super) name: &'static str,
    /// Its id.
    pub(super) id: &'static str,
}

impl Access {
    pub(super) fn new(steps: Vec<&'static Step>, scopes: Vec<Scope>) -> Self {
        Self { steps, scopes }
    }

    /// The application permissions, by name.
    pub(super) fn app_roles(&self) -> Vec<AppRole> {
        let permissions = self.steps.iter().flat_map(|step| step.permissions());
        let mut names: Vec<_> = permissions
            .filter_map(|it| if let Permission::Graph(name) = it { Some(name) } else { None })
            .collect();
        names.sort_unstable();
        names.dedup();
        let with_id = |name| Some(AppRole { name, id: docs::graph_role_id(name)? });
        names.into_iter().filter_map(with_id).collect()
    }

    /// What the manifest of the application says that it asks for.
    pub(super) fn required_resource_access(&self) -> Value {
        let roles = self.app_roles();
        if roles.is_empty() {
            return json!([]);
        }
        let access = roles.iter().map(|it| json!({ "id": it.id, "type": "Role" }));
        json!([{
            "resourceAccess": access.collect::<Vec<_>>(),
            "resourceAppId": MICROSOFT_GRAPH,
        }])
    }

    /// The custom role, assignable at one scope. At a management group it has no data actions,
    /// because Azure refuses to assign a custom role there that has any
    /// (<https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits>).
    pub(super) fn role(&self, scope: &str) -> Value {
        let mut role = docs::role_of(&self.steps, scope);
        if self.is_at_management_group() {
            role["DataActions"] = json!([]);
        }
        role
    }

    /// The actions of the role.
    pub(super) fn actions(&self) -> Vec<String> {
        texts(&self.role("")["Actions"])
    }

    /// The data actions of the role.
    pub(super) fn data_actions(&self) -> Vec<String> {
        texts(&self.role("")["DataActions"])
    }

    /// Whether there is a role to assign.
    pub(super) fn has_role(&self) -> bool {
        let role = docs::role_of(&self.steps, "");
        role["Actions"] != json!([]) || role["DataActions"] != json!([])
    }

    /// Whether the built-in role for vaults stands in for the data actions.
    pub(super) fn needs_key_vault_reader(&self) -> bool {
        self.is_at_management_group() && self.has_data_actions()
    }

    /// Whether a step reads from vaults.
    pub(super) fn has_data_actions(&self) -> bool {
        docs::role_of(&self.steps, "")["DataActions"] != json!([])
    }

    fn is_at_management_group(&self) -> bool {
        self.scopes.iter().any(Scope::is_management_group)
    }
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
