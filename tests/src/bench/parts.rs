//! What the steps of a large directory would have stored, written without collecting it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;

use aws::Directory;
use collector::layout::{Content, Job};
use collector::ledger::{Entry, KnownBy, Status};
use collector::manifest::{Manifest, Part};
use collector::plan::Plan;
use collector::ports::{Body, Condition, Store as _};
use graph::{Entity, Key};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use steps::{InstanceView, Item, Output, Parent, Step};

use super::Error;
use crate::{Recording, instance};

/// How large a directory is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many users it has.
    pub users: u32,
    /// How many groups. One in ten has another one in it.
    pub groups: u32,
    /// How many users are in each group.
    pub members: u32,
    /// How many of a thousand users and memberships are others in the second job.
    pub changes: u32,
}

/// The jobs of a directory, in a folder.
#[derive(Debug)]
pub struct Stored {
    store: Directory,
    size: Size,
    instance: InstanceView,
    last: Option<Job>,
}

/// How many bytes of lines a part holds. Compressed, that is about as much as a step puts in one.
const PART: usize = 1 << 20;

/// The name under which the group lies that members are of.
const GROUP: &str = "azure_user_group";

impl Stored {
    /// Nothing yet, in a folder.
    #[must_use]
    pub fn new(folder: &Path, size: Size) -> Self {
        Self { store: Directory::new(folder), size, instance: instance(), last: None }
    }

