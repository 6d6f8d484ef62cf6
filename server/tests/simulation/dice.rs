//! Chance that can be repeated: the same seed gives the same five years.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Something else than this, which begins from here: what one draws does not move what another draws.
    pub fn apart(&mut self) -> Self {
        Self::new(self.next())
    }

    /// A number from the first to the last.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let many = u64::try_from(last - first + 1).unwrap_or(1).max(1);
        first + i64::try_from(self.next() % many).unwrap_or_default()
    }

    /// Yes, so often of one.
    pub fn chance(&mut self, often: f64) -> bool {
        let part = u32::try_from(self.next() >> 40).unwrap_or_default();
        f64::from(part) / f64::from(1_u32 << 24) < often
    }

    pub fn pick<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let last = i64::try_from(all.len()).ok()? - 1;
        if last < 0 {
            return None;
        }
        all.get(usize::try_from(self.between(0, last)).ok()?).copied()
    }
}
