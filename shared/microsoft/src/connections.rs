//! The ways to reach Microsoft's services.

use std::sync::Arc;

use async_trait::async_trait;
use collector::instance::Credentials;
use collector::ports::{
    AdminConsent, Answers, DomainKey, Download, Failure, Fetch, Microsoft, Request, WebIdentity,
};
use steps::Service;

use crate::cloud::{Cloud, CloudError};
use crate::connection::Connection;
use crate::governor::Governors;
use crate::identity::Identity;
use crate::identity::federation::Federation;
use crate::identity::surroundings::Surroundings;
use crate::memory::Memory;
use crate::pace::Timeouts;
use crate::transport::Http;

/// Reaches Microsoft's services as one application or another.
///
/// There is one for a process: it keeps the network connections open, knows what is left of the
/// budgets of all throttle domains, and bounds how many bytes of answers are in memory.
#[derive(Debug)]
pub struct Connections {
    /// The cloud that takes the place of every other.
    only: Option<Arc<Cloud>>,
    named: [Arc<Cloud>; 3],
    http: Arc<Http>,
    surroundings: Surroundings,
    governors: Arc<Governors>,
    memory: Arc<Memory>,
}

impl Default for Connections {
    /// Reaches the cloud that an instance names.
    fn default() -> Self {
        Self::make(None, Timeouts::default())
    }
}

impl Connections {
    /// Reaches this cloud, whichever one an instance names.
    #[must_use]
    pub fn new(cloud: Cloud) -> Self {
        Self::with_timeouts(cloud, Timeouts::default())
    }

    /// The same, of a simulated cloud that imitates no throttles: nothing is waited for.
    #[must_use]
    pub fn unlimited(cloud: Cloud) -> Self {
        Self { governors: Arc::new(Governors::unlimited()), ..Self::new(cloud) }
    }

    /// The same with other timeouts, for tests.
    #[must_use]
    pub fn with_timeouts(cloud: Cloud, timeouts: Timeouts) -> Self {
        Self::make(Some(Arc::new(cloud)), timeouts)
    }

    /// How many HTTP requests were sent so far, those to the sign-in service included. A `$batch`
    /// is one.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.http.sent()
    }

    /// The application permissions of Microsoft Graph that an application has, sorted, as the claim
    /// `roles` of its token says; none where the token does not look like one with claims.
    ///
    /// # Errors
    ///
    /// If the application cannot sign in.
    pub async fn roles(
        &self,
        cloud: &str,
        credentials: Credentials,
    ) -> Result<Option<Vec<String>>, Failure> {
        let cloud = self.cloud(cloud).ok_or_else(|| unknown(cloud))?.clone();
        Ok(self.identity(&cloud, credentials).token(Service::Graph).await?.roles())
    }

    /// What an application's federated credential has to say for these credentials to match it, as
    /// the token says that would be exchanged; none where no token is. Nothing is asked of
    /// Microsoft.
    ///
    /// # Errors
    ///
    /// If there is no such token.
    pub async fn federation(
        &self,
        cloud: &str,
        credentials: Credentials,
    ) -> Result<Option<Federation>, Failure> {
        let cloud = self.cloud(cloud).ok_or_else(|| unknown(cloud))?;
        self.identity(cloud, credentials).federation().await
    }

    /// Lets instances sign in by tokens of AWS.
    #[must_use]
    pub fn with_web_identity(mut self, web_identity: Arc<dyn WebIdentity>) -> Self {
        self.surroundings.web_identity = Some(web_identity);
        self
    }

    /// Lets instances sign in by what is on this machine: files with tokens, the identity that
    /// Azure gives to it, the tools of whoever uses it, and the pipeline that it runs in. Functions
    /// that run for many must not, because events name files.
    #[must_use]
    pub fn on_one_machine(mut self) -> Self {
        self.surroundings.is_one_machine = true;
        self
    }

    fn identity(&self, cloud: &Arc<Cloud>, credentials: Credentials) -> Identity {
        let surroundings = self.surroundings.clone();
        Identity::new(cloud.clone(), credentials, surroundings, self.http.clone())
    }

    fn make(only: Option<Arc<Cloud>>, timeouts: Timeouts) -> Self {
        let is_local = only.as_ref().is_some_and(|cloud| cloud.is_local());
        let is_http2 = only.as_ref().is_some_and(|cloud| cloud.is_http2());
        let http = if is_http2 { Http::http2(timeouts) } else { Http::new(is_local, timeouts) };
        Self {
            only,
            named: Cloud::NAMED.map(Arc::new),
            http: Arc::new(http),
            surroundings: Surroundings::new(Arc::new(Http::new(true, timeouts))),
            governors: Arc::default(),
            memory: Arc::default(),
        }
    }

    fn cloud(&self, name: &str) -> Option<&Arc<Cloud>> {
        self.only.as_ref().or_else(|| self.named.iter().find(|cloud| cloud.name() == name))
    }
}

