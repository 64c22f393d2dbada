//! The applications in catalogues of access packages.

use graph::Name;

use super::CATALOG;
use crate::entra::access_packages::NEEDS;
use crate::entra::access_packages::packages::PACKAGE;
use crate::entra::applications::APPLICATION;
use crate::path;
use crate::prelude::*;

/// The access packages of the catalogue that a resource is in.
fn packages(resource: &Item<'_>) -> Vec<Name> {
    let mut packages = Vec::new();
    if let Some(catalog) = resource.parent {
        path::visit(catalog.json, "/accessPackageId/*", &mut |id| {
            packages.extend(id.as_str().map(Name::of_id));
        });
    }
    packages
}

fn applications(resource: &Item<'_>) -> Vec<Name> {
    application(resource).map(Name::of_id).into_iter().collect()
}

/// The application id of a resource that is an application. Only its description says it: its own
/// id in the directory is that of a service principal.
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

/// The resources of each catalogue. Only applications are related.
pub(crate) static STEP: Step = Step {
    id: "rm-access-package-catalog-resources",
    name: "Entitlement Management Access Package Catalog Resources",
    covers: &[
        "rm-azure-access-package-has-application",
        "rm-azure-application-assigned-to-access-package-catalog",
    ],
    list: List::graph("/identityGovernance/entitlementManagement/catalogs/{id}/resources")
        .whole()
        .of_each(&[&CATALOG]),
    becomes: Becomes::patch(
        &CATALOG,
        &[list("resourceAppId", COMPUTED, "The applications in it, by `AppId: `.")],
    )
    .key(|resource| resource.parent.map(|catalog| catalog.key.clone()))
    .refine(|resource, entity| {
        let id = application(resource).map(|id| format!("AppId: {id}"));
        entity.set("resourceAppId", id.map(|id| vec![id]));
    })
    // An application of a catalogue is related to it, and to each of its access packages.
    .links(&[
        Link::found(RelationshipClass::Assigned, &[&APPLICATION], applications).reverse(),
        Link::found(RelationshipClass::Has, &[&APPLICATION], applications)
            .subject_found(&[&PACKAGE], packages),
    ]),
    needs: NEEDS,
    ..Step::AZURE
};
