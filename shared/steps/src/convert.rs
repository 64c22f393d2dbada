//! From an item to entities and references: the one conversion that every step's declaration feeds.

use graph::{Direction, End, Entity, Key, Name, Reference, RelationshipClass, Unresolved};
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::discovery::Discovery;
use crate::entity::{EntityType, Property};
use crate::list::Shape;
use crate::path;
use crate::step::{Link, PARENT, Step};
use crate::tags;
use crate::uri::{PATH, escape};

/// What a step found, in the order it was found.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The entities.
    pub entities: Vec<Entity>,
    /// The references. Their ends may be found by other steps.
    pub references: Vec<Reference>,
    /// The subscriptions that instances may be made for.
    pub discoveries: Vec<Discovery>,
    /// The properties, as `type.property`, that were not of their declared type and were left out, and
    /// what else was not understood.
    pub drift: Vec<String>,
    /// How often an entity or a relationship is missing because something was not understood.
    pub unreadable: u64,
}

impl Output {
    /// Counts something that was not understood and that an entity or a relationship depends on.
    pub(crate) fn lose(&mut self, what: String) {
        self.drift.push(what);
        self.unreadable += 1;
    }

    /// How many things were found, or not understood.
    fn found(&self) -> u64 {
        let found = self.entities.len() + self.references.len() + self.discoveries.len();
        found as u64 + self.unreadable
    }
}

/// What a conversion knows of the instance that it runs for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The id of the instance, which is the key of its account.
    pub instance_id: String,
    /// The name of the instance.
    pub instance_name: String,
    /// The tenant.
    pub directory_id: String,
    /// The subscription, unless the instance has none.
    pub subscription_id: Option<String>,
    /// The tenant's account at Microsoft Intune, if it has one. Ids of what Intune reports begin with it.
    pub intune_account_id: Option<String>,
    /// Where the portal shows the tenant, such as `https://portal.azure.com/#@contoso.com`.
    pub portal: String,
    /// The value of the tag `AccountName` of every entity, where the instance asks for it.
    pub account_name: Option<String>,
    /// The severities of the findings that are collected, in lower case; empty for all.
    pub vulnerability_severities: Vec<String>,
    /// Whether subscriptions that are disabled get instances.
    pub ingest_disabled_subscriptions: bool,
    /// When the job was planned, in ISO 8601. It is the only time that a conversion knows, so that
    /// the same items become the same graph whenever they are converted.
    pub planned_at: String,
}

/// One item of a list.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The item, as Microsoft returned it.
    pub json: &'a Value,
    /// The item, byte for byte.
    pub raw: &'a RawValue,
    /// What the item belongs to, if anything.
    pub parent: Option<Parent<'a>>,
    /// The instance that it was read for.
    pub scope: &'a Scope,
}

/// What an item belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Parent<'a> {
    /// Its key.
    pub key: &'a Key,
    /// Its type.
    pub kind: &'a str,
    /// For the item of a list, the parent's stored entity; for a part, the item that it stands in.
    pub json: &'a Value,
}

impl<'a> Item<'a> {
    /// The id of the item.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.text("/id")
    }

    /// The key of the entity whose id is at `path`.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<Key> {
        self.text(path).map(Key::new).filter(|key| !key.as_str().is_empty())
    }

    /// The text at `path`.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&'a str> {
        path::first(self.json, path)?.as_str()
    }

    /// Every text at `path`.
    #[must_use]
    pub fn texts(&self, path: &str) -> Vec<&'a str> {
        self.values(path).into_iter().filter_map(Value::as_str).collect()
    }

    /// Everything at `path`.
    #[must_use]
    pub fn values(&self, path: &str) -> Vec<&'a Value> {
        let mut values = Vec::new();
        path::visit(self.json, path, &mut |it| values.push(it));
        values
    }

    /// The part of the item at `path`, if it is there and has the shape of a `T`.
    #[must_use]
    pub fn view<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        T::deserialize(self.json.pointer(path)?).ok()
    }

    /// The page of an id in the portal.
    #[must_use]
    pub fn web_link(&self, id: &str) -> String {
        self.portal_link("resource/", id.trim_start_matches('/'))
    }

    /// A page of the portal.
    #[must_use]
    pub fn portal_link(&self, page: &str, id: &str) -> String {
        let mut link = format!("{}/{page}", self.scope.portal);
        escape(id, PATH, &mut link);
        link
    }
}

