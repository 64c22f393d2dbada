//! The lines of a snapshot: the properties of an entity or relationship in the order of their
//! names, and at the end what Microsoft answered.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::record::{Unknown, parse};
use crate::context::Error;

/// Since when, and why, something is in the snapshot that was not found.
pub(super) const STALE: [&str; 2] = ["_staleSince", "_staleReason"];

/// The properties of an entity whose values are those of the last snapshot: of each the name, the
/// moment when it was read, and why it was not read since.
pub(super) const STALE_PROPERTIES: &str = "_staleProperties";

/// Properties whose values could not be read: of each the name, and why.
pub(super) const UNKNOWN: &str = "_unknown";

/// The names that an entity answers to besides its key, for the next job. Exports leave them out.
pub const ALIASES: &str = "_aliases";

pub(super) const RAW: &str = "_rawData";

/// A line, property by property, each byte for byte.
#[derive(Debug, Default)]
pub(super) struct SnapshotLine(BTreeMap<String, Box<RawValue>>);

impl SnapshotLine {
    pub(super) fn read(text: &[u8]) -> Result<Self, Error> {
        Ok(Self(parse(text)?))
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        let value = to_raw_value(&value.into()).map_err(std::io::Error::from)?;
        self.0.insert(name.to_owned(), value);
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// What a list of texts says of a property: the text that begins with its name.
    fn says_of(&self, list: &str, name: &str) -> Option<String> {
        let texts: Vec<String> = serde_json::from_str(self.0.get(list)?.get()).ok()?;
        texts.into_iter().find(|it| it.split_once(": ").is_some_and(|(of, _)| of == name))
    }

    /// Sets properties that were not read: to the value of an earlier line of the same entity,
    /// where that stays, and else it says why they are not known.
    pub(super) fn lack(
        &mut self,
        earlier: Option<&Self>,
        lacking: &[Unknown],
    ) -> Result<(), Error> {
        let (mut unknown, mut stale) = (Vec::new(), Vec::new());
        for Unknown { name, reason, kept } in lacking {
            if self.has(name) {
                continue;
            }
            match (kept, earlier) {
                (Some(since), Some(earlier)) if earlier.says_of(UNKNOWN, name).is_none() => {
                    let Some(value) = earlier.0.get(*name) else { continue };
                    let said = earlier.says_of(STALE_PROPERTIES, name);
                    stale.push(said.unwrap_or_else(|| format!("{name}: {since}: {reason}")));
                    self.0.insert((*name).to_owned(), value.clone());
                }
                _ => unknown.push(format!("{name}: {reason}")),
            }
        }
        for (list, texts) in [(UNKNOWN, unknown), (STALE_PROPERTIES, stale)] {
            if !texts.is_empty() {
                self.set(list, texts)?;
            }
        }
        Ok(())
    }

    /// Adds what Microsoft answered.
    pub(super) fn raw(&mut self, raw: &RawValue) -> Result<(), Error> {
        let text = format!(r#"[{{"name":"default","rawData":{}}}]"#, raw.get());
        self.0.insert(RAW.to_owned(), RawValue::from_string(text).map_err(std::io::Error::from)?);
        Ok(())
    }

    /// Adds what a patch says. Lists are united; what is known otherwise stays.
    pub(super) fn patch(&mut self, patch: &[u8]) -> Result<(), Error> {
        for (name, value) in Self::read(patch)?.0 {
            let Some(known) = self.0.get(&name) else {
                self.0.insert(name, value);
                continue;
            };
            // Found twice is as found once, also in the order of what it lists.
            if known.get() == value.get() {
                continue;
            }
            let known: Value = parse(known.get().as_bytes())?;
            if let (Value::Array(mut all), Value::Array(added)) =
                (known, parse(value.get().as_bytes())?)
            {
                all.extend(added);
                all.sort_by_key(ToString::to_string);
                all.dedup();
                self.set(&name, all)?;
            }
        }
        Ok(())
    }

    /// The line as it is written.
    pub(super) fn write(&self) -> String {
        let mut text = String::from("{");
        let (last, first): (Vec<_>, Vec<_>) = self.0.iter().partition(|(name, _)| *name == RAW);
        for (name, value) in first.into_iter().chain(last) {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        text
    }

    /// The properties that differ from those of an earlier line, in order.
    pub(super) fn differs(&self, earlier: &Self) -> Vec<String> {
        let is_told = |name: &&String| {
            ![RAW, ALIASES, STALE_PROPERTIES].contains(&name.as_str())
                && !STALE.contains(&name.as_str())
        };
        let mut names: Vec<&String> =
            self.0.keys().chain(earlier.0.keys()).filter(is_told).collect();
        names.sort_unstable();
        names.dedup();
        let value = |line: &Self, name: &str| line.0.get(name).map(|it| it.get().to_owned());
        let differing = names.into_iter().filter(|name| value(self, name) != value(earlier, name));
        differing.cloned().collect()
    }
}

/// What a job knows of something.
pub(super) enum Known {
    /// It was found, or follows from what was: its line.
    Found(String),
    /// It follows only if what is carried forward is still there.
    Carried(SnapshotLine),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> SnapshotLine {
        SnapshotLine::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_line_is_written_in_order_and_byte_for_byte() {
        let mut line = line(r#"{"b":1.0,"_rawData":[],"a":"ü"}"#);
        line.set("c", true).unwrap();
        assert_eq!(line.write(), r#"{"a":"ü","b":1.0,"c":true,"_rawData":[]}"#);
    }

    #[test]
    fn a_patch_adds_and_unites() {
        let mut line = line(r#"{"a":1,"l":["x"]}"#);
        line.patch(br#"{"a":2,"b":3,"l":["w","x"]}"#).unwrap();
        assert_eq!(line.write(), r#"{"a":1,"b":3,"l":["w","x"]}"#);
    }

    #[test]
    fn what_is_still_to_be_read_keeps_its_last_value_with_its_date() {
        let lacking = |name, since: Option<&str>| Unknown {
            name,
            reason: "why".to_owned(),
            kept: since.map(str::to_owned),
        };
        let lacking = ["a", "b", "c", "d"].map(|name| lacking(name, Some("T2")));
        let earlier = r#"{"a":1,"b":2,"_staleProperties":["b: T1: why"],"_unknown":["c: why"]}"#;
        let mut new = line(r#"{"e":0}"#);
        new.lack(Some(&line(earlier)), &lacking).unwrap();
        assert_eq!(
            new.write(),
            r#"{"_staleProperties":["a: T2: why","b: T1: why"],"_unknown":["c: why"],"a":1,"b":2,"e":0}"#
        );
        // Of an entity that is new, nothing is known.
        let mut new = line(r#"{"a":3}"#);
        new.lack(None, &lacking[..2]).unwrap();
        assert_eq!(new.write(), r#"{"_unknown":["b: why"],"a":3}"#);
        assert!(line(r#"{"a":1}"#).differs(&line(r#"{"a":1,"_staleProperties":[]}"#)).is_empty());
    }

    #[test]
    fn what_differs_is_named() {
        let earlier = line(r#"{"a":1,"b":2,"_staleReason":"x","_rawData":[1]}"#);
        let later = line(r#"{"a":1,"b":3,"c":4,"_rawData":[2]}"#);
        assert_eq!(later.differs(&earlier), ["b", "c"]);
    }
}
