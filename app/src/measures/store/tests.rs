//! Measures and their points, through the store.

use chrono::NaiveTime;

use super::*;
use crate::access::RecordMeasurement;
use crate::id::MeasurementId;
use crate::measures::chart_settings::model::ChartType;
use crate::measures::model::{Amount, DataType, Direction, Kind, Point, State, Way};
use crate::testing::measured::Scene;
use crate::testing::{TODAY, on};

fn point(date: &str, amount: Amount) -> (String, Point) {
    let point = Point { taken_on: on(date), taken_at: None, place: String::new(), amount, note: String::new() };
    ("taken_on".to_owned(), point)
}

fn ratio(date: &str) -> (String, Point) {
    point(date, Amount::Ratio(18.0, 24.0))
}

impl Scene {
    async fn record(&self, points: &[(String, Point)]) -> Result<(), Error> {
        self.act(self.fixture.trainee, async |conn, allowed, measure| {
            record(conn, allowed, measure, points).await.map(|_| ())
        })
        .await
    }

    async fn set_state(&self, id: MeasurementId, state: State, version: i64) -> Result<(), Error> {
        self.act(self.fixture.trainee, async |conn, allowed, measure| {
            let before = measurement(conn, id).await?;
            set_state(conn, allowed, measure, &before, state, "a reason", version).await
        })
        .await
    }

    async fn last_on(&self) -> Option<NaiveDate> {
        let mut conn = self.fixture.store.read().await.expect("a reader");
        measure(&mut conn, self.measure).await.expect("a measure").last_on
    }
}

#[tokio::test]
async fn points_are_recorded_all_or_none_and_a_second_one_is_refused_with_a_link() {
    let scene = Scene::new().await;
    scene.record(&[ratio("2026-03-02"), ratio("2026-02-23")]).await.expect("recorded");
    assert_eq!(scene.last_on().await, Some(on("2026-03-02")));
    let Err(Error::Invalid(errors)) = scene.record(&[ratio("2026-03-03"), ratio("2026-03-02")]).await else {
        panic!("refused")
    };
    let points = scene.points().await;
    assert_eq!(points.len(), 2, "nothing half-stored");
    assert_eq!(errors[0].link, Some(format!("/measurements/{}", points[0].id)));
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert_eq!(clashes(&mut conn, scene.measure, &[ratio("2026-03-03"), ratio("2026-03-02")]).await, Ok(true));
    assert_eq!(clashes(&mut conn, scene.measure, &[ratio("2026-03-03")]).await, Ok(false));
    drop(conn);
    let mut elsewhere = ratio("2026-03-02");
    elsewhere.1.place = "Ward 4".to_owned();
    scene.record(&[elsewhere.clone()]).await.expect("another place");
    elsewhere.1.place = "ward 4".to_owned();
    assert!(scene.record(&[elsewhere]).await.is_err(), "the same place");
    assert_eq!(points[0].amount(), Amount::Ratio(18.0, 24.0));
}

#[tokio::test]
async fn the_last_date_follows_corrections_and_void_points() {
    let scene = Scene::new().await;
    scene.record(&[ratio("2026-02-23"), ratio("2026-03-02")]).await.expect("recorded");
    let last = scene.points().await[0].clone();
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert_eq!(project_of_measure(&mut conn, scene.measure).await, Ok(scene.project));
    assert_eq!(project_of_measurement(&mut conn, last.id).await, Ok(scene.project));
    drop(conn);
    scene.set_state(last.id, State::Excluded, 1).await.expect("excluded");
    assert_eq!(scene.last_on().await, Some(on("2026-03-02")), "an excluded point was measured");
    scene.set_state(last.id, State::Void, 2).await.expect("void");
    assert_eq!(scene.last_on().await, Some(on("2026-02-23")));
    assert_eq!(scene.set_state(last.id, State::Current, 2).await, Err(Error::Conflict));
    scene.record(&[ratio("2026-03-02")]).await.expect("the void point is not in the way");
    assert!(scene.set_state(last.id, State::Current, 3).await.is_err(), "another point stands there now");
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let chart = load_series_of_measure(&mut conn, scene.measure).await.expect("a chart");
    assert_eq!(chart.points.len(), 2);
    let rows = history::of_object(&mut conn, last.id, 10).await.expect("history");
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["deleted a measurement", "excluded a measurement"], "they were recorded together");
    assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
}

