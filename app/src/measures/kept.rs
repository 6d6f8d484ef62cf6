//! Small pictures that were drawn already: a pool shows the same ten to everybody of a trust. One is taken only for the
//! very series that it was drawn of, so nobody has to say when a picture is out of date.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use spc::Chart;

use super::series::MeasureSeries;
use crate::id::MeasureId;

/// Of more points than this a picture is drawn anew each time: all that are kept take a few megabytes.
const MOST_POINTS: usize = 100;
/// So many are kept at least when more than that are asked for, and at most twice as many.
const KEPT: usize = 400;

/// A picture, and the chart that it shows.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The chart.
    pub chart: Arc<Chart>,
    /// The drawing.
    pub drawing: Arc<str>,
}

/// A measure in a place of a page.
type Place = (&'static str, MeasureId);

/// Those of late, and those from before: the latter go when the former are enough.
#[derive(Debug, Default)]
struct Kept {
    late: HashMap<Place, (MeasureSeries, Drawn)>,
    before: HashMap<Place, (MeasureSeries, Drawn)>,
}

impl Kept {
    fn keep(&mut self, place: Place, drawn: (MeasureSeries, Drawn)) {
        if self.late.len() >= KEPT {
            self.before = std::mem::take(&mut self.late);
        }
        self.late.insert(place, drawn);
    }

    /// The picture, if it was drawn of this.
    fn of(&mut self, place: Place, series: &MeasureSeries) -> Option<Drawn> {
        if let Some((_, picture)) = self.late.get(&place).filter(|(drawn, _)| drawn == series) {
            return Some(picture.clone());
        }
        let drawn = self.before.remove(&place).filter(|(drawn, _)| drawn == series)?;
        let picture = drawn.1.clone();
        self.keep(place, drawn);
        Some(picture)
    }
}

static PICTURES: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// The picture of a measure in a place of a page: drawn now if it was not drawn of this very series before.
pub(super) fn picture(
    place: &'static str,
    series: &MeasureSeries,
    draw: impl FnOnce(&MeasureSeries) -> Drawn,
) -> Drawn {
    if series.points.len() > MOST_POINTS {
        return draw(series);
    }
    let at = (place, series.measure.id);
    let kept = || PICTURES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(picture) = kept().of(at, series) {
        return picture;
    }
    let picture = draw(series);
    kept().keep(at, (series.clone(), picture.clone()));
    picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::chart;
    use crate::measures::series::SeriesPoint;
    use crate::measures::store::load_series;
    use crate::testing::{Fixture, Result};

    async fn series() -> Result<MeasureSeries> {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        at.measure(project).await;
        let mut conn = at.store.read().await?;
        Ok(load_series(&mut conn, project).await?.remove(0))
    }

    fn drawn(series: &MeasureSeries) -> Drawn {
        Drawn { chart: Arc::new(chart::of(series)), drawing: series.measure.name.as_str().into() }
    }

    fn same(one: &Drawn, other: &Drawn) -> bool {
        Arc::ptr_eq(&one.drawing, &other.drawing)
    }

    #[tokio::test]
    async fn a_picture_is_taken_again_only_for_what_it_was_drawn_of() -> Result {
        let series = series().await?;
        let first = picture("here", &series, drawn);
        assert!(same(&first, &picture("here", &series.clone(), drawn)));
        assert!(!same(&first, &picture("there", &series, drawn)), "its marks have names of their place");

        let mut changed = series.clone();
        changed.points.push(SeriesPoint {
            taken_on: series.measure.starts_on,
            taken_at: None,
            place: String::new(),
            entry: 1,
            value: Some(1.0),
            numerator: None,
            denominator: None,
            excluded: 0,
            note: None,
        });
        assert!(!same(&first, &picture("here", &changed, drawn)), "of other points");
        let mut renamed = series;
        renamed.measure.name.push('!');
        assert_eq!(&*picture("here", &renamed, drawn).drawing, renamed.measure.name);
        Ok(())
    }

    #[tokio::test]
    async fn what_nobody_asks_for_goes_and_what_is_asked_for_stays() -> Result {
        let series = series().await?;
        let mut kept = Kept::default();
        let other = || {
            let mut other = series.clone();
            other.measure.id = MeasureId::new();
            other
        };
        let (asked, left) = (other(), other());
        for one in [&asked, &left] {
            kept.keep(("here", one.measure.id), (one.clone(), drawn(one)));
        }
        for _ in 0..5 * KEPT {
            let new = other();
            kept.keep(("here", new.measure.id), (new.clone(), drawn(&new)));
            assert!(kept.of(("here", asked.measure.id), &asked).is_some());
            assert!(kept.late.len() + kept.before.len() <= 2 * KEPT);
        }
        assert!(kept.of(("here", left.measure.id), &left).is_none());
        Ok(())
    }
}
