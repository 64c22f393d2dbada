//! The lists that steps read.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::{Domain, Service};
use crate::entity::EntityType;
use crate::resource_type::ResourceType;
use crate::watch::Watch;

/// A list to read.
#[derive(Debug)]
pub struct List {
    /// Where it lies.
    pub place: Place,
    /// The types of entity of which each has such a list; empty if there is one list.
    pub parents: &'static [&'static EntityType],
    /// Which of these have one worth reading, by the properties that are stored of them.
    pub only: fn(&Value) -> bool,
    /// The property by which parents are told apart, where several have the same list: of those
    /// with one value, one is asked for it. It is a text, and in the path the list is called by it.
    pub distinct: Option<&'static str>,
    /// Whether the list of the parents is read first, with the first items of each.
    pub expanded: bool,
    /// How it is asked for.
    pub ask: Ask,
    /// How its answers are to be read.
    pub answer: Answer,
    /// The list to read where this one is forbidden.
    pub fallback: Option<&'static List>,
    /// The delta queries that together tell what has changed of it, in the order in which they are
    /// asked; empty if only reading it again does. Those of a list of each parent leave the
    /// parents' properties to the parents' own step: conversions know a parent by its key and type
    /// alone.
    pub delta: &'static [Watch],
}

/// Where a list lies.
#[derive(Debug)]
pub struct Place {
    /// The service that holds it.
    pub service: Service,
    /// Which budget of requests it draws on.
    pub domain: Domain,
    /// The type of resource that it lists, for Azure Resource Manager.
    pub resource: Listed,
    /// The path below the base address of the service, where it does not follow from the type of
    /// resource.
    pub(crate) path: &'static str,
    /// The name that stands between the last two words of the type, where there is but one; or else
    /// empty.
    within: &'static str,
    /// Whether it lists a type that lies at locations for all of them at once, without `locations`
    /// in its path.
    everywhere: bool,
    /// The version of the API, where it does not follow from the type of resource. Microsoft
    /// Graph's path says it.
    version: &'static str,
    /// Whether the service answers it slowly, although it draws on the same budget as others.
    slow: bool,
}

/// The type of resource that a list of Azure Resource Manager lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// None: it is no list of Azure Resource Manager.
    Nothing,
    /// One type.
    Type(ResourceType),
    /// What each parent has under a name, such as `privateEndpointConnections`: it is a type below
    /// that of the parent, which says the version, too.
    OfParent(&'static str),
}

/// How a list is asked for.
#[derive(Debug)]
pub struct Ask {
    /// Further query parameters, without `$select`. Names in braces stand for the same as in the
    /// path.
    pub query: &'static str,
    /// For Microsoft Graph: whether to ask for just the declared properties, which costs fewer
    /// resource units. What links and hooks read besides is named by `also`.
    pub select: bool,
    /// Properties to select that no property or link declares.
    pub also: &'static [&'static str],
    /// Whether each request has to say `ConsistencyLevel: eventual`, as Microsoft Graph wants it
    /// for what it calls advanced queries.
    pub eventual: bool,
    /// Whether Microsoft Graph is asked how many items there are, to compare with how many come.
    /// The query becomes an advanced one by that, which not every directory answers: then the list
    /// is read without.
    /// Source: Microsoft Graph, "Advanced query capabilities on Microsoft Entra ID objects".
    pub counted: bool,
    /// By which method, and with which body.
    pub method: Method,
}

/// By which method a list is asked for.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// By GET.
    Get,
    /// By POST, each page of it, with a JSON object for a body.
    Post(&'static str),
    /// By POST, as reports of Microsoft Intune are.
    Report(&'static Report),
}

/// How the answers of a list are to be read.
#[derive(Debug)]
pub struct Answer {
    /// How its pages look.
    pub shape: Shape,
    /// Whether Azure Resource Manager leaves out what the principal may not see, rather than
    /// refusing the list. Nothing is concluded from such a list if it is empty.
    pub filtered: bool,
    /// What it lacks, for a fallback that does not say everything that the list itself would.
    pub lacks: Option<&'static str>,
}

/// A report of Microsoft Intune: a table, asked for by a name or at an address of its own.
#[derive(Debug)]
pub struct Report {
    /// The names of the report, the current one first. Intune renames reports, and some tenants
    /// know the new name later than others. Empty for a table, whose address says what it is.
    pub names: &'static [&'static str],
    /// The columns to ask for.
    pub columns: &'static [&'static str],
    /// Which rows to ask for, such as `(ApplicationId eq '{id}')`; empty for all. Names in braces
    /// stand for the same as in the path of the list.
    pub filter: &'static str,
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
    /// Rows of a report that Intune prepares when it is asked to, and hands out as a CSV file in a
    /// zip archive. An item is an object with the names of the columns, and text for values.
    Export,
}

