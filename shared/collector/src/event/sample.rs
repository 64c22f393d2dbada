//! What the events of `events/` say in place of values that only their reader knows.

use serde_json::Value;

use super::reader::Problem;

/// Stands for every id. It is the id of nothing.
const ID: &str = "00000000-0000-0000-0000-000000000000";

/// Stands for the secret of the application.
const SECRET: &str =
    "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenantgraph/contoso-AbC1dE";

/// Where the samples hold such values, and what belongs there.
const PLACES: [(&str, &str, &str); 5] = [
    ("/instance/config/directoryId", ID, "the id of your directory (tenant)"),
    ("/instance/config/tenant", ID, "the id of your directory (tenant)"),
    ("/instance/config/clientId", ID, "the id of your application (client)"),
    ("/instance/config/subscriptionId", ID, "the id of your subscription"),
    (
        "/instance/config/clientSecret/secretArn",
        SECRET,
        "the ARN of your secret, or with env:NAME or file:PATH on your machine",
    ),
];

/// The values of an event that still are those of the sample it was copied from.
pub(super) fn left_in(event: &Value) -> impl Iterator<Item = Problem> {
    let is_left = |path: &str, sample: &str| {
        let value = event.pointer(path).and_then(Value::as_str);
        value.is_some_and(|it| it.eq_ignore_ascii_case(sample))
    };
    PLACES.into_iter().filter(move |(path, sample, _)| is_left(path, sample)).map(
        |(path, _, replacement)| Problem {
            path: path.to_owned(),
            message: format!("still is the sample's; replace it with {replacement}"),
        },
    )
}
