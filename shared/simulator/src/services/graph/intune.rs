//! Microsoft Intune in Microsoft Graph: `deviceManagement` and `deviceAppManagement`.

mod context;
mod error;
mod query;
mod reports;
mod route;

use serde_json::{Map, Value, json};

use super::error::{Failure, refuse};
use super::version::Version;
use crate::options::License;
use crate::services::answer::Answer;
use crate::services::cloud::Cloud;
use crate::services::request::Request;
use crate::services::throttle::{Budget, Limit};
use crate::services::token::Claims;
use crate::world::directory::{self, Object};
use crate::world::guid::Kind;
use crate::world::intune::NO_ID;
use crate::world::intune::app::{self, DetectedApp};
use crate::world::intune::device::ManagedDevice;
use crate::world::intune::mobile_app::MobileApp;
use crate::world::intune::policy::Policy;
use crate::world::intune::state::State;
use context::Context;
use query::Query;
use route::Route;

/// Whether a path below the version is one of Intune's.
pub(super) fn is_for(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    ["deviceManagement", "deviceAppManagement"].iter().any(|it| it.eq_ignore_ascii_case(first))
}

/// Answers a request whose path below the version is one of Intune's.
pub(super) fn answer(
    cloud: &Cloud,
    request: &Request,
    claims: &Claims,
    version: Version,
    path: &str,
) -> Answer {
    let route = match Route::parse(path, version) {
        Ok(route) if route.method() == request.method => route,
        Ok(_) => return refuse(cloud, request, &Failure::method(&request.method)),
        Err(failure) => return refuse(cloud, request, &failure),
    };
    let verdict = cloud.charge(&limit(cloud, claims, &route), 1);
    if !verdict.granted {
        let answer = refuse(cloud, request, &error::throttled(cloud, path));
        return answer.with("Retry-After", verdict.wait.to_string());
    }
    let context = Context { cloud, request, version, path };
    let answer = context.check(claims, &route).and_then(|()| context.read(&route));
    answer.unwrap_or_else(|failure| refuse(cloud, request, &failure))
}

/// What a request is charged to. "Microsoft Graph service-specific throttling limits": 2,000
/// requests in 20 seconds for devices, 1,000 for everything else. "Export Intune reports using
/// Graph APIs": 48 requests in a minute; it does not say which, so here all count that have to do
/// with the jobs.
fn limit(cloud: &Cloud, claims: &Claims, route: &Route) -> Limit {
    let (name, units, seconds) = match route {
        Route::Devices | Route::Device(_) | Route::AppsOfDevice(_) => ("intune-devices", 2000, 20),
        Route::BeginExport | Route::Export(_) => ("intune-reports", 48, 60),
        _ => ("intune", 1000, 20),
    };
    Limit {
        domain: format!("{}/{name}", cloud.tenant.id()),
        holder: claims.appid.clone(),
        budget: Budget::Window { units, seconds },
    }
}