#[tokio::test]
async fn a_correction_needs_the_version_that_was_read() {
    let scene = Scene::new().await;
    scene.record(&[ratio("2026-03-02"), ratio("2026-02-23")]).await.expect("recorded");
    let before = scene.points().await[0].clone();
    let request = scene.fixture.request(Some(scene.fixture.supervisor)).await;
    let mut change = scene.fixture.store.write().await.expect("a change");
    let allowed = request.require(&mut change, RecordMeasurement(scene.project)).await.expect("allowed");
    let of = measure(&mut change, scene.measure).await.expect("a measure");
    let (_, point) = point("2026-02-16", Amount::Value(70.0));
    let changed = correct(&mut change, &allowed, &of, &before, &point, "typed wrongly", 9).await;
    assert_eq!(changed, Err(Error::Conflict));
    correct(&mut change, &allowed, &of, &before, &point, "typed wrongly", 1).await.expect("corrected");
    let (_, taken) = ratio("2026-02-23");
    let after = measurement(&mut change, before.id).await.expect("a point");
    assert!(correct(&mut change, &allowed, &of, &after, &taken, "moved", 2).await.is_err(), "a point stands there");
    change.commit().await.expect("committed");
    assert_eq!((after.amount(), after.taken_on, after.version), (Amount::Value(70.0), on("2026-02-16"), 2));
    assert_eq!(scene.last_on().await, Some(on("2026-02-23")));
}

#[tokio::test]
async fn a_project_holds_so_many_points_and_says_so() {
    let scene = Scene::new().await;
    scene.record(&[ratio("2026-02-01")]).await.expect("recorded");
    for _ in 0..3 {
        let other = scene.fixture.measure(scene.project).await;
        let mut change = scene.fixture.store.write().await.expect("a change");
        // Points are counted by the number of the last.
        sqlx::query(
            "insert into measurement (id, measure_id, taken_on, place, entry, numerator, denominator, state, recorded_by, recorded_at)
             values ($1, $2, '2026-02-01', '', $3, 1, 2, 'current', $4, '2026-02-01T12:00:00Z')",
        )
        .bind(MeasurementId::new())
        .bind(other)
        .bind(MOST_POINTS - 1)
        .bind(scene.fixture.trainee)
        .execute(&mut *change)
        .await
        .expect("a point");
        change.commit().await.expect("committed");
    }
    for day in ["2026-02-02", "2026-02-03"] {
        scene.record(&[ratio(day)]).await.expect("there is room for it");
    }
    let Err(Error::Invalid(errors)) = scene.record(&[ratio("2026-02-04")]).await else { panic!("refused") };
    assert!(errors[0].message.contains("60,000 points together"), "{}", errors[0].message);
}

#[tokio::test]
async fn a_project_holds_so_many_measures_and_says_so() {
    let Scene { fixture, project, .. } = Scene::new().await;
    let request = fixture.request(Some(fixture.trainee)).await;
    let mut change = fixture.store.write().await.expect("a change");
    let allowed = request.require(&mut change, DefineMeasure(project)).await.expect("allowed");
    let definition = Definition {
        name: "Antibiotics".to_owned(),
        definition: "Within the hour".to_owned(),
        kind: Kind::Outcome,
        data_type: DataType::Count,
        unit: String::new(),
        per: None,
        direction: Direction::Increase,
        target: None,
        every_days: None,
        source: String::new(),
        collector: String::new(),
        starts_on: TODAY,
    };
    for _ in 1..MOST_MEASURES {
        define(&mut change, &allowed, &definition).await.expect("defined");
    }
    let Err(Error::Invalid(errors)) = define(&mut change, &allowed, &definition).await else { panic!("refused") };
    assert!(errors[0].message.contains("at most 100 measures"), "{}", errors[0].message);
}

