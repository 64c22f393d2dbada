//! What a resource looks like in answers.

use serde_json::{Map, Value, json};

use super::coded::Coded;
use super::resource::Resource;
use super::vault_item::{Item, ItemKind};
use super::{
    disk, network_interface, public_ip, security_group, storage_account, vault, virtual_machine,
    virtual_network,
};

impl Resource<'_> {
    /// The resource as its list shows it.
    pub(crate) fn json(&self) -> Value {
        let below = |item: fn(u64, &Self) -> Value| {
            self.parent().map_or(Value::Null, |parent| item(self.index, parent))
        };
        Value::Object(match self.kind.code {
            Some(Coded::VirtualMachine) => virtual_machine::json(self),
            Some(Coded::Disk) => disk::json(self),
            Some(Coded::NetworkInterface) => network_interface::json(self),
            Some(Coded::PublicIpAddress) => public_ip::json(self),
            Some(Coded::VirtualNetwork) => virtual_network::json(self),
            Some(Coded::NetworkSecurityGroup) => security_group::json(self),
            Some(Coded::StorageAccount) => storage_account::json(self),
            Some(Coded::Vault) => vault::json(self),
            Some(Coded::Subnet) => return below(virtual_network::subnet_json),
            Some(Coded::Key) => return below(|index, vault| stored(ItemKind::Key, index, vault)),
            Some(Coded::Secret) => {
                return below(|index, vault| stored(ItemKind::Secret, index, vault));
            }
            _ => self.templated(),
        })
    }

    /// What the template says, with what all resources have.
    fn templated(&self) -> Map<String, Value> {
        let mut body = Map::new();
        if self.kind.envelope {
            body.insert("id".into(), json!(self.id(self.kind.spelling)));
            body.insert("name".into(), json!(self.name()));
            body.insert("type".into(), json!(self.kind.name));
            if self.kind.lies_in_group() {
                body.insert("location".into(), json!(self.location()));
            }
            body.extend(self.tags().map(|tags| ("tags".to_owned(), tags)));
        }
        body.extend(self.filled());
        body
    }
}

fn stored(kind: ItemKind, index: u64, vault: &Resource) -> Value {
    Item::new(vault.clone(), kind, index).of_management_plane()
}
