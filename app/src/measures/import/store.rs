//! Recording an import: one change for all of it.

use super::model::Settled;
use crate::access::{Allowed, RecordMeasurement};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::MeasureId;
use crate::measures::model::Way;
use crate::measures::series::{Measure, Measurement};
use crate::measures::store::{self, Corrected};

/// What changes whenever the measure does, or a point of it is recorded, corrected or voided: a plan made
/// before holds while it stays the same.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn stamp(conn: &mut Connection, measure: MeasureId) -> Result<(i64, i64, i64), Error> {
    Ok(sqlx::query_as(
        "select m.version, count(s.id), coalesce(sum(s.version), 0)
         from measure m left join measurement s on s.measure_id = m.id where m.id = $1 group by m.id",
    )
    .bind(measure)
    .fetch_one(conn)
    .await?)
}

/// Records everything that an import brings. `stored` is what the corrections' places count in.
///
/// # Errors
/// [`Error::Invalid`] when the measure takes no points, or not so many more.
pub async fn import(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    stored: &[Measurement],
    settled: &Settled,
) -> Result<(), Error> {
    if measure.project_id != allowed.project() {
        return Err(Error::NotFound);
    }
    store::takes_points(measure)?;
    store::has_room(store::held(&mut *conn, measure.id).await?, settled.new.len())?;
    let places = || settled.corrections.iter().filter_map(|(at, _)| stored.get(*at));
    if places().count() != settled.corrections.len() {
        return Err(Error::Internal);
    }
    let corrected: Vec<Corrected> = places().map(Corrected::before).collect();
    let batch = store::begin(&mut *conn, allowed, measure.id, Way::Imported, settled.new.len(), &corrected).await?;
    store::insert(&mut *conn, allowed, measure.id, Some(batch), settled.new.iter()).await?;
    for (before, (_, point)) in places().zip(&settled.corrections) {
        // What the table does not hold stays as it is.
        let mut point = point.clone();
        if point.note.is_empty() {
            point.note.clone_from(&before.note);
        }
        store::replace(conn, allowed, measure, before, &point, &settled.reason).await?;
    }
    store::refresh_last_on(conn, measure.id).await?;
    let told = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let totals = settled.totals;
    let entry = Entry::new("batch", batch, Way::Imported.did())
        .in_project(measure.project_id)
        .change("Measure", "", &measure.name)
        .change("New points", "", told(settled.new.len()))
        .change("From and to", "", store::span(settled.new.iter()))
        .change("Corrected", "", told(settled.corrections.len()))
        .change("Kept as stored", "", told(totals.different - settled.corrections.len()))
        .change("Already stored", "", told(totals.same))
        .change("Left out", "", told(totals.wrong + totals.empty))
        .change("Reason", "", &settled.reason);
    history::record(conn, allowed, entry).await?;
    store::settle(conn, allowed, measure.id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::import::model::{CORRECT, Ground, ImportForm, Totals, plan};
    use crate::measures::model::Amount;
    use crate::testing::measured::Scene;
    use crate::testing::{TODAY, on};

    impl Scene {
        async fn import(&self, form: &ImportForm) -> Result<Totals, Error> {
            self.act(self.fixture.trainee, async |conn, allowed, measure| {
                let several = store::allows_several_per_day(conn, measure.id).await?;
                let stored = store::measurements(conn, measure.id).await?;
                let sheet = form.sheet()?;
                let roles = form.roles(&sheet, measure.data_type);
                let plan = plan(&sheet, &roles, form, &Ground { measure, several, stored: &stored, today: TODAY });
                let totals = plan.totals();
                import(conn, allowed, measure, &stored, &plan.settled(form)?).await?;
                Ok(totals)
            })
            .await
        }
    }

    fn text(text: &str) -> ImportForm {
        ImportForm { text: text.to_owned(), ..ImportForm::default() }
    }

    #[tokio::test]
    async fn rows_are_stored_once_kept_or_corrected_with_a_reason() {
        let scene = Scene::new().await;
        let table = "Date\tTime\tWard\tYes\tTotal\tNote\n13/01/2026\t9:30\tA\t18\t24\tbusy\n20/01/2026\t\t\t20\t24\t\n";
        scene.import(&text(table)).await.expect("imported");
        let points = scene.points().await;
        assert_eq!(points.len(), 2);
        assert_eq!(points[1].when(), "13 January 2026, 09:30, A");
        assert_eq!((points[1].amount(), points[1].note.as_str()), (Amount::Ratio(18.0, 24.0), "busy"));
        assert_eq!((points[1].entry, points[0].entry), (1, 2));
        let again = scene.import(&text(table)).await;
        assert!(again.is_err(), "nothing is new");

        let mended = table.replace("20\t24", "21\t24") + "27/01/2026\t\t\t22\t24\t\n";
        let totals = scene.import(&text(&mended)).await.expect("imported");
        assert_eq!(totals, Totals { new: 1, same: 1, different: 1, empty: 0, wrong: 0 });
        assert_eq!(scene.points().await[1].amount(), Amount::Ratio(20.0, 24.0), "kept as stored");
        let correct = ImportForm { different: CORRECT.into(), ..text(&mended) };
        let Err(Error::Invalid(errors)) = scene.import(&correct).await else { panic!("refused") };
        assert_eq!(errors[0].field, "reason");
        let correct = ImportForm { reason: "counted again".into(), ..correct };
        scene.import(&correct).await.expect("corrected");
        let point = scene.points().await[1].clone();
        assert_eq!(
            (point.amount(), point.version, point.reason.as_str()),
            (Amount::Ratio(21.0, 24.0), 2, "counted again")
        );
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        let rows = store::changes(&mut conn, scene.measure, 10).await.expect("history");
        let imports = rows.iter().filter(|row| row.action == "imported measurements").count();
        assert_eq!(imports, 3, "one row for each import");
        let corrections = history::of_object(&mut conn, point.id, 10).await.expect("history");
        assert_eq!(corrections[0].action, "corrected a measurement");
        assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
        let measure = store::measure(&mut conn, scene.measure).await.expect("a measure");
        assert_eq!(measure.last_on, Some(on("2026-01-27")));
    }

    #[tokio::test]
    async fn a_plan_holds_until_a_point_is_recorded_or_corrected() {
        let scene = Scene::new().await;
        let stamped = async || {
            let mut conn = scene.fixture.store.read().await.expect("a reader");
            stamp(&mut conn, scene.measure).await.expect("a stamp")
        };
        let empty = stamped().await;
        let table = "Date\tYes\tTotal\n13/01/2026\t18\t24\n";
        scene.import(&text(table)).await.expect("imported");
        let recorded = stamped().await;
        assert_ne!(recorded, empty);
        assert_eq!(stamped().await, recorded);
        let correct =
            ImportForm { different: CORRECT.into(), reason: "again".into(), ..text(&table.replace("18", "19")) };
        scene.import(&correct).await.expect("corrected");
        assert_ne!(stamped().await, recorded);
    }

    #[tokio::test]
    async fn ten_thousand_rows_are_planned_and_stored() {
        let scene = Scene::new().await;
        let mut table = String::from("date,numerator,denominator\n");
        for at in 0..10_000_u64 {
            let day = on("1998-01-01") + chrono::Days::new(at);
            table.push_str(&format!("{day},{},{}\n", at % 25, 25));
        }
        scene.import(&text(&table)).await.expect("imported");
        assert_eq!(scene.points().await.len(), 10_000);
        let again = scene.import(&text(&table)).await;
        assert!(matches!(again, Err(Error::Invalid(_))), "nothing is new");
    }

    #[tokio::test]
    async fn several_observations_of_a_day_are_stored_once_each() {
        let scene = Scene::new().await;
        let mut change = scene.fixture.store.write().await.expect("a change");
        sqlx::query("update measure set period = 'day' where id = $1")
            .bind(scene.measure)
            .execute(&mut *change)
            .await
            .expect("a period");
        change.commit().await.expect("committed");
        let table = "2026-01-13,70\n2026-01-13,70\n2026-01-13,80";
        scene.import(&text(table)).await.expect("imported");
        let totals = scene.import(&text(&format!("{table}\n2026-01-13,70"))).await.expect("imported");
        assert_eq!((totals.new, totals.same), (1, 3));
        assert_eq!(scene.points().await.len(), 4);
    }
}