    /// Stores what the steps of the next job read.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub async fn job(&mut self) -> Result<Job, Error> {
        let instance = json!({
            "id": "finish", "integration": "azure", "name": "Finish",
            "config": {
                "directoryId": self.instance.directory_id, "clientId": "c",
                "clientSecret": { "secretArn": "env:NAME" }, "ingestActiveDirectory": true,
            },
        });
        let instance = serde_json::from_value(instance)?;
        let round = u32::from(self.last.is_some());
        let job = Job { instance: "finish".to_owned(), id: format!("j{round}") };
        let plan = Plan {
            job: job.clone(),
            planned_at: format!("2026-03-0{}T00:00:00Z", round + 1),
            portal: self.instance.portal.clone(),
            intune_account_id: None,
            unregistered: BTreeSet::new(),
            index: collector::plan::Index::default(),
            tenant_id: None,
            previous: self.last.replace(job.clone()),
            is_whole: true,
            scheduled: false,
            kept: BTreeMap::new(),
            steps: Plan::steps_of(&instance, None),
            instance,
        };
        for (_, step) in plan.enabled() {
            let manifest = match step.id {
                "ad-users" => self.items(&job, step, self.users(round)).await?,
                "ad-groups" => self.items(&job, step, self.groups()).await?,
                "ad-group-members" => self.members(&job, step, round).await?,
                "ad-account" => {
                    let recorded = Recording::of(step).map(|it| it.items).unwrap_or_default();
                    self.items(&job, step, recorded.into_iter()).await?
                }
                _ => Writer::new(self, &job, step).manifest().await?,
            };
            self.put(&job.manifest(step.id), serde_json::to_vec(&manifest)?).await?;
        }
        self.put(&job.plan(), serde_json::to_vec(&plan)?).await?;
        Ok(job)
    }

    async fn items(
        &self,
        job: &Job,
        step: &'static Step,
        items: impl Iterator<Item = Value>,
    ) -> Result<Manifest, Error> {
        let mut writer = Writer::new(self, job, step);
        for item in items {
            writer.item(&item, None).await?;
        }
        writer.manifest().await
    }

    /// The users. In the second job, some of them differ, and some are gone.
    fn users(&self, round: u32) -> impl Iterator<Item = Value> {
        let changes = if round == 0 { 0 } else { self.size.changes };
        (0..self.size.users).filter_map(move |number| {
            let chance = mix(u64::from(number)) % 10_000;
            // One in ten of those that differ is gone.
            if chance < u64::from(changes) {
                return None;
            }
            let is_changed = chance < u64::from(changes * 10);
            let (id, word) = (guid("user", number), mix(u64::from(number) << 8));
            let given = NAMES[usize::try_from(word % 16).unwrap_or_default()];
            let name = format!("{given}.{number}@contoso.com");
            Some(json!({
                "accountEnabled": word % 17 > 0, "businessPhones": [format!("+64 4 {:07}", word % 10_000_000)],
                "creationType": null, "department": DEPARTMENTS[usize::try_from(word % 8).unwrap_or_default()],
                "displayName": format!("{given} Contoso {number}"), "employeeType": "Employee",
                "employeeHireDate": format!("2021-{:02}-{:02}T00:00:00Z", word % 12 + 1, word % 28 + 1),
                "givenName": given, "id": id, "jobTitle": if is_changed { "Manager" } else { "Engineer" },
                "lastPasswordChangeDateTime": format!("2026-01-{:02}T{:02}:15:{:02}Z", word % 28 + 1, word % 24, word % 60),
                "mail": name, "mobilePhone": format!("+64 21 {:06}", word % 1_000_000),
                "officeLocation": format!("{}/{}", word % 40, word % 300), "preferredLanguage": "en-NZ",
                "surname": format!("Contoso {number}"), "usageLocation": "NZ", "userPrincipalName": name,
                "userType": "Member",
            }))
        })
    }

    fn groups(&self) -> impl Iterator<Item = Value> {
        (0..self.size.groups).map(|number| {
            let word = mix(u64::from(number) << 9);
            let department = DEPARTMENTS[usize::try_from(word % 8).unwrap_or_default()];
            json!({
                "classification": null, "createdDateTime": format!("2024-{:02}-11T10:22:{:02}Z", word % 12 + 1, word % 60),
                "description": format!("Who works on {department} {number}"), "displayName": format!("{department} {number}"),
                "groupTypes": ["Unified"], "id": guid("group", number), "mail": format!("group{number}@contoso.com"),
                "mailEnabled": true, "mailNickname": format!("group{number}"), "onPremisesSyncEnabled": null,
                "proxyAddresses": [format!("SMTP:group{number}@contoso.com")], "securityEnabled": false,
                "renewedDateTime": format!("2025-{:02}-12T10:22:{:02}Z", word % 12 + 1, word % 60), "visibility": "Private",
            })
        })
    }

    async fn members(&self, job: &Job, step: &'static Step, round: u32) -> Result<Manifest, Error> {
        let Size { users, groups, members, changes } = self.size;
        let mut writer = Writer::new(self, job, step);
        for group in 0..groups {
            let key = Key::new(&guid("group", group));
            let properties = Value::Null;
            let parent = || Parent { key: &key, kind: GROUP, json: &properties };
            if group % 10 == 0 && group + 1 < groups {
                let item = json!({
                    "@odata.type": "#microsoft.graph.group", "id": guid("group", group + 1), "displayName": "Group",
                });
                writer.item(&item, Some(parent())).await?;
            }
            for member in 0..members {
                let mut word = mix(u64::from(group) << 32 | u64::from(member));
                if round > 0 && word % 1000 < u64::from(changes) {
                    word = mix(word);
                }
                let number = u32::try_from(word % u64::from(users)).unwrap_or_default();
                let item = json!({
                    "@odata.type": "#microsoft.graph.user", "id": guid("user", number), "displayName": "User",
                });
                writer.item(&item, Some(parent())).await?;
            }
        }
        writer.manifest().await
    }

    async fn put(&self, name: &str, body: Vec<u8>) -> Result<(), Error> {
        self.store.put(name, Body::Bytes(body), Condition::Always).await?;
        Ok(())
    }
}

const NAMES: [&str; 16] = [
    "Ada", "Bo", "Cy", "Dee", "Eve", "Flo", "Gus", "Hal", "Ida", "Jo", "Kit", "Lou", "Mia", "Ned",
    "Oz", "Pia",
];

const DEPARTMENTS: [&str; 8] =
    ["Platform", "Security", "Finance", "Legal", "Sales", "Support", "Research", "People"];

