//! Applications that are registered in the directory.

use graph::{Key, Name};

use crate::delta::Watch;
use crate::entity::{EntityType, OBJECT, always, text};
use crate::entra::credentials;
use crate::list::List;
use crate::step::{Permission, Step};

pub(crate) static APPLICATION: EntityType = EntityType {
    kind: "azure_application",
    class: &["Application"],
    doc: "The registration of an application, whose service principals are its instances.",
    shared: OBJECT,
    properties: &[
        text("appId", "/appId", "The id that the application signs in with."),
        text("publisherDomain", "/publisherDomain", "The domain that stands for its publisher."),
        text("signInAudience", "/signInAudience", "Who can sign in, such as `AzureADMyOrg`."),
        always("resourceName", "[RM] Azure Application", "What the reference calls the type."),
    ],
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-application",
    name: "Entra ID Applications",
    ingestion_source: Some("identity-governance-access-packages"),
    list: List::graph("/applications")
        .query("$top=999")
        .counted()
        .also(credentials::FIELDS)
        .delta(&[Watch::items("/applications/delta")]),
    permissions: &[Permission::Graph("Application.Read.All")],
    emits: Some(&APPLICATION),
    key: |application| application.text("/appId").map(Key::new),
    // Its other lists and its owners call it by its object id.
    aliases: |application| application.id().map(Name::of_id).into_iter().collect(),
    links: &[credentials::HAS],
    refine: credentials::conceal,
    relate: credentials::of_application,
    adds: credentials::TYPES,
    ..Step::DIRECTORY
};
