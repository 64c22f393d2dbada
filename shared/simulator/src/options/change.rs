//! What can happen to the tenant while it is served, but for its directory.

/// Something that happens to the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A subscription appears. Its id and what is in it follow from the seed and from how many
    /// there were before.
    Appear,
    /// A subscription appears of the sort that some tenants have from the time before Microsoft
    /// Entra ID had a portal: it is named `Access to Azure Active Directory`, and empty.
    AppearLegacy,
    /// A subscription gets a tag, or another value of one.
    Tag {
        /// The subscription's id.
        id: String,
        /// The name of the tag.
        name: String,
        /// Its value.
        value: String,
    },
    /// A subscription loses a tag.
    Untag {
        /// The subscription's id.
        id: String,
        /// The name of the tag.
        name: String,
    },
    /// A subscription is stopped, started again, and so on.
    SetState {
        /// The subscription's id.
        id: String,
        /// What it is from now on.
        state: State,
    },
    /// A subscription gets another name.
    Rename {
        /// The subscription's id.
        id: String,
        /// The name.
        name: String,
    },
    /// A subscription is not there any more, nor anything in it. The identities of its machines
    /// stay in the directory.
    Vanish {
        /// The subscription's id.
        id: String,
    },
}

/// How many of the devices that Intune manages appear, change and vanish. Which ones follows from
/// the seed and from the changes before.
///
/// A device that changes gets an application more, and another version of its operating system,
/// another state of compliance and so on; some of this may happen to stay as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceChanges {
    /// How many appear.
    pub appear: u32,
    /// How many change.
    pub change: u32,
    /// How many vanish. They come from those that there were before.
    pub vanish: u32,
}

/// The state of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Everything can be done.
    #[default]
    Enabled,
    /// It will be disabled soon; until then everything can be done.
    Warned,
    /// It was not paid for; for now everything can be done.
    PastDue,
    /// Nothing runs or can be changed, but everything can be read.
    Disabled,
    /// Nothing can be done.
    Deleted,
}

impl State {
    /// The state as Azure spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Warned => "Warned",
            Self::PastDue => "PastDue",
            Self::Disabled => "Disabled",
            Self::Deleted => "Deleted",
        }
    }
}
