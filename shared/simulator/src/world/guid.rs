//! Identifiers that can be traced back to what they name, so that no table of them is needed.

use crate::world::random::{self, hash, mix, version_4};

/// What an identifier names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Contact,
    Deleted,
    Device,
    Group,
    ServicePrincipal,
    Subscription,
    Tenant,
    User,
    // What an identifier is made of depends on the order, so new kinds come last.
    ManagementGroup,
    ManagedDevice,
    DetectedApp,
    CompliancePolicy,
    DeviceConfiguration,
    ConfigurationPolicy,
    MobileApp,
    Intune,
    // A range of their own, so that it does not matter which others come in between.
    ApplicationObject = 32,
    AdministrativeUnit,
    DirectoryRole,
    AccessPackage,
    AccessPackageCatalog,
    AccessPackagePolicy,
    AccessPackageAssignment,
    AccessPackageRequest,
    CustomRole,
    NamedLocation,
}

/// The identifiers of one tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guids {
    key: u64,
}

impl Guids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { key: hash(seed, "guids") }
    }

    /// The identifier of the thing of this kind with this index, which must fit 32 bits.
    pub(crate) fn guid(self, kind: Kind, index: u64) -> String {
        let high = version_4(mix(self.key ^ mix(index) ^ mix(kind as u64)));
        let low = mix(self.key ^ high);
        random::format(high, low & !0xffff_ffff | (low ^ index) & 0xffff_ffff)
    }

    /// The index that an identifier of this kind was made of; nothing if it was not made here.
    pub(crate) fn index(self, kind: Kind, guid: &str) -> Option<u64> {
        let (high, low) = parse(guid)?;
        let index = (mix(self.key ^ high) ^ low) & 0xffff_ffff;
        self.guid(kind, index).eq_ignore_ascii_case(guid).then_some(index)
    }
}

/// Whether a text has the form of an identifier, whoever made it.
pub(crate) fn is_guid(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<(u64, u64)> {
    let dashes = text.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(at, _)| at);
    if text.len() != 36 || !dashes.eq([8, 13, 18, 23]) {
        return None;
    }
    let digits = text.replace('-', "");
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let value = all_digits.then(|| u128::from_str_radix(&digits, 16).ok())??;
    let low = u64::try_from(value & u128::from(u64::MAX)).ok()?;
    Some((u64::try_from(value >> 64).ok()?, low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_leads_back_to_its_index_and_only_with_its_kind() {
        let guids = Guids::new(3);
        for index in [0, 1, 2, 999, 1_000_000, 0xffff_ffff] {
            let guid = guids.guid(Kind::User, index);
            assert!(is_guid(&guid), "{guid}");
            assert_eq!(guids.index(Kind::User, &guid), Some(index));
            assert_eq!(guids.index(Kind::User, &guid.to_uppercase()), Some(index));
            assert_eq!(guids.index(Kind::Group, &guid), None);
            assert_eq!(Guids::new(4).index(Kind::User, &guid), None);
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        let long = "0".repeat(36);
        for text in ["", "users", "00000000-0000-0000-0000-00000000000g", &long, "é-é"] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
