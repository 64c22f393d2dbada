//! Kinds of objects of the directory.

use super::reference::Reference;

/// A kind of objects of the directory that can be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ObjectKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// An application registration.
    Application,
    /// A service principal.
    ServicePrincipal,
    /// A device.
    Device,
}

impl ObjectKind {
    pub(crate) const ALL: [Self; 5] =
        [Self::User, Self::Group, Self::Application, Self::ServicePrincipal, Self::Device];

    /// The kind of an object, if such objects can be created.
    pub(crate) const fn of(object: Reference) -> Option<Self> {
        match object {
            Reference::User(_) => Some(Self::User),
            Reference::Group(_) => Some(Self::Group),
            Reference::Application(_) => Some(Self::Application),
            Reference::ServicePrincipal(_) => Some(Self::ServicePrincipal),
            Reference::Device(_) => Some(Self::Device),
            _ => None,
        }
    }

    /// The name of the type.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Application => "application",
            Self::ServicePrincipal => "servicePrincipal",
            Self::Device => "device",
        }
    }

    /// The object of this kind with an index.
    pub(super) const fn reference(self, index: u64) -> Reference {
        match self {
            Self::User => Reference::User(index),
            Self::Group => Reference::Group(index),
            Self::Application => Reference::Application(index),
            Self::ServicePrincipal => Reference::ServicePrincipal(index),
            Self::Device => Reference::Device(index),
        }
    }
}
