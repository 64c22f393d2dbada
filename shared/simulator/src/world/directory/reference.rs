//! Objects of the directory by what they are and by their index, which is all that others keep of
//! them.

/// An object of the directory, by its kind and its index among those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reference {
    User(u64),
    Group(u64),
    ServicePrincipal(u64),
    Device(u64),
    Contact(u64),
    Application(u64),
    AdministrativeUnit(u64),
    DirectoryRole(u64),
}

impl Reference {
    /// The name of its type, as its object has it.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::ServicePrincipal(_) => "servicePrincipal",
            Self::Device(_) => "device",
            Self::Contact(_) => "orgContact",
            Self::Application(_) => "application",
            Self::AdministrativeUnit(_) => "administrativeUnit",
            Self::DirectoryRole(_) => "directoryRole",
        }
    }

    /// The type as it stands in answers.
    pub(crate) fn odata_type(self) -> String {
        format!("#microsoft.graph.{}", self.type_name())
    }
}

/// Whether objects of this type have members.
pub(crate) const fn has_members(object: Reference) -> bool {
    matches!(
        object,
        Reference::Group(_) | Reference::AdministrativeUnit(_) | Reference::DirectoryRole(_)
    )
}
