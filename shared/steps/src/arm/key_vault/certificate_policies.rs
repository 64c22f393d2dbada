//! How the certificates in vaults are issued and renewed.

use super::certificates::CERTIFICATE;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-keyvault-certificate-policies",
    name: "Key Vault Certificate Policies",
    list: List::key_vault("/certificates/{name}/policy", "7.4").of_each(&[&CERTIFICATE]).one(),
    becomes: Becomes::patch_of_parent(&[
        text("issuer", "/issuer/name", "Who issues it; `Self` if it signs itself."),
        text("certificateType", "/issuer/cty", "What the issuer is asked for, such as `OV-SSL`."),
        text("subject", "/x509_props/", "Whom it names, such as `CN=contoso.com`."),
        each("dnsNames", "/x509_props/sans/dns_names/*", "The other hosts that it names."),
        number("validityMonths", "/x509_props/validity_months", "For how many months it holds."),
        text("keyType", "/key_props/kty", "The type of its key, such as `RSA`."),
        number("keySize", "/key_props/key_size", "The size of its key, in bits."),
        flag("exportable", "/key_props/", "Whether its private key can be taken out."),
        flag("reuseKey", "/key_props/reuse_key", "Whether the next one has the same key."),
        each(
            "lifetimeActions",
            "/lifetime_actions/*/action/action_type",
            "What happens before it ends: `AutoRenew` or `EmailContacts`.",
        ),
    ]),
    needs: Needs::subscription("key-vault-certificates")
        .data_actions(&["Microsoft.KeyVault/vaults/certificates/read"]),
    ..Step::AZURE
};
