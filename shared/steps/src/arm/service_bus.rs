//! Microsoft.ServiceBus.

pub(crate) mod namespaces;
pub(crate) mod queues;
pub(crate) mod subscriptions;
pub(crate) mod topics;

use crate::property::{Property, date, flag, is, number, text};

/// What is recorded about everything that keeps messages.
const KEEPS: &[Property] = &[
    is("active", "/properties/status", "Active", "Whether it takes and gives messages."),
    text(
        "autoDeleteOnIdle",
        "/properties/autoDeleteOnIdle",
        "After how long without use it is deleted.",
    ),
    date("createdOn", "/properties/createdAt", "When it was created."),
    text(
        "defaultMessageTimeToLive",
        "/properties/defaultMessageTimeToLive",
        "How long messages are kept that do not say so.",
    ),
    flag(
        "enableBatchedOperations",
        "/properties/enableBatchedOperations",
        "Whether several operations are done at once.",
    ),
    text("location", "/location", "Where it lies."),
    number("sizeInBytes", "/properties/sizeInBytes", "How large its messages are.").volatile(),
    text("status", "/properties/status", "Such as `Active`."),
    date("updatedOn", "/properties/updatedAt", "When it was last changed."),
];

/// What is recorded about queues and topics.
const TAKES: &[Property] = &[
    text(
        "duplicateDetectionHistoryTimeWindow",
        "/properties/duplicateDetectionHistoryTimeWindow",
        "For how long a message is recognized that comes again.",
    ),
    flag(
        "enableExpress",
        "/properties/enableExpress",
        "Whether messages are first kept in memory.",
    ),
    flag(
        "enablePartitioning",
        "/properties/enablePartitioning",
        "Whether several brokers keep the messages.",
    ),
    number("maxSizeInMegabytes", "/properties/maxSizeInMegabytes", "How large it may become."),
    flag(
        "requiresDuplicateDetection",
        "/properties/requiresDuplicateDetection",
        "Whether a message that comes again is dropped.",
    ),
];

/// What is recorded about queues and subscriptions.
const GIVES: &[Property] = &[
    flag(
        "deadLetteringOnMessageExpiration",
        "/properties/deadLetteringOnMessageExpiration",
        "Whether messages are set aside when their time is over.",
    ),
    text("lockDuration", "/properties/lockDuration", "How long a reader has a message for itself."),
    number(
        "maxDeliveryCount",
        "/properties/maxDeliveryCount",
        "How often a message is given out before it is set aside.",
    ),
    number("messageCount", "/properties/messageCount", "How many messages there are.").volatile(),
    flag(
        "requiresSession",
        "/properties/requiresSession",
        "Whether messages belong together and are read in order.",
    ),
];