impl Context<'_> {
    /// Refuses a tenant without Intune, and callers without permission. Which comes first is not
    /// documented.
    fn check(self, claims: &Claims, route: &Route) -> Result<(), Failure> {
        match self.cloud.tenant.fleet.license {
            License::None => return Err(Failure::not_applicable()),
            License::Basic if route.is_report() => return Err(Failure::not_applicable()),
            License::Basic | License::Full => {}
        }
        let sufficient = route.permissions();
        if claims.roles.iter().any(|granted| sufficient.contains(&granted.as_str())) {
            return Ok(());
        }
        Err(error::forbidden(self.cloud, self.path, sufficient))
    }

    fn read(self, route: &Route) -> Result<Answer, Failure> {
        let tenant = &self.cloud.tenant;
        let is_beta = self.version == Version::Beta;
        match route {
            Route::Root => self.root(),
            Route::SubscriptionState => {
                self.value("deviceManagement/subscriptionState", &json!("active"))
            }
            Route::Devices => {
                let query = Query::parse(self.request, query::LARGE)?;
                let item = |index| {
                    let is_there = tenant.fleet.is_there(index);
                    is_there.then(|| ManagedDevice::new(tenant, index).seen_by(is_beta))
                };
                query.check(&ManagedDevice::new(tenant, 0).seen_by(is_beta))?;
                self.list(&query, "deviceManagement/managedDevices", tenant.fleet.ever(), item)
            }
            Route::Device(id) => {
                let device = ManagedDevice::find(tenant, id).ok_or_else(|| self.not_found())?;
                self.device(&device.seen_by(is_beta))
            }
            Route::AppsOfDevice(id) => {
                let device = ManagedDevice::find(tenant, id).ok_or_else(|| self.not_found())?;
                let apps = tenant.fleet.catalog.on(tenant, device.index);
                let context = format!("deviceManagement/managedDevices('{id}')/detectedApps");
                let query = Query::parse(self.request, query::SMALL)?;
                let item = |place| apps.get(usize::try_from(place).ok()?).copied();
                self.list(&query, &context, apps.len() as u64, |place| {
                    item(place).map(|app| DetectedApp::new(tenant, app))
                })
            }
            Route::Apps => {
                let query = Query::parse(self.request, query::SMALL)?;
                query.check(&DetectedApp::new(tenant, 0))?;
                self.list(&query, "deviceManagement/detectedApps", tenant.fleet.apps(), |index| {
                    Some(DetectedApp::new(tenant, index))
                })
            }
            Route::DevicesOfApp(id) => {
                let app = DetectedApp::find(tenant, id).ok_or_else(|| self.not_found())?;
                let devices: Vec<u64> = tenant.fleet.catalog.devices(tenant, app.index()).collect();
                let context = format!("deviceManagement/detectedApps('{id}')/managedDevices");
                let query = Query::parse(self.request, query::LARGE)?;
                self.list(&query, &context, devices.len() as u64, |place| {
                    let index = devices.get(usize::try_from(place).ok()?)?;
                    Some(ManagedDevice::new(tenant, *index).seen_by(is_beta))
                })
            }
            Route::Policies(kind) => {
                let query = Query::parse(self.request, query::ASSIGNED)?;
                let shown = |index| Policy {
                    shows_assignments: query.expands_assignments(),
                    ..Policy::new(tenant, *kind, index)
                };
                query.check(&shown(0))?;
                let context = format!("deviceManagement/{}", kind.list());
                self.list(&query, &context, kind.count(tenant), |index| Some(shown(index)))
            }
            Route::States(kind, id) => {
                let policy = Policy::find(tenant, *kind, id).ok_or_else(|| self.not_found())?;
                let query = Query::parse(self.request, query::LARGE)?;
                let context = format!("deviceManagement/{}('{id}')/deviceStatuses", kind.list());
                self.list(&query, &context, State::places(policy), |place| {
                    State::new(policy, place)
                })
            }
            Route::MobileApps => self.mobile_apps(),
            Route::Report(report) => reports::table(self, report),
            Route::BeginExport => reports::begin(self),
            Route::Export(id) => reports::job(self, id),
        }
    }

    /// Intune itself, of which next to nothing is told.
    fn root(self) -> Result<Answer, Failure> {
        let tenant = &self.cloud.tenant;
        let query = Query::parse(self.request, query::LARGE)?;
        let all = [
            ("id", json!(tenant.guids.guid(Kind::Intune, 1))),
            (
                "intuneAccountId",
                json!(match tenant.fleet.license {
                    License::Full => tenant.intune_account(),
                    // What such tenants have is not documented.
                    License::Basic | License::None => NO_ID.to_owned(),
                }),
            ),
        ];
        let selected = all.into_iter().filter(|(name, _)| query.shows(name));
        let mut body: Map<String, Value> =
            selected.map(|(name, value)| (name.to_owned(), value)).collect();
        body.insert("@odata.context".into(), json!(self.context(&query, "deviceManagement")));
        Ok(Answer::new(200, &Value::Object(body)))
    }

    fn value(self, context: &str, value: &Value) -> Result<Answer, Failure> {
        let query = Query::parse(self.request, query::LARGE)?;
        let context = self.context(&query, context);
        Ok(Answer::new(200, &json!({ "@odata.context": context, "value": value })))
    }

    fn device(self, device: &ManagedDevice) -> Result<Answer, Failure> {
        let query = Query::parse(self.request, query::LARGE)?;
        query.check(device)?;
        let mut body = directory::json(device, query.select());
        if query.expands_apps() {
            let apps = app::on(device).map(|app| Value::Object(directory::json(&app, None)));
            body.insert("detectedApps".into(), apps.collect());
        }
        let context = self.context(&query, "deviceManagement/managedDevices") + "/$entity";
        body.insert("@odata.context".into(), json!(context));
        Ok(Answer::new(200, &Value::Object(body)))
    }

    fn mobile_apps(self) -> Result<Answer, Failure> {
        let tenant = &self.cloud.tenant;
        let query = Query::parse(self.request, query::FILTERED)?;
        // Larger pages end in an error, which is why others do not ask for a size at all.
        if self.request.parameter("$top").is_some() && query.top() > 100 {
            return Err(error::failed(self.cloud, self.path));
        }
        let item = |index| {
            let app = MobileApp::new(tenant, index);
            let value = |name: &str| app.property(name.rsplit('/').next().unwrap_or(name));
            query.filter().accepts(&value).then_some(app)
        };
        self.list(&query, "deviceAppManagement/mobileApps", MobileApp::count(tenant), item)
    }

    /// A page of a list. Of its places, those are left out for which there is no item.
    fn list<T: Object>(
        self,
        query: &Query,
        context: &str,
        total: u64,
        item: impl Fn(u64) -> Option<T>,
    ) -> Result<Answer, Failure> {
        if query.expands_apps() {
            return Err(Failure::unsupported_query("Unsupported Query option: '$expand'."));
        }
        let pager = self.cloud.pager;
        let token = self.request.parameter("$skiptoken");
        let page = pager
            .page(&self.request.path, total, query.top(), token)
            .ok_or_else(Failure::expired_page_token)?;
        let items: Vec<Value> = page
            .places
            .filter_map(item)
            .map(|item| Value::Object(directory::json(&item, query.select())))
            .collect();
        let mut head = vec![("@odata.context", json!(self.context(query, context)))];
        // Intune counts the items of the page, asked or not.
        head.push(("@odata.count", json!(items.len())));
        if let Some(next) = page.next {
            let link = query.next_link(&self.cloud.base, &self.request.path, &next);
            head.push(("@odata.nextLink", json!(link)));
        }
        Ok(Answer::page(&head, items.into_iter()))
    }

    fn context(self, query: &Query, name: &str) -> String {
        let columns = query.select().map(|names| format!("({})", names.join(",")));
        let version = self.version.name();
        let columns = columns.unwrap_or_default();
        format!("https://graph.microsoft.com/{version}/$metadata#{name}{columns}")
    }
}
