//! Addresses, and networks of them.

use std::net::IpAddr;

use graph::Name;
use ipnet::IpNet;

/// A network of addresses, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    pub(super) address: IpAddr,
    length: u8,
}

impl Prefix {
    /// Reads an address, or one with the length of a prefix: `10.0.0.0/8`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().ok()?;
        let longest = Self::longest(address);
        let length = length.unwrap_or(longest);
        (length <= longest).then_some(Self { address, length })
    }

    pub(super) fn is_everything(self) -> bool {
        self.length == 0
    }

    pub(super) fn is_host(self) -> bool {
        self.length == Self::longest(self.address)
    }

    /// Whether the addresses mean the same everywhere.
    pub(super) fn is_public(self) -> bool {
        match self.address {
            IpAddr::V4(it) => {
                // What carriers share, virtual networks may use.
                let is_shared = matches!(it.octets(), [100, 64..=127, ..]);
                !(it.is_private() || it.is_loopback() || it.is_link_local() || is_shared)
            }
            IpAddr::V6(it) => {
                !(it.is_unique_local() || it.is_loopback() || it.is_unicast_link_local())
            }
        }
    }

    fn longest(address: IpAddr) -> u8 {
        if address.is_ipv4() { 32 } else { 128 }
    }
}

/// The first of some prefixes that is one of IPv4, which is all that the class `Network` knows.
pub(super) fn ipv4<'p>(prefixes: &[&'p str]) -> Option<&'p str> {
    let is_ipv4 = |it: &&str| Prefix::parse(it).is_some_and(|it| it.address.is_ipv4());
    prefixes.iter().copied().find(is_ipv4)
}

/// The name of whatever has a prefix: the network, whichever of its addresses the prefix is written
/// with.
pub(super) fn cidr(prefix: &str) -> Name {
    let network = Prefix::parse(prefix).and_then(|it| IpNet::new(it.address, it.length).ok());
    network.map_or_else(
        || Name::alias("cidr", prefix),
        |it| Name::alias("cidr", &it.trunc().to_string()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_one_network_have_one_name() {
        assert_eq!(cidr("10.0.1.5/24"), cidr("10.0.1.0/24"));
        assert_eq!(cidr("2001:DB8:0::1/32"), cidr("2001:db8::/32"));
        assert_ne!(cidr("10.0.1.0/24"), cidr("10.0.1.0/25"));
    }

    #[test]
    fn a_prefix_has_an_address_and_a_length() {
        for text in ["10.0.0.0/8", "10.1.2.3", "::/0", "2001:db8::1/128"] {
            assert!(Prefix::parse(text).is_some(), "{text}");
        }
        for text in
            ["", "*", "/", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129"]
        {
            assert_eq!(Prefix::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_prefix_is_a_host_a_network_or_everything() {
        let check = |text, is_host, is_everything| {
            let prefix = Prefix::parse(text).unwrap();
            assert_eq!((prefix.is_host(), prefix.is_everything()), (is_host, is_everything));
        };
        check("10.1.2.3", true, false);
        check("10.1.2.3/32", true, false);
        check("2001:db8::1/128", true, false);
        check("10.0.0.0/8", false, false);
        check("0.0.0.0/0", false, true);
        check("::/0", false, true);
    }

    #[test]
    fn private_addresses_are_not_public() {
        let is_public = |text| Prefix::parse(text).unwrap().is_public();
        for text in ["20.50.1.0/24", "172.32.0.1", "2001:db8::1", "100.63.0.0/16"] {
            assert!(is_public(text), "{text}");
        }
        for text in ["10.0.0.4", "172.31.0.0/16", "192.168.1.1", "127.0.0.1", "169.254.1.1"] {
            assert!(!is_public(text), "{text}");
        }
        for text in ["100.64.0.0/10", "fd00::/48", "fe80::1", "::1"] {
            assert!(!is_public(text), "{text}");
        }
    }

    #[test]
    fn a_network_is_known_by_its_prefix_of_ipv4() {
        assert_eq!(ipv4(&["fd00::/48", "x", "10.0.0.0/16", "10.1.0.0/16"]), Some("10.0.0.0/16"));
        assert_eq!(ipv4(&["fd00::/48"]), None);
    }
}
