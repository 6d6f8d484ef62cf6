//! Words that are used alike, though they share no letters: a small table of word vectors, made by
//! `tools/vectors/distil.py`.

use std::collections::HashMap;

/// A vector for each of some thousand stems.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    dimensions: usize,
    places: HashMap<&'static str, usize>,
    numbers: &'static [u8],
    common: &'static [u8],
}

/// A direction of length 1.
pub(crate) type Direction = Vec<f32>;

fn number(bytes: &[u8]) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize)
}

impl Vectors {
    /// The table that is embedded; an empty one where it cannot be read, which a test excludes.
    pub(crate) fn embedded() -> Self {
        Self::read(include_bytes!("../vectors.bin")).unwrap_or_default()
    }

    /// A table.
    pub(crate) fn read(bytes: &'static [u8]) -> Option<Self> {
        let (dimensions, count) = (number(bytes)?, number(bytes.get(4..)?)?);
        let split = bytes.len().checked_sub((dimensions + 1).checked_mul(count)?)?;
        let stems = std::str::from_utf8(bytes.get(8..split)?).ok()?;
        let places: HashMap<&str, usize> = stems.lines().enumerate().map(|(at, stem)| (stem, at)).collect();
        let (common, numbers) = bytes[split..].split_at_checked(count)?;
        (places.len() == count).then_some(Self { dimensions, places, numbers, common })
    }

    /// Where a stem points.
    pub(crate) fn of(&self, stem: &str) -> Option<Direction> {
        let at = *self.places.get(stem)? * self.dimensions;
        let row = self.numbers.get(at..at + self.dimensions)?;
        unit(row.iter().map(|&byte| f32::from(byte.cast_signed())).collect())
    }

    /// Whether a stem is a word of English or of the field.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.places.contains_key(stem)
    }

    /// How common a stem is in English: 1 for the commonest, 0 for one that it hardly has.
    pub(crate) fn common(&self, stem: &str) -> f32 {
        self.places.get(stem).and_then(|&at| self.common.get(at)).map_or(0.0, |&byte| f32::from(byte) / 255.0)
    }

    /// Where several stems point together.
    pub(crate) fn of_all<'s>(&self, stems: impl Iterator<Item = &'s str>) -> Option<Direction> {
        let mut sum = vec![0.0; self.dimensions];
        for direction in stems.filter_map(|stem| self.of(stem)) {
            add(&mut sum, &direction, 1.0);
        }
        unit(sum)
    }

    /// A direction of no length yet.
    pub(crate) fn none(&self) -> Direction {
        vec![0.0; self.dimensions]
    }
}

/// Adds a direction, times a weight.
pub(crate) fn add(sum: &mut [f32], direction: &[f32], weight: f32) {
    for (sum, one) in sum.iter_mut().zip(direction) {
        *sum += weight * one;
    }
}

/// The same direction of length 1; none has no direction.
pub(crate) fn unit(mut direction: Direction) -> Option<Direction> {
    let length = dot(&direction, &direction).sqrt();
    (length > 0.0).then(|| {
        direction.iter_mut().for_each(|one| *one /= length);
        direction
    })
}

/// How far two directions agree: 1 for the same, 0 for nothing in common.
pub(crate) fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}
