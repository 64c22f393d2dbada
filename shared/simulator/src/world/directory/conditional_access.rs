//! Conditional access: policies, and what they refer to.

use serde_json::{Value, json};

use super::conditional_access_template as template;
use super::document::Document;
use super::reference::Reference;
use super::role::built_in::BUILT_IN;
use crate::world::dates::{DAY, TODAY, fraction};
use crate::world::guid::Kind;
use crate::world::random::{Draw, nth};
use crate::world::tenant::Tenant;

/// Policies: the name, and the state.
const POLICIES: [(&str, &str); 12] = [
    ("Block legacy authentication", "enabled"),
    ("Require multifactor authentication for admins", "enabled"),
    ("Require multifactor authentication for guests", "enabledForReportingButNotEnforced"),
    ("Block countries", "enabled"),
    ("Require compliant device", "disabled"),
    ("CA007 – Außendienst", "enabled"),
    ("Protect sensitive actions", "enabled"),
    ("Sign-in risk", "enabledForReportingButNotEnforced"),
    ("Workload identities", "disabled"),
    ("Terms of use", "enabled"),
    ("Block legacy authentication", "disabled"),
    ("Session limits", "enabled"),
];

/// The most policies that a tenant can have.
const MOST: u64 = 195;

/// How many policies there are.
pub(crate) fn policies(tenant: &Tenant) -> u64 {
    (POLICIES.len() as u64 + tenant.users / 1000).min(MOST)
}

/// How many named locations there are.
pub(crate) const LOCATIONS: u64 = 9;

/// A policy. Of the users, groups, roles, applications and locations that it names, some do not
/// exist any more.
pub(crate) fn policy(tenant: &Tenant, place: u64) -> Document {
    let mut draw = tenant.draw("conditional access policy", place);
    let (name, state) = nth(&POLICIES, place);
    let created = TODAY - DAY * i64::try_from(draw.below(900)).unwrap_or_default();
    let gone = |number: u64| tenant.guids.guid(Kind::Deleted, 1000 + place * 8 + number);
    let mut some = |make: fn(u64) -> Reference, of: u64, most: u64| -> Vec<String> {
        (0..draw.below(most + 1)).map(|_| make(draw.below(of)).id(tenant)).collect()
    };
    let (mut users, mut groups) =
        (some(Reference::User, tenant.users, 3), some(Reference::Group, tenant.groups, 2));
    let excluded = some(Reference::User, tenant.users, 2);
    let excluded_groups = some(Reference::Group, tenant.groups, 1);
    match place % 4 {
        0 => users = vec!["All".to_owned()],
        1 => users = vec!["GuestsOrExternalUsers".to_owned()],
        2 => users.push(gone(0)),
        _ => groups.push(gone(1)),
    }
    let roles: Vec<&str> =
        if place == 1 { BUILT_IN.iter().take(9).map(|role| role.1).collect() } else { Vec::new() };
    let locations = match place % 3 {
        0 => Value::Null,
        1 => json!({
            "includeLocations": [location_id(tenant, draw.below(LOCATIONS)), gone(2)],
            "excludeLocations": ["AllTrusted"],
        }),
        _ => json!({
            "includeLocations": ["All"],
            "excludeLocations": [location_id(tenant, draw.below(LOCATIONS))],
        }),
    };
    Document::new(
        "conditionalAccessPolicy",
        json!({
            "id": Draw::new(tenant.seed, "policy id", place).guid(),
            "conditions": {
                "applications": applications(tenant, place, &mut draw),
                "authenticationFlows": null,
                "clientAppTypes": if place.is_multiple_of(10) {
                    json!(["exchangeActiveSync", "other"])
                } else {
                    json!(["all"])
                },
                "clientApplications": null,
                "devices": null,
                "insiderRiskLevels": null,
                "locations": locations,
                "platforms": null,
                "servicePrincipalRiskLevels": [],
                "signInRiskLevels": if place == 7 { json!(["high", "medium"]) } else { json!([]) },
                "userRiskLevels": [],
                "users": {
                    "includeUsers": users,
                    "excludeUsers": excluded,
                    "includeGroups": groups,
                    "excludeGroups": excluded_groups,
                    "includeRoles": roles,
                    "excludeRoles": [],
                    "includeGuestsOrExternalUsers": null,
                    "excludeGuestsOrExternalUsers": null,
                },
            },
            "createdDateTime": fraction(created, draw.number()),
            "deletedDateTime": null,
            "displayName": name,
            "grantControls": grant(place),
            "modifiedDateTime": (!place.is_multiple_of(3)).then(|| fraction(created + DAY, draw.number())),
            "partialEnablementStrategy": null,
            "sessionControls": session(place),
            "state": state,
            "templateId": (place < 2).then(|| template::id(place)),
        }),
    )
}

