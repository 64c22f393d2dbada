//! Applications that are registered in the directory.

use graph::{Key, Name};

use crate::conceal::CREDENTIALS;
use crate::entra::credentials::{CERTIFICATES, PASSWORDS};
use crate::prelude::*;
use crate::watch::Watch;

pub(crate) static APPLICATION: EntityType = EntityType {
    kind: "azure_application",
    class: &["Application"],
    doc: "The registration of an application, whose service principals are its instances.",
    properties: &[
        text("appId", "/", "The id that the application signs in with."),
        text("publisherDomain", "/", "The domain that stands for its publisher."),
        text("signInAudience", "/", "Who can sign in, such as `AzureADMyOrg`."),
        always("resourceName", "[RM] Azure Application", "What the reference calls the type."),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-azure-application",
    name: "Entra ID Applications",
    list: List::graph("/applications")
        .query("$top=999")
        .counted()
        .delta(&[Watch::items("/applications/delta")]),
    becomes: Becomes::one(&APPLICATION)
        .key(|application| application.text("/appId").map(Key::new))
        // Its other lists and its owners call it by its object id.
        .aliases(|application| application.id().map(Name::of_id).into_iter().collect())
        .conceals(CREDENTIALS)
        .nested(&[CERTIFICATES, PASSWORDS]),
    needs: Needs::directory("identity-governance-access-packages").graph(&["Application.Read.All"]),
    ..Step::AZURE
};
