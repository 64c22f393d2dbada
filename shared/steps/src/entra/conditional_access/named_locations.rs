//! Named locations: networks and countries that policies of conditional access refer to.

use graph::{Entity, Name};

use super::{key, key_of};
use crate::prelude::*;

pub(crate) static NAMED_LOCATION: EntityType = EntityType {
    kind: "azure_conditional_access_named_location",
    class: &["Network"],
    doc: "Where users may sign in from: ranges of addresses, or countries.",
    properties: &[
        list("countriesAndRegions", "/", "The countries, by ISO 3166."),
        text(
            "countryLookupMethod",
            "/",
            "How the country is found out: `clientIpAddress` or `authenticatorAppGps`.",
        ),
        flag(
            "includeUnknownCountriesAndRegions",
            "/",
            "Whether it includes what is in no known country.",
        ),
        each("ipRanges", "/ipRanges/*/cidrAddress", "The ranges of addresses."),
        flag("isTrusted", "/", "Whether the organization trusts it."),
        text("createdDateTime", "/", "When it was created, in ISO 8601."),
        text("CIDR", COMPUTED, "The first range of IPv4.").or_null(),
        always_flag("public", true, "Microsoft sees the addresses of the internet."),
        always_flag("internal", false, "It is where users come from, not where they go to."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-named-location",
    name: "Conditional Access Named Location",
    list: List::graph("/identity/conditionalAccess/namedLocations")
        .whole()
        .domain(Domain::GraphPolicies),
    becomes: Becomes::one(&NAMED_LOCATION)
        .key(|location| key(&NAMED_LOCATION, location))
        .aliases(|location| {
            let is_trusted = location.view("/isTrusted").unwrap_or(false);
            is_trusted.then(trusted).into_iter().collect()
        })
        .refine(first_range),
    needs: Needs::directory("conditional-access-policy").graph(&["Policy.Read.All"]),
    ..Step::AZURE
};

/// The name of what a policy refers to. `All` is everywhere, and no named location.
pub(super) fn location(id: &str, _: &Item<'_>) -> Option<Name> {
    match id {
        "All" => None,
        "AllTrusted" => Some(trusted()),
        id => Some(Name::from(&key_of(&NAMED_LOCATION, id)?)),
    }
}

/// What every trusted location answers to.
fn trusted() -> Name {
    Name::alias("locations", "AllTrusted")
}

fn first_range(location: &Item<'_>, entity: &mut Entity) {
    let ranges = location.texts("/ipRanges/*/cidrAddress");
    entity.set("CIDR", ranges.into_iter().find(|range| !range.contains(':')));
}
