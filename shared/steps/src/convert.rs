//! From an item to entities and references: the one conversion that every step's declaration feeds.

use graph::{Direction, End, Entity, Key, Name, Reference, RelationshipClass, Unresolved};
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::entity::{EntityType, Property, RESOURCE};
use crate::path;
use crate::step::{Link, Step};
use crate::tags;

/// What a step found, in the order it was found.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The entities.
    pub entities: Vec<Entity>,
    /// The references. Their ends may be found by other steps.
    pub references: Vec<Reference>,
    /// The properties, as `type.property`, that were not of their declared type and were left out.
    pub drift: Vec<String>,
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
    /// Where the portal shows the tenant, such as `https://portal.azure.com/#@contoso.com`.
    pub portal: String,
    /// The value of the tag `AccountName` of every entity, where the instance asks for it.
    pub account_name: Option<String>,
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

impl Item<'_> {
    /// The id of the item.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.text("/id")
    }

    /// The text at `path`.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        path::first(self.json, path)?.as_str()
    }

    /// Every text at `path`.
    #[must_use]
    pub fn texts(&self, path: &str) -> Vec<&str> {
        let mut texts = Vec::new();
        path::visit(self.json, path, &mut |it| texts.extend(it.as_str()));
        texts
    }

    /// The part of the item at `path`, if it is there and has the shape of a `T`.
    #[must_use]
    pub fn view<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        T::deserialize(self.json.pointer(path)?).ok()
    }

    /// The page of an id in the portal.
    #[must_use]
    pub fn web_link(&self, id: &str) -> String {
        format!("{}/resource/{}", self.scope.portal, id.trim_start_matches('/'))
    }
}

impl Step {
    /// Adds what an item becomes to `out`.
    ///
    /// This cannot fail. What is not understood is left out and counted as drift: one odd property
    /// must not hide the entity, nor one odd item the others.
    pub fn convert(&self, item: Item<'_>, out: &mut Output) {
        let key = self.emits.and_then(|_| (self.key)(&item));
        if let (Some(emits), Some(key)) = (self.emits, key) {
            if self.patches.is_empty() {
                let mut entity = emits.refined(key.clone(), &item, self.refine, &mut out.drift);
                entity.aliases = (self.aliases)(&item);
                out.entities.push(entity);
                out.references.extend(containment(emits, &key));
            } else {
                out.entities.push(self.patch(emits, key.clone(), &item, &mut out.drift));
            }
            link(emits.kind, &key, self.links, &item, out);
            self.parts(&item, &key, emits, out);
        } else if self.emits.is_some() {
            out.drift.push(format!("{}.id", self.id));
        }
        (self.relate)(&item, out);
    }

    fn patch(
        &self,
        emits: &'static EntityType,
        key: Key,
        item: &Item<'_>,
        drift: &mut Vec<String>,
    ) -> Entity {
        let mut entity = emits.bare(key);
        entity.is_patch = true;
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
                let Some(part_key) = item.id().map(Key::new) else {
                    return out.drift.push(format!("{}.id", part.emits.kind));
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
                    unresolved: Unresolved::Drop,
                });
                link(part.emits.kind, &part_key, part.links, &item, out);
            });
        }
    }
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
    fn refined(
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
        complete(&mut entity);
        check(self, &[], &mut entity, drift);
        entity
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

/// Sets what is declared, and what every resource has.
fn describe(
    emits: &'static EntityType,
    item: &Item<'_>,
    entity: &mut Entity,
    drift: &mut Vec<String>,
) {
    read(emits, emits.declared(), item, entity, drift);
    if is_resource(emits) {
        let group = entity.key.resource_group();
        let group = group.as_ref().and_then(|it| it.as_str().rsplit('/').next());
        entity.set("resourceGroup", group);
        entity.set("webLink", item.id().map(|id| item.web_link(id)));
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

fn is_resource(emits: &EntityType) -> bool {
    std::ptr::eq(emits.shared, RESOURCE)
}

/// Sees to it that an entity has a name: whoever reads the graph relies on it.
fn complete(entity: &mut Entity) {
    let text = |name| entity.text(name).filter(|it| !it.is_empty()).map(str::to_owned);
    let display = text("displayName").or_else(|| text("name"));
    let display = display.unwrap_or_else(|| entity.key.to_string());
    let name = text("name").unwrap_or_else(|| display.clone());
    entity.set("displayName", Some(display));
    entity.set("name", Some(name));
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
        let is_fine = declared.is_some_and(|it| it.ty.admits(value));
        if !is_fine {
            drift.push(format!("{}.{name}", emits.kind));
        }
        is_fine
    });
}

/// A resource group has its resources.
fn containment(emits: &EntityType, key: &Key) -> Option<Reference> {
    let group = key.resource_group().filter(|group| is_resource(emits) && group != key)?;
    Some(Reference {
        from: End::named(Name::from(&group)),
        class: RelationshipClass::Has,
        to: End::known(key, emits.kind),
        kind: None,
        key: None,
        properties: Map::new(),
        unresolved: Unresolved::Drop,
    })
}

fn link(kind: &str, key: &Key, links: &[Link], item: &Item<'_>, out: &mut Output) {
    for link in links.iter().filter(|link| !link.path.is_empty()) {
        for value in item.texts(link.path) {
            let Some(name) = (link.by)(value, item.scope) else { continue };
            let (this, other) = (End::known(key, kind), End::named(name));
            let (from, to) = match link.direction {
                Direction::Forward => (this, other),
                Direction::Reverse => (other, this),
            };
            out.references.push(Reference {
                from,
                class: link.class,
                to,
                kind: link.kind.map(str::to_owned),
                key: None,
                properties: Map::new(),
                unresolved: (link.unresolved)(value, item),
            });
        }
    }
}
