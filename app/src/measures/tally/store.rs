//! Counts at the bedside: their SQL.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::{self, MOST_PRESSES, Press};
use crate::access::{Allowed, RecordMeasurement};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{MeasureId, MeasurementId, TallyId};
use crate::measures::model::{Amount, DataType, Point};
use crate::measures::series::Measure;
use crate::measures::store;

/// The columns of [`Tally`], of `tally t` joined to `person p`.
macro_rules! tally_columns {
    () => {
        "t.id, t.measure_id, t.taken_on, t.place, t.presses, p.name as started_by, t.started_at, t.closed_at,
         t.measurement_id, t.version"
    };
}

/// A count.
#[derive(Clone, Debug, FromRow)]
pub struct Tally {
    /// Its id.
    pub id: TallyId,
    /// Its measure.
    pub measure_id: MeasureId,
    /// The day that it counts for.
    pub taken_on: NaiveDate,
    /// The place; may be empty.
    pub place: String,
    /// One letter for each answer.
    pub presses: String,
    /// Who began it.
    pub started_by: String,
    /// When.
    pub started_at: DateTime<Utc>,
    /// When it was recorded or discarded.
    pub closed_at: Option<DateTime<Utc>>,
    /// The point that it became.
    pub measurement_id: Option<MeasurementId>,
    /// Its version; presses don't change it.
    pub version: i64,
}

impl Tally {
    /// `18 of 24`.
    #[must_use]
    pub fn told(&self) -> String {
        let (yes, all) = model::counted(&self.presses);
        format!("{yes} of {all}")
    }

    /// The day, with the place where there is one.
    #[must_use]
    pub fn when(&self) -> String {
        if self.place.is_empty() {
            format::date(self.taken_on)
        } else {
            format!("{}, {}", format::date(self.taken_on), self.place)
        }
    }
}

/// A count.
///
/// # Errors
/// [`Error::NotFound`] when there is no such count.
pub async fn tally(conn: &mut Connection, tally: TallyId) -> Result<Tally, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        tally_columns!(),
        " from tally t join person p on p.id = t.started_by where t.id = $1"
    ))
    .bind(tally)
    .fetch_one(conn)
    .await?)
}

/// The counts of a measure that are going on, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn open(conn: &mut Connection, measure: MeasureId) -> Result<Vec<Tally>, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        tally_columns!(),
        " from tally t join person p on p.id = t.started_by
          where t.measure_id = $1 and t.closed_at is null order by t.started_at desc"
    ))
    .bind(measure)
    .fetch_all(conn)
    .await?)
}

