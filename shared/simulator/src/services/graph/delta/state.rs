//! The tokens of delta queries, which hold all that is known about a round.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::collection::Collection;
use crate::services::graph::query::context;
use crate::services::paging::Pager;

/// Where a client is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The length of the history that the client knows of; nothing in the first round.
    pub(super) from: Option<usize>,
    /// The length of the history that it will know of after this round.
    pub(super) to: usize,
    /// The length that it knew of before; it is told a bit of that again.
    pub(super) known: usize,
    /// How many places the first round has.
    pub(super) total: u64,
    /// The next place.
    pub(super) place: u64,
    /// The next member of the object at that place.
    pub(super) offset: u64,
    /// Whether an empty page was sent before this one.
    pub(super) after_empty: bool,
    /// Whether there are no more pages, of which no token is given out.
    #[serde(skip)]
    pub(super) is_over: bool,
    /// The selected properties.
    pub(super) select: Option<Vec<String>>,
    /// The ids of the only objects that there are to be.
    pub(super) ids: Vec<String>,
}

impl State {
    /// The state in which the next round begins. If there was something new, up to two events are
    /// told again, which is what the documentation calls a replay.
    pub(super) fn next_round(&self) -> Self {
        let again = if self.to > self.known { self.to % 3 } else { 0 };
        let from = self.to.saturating_sub(again).max(self.from.unwrap_or(self.to));
        Self {
            from: Some(from),
            known: self.to,
            place: 0,
            offset: 0,
            after_empty: false,
            is_over: false,
            ..self.clone()
        }
    }

    /// Whether the members of groups are tracked.
    pub(super) fn tracks_members(&self, collection: Collection) -> bool {
        collection.has_members() && self.tracks("members")
    }

    /// Whether changes of a property are told.
    pub(super) fn tracks(&self, name: &str) -> bool {
        self.select.as_ref().is_none_or(|names| names.iter().any(|it| it == name))
    }

    /// The context of an answer, whose columns are those that were selected at first.
    pub(super) fn context(&self, collection: Collection) -> String {
        context(collection.name(), self.select.as_deref())
    }

    /// The token by which a round goes on.
    pub(super) fn skip_token(&self, pager: Pager, collection: Collection) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        format!("{:016x}{text}", pager.number(&format!("{} skip {text}", collection.name())))
    }

    /// The state that such a token holds; nothing if it was not given out for this.
    pub(super) fn of_skip_token(pager: Pager, collection: Collection, token: &str) -> Option<Self> {
        let (_, text) = token.split_at_checked(16)?;
        let state = URL_SAFE_NO_PAD.decode(text).ok()?;
        let state: Self = serde_json::from_slice(&state).ok()?;
        (state.skip_token(pager, collection) == token).then_some(state)
    }
}

/// The token by which the next round begins. No two are the same: when it was issued and which one
/// it is stand behind a dot, where those find it who must not let it matter.
pub(super) struct DeltaToken {
    pub(super) state: State,
    /// When it was issued, in seconds since 1970.
    pub(super) issued: i64,
    /// Tells it from all others.
    pub(super) serial: String,
}

impl DeltaToken {
    pub(super) fn text(&self, pager: Pager, collection: Collection) -> String {
        let state = self.state.skip_token(pager, collection);
        let text = format!("{state}.{:x}.{}", self.issued, self.serial);
        let tag = pager.number(&format!("{} delta {text}", collection.name()));
        format!("{text}.{tag:016x}")
    }

    /// The token that a text stands for; nothing if it was not given out for this.
    pub(super) fn of_text(pager: Pager, collection: Collection, text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let [state, issued, serial, _] = parts[..] else { return None };
        let token = Self {
            state: State::of_skip_token(pager, collection, state)?,
            issued: i64::from_str_radix(issued, 16).ok()?,
            serial: serial.to_owned(),
        };
        (token.text(pager, collection) == text).then_some(token)
    }
}
