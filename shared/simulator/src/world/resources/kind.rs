//! A type of resource, as its file describes it.

use serde::Deserialize;
use serde_json::Value;

use super::coded::Coded;
use super::template::{Template, Text};

/// A type of resource: what its file says of it, and its name, which is the path of the file.
/// `docs/simulator.md` describes the format.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Kind {
    /// The name with its namespace, such as `Microsoft.KeyVault/vaults/keys`.
    #[serde(skip)]
    pub(crate) name: &'static str,
    /// The versions of the API that know it.
    pub(crate) versions: Vec<String>,
    /// Where a type lies that is neither below another nor an extension.
    #[serde(default)]
    pub(crate) scope: Scope,
    /// Whether there is a list for the tenant, too, of those that Azure has made. Whoever signs in
    /// may read it.
    #[serde(default)]
    pub(crate) built_in: bool,
    /// The types that it extends, or `subscription`, `resourceGroup`, or `*` for all; empty if it
    /// is no extension.
    #[serde(default)]
    pub(crate) extends: Vec<String>,
    /// By which scopes it is listed; empty for both.
    #[serde(default)]
    pub(crate) listed_by: Vec<Scope>,
    /// How many there are; nothing where code knows.
    #[serde(default)]
    pub(crate) count: Option<Count>,
    /// How its items are named.
    #[serde(default, rename = "name")]
    pub(crate) naming: Naming,
    /// Which resource group its items lie in.
    #[serde(default)]
    pub(crate) group: Group,
    #[serde(default)]
    pub(crate) location: Location,
    /// How its list spells ids.
    #[serde(default)]
    pub(crate) spelling: Spelling,
    /// Whether some of its items have tags. Only what lies in a resource group has any.
    #[serde(default = "yes")]
    pub(crate) tags: bool,
    /// How many items a page has at most.
    #[serde(default = "page")]
    pub(crate) page: u64,
    /// The table of Azure Resource Graph that has its items although they belong to others.
    #[serde(default)]
    pub(crate) table: Option<Table>,
    /// A limit on its lists, and those of what belongs to its items, beside that on all reads.
    #[serde(default)]
    pub(crate) throttle: Option<Throttle>,
    /// The paths of properties that `$filter` may name; empty if there is no `$filter`.
    #[serde(default)]
    pub(crate) filter: Vec<String>,
    /// How it is asked for.
    #[serde(default)]
    pub(crate) method: Method,
    /// The permission that a list takes, where it is not `{type}/read`.
    #[serde(default)]
    pub(crate) action: Option<String>,
    /// What is answered to a request for all of them.
    #[serde(default)]
    pub(crate) answer: Answer,
    /// Whether `id`, `name` and `type` are added to an item.
    #[serde(default = "yes")]
    pub(crate) envelope: bool,
    /// What an item looks like.
    #[serde(default)]
    pub(crate) item: Template,
    /// What makes it instead of the template.
    #[serde(default)]
    pub(crate) code: Option<Coded>,
    /// Where the versions come from. It is for people.
    #[serde(default, rename = "source")]
    _source: Option<Value>,
}

const fn yes() -> bool {
    true
}

/// Providers do not document their page sizes. Compute and network have been seen with about 50.
const fn page() -> u64 {
    50
}

/// What a resource lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Scope {
    /// A resource group. It is listed by subscription, too.
    #[default]
    ResourceGroup,
    /// The subscription itself.
    Subscription,
    /// Nothing: there is one list for the tenant.
    Tenant,
}

/// How many there are: in each subscription that is not empty, or in each parent.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Count {
    /// As many.
    Exactly(u64),
    /// From the first number to the second.
    Between([u64; 2]),
    /// A share of what a subscription has, at least one.
    Share(Share),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
    pub(crate) percent: u64,
    /// Of the resources of this type; without it, of the number that the simulator was asked for.
    pub(crate) of: Option<String>,
}

/// How items are named.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Naming {
    /// With these words one after the other; then come `word-2` and so on.
    Words(Vec<String>),
    /// As a template says.
    Text(Text),
}

impl Default for Naming {
    fn default() -> Self {
        Self::Words(vec!["default".to_owned()])
    }
}

/// Which resource group items lie in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Group {
    /// Any. The first groups hold the most.
    #[default]
    Any,
    /// All in the first.
    First,
}

/// Where items are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Location {
    /// In the region that a subscription has its machines and networks in.
    #[default]
    Subscription,
    /// Where their resource group is.
    Group,
    /// Everywhere: `global`.
    Global,
}

/// How an id is spelt. Ids are compared without case, and the services make use of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Spelling {
    /// As it was created.
    #[default]
    Created,
    /// With the resource group in upper case, as in the lists of the compute provider.
    UpperGroup,
    /// All in lower case, as in ids that Azure Monitor gives out.
    Lower,
}

/// A limit of the provider: so many lists in a period, for all callers of a subscription together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Throttle {
    /// The name of the throttle domain behind the id of the subscription.
    pub(crate) domain: String,
    pub(crate) requests: u32,
    pub(crate) seconds: u32,
}

/// How something is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Method {
    #[default]
    Get,
    Post,
}

/// What is answered to a request for all items of a type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Answer {
    /// Pages of them, in `value`.
    #[default]
    List,
    /// The first item alone.
    Item,
}

/// A table of Azure Resource Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Table {
    Resources,
}

impl Kind {
    /// Reads the file of a type.
    pub(crate) fn parse(name: &'static str, file: &str) -> Result<Self, serde_json::Error> {
        Ok(Self { name, ..serde_json::from_str(file)? })
    }

    /// The namespace of the provider, and the name without it.
    pub(crate) fn split(&self) -> (&'static str, &'static str) {
        self.name.split_once('/').unwrap_or((self.name, ""))
    }

    /// The name of the type that it lies below, and its own name there.
    pub(crate) fn parent(&self) -> Option<(&'static str, &'static str)> {
        let (parent, own) = self.name.rsplit_once('/')?;
        parent.contains('/').then_some((parent, own))
    }

    pub(crate) fn is_extension(&self) -> bool {
        !self.extends.is_empty()
    }

    /// Whether its items lie in resource groups, which those of parents and extensions do not by
    /// themselves.
    pub(crate) fn lies_in_group(&self) -> bool {
        self.parent().is_none() && !self.is_extension() && self.scope == Scope::ResourceGroup
    }

    /// Whether Azure Resource Graph has its items in the table `resources`.
    pub(crate) fn is_indexed(&self) -> bool {
        self.lies_in_group() || self.table == Some(Table::Resources)
    }

    /// The permission that it takes to read it.
    pub(crate) fn action(&self) -> String {
        match &self.action {
            Some(action) => action.clone(),
            None if self.method == Method::Post => format!("{}/action", self.name),
            None => format!("{}/read", self.name),
        }
    }

    /// Whether a version of the API knows it. Versions are compared without case.
    pub(crate) fn has_version(&self, version: &str) -> bool {
        self.versions.iter().any(|it| it.eq_ignore_ascii_case(version))
    }

    /// Whether it may extend something, which is `subscription`, `resourceGroup` or a type.
    pub(crate) fn may_extend(&self, what: &str) -> bool {
        self.extends.iter().any(|it| it == "*" || it.eq_ignore_ascii_case(what))
    }
}