/// A number that seems to be drawn by chance (splitmix64).
const fn mix(number: u64) -> u64 {
    let mut it = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

/// The id of a user or a group: as hard to compress as those of Microsoft.
fn guid(kind: &str, number: u32) -> String {
    let seed = u64::from(number) << 8 | u64::from(kind.as_bytes()[0]);
    let bits = u128::from(mix(seed)) << 64 | u128::from(mix(!seed));
    uuid::Uuid::from_u128(bits).to_string()
}

/// Writes the parts of a step.
struct Writer<'a> {
    stored: &'a Stored,
    job: &'a Job,
    step: &'static Step,
    lines: [Vec<u8>; 2],
    parts: Vec<Part>,
    entities: BTreeMap<String, u64>,
    references: u64,
    items: u64,
    bytes: u64,
}

impl<'a> Writer<'a> {
    const fn new(stored: &'a Stored, job: &'a Job, step: &'static Step) -> Self {
        Self {
            stored,
            job,
            step,
            lines: [Vec::new(), Vec::new()],
            parts: Vec::new(),
            entities: BTreeMap::new(),
            references: 0,
            items: 0,
            bytes: 0,
        }
    }

    /// Adds what an item becomes.
    async fn item(&mut self, json: &Value, parent: Option<Parent<'_>>) -> Result<(), Error> {
        let raw = to_raw_value(json)?;
        self.items += 1;
        self.bytes += raw.get().len() as u64;
        let mut out = Output::default();
        self.step
            .convert(Item { json, raw: &raw, parent, instance: &self.stored.instance }, &mut out);
        for entity in &out.entities {
            *self.entities.entry(entity.kind.to_owned()).or_default() += 1;
            serde_json::to_writer(&mut self.lines[0], &line(entity))?;
            self.lines[0].write_all(b"\n")?;
        }
        for reference in &out.references {
            self.references += 1;
            serde_json::to_writer(&mut self.lines[1], reference)?;
            self.lines[1].write_all(b"\n")?;
        }
        self.store(PART).await
    }

    /// Stores the lines of which there are so many bytes.
    async fn store(&mut self, least: usize) -> Result<(), Error> {
        for (lines, content) in self.lines.iter_mut().zip([Content::Entities, Content::References])
        {
            if lines.len() < least.max(1) {
                continue;
            }
            let number = u32::try_from(self.parts.len())?;
            let name = self.job.part(self.step.id, number, "a", content);
            self.stored.put(&name, zstd::encode_all(lines.as_slice(), 3)?).await?;
            self.parts.push(Part { name, content });
            lines.clear();
        }
        Ok(())
    }

    async fn manifest(mut self) -> Result<Manifest, Error> {
        self.store(0).await?;
        let entry = Entry {
            step: self.step.id.to_owned(),
            scope: self.stored.instance.directory_id.clone(),
            kind: self.step.emits().map(|it| it.kind.to_owned()),
            pages: 1,
            items: self.items,
            counted: None,
            requests: 1,
            bytes: self.bytes,
            last: None,
            status: Status::Complete,
            reason: None,
            known_by: KnownBy::Read,
            known_at: None,
            vain: None,
            reading: None,
        };
        Ok(Manifest {
            step: self.step.id.to_owned(),
            parts: self.parts,
            ledger: vec![entry],
            entities: self.entities,
            references: self.references,
            vanished: 0,
            exceptions: Vec::new(),
            drift: BTreeMap::new(),
            discoveries: BTreeMap::new(),
            kept: None,
        })
    }
}

/// An entity as a step stores it.
fn line(entity: &Entity) -> Value {
    let mut properties = entity.properties.clone();
    properties.insert("_key".to_owned(), entity.key.as_str().into());
    properties.insert("_type".to_owned(), entity.kind.into());
    properties.insert("_class".to_owned(), entity.class.into());
    let mut line =
        json!({ "type": entity.kind, "key": entity.key, "entity": properties, "raw": entity.raw });
    if !entity.aliases.is_empty() {
        line["names"] = json!(entity.aliases);
    }
    line
}
