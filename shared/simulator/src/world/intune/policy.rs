//! Policies: for compliance, for configuration, and those of the settings catalogue.

use serde_json::{Value, json};

use super::family::Family;
use super::policy_types::{CATALOG, COMPLIANCE, CONFIGURATION, PolicyType};
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::directory::Object;
use crate::world::guid::Kind;
use crate::world::random::nth;
use crate::world::tenant::Tenant;

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyKind {
    Compliance,
    Configuration,
    Catalog,
}

impl PolicyKind {
    fn types(self) -> &'static [PolicyType] {
        match self {
            Self::Compliance => &COMPLIANCE,
            Self::Configuration => &CONFIGURATION,
            Self::Catalog => &CATALOG,
        }
    }

    fn guid_kind(self) -> Kind {
        match self {
            Self::Compliance => Kind::CompliancePolicy,
            Self::Configuration => Kind::DeviceConfiguration,
            Self::Catalog => Kind::ConfigurationPolicy,
        }
    }

    /// The name of their list.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Self::Compliance => "deviceCompliancePolicies",
            Self::Configuration => "deviceConfigurations",
            Self::Catalog => "configurationPolicies",
        }
    }

    /// How many there are.
    pub(crate) fn count(self, tenant: &Tenant) -> u64 {
        if tenant.fleet.has_policies() { self.types().len() as u64 } else { 0 }
    }
}

/// A policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) kind: PolicyKind,
    pub(crate) index: u64,
    /// Whether it is shown together with whom it is assigned to.
    pub(crate) shows_assignments: bool,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(tenant: &'a Tenant, kind: PolicyKind, index: u64) -> Self {
        Self { tenant, kind, index, shows_assignments: false }
    }

    /// The policy that an id names.
    pub(crate) fn find(tenant: &'a Tenant, kind: PolicyKind, id: &str) -> Option<Self> {
        let index = tenant.guids.index(kind.guid_kind(), id)?;
        (index < kind.count(tenant)).then(|| Self::new(tenant, kind, index))
    }

    pub(crate) fn id(self) -> String {
        self.tenant.guids.guid(self.kind.guid_kind(), self.index)
    }

    pub(crate) fn type_name(self) -> &'static str {
        nth(self.kind.types(), self.index).0
    }

    pub(crate) fn family(self) -> Family {
        nth(self.kind.types(), self.index).1
    }

    pub(crate) fn name(self) -> &'static str {
        nth(self.kind.types(), self.index).2
    }

    /// The number that reports have for the platform.
    pub(crate) fn platform_number(self) -> u32 {
        match self.family() {
            Family::Android => 1,
            Family::Ios => 3,
            Family::Mac => 4,
            Family::Windows => 6,
            Family::Other => 100,
        }
    }

    pub(crate) fn platform_name(self) -> &'static str {
        match self.family() {
            Family::Android => "Android",
            Family::Ios => "iOS",
            Family::Mac => "MacOS",
            Family::Windows => "Windows10AndLater",
            Family::Other => "Unknown",
        }
    }

    /// What reports call the kind of the policy.
    pub(crate) const fn base_type(self) -> &'static str {
        match self.kind {
            PolicyKind::Compliance => "Microsoft.Management.Services.Api.DeviceCompliancePolicy",
            PolicyKind::Configuration => "Microsoft.Management.Services.Api.DeviceConfiguration",
            PolicyKind::Catalog => "DeviceManagementConfigurationPolicy",
        }
    }

    /// Which of its settings there are, as reports name them.
    pub(crate) fn setting(self, number: u64) -> (String, String) {
        let name = nth(&["Password", "Encryption", "Minimum OS version", "Firewall"], number);
        let type_name = self.type_name();
        let id = format!("{}{}.{}", type_name[..1].to_uppercase(), &type_name[1..], name);
        (id.replace(' ', ""), name.to_owned())
    }

    fn created(self) -> String {
        let mut draw = self.tenant.draw(self.kind.list(), self.index);
        let days = i64::try_from(draw.below(1500)).unwrap_or_default();
        fraction(TODAY - DAY * (days + 30), draw.below(10_000_000))
    }

    fn modified(self) -> String {
        let mut draw = self.tenant.draw("policy modified", self.index);
        let days = i64::try_from(draw.below(30)).unwrap_or_default();
        fraction(TODAY - DAY * days, draw.below(10_000_000))
    }

    /// Whom it is assigned to: everybody but one group, two groups, all devices, or nobody.
    fn assignments(self) -> Value {
        let mut draw = self.tenant.draw("policy assignments", self.index);
        let mut target = |name: &str| {
            let mut target = json!({ "@odata.type": format!("#microsoft.graph.{name}") });
            if !name.starts_with("all") {
                target["groupId"] = json!(self.tenant.group_id(draw.below(self.tenant.groups)));
            }
            target
        };
        let targets = match self.index % 4 {
            0 => vec![
                target("allLicensedUsersAssignmentTarget"),
                target("exclusionGroupAssignmentTarget"),
            ],
            1 => vec![target("groupAssignmentTarget"), target("groupAssignmentTarget")],
            2 => vec![target("allDevicesAssignmentTarget")],
            _ => Vec::new(),
        };
        let id = self.id();
        let assignment =
            |(place, target)| json!({ "id": format!("{id}_{place}"), "target": target });
        targets.into_iter().enumerate().map(assignment).collect()
    }

    fn description(self) -> Value {
        match self.index % 3 {
            0 => Value::Null,
            1 => json!(""),
            _ => json!(format!("{} – gilt für alle", self.name())),
        }
    }
}

