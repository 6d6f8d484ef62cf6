//! Small pictures that were drawn already: a pool shows the same ten to everybody of a trust, and one of ten thousand
//! points takes a second. One is taken only for the very series that it was drawn of, so nobody has to say when a picture
//! is out of date.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use spc::words::Headline;

use super::series::{MeasureSeries, SeriesPoint};
use crate::id::MeasureId;

/// Of up to so many points a picture is kept with the series that it was drawn of; of more, with the digest of that,
/// and far fewer of them: all that are kept take a few megabytes.
const MOST_POINTS: usize = 100;
/// So many are kept at least when more than that are asked for, and at most twice as many.
const KEPT: usize = 400;
/// The same of pictures of more points: each may be half a megabyte.
const KEPT_LARGE: usize = 16;

/// A small picture, and what it says.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The chart's verdict, and what it is said by.
    pub headline: Headline,
    /// Centre and latest value.
    pub brief: String,
    /// Both in one.
    pub short: String,
    /// The drawing.
    pub drawing: Arc<str>,
}

/// A measure in a place of a page.
type Place = (&'static str, MeasureId);

/// What a picture was drawn of.
#[derive(Clone, Debug, PartialEq)]
enum Of {
    Series(Box<MeasureSeries>),
    Digest([u8; 32]),
}

impl Of {
    fn is(&self, series: &MeasureSeries, digest: Option<[u8; 32]>) -> bool {
        match self {
            Self::Series(drawn) => digest.is_none() && **drawn == *series,
            Self::Digest(drawn) => digest == Some(*drawn),
        }
    }
}

/// Everything that a series says, in a few bytes; none of a small one, which is compared itself.
fn digest(series: &MeasureSeries) -> Option<[u8; 32]> {
    /// What is written as words goes into the digest.
    struct Words(Sha256);
    impl std::fmt::Write for Words {
        fn write_str(&mut self, words: &str) -> std::fmt::Result {
            self.0.update(words);
            Ok(())
        }
    }
    if series.points.len() <= MOST_POINTS {
        return None;
    }
    let MeasureSeries { measure, settings, points, cycles } = series;
    let mut words = Words(Sha256::new());
    // A digest takes whatever is written to it.
    let _ = write!(words, "{measure:?}{settings:?}{cycles:?}");
    for point in points {
        // By their bytes, because there are thousands: to write them as words takes ten times as long.
        let SeriesPoint { taken_on, taken_at, place, entry, value, numerator, denominator, excluded, note } = point;
        let digest = &mut words.0;
        digest.update(chrono::Datelike::num_days_from_ce(taken_on).to_le_bytes());
        digest.update(taken_at.map_or(u32::MAX, |at| chrono::Timelike::num_seconds_from_midnight(&at)).to_le_bytes());
        digest.update(entry.to_le_bytes());
        digest.update([*excluded]);
        for number in [value, numerator, denominator] {
            digest.update([u8::from(number.is_some())]);
            digest.update(number.unwrap_or_default().to_bits().to_le_bytes());
        }
        for text in [Some(place), note.as_ref()] {
            digest.update(text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
            digest.update(text.map_or("", String::as_str));
        }
    }
    Some(words.0.finalize().into())
}

/// Those of late, and those from before: the latter go when the former are enough.
#[derive(Debug)]
struct Kept {
    most: usize,
    late: HashMap<Place, (Of, Arc<Drawn>)>,
    before: HashMap<Place, (Of, Arc<Drawn>)>,
}

impl Kept {
    fn new(most: usize) -> Self {
        Self { most, late: HashMap::new(), before: HashMap::new() }
    }

    fn keep(&mut self, place: Place, drawn: (Of, Arc<Drawn>)) {
        if self.late.len() >= self.most {
            self.before = std::mem::take(&mut self.late);
        }
        self.late.insert(place, drawn);
    }

    /// The picture, if it was drawn of this.
    fn of(&mut self, place: Place, series: &MeasureSeries, digest: Option<[u8; 32]>) -> Option<Arc<Drawn>> {
        if let Some((_, picture)) = self.late.get(&place).filter(|(of, _)| of.is(series, digest)) {
            return Some(Arc::clone(picture));
        }
        let drawn = self.before.remove(&place).filter(|(of, _)| of.is(series, digest))?;
        let picture = Arc::clone(&drawn.1);
        self.keep(place, drawn);
        Some(picture)
    }
}

static PICTURES: LazyLock<Mutex<Kept>> = LazyLock::new(|| Mutex::new(Kept::new(KEPT)));
static LARGE: LazyLock<Mutex<Kept>> = LazyLock::new(|| Mutex::new(Kept::new(KEPT_LARGE)));

/// Where a picture is kept, and of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    place: Place,
    digest: Option<[u8; 32]>,
}

impl Slot {
    fn kept(self) -> std::sync::MutexGuard<'static, Kept> {
        let pictures = if self.digest.is_some() { &LARGE } else { &PICTURES };
        pictures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the picture of a measure in a place of a page is kept, and the picture if it was drawn of this very series
/// before.
pub(super) fn of(place: &'static str, series: &MeasureSeries) -> (Slot, Option<Arc<Drawn>>) {
    let slot = Slot { place: (place, series.measure.id), digest: digest(series) };
    let drawn = slot.kept().of(slot.place, series, slot.digest);
    (slot, drawn)
}

/// Keeps the picture that was drawn of a series.
pub(super) fn keep(slot: Slot, series: &MeasureSeries, drawn: Arc<Drawn>) {
    let of = slot.digest.map_or_else(|| Of::Series(Box::new(series.clone())), Of::Digest);
    slot.kept().keep(slot.place, (of, drawn));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::chart;
    use crate::measures::store::load_series;
    use crate::testing::{Fixture, Result};

    async fn series() -> Result<MeasureSeries> {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        at.measure(project).await;
        let mut conn = at.store.read().await?;
        Ok(load_series(&mut conn, project).await?.remove(0))
    }

    fn point(series: &MeasureSeries, entry: i64) -> SeriesPoint {
        SeriesPoint {
            taken_on: series.measure.starts_on,
            taken_at: None,
            place: String::new(),
            entry,
            value: Some(1.0),
            numerator: None,
            denominator: None,
            excluded: 0,
            note: None,
        }
    }

    fn drawn(series: &MeasureSeries) -> Arc<Drawn> {
        Arc::new(Drawn::of(&chart::of(series), "here", series, None))
    }

    fn picture(place: &'static str, series: &MeasureSeries) -> Arc<Drawn> {
        let (slot, kept) = of(place, series);
        kept.unwrap_or_else(|| {
            let new = drawn(series);
            keep(slot, series, Arc::clone(&new));
            new
        })
    }

    #[tokio::test]
    async fn a_picture_is_taken_again_only_for_what_it_was_drawn_of() -> Result {
        let mut series = series().await?;
        for many in [0, 3_000] {
            series.points = (0..many).map(|entry| point(&series, entry)).collect();
            let first = picture("here", &series);
            assert!(Arc::ptr_eq(&first, &picture("here", &series.clone())), "of {many} points");
            assert!(!Arc::ptr_eq(&first, &picture("there", &series)), "its marks have names of their place");
            let mut changed = series.clone();
            changed.points.push(point(&series, many));
            assert!(!Arc::ptr_eq(&first, &picture("here", &changed)), "of other points");
            let mut renamed = series.clone();
            renamed.measure.name.push('!');
            assert!(!Arc::ptr_eq(&first, &picture("here", &renamed)), "of another name");
        }
        Ok(())
    }

    #[tokio::test]
    async fn every_part_of_a_point_is_in_the_digest() -> Result {
        let mut series = series().await?;
        series.points = (0..200).map(|entry| point(&series, entry)).collect();
        let whole = digest(&series);
        assert!(whole.is_some() && whole == digest(&series.clone()));
        let changes: [fn(&mut SeriesPoint); 9] = [
            |point| point.taken_on = point.taken_on.succ_opt().unwrap_or_default(),
            |point| point.taken_at = chrono::NaiveTime::from_hms_opt(8, 0, 0),
            |point| point.place.push('a'),
            |point| point.entry += 1_000,
            |point| point.value = None,
            |point| point.numerator = Some(0.0),
            |point| point.denominator = Some(0.0),
            |point| point.excluded = 1,
            |point| point.note = Some(String::new()),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut changed = series.clone();
            change(&mut changed.points[150]);
            assert_ne!(digest(&changed), whole, "change {number}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn what_nobody_asks_for_goes_and_what_is_asked_for_stays() -> Result {
        let series = series().await?;
        let mut kept = Kept::new(KEPT);
        let other = || {
            let mut other = series.clone();
            other.measure.id = MeasureId::new();
            other
        };
        let row = |one: &MeasureSeries| (Of::Series(Box::new(one.clone())), drawn(one));
        let (asked, left) = (other(), other());
        for one in [&asked, &left] {
            kept.keep(("here", one.measure.id), row(one));
        }
        for _ in 0..5 * KEPT {
            let new = other();
            kept.keep(("here", new.measure.id), row(&new));
            assert!(kept.of(("here", asked.measure.id), &asked, None).is_some());
            assert!(kept.late.len() + kept.before.len() <= 2 * KEPT);
        }
        assert!(kept.of(("here", left.measure.id), &left, None).is_none());
        Ok(())
    }
}
