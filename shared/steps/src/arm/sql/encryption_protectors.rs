//! The keys that encrypt the databases of servers of Azure SQL.

use crate::arm::key_vault::key_at;
use crate::arm::key_vault::keys::KEY;
use crate::arm::sql::managed_instances::INSTANCE;
use crate::arm::sql::servers::SERVER;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-database-sql-server-encryption-protectors",
    name: "SQL Server Encryption Protectors",
    list: List::own("encryptionProtector", &[&SERVER, &INSTANCE]),
    becomes: Becomes::patch_of_parent(&[
        flag("encrypted", COMPUTED, "Whether it has a key that databases are encrypted with."),
        flag(
            "encryptionProtector.autoRotationEnabled",
            "/properties/autoRotationEnabled",
            "Whether it turns to new versions of the key by itself.",
        ),
        text("encryptionProtector.serverKeyName", "/properties/serverKeyName", "The key's name."),
        text(
            "encryptionProtector.serverKeyType",
            "/properties/serverKeyType",
            "`AzureKeyVault` if it is a key of the customer, or `ServiceManaged`.",
        ),
        text("encryptionProtector.uri", ADDRESS, "The address of the key."),
    ])
    .refine(|protector, entity| {
        let key = protector.text("/properties/serverKeyType");
        entity.set("encrypted", key.map(|_| true));
    })
    .links(&[Link::uses(&[&KEY], ADDRESS).by(key_at)]),
    needs: Needs::subscription("databases"),
    ..Step::AZURE
};

const ADDRESS: &str = "/properties/uri";