impl List {
    /// No list.
    pub(crate) const NEW: Self = Self {
        place: Place {
            service: Service::ResourceManager,
            domain: Domain::ResourceManager,
            resource: Listed::Nothing,
            path: "",
            within: "",
            everywhere: false,
            version: "",
            slow: false,
        },
        parents: &[],
        only: |_| true,
        distinct: None,
        expanded: false,
        ask: Ask {
            query: "",
            select: false,
            also: &[],
            eventual: false,
            counted: false,
            method: Method::Get,
        },
        answer: Answer { shape: Shape::Pages, filtered: false, lacks: None },
        fallback: None,
        delta: &[],
    };

    /// All entities of a type of Azure Resource Manager that the subscription has; with
    /// [`List::of_each`], those that each parent has.
    ///
    /// # Panics
    ///
    /// When compiled, if it is no type of Azure Resource Manager.
    #[must_use]
    pub const fn of(entity: &'static EntityType) -> Self {
        match entity.resource {
            Some(resource) => Self::of_type(resource),
            None => {
                panic!("only what Azure Resource Manager knows a type of is listed by its type")
            }
        }
    }

    /// All resources of a type that the subscription has; with [`List::of_each`], those that each
    /// parent has.
    #[must_use]
    pub const fn of_type(resource: ResourceType) -> Self {
        let place = Place {
            domain: resource.domain(),
            resource: Listed::Type(resource),
            ..Self::NEW.place
        };
        Self { place, ..Self::NEW }
    }

    /// What each entity of some types has under a name, such as `privateEndpointConnections`. The
    /// versions of the API, and the permissions, are those of the types.
    #[must_use]
    pub const fn own(name: &'static str, parents: &'static [&'static EntityType]) -> Self {
        let place = Place { resource: Listed::OfParent(name), ..Self::NEW.place };
        Self { place, parents, ..Self::NEW }
    }

    /// Within the one of its kind that has a name: queues lie within the queue service that is
    /// called `default`, at `{id}/queueServices/default/queues`.
    #[must_use]
    pub const fn within(self, name: &'static str) -> Self {
        Self { place: Place { within: name, ..self.place }, ..self }
    }

    /// Of all locations at once: a subscription lists all its `Microsoft.Security/locations/tasks`
    /// at `Microsoft.Security/tasks`.
    #[must_use]
    pub const fn everywhere(self) -> Self {
        Self { place: Place { everywhere: true, ..self.place }, ..self }
    }

    /// At a path of its own, rather than at that which follows from the type. `{subscription}` and
    /// `{directory}` stand for the ids of the instance's subscription and directory, `{day}` for
    /// the last day that is accounted for, `{id}` and other names in braces for properties of the
    /// parent.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn at(self, path: &'static str) -> Self {
        assert!(matches!(path.as_bytes(), [b'/' | b'{', ..]), "a path starts with a slash");
        Self { place: Place { path, ..self.place }, ..self }
    }

