//! Query parameters of Microsoft Graph.

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::error::Failure;
use crate::services::filter::Filter;
use crate::services::request::Request;
use crate::services::token::Claims;
use crate::world::directory::Object;

/// The most items that a page of the directory can have.
const MOST: u64 = 999;

/// The most directory objects that a page can have if a relationship of theirs is expanded.
/// Microsoft does not say so; somebody asked for 999 users with their managers, and got 100.
/// Source: Microsoft Tech Community, discussion 3885391.
const MOST_EXPANDED: u64 = 100;

/// The relationships of directory objects that can be expanded.
const RELATIONSHIPS: &[&str] = &["manager", "owners", "registeredOwners", "registeredUsers"];

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
    expand: Vec<Expand>,
    /// The search, and how it was written.
    search: Option<(Filter, String)>,
    /// The property to sort by, whether from the end, and how it was written.
    order: Option<(String, bool, String)>,
}

/// Something that is asked for together with each object, and what of it.
#[derive(Clone, Debug)]
struct Expand {
    name: String,
    select: Option<Vec<String>>,
    /// How it was written.
    text: String,
}

impl Expand {
    /// Reads one of them, such as `registeredOwners($select=id)`. Nothing if it has other options.
    fn parse(text: &str) -> Option<Self> {
        let (name, select) = match text.split_once('(') {
            None => (text, None),
            Some((name, options)) => {
                (name, Some(options.strip_suffix(')')?.strip_prefix("$select=")?))
            }
        };
        let names = |it: &str| it.split(',').map(|name| name.trim().to_owned()).collect();
        Some(Self { name: name.to_owned(), select: select.map(names), text: text.to_owned() })
    }

    /// Splits a list of them at the commas that are not within brackets.
    fn split(text: &str) -> Vec<&str> {
        let mut depth = 0_u32;
        let is_between = |sign: char| {
            match sign {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => (),
            }
            sign == ',' && depth == 0
        };
        text.split(is_between).map(str::trim).collect()
    }
}

