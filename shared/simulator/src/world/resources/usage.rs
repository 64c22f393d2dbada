//! Usage details: what each resource cost on each day.

use std::ops::RangeInclusive;

use serde_json::{Value, json};
use time::{Date, Duration};

use super::coded::Coded;
use super::inventory::Inventory;
use super::kind::Spelling;
use super::resource::Resource;
use crate::world::random::Draw;
use crate::world::tenant::Tenant;

/// The types of resource that cost something by themselves.
const CHARGED: [Coded; 4] =
    [Coded::VirtualMachine, Coded::Disk, Coded::PublicIpAddress, Coded::StorageAccount];

/// How many records a subscription has of some days.
pub(crate) fn count(inventory: &Inventory, days: &RangeInclusive<Date>) -> u64 {
    let days = (*days.end() - *days.start()).whole_days() + 1;
    u64::try_from(days).unwrap_or_default() * daily(inventory)
}

fn daily(inventory: &Inventory) -> u64 {
    CHARGED.iter().map(|kind| inventory.count(*kind)).sum()
}

/// A record by its place among those of some days. One subscription in four is billed by the newer
/// sort of agreement, whose records look different.
pub(crate) fn json(
    tenant: &Tenant,
    inventory: &Inventory,
    days: &RangeInclusive<Date>,
    place: u64,
) -> Option<Value> {
    let (number, daily) = (place, daily(inventory));
    let day = *days.start() + Duration::days(i64::try_from(number / daily).ok()?);
    let mut index = number % daily;
    let mut kinds = CHARGED.into_iter();
    let kind = loop {
        let kind = kinds.next()?;
        match index.checked_sub(inventory.count(kind)) {
            Some(rest) => index = rest,
            None => break kind,
        }
    };
    let resource = Resource::new(tenant, inventory, kind, index);
    let julian = u64::try_from(day.to_julian_day()).unwrap_or_default();
    let mut draw = Draw::new(resource.draw("usage").number(), "day", julian);
    let (name, id) = (draw.guid(), resource.id(Spelling::Created));
    let (hundredths, hours) = (1 + draw.below(9000), 1 + draw.below(24));
    let cost = f64::from(u32::try_from(hundredths).unwrap_or_default()) / 100.0;
    let product =
        draw.pick(&["Premium SSD Managed Disks - P10", "Virtual Machines Dv3", "Bandwidth"]);
    let subscription = tenant.subscription_id(inventory.subscription);
    let mut properties = json!({
        "billingPeriodStartDate": format!("{}T00:00:00.0000000Z", day.replace_day(1).ok()?),
        "chargeType": "Usage",
        "consumedService": resource.kind.name.split('/').next(),
        "date": format!("{day}T00:00:00.0000000Z"),
        "meterId": draw.guid(),
        "product": product,
        "quantity": hours,
        "resourceLocation": resource.location(),
        "unitPrice": 0.25,
    });
    let is_modern = inventory.subscription % 4 == 3;
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
