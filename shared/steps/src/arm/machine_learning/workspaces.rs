//! Workspaces of Azure Machine Learning, and projects of Azure AI.

use crate::arm::key_vault::vaults::VAULT;
use crate::arm::monitor::application_insights::COMPONENT;
use crate::arm::storage::accounts::STORAGE_ACCOUNT;
use crate::prelude::*;

pub(crate) static WORKSPACE: EntityType = EntityType {
    kind: "azure_ml_workspace",
    class: &["Service"],
    doc: "A workspace of Azure Machine Learning, or a hub or project of Azure AI.",
    properties: &[
        always_list("category", &["ai"], "What sort of service it is."),
        always_list("function", &["machine-learning"], "What the service does."),
        text("kind", "/", "Such as `Default`, `Hub` or `Project`."),
        text("sku", "/sku/name", "Such as `Basic`."),
        text("friendlyName", "/properties/", "The name that people see."),
        text("description", "/properties/", "What it is for."),
        text("workspaceId", "/properties/", "An id that no other workspace has."),
        date("createdOn", "/properties/creationTime", "When it was created."),
        text("publicNetworkAccess", "/properties/", "`Enabled` or `Disabled`."),
        text(
            "isolationMode",
            "/properties/managedNetwork/",
            "What its own network reaches, such as `AllowOnlyApprovedOutbound`.",
        ),
        flag("hbiWorkspace", "/properties/", "Whether its data is of high impact."),
        text("encryptionStatus", "/properties/encryption/status", "`Enabled` if by an own key."),
        text("storageAccountId", ACCOUNT, "Where it keeps its data."),
        text("keyVaultId", KEYS, "Where it keeps its secrets."),
        text("containerRegistryId", "/properties/containerRegistry", "Where it keeps its images."),
        text("applicationInsightsId", LOGS, "Where it logs to."),
        text("hubResourceId", HUB, "The hub that a project is of."),
    ],
    ..EntityType::resource("Microsoft.MachineLearningServices/workspaces", "2024-10-01")
};

const ACCOUNT: &str = "/properties/storageAccount";
const KEYS: &str = "/properties/keyVault";
const LOGS: &str = "/properties/applicationInsights";
const HUB: &str = "/properties/hubResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-machine-learning-workspaces",
    name: "Machine Learning Workspaces",
    becomes: Becomes::one(&WORKSPACE)
        .links(&[
            Link::uses(&[&STORAGE_ACCOUNT], ACCOUNT),
            Link::uses(&[&VAULT], KEYS),
            Link::uses(&[&COMPONENT], LOGS),
            Link::of(&[&WORKSPACE], HUB),
        ])
        .conceals(&["/properties/sdkTelemetryAppInsightsKey"]),
    ..Step::of(&WORKSPACE, "machine-learning")
};
