//! Query parameters of Intune's lists.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::services::filter::Filter;
use crate::services::graph::error::Failure;
use crate::services::request::Request;
use crate::world::directory::Object;

/// What a list allows.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// How many items a page has that was not asked for a size.
    default: u64,
    has_filter: bool,
    has_assignments: bool,
}

/// Lists of which a page is as large as can be, asked or not.
pub(super) const LARGE: Rules = Rules { default: MOST, has_filter: false, has_assignments: false };
/// The same, whose items can be asked for together with whom they are assigned to.
pub(super) const ASSIGNED: Rules = Rules { has_assignments: true, ..LARGE };
/// Lists of which a page is smaller unless a larger one is asked for.
pub(super) const SMALL: Rules = Rules { default: 100, ..LARGE };
/// Lists that can be filtered.
pub(super) const FILTERED: Rules = Rules { has_filter: true, ..SMALL };

/// The most items that a page can have.
const MOST: u64 = 1000;

/// The query parameters of a request.
#[derive(Debug)]
pub(super) struct Query {
    top: Option<u64>,
    default: u64,
    select: Option<Vec<String>>,
    filter: Filter,
    expands_apps: bool,
    expands_assignments: bool,
    /// What links repeat.
    kept: Vec<(String, String)>,
}

impl Query {
    /// Reads the parameters, and refuses those that nothing here honours: a list that was not
    /// filtered as asked would be a wrong answer.
    pub(super) fn parse(request: &Request, rules: Rules) -> Result<Self, Failure> {
        let mut query = Self {
            top: None,
            default: rules.default,
            select: None,
            filter: Filter::Everything,
            expands_apps: false,
            expands_assignments: false,
            kept: Vec::new(),
        };
        for (name, value) in &request.query {
            let name = name.to_ascii_lowercase();
            match name.as_str() {
                "$top" => {
                    let top = value.parse().ok().filter(|top| (1..=MOST).contains(top));
                    query.top = Some(top.ok_or_else(|| Failure::page_size(value, MOST))?);
                }
                "$select" => {
                    let names = value.split(',').map(|name| name.trim().to_owned());
                    query.select = Some(names.filter(|name| !name.is_empty()).collect());
                }
                "$filter" if rules.has_filter => {
                    let filter = Filter::of_table(value);
                    query.filter = filter.ok_or_else(|| {
                        Failure::bad_request(format!("Invalid filter clause: {value}"))
                    })?;
                }
                "$expand" if value.eq_ignore_ascii_case("detectedApps") => {
                    query.expands_apps = true;
                }
                "$expand" if rules.has_assignments && value == "assignments" => {
                    query.expands_assignments = true;
                }
                // They are counted in any case.
                "$count" | "$skiptoken" => {}
                name if name.starts_with('$') => {
                    let text = format!("Unsupported Query option: '{name}'.");
                    return Err(Failure::unsupported_query(text));
                }
                _ => {}
            }
            if name != "$skiptoken" {
                query.kept.push((name, value.clone()));
            }
        }
        Ok(query)
    }

    /// The number of items that a page shall have.
    pub(super) fn top(&self) -> u64 {
        self.top.unwrap_or(self.default)
    }

    pub(super) fn select(&self) -> Option<&[String]> {
        self.select.as_deref()
    }

    /// Whether a property is to be shown.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.select().is_none_or(|names| names.iter().any(|it| it == name))
    }

    pub(super) const fn filter(&self) -> &Filter {
        &self.filter
    }

    pub(super) const fn expands_apps(&self) -> bool {
        self.expands_apps
    }

    pub(super) const fn expands_assignments(&self) -> bool {
        self.expands_assignments
    }

    /// Refuses properties that the type of an object does not have.
    pub(super) fn check(&self, object: &dyn Object) -> Result<(), Failure> {
        let mut names = self.select().unwrap_or_default().iter();
        match names.find(|name| object.property(name).is_none()) {
            Some(name) => Err(Failure::unknown_property(name, object.type_name())),
            None => Ok(()),
        }
    }

    /// The address of the next page, which repeats the parameters of this one.
    pub(super) fn next_link(&self, base: &str, path: &str, token: &str) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let kept = self.kept.iter().map(|(name, value)| format!("{name}={}&", encode(value)));
        let kept: String = kept.collect();
        format!("{base}/graph.microsoft.com/{path}?{kept}$skiptoken={token}")
    }
}
