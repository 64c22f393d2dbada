//! What the function is told by its environment.

use lambda_runtime::Error;
use page::SignIn;

use crate::program::Program;

/// What is served, and to whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The id of the instance that is shown: that of a tenant, or of one of its subscriptions.
    pub instance: String,
    /// The address at which browsers open the page, without a trailing slash.
    pub address: String,
    /// Where people sign in.
    pub sign_in: SignIn,
    /// Who issues tokens.
    pub issuer: String,
    /// The Entra tenant whose people may see the page, by its id.
    pub tenant: String,
    /// The group of that tenant whose members may see the page, by its id.
    pub group: String,
    /// The programs that may ask without a token.
    pub programs: Vec<Program>,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// If a variable is missing or makes no sense.
    pub fn read() -> Result<Self, Error> {
        let address = |name| service::variable(name).map(|it| it.trim_end_matches('/').to_owned());
        let programs = service::variable("PROGRAMS")?;
        let programs = programs.split(',').map(str::trim).filter(|it| !it.is_empty());
        Ok(Self {
            instance: service::variable("INSTANCE")?,
            address: address("PAGE_ADDRESS")?,
            sign_in: SignIn {
                address: address("SIGN_IN_ADDRESS")?,
                client: service::variable("SIGN_IN_CLIENT")?,
                provider: service::variable("SIGN_IN_PROVIDER")?,
            },
            issuer: address("SIGN_IN_ISSUER")?,
            tenant: service::variable("SIGN_IN_TENANT")?,
            group: service::variable("SIGN_IN_GROUP")?,
            programs: programs.map(str::parse).collect::<Result<_, _>>()?,
        })
    }
}
