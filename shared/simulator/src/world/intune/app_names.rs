//! What applications are called. Some of the names are hard on whoever writes tables.

use super::family::Family;
use crate::world::random::nth;

/// Names and publishers. The publisher is not always known.
const WINDOWS: [(&str, &str); 16] = [
    ("Microsoft Edge", "Microsoft Corporation"),
    ("Microsoft 365 Apps for enterprise - en-us", "Microsoft Corporation"),
    ("Microsoft Visual C++ 2015-2022 Redistributable (x64)", "Microsoft Corporation"),
    ("Zip & Unzip, Professional Edition", "Harbour Tools, Inc."),
    ("\"Fast\" PDF Reader", "Paperwing GmbH"),
    ("Büroplaner", "Nordlicht Software AG"),
    ("日本語入力システム", "Sakura K.K."),
    ("Line\r\nof\nBusiness", "Alder & Finch"),
    ("Remote Desk", "Faraway Ltd."),
    ("Driver Pack; Audio", "Chipworks"),
    ("Terminal", ""),
    ("Mail Notifier", "Lantern, LLC"),
    ("Kartenbetrachter", "Nordlicht Software AG"),
    ("Backup Agent", "Saltmarsh Systems"),
    ("VPN Client", "Tunnelworks"),
    (" Leading Space", "Faraway Ltd."),
];

const PHONE: [(&str, &str); 8] = [
    ("Authenticator", "Microsoft Corporation"),
    ("Outlook", "Microsoft Corporation"),
    ("Company Portal", "Microsoft Corporation"),
    ("Café Finder", "Brûlée SARL"),
    ("微信办公", ""),
    ("Tasks, Lists & Notes", "Lantern, LLC"),
    ("Scanner \"Pro\"", "Paperwing GmbH"),
    ("Timetable", "Quarry Lane"),
];

const MAC: [(&str, &str); 8] = [
    ("Microsoft Word", ""),
    ("Safari", ""),
    ("Xcode", ""),
    ("Büroplaner", "Nordlicht Software AG"),
    ("Design Studio, 2026", "Marisol"),
    ("Terminal", ""),
    ("Backup Agent", "Saltmarsh Systems"),
    ("Übersetzer 🙂", "Brûlée SARL"),
];

/// How many versions there are of an application before another one comes.
const VERSIONS: u64 = 5;

fn names(family: Family) -> &'static [(&'static str, &'static str)] {
    match family {
        Family::Windows | Family::Other => &WINDOWS,
        Family::Ios | Family::Android => &PHONE,
        Family::Mac => &MAC,
    }
}

/// The name of the application at a place.
pub(crate) fn name(family: Family, place: u64) -> String {
    let names = names(family);
    let round = place / (names.len() as u64 * VERSIONS);
    let name = nth(names, place).0;
    if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) }
}

/// Its publisher.
pub(crate) fn publisher(family: Family, place: u64) -> &'static str {
    nth(names(family), place).1
}
