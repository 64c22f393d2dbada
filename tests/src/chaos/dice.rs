//! What is left to chance, and yet the same for a seed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::weather::Weather;

/// How often the same thing goes wrong with the same message, or with objects of the same sort:
/// what goes wrong again and again is no passing fault. Who reads or writes a hundred objects in a
/// row, as the finish does, would otherwise begin again and again.
const AT_MOST: u64 = 2;

/// Decides by the seed, by what is decided, by what it is about, and by how often that was decided
/// before; so one decision more does not change all the others.
#[derive(Debug)]
pub(crate) struct Dice {
    seed: u64,
    density: f64,
    kills: f64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How often the dice were thrown for something.
    throws: BTreeMap<(&'static str, String), u64>,
    /// How often it went wrong.
    faults: BTreeMap<(&'static str, String), u64>,
}

impl Dice {
    pub(crate) fn new(weather: &Weather) -> Self {
        let Weather { seed, density, kills, .. } = *weather;
        Self { seed, density, kills, state: Mutex::default() }
    }

    /// Whether something goes wrong now.
    pub(crate) fn fault(&self, what: &'static str, about: &str) -> bool {
        let share = self.throw(what, &plain(about));
        let mut state = self.state();
        let faults = state.faults.entry((what, plain(sort(about)))).or_default();
        let is_fault = share < self.density && *faults < AT_MOST;
        *faults += u64::from(is_fault);
        is_fault
    }

    /// Whether an invocation of a function dies, and after how many polls, if it lives that long.
    /// The first polls matter as much as the many that follow, so the number is spread by its
    /// magnitude.
    pub(crate) fn death(&self, function: &str) -> Option<u32> {
        let is_death = self.throw("death", function) < self.kills;
        let polls = 2_f64.powf(self.throw("polls", function) * 11.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "up to 2048")]
        is_death.then_some(polls as u32)
    }

    /// A time between two, spread by its magnitude.
    pub(crate) fn time(&self, what: &'static str, [from, to]: [Duration; 2]) -> Duration {
        from.mul_f64(to.div_duration_f64(from).powf(self.throw(what, "")))
    }

    /// Puts things in another order.
    pub(crate) fn shuffle<T>(&self, what: &'static str, things: &mut [T]) {
        things.sort_by_cached_key(|_| self.throw(what, "").to_bits());
    }

    /// How often each thing went wrong.
    pub(crate) fn faults(&self) -> BTreeMap<&'static str, u64> {
        let mut faults = BTreeMap::new();
        for ((what, _), times) in self.state().faults.iter().filter(|(_, times)| **times > 0) {
            *faults.entry(*what).or_default() += times;
        }
        faults
    }

    /// A number from 0 up to 1.
    fn throw(&self, what: &'static str, about: &str) -> f64 {
        let mut hasher = DefaultHasher::new();
        {
            let mut state = self.state();
            let throws = state.throws.entry((what, about.to_owned())).or_default();
            *throws += 1;
            (self.seed, what, about, *throws).hash(&mut hasher);
        }
        #[expect(clippy::cast_precision_loss, reason = "it is exact up to 2^53")]
        let [number, end] = [hasher.finish() >> 11, 1 << 53].map(|it| it as f64);
        number / end
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which sort of object has a name: all parts and snapshots are of two, and the others are of their
/// folder's; a table has a folder of its own, so it is of the folder above. A message is of its
/// own.
fn sort(about: &str) -> &str {
    let folder = above(about);
    match Path::new(about).extension().and_then(OsStr::to_str) {
        Some("zst") => about.split('/').next().unwrap_or(about),
        Some("parquet") => above(folder),
        _ => folder,
    }
}

/// The folder that something is in; itself if it is in none.
fn above(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(folder, _)| folder)
}

/// A name or a message without what is new in each run: the time and the random part of a job's id,
/// and the word that tells one slice's parts from another's.
fn plain(text: &str) -> String {
    let is_new = |word: &&str| {
        let is_random = word.len() == 8 && word.bytes().all(|it| it.is_ascii_hexdigit());
        is_random || (word.len() == 16 && word.ends_with('Z'))
    };
    let words = text.split(|it: char| !it.is_ascii_alphanumeric());
    words.filter(|word| !is_new(word)).collect::<Vec<_>>().join(" ")
}