    /// A list of Microsoft Graph, with only the declared properties.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn graph(path: &'static str) -> Self {
        assert!(matches!(path.as_bytes(), [b'/', ..]), "a path starts with a slash");
        let place =
            Place { service: Service::Graph, domain: Domain::Graph, path, ..Self::NEW.place };
        Self { place, ask: Ask { select: true, ..Self::NEW.ask }, ..Self::NEW }
    }

    /// The rows of a report of Microsoft Intune that is asked for at a path, so many at a time. If
    /// another list takes its place, as an export of the same report, that is read where there are
    /// many rows. The limit on exports does not count such requests.
    ///
    /// # Panics
    ///
    /// When compiled, if it is not a path.
    #[must_use]
    pub const fn table(path: &'static str, report: &'static Report) -> Self {
        let list = Self::graph(path).whole().domain(Domain::Intune);
        let ask = Ask { method: Method::Report(report), ..list.ask };
        Self { ask, ..list }.shaped(Shape::Table)
    }

    /// The rows of a report that Microsoft Intune prepares when it is asked to.
    #[must_use]
    pub const fn export(report: &'static Report) -> Self {
        Self::table("/deviceManagement/reports/exportJobs", report)
            .domain(Domain::IntuneReports)
            .shaped(Shape::Export)
    }

    /// A list of the data plane of each vault, with the version of its API.
    #[must_use]
    pub const fn key_vault(path: &'static str, version: &'static str) -> Self {
        let (service, domain) = (Service::KeyVault, Domain::KeyVault);
        Self { place: Place { service, domain, path, version, ..Self::NEW.place }, ..Self::NEW }
    }

    /// Such a list for each entity of some types.
    #[must_use]
    pub const fn of_each(self, parents: &'static [&'static EntityType]) -> Self {
        Self { parents, ..self }
    }

    /// Such a list for each value of a text property that entities of some types have, however many
    /// have the same. The value stands before the last word of the type of resource.
    #[must_use]
    pub const fn of_each_value(
        self,
        parents: &'static [&'static EntityType],
        property: &'static str,
    ) -> Self {
        Self { parents, distinct: Some(property), ..self }
    }

    /// Only for those of the entities of which this holds, by the properties that are stored of
    /// them.
    #[must_use]
    pub const fn only(self, only: fn(&Value) -> bool) -> Self {
        Self { only, ..self }
    }

    /// With further query parameters.
    #[must_use]
    pub const fn query(self, query: &'static str) -> Self {
        Self { ask: Ask { query, ..self.ask }, ..self }
    }

    /// With further properties selected.
    #[must_use]
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { ask: Ask { also, ..self.ask }, ..self }
    }

    /// With every property that the service gives by default.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self { ask: Ask { select: false, ..self.ask }, ..self }
    }

    /// Asked for by POST, with a JSON object for a body.
    #[must_use]
    pub const fn post(self, body: &'static str) -> Self {
        Self { ask: Ask { method: Method::Post(body), ..self.ask }, ..self }
    }

    /// An advanced query, which each request has to say.
    #[must_use]
    pub const fn eventual(self) -> Self {
        Self { ask: Ask { eventual: true, ..self.ask }, ..self }
    }

    /// With a check that as many items come as there are.
    #[must_use]
    pub const fn counted(self) -> Self {
        Self { ask: Ask { counted: true, ..self.ask }, ..self }
    }

    /// Read first with the list of the parents, each of which Microsoft Graph gives with the first
    /// items that it has under the last word of the path. The list of a parent is read by itself
    /// where these may not be all.
    #[must_use]
    pub const fn expanded(self) -> Self {
        Self { expanded: true, ..self }
    }

    /// Drawing on another budget.
    #[must_use]
    pub const fn domain(self, domain: Domain) -> Self {
        Self { place: Place { domain, ..self.place }, ..self }
    }

    /// Answered slowly, although it draws on the same budget as others.
    #[must_use]
    pub const fn slow(self) -> Self {
        Self { place: Place { slow: true, ..self.place }, ..self }
    }

    /// One item rather than a list.
    #[must_use]
    pub const fn one(self) -> Self {
        self.shaped(Shape::One)
    }

    const fn shaped(self, shape: Shape) -> Self {
        Self { answer: Answer { shape, ..self.answer }, ..self }
    }

    /// Without what the principal may not see.
    #[must_use]
    pub const fn filtered(self) -> Self {
        Self { answer: Answer { filtered: true, ..self.answer }, ..self }
    }

    /// As a fallback that lacks something.
    #[must_use]
    pub const fn lacking(self, what: &'static str) -> Self {
        Self { answer: Answer { lacks: Some(what), ..self.answer }, ..self }
    }

    /// With another list where this one is forbidden, or a table has too many rows.
    #[must_use]
    pub const fn or_else(self, fallback: &'static List) -> Self {
        Self { fallback: Some(fallback), ..self }
    }

    /// The service that holds it.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.place.service
    }

    /// Whether a limit makes it take longer than all the rest, where there is much of it: nothing
    /// else waits for it to be published, but every job reads it.
    #[must_use]
    pub const fn is_late(&self) -> bool {
        self.place.domain.limits_lists() && !self.parents.is_empty()
    }

    /// Whether a limit of Microsoft's makes it take far longer than the rest of a tenant, or the
    /// list that may take its place: nothing else waits for it to be published, and not every job
    /// reads it.
    #[must_use]
    pub const fn is_slow(&self) -> bool {
        let is_slow = self.place.slow || self.place.domain.is_slow();
        match self.fallback {
            Some(fallback) => is_slow || fallback.is_slow(),
            None => is_slow,
        }
    }

    /// How its pages look.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.answer.shape
    }

    /// What to ask for, where the list is a report.
    #[must_use]
    pub const fn report(&self) -> Option<&'static Report> {
        match self.ask.method {
            Method::Report(report) => Some(report),
            Method::Get | Method::Post(_) => None,
        }
    }

    /// The path below the base address of the service, with names in braces.
    #[must_use]
    pub fn path(&self) -> Cow<'static, str> {
        match self.place.resource {
            _ if !self.place.path.is_empty() => self.place.path.into(),
            Listed::Nothing => "".into(),
            Listed::OfParent(name) => format!("{{id}}/{name}").into(),
            Listed::Type(resource) => {
                if let Some(property) = self.distinct {
                    // What lies in each of several places has the place between its types.
                    let path = resource.of_subscription();
                    let (before, last) = path.rsplit_once('/').unwrap_or_default();
                    return format!("{before}/{{{property}}}/{last}").into();
                }
                let path = match self.parents {
                    [] if self.place.everywhere => {
                        resource.of_subscription().replacen("/locations/", "/", 1)
                    }
                    [] => resource.of_subscription(),
                    [first, ..] => resource.of_parent(first.resource),
                };
                match path.rsplit_once('/').filter(|_| !self.place.within.is_empty()) {
                    Some((before, last)) => format!("{before}/{}/{last}", self.place.within).into(),
                    None => path.into(),
                }
            }
        }
    }

    /// The version of the API for the list of a parent of a type; empty for Microsoft Graph, whose
    /// path says it.
    #[must_use]
    pub fn version(&self, parent: Option<&str>) -> &'static str {
        match self.place.resource {
            _ if !self.place.version.is_empty() => self.place.version,
            Listed::Nothing => "",
            Listed::Type(resource) => resource.version,
            Listed::OfParent(_) => {
                let is_it = |of: &&&EntityType| parent.is_none_or(|kind| of.kind == kind);
                let resource = self.parents.iter().find(is_it).and_then(|of| of.resource);
                resource.map_or("", |it| it.version)
            }
        }
    }

    /// The actions of Azure Resource Manager that reading it takes.
    pub(crate) fn actions(&self) -> Vec<String> {
        match self.place.resource {
            Listed::Nothing => Vec::new(),
            Listed::Type(resource) => vec![resource.read()],
            Listed::OfParent(name) => {
                let types = self.parents.iter().filter_map(|of| of.resource);
                types.map(|it| format!("{}/{name}/read", it.name)).collect()
            }
        }
    }

    /// The namespace of the resource provider that a subscription has to have registered for there
    /// to be anything in it. A list of each parent has none: where there is a parent, its list is
    /// worth asking for.
    #[must_use]
    pub fn namespace(&self) -> Option<&'static str> {
        self.resource().map(ResourceType::namespace)
    }

    /// The type of resource of which it lists all that the subscription has.
    #[must_use]
    pub fn resource(&self) -> Option<ResourceType> {
        match self.place.resource {
            Listed::Type(resource) if self.parents.is_empty() && self.place.path.is_empty() => {
                Some(resource)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ACCOUNT: EntityType = EntityType {
        kind: "account",
        ..EntityType::resource("Microsoft.Storage/storageAccounts", "2024-01-01")
    };
    static QUEUE: EntityType =
        EntityType::child("Microsoft.Storage/storageAccounts/queueServices/queues", "2024-01-01");
    static VAULT: EntityType = EntityType {
        kind: "vault",
        ..EntityType::resource("Microsoft.KeyVault/vaults", "2026-02-01")
    };

    static ACCOUNTS: [&EntityType; 1] = [&ACCOUNT];
    static REACHED: [&EntityType; 2] = [&ACCOUNT, &VAULT];

    #[test]
    fn all_that_is_made_of_a_type_follows_from_it() {
        let queues = List::of(&QUEUE).of_each(&ACCOUNTS).within("default");
        assert_eq!(queues.path(), "{id}/queueServices/default/queues");
        assert_eq!(queues.version(None), "2024-01-01");
        assert_eq!(queues.place.domain, Domain::Storage);
        assert_eq!(List::of(&ACCOUNT).namespace(), Some("Microsoft.Storage"));
        assert_eq!(queues.namespace(), None);
        let read = "Microsoft.Storage/storageAccounts/queueServices/queues/read";
        assert_eq!(queues.actions(), [read]);
        let at_locations = ResourceType::new(
            "Microsoft.Security/locations/jitNetworkAccessPolicies",
            "2020-01-01",
        );
        let everywhere = List::of_type(at_locations).everywhere();
        let path =
            "/subscriptions/{subscription}/providers/Microsoft.Security/jitNetworkAccessPolicies";
        assert_eq!(everywhere.path(), path);
        assert_eq!(everywhere.actions(), [at_locations.read()]);
        let states =
            ResourceType::new("Microsoft.PolicyInsights/policyStates/queryResults", "2019-10-01");
        let states = List::of_type(states).within("latest").post("{}");
        let path = "/subscriptions/{subscription}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults";
        assert_eq!(states.path(), path);
        assert_eq!(states.post_body(), Some(serde_json::json!({})));
    }

    #[test]
    fn what_is_of_any_parent_has_the_version_of_the_parent() {
        let own = List::own("privateEndpointConnections", &REACHED);
        assert_eq!(own.path(), "{id}/privateEndpointConnections");
        assert_eq!(own.version(Some("account")), "2024-01-01");
        assert_eq!(own.version(Some("vault")), "2026-02-01");
        let actions = [
            "Microsoft.Storage/storageAccounts/privateEndpointConnections/read",
            "Microsoft.KeyVault/vaults/privateEndpointConnections/read",
        ];
        assert_eq!(own.actions(), actions);
    }
}
