//! Words that names are made of. They are invented or common; nobody in particular is meant.

use crate::world::random::{coprime, nth};

/// Companies: the name, and the first label of their domains.
pub(crate) const COMPANIES: [(&str, &str); 8] = [
    ("Alder & Finch", "alderfinch"),
    ("Quarry Lane Foods", "quarrylane"),
    ("Nordlicht Logistik", "nordlicht"),
    ("Saltmarsh Energy", "saltmarsh"),
    ("Tamarind Health", "tamarindhealth"),
    ("Copperfield Instruments", "copperfield"),
    ("Bellweather Insurance", "bellweather"),
    ("Marisol Robotics", "marisolrobotics"),
];

/// Given names, and how they are spelt in addresses.
const GIVEN: [(&str, &str); 48] = [
    ("Ada", "ada"),
    ("Ahmed", "ahmed"),
    ("Aiko", "aiko"),
    ("Amélie", "amelie"),
    ("Anders", "anders"),
    ("Anjali", "anjali"),
    ("Ben", "ben"),
    ("Beatriz", "beatriz"),
    ("Björn", "bjoern"),
    ("Carla", "carla"),
    ("Chidi", "chidi"),
    ("Chloe", "chloe"),
    ("Daniel", "daniel"),
    ("Dmitri", "dmitri"),
    ("Ebele", "ebele"),
    ("Elif", "elif"),
    ("Emma", "emma"),
    ("Fatima", "fatima"),
    ("Finn", "finn"),
    ("Grace", "grace"),
    ("Hana", "hana"),
    ("Hiroshi", "hiroshi"),
    ("Ines", "ines"),
    ("Ivan", "ivan"),
    ("Jana", "jana"),
    ("José", "jose"),
    ("Kofi", "kofi"),
    ("Lars", "lars"),
    ("Leila", "leila"),
    ("Lin", "lin"),
    ("Łukasz", "lukasz"),
    ("Maria", "maria"),
    ("Mateo", "mateo"),
    ("Mei", "mei"),
    ("Mohammed", "mohammed"),
    ("Nadia", "nadia"),
    ("Noah", "noah"),
    ("Olga", "olga"),
    ("Omar", "omar"),
    ("Priya", "priya"),
    ("Ravi", "ravi"),
    ("Rosa", "rosa"),
    ("Sam", "sam"),
    ("Søren", "soren"),
    ("Tomás", "tomas"),
    ("Yuki", "yuki"),
    ("Zoë", "zoe"),
    ("伟", "wei"),
];

/// Family names, and how they are spelt in addresses.
const FAMILY: [(&str, &str); 48] = [
    ("Abara", "abara"),
    ("Almeida", "almeida"),
    ("Andersson", "andersson"),
    ("Becker", "becker"),
    ("Bianchi", "bianchi"),
    ("Brown", "brown"),
    ("Castillo", "castillo"),
    ("Chen", "chen"),
    ("Costa", "costa"),
    ("Demir", "demir"),
    ("Dubois", "dubois"),
    ("Eriksen", "eriksen"),
    ("Fernández", "fernandez"),
    ("Fischer", "fischer"),
    ("Fraser", "fraser"),
    ("García", "garcia"),
    ("Haddad", "haddad"),
    ("Hansen", "hansen"),
    ("Ibrahim", "ibrahim"),
    ("Ito", "ito"),
    ("Jones", "jones"),
    ("Kamau", "kamau"),
    ("Khan", "khan"),
    ("Kowalska", "kowalska"),
    ("Lee", "lee"),
    ("Lindqvist", "lindqvist"),
    ("Lopez", "lopez"),
    ("Mbeki", "mbeki"),
    ("Meyer", "meyer"),
    ("Müller", "mueller"),
    ("Nakamura", "nakamura"),
    ("Nguyen", "nguyen"),
    ("Novák", "novak"),
    ("O'Brien", "obrien"),
    ("Okafor", "okafor"),
    ("Patel", "patel"),
    ("Petrov", "petrov"),
    ("Popescu", "popescu"),
    ("Rossi", "rossi"),
    ("Sato", "sato"),
    ("Schmidt", "schmidt"),
    ("Silva", "silva"),
    ("Smith", "smith"),
    ("Tanaka", "tanaka"),
    ("van Dijk", "vandijk"),
    ("Weiß", "weiss"),
    ("Yilmaz", "yilmaz"),
    ("王", "wang"),
];

pub(crate) const DEPARTMENTS: [&str; 10] = [
    "Customer Care",
    "Engineering",
    "Facilities",
    "Finance",
    "Human Resources",
    "IT Operations",
    "Legal",
    "Marketing",
    "Research",
    "Sales",
];

