//! What is in what of its own kind, and what something is in, however deep.

use std::collections::{BTreeSet, HashSet};

/// Things of one kind that are in each other. A thing is known by its place in the order of keys.
#[derive(Debug)]
pub(super) struct Nest {
    keys: Vec<Box<str>>,
    /// For each thing, the things that it is directly in, and whether that was found.
    within: Vec<Vec<(u32, bool)>>,
    /// For each thing, whether there is one in it.
    has_any: Vec<bool>,
    /// Whether everything was found.
    is_found: bool,
}

/// Something that a thing is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Above {
    pub(super) thing: u32,
    /// How many steps up it is at least.
    pub(super) distance: u32,
    /// Whether the way there was found. If not, some of it may be carried forward.
    pub(super) is_found: bool,
}

impl Nest {
    /// Makes one of edges, each from a thing to one that is in it, and whether that was found.
    pub(super) fn new(edges: Vec<(String, String, bool)>) -> Self {
        let ends = edges.iter().flat_map(|(from, to, _)| [from.as_str(), to.as_str()]);
        let mut keys: Vec<Box<str>> = ends.map(Box::from).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut nest = Self {
            within: vec![Vec::new(); keys.len()],
            has_any: vec![false; keys.len()],
            is_found: edges.iter().all(|(.., is_found)| *is_found),
            keys,
        };
        for (from, to, is_found) in edges {
            if let (Some(from), Some(to)) = (nest.find(&from), nest.find(&to)) {
                nest.within[to as usize].push((from, is_found));
                nest.has_any[from as usize] = true;
            }
        }
        nest
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The thing with a key, unless it is in none and none is in it.
    pub(super) fn find(&self, key: &str) -> Option<u32> {
        let place = self.keys.binary_search_by(|it| (**it).cmp(key)).ok()?;
        u32::try_from(place).ok()
    }

    pub(super) fn key(&self, thing: u32) -> &str {
        &self.keys[thing as usize]
    }

    /// Whether a thing of its kind is in it.
    pub(super) fn has_any_in(&self, thing: u32) -> bool {
        self.has_any[thing as usize]
    }

    /// Looks for what things are in, but for no more than so many of the nearest.
    pub(super) fn search(&self, most: usize) -> Search<'_> {
        Search { nest: self, most, last: None, above: Vec::new(), cut_short: BTreeSet::new() }
    }
}

/// Finds what things are in, and remembers it for the last thing: members come in the order of what
/// they are in.
#[derive(Debug)]
pub(super) struct Search<'n> {
    nest: &'n Nest,
    most: usize,
    last: Option<u32>,
    above: Vec<Above>,
    cut_short: BTreeSet<u32>,
}

impl Search<'_> {
    /// What a thing is in, however deep, without itself. If some of the ways are carried forward,
    /// what is found comes first, and then everything, with the length of the shortest way of any
    /// sort.
    pub(super) fn above(&mut self, thing: u32) -> &[Above] {
        if self.last != Some(thing) {
            self.last = Some(thing);
            self.above = self.nearest(thing, true);
            if !self.nest.is_found {
                let above = self.nearest(thing, false);
                self.above.extend(above);
            }
        }
        &self.above
    }

    /// For how many things it did not give everything that they are in, because that was too much.
    pub(super) fn cut_short(&self) -> usize {
        self.cut_short.len()
    }

    /// Goes up level by level, by what was found or by all, and through each thing once: there may
    /// be circles.
    fn nearest(&mut self, thing: u32, is_found: bool) -> Vec<Above> {
        let mut seen = HashSet::from([thing]);
        let (mut above, mut level) = (Vec::new(), vec![thing]);
        for distance in 1.. {
            let up = level.iter().flat_map(|it| &self.nest.within[*it as usize]);
            let up = up.filter(|(_, was_found)| *was_found || !is_found);
            let mut next: Vec<u32> = up.map(|(it, _)| *it).filter(|it| seen.insert(*it)).collect();
            next.sort_unstable();
            let room = self.most - above.len();
            if next.len() > room {
                self.cut_short.insert(thing);
                next.truncate(room);
            }
            if next.is_empty() {
                break;
            }
            above.extend(next.iter().map(|&thing| Above { thing, distance, is_found }));
            level = next;
        }
        above
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nest(edges: &[(&str, &str, bool)]) -> Nest {
        Nest::new(edges.iter().map(|&(a, b, found)| (a.to_owned(), b.to_owned(), found)).collect())
    }

    /// What a thing is in, with how far that is, and a star if that is not found but carried
    /// forward.
    fn above(nest: &Nest, thing: &str, most: usize) -> Vec<String> {
        let mut search = nest.search(most);
        let above = search.above(nest.find(thing).unwrap()).iter();
        let text = |it: &Above| {
            let star = if it.is_found { "" } else { "*" };
            format!("{}{}{star}", nest.key(it.thing), it.distance)
        };
        above.map(text).collect()
    }

    #[test]
    fn a_thing_is_in_what_it_is_in_is_in() {
        let nest = nest(&[("a", "b", true), ("b", "c", true), ("a", "c", true), ("x", "y", true)]);
        assert_eq!(above(&nest, "c", 9), ["a1", "b1"]);
        assert_eq!(above(&nest, "a", 9), [""; 0]);
        assert!(nest.find("d").is_none());
        let has_any = |key| nest.has_any_in(nest.find(key).unwrap());
        assert!(has_any("a") && has_any("b") && !has_any("c"));
    }

    #[test]
    fn circles_come_to_an_end() {
        let nest = nest(&[("a", "b", true), ("b", "c", true), ("c", "a", true), ("c", "c", true)]);
        assert_eq!(above(&nest, "a", 9), ["c1", "b2"]);
        assert_eq!(above(&nest, "c", 9), ["b1", "a2"]);
    }

    #[test]
    fn what_was_found_is_told_from_what_is_carried_forward() {
        let nest =
            nest(&[("a", "d", false), ("a", "b", true), ("b", "d", true), ("x", "a", false)]);
        assert_eq!(above(&nest, "d", 9), ["b1", "a2", "a1*", "b1*", "x2*"]);
    }

    #[test]
    fn only_the_nearest_are_given_where_there_are_too_many() {
        let nest = nest(&[("b", "d", true), ("c", "d", true), ("a", "b", true), ("z", "a", true)]);
        assert_eq!(above(&nest, "d", 4), ["b1", "c1", "a2", "z3"]);
        assert_eq!(above(&nest, "d", 3), ["b1", "c1", "a2"]);
        assert_eq!(above(&nest, "d", 1), ["b1"]);
        let mut search = nest.search(3);
        for _ in 0..2 {
            search.above(nest.find("d").unwrap());
            search.above(nest.find("a").unwrap());
        }
        assert_eq!(search.cut_short(), 1);
    }
}
