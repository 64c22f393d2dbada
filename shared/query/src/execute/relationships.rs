//! All relationships in memory: 8 bytes for each. Whoever asks more than once keeps them.

use std::ops::Range;

use super::bits::Bits;
use super::walk::Link;
use crate::tables::{Ends, TableError, Tables};

/// Both ends of all relationships.
#[derive(Debug)]
pub struct Relationships {
    /// By the number of the table.
    tables: Vec<(u32, Ends)>,
    /// How many entities there are.
    entities: u32,
}

/// How far an entity is that was not reached.
const NOWHERE: u8 = u8::MAX;

impl Relationships {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If a table cannot be read.
    pub async fn read(tables: &Tables) -> Result<Self, TableError> {
        let mut all = Vec::new();
        for (at, table) in (0..).zip(&tables.manifest.relationships) {
            all.push((at, tables.ends(table).await?));
        }
        Ok(Self { tables: all, entities: tables.manifest.count() })
    }

    /// Hands over each, in the order of the tables.
    pub fn each(&self, mut hand: impl FnMut(Link)) {
        for (table, ends) in &self.tables {
            for (row, (from, to)) in (0..).zip(ends.from.iter().zip(&ends.to)) {
                hand(Link { table: *table, row, from: *from, to: *to });
            }
        }
    }

    /// Those that start or end at an entity.
    #[must_use]
    pub fn of(&self, entity: u32) -> Vec<Link> {
        let mut links = Vec::new();
        self.each(|link| {
            if link.from == entity || link.to == entity {
                links.push(link);
            }
        });
        links
    }

    /// The shortest ways from one entity to another, over at most so many relationships of any
    /// direction, and at most so many ways. None goes by a barred entity. Of several relationships
    /// between the same two entities, a way has the first.
    #[must_use]
    pub fn ways(
        &self,
        (from, to): (u32, u32),
        longest: usize,
        barred: &[Range<u32>],
        most: usize,
    ) -> Vec<Vec<Link>> {
        let longest = u8::try_from(longest).unwrap_or(NOWHERE).min(NOWHERE - 1);
        let Some(distances) = self.distances((from, to), longest, barred) else {
            return Vec::new();
        };
        let length = distances[to as usize];
        // From the end to the beginning: for each distance, what leads there on a shortest way.
        let mut steps: Vec<Vec<(u32, Link)>> = Vec::new();
        let mut wanted = Bits::new(self.entities);
        wanted.insert(to);
        for distance in (0..length).rev() {
            let (mut found, mut before) = (Vec::new(), Bits::new(self.entities));
            self.each(|link| {
                for (here, there) in [(link.from, link.to), (link.to, link.from)] {
                    if wanted.contains(there) && distances[here as usize] == distance {
                        before.insert(here);
                        found.push((there, link));
                    }
                }
            });
            // The order within the same end stays that of the tables.
            found.sort_by_key(|(end, _)| *end);
            steps.push(found);
            wanted = before;
        }
        let mut ways = Vec::new();
        follow(&steps, to, &mut Vec::new(), most, &mut ways);
        ways
    }

    /// How far each entity is from the first, until the last is reached.
    fn distances(
        &self,
        (from, to): (u32, u32),
        longest: u8,
        barred: &[Range<u32>],
    ) -> Option<Vec<u8>> {
        let mut distances = vec![NOWHERE; self.entities as usize];
        *distances.get_mut(from as usize)? = 0;
        distances.get(to as usize)?;
        let may_go_by = |entity: u32| entity == to || !barred.iter().any(|it| it.contains(&entity));
        for distance in 0..longest {
            if distances[to as usize] != NOWHERE {
                break;
            }
            self.each(|link| {
                for (here, there) in [(link.from, link.to), (link.to, link.from)] {
                    let is_next = distances[here as usize] == distance
                        && distances[there as usize] == NOWHERE;
                    if is_next && may_go_by(there) {
                        distances[there as usize] = distance + 1;
                    }
                }
            });
        }
        (distances[to as usize] != NOWHERE).then_some(distances)
    }
}

/// Adds the ways that lead to an end. `after` is the way from there on, backwards.
fn follow(
    steps: &[Vec<(u32, Link)>],
    end: u32,
    after: &mut Vec<Link>,
    most: usize,
    ways: &mut Vec<Vec<Link>>,
) {
    let Some((last, earlier)) = steps.split_first() else {
        if ways.len() < most {
            ways.push(after.iter().rev().copied().collect());
        }
        return;
    };
    let begin = last.partition_point(|(it, _)| *it < end);
    let mut taken = Vec::new();
    for (_, link) in last[begin..].iter().take_while(|(it, _)| *it == end) {
        let before = if link.to == end { link.from } else { link.to };
        if taken.contains(&before) {
            continue;
        }
        if ways.len() >= most {
            return;
        }
        taken.push(before);
        after.push(*link);
        follow(earlier, before, after, most, ways);
        after.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relationships(tables: &[&[(u32, u32)]]) -> Relationships {
        let ends = |pairs: &&[(u32, u32)]| Ends {
            from: pairs.iter().map(|it| it.0).collect(),
            to: pairs.iter().map(|it| it.1).collect(),
        };
        let tables: Vec<(u32, Ends)> = (0..).zip(tables.iter().map(ends)).collect();
        let all = tables.iter().flat_map(|(_, it)| it.from.iter().chain(&it.to));
        let entities = all.max().map_or(0, |it| it + 1);
        Relationships { tables, entities }
    }

    fn entities(ways: &[Vec<Link>], from: u32) -> Vec<Vec<u32>> {
        let way = |links: &Vec<Link>| {
            let mut way = vec![from];
            for link in links {
                let here = way[way.len() - 1];
                way.push(link.other(here));
            }
            way
        };
        ways.iter().map(way).collect()
    }

    #[test]
    fn every_shortest_way_is_found_once() {
        // Two ways of two from 0 to 3, one of which has two relationships; and one of three.
        let all =
            relationships(&[&[(0, 1), (1, 3), (0, 2), (3, 2), (0, 4)], &[(1, 3), (4, 5), (5, 3)]]);
        let ways = all.ways((0, 3), 6, &[], 25);
        assert_eq!(entities(&ways, 0), [[0, 1, 3], [0, 2, 3]]);
        assert_eq!(entities(&all.ways((0, 3), 6, &[], 1), 0), [[0, 1, 3]]);
        let barred = std::slice::from_ref(&(1..3));
        assert_eq!(entities(&all.ways((0, 3), 6, barred, 25), 0), [[0, 4, 5, 3]]);
        assert!(all.ways((0, 3), 1, &[], 25).is_empty());
        assert!(all.ways((0, 3), 2, barred, 25).is_empty());
        assert_eq!(all.ways((2, 2), 6, &[], 25), [[]]);
        assert!(all.ways((0, 99), 6, &[], 25).is_empty());
    }

    #[test]
    fn what_starts_or_ends_at_an_entity_is_found() {
        let all = relationships(&[&[(0, 1), (1, 2)], &[(2, 0), (2, 2)]]);
        assert_eq!(all.of(0).len(), 2);
        assert_eq!(all.of(2).len(), 3);
    }
}
