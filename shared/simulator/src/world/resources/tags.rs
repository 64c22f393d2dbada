//! Tags.

use serde_json::{Map, Value, json};

use crate::world::random::Draw;

/// Tags, which are always texts, even where they look like something else. A third of all
/// resources has none at all, which is not the same as an empty set of tags.
pub(crate) fn tags(draw: &mut Draw, environment: &str) -> Option<Value> {
    let mut tags = Map::new();
    match draw.below(9) {
        0..=2 => return None,
        3 => {}
        style => {
            let environment_key = if style == 4 { "Environment" } else { "environment" };
            tags.insert(environment_key.into(), json!(environment));
            if draw.chance(50) {
                tags.insert("costCenter".into(), json!(draw.pick(&["4711", "0815", "1.5"])));
            }
            if draw.chance(40) {
                tags.insert("managed".into(), json!(draw.pick(&["true", "false", "True"])));
            }
            if draw.chance(30) {
                tags.insert("owner".into(), json!(draw.pick(&["team-ops", "Équipe Réseau", ""])));
            }
            if draw.chance(10) {
                tags.insert("hidden-link:/app".into(), json!("Resource"));
            }
        }
    }
    Some(Value::Object(tags))
}
