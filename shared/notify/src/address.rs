//! Where a webhook may be: on the internet, and nowhere else.
//!
//! Whoever writes a rule must not be able to reach what only the function can.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rules::DeliveryError;
use url::{Host, Url};

/// The address and where its host is. Each place that the name stands for has to be public.
pub(crate) async fn resolve(text: &str) -> Result<(Url, Vec<SocketAddr>), DeliveryError> {
    let failed = |why: &str| DeliveryError(why.to_owned());
    let url = Url::parse(text).map_err(|_| failed("the address makes no sense"))?;
    if url.scheme() != "https" {
        return Err(failed("the address does not begin with https://"));
    }
    let port = url.port_or_known_default().unwrap_or(443);
    let at: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(ip)) => vec![(ip, port).into()],
        Some(Host::Ipv6(ip)) => vec![(ip, port).into()],
        Some(Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, port)).await;
            found.map_err(|_| failed("nobody knows the host"))?.collect()
        }
        None => return Err(failed("the address has no host")),
    };
    if at.is_empty() || !at.iter().all(|it| is_public(it.ip())) {
        return Err(failed("the host is not on the internet"));
    }
    Ok((url, at))
}

/// Whether an address is one of the internet.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_reserved = a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && b & 0xfe == 18);
    !(is_reserved
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation())
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(ip) = ip.to_ipv4_mapped() {
        return is_public_v4(ip);
    }
    let segments = ip.segments();
    // Only 2000::/3 is given out. Parts of it lead to an address of IPv4 (6to4, Teredo), or
    // nowhere.
    let is_given_out = segments[0] & 0xe000 == 0x2000;
    let is_tunnel = segments[0] == 0x2002 || (segments[0] == 0x2001 && segments[1] < 0x0200);
    let is_documentation = segments[0] == 0x2001 && segments[1] == 0x0db8;
    is_given_out && !is_tunnel && !is_documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_internet_are_public() {
        for ip in ["8.8.8.8", "52.1.2.3", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::",
            "2001::1",
            "2001:db8::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[tokio::test]
    async fn what_is_not_on_the_internet_is_not_posted_to() {
        for (url, why) in [
            ("http://example.com", "https://"),
            ("https://127.0.0.1/", "not on the internet"),
            ("https://[::1]/", "not on the internet"),
            ("https://2130706433/", "not on the internet"),
            ("https://localhost/", "not on the internet"),
            ("no address", "makes no sense"),
        ] {
            let error = resolve(url).await.unwrap_err().to_string();
            assert!(error.contains(why), "{url}: {error}");
        }
    }
}
