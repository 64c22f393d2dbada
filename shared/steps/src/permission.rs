//! What the collector must be allowed to do, and what a tenant must have paid for.

use std::borrow::Cow;

/// Something that the collector must be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// An application permission of Microsoft Graph, such as `User.Read.All`.
    Graph(&'static str),
    /// An action of Azure Resource Manager, such as `Microsoft.Compute/disks/read`.
    Action(Cow<'static, str>),
    /// An action on data, such as `Microsoft.KeyVault/vaults/secrets/readMetadata/action`.
    DataAction(&'static str),
}

impl Permission {
    /// The permission as roles and portals write it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Graph(name) | Self::DataAction(name) => name,
            Self::Action(name) => name,
        }
    }
}

/// Whether an application permission of Microsoft Graph that was granted lets an application do
/// what another one is asked for.
///
/// Source: the tables "Permissions" of the lists in the reference of Microsoft Graph v1.0, column
/// "Higher privileged permissions".
#[must_use]
pub fn suffices(granted: &str, needed: &str) -> bool {
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let writes = needed.replace(".Read.", ".ReadWrite.");
    if is(granted, needed) || is(granted, &writes) {
        return true;
    }
    BROADER.iter().any(|(broad, narrow)| {
        let is_broad = is(granted, broad) || is(granted, &broad.replace(".Read.", ".ReadWrite."));
        is_broad && narrow.iter().any(|it| is(it, needed))
    })
}

/// Application permissions, each with the narrower ones that it includes.
const BROADER: &[(&str, &[&str])] = &[
    (
        "Directory.Read.All",
        &[
            "AdministrativeUnit.Read.All",
            "Application.Read.All",
            "Device.Read.All",
            "Domain.Read.All",
            "Group.Read.All",
            "GroupMember.Read.All",
            "Organization.Read.All",
            "RoleManagement.Read.Directory",
            "User.Read.All",
        ],
    ),
    ("Group.Read.All", &["GroupMember.Read.All"]),
    ("Policy.Read.ConditionalAccess", &["AuthenticationContext.Read.All"]),
    ("RoleManagement.Read.All", ROLES),
    ("RoleManagement.Read.Directory", ROLES),
];

const ROLES: &[&str] = &[
    "RoleAssignmentSchedule.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
];

/// Another action of Azure Resource Manager that lets an application do the same. Documents name
/// one of them, and roles such as Reader allow the other.
///
/// Source: "Azure permissions for Management and governance", which describes both alike.
#[must_use]
pub fn other_action(action: &str) -> Option<&'static str> {
    let [documented, of_roles] = [
        "Microsoft.PolicyInsights/policyStates/queryResults/action",
        "Microsoft.PolicyInsights/policyStates/queryResults/read",
    ];
    action.eq_ignore_ascii_case(documented).then_some(of_roles)
}

/// A licence of the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Licence {
    /// Microsoft Entra ID P1.
    PremiumP1,
    /// Microsoft Entra ID P2, or Microsoft Entra ID Governance.
    PremiumP2,
}

impl Licence {
    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PremiumP1 => "Microsoft Entra ID P1",
            Self::PremiumP2 => "Microsoft Entra ID P2 or Microsoft Entra ID Governance",
        }
    }

    /// Whether a service plan of a product that the tenant has includes it, by the plan's name.
    ///
    /// Source: "Product names and service plan identifiers for licensing".
    #[must_use]
    pub fn is_in(self, service_plan: &str) -> bool {
        let plans: &[&str] = match self {
            Self::PremiumP1 => &["AAD_PREMIUM", "AAD_PREMIUM_P2"],
            Self::PremiumP2 => &["AAD_PREMIUM_P2", "ENTRA_IDENTITY_GOVERNANCE"],
        };
        plans.iter().any(|it| it.eq_ignore_ascii_case(service_plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broader_permission_suffices_and_a_narrower_one_does_not() {
        for (granted, needed) in [
            ("User.Read.All", "User.Read.All"),
            ("User.ReadWrite.All", "User.Read.All"),
            ("Directory.Read.All", "User.Read.All"),
            ("Directory.ReadWrite.All", "GroupMember.Read.All"),
            ("Group.ReadWrite.All", "GroupMember.Read.All"),
            ("RoleManagement.Read.All", "RoleEligibilitySchedule.Read.Directory"),
            ("Policy.Read.ConditionalAccess", "AuthenticationContext.Read.All"),
            ("RoleManagement.ReadWrite.Directory", "RoleManagement.Read.Directory"),
        ] {
            assert!(suffices(granted, needed), "{granted} is enough for {needed}");
        }
        for (granted, needed) in [
            ("User.Read.All", "Directory.Read.All"),
            ("GroupMember.Read.All", "Group.Read.All"),
            ("Directory.Read.All", "Policy.Read.All"),
            ("Directory.Read.All", "AuditLog.Read.All"),
            ("RoleEligibilitySchedule.Read.Directory", "RoleAssignmentSchedule.Read.Directory"),
            ("", "User.Read.All"),
        ] {
            assert!(!suffices(granted, needed), "{granted} is not enough for {needed}");
        }
    }

    #[test]
    fn the_higher_licence_includes_the_lower_one() {
        assert!(Licence::PremiumP1.is_in("AAD_PREMIUM_P2"));
        assert!(Licence::PremiumP2.is_in("Entra_Identity_Governance"));
        assert!(!Licence::PremiumP2.is_in("AAD_PREMIUM"));
    }
}
