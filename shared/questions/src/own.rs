//! The questions of this project.

use std::sync::LazyLock;

use crate::pack::read;
use crate::question::Question;

/// What questions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// What the ids of its questions begin with.
    pub prefix: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its questions, in YAML.
    text: &'static str,
}

macro_rules! area {
    ($prefix:literal, $title:literal) => {
        Area {
            prefix: concat!($prefix, "-"),
            title: $title,
            text: include_str!(concat!("../pack/", $prefix, ".yaml")),
        }
    };
}

/// What the questions are about, in the order in which they are listed.
pub const AREAS: &[Area] = &[
    area!("identity", "Identity"),
    area!("access", "Conditional access"),
    area!("privilege", "Privileged access"),
    area!("applications", "Applications and their credentials"),
    area!("guests", "Guests and other tenants"),
    area!("network", "Network exposure"),
    area!("storage", "Storage"),
    area!("database", "Databases"),
    area!("keys", "Keys and secrets"),
    area!("compute", "Machines and disks"),
    area!("web", "Web applications and interfaces"),
    area!("containers", "Containers"),
    area!("logging", "Logging"),
    area!("defender", "Microsoft Defender for Cloud"),
    area!("governance", "Governance"),
    area!("resilience", "Backup and resilience"),
    area!("devices", "Devices"),
];

static OWN: LazyLock<Vec<Question>> = LazyLock::new(|| {
    // A test reads each area, so that none is left out here.
    AREAS.iter().flat_map(|area| read(area.text).unwrap_or_default()).collect()
});

/// The questions of this project.
#[must_use]
pub fn own() -> &'static [Question] {
    &OWN
}

/// The question with an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Question> {
    own().iter().find(|it| it.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_can_be_read() {
        for area in AREAS {
            let questions =
                read(area.text).unwrap_or_else(|error| panic!("{}{error}", area.prefix));
            assert!(!questions.is_empty());
            assert!(questions.iter().all(|it| it.id.starts_with(area.prefix)), "{}", area.title);
        }
    }
}
