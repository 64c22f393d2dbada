//! Query parameters of Microsoft Graph.

use url::form_urlencoded::byte_serialize;

use super::error::Failure;
use super::filter::Filter;
use crate::directory::Object;
use crate::request::Request;
use crate::token::Claims;

/// The most items that a page of the directory can have.
const MOST: u64 = 999;

/// The most users that a page with their sign-in activity can have.
const MOST_WITH_ACTIVITY: u64 = 500;

/// The query parameters of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    top: Option<u64>,
    select: Option<Vec<String>>,
    counts: bool,
    /// The filter, and how it was written.
    filter: Option<(Filter, String)>,
    expand: Vec<String>,
}

/// The parameters that a resource honours besides `$top`, `$select` and `$count`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Honoured {
    pub(crate) filter: bool,
    /// What can be asked for with `$expand`.
    pub(crate) expand: &'static [&'static str],
}

impl Query {
    /// Reads the parameters, and refuses those that nothing here honours: a list that was not
    /// filtered as asked would be a wrong answer.
    pub(crate) fn parse(request: &Request) -> Result<Self, Failure> {
        let mut query = Self::default();
        for (name, value) in &request.query {
            match name.to_ascii_lowercase().as_str() {
                "$top" => {
                    let top = value.parse().ok().filter(|top| (1..=MOST).contains(top));
                    query.top = Some(top.ok_or_else(|| Failure::page_size(value, MOST))?);
                }
                "$select" => {
                    let names = value.split(',').map(|name| name.trim().to_owned());
                    query.select = Some(names.filter(|name| !name.is_empty()).collect());
                }
                "$count" => query.counts = value.eq_ignore_ascii_case("true"),
                "$filter" => {
                    let filter = Filter::parse(value).ok_or_else(|| Failure::filter(value))?;
                    query.filter = Some((filter, value.clone()));
                }
                "$expand" => {
                    query.expand = value.split(',').map(|name| name.trim().to_owned()).collect();
                }
                "$skiptoken" | "$deltatoken" => {}
                name if name.starts_with('$') => {
                    return Err(Failure::unsupported_query(format!(
                        "Unsupported Query option: '{name}'."
                    )));
                }
                _ => {}
            }
        }
        if query.selects("signInActivity") && query.top() > MOST_WITH_ACTIVITY {
            return Err(Failure::page_size(&query.top().to_string(), MOST_WITH_ACTIVITY));
        }
        Ok(query)
    }

    /// The number of items that a page shall have.
    pub(crate) fn top(&self) -> u64 {
        self.top.unwrap_or(100)
    }

    pub(crate) const fn has_top(&self) -> bool {
        self.top.is_some()
    }

    pub(crate) fn select(&self) -> Option<&[String]> {
        self.select.as_deref()
    }

    pub(crate) fn selects(&self, name: &str) -> bool {
        self.select().is_some_and(|names| names.iter().any(|selected| selected == name))
    }

    pub(crate) const fn counts(&self) -> bool {
        self.counts
    }

    /// What the parameters take off the cost of a request, in resource units.
    pub(crate) fn discount(&self) -> u32 {
        u32::from(self.select.is_some()) + u32::from(self.top.is_some_and(|top| top < 20))
    }

    /// What the parameters add to it.
    pub(crate) fn surcharge(&self) -> u32 {
        u32::from(!self.expand.is_empty())
    }

    /// Refuses parameters that a resource does not honour.
    pub(crate) fn check_honoured(&self, honoured: Honoured, eventual: bool) -> Result<(), Failure> {
        let refuse = |name: &str| {
            Err(Failure::unsupported_query(format!("Unsupported Query option: '{name}'.")))
        };
        if let Some((filter, _)) = &self.filter {
            if !honoured.filter {
                return refuse("$filter");
            }
            if filter.is_advanced() && !(eventual && self.counts) {
                return Err(Failure::advanced_query());
            }
        }
        match self.expand.iter().find(|name| !honoured.expand.contains(&name.as_str())) {
            Some(_) if honoured.expand.is_empty() => refuse("$expand"),
            Some(name) => Err(Failure::unknown_property(name, "entity")),
            None => Ok(()),
        }
    }

    pub(crate) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref().map(|(filter, _)| filter)
    }

    /// Whether something is asked for together with each object.
    pub(crate) fn expands(&self, name: &str) -> bool {
        self.expand.iter().any(|expanded| expanded == name)
    }

    /// The name of the list that page tokens are for: another filter makes another list.
    pub(crate) fn list_name(&self, path: &str) -> String {
        match &self.filter {
            Some((_, text)) => format!("{path}?{text}"),
            None => path.to_owned(),
        }
    }

    /// Refuses properties that the type of an object does not have.
    pub(crate) fn check(&self, object: &dyn Object) -> Result<(), Failure> {
        let filtered = self.filter().map(Filter::properties).unwrap_or_default();
        let selected = self.select().unwrap_or_default().iter().map(String::as_str);
        let mut names = selected.chain(filtered);
        match names.find(|name| object.property(name).is_none()) {
            Some(name) => Err(Failure::unknown_property(name, object.type_name())),
            None => Ok(()),
        }
    }

    /// Sign-in activity needs a permission of its own, and a tenant that pays for it.
    pub(crate) fn check_sign_in_activity(
        &self,
        claims: &Claims,
        is_premium: bool,
    ) -> Result<(), Failure> {
        let role = "AuditLog.Read.All";
        if self.selects("signInActivity") && !claims.roles.iter().any(|granted| granted == role) {
            return Err(Failure::permission_missing(role));
        }
        if self.selects("signInActivity") && !is_premium {
            return Err(Failure::not_premium());
        }
        Ok(())
    }

    /// The address of the description of what is listed.
    pub(crate) fn context(&self, name: &str) -> String {
        context(name, self.select())
    }

    /// The address of the next page, which repeats the parameters of this one.
    pub(crate) fn next_link(&self, base: &str, path: &str, token: &str) -> String {
        let top = self.top.map(|top| format!("$top={top}"));
        let select = self.select().map(|names| format!("$select={}", names.join(",")));
        let count = self.counts.then(|| "$count=true".to_owned());
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let filter = self.filter.as_ref().map(|(_, text)| format!("$filter={}", encode(text)));
        let expand =
            (!self.expand.is_empty()).then(|| format!("$expand={}", self.expand.join(",")));
        let token = Some(format!("$skiptoken={token}"));
        let parameters: Vec<String> =
            [top, select, filter, expand, count, token].into_iter().flatten().collect();
        format!("{base}/graph.microsoft.com/{path}?{}", parameters.join("&"))
    }
}

/// The address of the description of what is listed, of which some properties are selected.
pub(crate) fn context(name: &str, select: Option<&[String]>) -> String {
    let columns = select.map(|names| format!("({})", names.join(","))).unwrap_or_default();
    format!("https://graph.microsoft.com/v1.0/$metadata#{name}{columns}")
}
