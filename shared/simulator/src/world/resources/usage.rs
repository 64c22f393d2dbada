//! Usage details: what each resource cost on each day.

use std::ops::RangeInclusive;

use serde_json::{Value, json};
use time::{Date, Duration, OffsetDateTime, macros::format_description};

use super::plan::Plan;
use super::{Resource, ResourceType, Spelling};
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// The types of resource that cost something by themselves.
const CHARGED: [ResourceType; 4] = [
    ResourceType::VirtualMachine,
    ResourceType::Disk,
    ResourceType::PublicIpAddress,
    ResourceType::StorageAccount,
];

/// The day of a moment in seconds since 1970.
pub(crate) fn day_of(seconds: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH).date()
}

/// The days that a filter asks for, up to today. Without one, those of the current month, which stands
/// for the billing period. Nothing if the filter is not understood.
///
/// Both bounds may be days or moments; of a moment only its day counts. Azure knows more properties to
/// filter by, which nothing here needs.
pub(crate) fn days(filter: Option<&str>, today: Date) -> Option<RangeInclusive<Date>> {
    let (mut first, mut last) = (today.replace_day(1).unwrap_or(today), today);
    let clauses = filter.unwrap_or_default().split(" and ").flat_map(|it| it.split(" AND "));
    for clause in clauses.map(str::trim).filter(|_| filter.is_some()) {
        let mut words = clause.split_whitespace();
        let (property, operator, value) = (words.next()?, words.next()?, words.next()?);
        let day = value.strip_prefix('\'')?.strip_suffix('\'')?.get(..10)?;
        let day = Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?;
        let is = |name: &str| property.eq_ignore_ascii_case(name) && words.clone().next().is_none();
        match operator.to_ascii_lowercase().as_str() {
            "ge" | "eq" if is("properties/usageStart") => first = day,
            "gt" if is("properties/usageStart") => first = day.next_day()?,
            "le" | "eq" if is("properties/usageEnd") => last = day,
            "lt" if is("properties/usageEnd") => last = day.previous_day()?,
            _ => return None,
        }
    }
    Some(first..=last.min(today))
}

/// How many records a subscription has of some days.
pub(crate) fn count(plan: &Plan, days: &RangeInclusive<Date>) -> u64 {
    let days = (*days.end() - *days.start()).whole_days() + 1;
    u64::try_from(days).unwrap_or_default() * daily(plan)
}

fn daily(plan: &Plan) -> u64 {
    CHARGED.iter().map(|kind| kind.count(plan)).sum()
}

/// A record by its place among those of some days. One subscription in four is billed by the newer
/// sort of agreement, whose records look different.
pub(crate) fn json(
    tenant: &Tenant,
    plan: &Plan,
    days: &RangeInclusive<Date>,
    place: u64,
) -> Option<Value> {
    let (number, daily) = (place, daily(plan));
    let day = *days.start() + Duration::days(i64::try_from(number / daily).ok()?);
    let mut index = number % daily;
    let mut kinds = CHARGED.into_iter();
    let kind = loop {
        let kind = kinds.next()?;
        match index.checked_sub(kind.count(plan)) {
            Some(rest) => index = rest,
            None => break kind,
        }
    };
    let resource = Resource::new(tenant, plan, kind, index);
    let julian = u64::try_from(day.to_julian_day()).unwrap_or_default();
    let mut draw = Draw::new(resource.draw("usage").number(), "day", julian);
    let (name, id) = (draw.guid(), resource.id(Spelling::Created));
    let (hundredths, hours) = (1 + draw.below(9000), 1 + draw.below(24));
    let cost = f64::from(u32::try_from(hundredths).unwrap_or_default()) / 100.0;
    let product =
        draw.pick(&["Premium SSD Managed Disks - P10", "Virtual Machines Dv3", "Bandwidth"]);
    let subscription = tenant.subscription_id(plan.subscription);
    let mut properties = json!({
        "billingPeriodStartDate": format!("{}T00:00:00.0000000Z", day.replace_day(1).ok()?),
        "chargeType": "Usage",
        "consumedService": kind.name().split('/').next(),
        "date": format!("{day}T00:00:00.0000000Z"),
        "meterId": draw.guid(),
        "product": product,
        "quantity": hours,
        "resourceLocation": resource.location(),
        "unitPrice": 0.25,
    });
    let is_modern = plan.subscription % 4 == 3;
    let more = if is_modern {
        json!({
            "billingCurrencyCode": "EUR",
            "costInBillingCurrency": cost,
            "instanceName": id,
            "resourceGroup": resource.group().name(),
            "subscriptionGuid": subscription,
        })
    } else {
        json!({
            "billingCurrency": "EUR",
            "cost": cost,
            "offerId": "MS-AZR-0017P",
            "resourceGroup": resource.group().name(),
            "resourceId": id,
            "resourceName": resource.name(),
            "subscriptionId": subscription,
        })
    };
    if let (Value::Object(properties), Value::Object(more)) = (&mut properties, more) {
        properties.extend(more);
    }
    let (year, month) = (day.year(), u8::from(day.month()));
    Some(json!({
        "kind": if is_modern { "modern" } else { "legacy" },
        "id": format!(
            "/subscriptions/{subscription}/providers/Microsoft.Billing/billingPeriods/\
             {year}{month:02}/providers/Microsoft.Consumption/usageDetails/{name}"
        ),
        "name": name,
        "type": "Microsoft.Consumption/usageDetails",
        "tags": resource.tags(),
        "properties": properties,
    }))
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: Option<[Date; 2]>) {
        let expected = expected.map(|[first, last]| first..=last);
        assert_eq!(days(Some(filter), date!(2026 - 11 - 22)), expected, "{filter}");
    }

    #[test]
    fn a_filter_says_which_days() {
        let day = date!(2026 - 11 - 20);
        check(
            "properties/usageStart ge '2026-11-20' and properties/usageEnd le '2026-11-20'",
            Some([day, day]),
        );
        check(
            "properties/usageEnd eq '2026-11-20T23:59:59Z' AND properties/usageStart eq '2026-11-20'",
            Some([day, day]),
        );
        check("properties/usageStart gt '2026-11-19'", Some([day, date!(2026 - 11 - 22)]));
        check(
            "properties/usageEnd lt '2027-01-01'",
            Some([date!(2026 - 11 - 01), date!(2026 - 11 - 22)]),
        );
        assert_eq!(days(None, day), Some(date!(2026 - 11 - 01)..=day));
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for filter in [
            "",
            "properties/usageStart",
            "properties/usageStart ge 2026-11-20",
            "properties/usageStart ge '2026-11-20' or properties/usageEnd le '2026-11-20'",
            "properties/usageStart ne '2026-11-20'",
            "properties/usageStart ge '20.11.2026'",
        ] {
            check(filter, None);
        }
    }
}
