//! The lists that steps read.

use serde_json::Value;

use crate::delta::Watch;
use crate::entity::EntityType;

/// A list to read: where it lies, and how its pages look.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a list")]
pub struct List {
    /// The service that holds it.
    pub service: Service,
    /// Which budget of requests it draws on.
    pub domain: Domain,
    /// The path below the base address of the service. `{subscription}` and `{directory}` stand for
    /// the ids of the instance's subscription and directory, `{day}` for the last day that is
    /// accounted for, `{id}` and other names in braces for properties of the parent.
    pub path: &'static str,
    /// The version of the API; empty for Microsoft Graph, whose path says it.
    pub version: &'static str,
    /// Further query parameters, without `$select`. Names in braces stand for the same as in the path.
    pub query: &'static str,
    /// For Microsoft Graph: whether to ask for just the declared properties, which costs fewer
    /// resource units. What links and hooks read besides is named by `also`.
    pub select: bool,
    /// Properties to select that no property or link declares.
    pub also: &'static [&'static str],
    /// The types of entity of which each has such a list; empty if there is one list.
    pub parents: &'static [&'static EntityType],
    /// Which of these have one worth reading, by the properties that are stored of them.
    pub only: fn(&Value) -> bool,
    /// How its pages look.
    pub shape: Shape,
    /// Whether each request has to say `ConsistencyLevel: eventual`, as Microsoft Graph wants it for
    /// what it calls advanced queries.
    pub eventual: bool,
    /// Whether Microsoft Graph is asked how many items there are, to compare with how many come. The
    /// query becomes an advanced one by that, which not every directory answers: then the list is read
    /// without.
    /// Source: Microsoft Graph, "Advanced query capabilities on Microsoft Entra ID objects".
    pub counted: bool,
    /// Whether Azure Resource Manager leaves out what the principal may not see, rather than refusing the
    /// list. Nothing is concluded from such a list if it is empty.
    pub filtered: bool,
    /// The list to read where this one is forbidden.
    pub fallback: Option<&'static List>,
    /// What it lacks, for a fallback that does not say everything that the list itself would.
    pub lacks: Option<&'static str>,
    /// What to ask for, where the list is a report.
    pub report: Option<&'static Report>,
    /// The delta queries that together tell what has changed of it, in the order in which they are asked;
    /// empty if only reading it again does. Those of a list of each parent leave the parents' properties to
    /// the parents' own step: conversions know a parent by its key and type alone.
    pub delta: &'static [Watch],
}

/// A report of Microsoft Intune: a table, asked for by a name or at an address of its own.
#[derive(Debug)]
pub struct Report {
    /// The names of the report, the current one first. Intune renames reports, and some tenants know the
    /// new name later than others. Empty for a table, whose address says what it is.
    pub names: &'static [&'static str],
    /// The columns to ask for.
    pub columns: &'static [&'static str],
    /// Which rows to ask for, such as `(ApplicationId eq '{id}')`; empty for all. Names in braces stand for
    /// the same as in the path of the list.
    pub filter: &'static str,
}

/// A service of Microsoft's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// The data plane of key vaults, on a host for each vault.
    KeyVault,
}

/// What shares one budget of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Domain {
    /// Microsoft Graph's directory, by tenant.
    Graph,
    /// Microsoft Graph's policies, by tenant: one request a second.
    GraphPolicies,
    /// Microsoft Graph's reports and audit logs, by tenant: 5 requests in 10 seconds.
    GraphReports,
    /// When users signed in last, by tenant: 10 requests in a minute.
    SignInActivity,
    /// Microsoft Intune, by tenant: 1,000 requests in 20 seconds.
    Intune,
    /// The jobs by which Microsoft Intune prepares reports, by tenant: 48 requests in a minute.
    IntuneReports,
    /// Azure Resource Manager, by subscription; by tenant for what belongs to no subscription.
    ResourceManager,
    /// The storage provider of Azure Resource Manager, by subscription: 100 lists in 5 minutes.
    Storage,
    /// The data plane of key vaults, by subscription.
    KeyVault,
}

impl Domain {
    /// The domain's part of a message group, such as `graph`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::GraphPolicies => "graph-policies",
            Self::GraphReports => "graph-reports",
            Self::SignInActivity => "graph-sign-in-activity",
            Self::Intune => "intune",
            Self::IntuneReports => "intune-reports",
            Self::ResourceManager => "arm",
            Self::Storage => "arm-storage",
            Self::KeyVault => "keyvault",
        }
    }

    /// Whether the budget is that of the tenant, rather than that of the subscription.
    #[must_use]
    pub const fn is_of_tenant(self) -> bool {
        !matches!(self, Self::ResourceManager | Self::Storage | Self::KeyVault)
    }
}

