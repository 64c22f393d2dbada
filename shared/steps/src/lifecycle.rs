//! What Microsoft has retired, or is going to.
//!
//! A list that nothing answers is neither empty nor forbidden, so what ends is known beforehand. No
//! step reads what has ended, unless in place of another that could not read what takes its place.

use std::fmt;

use crate::list::{List, Listed};

/// A list of Microsoft's that ends.
#[derive(Debug)]
pub struct Ending {
    /// Where it lies, as steps declare it. Names in braces stand for any segment. Lists below it
    /// end, too.
    pub path: &'static str,
    /// The first version of the API that goes on, if only those before it end.
    pub before: Option<&'static str>,
    /// How far it is with it.
    pub stage: Stage,
    /// What to read in its place.
    pub replacement: &'static str,
    /// Where Microsoft says so.
    pub source: &'static str,
}

/// How far something is with ending. Dates are in ISO 8601, as exact as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Microsoft means to end it, and has not said when.
    Deprecated,
    /// It ends on a day to come.
    Retires(&'static str),
    /// It has ended, or is no longer supported.
    Retired(&'static str),
}

impl Stage {
    /// When it ends or has ended, if that is known.
    #[must_use]
    pub const fn date(self) -> Option<&'static str> {
        match self {
            Self::Deprecated => None,
            Self::Retires(date) | Self::Retired(date) => Some(date),
        }
    }

    /// Whether it has ended.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Retired(_))
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deprecated => f.write_str("deprecated"),
            Self::Retires(date) => write!(f, "retires {date}"),
            Self::Retired(date) => write!(f, "retired {date}"),
        }
    }
}

impl Ending {
    /// Whether a list is the one that ends, or lies below it.
    #[must_use]
    pub fn is_of(&self, list: &List) -> bool {
        let path = list.path();
        let path = path.strip_prefix("/beta").unwrap_or(&path);
        let is_name = |segment: &str| segment.starts_with('{');
        let is_at = |path: &str| {
            let mut segments = path.split('/');
            self.path.split('/').all(|expected| {
                segments.next().is_some_and(|it| {
                    it.eq_ignore_ascii_case(expected) || (is_name(it) && is_name(expected))
                })
            })
        };
        // The path of a list of each parent does not say what the parent is. The type does.
        let is_below = match list.place.resource {
            Listed::Type(resource) => is_at(path) || is_at(&resource.of_subscription()),
            _ => is_at(path),
        };
        // Dates in ISO 8601 are in the order of their letters.
        is_below && self.before.is_none_or(|first| list.version(None) < first)
    }
}

impl List {
    /// What is known of its end, if it ends.
    #[must_use]
    pub fn ending(&self) -> Option<&'static Ending> {
        ENDINGS.iter().find(|it| it.is_of(self))
    }
}