impl Object for Policy<'_> {
    fn type_name(&self) -> &'static str {
        match self.kind {
            PolicyKind::Compliance => "deviceCompliancePolicy",
            PolicyKind::Configuration => "deviceConfiguration",
            PolicyKind::Catalog => "deviceManagementConfigurationPolicy",
        }
    }

    fn defaults(&self) -> &'static [&'static str] {
        match self.kind {
            PolicyKind::Catalog => &[
                "createdDateTime",
                "creationSource",
                "description",
                "lastModifiedDateTime",
                "name",
                "platforms",
                "priorityMetaData",
                "roleScopeTagIds",
                "settingCount",
                "technologies",
                "id",
                "isAssigned",
                "templateReference",
            ],
            _ => &[
                "@odata.type",
                "roleScopeTagIds",
                "id",
                "createdDateTime",
                "description",
                "lastModifiedDateTime",
                "displayName",
                "version",
            ],
        }
    }

    fn names(&self) -> Vec<&str> {
        let assignments = self.shows_assignments.then_some("assignments");
        self.defaults().iter().copied().chain(assignments).collect()
    }

    fn property(&self, name: &str) -> Option<Value> {
        let is_catalog = self.kind == PolicyKind::Catalog;
        Some(match name {
            "@odata.type" if !is_catalog => {
                json!(format!("#microsoft.graph.{}", (*self).type_name()))
            }
            "assignments" if self.shows_assignments => self.assignments(),
            "createdDateTime" => json!(self.created()),
            "description" => self.description(),
            "displayName" if !is_catalog => json!(self.name()),
            "id" => json!(self.id()),
            "lastModifiedDateTime" => json!(self.modified()),
            "roleScopeTagIds" => json!(["0"]),
            "version" if !is_catalog => json!(1 + self.index % 4),
            "creationSource" | "priorityMetaData" if is_catalog => Value::Null,
            "isAssigned" if is_catalog => json!(!self.index.is_multiple_of(4)),
            "name" if is_catalog => json!(self.name()),
            "platforms" if is_catalog => json!((*self).type_name()),
            "settingCount" if is_catalog => json!(1 + self.index * 3),
            "technologies" if is_catalog => json!("mdm"),
            "templateReference" if is_catalog => json!({
                "templateId": "", "templateFamily": "none", "templateDisplayName": null,
                "templateDisplayVersion": null,
            }),
            _ => return None,
        })
    }
}
