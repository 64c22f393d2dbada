//! All types of resource, from the files of `types`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::coded::Coded;
use super::kind::Kind;

include!(concat!(env!("OUT_DIR"), "/types.rs"));

/// The types, in the order of their names, with what leads to them.
struct Catalog {
    kinds: Vec<Kind>,
    /// Places by name in lower case.
    by_name: HashMap<String, usize>,
    by_code: HashMap<Coded, usize>,
    /// Stands for a type whose file is missing, which a test rules out.
    none: Kind,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut catalog = Catalog {
        kinds: Vec::new(),
        by_name: HashMap::new(),
        by_code: HashMap::new(),
        none: Kind::default(),
    };
    for (name, file) in FILES {
        match Kind::parse(name, file) {
            Ok(kind) => {
                let place = catalog.kinds.len();
                catalog.by_name.insert(name.to_lowercase(), place);
                catalog.by_code.extend(kind.code.map(|code| (code, place)));
                catalog.kinds.push(kind);
            }
            Err(error) => tracing::error!(%error, name, "the file of a type cannot be read"),
        }
    }
    catalog
});

/// The type that a type lies below.
pub(crate) fn parent(kind: &Kind) -> Option<&'static Kind> {
    kind.parent().and_then(|(parent, _)| find(parent))
}

/// How many types lie in resource groups: those that code makes, and the others.
pub(crate) fn types_of_groups() -> (u64, u64) {
    let types = all().iter().filter(|it| it.lies_in_group());
    types.fold((0, 0), |(coded, others), it| match it.code {
        Some(_) => (coded + 1, others),
        None => (coded, others + 1),
    })
}

/// All types.
pub(crate) fn all() -> &'static [Kind] {
    &CATALOG.kinds
}

/// A type of resource that Azure Resource Manager knows here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The name with its namespace, such as `Microsoft.KeyVault/vaults/keys`.
    pub name: &'static str,
    /// The versions of the API that know it.
    pub versions: &'static [String],
    /// The names of the types that its template refers to.
    pub references: Vec<&'static str>,
}

/// The types of resource that Azure Resource Manager knows here.
#[must_use]
pub fn resource_types() -> Vec<ResourceType> {
    let describe = |kind: &'static Kind| ResourceType {
        name: kind.name,
        versions: &kind.versions,
        references: kind.item.references(),
    };
    all().iter().map(describe).collect()
}

/// The type with a name, which is compared without case.
pub(crate) fn find(name: &str) -> Option<&'static Kind> {
    CATALOG.by_name.get(&name.to_lowercase()).map(|place| &CATALOG.kinds[*place])
}

/// Whether a namespace has types.
pub(crate) fn has_namespace(namespace: &str) -> bool {
    all().iter().any(|kind| kind.split().0.eq_ignore_ascii_case(namespace))
}

impl Coded {
    /// What the file of the type says.
    pub(crate) fn kind(self) -> &'static Kind {
        CATALOG.by_code.get(&self).map_or(&CATALOG.none, |place| &CATALOG.kinds[*place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::resources::kind::{Answer, Count, Naming};

    /// What is wrong with the file of a type.
    fn problems(name: &'static str, file: &str) -> Vec<String> {
        let kind = match Kind::parse(name, file) {
            Ok(kind) => kind,
            Err(error) => return vec![error.to_string()],
        };
        let mut problems = Vec::new();
        let mut demand = |holds: bool, text: String| {
            if !holds {
                problems.push(text);
            }
        };
        demand(!kind.versions.is_empty(), "there is no version".to_owned());
        demand(kind.versions.is_sorted(), "versions are not in order".to_owned());
        let is_date = |it: &String| {
            it.len() >= 10 && it[..10].bytes().all(|it| it == b'-' || it.is_ascii_digit())
        };
        demand(kind.versions.iter().all(is_date), "a version is no date".to_owned());
        if let Some((parent, _)) = kind.parent() {
            demand(find(parent).is_some(), format!("there is no type {parent}"));
            demand(!kind.is_extension(), "what has a parent is no extension".to_owned());
        }
        for other in &kind.extends {
            let is_known = matches!(other.as_str(), "*" | "subscription" | "resourceGroup");
            demand(is_known || find(other).is_some(), format!("there is no type {other}"));
        }
        for other in kind.item.references() {
            demand(find(other).is_some(), format!("there is no type {other}"));
        }
        if let Some(Count::Share(share)) = &kind.count {
            let is_in_subscription = kind.parent().is_none() && !kind.is_extension();
            demand(is_in_subscription, "a share is one of a subscription".to_owned());
            if let Some(name) = &share.of {
                let other = find(name);
                demand(other.is_some(), format!("there is no type {name}"));
                let count = other.and_then(|other| other.count.as_ref());
                let is_nested = matches!(count, Some(Count::Share(share)) if share.of.is_some());
                demand(!is_nested, format!("{name} is itself a share of another"));
            }
        }
        if kind.code.is_none() {
            let is_counted = kind.count.is_some() || kind.answer == Answer::Item;
            demand(is_counted, "it does not say how many there are".to_owned());
            demand(!kind.item.is_empty(), "an item has nothing".to_owned());
            let Naming::Text(text) = &kind.naming else { return problems };
            demand(text.is_name(), "its name does not tell items apart".to_owned());
        }
        problems
    }

    #[test]
    fn every_file_describes_a_type() {
        let found: Vec<String> = FILES
            .iter()
            .flat_map(|(name, file)| {
                problems(name, file).into_iter().map(move |it| format!("{name}: {it}"))
            })
            .collect();
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(all().len(), FILES.len());
    }

    #[test]
    fn a_wrong_file_is_noticed() {
        for (file, problem) in [
            (r#"{"versions": ["2024-01-01"], "cuont": 1}"#, "unknown field"),
            (r#"{"versions": ["2024-01-01"], "count": 1, "item": {"a": "${giud}"}}"#, "giud"),
            (r#"{"versions": ["2024-01-01"], "count": 1, "item": {"a": "${ref A.B/c}"}}"#, "A.B/c"),
            (r#"{"versions": ["latest"], "count": 1, "item": {"a": 1}}"#, "no date"),
            (r#"{"versions": [], "count": 1, "item": {"a": 1}}"#, "no version"),
            (r#"{"versions": ["2024-01-01"], "item": {"a": 1}}"#, "how many"),
            (r#"{"versions": ["2024-01-01"], "count": 2, "name": "x", "item": {"a": 1}}"#, "name"),
        ] {
            let found = problems("A.B/wrong", file);
            assert!(found.iter().any(|it| it.contains(problem)), "{file}: {found:?}");
        }
        assert_eq!(
            problems("A.B/c/d", r#"{"versions": ["2024-01-01"], "count": 1, "item": {"a": 1}}"#)
                .len(),
            1
        );
    }
}
