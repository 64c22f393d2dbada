//! The admin consent endpoint, where an administrator lets an application of another organisation
//! into the tenant.
//!
//! Who signs in there, and what they decide, is chosen on a page with buttons, or at once by a
//! parameter `choice`, which the real endpoint does not have. The answers are those of "Admin
//! consent on the Microsoft identity platform", with what was observed beyond it: who declines is
//! led back with `admin_consent=True` too, and without `tenant`.

use url::Url;

use super::page::{failed, form};
use super::trace::{Trace, tenant_not_found};
use crate::options::Application;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::world::guid::Kind;

/// What can be chosen, and what its button says.
const CHOICES: [(&str, &str); 5] = [
    ("accept", "Accept, as an administrator"),
    ("decline", "Cancel, as an administrator"),
    ("user", "Sign in as somebody who is no administrator"),
    ("personal", "Sign in with a personal account"),
    ("elsewhere", "Accept, as an administrator of another organisation"),
];

/// A request for consent.
struct Consent<'a> {
    cloud: &'a Cloud,
    request: &'a Request,
    application: &'a Application,
    redirect: Url,
    /// The tenant that the address names; nothing if it leaves that to who signs in.
    tenant: Option<String>,
    /// The permissions that are asked for. Version 1.0 of the endpoint always asks for all.
    scope: Option<&'a str>,
}

/// Answers `GET /{tenant}/v2.0/adminconsent` and `GET /{tenant}/adminconsent`.
pub(super) fn answer(cloud: &Cloud, request: &Request, tenant: &str, has_scope: bool) -> Answer {
    match Consent::read(cloud, request, tenant, has_scope) {
        Ok(consent) => consent.decide(),
        // There is nowhere to lead back to that can be trusted.
        Err((code, text)) => failed(&Trace::new(cloud, code).describe(code, &text)),
    }
}

impl<'a> Consent<'a> {
    fn read(
        cloud: &'a Cloud,
        request: &'a Request,
        tenant: &str,
        has_scope: bool,
    ) -> Result<Self, (u32, String)> {
        let tenant = match tenant.to_ascii_lowercase().as_str() {
            // Microsoft advises against `common`, but answers it.
            "organizations" | "common" => None,
            name if name == elsewhere(cloud) => Some(name.to_owned()),
            name if cloud.tenant.names().iter().any(|it| it == name) => Some(cloud.tenant.id()),
            name => return Err((90002, tenant_not_found(name))),
        };
        let required = |name: &str| {
            request.parameter(name).filter(|value| !value.is_empty()).ok_or_else(|| {
                let what = "The request body must contain the following parameter";
                (900_144, format!("{what}: '{name}'."))
            })
        };
        let client_id = required("client_id")?;
        let application = cloud.tenant.application(client_id).ok_or_else(|| {
            let text = format!(
                "Application with identifier '{client_id}' was not found in the directory '{}'.",
                cloud.tenant.company().0
            );
            (700_016, text)
        })?;
        let scope = if has_scope { Some(required("scope")?) } else { None };
        let redirect_uri = required("redirect_uri")?;
        let is_registered = application.redirect_uris.iter().any(|it| it == redirect_uri);
        let redirect = Url::parse(redirect_uri).ok().filter(|_| is_registered).ok_or_else(|| {
            let text = format!(
                "The redirect URI '{redirect_uri}' specified in the request does not match the \
                 redirect URIs configured for the application '{client_id}'. Make sure the redirect URI \
                 sent in the request matches one added to your application in the Azure portal."
            );
            (50011, text)
        })?;
        Ok(Self { cloud, request, application, redirect, tenant, scope })
    }

