//! Numbers that look random and are a function of the seed and of the place they are drawn for.

/// The finaliser of `SplitMix64`: a bijection under which neighbouring numbers have nothing in
/// common.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A keyed hash of a text. It is stable over releases of Rust, which the standard one is not.
pub(crate) fn hash(key: u64, text: &str) -> u64 {
    text.bytes().fold(mix(key ^ text.len() as u64), |state, byte| mix(state ^ u64::from(byte)))
}

/// The element at a place counted round and round. The slice must not be empty.
pub(crate) fn nth<T: Copy>(slice: &[T], place: u64) -> T {
    let place = place % slice.len() as u64;
    slice[usize::try_from(place).unwrap_or_default()]
}

/// The smallest number from `from` on that shares no divisor with `limit`, so that steps of that
/// length visit every place below `limit` once.
pub(crate) fn coprime(limit: u64, from: u64) -> u64 {
    let mut step = from.max(1);
    while divisor(step, limit) > 1 {
        step += 1;
    }
    step
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

/// A stream of numbers that belongs to one thing, such as the user with index 7.
#[derive(Clone, Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The stream of the thing that `label` and `index` name.
    pub(crate) fn new(seed: u64, label: &str, index: u64) -> Self {
        Self(hash(seed, label) ^ mix(index))
    }

    /// The next number.
    pub(crate) const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// The next number, below `limit`; 0 where `limit` is 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        let wide = u128::from(self.number()) * u128::from(limit);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// True in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of some values, of which there must be one at least.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let place = self.below(from.len() as u64);
        nth(from, place)
    }

    /// An identifier that nothing needs to look up again, such as an etag.
    pub(crate) fn guid(&mut self) -> String {
        format(self.number(), self.number())
    }

    /// Some hexadecimal digits, 16 at most.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = format!("{:016x}", self.number());
        text.truncate(digits);
        text
    }
}

/// Two halves as a random (version 4) identifier, in lower case.
pub(crate) fn format(high: u64, low: u64) -> String {
    let high = version_4(high);
    let low = low & !(0b11 << 62) | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

/// Sets the bits that [`format`] sets, for identifiers of which the rest is derived from them.
pub(crate) const fn version_4(high: u64) -> u64 {
    high & !0xf000 | 0x4000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coprime_step_visits_every_place_once() {
        for limit in 1..60 {
            let step = coprime(limit, limit * 5 / 8);
            let mut seen: Vec<u64> = (0..limit).map(|place| place * step % limit).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..limit).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_draw_stays_below_its_limit_and_is_repeatable() {
        let mut draw = Draw::new(1, "user", 7);
        let mut again = Draw::new(1, "user", 7);
        for limit in 0..500 {
            let number = draw.below(limit);
            assert!(number < limit.max(1));
            assert_eq!(number, again.below(limit));
        }
    }
}
