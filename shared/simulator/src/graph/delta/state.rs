//! The tokens of delta queries, which hold all that is known about a round.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Collection;
use crate::graph::query::context;
use crate::paging::Pager;

/// What a token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The next page of a round.
    Skip,
    /// The next round.
    Delta,
}

impl Token {
    const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Delta => "delta",
        }
    }
}

/// Where a client is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// When the round began, in seconds since 1970.
    pub(super) issued: i64,
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
    /// Whether there are no more pages.
    pub(super) is_over: bool,
    /// The selected properties.
    pub(super) select: Option<Vec<String>>,
    /// The ids of the only objects that there are to be.
    pub(super) ids: Vec<String>,
}

impl State {
    /// The state in which the next round begins. If there was something new, up to two events are
    /// told again, which is what the documentation calls a replay.
    pub(super) fn next_round(&self, now: i64) -> Self {
        let again = if self.to > self.known { self.to % 3 } else { 0 };
        let from = self.to.saturating_sub(again).max(self.from.unwrap_or(self.to));
        Self {
            issued: now,
            from: Some(from),
            known: self.to,
            place: 0,
            offset: 0,
            after_empty: false,
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

    pub(super) fn seal(&self, pager: Pager, collection: Collection, token: Token) -> String {
        let text = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        format!("{:016x}{text}", tag(pager, collection, token, &text))
    }

    /// The state that a token holds; nothing if it was not given out for this.
    pub(super) fn open(
        pager: Pager,
        collection: Collection,
        token: Token,
        text: &str,
    ) -> Option<Self> {
        let (tag_text, text) = text.split_at_checked(16)?;
        let is_own = format!("{:016x}", tag(pager, collection, token, text)) == tag_text;
        let state = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| is_own)?;
        serde_json::from_slice(&state).ok()
    }
}

fn tag(pager: Pager, collection: Collection, token: Token, text: &str) -> u64 {
    pager.number(&format!("{} {} {text}", collection.name(), token.name()))
}
