//! What Azure Resource Graph knows of a subscription: which types of resource it has any of.
//!
//! A subscription has some of the many types that there are, and one query tells which. The lists
//! of the others are not asked for, under conditions that rule out that anything is missed for
//! long, or is taken for deleted:
//!
//! - The last snapshot has nothing of the type. What was there is only gone if its own list says
//!   so.
//! - The principal may read the type in the whole subscription. Azure Resource Graph leaves out
//!   what he may not read.
//! - The lists of all types were read within a week, or this job is the first.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use steps::{Domain, Service, Step};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::ask::{PAGES, ask};
use crate::instance::Instance;
use crate::permissions::{OfSubscription, Permissions};
use crate::plan::{Index, PlannedStep, enabled};
use crate::ports::{Address, DomainKey, Failure, Fetch, Request};
use crate::snapshot::Latest;
use crate::summary::Summary;

/// Where queries are sent. Source: Azure Resource Graph, "Resources - Resources".
const RESOURCES: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

/// How many resources there are of each type. Azure has some thousand types, and a page holds 1,000
/// rows. Source: "Working with large Azure resource data sets".
const QUERY: &str = "resources | summarize count() by type";

/// How long Azure Resource Graph is relied on, until the lists of all types are read again.
const SWEEP: Duration = Duration::days(7);

/// Asks what is known of the subscription, as a job of an instance begins. `latest` and `last` are
/// the last snapshot.
pub(crate) async fn index(
    fetch: &dyn Fetch,
    instance: &Instance,
    permissions: &OfSubscription<'_>,
    steps: &[PlannedStep],
    (latest, last): (Option<&Latest>, Option<&Summary>),
    now: OffsetDateTime,
) -> Index {
    let today = now.format(&Rfc3339).ok();
    let swept = latest.and_then(|it| it.swept.clone());
    let is_due = match (latest, &swept) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(_), Some(swept)) => {
            OffsetDateTime::parse(swept, &Rfc3339).map_or(true, |swept| now - swept >= SWEEP)
        }
    };
    // What the last snapshot has is not known without its summary.
    let is_known = latest.is_none() || last.is_some_and(|it| !it.is_bare);
    if is_due || !instance.config.collection.index || !is_known {
        return Index { absent: BTreeSet::new(), swept: today };
    }
    let swept = swept.or(today);
    match read(fetch, instance, permissions).await {
        Ok((present, permissions)) => {
            let had = |step: &Step| {
                let counts = last.map(|it| &it.graph.entities);
                step.entity_types().any(|it| counts.is_some_and(|had| had.contains_key(it.kind)))
            };
            let types = enabled(steps).filter(|it| !had(it)).filter_map(Step::indexed);
            let absent = types
                .filter(|it| permissions.allow(&it.read()))
                .map(|it| it.name.to_lowercase())
                .filter(|it| !present.contains(it))
                .collect();
            Index { absent, swept }
        }
        Err(failure) => {
            tracing::info!(
                instance = instance.id, %failure,
                "which types of resource there are is not known, so every list is read",
            );
            Index { absent: BTreeSet::new(), swept }
        }
    }
}

/// The types that the subscription has any of, in lower case, and what the principal may do.
async fn read<'p>(
    fetch: &dyn Fetch,
    instance: &Instance,
    permissions: &'p OfSubscription<'_>,
) -> Result<(BTreeSet<String>, &'p Permissions), Failure> {
    let subscription = permissions.subscription;
    let permissions = permissions.get().await?;
    let owner = instance.config.directory_id.clone();
    let domain = DomainKey { owner, domain: Domain::ResourceGraph };
    let (mut present, mut token) = (BTreeSet::new(), None);
    for _ in 0..PAGES {
        let mut body = json!({
            "subscriptions": [subscription], "query": QUERY,
            "options": { "resultFormat": "objectArray", "$top": 1000 },
        });
        if let Some(token) = token {
            body["options"]["$skipToken"] = token;
        }
        let address = Address::Path(RESOURCES.to_owned());
        let request =
            Request { body: Some(body), ..Request::get(Service::ResourceManager, address) };
        let mut page = ask(fetch, &domain, &request).await?;
        let rows = page["data"].as_array();
        let rows = rows.ok_or_else(|| Failure::Failed("the answer has no rows".to_owned()))?;
        for row in rows {
            let name = row["type"].as_str();
            let name = name.ok_or_else(|| Failure::Failed("a row names no type".to_owned()))?;
            present.insert(name.to_lowercase());
        }
        token = Some(page["$skipToken"].take()).filter(Value::is_string);
        if token.is_none() {
            // Rows that are held back would seem to be types that are not there.
            let is_truncated = page["resultTruncated"] == "true" || page["resultTruncated"] == true;
            let failure = || Failure::Failed("the answer is cut short".to_owned());
            return if is_truncated { Err(failure()) } else { Ok((present, permissions)) };
        }
    }
    Err(Failure::Failed("the answer does not end".to_owned()))
}