#[tokio::test]
async fn a_measure_keeps_its_kind_of_number_its_order_and_can_be_retired() {
    let scene = Scene::new().await;
    let second = scene.fixture.measure(scene.project).await;
    scene.record(&[ratio("2026-03-02")]).await.expect("recorded");
    let request = scene.fixture.request(Some(scene.fixture.trainee)).await;
    let mut change = scene.fixture.store.write().await.expect("a change");
    let allowed = request.require(&mut change, DefineMeasure(scene.project)).await.expect("allowed");
    let before = measure(&mut change, scene.measure).await.expect("a measure");
    let definition = Definition {
        name: "Antibiotics".to_owned(),
        definition: before.definition.clone(),
        kind: Kind::Outcome,
        data_type: DataType::Count,
        unit: String::new(),
        per: None,
        direction: Direction::Increase,
        target: None,
        every_days: None,
        source: String::new(),
        collector: String::new(),
        starts_on: before.starts_on,
    };
    assert!(edit(&mut change, &allowed, &before, &definition, 1).await.is_err(), "it has points");
    let definition = Definition { data_type: DataType::Percentage, ..definition };
    assert_eq!(edit(&mut change, &allowed, &before, &definition, 7).await, Err(Error::Conflict));
    edit(&mut change, &allowed, &before, &definition, 1).await.expect("edited");
    move_up_or_down(&mut change, &allowed, second, true).await.expect("moved");
    move_up_or_down(&mut change, &allowed, second, true).await.expect("already the first");
    let order: Vec<_> =
        load_series(&mut change, scene.project).await.expect("charts").iter().map(|one| one.measure.id).collect();
    assert_eq!(order, [second, scene.measure]);
    retire(&mut change, &allowed, &before, Some(TODAY)).await.expect("retired");
    assert_eq!(for_handover(&mut change, scene.project).await.expect("measures").len(), 1);
    let after = measure(&mut change, scene.measure).await.expect("a measure");
    assert_eq!((after.name.as_str(), after.next_on()), ("Antibiotics", None));
    change.commit().await.expect("committed");
    assert!(scene.record(&[ratio("2026-03-03")]).await.is_err(), "a retired measure takes no points");
}

