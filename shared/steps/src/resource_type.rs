//! Types of resource of Azure Resource Manager.
//!
//! A type is said once, with the version of the API that is asked for it. Everything else that is
//! made of its name follows from here: where its lists lie, the action that reading it takes, the
//! resource provider that has to be registered, the budget of requests that it draws on, and
//! whether an id is one of its.

use graph::Key;

use crate::domain::Domain;

/// The types that belong to others and that Azure Resource Graph has in the table `resources`, of
/// those that are listed here.
/// Source: "Azure Resource Graph table and resource type reference".
const INDEXED_CHILDREN: &[&str] = &[
    "Microsoft.Cdn/profiles/afdEndpoints",
    "Microsoft.Cdn/profiles/endpoints",
    "Microsoft.Compute/galleries/images",
    "Microsoft.Compute/galleries/images/versions",
    "Microsoft.Compute/virtualMachines/extensions",
    "Microsoft.ContainerRegistry/registries/webhooks",
    "Microsoft.Network/networkWatchers/flowLogs",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Sql/managedInstances/databases",
    "Microsoft.Sql/servers/elasticPools",
    "Microsoft.Synapse/workspaces/sqlPools",
];

/// A type of resource, and the version of the API that is asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name, such as `Microsoft.Network/loadBalancers` or `Microsoft.Sql/servers/databases`.
    pub name: &'static str,
    /// The version of the API, such as `2024-05-01`.
    pub version: &'static str,
}

impl ResourceType {
    /// A type by its name, with the version of the API.
    ///
    /// # Panics
    ///
    /// When compiled, if the name is not a provider's namespace and a type, or the version is no
    /// date.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str) -> Self {
        assert!(
            slashes(name) > 0,
            "a type is a provider and a name: `Microsoft.Network/loadBalancers`"
        );
        assert!(
            matches!(name.as_bytes(), [b'A'..=b'Z', .., b'a'..=b'z']),
            "a type ends with a name"
        );
        let is_date = matches!(version.as_bytes(), [b'2', b'0', _, _, b'-', _, _, b'-', _, _, ..]);
        assert!(is_date, "a version is a date: `2024-05-01`, or `2021-05-01-preview`");
        Self { name, version }
    }

    /// The namespace of its provider, such as `Microsoft.Network`.
    #[must_use]
    pub fn namespace(self) -> &'static str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Whether its resources belong to others, as databases belong to a server.
    #[must_use]
    pub const fn is_child(self) -> bool {
        slashes(self.name) > 1
    }

    /// Whether it belongs to another type, and Azure Resource Graph has it in the table `resources`
    /// all the same.
    #[must_use]
    pub fn is_indexed_child(self) -> bool {
        INDEXED_CHILDREN.contains(&self.name)
    }

    /// The action that reading its resources takes.
    #[must_use]
    pub fn read(self) -> String {
        format!("{}/read", self.name)
    }

    /// The budget of requests that its lists draw on.
    #[must_use]
    pub const fn domain(self) -> Domain {
        match self.name.as_bytes() {
            // `Microsoft.Storage/` and nothing that begins with it, such as
            // `Microsoft.StorageMover/`.
            [
                _,
                _,
                _,
                _,
                _,
                _,
                _,
                _,
                _,
                b'.',
                b'S',
                b't',
                b'o',
                b'r',
                b'a',
                b'g',
                b'e',
                b'/',
                ..,
            ] => Domain::Storage,
            _ => Domain::ResourceManager,
        }
    }

    /// The path of the list of all that a subscription has.
    #[must_use]
    pub fn of_subscription(self) -> String {
        format!("/subscriptions/{{subscription}}/providers/{}", self.name)
    }

    /// The path of the list of those of one parent: below it if they are children of its type, or
    /// else those that extend it, as diagnostic settings extend anything.
    #[must_use]
    pub fn of_parent(self, parent: Option<Self>) -> String {
        let below = parent.and_then(|it| self.name.strip_prefix(it.name)?.strip_prefix('/'));
        match below {
            Some(below) => format!("{{id}}/{below}"),
            None => format!("{{id}}/providers/{}", self.name),
        }
    }

    /// Whether a key is that of a resource of the type.
    #[must_use]
    pub fn is_of(self, key: &Key) -> bool {
        let (namespace, types) = self.name.split_once('/').unwrap_or((self.name, ""));
        let Some((_, rest)) = key.as_str().rsplit_once("/providers/") else { return false };
        let mut segments = rest.split('/');
        let is_provider = segments.next().is_some_and(|it| it.eq_ignore_ascii_case(namespace));
        // Types and names alternate. A name between two types may be that of a service that there
        // is one of.
        let found: Vec<&str> = segments.step_by(2).collect();
        let types: Vec<&str> = types.split('/').collect();
        is_provider
            && found.len() == types.len()
            && found.iter().zip(types).all(|(found, of)| found.eq_ignore_ascii_case(of))
    }
}

