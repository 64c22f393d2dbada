//! Who may read the tenant, and what of it.

/// An application registration with its service principal and what has been granted to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    /// The application (client) id.
    pub client_id: String,
    /// The value of its secret.
    pub client_secret: String,
    /// Application permissions of Microsoft Graph with admin consent, such as `User.Read.All`.
    pub graph_roles: Vec<String>,
    /// Role assignments of Azure Resource Manager, reduced to the actions that they allow.
    pub assignments: Vec<Assignment>,
    /// Whether the data plane of key vaults lets it list keys and secrets, in the vaults that
    /// refuse nobody.
    pub vaults: bool,
}

impl std::fmt::Debug for Principal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Principal")
            .field("client_id", &self.client_id)
            .field("graph_roles", &self.graph_roles)
            .field("assignments", &self.assignments)
            .field("vaults", &self.vaults)
            .finish_non_exhaustive()
    }
}

/// A role assignment, reduced to the actions that it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Where it holds, and below: `/`, `/subscriptions/{id}`, or the id of a management group, of a
    /// resource group or of a resource.
    pub scope: String,
    /// Actions such as `Microsoft.Compute/disks/read`. `*` stands for any characters, as in
    /// `*/read`. Case does not matter.
    pub actions: Vec<String>,
}

impl Assignment {
    /// Whether this allows an action at a scope, as far as the scope's own id tells.
    pub(crate) fn allows(&self, action: &str, scope: &str) -> bool {
        is_within(scope, &self.scope)
            && self
                .actions
                .iter()
                .any(|pattern| matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase()))
    }
}

/// Whether one scope is another or lies below it. Scopes are compared without case.
pub(crate) fn is_within(scope: &str, outer: &str) -> bool {
    let (scope, outer) = (scope.to_lowercase(), outer.to_lowercase());
    match scope.strip_prefix(outer.trim_end_matches('/')) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// Whether a text matches a pattern in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    text.strip_prefix(head).is_some_and(|rest| {
        rest.char_indices()
            .map(|(at, _)| at)
            .chain([rest.len()])
            .any(|at| matches(tail, &rest[at..]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_holds_for_its_scope_and_below() {
        let assignment = Assignment {
            scope: "/subscriptions/a/resourceGroups/Web".into(),
            actions: vec!["Microsoft.Compute/*/read".into()],
        };
        let action = "Microsoft.Compute/disks/read";
        assert!(assignment.allows(action, "/subscriptions/a/resourcegroups/web"));
        assert!(assignment.allows(action, "/subscriptions/a/resourcegroups/web/providers/x"));
        assert!(!assignment.allows(action, "/subscriptions/a/resourcegroups/web-prod"));
        assert!(!assignment.allows(action, "/subscriptions/a"));
        assert!(!assignment.allows("Microsoft.Compute/disks/write", &assignment.scope));
        assert!(!assignment.allows("Microsoft.Network/x/read", &assignment.scope));
    }

    #[test]
    fn the_root_scope_holds_everywhere() {
        assert!(is_within("/subscriptions/a", "/"));
        assert!(is_within("/", "/"));
        assert!(!is_within("/", "/subscriptions/a"));
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches("*/read", "a/b/read"));
        assert!(matches("*", ""));
        assert!(matches("a/*/read", "a/b/c/read"));
        assert!(!matches("a/*/read", "a/read"));
        assert!(!matches("*/read", "a/b/write"));
    }

    #[test]
    fn a_principal_does_not_print_its_secret() {
        let principal = Principal {
            client_id: "c".into(),
            client_secret: "very secret".into(),
            graph_roles: vec![],
            assignments: vec![],
            vaults: false,
        };
        assert!(!format!("{principal:?}").contains("very secret"));
    }
}
