//! Who is answered on one machine: the page, opened at the address that was printed, and nobody
//! else.
//!
//! A server on 127.0.0.1 can be reached by every page that the browser has open, and by every
//! process of the machine. So a request has to name the server by its own address (a name that an
//! attacker has turned to 127.0.0.1 is another one), must not come from another page, and has to
//! carry a token that only the printed address holds. The token is in the fragment of that address,
//! which browsers do not send.

use async_trait::async_trait;
use collector::Secret;
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::guard::{Guard, same_origin};
use crate::request::Request;

/// Guards a server that only this machine can reach.
#[derive(Debug)]
pub struct Local {
    /// What `Host` may be.
    hosts: Vec<String>,
    /// The digest of the token. Digests are compared, because how long that takes says nothing of
    /// the token.
    token: [u8; 32],
}

impl Local {
    /// Guards a server at a port of this machine.
    #[must_use]
    pub fn new(port: u16, token: &Secret) -> Self {
        let hosts = ["127.0.0.1", "localhost"].map(|it| format!("{it}:{port}")).to_vec();
        Self { hosts, token: digest(token) }
    }
}

#[async_trait]
impl Guard for Local {
    fn admits(&self, request: &Request) -> Result<(), Failure> {
        let host = request.host.as_deref().unwrap_or_default();
        if !self.hosts.iter().any(|it| it == host) {
            return Err(Failure::Refused("it names another host"));
        }
        let origin = request.origin.as_deref();
        if origin.is_some_and(|it| it.strip_prefix("http://") != Some(host)) {
            return Err(Failure::Refused("it comes from another page"));
        }
        Ok(())
    }

    async fn trusts(&self, request: &Request) -> Result<(), Failure> {
        // The page itself may be opened by a link, such as one in a terminal that is a page, too.
        same_origin(request)?;
        match &request.token {
            Some(given) if digest(given) == self.token => Ok(()),
            Some(_) => Err(Failure::Refused("its token is not that of this server")),
            None => Err(Failure::Refused("it has no token")),
        }
    }
}

fn digest(token: &Secret) -> [u8; 32] {
    Sha256::digest(token.expose().as_bytes()).into()
}
