//! What there is to integrate.

use serde::{Deserialize, Serialize};

/// What an instance collects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Integration {
    /// Azure Resource Manager and Microsoft Entra ID.
    Azure,
    /// Microsoft 365: the directory and Microsoft Intune.
    Microsoft365,
}

impl Integration {
    /// Every integration there is.
    pub const ALL: [Self; 2] = [Self::Azure, Self::Microsoft365];

    /// The name in events, such as `azure`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Azure => "azure",
            Self::Microsoft365 => "microsoft365",
        }
    }

    /// The name for people, such as `Microsoft 365`.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Azure => "Azure",
            Self::Microsoft365 => "Microsoft 365",
        }
    }

    /// The integration with a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Every ingestion source of it, by name, whether or not a step of it exists yet: an instance
    /// that was configured elsewhere names them all.
    #[must_use]
    pub const fn ingestion_sources(self) -> &'static [&'static str] {
        match self {
            Self::Azure => crate::sources::AZURE,
            Self::Microsoft365 => crate::sources::MICROSOFT365,
        }
    }
}