impl Microsoft for Connections {
    fn connect(&self, cloud: &str, credentials: Credentials) -> Arc<dyn Fetch> {
        let Some(cloud) = self.cloud(cloud) else { return Arc::new(Nowhere(unknown(cloud))) };
        Arc::new(Connection {
            cloud: cloud.clone(),
            identity: self.identity(cloud, credentials),
            transport: self.http.clone(),
            governors: self.governors.clone(),
            memory: self.memory.clone(),
        })
    }

    fn portal(&self, cloud: &str) -> &str {
        self.cloud(cloud).map_or("", |cloud| cloud.portal())
    }

    fn admin_consent(&self, cloud: &str, consent: &AdminConsent<'_>) -> Option<String> {
        self.cloud(cloud).map(|cloud| cloud.admin_consent(consent))
    }
}

/// What is reached in a cloud that does not exist.
#[derive(Debug)]
struct Nowhere(Failure);

#[async_trait]
impl Fetch for Nowhere {
    async fn fetch(&self, _: &DomainKey, requests: Vec<Request>) -> Answers {
        Answers { answers: requests.iter().map(|_| Err(self.0.clone())).collect(), in_vain: 0 }
    }

    async fn download(&self, _: &str) -> Result<Box<dyn Download>, Failure> {
        Err(self.0.clone())
    }
}

fn unknown(name: &str) -> Failure {
    Failure::Failed(CloudError::Unknown(name.to_owned()).to_string())
}

#[cfg(test)]
mod tests {
    use collector::Secret;
    use collector::instance::Proof;

    use super::*;

    #[test]
    fn an_instance_names_its_cloud_unless_there_is_only_one() {
        let connections = Connections::default();
        assert_eq!(connections.portal("public"), "https://portal.azure.com");
        assert_eq!(connections.portal("usgov"), "https://portal.azure.us");
        assert_eq!(connections.portal("mars"), "");
        let only = Connections::new(Cloud::CHINA);
        assert_eq!(only.portal("public"), "https://portal.azure.cn");
        assert_eq!(only.requests(), 0);
    }

    #[tokio::test]
    async fn a_cloud_that_does_not_exist_answers_nothing() {
        let credentials = || Credentials {
            directory_id: "d".to_owned(),
            client_id: Some("c".to_owned()),
            proof: Proof::ClientSecret(Secret::new("s")),
        };
        let connections = Connections::default();
        let domain = DomainKey { owner: "d".to_owned(), domain: steps::Domain::Graph };
        let address = collector::ports::Address::Path("/users".to_owned());
        let request = Request::get(Service::Graph, address);
        let nowhere = connections.connect("mars", credentials());
        let [answer] = &nowhere.fetch(&domain, vec![request]).await.answers[..] else { panic!() };
        assert_eq!(answer.as_ref().unwrap_err(), &unknown("mars"));
        assert_eq!(connections.roles("mars", credentials()).await, Err(unknown("mars")));
    }
}
