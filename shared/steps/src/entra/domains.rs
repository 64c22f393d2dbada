//! Domains: the names that the directory owns, or wants to.

use graph::{Entity, Key};

use crate::entra::account;
use crate::prelude::*;

pub(crate) static DOMAIN: EntityType = EntityType {
    kind: "azure_domain",
    class: &["Service"],
    doc: "A domain name under which users sign in, and how they do.",
    properties: &[
        text("name", COMPUTED, "The domain name, after `Domain: `."),
        text("displayName", COMPUTED, "The domain name, after `Domain: `."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["IAM"], "What the service does."),
        text("authenticationType", "/", "`Managed` or `Federated`."),
        flag("isAdminManaged", "/", "Whether an administrator manages it."),
        flag("isDefault", "/", "Whether new users get it."),
        flag("isInitial", "/", "Whether the directory began with it."),
        flag("isRoot", "/", "Whether it is no part of another domain of the directory."),
        flag("isVerified", "/", "Whether the organization has proved to own it."),
        list("supportedServices", "/", "What it is used for, such as `Email`."),
        number(
            "passwordValidityPeriodInDays",
            "/",
            "How long passwords last; 2147483647 if they never expire.",
        ),
        number(
            "passwordNotificationWindowInDays",
            "/",
            "How long before a password expires its owner is told.",
        ),
        list("charactersAllowedInPassword", COMPUTED, "What passwords may consist of."),
        text("charactersNotAllowedInPassword", COMPUTED, "What passwords must not contain."),
        list("passwordLength", COMPUTED, "How long passwords are."),
        list("passwordComplexity", COMPUTED, "What passwords must contain."),
        flag("passwordNotRecentlyUsed", COMPUTED, "Whether the last password is refused."),
        flag(
            "passwordIsNotBannedByMicrosoftEntraPasswordProtection",
            COMPUTED,
            "Whether passwords that are guessed often are refused.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-domain",
    name: "Entra ID Domain Information",
    covers: &["ad-account-domain"],
    list: List::graph("/domains").whole(),
    becomes: Becomes::one(&DOMAIN)
        .key(|domain| domain.id().map(|id| Key::new(&format!("azure_domain:{id}"))))
        .refine(describe)
        .links(&[account::HAS]),
    needs: Needs::directory("ad-domain").graph(&["Domain.Read.All"]),
    ..Step::AZURE
};

fn describe(domain: &Item<'_>, entity: &mut Entity) {
    let name = domain.id().map(|id| format!("Domain: {id}"));
    entity.set("name", name.clone());
    entity.set("displayName", name);
    // Where another directory checks the passwords, they are as it wants them.
    if domain.text("/authenticationType") == Some("Managed") {
        passwords(entity);
    }
}

/// What Microsoft demands of every password, which no answer says.
/// Source: Microsoft Entra, "Password policies and account restrictions".
fn passwords(entity: &mut Entity) {
    // With two blanks, as the reference has it.
    let symbols = "@ # $ % ^ & * - _ ! + = [ ] { } |  : ' , . ? / ` ~ \" ( ) ; < >";
    let allowed = ["A - Z", "a - z", "0 - 9", symbols, "blank space"];
    entity.set("charactersAllowedInPassword", Some(allowed.as_slice()));
    entity.set("charactersNotAllowedInPassword", Some("Unicode characters"));
    let length = ["A minimum of eight characters", "A maximum of 256 characters"];
    entity.set("passwordLength", Some(length.as_slice()));
    let complexity = [
        "A minimum of 8 characters and a maximum of 256 characters",
        "Three of lowercase characters, uppercase characters, numbers (0 - 9) and symbols",
    ];
    entity.set("passwordComplexity", Some(complexity.as_slice()));
    entity.set("passwordNotRecentlyUsed", Some(true));
    entity.set("passwordIsNotBannedByMicrosoftEntraPasswordProtection", Some(true));
}
