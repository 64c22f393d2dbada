//! Catalogues of access packages, and the applications in them.

use graph::{End, Key, Name, RelationshipClass};

use super::packages::PACKAGE;
use crate::convert::{Item, Output};
use crate::entity::{COMPUTED, EntityType, OBJECT, always, flag, list, text};
use crate::entra::applications::APPLICATION;
use crate::list::List;
use crate::path;
use crate::step::{Link, Step};

pub(crate) static CATALOG: EntityType = EntityType {
    kind: "azure_access_packages_catalog",
    class: &["Resource"],
    doc: "Access packages, and the resources that they can be made of.",
    shared: OBJECT,
    properties: &[
        text("description", "/description", "What it is for."),
        text("catalogType", "/catalogType", "`userManaged` or `serviceDefault`."),
        text("state", "/state", "`published` or `unpublished`."),
        flag("isExternallyVisible", "/isExternallyVisible", "Whether other organizations see it."),
        list("accessPackageId", COMPUTED, "Its access packages."),
        always("resourceName", "[RM] Access Package Catalog", "What the reference calls the type."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-catalog",
    name: "Entitlement Management Access Package Catalog",
    list: List::graph("/identityGovernance/entitlementManagement/catalogs")
        .whole()
        .query("$expand=accessPackages"),
    emits: Some(&CATALOG),
    key: |catalog| catalog.id().map(|id| Key::new(&format!("{}_{id}", CATALOG.kind))),
    refine: |catalog, entity| {
        let is_known = !catalog.values("/accessPackages").is_empty();
        let packages = is_known.then(|| catalog.texts("/accessPackages/*/id"));
        entity.set("accessPackageId", packages);
    },
    ..super::STEP
};

/// The resources of each catalogue. Only applications are related.
pub(crate) static RESOURCES: Step = Step {
    id: "rm-access-package-catalog-resources",
    name: "Entitlement Management Access Package Catalog Resources",
    covers: &[
        "rm-azure-access-package-has-application",
        "rm-azure-application-assigned-to-access-package-catalog",
    ],
    list: List::graph("/identityGovernance/entitlementManagement/catalogs/{id}/resources")
        .whole()
        .of_each(&[&CATALOG]),
    emits: Some(&CATALOG),
    patches: &[list("resourceAppId", COMPUTED, "The applications in it, by `AppId: `.")],
    key: |resource| resource.parent.map(|catalog| catalog.key.clone()),
    links: &LINKS,
    refine: |resource, entity| {
        let id = application(resource).map(|id| format!("AppId: {id}"));
        entity.set("resourceAppId", id.map(|id| vec![id]));
    },
    relate: packages,
    ..super::STEP
};

static LINKS: [Link; 2] = [
    Link::new(RelationshipClass::Assigned, &[&APPLICATION], "").reverse(),
    Link::new(RelationshipClass::Has, &[&APPLICATION], "")
        .subject(&PACKAGE, "/accessPackages/*/id"),
];

/// Relates an application of a catalogue to it, and to each of its access packages.
fn packages(resource: &Item<'_>, out: &mut Output) {
    let (Some(catalog), Some(id)) = (resource.parent, application(resource)) else { return };
    let [assigned, has] = &LINKS;
    let application = End::named(Name::of_id(id));
    let this = End::known(catalog.key, catalog.kind);
    out.references.push(assigned.reference(this, application.clone()));
    path::visit(catalog.json, "/accessPackageId/*", &mut |package| {
        let package = package.as_str().map(|id| End::named(Name::of_id(id)));
        out.references.extend(package.map(|it| has.reference(it, application.clone())));
    });
}

/// The application id of a resource that is an application. Only its description says it: its own id in
/// the directory is that of a service principal.
fn application<'i>(resource: &Item<'i>) -> Option<&'i str> {
    const LABEL: &str = "appid:";
    if resource.text("/originSystem") != Some("AadApplication") {
        return None;
    }
    let description = resource.text("/description")?;
    let at = description.to_ascii_lowercase().find(LABEL)?;
    let id = description[at + LABEL.len()..].trim_start();
    let end = id.find(|it: char| !it.is_ascii_hexdigit() && it != '-').unwrap_or(id.len());
    Some(&id[..end]).filter(|id| !id.is_empty())
}
