//! What users have registered to prove who they are, as the report of authentication methods has
//! it.

use serde_json::{Value, json};

use super::document::Document;
use super::reference::Reference;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::tenant::Tenant;

/// Ways to prove who one is: what has been registered, and which of them the system prefers.
const METHODS: [(&[&str], &[&str], &str); 5] = [
    (&[], &[], "none"),
    (&["mobilePhone"], &["sms"], "sms"),
    (&["microsoftAuthenticatorPush", "softwareOneTimePasscode"], &["push"], "push"),
    (
        &["mobilePhone", "microsoftAuthenticatorPush", "softwareOneTimePasscode"],
        &["push"],
        "voiceMobile",
    ),
    (&["fido2SecurityKey", "windowsHelloForBusiness"], &["fido2"], "none"),
];

/// The row of a user. The report is made once a day, so that it may still have users who have gone.
pub(crate) fn row(tenant: &Tenant, user: u64) -> Document {
    let mut draw = tenant.draw("registration", user);
    let (methods, preferred, secondary) = draw.pick(&METHODS);
    let user = Reference::User(user);
    let object = user.object(tenant);
    let has_any = !methods.is_empty();
    let text = |name: &str| object.property(name).unwrap_or(Value::Null);
    Document::new(
        "userRegistrationDetails",
        json!({
            "id": user.id(tenant),
            "isAdmin": draw.chance(4),
            "isMfaCapable": has_any,
            "isMfaRegistered": has_any,
            "isPasswordlessCapable": methods.contains(&"fido2SecurityKey"),
            "isSsprCapable": has_any && draw.chance(60),
            "isSsprEnabled": draw.chance(70),
            "isSsprRegistered": has_any,
            "isSystemPreferredAuthenticationMethodEnabled": true,
            "lastUpdatedDateTime": fraction(TODAY - DAY, draw.number()),
            "methodsRegistered": methods,
            "systemPreferredAuthenticationMethods": preferred,
            "userDisplayName": text("displayName"),
            "userPreferredMethodForSecondaryAuthentication": secondary,
            "userPrincipalName": text("userPrincipalName"),
            // Unlike that of a user, it is in lower case.
            "userType": text("userType").as_str().unwrap_or_default().to_lowercase(),
        }),
    )
}
