//! Policies of access packages: who may request them, and for how long.

use crate::prelude::*;

pub(crate) static POLICY: EntityType = EntityType {
    kind: "azure_access_packages_policy",
    class: &["AccessPolicy"],
    doc: "Who may request an access package, who approves it, and when it expires.",
    properties: &[
        text("description", "/", "What it is for."),
        text("allowedTargetScope", "/", "Who may have the package."),
        flag(
            "isApprovalRequiredForAdd",
            "/requestApprovalSettings/",
            "Whether somebody has to approve.",
        ),
        text("expirationType", "/expiration/type", "Such as `afterDuration` or `noExpiration`."),
        text("expirationDuration", "/expiration/duration", "How long it lasts, by ISO 8601."),
        date("expirationEndOn", "/expiration/endDateTime", "When it ends."),
        date("expirationEndDateTimeOn", "/expiration/endDateTime", "When it ends."),
        always(
            "resourceName",
            "[RM] Access Package Assignment Policy",
            "What the reference calls the type.",
        ),
    ],
    ..EntityType::OBJECT
};

pub(crate) static STEP: Step = Step {
    id: "rm-access-package-assignment-policy",
    name: "Entitlement Management Access Package Assignment Policy",
    list: List::graph("/identityGovernance/entitlementManagement/assignmentPolicies").whole(),
    becomes: Becomes::one(&POLICY),
    needs: super::NEEDS,
    ..Step::AZURE
};