/// How the pages of a list look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `{"value": […], "nextLink": …}`, or with `@odata.nextLink`.
    Pages,
    /// One item.
    One,
    /// Rows of a report that is asked for by POST, so many at a time:
    /// `{"TotalRowCount": 2, "Schema": [{"Column": "DeviceId", …}, …], "Values": [["…", …], …]}`.
    /// An item is an object with the names of the columns.
    Table,
    /// Rows of a report that Intune prepares when it is asked to, and hands out as a CSV file in a zip
    /// archive. An item is an object with the names of the columns, and text for values.
    Export,
}

impl List {
    const NEW: Self = Self {
        service: Service::ResourceManager,
        domain: Domain::ResourceManager,
        path: "",
        version: "",
        query: "",
        select: false,
        also: &[],
        parents: &[],
        only: |_| true,
        shape: Shape::Pages,
        eventual: false,
        counted: false,
        filtered: false,
        fallback: None,
        lacks: None,
        report: None,
        delta: &[],
    };

    /// A list below a path of Azure Resource Manager, with the version of its API.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path, or there is no version.
    #[must_use]
    pub const fn resource_manager(path: &'static str, version: &'static str) -> Self {
        assert!(matches!(path.as_bytes(), [b'/' | b'{', ..]), "a path starts with a slash");
        assert!(!version.is_empty(), "Azure Resource Manager refuses a request without version");
        Self { path, version, ..Self::NEW }
    }

    /// A list of Microsoft Graph, with only the declared properties.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn graph(path: &'static str) -> Self {
        assert!(matches!(path.as_bytes(), [b'/', ..]), "a path starts with a slash");
        Self { service: Service::Graph, domain: Domain::Graph, path, select: true, ..Self::NEW }
    }

    /// The rows of a report of Microsoft Intune that is asked for at a path, so many at a time.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn table(path: &'static str, report: &'static Report) -> Self {
        let list = Self::graph(path).whole().domain(Domain::IntuneReports);
        Self { shape: Shape::Table, report: Some(report), ..list }
    }

    /// The rows of a report that Microsoft Intune prepares when it is asked to.
    #[must_use]
    pub const fn export(report: &'static Report) -> Self {
        let list = Self::table("/deviceManagement/reports/exportJobs", report);
        Self { shape: Shape::Export, ..list }
    }

    /// A list of the data plane of each vault, with the version of its API.
    #[must_use]
    pub const fn key_vault(path: &'static str, version: &'static str) -> Self {
        Self { service: Service::KeyVault, domain: Domain::KeyVault, path, version, ..Self::NEW }
    }

    /// Such a list for each entity of some types.
    #[must_use]
    pub const fn of_each(self, parents: &'static [&'static EntityType]) -> Self {
        Self { parents, ..self }
    }

    /// Only for those of the entities of which this holds, by the properties that are stored of them.
    #[must_use]
    pub const fn only(self, only: fn(&Value) -> bool) -> Self {
        Self { only, ..self }
    }

    /// With further query parameters.
    #[must_use]
    pub const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    /// With further properties selected.
    #[must_use]
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// With every property that the service gives by default.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self { select: false, ..self }
    }

    /// Drawing on another budget.
    #[must_use]
    pub const fn domain(self, domain: Domain) -> Self {
        Self { domain, ..self }
    }

    /// One item rather than a list.
    #[must_use]
    pub const fn one(self) -> Self {
        Self { shape: Shape::One, ..self }
    }

    /// An advanced query, which each request has to say.
    #[must_use]
    pub const fn eventual(self) -> Self {
        Self { eventual: true, ..self }
    }

    /// With a check that as many items come as there are.
    #[must_use]
    pub const fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// Without what the principal may not see.
    #[must_use]
    pub const fn filtered(self) -> Self {
        Self { filtered: true, ..self }
    }

    /// As a fallback that lacks something.
    #[must_use]
    pub const fn lacking(self, what: &'static str) -> Self {
        Self { lacks: Some(what), ..self }
    }

    /// With another list where this one is forbidden.
    #[must_use]
    pub const fn or_else(self, fallback: &'static List) -> Self {
        Self { fallback: Some(fallback), ..self }
    }
}
