//! Every field that an event may have. The reader refuses all others, and the page about
//! configuration and the JSON Schema of events are made of the same declarations.

use steps::Integration;

use crate::credential::Credential;
use crate::instance::PollingInterval;

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub form: Form,
    /// Whether it has to be there.
    pub is_required: bool,
    /// The integration that has it; none if each has.
    pub of: Option<Integration>,
    /// What it says, in Markdown.
    pub doc: &'static str,
    /// What holds if it is left out, if that is to be said.
    pub default: &'static str,
}

/// What a field may hold.
#[derive(Debug)]
pub enum Form {
    /// Text.
    Text,
    /// Letters, digits and `._~-`.
    Id,
    /// True or false.
    Flag,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// Some of some words, with commas between them.
    SomeOf(&'static [&'static str]),
    /// An object with some fields.
    Object(&'static [Field]),
    /// Text, or an object with some fields.
    TextOr(&'static [Field]),
    /// One of some words, or an object with some fields.
    OneOfOr(&'static [&'static str], &'static [Field]),
    /// An object that maps the names of ingestion sources to true or false.
    Sources,
    /// What only tenantgraph writes.
    Internal,
}

impl Field {
    const fn new(name: &'static str, form: Form, doc: &'static str) -> Self {
        Self { name, form, is_required: false, of: None, doc, default: "" }
    }

    const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    const fn of(self, integration: Integration) -> Self {
        Self { of: Some(integration), ..self }
    }

    const fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }
}

/// The names of the fields that an integration has.
pub(super) fn names(fields: &[Field], integration: Option<Integration>) -> Vec<&'static str> {
    let has =
        |field: &&Field| field.of.is_none() || integration.is_none() || field.of == integration;
    fields.iter().filter(has).map(|it| it.name).collect()
}

/// An event.
pub static EVENT: &[Field] = &[
    Field::new("instance", Form::Object(INSTANCE), "An instance, as it is configured here."),
    Field::new("instanceId", Form::Id, "The id of a stored instance."),
    Field::new("due", Form::Flag, "`true` starts every stored instance whose interval has passed."),
    Field::new("step", Form::Text, "The id of a step, to run that by itself.")
        .default("the whole job"),
    Field::new(
        "action",
        Form::OneOf(&["store", "list", "show", "enable", "disable", "remove"]),
        "What to do with stored instances. Nothing is run. `store` takes `instance`; `show`, \
         `enable`, `disable` and `remove` take `instanceId`.",
    )
    .default("something is run"),
];

/// An instance.
pub static INSTANCE: &[Field] = &[
    Field::new("id", Form::Id, "Names the instance in the store, for good. A GUID will do.")
        .required(),
    Field::new("integration", Form::OneOf(&["azure", "microsoft365"]), "What it collects.")
        .required(),
    Field::new("name", Form::Text, "The name that people see.").required(),
    Field::new("accountName", Form::Text, "The value of the tag `AccountName` on every entity.")
        .default("no such tag"),
    Field::new("description", Form::Text, "What the instance is for."),
    Field::new(
        "pollingInterval",
        Form::OneOf(&PollingInterval::NAMES),
        "How often the schedule \
         starts a stored instance.",
    )
    .default("`DISABLED`"),
    Field::new("enabled", Form::Flag, "Whether the schedule, or the job of its tenant, starts it.")
        .default("`true`"),
    Field::new("provisioned", Form::Internal, "Who made the instance of a subscription."),
    Field::new("config", Form::Object(CONFIG), "Whom it signs in as, and what it collects.")
        .required(),
];

