//! Directory roles.

use crate::entity::{EntityType, OBJECT, text};
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static ROLE_DEFINITION: EntityType = EntityType {
    kind: "azure_ad_role_definition",
    class: &["AccessRole"],
    doc: "A role of the directory, and what it lets its holders do.",
    shared: OBJECT,
    properties: &[text("templateId", "/templateId", "The id of the role in every directory.")],
};

pub(crate) static STEP: Step = Step {
    id: "ad-role-definitions",
    name: "Entra ID Role Definitions",
    list: List::graph("/roleManagement/directory/roleDefinitions"),
    permissions: &[Permission::Graph("RoleManagement.Read.Directory")],
    emits: Some(&ROLE_DEFINITION),
    ..Step::DIRECTORY
};