    fn decide(&self) -> Answer {
        let (name, company) = (&self.application.name, self.cloud.tenant.company().0);
        let needs_admin = format!(
            "An administrator of {company} has set a policy that prevents you from granting {name} the \
             permissions it is requesting. Contact an administrator of {company}, who can grant \
             permissions to this app on your behalf."
        );
        match self.request.parameter("choice") {
            Some("accept") => {
                let tenant = self.tenant.clone().unwrap_or_else(|| self.cloud.tenant.id());
                self.accept(&tenant)
            }
            Some("elsewhere") => match &self.tenant {
                Some(tenant) if *tenant != elsewhere(self.cloud) => self.stranger(tenant),
                _ => self.accept(&elsewhere(self.cloud)),
            },
            Some("decline") => self.refuse(65004, "User declined to consent to access the app."),
            Some("user") => form(
                "Need admin approval",
                &format!("AADSTS90094: {needs_admin}"),
                &self.request.query,
                &[("return", "Return to the application without granting consent")],
            ),
            Some("return") => self.refuse(90094, &needs_admin),
            Some("personal") => self.personal(),
            _ => {
                let permissions = self.application.principal.graph_roles.join(", ");
                let text = format!("{name} would like to: {permissions}");
                form("Permissions requested", &text, &self.request.query, &CHOICES)
            }
        }
    }

    /// Leads back with what was granted. In this tenant the application is known from now on.
    fn accept(&self, tenant: &str) -> Answer {
        // Permissions of applications are granted all together, or not at all.
        let grants_roles = self.scope.is_none_or(|scope| scope.contains("/.default"));
        if tenant == self.cloud.tenant.id() {
            self.cloud.tenant.consent(&self.application.principal.client_id, grants_roles);
        }
        self.lead_back(&[("tenant", Some(tenant)), ("scope", self.scope)])
    }

    /// Leads back with an error.
    fn refuse(&self, code: u32, text: &str) -> Answer {
        let description = self.describe(code, text);
        let uri = format!("https://login.microsoftonline.com/error?code={code}");
        let error = match self.scope {
            Some(_) => "consent_required",
            None => "access_denied",
        };
        self.lead_back(&[
            ("error", Some(error)),
            ("error_description", Some(&description)),
            ("error_uri", Some(&uri)),
        ])
    }

    fn lead_back(&self, parameters: &[(&str, Option<&str>)]) -> Answer {
        let mut address = self.redirect.clone();
        let state = [("state", self.request.parameter("state"))];
        let all = parameters.iter().chain(&state);
        let given = all.filter_map(|(name, value)| value.map(|value| (*name, value)));
        // It names the flow, not the outcome.
        address.query_pairs_mut().append_pair("admin_consent", "True").extend_pairs(given);
        Answer { status: 302, ..Answer::empty() }.with("Location", String::from(address))
    }

    /// Who signs in belongs to no organisation.
    fn personal(&self) -> Answer {
        if let Some(tenant) = &self.tenant {
            return self.stranger(tenant);
        }
        let text = "User account 'someone@outlook.example' is a personal Microsoft account. Personal \
                    Microsoft accounts are not supported for this application unless explicitly \
                    invited to an organization. Try signing out and signing back in with an \
                    organizational account.";
        failed(&self.describe(500_200, text))
    }

    fn describe(&self, code: u32, text: &str) -> String {
        Trace::new(self.cloud, code).describe(code, text)
    }

    /// Who signs in does not belong to the tenant.
    fn stranger(&self, tenant: &str) -> Answer {
        let text = format!(
            "User account 'someone@outlook.example' from identity provider 'live.com' does not exist \
             in tenant '{tenant}' and cannot access the application '{}'({}) in that tenant. The account \
             needs to be added as an external user in the tenant first. Sign out and sign in again with \
             a different Azure Active Directory user account.",
            self.application.principal.client_id, self.application.name
        );
        failed(&self.describe(50020, &text))
    }
}

/// The id of another tenant, of which there is nothing but that.
fn elsewhere(cloud: &Cloud) -> String {
    cloud.tenant.guids.guid(Kind::Tenant, 1)
}