pub(crate) const JOB_TITLES: [&str; 10] = [
    "Account Manager",
    "Analyst",
    "Data Scientist",
    "Engineer",
    "Head of Department",
    "Intern",
    "Office Manager",
    "Product Owner",
    "Senior Engineer",
    "Technician",
];

/// Offices: the city, the country, its code, and the language spoken there.
pub(crate) const OFFICES: [(&str, &str, &str, &str); 6] = [
    ("Dublin", "Ireland", "IE", "en-IE"),
    ("Hamburg", "Germany", "DE", "de-DE"),
    ("Lisbon", "Portugal", "PT", "pt-PT"),
    ("Osaka", "Japan", "JP", "ja-JP"),
    ("Toronto", "Canada", "CA", "en-CA"),
    ("São Paulo", "Brazil", "BR", "pt-BR"),
];

/// What systems do, short enough for the names of storage accounts and key vaults.
pub(crate) const WORKLOADS: [&str; 12] = [
    "web", "payments", "orders", "data", "identity", "search", "billing", "media", "iot", "crm",
    "batch", "platform",
];

/// Environments, most frequent first.
pub(crate) const ENVIRONMENTS: [&str; 4] = ["prod", "dev", "test", "staging"];

pub(crate) const REGIONS: [&str; 5] =
    ["westeurope", "northeurope", "eastus", "southeastasia", "germanywestcentral"];

/// What a subscription may be told of as a location.
#[derive(Debug)]
pub(crate) struct Location {
    pub(crate) name: &'static str,
    /// The name that people see.
    pub(crate) display: &'static str,
    /// The group of geographies; empty if it is everywhere.
    pub(crate) geography_group: &'static str,
    /// Where it physically is; nothing for those that stand for others together.
    pub(crate) place: Option<Place>,
}

/// A place on earth, in degrees, and the location that stands in for it when it fails.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) latitude: &'static str,
    pub(crate) longitude: &'static str,
    pub(crate) pair: &'static str,
}

const fn location(
    name: &'static str,
    display: &'static str,
    geography_group: &'static str,
    place: Option<Place>,
) -> Location {
    Location { name, display, geography_group, place }
}

const fn place(
    name: &'static str,
    latitude: &'static str,
    longitude: &'static str,
    pair: &'static str,
) -> Place {
    Place { name, latitude, longitude, pair }
}

pub(crate) const LOCATIONS: [Location; 7] = [
    location(
        "westeurope",
        "West Europe",
        "Europe",
        Some(place("Netherlands", "52.3667", "4.9", "northeurope")),
    ),
    location(
        "northeurope",
        "North Europe",
        "Europe",
        Some(place("Ireland", "53.3478", "-6.2597", "westeurope")),
    ),
    location("eastus", "East US", "US", Some(place("Virginia", "37.3719", "-79.8164", "westus"))),
    location(
        "southeastasia",
        "Southeast Asia",
        "Asia Pacific",
        Some(place("Singapore", "1.283", "103.833", "eastasia")),
    ),
    location(
        "germanywestcentral",
        "Germany West Central",
        "Europe",
        Some(place("Frankfurt", "50.110924", "8.682127", "germanynorth")),
    ),
    location("europe", "Europe", "Europe", None),
    location("global", "Global", "", None),
];

/// One word after the other, and from then on with a number.
pub(crate) fn numbered(words: &[impl AsRef<str>], index: u64) -> String {
    let all: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let word = nth(&all, index);
    match index / all.len() as u64 {
        0 => word.to_owned(),
        round => format!("{word}-{}", round + 1),
    }
}

/// A person's names.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) given: &'static str,
    pub(crate) family: &'static str,
    /// The part of an address before the `@`; no two people share it.
    pub(crate) mailbox: String,
}

impl Person {
    /// The person with an index. Who comes after whom looks random; once all combinations of names
    /// are used up, addresses get a number.
    pub(crate) fn new(seed: u64, index: u64) -> Self {
        let combinations = (GIVEN.len() * FAMILY.len()) as u64;
        // A step of about the golden ratio, so that neighbours share neither name.
        let step = coprime(combinations, combinations * 5 / 8 + seed % 97);
        let place = index * step % combinations;
        let (given, given_ascii) = nth(&GIVEN, place);
        let (family, family_ascii) = nth(&FAMILY, place / GIVEN.len() as u64);
        let round = index / combinations;
        let number = if round == 0 { String::new() } else { (round + 1).to_string() };
        Self { given, family, mailbox: format!("{given_ascii}.{family_ascii}{number}") }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn addresses_are_unique_and_plain() {
        for seed in [0, 1, 2303, 2304, u64::MAX] {
            let all: HashSet<String> =
                (0..10_000).map(|index| Person::new(seed, index).mailbox).collect();
            assert_eq!(all.len(), 10_000);
            assert!(
                all.iter().all(|it| it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'))
            );
        }
    }
}
