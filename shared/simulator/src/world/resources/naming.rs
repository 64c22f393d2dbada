//! Names of resources.

use super::coded::Coded;
use super::kind::Naming;
use super::network::subnet_name;
use super::resource::Resource;
use super::vault_item::ItemKind;
use crate::world::names::numbered;
use crate::world::random::hash;

impl Resource<'_> {
    pub(crate) fn name(&self) -> String {
        match self.kind.code {
            Some(Coded::Disk) => self.disk_name(),
            Some(Coded::Subnet) => subnet_name(self.index),
            Some(Coded::Key) => ItemKind::Key.name(self.index),
            Some(Coded::Secret) => ItemKind::Secret.name(self.index),
            _ => match &self.kind.naming {
                Naming::Text(text) => self.text(text).unwrap_or_default(),
                Naming::Words(words) if words.is_empty() => String::new(),
                Naming::Words(words) => numbered(words, self.index),
            },
        }
    }

    /// The name that Azure gives to a disk that it makes with a machine.
    fn disk_name(&self) -> String {
        let machine = self.inventory.machine_of_disk(self.index);
        let machine = self.other(Coded::VirtualMachine, machine).name();
        if self.inventory.is_system_disk(self.index) {
            let mut code = self.draw("name");
            format!("{machine}_OsDisk_1_{}{}", code.hex(16), code.hex(16))
        } else {
            format!("{machine}_DataDisk_0")
        }
    }

    /// Seven digits that no other resource of the type has in the whole cloud.
    pub(super) fn code(&self) -> String {
        let code = self.index << 12 | self.inventory.subscription;
        format!("{:07x}", (code ^ self.mask()) & 0xfff_ffff)
    }

    /// The index that a code was made of, if it was made for this subscription.
    pub(super) fn index_of_code(&self, code: &str) -> Option<u64> {
        let code = u64::from_str_radix(code, 16).ok()? ^ self.mask();
        (code & 0xfff == self.inventory.subscription).then_some(code >> 12)
    }

    /// What codes are hidden by.
    fn mask(&self) -> u64 {
        hash(self.tenant.seed, self.kind.name) & 0xfff_ffff
    }
}
