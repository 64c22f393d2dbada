//! Catalogues of access packages, and the applications in them.

pub(crate) mod resources;

use graph::Key;

use crate::prelude::*;

pub(crate) static CATALOG: EntityType = EntityType {
    kind: "azure_access_packages_catalog",
    class: &["Resource"],
    doc: "Access packages, and the resources that they can be made of.",
    properties: &[
        text("description", "/", "What it is for."),
        text("catalogType", "/", "`userManaged` or `serviceDefault`."),
        text("state", "/", "`published` or `unpublished`."),
        flag("isExternallyVisible", "/", "Whether other organizations see it."),
        list("accessPackageId", COMPUTED, "Its access packages."),
        always("resourceName", "[RM] Access Package Catalog", "What the reference calls the type."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-catalog",
    name: "Entitlement Management Access Package Catalog",
    list: List::graph("/identityGovernance/entitlementManagement/catalogs")
        .whole()
        .query("$expand=accessPackages"),
    becomes: Becomes::one(&CATALOG)
        .key(|catalog| catalog.id().map(|id| Key::new(&format!("{}_{id}", CATALOG.kind))))
        .refine(|catalog, entity| {
            let is_known = !catalog.values("/accessPackages").is_empty();
            let packages = is_known.then(|| catalog.texts("/accessPackages/*/id"));
            entity.set("accessPackageId", packages);
        }),
    needs: super::NEEDS,
    ..Step::AZURE
};
