//! A client that follows a collection.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::graph;
use crate::tests::{Client, texts};
use crate::world::directory::reference::Reference;
use crate::world::guid::Kind;

/// A client's copy of a collection, which delta queries keep up to date.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    pub(super) objects: BTreeMap<String, Map<String, Value>>,
    pub(super) members: BTreeMap<String, BTreeSet<String>>,
    /// Where the next round begins.
    pub(super) link: String,
    pub(super) pages: usize,
    pub(super) empty: usize,
    pub(super) items: Vec<Value>,
}

impl Mirror {
    pub(super) fn begin(client: &Client, path: &str) -> Self {
        let mut mirror = Self { link: graph(path), ..Self::default() };
        mirror.round(client);
        mirror
    }

    /// Reads a round.
    pub(super) fn round(&mut self, client: &Client) {
        let token = client.graph_token();
        (self.pages, self.empty) = (0, 0);
        self.items.clear();
        loop {
            let page = client.get(&token, &self.link);
            assert_eq!(page.status, 200, "{}: {:?}", self.link, page.body);
            self.pages += 1;
            self.empty += usize::from(page.items().is_empty());
            page.items().iter().for_each(|item| self.merge(item));
            let links = ["@odata.nextLink", "@odata.deltaLink"].map(|it| page.body[it].as_str());
            match links {
                [Some(next), None] => next.clone_into(&mut self.link),
                [None, Some(delta)] => break delta.clone_into(&mut self.link),
                _ => panic!("a page has one of both links: {:?}", page.body),
            }
        }
    }

    pub(super) fn merge(&mut self, item: &Value) {
        self.items.push(item.clone());
        let id = item["id"].as_str().unwrap().to_owned();
        if item.get("@removed").is_some() {
            self.objects.remove(&id);
            self.members.remove(&id);
            return;
        }
        let mut properties = item.as_object().unwrap().clone();
        let members = self.members.entry(id.clone()).or_default();
        for member in
            properties.remove("members@delta").iter().flat_map(|it| it.as_array().unwrap())
        {
            let id = member["id"].as_str().unwrap().to_owned();
            if member.get("@removed").is_some() {
                members.remove(&id)
            } else {
                members.insert(id)
            };
        }
        self.objects.entry(id).or_default().extend(properties);
    }

    pub(super) fn ids(&self) -> BTreeSet<String> {
        self.objects.keys().cloned().collect()
    }

    /// Compares the copy with what the collection itself has.
    pub(super) fn compare(&self, client: &Client, path: &str) {
        let listed = client.all(&client.graph_token(), &graph(path));
        assert_eq!(self.ids(), texts(&listed, "/id").into_iter().map(str::to_owned).collect());
        for object in &listed {
            let own = &self.objects[object["id"].as_str().unwrap()];
            for (name, value) in object.as_object().unwrap() {
                assert_eq!(own.get(name).unwrap_or(&Value::Null), value, "{path} {name}");
            }
        }
    }

    pub(super) fn compare_members(&self, client: &Client, path: &str) {
        // Reading the lists itself costs a request for each, so not all are read.
        let token = client.graph_token();
        for (id, own) in self.members.iter().take(60) {
            let cast = "?$select=id&$top=999";
            let mut listed: BTreeSet<String> = BTreeSet::new();
            for page in client.pages(&token, &graph(&format!("{path}/{id}/members{cast}"))) {
                listed.extend(texts(page.items(), "/id").into_iter().map(str::to_owned));
            }
            // Some groups do not list their service principals, which delta queries tell.
            let tenant = &client.cloud.tenant;
            let is_shown = |id: &&String| tenant.guids.index(Kind::ServicePrincipal, id).is_none();
            let is_there = |id: &&String| Reference::find(tenant, id).is_some();
            let own: BTreeSet<&String> = own.iter().filter(is_shown).filter(is_there).collect();
            assert_eq!(own, listed.iter().filter(is_shown).collect(), "{path} {id}");
        }
    }
}
