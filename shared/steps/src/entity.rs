//! What an item becomes: the type of entity, and what is recorded about it.

use crate::property::{CLASSIFICATION, COMPUTED, Property, any, list, text};
use crate::resource_type::ResourceType;

/// A type of thing that exists in a tenant.
#[derive(Debug)]
pub struct EntityType {
    /// The `_type`, such as `azure_vm`.
    pub kind: &'static str,
    /// The `_class`, such as `Host`.
    pub class: &'static [&'static str],
    /// What it is, in one sentence.
    pub doc: &'static str,
    /// The type of resource that it is, for what Azure Resource Manager knows.
    pub resource: Option<ResourceType>,
    /// Whether the resource group that it lies in has it. What belongs to a resource lies in a
    /// group, too, but it is the resource that has it.
    pub is_contained: bool,
    /// What is recorded about every thing of its sort, such as what every resource has.
    pub shared: &'static [&'static [Property]],
    /// What is recorded about it.
    pub properties: &'static [Property],
}

impl EntityType {
    /// Something that nothing is recorded of, for declaring others with `..EntityType::NEW`.
    pub const NEW: Self = Self {
        kind: "",
        class: &[],
        doc: "",
        resource: None,
        is_contained: false,
        shared: &[],
        properties: &[],
    };

    /// An object of Microsoft Entra ID or Intune, for declaring others with `..EntityType::OBJECT`.
    pub const OBJECT: Self = Self { shared: OBJECT, ..Self::NEW };

    /// What exists although no answer describes it, for declaring others with
    /// `..EntityType::IMPLIED`.
    pub const IMPLIED: Self = Self { shared: IMPLIED, ..Self::NEW };

    /// A resource that lies in a resource group, which has it: for declaring others with
    /// `..EntityType::resource("Microsoft.Network/loadBalancers", "2024-05-01")`.
    #[must_use]
    pub const fn resource(name: &'static str, version: &'static str) -> Self {
        Self { is_contained: true, shared: RESOURCE, ..Self::of_type(name, version) }
    }

    /// Something that belongs to a resource, and lies where that does:
    /// `..EntityType::child("Microsoft.Sql/servers/firewallRules", "2021-11-01")`.
    ///
    /// # Panics
    ///
    /// When compiled, if the name is not that of a type below another.
    #[must_use]
    pub const fn child(name: &'static str, version: &'static str) -> Self {
        let of = Self { shared: CHILD, ..Self::of_type(name, version) };
        assert!(ResourceType::new(name, version).is_child(), "a child belongs to a resource");
        of
    }

    /// Something that belongs to a resource, and has tags and a place of its own, as databases do.
    #[must_use]
    pub const fn child_resource(name: &'static str, version: &'static str) -> Self {
        Self { shared: RESOURCE, ..Self::child(name, version) }
    }

    /// Something that belongs to any resource, to a subscription, or to the tenant.
    #[must_use]
    pub const fn extension(name: &'static str, version: &'static str) -> Self {
        Self { shared: SUBRESOURCE, ..Self::of_type(name, version) }
    }

    /// Something of which nothing is recorded that others of Azure Resource Manager have.
    #[must_use]
    pub const fn of_type(name: &'static str, version: &'static str) -> Self {
        Self { resource: Some(ResourceType::new(name, version)), ..Self::NEW }
    }

    /// Whether it lies in a resource group.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.property(RESOURCE_GROUP_NAME).is_some()
    }

    /// Everything that is recorded about it. A property of its own takes the place of a shared one.
    pub fn declared(&self) -> impl Iterator<Item = &'static Property> {
        let is_own = |shared: &Property| self.properties.iter().any(|own| own.name == shared.name);
        self.shared.iter().copied().flatten().filter(move |it| !is_own(it)).chain(self.properties)
    }

    /// The declaration of a property, unless there is none. One whose name ends with `.*` stands
    /// for all whose names begin as it does: of tags, there is `tag.*`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Property> {
        self.declared().find(|it| it.name == name).or_else(|| {
            let is_of = |it: &&Property| it.family().is_some_and(|family| name.starts_with(family));
            self.declared().find(is_of)
        })
    }
}

/// What is recorded about every resource of Azure Resource Manager that lies in a resource group.
pub const RESOURCE: &[&[Property]] = &[ADDRESSED, TAGGED, PLACED];

/// What is recorded about what contains resources: subscriptions and resource groups.
pub const CONTAINER: &[&[Property]] = &[ADDRESSED, TAGGED];

/// What is recorded about what belongs to a resource or a scope, and has no tags of its own.
pub const SUBRESOURCE: &[&[Property]] = &[ADDRESSED];

/// What is recorded about every object of Microsoft Entra ID.
pub const OBJECT: &[&[Property]] = &[NAMED, LABELLED];

/// What is recorded about what exists although no answer describes it.
pub const IMPLIED: &[&[Property]] = &[LABELLED];

/// What is recorded about everything that Azure Resource Manager addresses.
pub(crate) const ADDRESSED: &[Property] = &[
    text("id", "/", "The id as Azure spells it."),
    text("name", "/", "The name within its resource group or parent."),
    text("displayName", "/name", "The name that people see."),
    text("type", "/", "The type of resource, such as `Microsoft.Compute/disks`."),
    text("webLink", COMPUTED, "Its page in the portal."),
    any("tag.*", COMPUTED, "Each tag, with numbers and booleans as such."),
];

/// What is recorded about everything that has tags.
pub(crate) const TAGGED: &[Property] = &[
    text("environment", "/tags/", "The tag `environment`."),
    CLASSIFICATION,
    text("owner", COMPUTED, "The tag `owner`, in any case."),
    text("email", COMPUTED, "The tag `email`, in any case."),
    list("tags", COMPUTED, "The names of the tags without a value, or with the value `true`."),
];

/// What is recorded about everything that lies in a resource group.
pub(crate) const PLACED: &[Property] = &[
    text("region", "/location", "Where it lies."),
    text("location", "/", "Where it lies."),
    text(RESOURCE_GROUP_NAME, COMPUTED, "The resource group, in lower case."),
    text("provisioningState", "/properties/", "How its last change ended."),
    text("principalId", "/identity/", "The object id of its own managed identity."),
];

/// What is recorded about what belongs to a resource that lies in a resource group.
pub const CHILD: &[&[Property]] = &[ADDRESSED, BELOW];

/// What is recorded about where that lies, and how it stands.
pub(crate) const BELOW: &[Property] = &[
    text(RESOURCE_GROUP_NAME, COMPUTED, "The resource group, in lower case."),
    text("provisioningState", "/properties/", "How its last change ended."),
];

/// The property that says in which resource group something lies.
pub(crate) const RESOURCE_GROUP_NAME: &str = "resourceGroup";

/// The type of the entities that resource groups become, which have their resources.
pub(crate) const RESOURCE_GROUP_KIND: &str = "azure_resource_group";

pub(crate) const NAMED: &[Property] = &[
    text("id", "/", "The object id."),
    text("name", "/displayName", "The name that people see."),
    text("displayName", "/", "The name that people see."),
];

pub(crate) const LABELLED: &[Property] =
    &[any("tag.*", COMPUTED, "`tag.AccountName`, where the instance asks for it.")];