impl Step {
    /// Adds what an item becomes to `out`.
    ///
    /// This cannot fail. What is not understood is left out and counted as drift: one odd property
    /// must not hide the entity, nor one odd item the others.
    pub fn convert(&self, item: Item<'_>, out: &mut Output) {
        let before = out.found();
        let key = self.emits.and_then(|_| (self.key)(&item)).filter(is_plausible);
        if let (Some(emits), Some(key)) = (self.emits, key) {
            if self.patches.is_empty() {
                let mut entity = emits.refined(key.clone(), &item, self.refine, &mut out.drift);
                entity.aliases = (self.aliases)(&item);
                out.entities.push(entity);
                out.references.extend(containment(emits, &key));
            } else {
                let mut patch = self.patch(emits, key.clone(), &item, &mut out.drift);
                patch.aliases = (self.aliases)(&item);
                // A patch that adds nothing is not worth storing.
                out.entities.extend(Some(patch).filter(|it| !it.properties.is_empty()));
            }
            link(emits.kind, &key, self.links, &item, out);
            self.parts(&item, &key, emits, out);
        } else if self.emits.is_some() {
            out.lose(format!("{}.id", self.id));
        }
        (self.relate)(&item, out);
        // A step may leave items out, but not for want of the id that would say what they are. The rows
        // of reports have none.
        let has_ids = self.emits.is_none() && self.list.shape == Shape::Pages;
        if has_ids && item.id().is_none() && out.found() == before {
            out.lose(format!("{}.id", self.id));
        }
    }

    fn patch(
        &self,
        emits: &'static EntityType,
        key: Key,
        item: &Item<'_>,
        drift: &mut Vec<String>,
    ) -> Entity {
        let mut entity = emits.patch(key);
        read(emits, self.patches.iter(), item, &mut entity, drift);
        (self.refine)(item, &mut entity);
        check(emits, self.patches, &mut entity, drift);
        entity
    }

    fn parts(&self, item: &Item<'_>, key: &Key, emits: &EntityType, out: &mut Output) {
        for part in self.parts {
            path::visit(item.json, part.at, &mut |json| {
                let whole = Parent { key, kind: emits.kind, json: item.json };
                let Ok(raw) = to_raw_value(json) else { return };
                let item = Item { json, raw: &raw, parent: Some(whole), scope: item.scope };
                let Some(part_key) = item.key("/id") else {
                    return out.lose(format!("{}.id", part.emits.kind));
                };
                let drift = &mut out.drift;
                let mut entity = part.emits.refined(part_key.clone(), &item, part.refine, drift);
                entity.aliases = (part.aliases)(&item);
                out.entities.push(entity);
                out.references.push(Reference {
                    from: End::known(key, emits.kind),
                    class: part.class,
                    to: End::known(&part_key, part.emits.kind),
                    kind: None,
                    key: None,
                    properties: Map::new(),
                    borrow: Vec::new(),
                    unresolved: Unresolved::Drop,
                });
                link(part.emits.kind, &part_key, part.links, &item, out);
            });
        }
    }
}

/// Whether a key can be that of anything: no id of Microsoft's is longer than this, holds control
/// characters, or leads upwards.
fn is_plausible(key: &Key) -> bool {
    const LONGEST: usize = 8192;
    let key = key.as_str();
    !key.is_empty()
        && key.len() <= LONGEST
        && !key.contains(char::is_control)
        && key.split('/').all(|segment| segment != "..")
}

impl EntityType {
    /// The entity that an item becomes, by what is declared.
    pub(crate) fn entity(
        &'static self,
        key: Key,
        item: &Item<'_>,
        drift: &mut Vec<String>,
    ) -> Entity {
        self.refined(key, item, |_, _| (), drift)
    }

    /// The entity that an item becomes, by what is declared and by a hook.
    pub(crate) fn refined(
        &'static self,
        key: Key,
        item: &Item<'_>,
        refine: fn(&Item<'_>, &mut Entity),
        drift: &mut Vec<String>,
    ) -> Entity {
        let mut entity = self.bare(key);
        entity.raw = Some(item.raw.to_owned());
        describe(self, item, &mut entity, drift);
        refine(item, &mut entity);
        complete(self, &mut entity);
        check(self, &[], &mut entity, drift);
        entity
    }

    /// Something to add to an entity that another step finds. Lists of several patches are united.
    pub(crate) fn patch(&self, key: Key) -> Entity {
        Entity { is_patch: true, ..self.bare(key) }
    }

    fn bare(&self, key: Key) -> Entity {
        Entity {
            key,
            kind: self.kind,
            class: self.class,
            aliases: Vec::new(),
            properties: Map::new(),
            raw: None,
            is_patch: false,
        }
    }
}

/// Sets what is declared, and what needs more than a path.
fn describe(
    emits: &'static EntityType,
    item: &Item<'_>,
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    read(emits, emits.declared(), item, entity, drift);
    if is_placed(emits) {
        let group = entity.key.resource_group();
        let group = group.as_ref().and_then(|it| it.as_str().rsplit('/').next());
        entity.set("resourceGroup", group);
    }
    if emits.property("webLink").is_some() {
        entity.set("webLink", item.id().map(|id| item.web_link(id)));
    }
    if emits.property("tags").is_some() {
        tags::assign(item.json.get("tags"), entity);
    }
    entity.set("tag.AccountName", item.scope.account_name.as_deref());
}

fn read<'p>(
    emits: &EntityType,
    properties: impl Iterator<Item = &'p Property>,
    item: &Item<'_>,
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    for property in properties {
        match property.read(item.json) {
            Ok(value) => entity.set(property.name, value),
            Err(_) => drift.push(format!("{}.{}", emits.kind, property.name)),
        }
    }
}

