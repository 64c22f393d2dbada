//! The roles that were ever held in the directory.

use graph::Name;

use crate::entra::directory_roles::ROLE_DEFINITION;
use crate::prelude::*;
use crate::watch::Watch;

/// What this directory calls the roles that were ever held in it. Assignments for administrative
/// units know roles by these ids only.
pub(crate) static STEP: Step = Step {
    id: "ad-directory-roles",
    name: "Entra ID Directory Roles",
    // It takes no `$top`.
    list: List::graph("/directoryRoles")
        .also(&["roleTemplateId"])
        .delta(&[Watch::items("/directoryRoles/delta")]),
    becomes: Becomes::patch(
        &ROLE_DEFINITION,
        &[text("directoryRoleId", "/id", "The id of the role, as this directory spells it.")],
    )
    .key(|role| role.key("/roleTemplateId"))
    .aliases(|role| role.id().map(Name::of_id).into_iter().collect()),
    needs: Needs::directory("ad-administrative-units").graph(&["RoleManagement.Read.Directory"]),
    ..Step::AZURE
};
