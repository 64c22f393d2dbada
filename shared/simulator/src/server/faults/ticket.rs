//! Page tokens as clients get to see them while there are faults.

/// A page token: that of the service, and what faults need to know about the way to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    /// The token of the service. There is none for the first page.
    pub(super) inner: Option<String>,
    /// The list. The service may add parameters to links, so that they do not tell it.
    pub(super) list: u64,
    /// How often the list had expired when it was begun.
    pub(super) generation: u32,
    /// How often the page was put off.
    pub(super) detours: u32,
    /// Which page of the list it is, from 1.
    pub(super) ordinal: u32,
}

/// The length of what is added to the token of the service.
const ADDED: usize = 40;

impl Ticket {
    /// The first page, for which there is no token.
    pub(super) const fn first(list: u64, generation: u32) -> Self {
        Self { inner: None, list, generation, detours: 0, ordinal: 1 }
    }

    /// The ticket that a page token stands for, if one was given out like this.
    pub(super) fn parse(token: &str) -> Option<Self> {
        let (inner, added) = token.split_at_checked(token.len().checked_sub(ADDED)?)?;
        let number = |from: usize| u32::from_str_radix(added.get(from..from + 8)?, 16).ok();
        let ticket = Self {
            inner: Some(inner.to_owned()).filter(|inner| !inner.is_empty()),
            list: u64::from_str_radix(added.get(..16)?, 16).ok()?,
            generation: number(16)?,
            detours: number(24)?,
            ordinal: number(32)?,
        };
        (ticket.token() == token).then_some(ticket)
    }

    pub(super) fn token(&self) -> String {
        let inner = self.inner.as_deref().unwrap_or_default();
        format!(
            "{inner}{:016x}{:08x}{:08x}{:08x}",
            self.list, self.generation, self.detours, self.ordinal
        )
    }

    /// The page after this one.
    pub(super) const fn next(&self, inner: String) -> Self {
        Self {
            inner: Some(inner),
            list: self.list,
            generation: self.generation,
            detours: 0,
            ordinal: self.ordinal + 1,
        }
    }

    /// The same page by another token.
    pub(super) fn again(&self) -> Self {
        Self { detours: self.detours + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_the_ticket_says() {
        let first = Ticket::first(7, 3);
        for ticket in [first.again(), first.next("ab".into()), first.next("c".into()).again()] {
            assert_eq!(Ticket::parse(&ticket.token()), Some(ticket));
        }
        for token in ["", "ä", "ab", &"+".repeat(40), &"g".repeat(40), &"ä".repeat(21)] {
            assert_eq!(Ticket::parse(token), None, "{token}");
        }
    }
}