/// Whether entities of a type lie in resource groups.
pub(crate) fn is_placed(emits: &EntityType) -> bool {
    emits.property("resourceGroup").is_some()
}

/// Sees to it that an entity has what whoever reads the graph relies on: a name above all.
fn complete(emits: &'static EntityType, entity: &mut Entity) {
    let text = |name| entity.text(name).filter(|it| !it.is_empty()).map(str::to_owned);
    let display = text("displayName").or_else(|| text("name"));
    let last = || entity.key.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let display = display.unwrap_or_else(last);
    let name = text("name").unwrap_or_else(|| display.clone());
    entity.set("displayName", Some(display));
    entity.set("name", Some(name));
    for property in emits.declared().filter(|it| it.or_null) {
        entity.properties.entry(property.name).or_insert(Value::Null);
    }
}

/// Leaves out what is not declared, or not as declared. What is written always is.
fn check(
    emits: &'static EntityType,
    patches: &'static [Property],
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    entity.properties.retain(|name, value| {
        let declared = patches.iter().find(|it| it.name == name).or_else(|| emits.property(name));
        let is_fine = declared.is_some_and(|it| it.admits(value));
        if !is_fine {
            drift.push(format!("{}.{name}", emits.kind));
        }
        is_fine
    });
}

/// A resource group has its resources.
fn containment(emits: &EntityType, key: &Key) -> Option<Reference> {
    let group = key.resource_group().filter(|_| is_placed(emits))?;
    Some(Reference {
        from: End::named(Name::from(&group)),
        class: RelationshipClass::Has,
        to: End::known(key, emits.kind),
        kind: None,
        key: None,
        properties: Map::new(),
        borrow: Vec::new(),
        unresolved: Unresolved::Drop,
    })
}

fn link(kind: &str, key: &Key, links: &[Link], item: &Item<'_>, out: &mut Output) {
    let this = || End::known(key, kind);
    for link in links {
        if link.path == PARENT {
            let parent = item.parent.map(|it| End::known(it.key, it.kind));
            out.references.extend(parent.map(|parent| link.reference(this(), parent)));
        } else if !link.path.is_empty() {
            for value in item.texts(link.path) {
                if value == NOBODY && link.to.iter().any(|it| is_identity(it)) {
                    continue;
                }
                let Some(name) = (link.by)(value, item.scope) else { continue };
                for subject in link.subjects(this(), item) {
                    let mut reference = link.reference(subject, End::named(name.clone()));
                    reference.properties = (link.properties)(value, item);
                    reference.unresolved = (link.unresolved)(value, item);
                    out.references.push(reference);
                }
            }
        }
    }
}

/// Whether entities of a type can be signed in as, or hold who can.
fn is_identity(emits: &EntityType) -> bool {
    matches!(emits.kind, "azure_user" | "azure_user_group" | "azure_service_principal")
}

/// What stands where an identity would be, and there is none. Elsewhere it may be the id of something:
/// Conditional Access calls the trusted addresses of multifactor authentication so.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Link {
    /// What relates: the item's entity, or what the item belongs to.
    fn subjects(&self, this: End, item: &Item<'_>) -> Vec<End> {
        let Some((_, path)) = self.subject else { return vec![this] };
        item.texts(path).into_iter().map(|id| End::named(Name::of_id(id))).collect()
    }

    /// Relates what an item belongs to with the item, which another step collects under its id.
    pub(crate) fn relate_parent(&self, item: &Item<'_>, out: &mut Output) {
        let (Some(parent), Some(id)) = (item.parent, item.id()) else { return };
        let parent = End::known(parent.key, parent.kind);
        out.references.push(self.reference(parent, End::named(Name::of_id(id))));
    }

    /// A reference from or to an item's entity, as the link declares it.
    pub(crate) fn reference(&self, item: End, other: End) -> Reference {
        let (from, to) = match self.direction {
            Direction::Forward => (item, other),
            Direction::Reverse => (other, item),
        };
        Reference {
            from,
            class: self.class,
            to,
            kind: self.kind.map(str::to_owned),
            key: None,
            properties: Map::new(),
            borrow: self.borrow.iter().map(|&it| it.to_owned()).collect(),
            unresolved: Unresolved::Drop,
        }
    }
}
