//! Hosts, by which services refer to each other where they do not by id.

use graph::Name;

use crate::item::Item;

/// The name of whatever answers at the host of a URI.
pub(crate) fn host(uri: &str, _: &Item<'_>) -> Option<Name> {
    Some(Name::alias("host", of(uri)?))
}

/// The host of a URI: what is left without scheme, user, port and path.
fn of(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?.trim();
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_neither_scheme_nor_port_nor_path() {
        let hosts = [
            "https://disks.blob.core.windows.net/vhds/os.vhd",
            "https://disks.blob.core.windows.net:443",
            "https://user@disks.blob.core.windows.net?sv=1",
            "disks.blob.core.windows.net",
        ];
        for uri in hosts {
            assert_eq!(of(uri), Some("disks.blob.core.windows.net"), "{uri}");
        }
    }

    #[test]
    fn what_is_no_uri_has_no_host() {
        for text in ["", "https://", "/path", "https:///path", ":443"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