#[tokio::test]
async fn a_closed_project_takes_no_points() {
    let scene = Scene::new().await;
    let mut change = scene.fixture.store.write().await.expect("a change");
    sqlx::query("update project set status = 'closed', closed_reason = 'completed' where id = $1")
        .bind(scene.project)
        .execute(&mut *change)
        .await
        .expect("closed");
    change.commit().await.expect("committed");
    assert!(matches!(scene.record(&[ratio("2026-03-03")]).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_chart_reads_each_column_of_a_point_into_its_field() {
    let scene = Scene::new().await;
    let (_, plain) = point("2026-03-02", Amount::Value(70.5));
    let (_, counted) = ratio("2026-02-23");
    let taken_at = NaiveTime::from_hms_opt(9, 30, 0);
    let counted = Point { taken_at, place: "Ward 4".to_owned(), ..counted };
    scene.record(&[plain, counted].map(|point| (String::new(), point))).await.expect("recorded");
    let oldest = scene.points().await.pop().expect("a point");
    scene.set_state(oldest.id, State::Excluded, 1).await.expect("excluded");
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let mut points = load_series_of_measure(&mut conn, scene.measure).await.expect("a chart").points;
    points.sort_unstable_by_key(|point| point.entry);
    let columns: Vec<_> = points
        .iter()
        .map(|point| {
            let amount = (point.value, point.numerator, point.denominator);
            (point.entry, point.taken_on, point.taken_at, point.place.as_str(), amount, point.excluded)
        })
        .collect();
    assert_eq!(
        columns,
        [
            (1, on("2026-03-02"), None, "", (Some(70.5), None, None), 0),
            (2, on("2026-02-23"), taken_at, "Ward 4", (None, Some(18.0), Some(24.0)), 1),
        ]
    );
}

#[tokio::test]
async fn lists_of_points_are_read_through_their_index() {
    let scene = Scene::new().await;
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
        "explain query plan select id from measurement where measure_id = 'x' order by taken_on desc, taken_at desc, entry desc",
    )
    .fetch_all(&mut *conn)
    .await
    .expect("a plan");
    assert!(plan.iter().all(|(.., step)| step.contains("measurement_series") && !step.contains("B-TREE")), "{plan:?}");
}

#[tokio::test]
async fn what_was_recorded_together_is_undone_together_but_for_later_corrections() {
    let scene = Scene::new().await;
    let who = scene.fixture.trainee;
    scene.record(&[ratio("2026-02-02")]).await.expect("one alone");
    scene.record(&[ratio("2026-02-09"), ratio("2026-02-16"), ratio("2026-02-23")]).await.expect("three together");
    let points = scene.points().await;
    let [last, alone] = [0, 3].map(|at| points[at].clone());
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert!(batch_of(&mut conn, alone.id).await.expect("read").is_none());
    let together = batch_of(&mut conn, last.id).await.expect("read").expect("an act");
    assert_eq!((together.way, together.points, together.standing, together.touched), (Way::Typed, 3, 3, 0));
    assert_eq!(project_of_batch(&mut conn, together.id).await, Ok(scene.project));
    drop(conn);
    // An import that corrects the one and the last: of which the last is corrected again.
    let act = scene
        .act(who, async |conn, allowed, measure| {
            let corrected = [Corrected::before(&alone), Corrected::before(&last)];
            let act = begin(conn, allowed, measure.id, Way::Imported, 0, &corrected).await?;
            let (_, better) = point("2026-02-02", Amount::Ratio(20.0, 24.0));
            replace(conn, allowed, measure, &alone, &better, "counted again").await?;
            let (_, better) = point("2026-02-23", Amount::Ratio(21.0, 24.0));
            replace(conn, allowed, measure, &last, &better, "counted again").await?;
            let again = measurement(conn, last.id).await?;
            let (_, better) = point("2026-02-23", Amount::Ratio(22.0, 24.0));
            replace(conn, allowed, measure, &again, &better, "and again").await?;
            Ok(act)
        })
        .await
        .expect("corrected");
    let undo_of = async |act| {
        scene
            .act(who, async |conn, allowed, measure| {
                let found = batch(conn, act).await?;
                undo(conn, allowed, measure, &found).await
            })
            .await
    };
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert_eq!(standing_corrections(&mut conn, act).await, Ok(1));
    assert_eq!(batch(&mut conn, act).await.expect("read").corrected, 2);
    drop(conn);
    assert_eq!(undo_of(act).await, Ok(Undone { void: 0, taken_back: 1, kept: 1, left: 4 }));
    let points = scene.points().await;
    assert_eq!(points[3].amount(), alone.amount(), "as it was");
    assert_eq!(points[0].amount(), Amount::Ratio(22.0, 24.0), "what was corrected again is left");
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let undoable = shown(&mut conn, scene.measure, 1, 20).await.expect("read").changes;
    assert_eq!(undoable.iter().filter_map(|changed| changed.undoable).collect::<Vec<_>>(), [together.id]);
    drop(conn);
    assert_eq!(undo_of(together.id).await, Ok(Undone { void: 3, taken_back: 0, kept: 0, left: 1 }));
    assert!(undo_of(together.id).await.is_err(), "once");
    let points = scene.points().await;
    assert_eq!(points.iter().filter(|point| point.state == State::Void).count(), 3);
    assert_eq!(scene.last_on().await, Some(on("2026-02-02")));
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let told = changes(&mut conn, scene.measure, 20).await.expect("history");
    let actions: Vec<&str> = told.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions[..3],
        ["undid recording measurements", "undid an import of measurements", "took a correction back"]
    );
    assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
}

/// Points of a run of days, each of so many in a hundred.
fn shares(first: &str, tops: &[f64]) -> Vec<(String, Point)> {
    let day = |at: usize| on(first) + chrono::Days::new(at as u64);
    let share = |(at, top): (usize, &f64)| {
        let (field, point) = point(first, Amount::Ratio(*top, 100.0));
        (field, Point { taken_on: day(at), ..point })
    };
    tops.iter().enumerate().map(share).collect()
}

const CALM: [f64; 12] = [50.0, 52.0, 49.0, 51.0, 50.0, 48.0, 50.0, 51.0, 49.0, 52.0, 50.0, 48.0];
const WILD: [f64; 12] = [10.0, 90.0, 15.0, 85.0, 10.0, 90.0, 20.0, 80.0, 10.0, 90.0, 15.0, 85.0];

impl Scene {
    async fn settled(&self) -> (Option<ChartType>, i64) {
        let mut conn = self.fixture.store.read().await.expect("a reader");
        let settings = load_series_of_measure(&mut conn, self.measure).await.expect("a chart").settings;
        (settings.settled_chart, settings.settled_entry)
    }

    /// Undoes the act in which the point of this number came.
    async fn undo_act_of(&self, entry: i64) {
        let points = self.points().await;
        let point = points.iter().find(|point| point.entry == entry).expect("a point").id;
        self.act(self.fixture.trainee, async |conn, allowed, measure| {
            let act = batch_of(conn, point).await?.ok_or(Error::NotFound)?;
            undo(conn, allowed, measure, &act).await
        })
        .await
        .expect("undone");
    }

    async fn newest_change(&self) -> (String, Vec<(String, String, String)>) {
        let mut conn = self.fixture.store.read().await.expect("a reader");
        let row = changes(&mut conn, self.measure, 1).await.expect("history").remove(0);
        let told = row.changes().into_iter().map(|change| (change.field, change.from, change.to)).collect();
        (row.action, told)
    }
}

#[tokio::test]
async fn undoing_lets_a_chart_go_that_was_settled_by_points_that_are_gone() {
    let scene = Scene::new().await;
    scene.record(&shares("2026-01-01", &CALM[..4])).await.expect("recorded");
    scene.record(&shares("2026-02-01", &WILD)).await.expect("recorded");
    assert_eq!(scene.settled().await, (Some(ChartType::PPrime), 16));
    scene.undo_act_of(16).await;
    assert_eq!(scene.settled().await, (None, 0));
    let (action, told) = scene.newest_change().await;
    assert_eq!(action, "left the chart to later points");
    assert_eq!(told[1], ("Chart".to_owned(), ChartType::PPrime.label().to_owned(), String::new()));
    scene.record(&shares("2026-02-01", &CALM)).await.expect("recorded");
    assert_eq!(scene.settled().await, (Some(ChartType::P), 28), "the points that are right settle it");
}

#[tokio::test]
async fn undoing_settles_a_chart_anew_by_what_is_left() {
    let scene = Scene::new().await;
    scene.record(&shares("2026-02-01", &WILD)).await.expect("recorded");
    scene.record(&shares("2026-01-01", &CALM)).await.expect("recorded");
    assert_eq!(scene.settled().await, (Some(ChartType::PPrime), 12));
    scene.undo_act_of(1).await;
    assert_eq!(scene.settled().await, (Some(ChartType::P), 24));
    let (action, told) = scene.newest_change().await;
    assert_eq!(action, "settled the chart anew");
    let labels = [ChartType::PPrime, ChartType::P].map(|chart| chart.label().to_owned());
    assert_eq!((&told[1].1, &told[1].2), (&labels[0], &labels[1]));
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
}

#[tokio::test]
async fn undoing_leaves_a_chart_alone_that_other_points_settled_or_still_suits() {
    let scene = Scene::new().await;
    scene.record(&shares("2026-01-01", &CALM)).await.expect("recorded");
    scene.record(&shares("2026-02-01", &WILD)).await.expect("recorded");
    assert_eq!(scene.settled().await, (Some(ChartType::P), 12));
    scene.undo_act_of(13).await;
    assert_eq!(scene.settled().await, (Some(ChartType::P), 12), "settled before they came");
    // Again as if it had been settled by the last point, and p′ set aside.
    let set = async |sql: &'static str| {
        let mut change = scene.fixture.store.write().await.expect("a change");
        sqlx::query(sql).execute(&mut *change).await.expect("set");
        change.commit().await.expect("committed");
    };
    scene.record(&shares("2026-02-01", &WILD)).await.expect("recorded");
    scene.record(&shares("2026-02-13", &CALM[..3])).await.expect("recorded");
    set("update measure set settled_entry = 39, declined_chart = 'p_prime'").await;
    scene.undo_act_of(39).await;
    assert_eq!(scene.settled().await, (Some(ChartType::P), 39), "what was set aside stays aside");
    scene.undo_act_of(25).await;
    assert_eq!(scene.settled().await, (Some(ChartType::P), 39), "it suits what is left");
    let nothing = scene
        .act(scene.fixture.trainee, async |conn, allowed, measure| resettle(conn, allowed, measure.id, 40).await)
        .await;
    assert_eq!((nothing, scene.settled().await.1), (Ok(()), 39));
}

