//! Who is answered: the page itself, and whoever its server trusts.

use async_trait::async_trait;
use serde::Serialize;

use crate::failure::Failure;
use crate::request::Request;

/// What a request has to prove before anything of a tenant is answered.
#[async_trait]
pub trait Guard: std::fmt::Debug + Send + Sync {
    /// Whether a request reaches the server by its own name, and not from another page.
    ///
    /// # Errors
    ///
    /// If it does not.
    fn admits(&self, request: &Request) -> Result<(), Failure>;

    /// Whether a request that was admitted may see the graph, too.
    ///
    /// # Errors
    ///
    /// If it may not, or if nobody can say at the moment.
    async fn trusts(&self, request: &Request) -> Result<(), Failure>;

    /// Where people sign in; nowhere if the page gets its token in another way.
    fn sign_in(&self) -> Option<&SignIn> {
        None
    }
}

/// Where people sign in, and as what the page asks for it. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignIn {
    /// The address of the server that signs people in, without a trailing slash.
    pub address: String,
    /// The id by which that server knows the page.
    pub client: String,
    /// The identity provider that it asks in turn.
    pub provider: String,
}

/// Whether a request comes from the page itself, where the browser says from where it comes.
///
/// # Errors
///
/// If it comes from another page.
pub fn same_origin(request: &Request) -> Result<(), Failure> {
    if request.site.as_deref().is_some_and(|it| it != "same-origin") {
        return Err(Failure::Refused("it comes from another page"));
    }
    Ok(())
}
