//! Access packages.

use crate::prelude::*;

pub(crate) static PACKAGE: EntityType = EntityType {
    kind: "azure_access_packages_services",
    class: &["Service"],
    doc: "Access to some resources, which is granted and taken away together.",
    properties: &[
        text("name", "/id", "The object id."),
        text("description", "/", "What it is for."),
        flag("isHidden", "/", "Whether those who may request it do not see it."),
        always_list("category", &["infrastructure"], "What sort of service it is."),
        always_list("function", &["workflow"], "What the service does."),
        always("resourceName", "[RM] Access Package", "What the reference calls the type."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package",
    name: "Entitlement Management Access Package",
    list: List::graph("/identityGovernance/entitlementManagement/accessPackages").whole(),
    becomes: Becomes::one(&PACKAGE),
    needs: super::NEEDS,
    ..Step::AZURE
};