/// The configuration of an instance.
pub static CONFIG: &[Field] = &[
    Field::new(
        "directoryId",
        Form::Id,
        "The id of the tenant, or one of its domains. In an instance \
         of Microsoft 365 it may also be called `tenant`.",
    ),
    Field::new("tenant", Form::Id, "The same as `directoryId`.").of(Integration::Microsoft365),
    Field::new(
        "clientId",
        Form::Id,
        "The id of the application. An instance with a system-assigned \
         identity or a developer tool has none.",
    ),
    Field::new(
        Credential::FIELDS[0],
        Form::TextOr(SECRET),
        "The client secret, or where it is kept. \
         An instance has exactly one of the five [credentials](credentials.md).",
    ),
    Field::new(
        Credential::FIELDS[1],
        Form::Object(CERTIFICATE),
        "Where a certificate with its \
         private key is kept.",
    ),
    Field::new(
        Credential::FIELDS[2],
        Form::OneOfOr(&["aws", "githubActions", "kubernetes"], TOKEN_FILE),
        "Who issues the tokens by which the application signs in.",
    ),
    Field::new(
        Credential::FIELDS[3],
        Form::OneOf(&["systemAssigned", "userAssigned"]),
        "The managed identity of the machine of Azure that tenantgraph runs on.",
    ),
    Field::new(
        Credential::FIELDS[4],
        Form::OneOf(&["azureCli", "azureDeveloperCli"]),
        "The tool on this machine whose sign-in is used.",
    ),
    Field::new(
        "tagAccountName",
        Form::Flag,
        "Tags every entity with `accountName`, which is \
         required then.",
    )
    .default("`false`"),
    Field::new(
        "ingestionSources",
        Form::Sources,
        "Turns sources on or off by name; `*` stands for \
         all that are not named.",
    )
    .default("all but those that are off by default"),
    Field::new("cloud", Form::OneOf(&["public", "usgov", "china"]), "The cloud of the tenant.")
        .default("`public`"),
    Field::new(
        "collection",
        Form::OneOfOr(&["full", "delta"], COLLECTION),
        "How lists are read. Text \
         says the `mode`.",
    )
    .default("`full`"),
    Field::new("subscriptionId", Form::Id, "The subscription to collect.")
        .of(Integration::Azure)
        .default("no subscription"),
    Field::new("ingestActiveDirectory", Form::Flag, "Whether to collect the directory.")
        .of(Integration::Azure)
        .default("`false`"),
    Field::new(
        "configureSubscriptionInstances",
        Form::Flag,
        "Whether to create an instance for each \
         subscription of the tenant, and to start it.",
    )
    .of(Integration::Azure)
    .default("`false`"),
    Field::new(
        "autoDeleteRemovedSubscriptions",
        Form::Flag,
        "Whether the instance of a subscription \
         that is gone is removed with everything that it collected. Needs \
         `configureSubscriptionInstances`.",
    )
    .of(Integration::Azure)
    .default("`false`"),
    Field::new(
        "ingestDisabledSubscriptions",
        Form::Flag,
        "Whether disabled subscriptions get \
         instances, too. Needs `configureSubscriptionInstances`.",
    )
    .of(Integration::Azure)
    .default("`false`"),
    Field::new(
        "defenderAlertsSeverities",
        Form::SomeOf(AZURE_SEVERITIES),
        "Which alerts of Defender \
         for Cloud to collect.",
    )
    .of(Integration::Azure)
    .default("all"),
    Field::new(
        "vulnerabilitySeverities",
        Form::SomeOf(SEVERITIES),
        "Which vulnerabilities to \
         collect.",
    )
    .of(Integration::Microsoft365)
    .default("all"),
];

/// How severe an alert of Defender for Cloud is.
pub(super) const AZURE_SEVERITIES: &[&str] = &["high", "medium", "low", "informational"];

/// How severe a vulnerability is.
pub(super) const SEVERITIES: &[&str] =
    &["informational", "low", "medium", "high", "critical", "unknown"];

/// Where a secret is kept.
pub(super) static SECRET: &[Field] = &[SECRET_ARN];

const SECRET_ARN: Field = Field::new(
    "secretArn",
    Form::Text,
    "The ARN of a secret in AWS Secrets \
     Manager; on one machine also `env:NAME` or `file:PATH`.",
)
.required();

/// Where a certificate is kept.
pub(super) static CERTIFICATE: &[Field] = &[
    SECRET_ARN,
    Field::new("password", Form::Object(SECRET), "Where the password of the certificate is kept.")
        .default("no password"),
];

/// Where a token is written to.
pub(super) static TOKEN_FILE: &[Field] =
    &[Field::new("tokenFile", Form::Text, "The file that holds the token.").required()];

/// How lists are read.
pub(super) static COLLECTION: &[Field] = &[
    Field::new(
        "mode",
        Form::OneOf(&["full", "delta"]),
        "`delta` reads only what has changed where \
         Microsoft Graph tells that.",
    )
    .default("`full`"),
    Field::new(
        "index",
        Form::Flag,
        "Whether lists of types of which Azure Resource Graph shows \
         nothing are left out.",
    )
    .default("`true`"),
    Field::new(
        "slowInterval",
        Form::OneOf(&PollingInterval::NAMES),
        "How often jobs that the schedule starts read the [slow \
         lists](ARCHITECTURE.md#slow-steps); with `DISABLED`, each of them does. A job that an event \
         for the instance starts reads them always.",
    )
    .default("`ONE_DAY`"),
];
