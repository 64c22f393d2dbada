//! Who is answered on AWS.
//!
//! A request comes from Amazon `CloudFront`, which signs it whoever sent it, or from a program that
//! has signed it itself. AWS Lambda says by which name it was asked, and names the program.

use async_trait::async_trait;
use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlRequest;
use page::{Failure, Guard, Request, SignIn, same_origin};

use crate::identity::Identity;
use crate::settings::Settings;

/// One request, and what it is compared with.
#[derive(Debug)]
pub(crate) struct Visit<'s> {
    settings: &'s Settings,
    identity: &'s Identity,
    /// The name of the function's URL. It is not the header `Host`, which is whatever the client
    /// says.
    domain: Option<String>,
    /// The ARN of whoever signed the request, if that is a program.
    caller: Option<String>,
}

impl<'s> Visit<'s> {
    pub(crate) fn new(
        settings: &'s Settings,
        identity: &'s Identity,
        event: &LambdaFunctionUrlRequest,
    ) -> Self {
        let iam = event.request_context.authorizer.as_ref().and_then(|it| it.iam.as_ref());
        let caller = iam.and_then(|it| it.user_arn.clone());
        let domain = event.request_context.domain_name.clone();
        Self { settings, identity, domain, caller }
    }

    /// Whether a program has signed the request that is named in the settings. Amazon `CloudFront`
    /// is none, so that nobody gets here through it without a token.
    fn is_of_program(&self) -> bool {
        let caller = self.caller.as_deref();
        caller.is_some_and(|caller| self.settings.programs.iter().any(|it| it.is(caller)))
    }
}

#[async_trait]
impl Guard for Visit<'_> {
    fn admits(&self, request: &Request) -> Result<(), Failure> {
        if request.host.is_none() || request.host != self.domain {
            return Err(Failure::Refused("it names another host"));
        }
        if request.origin.as_ref().is_some_and(|it| *it != self.settings.address) {
            return Err(Failure::Refused("it comes from another page"));
        }
        Ok(())
    }

    async fn trusts(&self, request: &Request) -> Result<(), Failure> {
        same_origin(request)?;
        match &request.token {
            Some(token) => self.identity.check(token).await,
            None if self.is_of_program() => Ok(()),
            None => Err(Failure::Refused("it has no token")),
        }
    }

    fn sign_in(&self) -> Option<&SignIn> {
        Some(&self.settings.sign_in)
    }
}
