//! Where the role is assigned.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

const SUBSCRIPTION: &str = "/subscriptions/";
const MANAGEMENT_GROUP: &str = "/providers/Microsoft.Management/managementGroups/";

/// The most characters of the id of a management group.
const LONGEST_ID: usize = 90;

/// Where the role is assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The root management group, whose id is that of the tenant.
    TenantRoot,
    /// A management group, by its id.
    ManagementGroup(String),
    /// A subscription, by its id.
    Subscription(String),
}

impl Scope {
    /// Whether it is a management group, at which no custom role with data actions can be assigned.
    #[must_use]
    pub fn is_management_group(&self) -> bool {
        matches!(self, Self::TenantRoot | Self::ManagementGroup(_))
    }

    /// The scope as Azure Resource Manager writes it. `tenant` is what stands for the tenant's id.
    #[must_use]
    pub fn path(&self, tenant: &str) -> String {
        match self {
            Self::TenantRoot => format!("{MANAGEMENT_GROUP}{tenant}"),
            Self::ManagementGroup(id) => format!("{MANAGEMENT_GROUP}{id}"),
            Self::Subscription(id) => format!("{SUBSCRIPTION}{id}"),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TenantRoot => f.write_str("tenant-root"),
            scope => f.write_str(&scope.path("")),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "tenant-root" {
            return Ok(Self::TenantRoot);
        }
        if let Some(id) = without(text, SUBSCRIPTION) {
            let is_id = Uuid::try_parse(id).is_ok();
            let id = id.to_owned();
            return is_id
                .then_some(Self::Subscription(id))
                .ok_or_else(|| "the id of the subscription is not a GUID".to_owned());
        }
        let Some(id) = without(text, MANAGEMENT_GROUP) else {
            return Err(format!("expected tenant-root, {SUBSCRIPTION}ID or {MANAGEMENT_GROUP}ID"));
        };
        let is_id = (1..=LONGEST_ID).contains(&id.len())
            && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.()".contains(&it));
        is_id.then(|| Self::ManagementGroup(id.to_owned())).ok_or_else(|| {
            format!("the id of a management group has 1 to {LONGEST_ID} letters, digits and -_.()")
        })
    }
}

/// What follows a prefix, which may be written in other case.
fn without<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// The scopes, if one custom role can be assignable at all of them.
///
/// # Errors
///
/// If there is more than one management group. Azure allows one for each custom role
/// (<https://learn.microsoft.com/azure/role-based-access-control/custom-roles#custom-role-limits>).
pub(super) fn together(scopes: &[Scope]) -> Result<Vec<Scope>, String> {
    let mut distinct: Vec<Scope> = Vec::new();
    for scope in scopes {
        if !distinct.contains(scope) {
            distinct.push(scope.clone());
        }
    }
    if distinct.iter().filter(|it| it.is_management_group()).count() > 1 {
        return Err("a custom role can be assignable at one management group only; \
             give the management group above those that you gave"
            .to_owned());
    }
    Ok(distinct)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read() {
        let id = "3d9e6c41-7a2b-4b8f-8e50-9f1c4a6d2b37";
        let subscription = format!("/subscriptions/{id}");
        assert_eq!(subscription.parse(), Ok(Scope::Subscription(id.to_owned())));
        assert_eq!("tenant-root".parse(), Ok(Scope::TenantRoot));
        let group = "/providers/microsoft.management/managementgroups/platform";
        let parsed: Scope = group.parse().unwrap();
        assert_eq!(parsed.to_string(), "/providers/Microsoft.Management/managementGroups/platform");
        for other in [
            "/",
            "",
            "/subscriptions/",
            "/subscriptions/x",
            "/subscriptions/3d9e6c41-7a2b-4b8f-8e50-9f1c4a6d2b37/resourceGroups/a",
            "/providers/Microsoft.Management/managementGroups/",
            "/providers/Microsoft.Management/managementGroups/a'b",
            "/providers/Microsoft.Management/managementGroups/é",
        ] {
            assert!(other.parse::<Scope>().is_err(), "{other}");
        }
    }

    #[test]
    fn one_role_is_for_one_management_group() {
        let group = |id: &str| Scope::ManagementGroup(id.to_owned());
        assert_eq!(together(&[group("a"), group("a")]), Ok(vec![group("a")]));
        assert!(together(&[group("a"), Scope::TenantRoot]).is_err());
        assert!(together(&[group("a"), Scope::Subscription("s".to_owned())]).is_ok());
    }
}
