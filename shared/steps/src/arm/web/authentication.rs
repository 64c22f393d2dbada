//! Whether apps let in only who has signed in. The secrets that they sign in with are never read.

use graph::Entity;

use super::configuration::CONFIGURATION;
use crate::arm::web::apps::APPS;
use crate::prelude::*;

pub(crate) static STEP: Step = Step {
    id: "rm-appservice-app-authentication",
    name: "App Service App Authentication",
    list: List::of_type(CONFIGURATION).of_each(&APPS).at("{id}/config/authsettingsV2").one(),
    becomes: Becomes::patch_of_parent(&[
        flag("authEnabled", "/properties/platform/enabled", "Whether App Service signs users in."),
        list("authProviders", COMPUTED, "Where users may sign in."),
        flag(
            "authRequired",
            "/properties/globalValidation/requireAuthentication",
            "Whether nobody gets in without signing in.",
        ),
        text(
            "unauthenticatedClientAction",
            "/properties/globalValidation/",
            "What becomes of who has not signed in, such as `AllowAnonymous`.",
        ),
    ])
    .refine(providers),
    needs: Needs::subscription("app-service"),
    ..Step::AZURE
};

/// The providers that are switched on and have an application to sign in to. The answer has all.
fn providers(settings: &Item<'_>, entity: &mut Entity) {
    let providers = settings.values("/properties/identityProviders").into_iter().next();
    let providers = providers.and_then(serde_json::Value::as_object).into_iter().flatten();
    let is_used = |it: &serde_json::Value| {
        let registration = it.get("registration").and_then(serde_json::Value::as_object);
        let is_registered = registration.is_some_and(|it| it.values().any(|id| !id.is_null()));
        is_registered && it.get("enabled").is_none_or(|it| it.as_bool() != Some(false))
    };
    let used = providers.filter(|(_, it)| is_used(it)).map(|(name, _)| name.as_str());
    let used: Vec<&str> = used.collect();
    entity.set("authProviders", Some(used).filter(|it| !it.is_empty()));
}