/// Everything that ends, of what this project reads or could be expected to.
pub static ENDINGS: &[Ending] = &[
    Ending {
        path: "/deviceAppManagement/mobileApps/{id}/deviceStatuses",
        before: None,
        stage: Stage::Retired("2023-05"),
        replacement: "the report `DeviceInstallStatusByApp`",
        source: "Microsoft Intune, \"Support tip: Retrieving Intune apps reporting data from Microsoft Graph\"",
    },
    Ending {
        path: "/deviceManagement/deviceConfigurations/{id}/deviceStatuses",
        before: None,
        stage: Stage::Retired("2026-05"),
        replacement: "the report `DeviceStatusesByConfigurationProfile`",
        source: "Microsoft Graph, \"deviceConfigurationDeviceStatus resource type\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.ApiManagement/service",
        before: Some("2021-08-01"),
        stage: Stage::Retired("2024-06-01"),
        replacement: "a later version",
        source: "Azure API Management, \"Breaking changes\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Authorization/classicAdministrators",
        before: None,
        stage: Stage::Retired("2024-08-31"),
        replacement: "role assignments",
        source: "Azure role-based access control, \"Azure classic subscription administrators\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Batch/batchAccounts/{account}/certificates",
        before: None,
        stage: Stage::Retired("2024-02-29"),
        replacement: "certificates in key vaults",
        source: "Azure Batch, \"Migrate Batch account certificates to Azure Key Vault\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Cache/redis",
        before: None,
        stage: Stage::Retires("2028-09-30"),
        replacement: "`Microsoft.Cache/redisEnterprise`",
        source: "Azure Cache for Redis, \"Retirement FAQ\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Cdn/profiles/endpoints",
        before: None,
        stage: Stage::Retires("2027-09-30"),
        replacement: "`Microsoft.Cdn/profiles/afdEndpoints`",
        source: "Azure CDN, \"Azure CDN Standard from Microsoft (classic) retirement FAQ\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Consumption/usageDetails",
        before: None,
        stage: Stage::Deprecated,
        replacement: "exports, or the cost details report",
        source: "Microsoft Cost Management, \"Migrate from the Consumption Usage Details API\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.DBforMariaDB/servers",
        before: None,
        stage: Stage::Retired("2025-09-19"),
        replacement: "`Microsoft.DBforMySQL/flexibleServers`",
        source: "Azure Database for MariaDB, \"What's happening to Azure Database for MariaDB?\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.DBforMySQL/servers",
        before: None,
        stage: Stage::Retired("2024-09-16"),
        replacement: "`Microsoft.DBforMySQL/flexibleServers`",
        source: "Azure Database for MySQL, \"What's happening to Azure Database for MySQL - Single Server?\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL/servers",
        before: None,
        stage: Stage::Retired("2025-03-28"),
        replacement: "`Microsoft.DBforPostgreSQL/flexibleServers`",
        source: "Azure Database for PostgreSQL, \"What's happening to Azure Database for PostgreSQL - Single Server?\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Insights/logProfiles",
        before: None,
        stage: Stage::Retired("2026-09-30"),
        replacement: "diagnostic settings of the subscription",
        source: "Azure Monitor, \"Send Azure Monitor activity log data\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults",
        before: Some("2026-02-01"),
        stage: Stage::Retires("2027-02-27"),
        replacement: "version 2026-02-01",
        source: "Azure Key Vault, \"Prepare for Key Vault API version 2026-02-01\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Network/frontDoors",
        before: None,
        stage: Stage::Retires("2027-03-31"),
        replacement: "`Microsoft.Cdn/profiles`",
        source: "Azure Front Door, \"Azure Front Door (classic) retirement FAQ\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Security/autoProvisioningSettings",
        before: None,
        stage: Stage::Deprecated,
        replacement: "the extensions of `Microsoft.Security/pricings`",
        source: "Microsoft Defender for Cloud, \"Prepare for retirement of the Log Analytics agent\"",
    },
    Ending {
        path: "/subscriptions/{subscription}/providers/Microsoft.Sql/servers",
        before: Some("2021-11-01"),
        stage: Stage::Retires("2027-06-30"),
        replacement: "version 2021-11-01, or a later one",
        source: "Azure SQL Database REST API, \"Azure SQL Database 2014-04-01 APIs retirement notice\"",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType;
    use crate::resource_type::ResourceType;

    static PROFILE: EntityType = EntityType::of_type("Microsoft.Cdn/profiles", "2025-04-15");
    static PROFILES: [&EntityType; 1] = [&PROFILE];

    #[test]
    fn a_list_ends_with_what_it_lies_below() {
        let ends = |list: List| list.ending().map(|it| it.stage);
        let statuses = "/beta/deviceManagement/deviceConfigurations/{id}/deviceStatuses";
        assert_eq!(ends(List::graph(statuses)), Some(Stage::Retired("2026-05")));
        assert_eq!(ends(List::graph("/deviceManagement/deviceConfigurations")), None);

        let front_doors =
            List::of_type(ResourceType::new("Microsoft.Network/frontdoors", "2021-06-01"));
        assert_eq!(ends(front_doors), Some(Stage::Retires("2027-03-31")));

        let of_profile =
            |name| List::of_type(ResourceType::new(name, "2025-04-15")).of_each(&PROFILES);
        let classic = of_profile("Microsoft.Cdn/profiles/endpoints");
        assert_eq!(ends(classic), Some(Stage::Retires("2027-09-30")));
        assert_eq!(ends(of_profile("Microsoft.Cdn/profiles/afdEndpoints")), None);
    }

    #[test]
    fn later_versions_go_on() {
        let vaults =
            |version| List::of_type(ResourceType::new("Microsoft.KeyVault/vaults", version));
        assert!(vaults("2023-07-01").ending().is_some());
        assert!(vaults("2026-02-01").ending().is_none());
    }
}
