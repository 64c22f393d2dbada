//! Named locations: networks and countries that policies of conditional access refer to.

use graph::{Entity, Name};

use super::{key, key_of};
use crate::convert::{Item, Scope};
use crate::entity::{COMPUTED, EntityType, OBJECT, always_flag, each, flag, list, text};
use crate::list::{Domain, List};
use crate::step::{Permission, Step};

pub(crate) static NAMED_LOCATION: EntityType = EntityType {
    kind: "azure_conditional_access_named_location",
    class: &["Network"],
    doc: "Where users may sign in from: ranges of addresses, or countries.",
    shared: OBJECT,
    properties: &[
        list("countriesAndRegions", "/countriesAndRegions", "The countries, by ISO 3166."),
        text(
            "countryLookupMethod",
            "/countryLookupMethod",
            "How the country is found out: `clientIpAddress` or `authenticatorAppGps`.",
        ),
        flag(
            "includeUnknownCountriesAndRegions",
            "/includeUnknownCountriesAndRegions",
            "Whether it includes what is in no known country.",
        ),
        each("ipRanges", "/ipRanges/*/cidrAddress", "The ranges of addresses."),
        flag("isTrusted", "/isTrusted", "Whether the organization trusts it."),
        text("createdDateTime", "/createdDateTime", "When it was created, in ISO 8601."),
        text("CIDR", COMPUTED, "The first range of IPv4.").or_null(),
        always_flag("public", true, "Microsoft sees the addresses of the internet."),
        always_flag("internal", false, "It is where users come from, not where they go to."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "ad-conditional-access-named-location",
    name: "Conditional Access Named Location",
    ingestion_source: Some("conditional-access-policy"),
    list: List::graph("/identity/conditionalAccess/namedLocations")
        .whole()
        .domain(Domain::GraphPolicies),
    permissions: &[Permission::Graph("Policy.Read.All")],
    emits: Some(&NAMED_LOCATION),
    key: |location| key(&NAMED_LOCATION, location),
    aliases: |location| {
        let is_trusted = location.view("/isTrusted").unwrap_or(false);
        is_trusted.then(trusted).into_iter().collect()
    },
    refine: first_range,
    ..Step::DIRECTORY
};

/// The name of what a policy refers to. `All` is everywhere, and no named location.
pub(super) fn location(id: &str, _: &Scope) -> Option<Name> {
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
