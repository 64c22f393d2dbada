//! Action groups: whom alerts tell, and what they start.

use crate::arm::automation::accounts::ACCOUNT;
use crate::arm::logic::workflows::WORKFLOW;
use crate::arm::web::apps::FUNCTION_APP;
use crate::prelude::*;

pub(crate) static ACTION_GROUP: EntityType = EntityType {
    kind: "azure_monitor_action_group",
    class: &["Group"],
    doc: "Whom alerts tell, and what they start.",
    properties: &[
        flag("enabled", "/properties/", "Whether it tells anybody."),
        text("groupShortName", "/properties/", "The name in messages."),
        each("emailReceivers", "/properties/emailReceivers/*/emailAddress", "Who gets mail."),
        each("roleReceivers", "/properties/armRoleReceivers/*/roleId", "The roles that get mail."),
        each("webhookReceivers", "/properties/webhookReceivers/*/name", "The web hooks it calls."),
        count("appPushReceivers", "/properties/azureAppPushReceivers/*", "How many apps it tells."),
        count("smsReceivers", "/properties/smsReceivers/*", "How many numbers get messages."),
        count("voiceReceivers", "/properties/voiceReceivers/*", "How many numbers are called."),
        count("itsmReceivers", "/properties/itsmReceivers/*", "How many systems get tickets."),
    ],
    ..EntityType::resource("Microsoft.Insights/actionGroups", "2023-01-01")
};

const FUNCTIONS: &str = "/properties/azureFunctionReceivers/*/functionAppResourceId";

pub(crate) static STEP: Step = Step {
    id: "rm-monitor-action-groups",
    name: "Monitor Action Groups",
    becomes: Becomes::one(&ACTION_GROUP)
        .links(&[
            Link::uses(&[&ACCOUNT], "/properties/automationRunbookReceivers/*/automationAccountId"),
            Link::uses(&[&FUNCTION_APP], FUNCTIONS),
            Link::uses(&[&WORKFLOW], "/properties/logicAppReceivers/*/resourceId"),
        ])
        // Whoever knows an address may call it.
        .conceals(&[
            "/properties/automationRunbookReceivers/*/serviceUri",
            "/properties/azureFunctionReceivers/*/httpTriggerUrl",
            "/properties/itsmReceivers/*/ticketConfiguration",
            "/properties/logicAppReceivers/*/callbackUrl",
            "/properties/smsReceivers/*/phoneNumber",
            "/properties/voiceReceivers/*/phoneNumber",
            "/properties/webhookReceivers/*/serviceUri",
        ]),
    ..Step::of(&ACTION_GROUP, "monitor")
};
