//! Paths of Azure Resource Manager, by their grammar.
//!
//! A scope (the tenant, a subscription, a resource group) is followed by `providers`, a namespace
//! and pairs of a type and a name: `/{scope}/providers/{namespace}/{type}/{name}/{type}/{name}`. A
//! path that ends with a type names a list. What such a path names is a scope in turn, which
//! extensions follow. Names and types are compared without case.

use super::error::Failure;
use crate::world::guid::is_guid;
use crate::world::resources::catalog;
use crate::world::resources::coded::Coded;
use crate::world::resources::kind::{Kind, Scope};

/// A path, taken apart. Whether what it names exists is another matter.
#[derive(Debug)]
pub(super) struct Path<'p> {
    pub(super) subscription: Option<&'p str>,
    pub(super) group: Option<&'p str>,
    /// The resources on the way, each with its name.
    pub(super) way: Vec<(&'static Kind, &'p str)>,
    /// The type of what is asked for.
    pub(super) kind: &'static Kind,
    /// The name of it; nothing for a list.
    pub(super) name: Option<&'p str>,
}

impl<'p> Path<'p> {
    pub(super) fn parse(segments: &[&'p str], version: &str) -> Result<Self, Failure> {
        let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
        let mut path = Self {
            subscription: None,
            group: None,
            way: Vec::new(),
            kind: Coded::Subscription.kind(),
            name: None,
        };
        let mut rest = segments;
        if let [first, after @ ..] = rest
            && is(first, "subscriptions")
        {
            let [id, after @ ..] = after else { return Ok(path) };
            if !is_guid(id) {
                return Err(Failure::malformed_subscription(id));
            }
            (path.subscription, path.name, rest) = (Some(*id), Some(*id), after);
            match rest {
                [list] if is(list, "locations") => return Ok(path.list(Coded::Location)),
                [list] if is(list, "providers") => return Ok(path.list(Coded::Provider)),
                [list, namespace] if is(list, "providers") => {
                    return Ok(Self { name: Some(*namespace), ..path.list(Coded::Provider) });
                }
                [list] if is(list, "resources") => return Ok(path.list(Coded::AnyResource)),
                [list] if is(list, "resourceGroups") => return Ok(path.list(Coded::ResourceGroup)),
                [list, name, after @ ..] if is(list, "resourceGroups") => {
                    path.kind = Coded::ResourceGroup.kind();
                    (path.group, path.name, rest) = (Some(*name), Some(*name), after);
                    if matches!(rest, [list] if is(list, "resources")) {
                        return Ok(path.list(Coded::AnyResource));
                    }
                }
                _ => {}
            }
        }
        if rest.is_empty() && path.subscription.is_some() {
            return Ok(path);
        }
        loop {
            match rest {
                [providers, namespace, name, after @ ..] if is(providers, "providers") => {
                    let kind = catalog::find(&format!("{namespace}/{name}"));
                    let kind = kind.filter(|kind| path.may_be_followed_by(kind));
                    path.kind = kind.ok_or_else(|| unknown(namespace, name, version))?;
                    rest = after;
                }
                [first, ..] if path.subscription.is_some() || is(first, "providers") => {
                    let last = rest.last().copied().unwrap_or_default();
                    return Err(unknown(rest.get(1).unwrap_or(first), last, version));
                }
                _ => return Err(Failure::unknown_path()),
            }
            loop {
                path.name = None;
                let [name, after @ ..] = rest else { return Ok(path) };
                (path.name, rest) = (Some(*name), after);
                let Some(own) = rest.first() else { return Ok(path) };
                path.way.push((path.kind, name));
                if is(own, "providers") {
                    break;
                }
                let (namespace, outer) = path.kind.split();
                let kind = catalog::find(&format!("{namespace}/{outer}/{own}"));
                path.kind =
                    kind.ok_or_else(|| unknown(namespace, &format!("{outer}/{own}"), version))?;
                rest = &rest[1..];
            }
        }
    }

    fn list(self, code: Coded) -> Self {
        Self { kind: code.kind(), name: None, ..self }
    }

    /// Whether a type can come where the path is now.
    fn may_be_followed_by(&self, kind: &Kind) -> bool {
        if kind.is_extension() || !self.way.is_empty() {
            return kind.is_extension();
        }
        match (kind.scope, self.subscription, self.group) {
            (Scope::ResourceGroup, Some(_), group) => {
                let scope =
                    if group.is_some() { Scope::ResourceGroup } else { Scope::Subscription };
                kind.listed_by.is_empty() || group.is_some() || kind.listed_by.contains(&scope)
            }
            (Scope::Tenant, None, _) | (Scope::Subscription, Some(_), None) => true,
            (Scope::Subscription, None, _) => kind.built_in,
            _ => false,
        }
    }

    /// Checks whether the type is known by a version of the API. Azure says in three ways that it
    /// is not: for what is its own, for lists, and for resources that lie somewhere.
    pub(super) fn check_version(&self, version: &str) -> Result<(), Failure> {
        let kind = self.kind;
        if kind.has_version(version) {
            return Ok(());
        }
        let (namespace, name) = kind.split();
        let own = [
            Coded::AnyResource,
            Coded::Location,
            Coded::Provider,
            Coded::ResourceGroup,
            Coded::Subscription,
        ];
        Err(if kind.code.is_some_and(|code| own.contains(&code)) {
            Failure::invalid_version(version, &kind.versions)
        } else if self.way.is_empty() && self.name.is_none() {
            Failure::unknown_version(namespace, name, version, &kind.versions)
        } else {
            Failure::no_provider(name, version, &kind.versions)
        })
    }
}

fn unknown(namespace: &str, name: &str, version: &str) -> Failure {
    if catalog::has_namespace(namespace) {
        Failure::unknown_type(namespace, name, version)
    } else {
        Failure::unknown_namespace(namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-4000-8000-000000000001";

    /// What a path names: the types and names on the way, and the type and name at its end.
    fn read(path: &str) -> String {
        let segments: Vec<&str> = path.split('/').filter(|it| !it.is_empty()).collect();
        match Path::parse(&segments, "v") {
            Err(failure) => failure.code().to_owned(),
            Ok(path) => {
                let way = path.way.iter().map(|(kind, name)| format!("{}={name} ", kind.name));
                let name = path.name.unwrap_or("*");
                format!("{}{}={name}", way.collect::<String>(), path.kind.name)
            }
        }
    }

    #[test]
    fn paths_follow_the_grammar() {
        let vault = "/resourceGroups/g/providers/microsoft.keyvault/VAULTS/v";
        for (path, expected) in [
            (String::new(), "Microsoft.Resources/subscriptions=*"),
            ("/resourcegroups".to_owned(), "Microsoft.Resources/subscriptions/resourceGroups=*"),
            ("/locations".to_owned(), "Microsoft.Resources/subscriptions/locations=*"),
            ("/resourceGroups/g".to_owned(), "Microsoft.Resources/subscriptions/resourceGroups=g"),
            (
                "/resourceGroups/g/resources".to_owned(),
                "Microsoft.Resources/subscriptions/resources=*",
            ),
            (
                "/providers/Microsoft.Compute".to_owned(),
                "Microsoft.Resources/subscriptions/providers=Microsoft.Compute",
            ),
            ("/providers/Microsoft.Compute/disks".to_owned(), "Microsoft.Compute/disks=*"),
            (vault.to_owned(), "Microsoft.KeyVault/vaults=v"),
            (
                format!("{vault}/keys"),
                "Microsoft.KeyVault/vaults=v Microsoft.KeyVault/vaults/keys=*",
            ),
            (
                format!("{vault}/providers/microsoft.insights/diagnosticsettings"),
                "Microsoft.KeyVault/vaults=v Microsoft.Insights/diagnosticSettings=*",
            ),
            (
                format!("{vault}/keys/k/providers/Microsoft.Insights/diagnosticSettings/d"),
                "Microsoft.KeyVault/vaults=v Microsoft.KeyVault/vaults/keys=k \
                 Microsoft.Insights/diagnosticSettings=d",
            ),
            (format!("{vault}/shoes"), "InvalidResourceType"),
            (format!("{vault}/providers/Microsoft.Compute/disks"), "InvalidResourceType"),
            ("/providers/Microsoft.Shoes/boots".to_owned(), "InvalidResourceNamespace"),
            ("/providers/Microsoft.Management/managementGroups".to_owned(), "InvalidResourceType"),
            ("/resourceGroups/g/tags".to_owned(), "InvalidResourceNamespace"),
        ] {
            let path = if path.is_empty() {
                "/subscriptions".to_owned()
            } else {
                format!("{SUBSCRIPTION}{path}")
            };
            assert_eq!(read(&path), expected, "{path}");
        }
        assert_eq!(
            read(SUBSCRIPTION),
            format!("Microsoft.Resources/subscriptions={}", &SUBSCRIPTION[15..])
        );
        assert_eq!(read("/subscriptions/mine"), "InvalidSubscriptionId");
        assert_eq!(read("/"), "MissingSubscription");
        let groups = "/providers/Microsoft.Management/managementGroups/g";
        assert_eq!(read(groups), "Microsoft.Management/managementGroups=g");
    }
}