fn applications(tenant: &Tenant, place: u64, draw: &mut Draw) -> Value {
    let (included, actions, contexts) = match place {
        6 => (json!([]), json!([]), json!(["c1", "c9"])),
        5 => (json!([]), json!(["urn:user:registersecurityinfo"]), json!([])),
        _ if place % 3 == 1 => {
            let client = draw.below(tenant.principals().len() as u64);
            (
                json!([tenant.principals()[usize::try_from(client).unwrap_or_default()].client_id]),
                json!([]),
                json!([]),
            )
        }
        _ if place % 3 == 2 => (json!(["Office365"]), json!([]), json!([])),
        _ => (json!(["All"]), json!([]), json!([])),
    };
    json!({
        "applicationFilter": null,
        "includeApplications": included,
        "excludeApplications": [],
        "includeAuthenticationContextClassReferences": contexts,
        "includeUserActions": actions,
    })
}

fn grant(place: u64) -> Value {
    let controls: &[&str] = match place % 5 {
        0 => &["block"],
        1 => &["mfa"],
        2 => &["compliantDevice", "domainJoinedDevice"],
        3 => &[],
        // A policy with nothing but session controls grants nothing.
        _ => return Value::Null,
    };
    json!({
        "authenticationStrength": (place % 5 == 3).then(|| json!({
            "id": "00000000-0000-0000-0000-000000000004",
            "allowedCombinations": ["fido2", "x509CertificateMultiFactor"],
            "displayName": "Phishing-resistant MFA",
            "policyType": "builtIn",
            "requirementsSatisfied": "mfa",
        })),
        "builtInControls": controls,
        "customAuthenticationFactors": [],
        "operator": "OR",
        "termsOfUse": [],
    })
}

fn session(place: u64) -> Value {
    if place % 5 != 4 {
        return Value::Null;
    }
    json!({
        "applicationEnforcedRestrictions": null,
        "cloudAppSecurity": null,
        "continuousAccessEvaluation": null,
        "disableResilienceDefaults": null,
        "persistentBrowser": { "isEnabled": true, "mode": "never" },
        "secureSignInSession": null,
        "signInFrequency": {
            "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": "timeBased",
            "isEnabled": true,
            "type": "hours",
            "value": 12,
        },
    })
}

fn location_id(tenant: &Tenant, place: u64) -> String {
    tenant.guids.guid(Kind::NamedLocation, place)
}

/// A named location: ranges of addresses, countries, and one of a type that nobody knows yet.
pub(crate) fn location(tenant: &Tenant, place: u64) -> Document {
    let mut draw = tenant.draw("named location", place);
    let created = TODAY - DAY * i64::try_from(draw.below(900)).unwrap_or_default();
    let (kind, mut own) = match place % 4 {
        0 | 1 => (
            "ipNamedLocation",
            json!({
                "isTrusted": place.is_multiple_of(4),
                "ipRanges": [
                    {
                        "@odata.type": "#microsoft.graph.iPv4CidrRange",
                        "cidrAddress": format!("198.51.100.{}/28", 16 * place),
                    },
                    { "@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/48" },
                ],
            }),
        ),
        2 => (
            "countryNamedLocation",
            json!({
                "countriesAndRegions": ["IE", "DE", "BR"],
                "countryLookupMethod": draw.pick(&["clientIpAddress", "authenticatorAppGps"]),
                "includeUnknownCountriesAndRegions": draw.chance(50),
            }),
        ),
        _ if place == 3 => ("compliantNetworkNamedLocation", json!({ "isTrusted": true })),
        _ => (
            "countryNamedLocation",
            json!({
                "countriesAndRegions": [],
                "countryLookupMethod": "clientIpAddress",
                "includeUnknownCountriesAndRegions": true,
            }),
        ),
    };
    own["@odata.type"] = json!(format!("#microsoft.graph.{kind}"));
    own["id"] = json!(location_id(tenant, place));
    own["createdDateTime"] = json!(fraction(created, draw.number()));
    own["deletedDateTime"] = Value::Null;
    own["displayName"] = json!(format!("Location {}", place + 1));
    own["modifiedDateTime"] = json!(fraction(created, draw.number()));
    Document::new("namedLocation", own)
}

/// How many classes of authentication contexts the company has named, of the 99 that there can be.
pub(crate) const CONTEXTS: u64 = 4;

/// A class of authentication contexts.
pub(crate) fn context(place: u64) -> Document {
    Document::new(
        "authenticationContextClassReference",
        json!({
            "id": format!("c{}", place + 1),
            "description": (place != 2).then_some("Asked for before sensitive actions"),
            "displayName": format!("Context {}", place + 1),
            "isAvailable": place % 3 != 1,
        }),
    )
}