#[tokio::test]
async fn charts_from_before_they_were_kept_are_settled_once() {
    let scene = Scene::new().await;
    let days: Vec<String> = (1..=12).map(|day| format!("2026-02-{day:02}")).collect();
    let points: Vec<Point> = days.iter().map(|day| ratio(day).1).collect();
    scene
        .act(scene.fixture.trainee, async |conn, allowed, measure| {
            insert(conn, allowed, measure.id, None, points.iter()).await?;
            history::record(conn, allowed, Entry::new("measure", measure.id, "recorded points")).await
        })
        .await
        .expect("points");
    for found in [1, 0] {
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        assert_eq!(unsettled(&mut conn).await.expect("read").len(), found);
        drop(conn);
        let who = scene.fixture.trainee;
        scene.act(who, async |conn, allowed, measure| settle(conn, allowed, measure.id).await).await.expect("settled");
    }
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    let settings = load_series_of_measure(&mut conn, scene.measure).await.expect("a chart").settings;
    assert_eq!(settings.settled_chart, Some(ChartType::P));
    assert_eq!((settings.settled_on, settings.settled_entry), (Some(TODAY), 12));
    let told = changes(&mut conn, scene.measure, 20).await.expect("history");
    assert_eq!(told.iter().filter(|row| row.action == "settled the chart").count(), 1);
}

