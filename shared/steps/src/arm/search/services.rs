//! Services of Azure AI Search.

use crate::prelude::*;

pub(crate) static SERVICE: EntityType = EntityType {
    kind: "azure_search_service",
    class: &["Service"],
    doc: "A service that searches in copies of data.",
    properties: &[
        always_list("category", &["data"], "What sort of service it is."),
        always_list("function", &["analytics"], "What the service does."),
        each("allowedIpRanges", ALLOWED, "The addresses that reach it; none if all do."),
        text(
            "bypass",
            "/properties/networkRuleSet/",
            "`AzureServices` if trusted services get in.",
        ),
        list("dataExfiltrationProtections", "/properties/", "`BlockAll` if no data can leave."),
        flag("disableLocalAuth", "/properties/", "Whether keys let nobody in."),
        text("encryptionComplianceStatus", CMK, "`NonCompliant` if something lacks such a key."),
        text("encryptionEnforcement", ENFORCED, "`Enabled` if keys of the customer are required."),
        text("endpoint", "/properties/", "The address that it is reached at."),
        text("hostingMode", "/properties/", "`HighDensity` if it has many small indexes."),
        number("partitionCount", "/properties/", "How many partitions its indexes have."),
        text("publicNetworkAccess", "/properties/", "`Disabled`: only private endpoints reach it."),
        number("replicaCount", "/properties/", "How many copies answer."),
        text("semanticSearch", "/properties/", "Whether results are ranked by meaning."),
        text("sku", "/sku/name", "Such as `standard`."),
        text("status", "/properties/", "Such as `running`."),
    ],
    ..EntityType::resource("Microsoft.Search/searchServices", "2025-05-01")
};

const ALLOWED: &str = "/properties/networkRuleSet/ipRules/*/value";
const CMK: &str = "/properties/encryptionWithCmk/";
const ENFORCED: &str = "/properties/encryptionWithCmk/enforcement";

const SHARED: &str = "/properties/sharedPrivateLinkResources/*/properties/privateLinkResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-search-services",
    name: "AI Search Services",
    ..Step::of(&SERVICE, "search").links(&[Link::new(RelationshipClass::Connects, &[], SHARED)])
};
