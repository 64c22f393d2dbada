//! Microsoft.ServiceBus.

pub(crate) mod authorization_rules;
pub(crate) mod namespaces;
pub(crate) mod network_rules;
pub(crate) mod queues;
pub(crate) mod subscriptions;
pub(crate) mod topics;

use crate::property::{Property, date, flag, is, number, text};

/// What is recorded about everything that keeps messages.
const KEEPS: &[Property] = &[
    is("active", "/properties/status", "Active", "Whether it takes and gives messages."),
    text("autoDeleteOnIdle", "/properties/", "After how long without use it is deleted."),
    date("createdOn", "/properties/createdAt", "When it was created."),
    text("defaultMessageTimeToLive", "/properties/", "How long messages last that do not say so."),
    flag("enableBatchedOperations", "/properties/", "Whether several operations are done at once."),
    text("location", "/", "Where it lies."),
    number("sizeInBytes", "/properties/", "How large its messages are.").volatile(),
    text("status", "/properties/", "Such as `Active`."),
    date("updatedOn", "/properties/updatedAt", "When it was last changed."),
];

/// What is recorded about queues and topics.
const TAKES: &[Property] = &[
    text("duplicateDetectionHistoryTimeWindow", "/properties/", "How long repeats are recognized."),
    flag("enableExpress", "/properties/", "Whether messages are first kept in memory."),
    flag("enablePartitioning", "/properties/", "Whether several brokers keep the messages."),
    number("maxSizeInMegabytes", "/properties/", "How large it may become."),
    flag("requiresDuplicateDetection", "/properties/", "Whether repeated messages are dropped."),
];

/// What is recorded about queues and subscriptions.
const GIVES: &[Property] = &[
    flag("deadLetteringOnMessageExpiration", "/properties/", "Whether expired ones are set aside."),
    text("lockDuration", "/properties/", "How long a reader has a message for itself."),
    number("maxDeliveryCount", "/properties/", "After how many deliveries a message is set aside."),
    number("messageCount", "/properties/", "How many messages there are.").volatile(),
    flag("requiresSession", "/properties/", "Whether related messages are read in order."),
];
