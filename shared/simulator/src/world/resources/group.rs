//! Resource groups.

use serde_json::{Value, json};

use super::inventory::Inventory;
use super::tags::tags;
use crate::world::names::{ENVIRONMENTS, REGIONS, WORKLOADS};
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// A resource group.
#[derive(Clone, Copy)]
pub(crate) struct ResourceGroup<'a> {
    tenant: &'a Tenant,
    inventory: &'a Inventory,
    index: u64,
}

impl<'a> ResourceGroup<'a> {
    pub(crate) fn new(tenant: &'a Tenant, inventory: &'a Inventory, index: u64) -> Self {
        Self { tenant, inventory, index }
    }

    /// The group with a name, which is compared without case.
    pub(crate) fn find(tenant: &'a Tenant, inventory: &'a Inventory, name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let mut groups =
            (0..inventory.resource_groups).map(|index| Self::new(tenant, inventory, index));
        groups.find(|group| group.name().to_lowercase() == name)
    }

    pub(crate) const fn index(&self) -> u64 {
        self.index
    }

    pub(crate) const fn inventory(&self) -> &'a Inventory {
        self.inventory
    }

    fn draw(&self) -> Draw {
        self.tenant.draw("resource group", self.inventory.subscription << 32 | self.index)
    }

    /// The place in the list of all pairs of a workload and an environment.
    fn pair(&self) -> u64 {
        self.index * 5 + self.inventory.subscription
    }

    pub(crate) fn workload(&self) -> &'static str {
        nth(&WORKLOADS, self.pair())
    }

    pub(crate) fn environment(&self) -> &'static str {
        nth(&ENVIRONMENTS, self.pair() / WORKLOADS.len() as u64)
    }

    pub(crate) fn location(&self) -> &'static str {
        self.draw().pick(&REGIONS)
    }

    /// The name. Companies change their conventions, and Azure allows letters of any script.
    pub(crate) fn name(&self) -> String {
        let (workload, environment) = (self.workload(), self.environment());
        let name = match self.index % 7 {
            0..=2 => format!("{workload}-{environment}"),
            3 => format!("rg-{workload}-{environment}"),
            4 => format!("RG_{workload}.{environment}"),
            5 => format!("{workload}-{environment}-köln"),
            _ => format!("{workload}-{environment}(old)"),
        };
        let pairs = (WORKLOADS.len() * ENVIRONMENTS.len()) as u64;
        match self.index / pairs {
            0 => name,
            round => format!("{name}-{}", round + 1),
        }
    }

    pub(crate) fn id(&self) -> String {
        let subscription = self.tenant.subscription_id(self.inventory.subscription);
        format!("/subscriptions/{subscription}/resourceGroups/{}", self.name())
    }

    /// The id with the name in upper case.
    pub(crate) fn upper_id(&self) -> String {
        let subscription = self.tenant.subscription_id(self.inventory.subscription);
        format!("/subscriptions/{subscription}/resourceGroups/{}", self.name().to_uppercase())
    }

    pub(crate) fn json(&self) -> Value {
        let mut group = json!({
            "id": self.id(),
            "name": self.name(),
            "type": "Microsoft.Resources/resourceGroups",
            "location": self.location(),
            "properties": { "provisioningState": "Succeeded" },
        });
        if let Some(tags) = tags(&mut self.draw(), self.environment()) {
            group["tags"] = tags;
        }
        if self.index % 9 == 8 {
            let subscription = self.tenant.subscription_id(self.inventory.subscription);
            group["managedBy"] = json!(format!(
                "/subscriptions/{subscription}/resourcegroups/{}/providers/\
                 Microsoft.ContainerService/managedClusters/aks-{}",
                self.name(),
                self.workload()
            ));
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::options::Options;

    #[test]
    fn names_are_unique_without_case_and_lead_back() {
        let tenant = Tenant::new(&Options { resources: 3000, ..Options::default() });
        let inventory = &tenant.inventories()[0];
        let mut seen = HashSet::new();
        for index in 0..inventory.resource_groups {
            let name = ResourceGroup::new(&tenant, inventory, index).name();
            assert!(seen.insert(name.to_lowercase()), "{name}");
            let found = ResourceGroup::find(&tenant, inventory, &name.to_uppercase()).unwrap();
            assert_eq!(found.index, index);
        }
        assert!(ResourceGroup::find(&tenant, inventory, "nowhere").is_none());
    }
}