/// How many slashes a name has.
const fn slashes(name: &str) -> usize {
    let (mut at, mut found) = (0, 0);
    while at < name.len() {
        if name.as_bytes()[at] == b'/' {
            found += 1;
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::STEPS;

    const SERVER: ResourceType = ResourceType::new("Microsoft.Sql/servers", "2021-11-01");
    const DATABASE: ResourceType =
        ResourceType::new("Microsoft.Sql/servers/databases", "2021-11-01");
    const SETTING: ResourceType =
        ResourceType::new("Microsoft.Insights/diagnosticSettings", "2021-05-01-preview");

    #[test]
    fn what_is_indexed_below_others_is_listed_by_a_step() {
        for name in INDEXED_CHILDREN {
            let is_it = |it: &ResourceType| it.name == *name && it.is_child();
            assert!(STEPS.iter().filter_map(|it| it.indexed()).any(|it| is_it(&it)), "{name}");
        }
    }

    #[test]
    fn a_list_lies_in_a_subscription_below_its_parent_or_beside_it() {
        let path = "/subscriptions/{subscription}/providers/Microsoft.Sql/servers";
        assert_eq!(SERVER.of_subscription(), path);
        assert_eq!(DATABASE.of_parent(Some(SERVER)), "{id}/databases");
        let beside = "{id}/providers/Microsoft.Insights/diagnosticSettings";
        assert_eq!(SETTING.of_parent(Some(SERVER)), beside);
        assert_eq!(SETTING.of_parent(None), beside);
    }

    #[test]
    fn what_is_made_of_a_name_follows_from_it() {
        assert_eq!(DATABASE.namespace(), "Microsoft.Sql");
        assert_eq!(DATABASE.read(), "Microsoft.Sql/servers/databases/read");
        assert_eq!(DATABASE.domain(), Domain::ResourceManager);
        assert!(DATABASE.is_child() && !SERVER.is_child());
        let account = ResourceType::new("Microsoft.Storage/storageAccounts", "2024-01-01");
        assert_eq!(account.domain(), Domain::Storage);
        let mover = ResourceType::new("Microsoft.StorageMover/storageMovers", "2024-07-01");
        assert_eq!(mover.domain(), Domain::ResourceManager);
    }

    #[test]
    fn an_id_is_of_one_type() {
        let server = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/one";
        let is_of = |of: ResourceType, id: &str| of.is_of(&Key::new(id));
        assert!(is_of(SERVER, server));
        assert!(is_of(DATABASE, &format!("{server}/Databases/d")));
        assert!(!is_of(SERVER, &format!("{server}/databases/d")));
        assert!(is_of(
            SETTING,
            &format!("{server}/providers/microsoft.insights/diagnosticsettings/d")
        ));
        assert!(!is_of(
            SERVER,
            &format!("{server}/providers/Microsoft.Insights/diagnosticSettings/d")
        ));
        assert!(!is_of(SERVER, "servers/one"));
    }
}