/// The parameters that a resource honours besides `$top`, `$select` and `$count`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Honoured {
    pub(crate) filter: bool,
    /// The properties that `$orderby` can name, of what `$search` finds things in, too; none if
    /// there is neither.
    pub(crate) order: &'static [&'static str],
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
                    let expand = Expand::split(value).into_iter().map(Expand::parse);
                    let unreadable = || Failure::unknown_property(value, "entity");
                    query.expand = expand.collect::<Option<_>>().ok_or_else(unreadable)?;
                }
                "$search" => {
                    let search = Filter::of_search(value).ok_or_else(|| Failure::search(value))?;
                    query.search = Some((search, value.clone()));
                }
                "$orderby" => {
                    let (property, way) = value.trim().split_once(' ').unwrap_or((value, "asc"));
                    let is_descending = match way.trim() {
                        "asc" => false,
                        "desc" => true,
                        _ => return Err(Failure::unsorted()),
                    };
                    query.order = Some((property.trim().to_owned(), is_descending, value.clone()));
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
        Ok(query)
    }

    /// The number of items that a page shall have. With their sign-in activity, a page has fewer
    /// users than may be asked for, and nobody is refused for asking ("List users").
    pub(crate) fn top(&self) -> u64 {
        let most = if self.reads_sign_in_activity() {
            MOST_WITH_ACTIVITY
        } else if RELATIONSHIPS.iter().any(|name| self.expands(name)) {
            MOST_EXPANDED
        } else {
            MOST
        };
        self.top.unwrap_or(100).min(most)
    }

    pub(crate) const fn has_top(&self) -> bool {
        self.top.is_some()
    }

    pub(crate) fn select(&self) -> Option<&[String]> {
        self.select.as_deref()
    }

    /// Whether it takes more than the directory itself to answer: when users last signed in.
    pub(crate) fn reads_sign_in_activity(&self) -> bool {
        let selected = self.select().unwrap_or_default().iter().map(String::as_str);
        let filtered = self.filter().map(Filter::properties).unwrap_or_default();
        selected.chain(filtered).any(|name| name == "signInActivity")
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
        let is_advanced = eventual && self.counts;
        match &self.order {
            Some(_) if honoured.order.is_empty() => return refuse("$orderby"),
            // Together with others it takes more than the directory itself.
            Some(_) if (self.filter.is_some() || self.search.is_some()) && !is_advanced => {
                return Err(Failure::unsorted());
            }
            Some((name, ..)) if !honoured.order.contains(&name.as_str()) => {
                return Err(Failure::unsorted());
            }
            _ => {}
        }
        match &self.search {
            Some(_) if honoured.order.is_empty() => return refuse("$search"),
            Some(_) if !eventual => return Err(Failure::search_unsupported()),
            _ => {}
        }
        match self.expand.iter().find(|it| !honoured.expand.contains(&it.name.as_str())) {
            Some(_) if honoured.expand.is_empty() => refuse("$expand"),
            Some(it) => Err(Failure::unknown_property(&it.name, "entity")),
            None => Ok(()),
        }
    }

    pub(crate) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref().map(|(filter, _)| filter)
    }

    /// Whether a list may lack objects that are there, as it is filtered or searched.
    pub(crate) const fn is_narrow(&self) -> bool {
        self.filter.is_some() || self.search.is_some()
    }

    /// Whether an object is like the filter and the search want it. It is asked for its properties
    /// by name.
    pub(crate) fn wants(&self, property: &dyn Fn(&str) -> Option<Value>) -> bool {
        let mut both = self.filter.iter().chain(&self.search);
        both.all(|(filter, _)| filter.matches(property))
    }

    /// The property to sort by, and whether from the end.
    pub(crate) fn order(&self) -> Option<(&str, bool)> {
        self.order.as_ref().map(|(name, is_descending, _)| (name.as_str(), *is_descending))
    }

    /// Whether something is asked for together with each object.
    pub(crate) fn expands(&self, name: &str) -> bool {
        self.expand.iter().any(|it| it.name == name)
    }

    /// Which properties of it are asked for.
    pub(crate) fn expanded_select(&self, name: &str) -> Option<&[String]> {
        self.expand.iter().find(|it| it.name == name)?.select.as_deref()
    }

    /// The name of the list that page tokens are for: another filter makes another list.
    pub(crate) fn list_name(&self, path: &str) -> String {
        let filters = self.filter.iter().chain(&self.search).map(|(_, text)| text);
        let texts = filters.chain(self.order.iter().map(|(.., text)| text));
        texts.fold(path.to_owned(), |name, text| format!("{name}?{text}"))
    }

    /// Refuses properties that the type of an object does not have.
    pub(crate) fn check(&self, object: &dyn Object) -> Result<(), Failure> {
        let both = self.filter.iter().chain(&self.search);
        let filtered: Vec<&str> = both.flat_map(|(filter, _)| filter.properties()).collect();
        let selected = self.select().unwrap_or_default().iter().map(String::as_str);
        // What is expanded may be selected, too.
        let mut names = selected.chain(filtered).filter(|name| !self.expands(name));
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
        if self.reads_sign_in_activity() && !claims.roles.iter().any(|granted| granted == role) {
            return Err(Failure::permission_missing(role));
        }
        if self.reads_sign_in_activity() && !is_premium {
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
        let search = self.search.as_ref().map(|(_, text)| format!("$search={}", encode(text)));
        let order = self.order.as_ref().map(|(.., text)| format!("$orderby={}", encode(text)));
        let expanded: Vec<&str> = self.expand.iter().map(|it| it.text.as_str()).collect();
        let expand = (!expanded.is_empty()).then(|| format!("$expand={}", expanded.join(",")));
        let token = Some(format!("$skiptoken={token}"));
        let parameters: Vec<String> = [top, select, filter, search, order, expand, count, token]
            .into_iter()
            .flatten()
            .collect();
        format!("{base}/graph.microsoft.com/{path}?{}", parameters.join("&"))
    }
}

/// The address of the description of what is listed, of which some properties are selected.
pub(crate) fn context(name: &str, select: Option<&[String]>) -> String {
    let columns = select.map(|names| format!("({})", names.join(","))).unwrap_or_default();
    format!("https://graph.microsoft.com/v1.0/$metadata#{name}{columns}")
}