/// Begins a count.
///
/// # Errors
/// [`Error::Invalid`] when the measure is no percentage, or takes no points.
pub async fn start(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    taken_on: NaiveDate,
    place: &str,
) -> Result<TallyId, Error> {
    if measure.project_id != allowed.project() {
        return Err(Error::NotFound);
    }
    if measure.data_type != DataType::Percentage {
        return Err(Error::form("Only a percentage is counted as yes and no."));
    }
    store::takes_points(measure)?;
    let id = TallyId::new();
    sqlx::query(
        "insert into tally (id, measure_id, taken_on, place, started_by, started_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(measure.id)
    .bind(taken_on)
    .bind(place)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("tally", id, "began a count")
        .in_project(measure.project_id)
        .change("Measure", "", &measure.name)
        .change("Date", "", format::date(taken_on))
        .change("Place", "", place);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

fn going_on(allowed: &Allowed<RecordMeasurement>, measure: &Measure, tally: &Tally) -> Result<(), Error> {
    if measure.project_id != allowed.project() || tally.measure_id != measure.id {
        return Err(Error::NotFound);
    }
    if tally.closed_at.is_some() {
        return Err(Error::form("The count is closed. Begin another one to count on."));
    }
    Ok(())
}

/// Adds an answer. Several people can press at the same time: none is lost.
///
/// # Errors
/// [`Error::Invalid`] when the count is closed or full.
pub async fn press(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    tally: &Tally,
    press: Press,
) -> Result<(), Error> {
    going_on(allowed, measure, tally)?;
    if tally.presses.len() >= MOST_PRESSES {
        return Err(Error::form(format!("One count takes {MOST_PRESSES} answers. Close it and begin another.")));
    }
    sqlx::query("update tally set presses = presses || $2 where id = $1")
        .bind(tally.id)
        .bind(press.letter())
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes back the last answer, if it is still the one of a count of `seen` answers.
///
/// # Errors
/// [`Error::Invalid`] when somebody pressed meanwhile, so that another answer would go.
pub async fn undo(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    tally: &Tally,
    seen: usize,
) -> Result<(), Error> {
    going_on(allowed, measure, tally)?;
    if tally.presses.len() != seen || seen == 0 {
        return Err(Error::form("The count has changed since: nothing was taken back. Look at it, then undo again."));
    }
    sqlx::query("update tally set presses = substr(presses, 1, length(presses) - 1) where id = $1")
        .bind(tally.id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Changes the day and the place of a count.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    tally: &Tally,
    (taken_on, place): (NaiveDate, &str),
    version: i64,
) -> Result<(), Error> {
    going_on(allowed, measure, tally)?;
    if tally.version != version {
        return Err(Error::Conflict);
    }
    sqlx::query("update tally set taken_on = $2, place = $3, version = version + 1 where id = $1")
        .bind(tally.id)
        .bind(taken_on)
        .bind(place)
        .execute(&mut *conn)
        .await?;
    let entry = Entry::new("tally", tally.id, "changed a count")
        .in_project(measure.project_id)
        .change("Date", format::date(tally.taken_on), format::date(taken_on))
        .change("Place", &tally.place, place);
    history::record(conn, allowed, entry).await
}

/// Closes a count: yes out of all becomes a point of the measure.
///
/// # Errors
/// [`Error::Invalid`] when nothing was counted, or the point cannot be recorded; the count goes on.
pub async fn close(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    tally: &Tally,
) -> Result<MeasurementId, Error> {
    going_on(allowed, measure, tally)?;
    let (yes, all) = model::counted(&tally.presses);
    if all == 0 {
        return Err(Error::form("Nothing is counted yet. Press Yes or No, or discard the count."));
    }
    let point = Point {
        taken_on: tally.taken_on,
        taken_at: None,
        place: tally.place.clone(),
        amount: Amount::Ratio(yes as f64, all as f64),
        note: String::new(),
    };
    let recorded = store::record(conn, allowed, measure, &[(String::new(), point)]).await?;
    let id = recorded.first().copied().ok_or(Error::Internal)?;
    finish(conn, allowed, tally, Some(id)).await?;
    let entry = Entry::new("tally", tally.id, "closed a count").in_project(measure.project_id).change(
        "Counted",
        "",
        tally.told(),
    );
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Discards a count: no point comes of it.
///
/// # Errors
/// [`Error::Invalid`] when it is closed already.
pub async fn discard(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    tally: &Tally,
) -> Result<(), Error> {
    going_on(allowed, measure, tally)?;
    finish(conn, allowed, tally, None).await?;
    let entry = Entry::new("tally", tally.id, "discarded a count").in_project(measure.project_id).change(
        "Counted",
        tally.told(),
        "",
    );
    history::record(conn, allowed, entry).await
}

async fn finish(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    tally: &Tally,
    point: Option<MeasurementId>,
) -> Result<(), Error> {
    sqlx::query("update tally set closed_at = $2, measurement_id = $3, version = version + 1 where id = $1")
        .bind(tally.id)
        .bind(allowed.now)
        .bind(point)
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PersonId;
    use crate::testing::TODAY;
    use crate::testing::measured::Scene;

    /// A count of the scene's measure, begun by the trainee on ward 4.
    struct Count {
        scene: Scene,
        tally: TallyId,
    }

    impl Count {
        async fn new() -> Self {
            let scene = Scene::new().await;
            let tally = scene
                .act(scene.fixture.trainee, async |conn, allowed, measure| {
                    start(conn, allowed, measure, TODAY, "Ward 4").await
                })
                .await
                .expect("begun");
            Self { scene, tally }
        }

        async fn act<T>(
            &self,
            who: PersonId,
            act: impl AsyncFnOnce(&mut Connection, &Allowed<RecordMeasurement>, &Measure, &Tally) -> Result<T, Error>,
        ) -> Result<T, Error> {
            self.scene
                .act(who, async |conn, allowed, measure| {
                    let tally = tally(conn, self.tally).await?;
                    act(conn, allowed, measure, &tally).await
                })
                .await
        }

        async fn press(&self, who: PersonId, answer: Press) {
            self.act(who, async |conn, allowed, measure, tally| press(conn, allowed, measure, tally, answer).await)
                .await
                .expect("pressed");
        }

        async fn tally(&self) -> Tally {
            let mut conn = self.scene.fixture.store.read().await.expect("a reader");
            tally(&mut conn, self.tally).await.expect("a count")
        }
    }

    #[tokio::test]
    async fn several_press_undo_is_exact_and_the_count_becomes_one_point() {
        let count = Count::new().await;
        let (one, other) = (count.scene.fixture.trainee, count.scene.fixture.supervisor);
        count.press(one, Press::Yes).await;
        count.press(other, Press::No).await;
        count.press(one, Press::Yes).await;
        assert_eq!(count.tally().await.presses, "YNY");
        let stale = count.act(one, async |c, a, m, t| undo(c, a, m, t, 2).await).await;
        assert!(stale.is_err(), "another answer would go");
        count.act(one, async |c, a, m, t| undo(c, a, m, t, 3).await).await.expect("undone");
        assert_eq!(count.tally().await.told(), "1 of 2");
        let point = count.act(other, async |c, a, m, t| close(c, a, m, t).await).await.expect("closed");
        let mut conn = count.scene.fixture.store.read().await.expect("a reader");
        let recorded = store::measurement(&mut conn, point).await.expect("a point");
        assert_eq!(recorded.amount(), Amount::Ratio(1.0, 2.0));
        assert_eq!((recorded.taken_on, recorded.place.as_str()), (TODAY, "Ward 4"));
        assert!(open(&mut conn, count.scene.measure).await.expect("counts").is_empty());
        assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
        drop(conn);
        assert!(count.act(one, async |c, a, m, t| press(c, a, m, t, Press::Yes).await).await.is_err(), "it is closed");
    }

    #[tokio::test]
    async fn a_refused_count_goes_on_and_its_date_can_be_changed() {
        let count = Count::new().await;
        let who = count.scene.fixture.trainee;
        assert!(count.act(who, async |c, a, m, t| close(c, a, m, t).await).await.is_err(), "nothing is counted");
        count.press(who, Press::Yes).await;
        let point = Point {
            taken_on: TODAY,
            taken_at: None,
            place: "ward 4".to_owned(),
            amount: Amount::Ratio(5.0, 6.0),
            note: String::new(),
        };
        count
            .act(who, async |c, a, m, _| store::record(c, a, m, &[(String::new(), point)]).await)
            .await
            .expect("recorded");
        let refused = count.act(who, async |c, a, m, t| close(c, a, m, t).await).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("refused") };
        assert!(errors[0].link.is_some());
        assert_eq!(count.tally().await.presses, "Y", "nothing is lost");
        let stale = count.act(who, async |c, a, m, t| edit(c, a, m, t, (TODAY, "Ward 5"), 9).await).await;
        assert_eq!(stale, Err(Error::Conflict));
        count.act(who, async |c, a, m, t| edit(c, a, m, t, (TODAY, "Ward 5"), 1).await).await.expect("changed");
        count.act(who, async |c, a, m, t| close(c, a, m, t).await).await.expect("closed");
    }

    #[tokio::test]
    async fn a_discarded_count_leaves_no_point() {
        let count = Count::new().await;
        let who = count.scene.fixture.trainee;
        count.press(who, Press::No).await;
        count.act(who, async |c, a, m, t| discard(c, a, m, t).await).await.expect("discarded");
        let stored = count.tally().await;
        assert!(stored.closed_at.is_some() && stored.measurement_id.is_none());
        let mut conn = count.scene.fixture.store.read().await.expect("a reader");
        assert!(store::measurements(&mut conn, count.scene.measure).await.expect("points").is_empty());
        drop(conn);
        assert!(count.act(who, async |c, a, m, t| discard(c, a, m, t).await).await.is_err(), "once");
    }
}