#[tokio::test]
async fn a_chart_can_be_settled_from_twelve_periods_on() {
    let scene = Scene::new().await;
    let can = async |sql: &'static str| {
        let mut change = scene.fixture.store.write().await.expect("a change");
        sqlx::query(sql).execute(&mut *change).await.expect("set");
        change.commit().await.expect("committed");
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        !unsettled(&mut conn).await.expect("read").is_empty()
    };
    let monday = on("2025-12-01");
    let points: Vec<Point> =
        (0..22_u64).map(|at| Point { taken_on: monday + chrono::Days::new(at / 2), ..ratio("2026-02-01").1 }).collect();
    scene
        .act(scene.fixture.trainee, async |conn, allowed, measure| {
            insert(conn, allowed, measure.id, None, points.iter()).await?;
            history::record(conn, allowed, Entry::new("measure", measure.id, "recorded points")).await
        })
        .await
        .expect("points");
    assert!(!can("update measure set period = null").await, "eleven days, each twice");
    assert!(!can("update measure set period = 'day'").await);
    assert!(can("update measure set data_type = 'cases_between'").await, "each of 22 counts");
    assert!(!can("update measure set data_type = 'percentage'").await);
    assert!(can("update measurement set taken_on = date('2025-12-01', (entry - 1) || ' days')").await, "22 days");
    assert!(!can("update measure set period = 'week'").await, "four weeks");
    assert!(
        !can("update measurement set taken_on = date('2025-09-01', ((entry - 1) / 2 * 7 + entry % 2 * 6) || ' days')")
            .await
    );
    assert!(
        can("update measurement set taken_on = date('2025-09-01', ((entry - 1) * 7) || ' days')").await,
        "22 weeks"
    );
    assert!(!can("update measure set period = 'month'").await);
    assert!(can("update measurement set taken_on = date('2024-01-31', 'start of month', entry || ' months')").await);
}

#[tokio::test]
async fn the_twelfth_point_settles_the_chart_unless_a_person_chose_it() {
    let scene = Scene::new().await;
    let who = scene.fixture.trainee;
    for day in 1..=11 {
        scene.record(&[ratio(&format!("2026-02-{day:02}"))]).await.expect("recorded");
    }
    let settled = async || {
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        load_series_of_measure(&mut conn, scene.measure).await.expect("a chart").settings.settled_chart
    };
    assert_eq!(settled().await, None);
    let mut change = scene.fixture.store.write().await.expect("a change");
    sqlx::query("update measure set chart = 'xmr'").execute(&mut *change).await.expect("chosen");
    change.commit().await.expect("committed");
    scene.record(&[ratio("2026-02-12")]).await.expect("recorded");
    assert_eq!(settled().await, None, "what a person chose stays");
    let mut change = scene.fixture.store.write().await.expect("a change");
    sqlx::query("update measure set chart = null").execute(&mut *change).await.expect("left to the points");
    change.commit().await.expect("committed");
    scene.act(who, async |conn, allowed, measure| settle(conn, allowed, measure.id).await).await.expect("settled");
    assert_eq!(settled().await, Some(ChartType::P));
}

#[tokio::test]
async fn several_observations_of_a_day_are_allowed_once() {
    let scene = Scene::new().await;
    let who = scene.fixture.trainee;
    scene.record(&[ratio("2026-03-02")]).await.expect("recorded");
    for _ in 0..2 {
        let allow = async |conn: &mut Connection, allowed: &_, measure: &_| {
            allow_several_per_day(conn, allowed, measure).await?;
            record(conn, allowed, measure, &[ratio("2026-03-02")]).await.map(|_| ())
        };
        scene.act(who, allow).await.expect("recorded");
    }
    let mut conn = scene.fixture.store.read().await.expect("a reader");
    assert!(allows_several_per_day(&mut conn, scene.measure).await.expect("read"));
    let told = changes(&mut conn, scene.measure, 20).await.expect("history");
    assert_eq!(told.iter().filter(|row| row.action == "changed how the chart is read").count(), 1);
}
