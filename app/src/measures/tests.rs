//! How measures are read, and what is asked of many of them at once, through the store.

use super::chart_settings::model::{Baseline, ChartDetails, ChartType, Period, PhaseDetails, RuleSet, Summary};
use super::chart_settings::store as chart_settings;
use super::model::{Amount, Point};
use super::series::{Measure, MeasureSeries};
use super::store;
use crate::access::{Coordinate, DefineMeasure, RecordMeasurement, system};
use crate::db::Connection;
use crate::error::Error;
use crate::history;
use crate::id::{MeasureId, PhaseId, ProjectId, TargetId, TrustId};
use crate::testing::{Fixture, Result, TODAY, noon, on};
use crate::web::request::Request;

struct Scene {
    at: Fixture,
    project: ProjectId,
    measure: MeasureId,
    /// A request of the project's lead.
    request: Request,
}

async fn scene() -> Scene {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let measure = at.measure(project).await;
    let request = at.request(Some(at.trainee)).await;
    Scene { at, project, measure, request }
}

impl Scene {
    fn defines(&self) -> crate::access::Allowed<DefineMeasure> {
        system(DefineMeasure(self.project), Some(self.at.trust), noon())
    }

    async fn found(&self, conn: &mut Connection) -> Result<Measure> {
        Ok(store::measure(conn, self.measure).await?)
    }

    /// Adds points to a measure as its lead does.
    async fn insert(&self, conn: &mut Connection, measure: MeasureId, days: &[&str]) -> Result {
        let points: Vec<Point> = days
            .iter()
            .map(|day| Point {
                taken_on: on(day),
                taken_at: None,
                place: String::new(),
                amount: Amount::Ratio(18.0, 24.0),
                note: String::new(),
            })
            .collect();
        let allowed = self.request.require(conn, RecordMeasurement(self.project)).await?;
        store::insert(conn, &allowed, measure, None, points.iter()).await?;
        Ok(())
    }
}

fn settings() -> ChartDetails {
    ChartDetails {
        chart: Some(ChartType::P),
        rule_set: Some(RuleSet::Ihi),
        screening: false,
        centre: Some(80.0),
        baseline: Baseline::Date,
        baseline_until: Some(on("2026-02-01")),
        period: Some(Period::Week),
        summary: Summary::Median,
    }
}

#[tokio::test]
async fn how_a_chart_is_read_is_saved_whole_and_its_history_says_what_changed() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    let measure = scene.found(&mut change).await?;
    let before = chart_settings::chart_settings(&mut change, scene.measure).await?;
    assert_eq!((before.chart, before.own_rule_set), (None, None));
    let stale =
        chart_settings::save(&mut change, &scene.defines(), &measure, &before, &settings(), measure.version + 1).await;
    assert_eq!(stale, Err(Error::Conflict));
    chart_settings::save(&mut change, &scene.defines(), &measure, &before, &settings(), measure.version).await?;
    let after = chart_settings::chart_settings(&mut change, scene.measure).await?;
    let saved = ChartDetails {
        chart: after.chart,
        rule_set: after.own_rule_set,
        screening: after.screening,
        centre: after.centre,
        baseline: after.baseline,
        baseline_until: after.baseline_until,
        period: after.period,
        summary: after.summary,
    };
    assert_eq!(saved, settings());
    assert_eq!(after.rule_set, RuleSet::Ihi);
    assert_eq!(scene.found(&mut change).await?.version, measure.version + 1);
    let told = store::changes(&mut change, scene.measure, 1).await?;
    let fields: Vec<String> = told[0].changes().into_iter().map(|change| change.field).collect();
    assert_eq!(
        fields,
        ["Chart", "Rules", "Screening", "Centre line", "Baseline", "Baseline until", "Points", "Summary"]
    );
    Ok(())
}

#[tokio::test]
async fn a_trusts_rules_hold_for_every_measure_that_names_none() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    let first = chart_settings::trust_rules(&mut change, scene.at.trust).await?;
    assert_ne!(first, RuleSet::Nelson);
    let coordinates = system(Coordinate(scene.at.trust), Some(scene.at.trust), noon());
    chart_settings::set_trust_rules(&mut change, &coordinates, RuleSet::Nelson).await?;
    assert_eq!(chart_settings::trust_rules(&mut change, scene.at.trust).await?, RuleSet::Nelson);
    assert_eq!(
        chart_settings::trust_rules(&mut change, scene.at.other_trust).await?,
        first,
        "another trust keeps its own"
    );
    assert_eq!(chart_settings::chart_settings(&mut change, scene.measure).await?.rule_set, RuleSet::Nelson);
    crate::people::organisation::store::set_chart_rules(&mut change, &coordinates, RuleSet::Ihi.as_str()).await?;
    assert_eq!(chart_settings::trust_rules(&mut change, scene.at.trust).await?, RuleSet::Ihi);
    let told = history::of_object(&mut change, scene.at.trust, 1).await?;
    assert_eq!(told[0].changes()[0].to, RuleSet::Nelson.label());
    Ok(())
}

#[tokio::test]
async fn phases_stand_in_order_one_a_day_and_can_be_taken_away() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    let measure = scene.found(&mut change).await?;
    let allowed = scene.request.require(&mut change, DefineMeasure(scene.project)).await?;
    let phase = |day: &str| PhaseDetails { starts_on: on(day), reason: "New staff".to_owned(), freeze_after: Some(8) };
    let later = chart_settings::start_phase(&mut change, &allowed, &measure, &phase("2026-02-20")).await?;
    chart_settings::start_phase(&mut change, &allowed, &measure, &phase("2026-01-20")).await?;
    let twice = chart_settings::start_phase(&mut change, &allowed, &measure, &phase("2026-02-20")).await;
    assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
    let phases = chart_settings::chart_settings(&mut change, scene.measure).await?.phases;
    assert_eq!(phases.iter().map(|phase| phase.starts_on).collect::<Vec<_>>(), [on("2026-01-20"), on("2026-02-20")]);
    assert_eq!((phases[1].id, phases[1].reason.as_str(), phases[1].freeze_after), (later, "New staff", Some(8)));

    chart_settings::remove_phase(&mut change, &allowed, &measure, later).await?;
    assert_eq!(chart_settings::chart_settings(&mut change, scene.measure).await?.phases.len(), 1);
    let gone = chart_settings::remove_phase(&mut change, &allowed, &measure, later).await;
    assert_eq!(gone, Err(Error::NotFound));
    let unknown = chart_settings::remove_phase(&mut change, &allowed, &measure, PhaseId::new()).await;
    assert_eq!(unknown, Err(Error::NotFound));
    chart_settings::start_phase(&mut change, &allowed, &measure, &phase("2026-02-20")).await?;
    Ok(())
}

#[tokio::test]
async fn a_later_target_takes_the_place_of_one_of_the_same_day() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    let measure = scene.found(&mut change).await?;
    let defines = scene.defines();
    for (day, target) in [("2026-03-01", 95.0), ("2026-02-01", 92.0), ("2026-03-01", 97.5)] {
        chart_settings::set_target(&mut change, &defines, &measure, (on(day), target)).await?;
    }
    let targets = chart_settings::chart_settings(&mut change, scene.measure).await?.later_targets;
    let told: Vec<_> = targets.iter().map(|target| (target.starts_on, target.target)).collect();
    assert_eq!(told, [(on("2026-02-01"), 92.0), (on("2026-03-01"), 97.5)]);
    chart_settings::remove_target(&mut change, &defines, &measure, targets[1].id).await?;
    assert_eq!(chart_settings::chart_settings(&mut change, scene.measure).await?.later_targets.len(), 1);
    for gone in [targets[1].id, TargetId::new()] {
        assert_eq!(chart_settings::remove_target(&mut change, &defines, &measure, gone).await, Err(Error::NotFound));
    }
    Ok(())
}

#[tokio::test]
async fn a_measures_page_shows_its_points_apart_from_the_void_ones() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    scene.insert(&mut change, scene.measure, &["2026-02-11", "2026-02-18", "2026-02-25"]).await?;
    sqlx::query("update measurement set state = 'void' where taken_on = '2026-02-25'").execute(&mut *change).await?;
    let shown = store::shown(&mut change, scene.measure, 1, 5).await?;
    assert_eq!(
        shown.points.iter().map(|point| point.taken_on).collect::<Vec<_>>(),
        [on("2026-02-18"), on("2026-02-11")]
    );
    assert_eq!((shown.counted, shown.voided, shown.void.len()), (2, 1, 1));
    assert_eq!(shown.series.points.len(), 2, "the chart leaves void points out");
    assert_eq!(store::shown(&mut change, scene.measure, 2, 5).await?.points.len(), 0);
    assert_eq!(store::shown(&mut change, MeasureId::new(), 1, 5).await.err(), Some(Error::NotFound));
    Ok(())
}

#[tokio::test]
async fn the_last_day_and_the_number_of_points_are_kept() -> Result {
    let scene = scene().await;
    let other = scene.at.measure(scene.project).await;
    let mut change = scene.at.store.write().await?;
    scene.insert(&mut change, scene.measure, &["2026-02-18", "2026-02-25"]).await?;
    scene.insert(&mut change, other, &["2026-02-11"]).await?;
    assert_eq!(store::held(&mut change, scene.measure).await?, (2, 3), "of the measure, and of its project");
    assert_eq!(scene.found(&mut change).await?.last_on, Some(on("2026-02-25")));
    sqlx::query("delete from measurement where taken_on = '2026-02-25'").execute(&mut *change).await?;
    store::refresh_last_on(&mut change, scene.measure).await?;
    assert_eq!(scene.found(&mut change).await?.last_on, Some(on("2026-02-18")));
    sqlx::query("update measurement set state = 'void'").execute(&mut *change).await?;
    store::refresh_last_on(&mut change, scene.measure).await?;
    assert_eq!(scene.found(&mut change).await?.last_on, None);
    Ok(())
}

#[tokio::test]
async fn lists_chart_the_first_measure_in_use_and_a_board_those_of_open_projects() -> Result {
    let scene = scene().await;
    let second = scene.at.measure(scene.project).await;
    let closed = scene.at.project("Falls").await;
    scene.at.measure(closed).await;
    let mut change = scene.at.store.write().await?;
    sqlx::query(
        "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-20' where id = $1",
    )
    .bind(closed)
    .execute(&mut *change)
    .await?;
    let ids = |series: Vec<MeasureSeries>| series.into_iter().map(|one| one.measure.id).collect::<Vec<_>>();
    let (trust, priority) = (scene.at.trust, scene.at.priority);
    assert_eq!(ids(first_of(&mut change, Some(scene.project)).await?), [scene.measure]);
    let page = store::BoardPage { sort: "project", reversed: false, rows: 50, before: 0 };
    let (found, board, total) = store::board_of_priority(&mut change, trust, priority, page).await?;
    assert_eq!((found.id, ids(board), total), (priority, vec![scene.measure, second], 2));
    for (page, shown) in [
        (store::BoardPage { rows: 1, ..page }, scene.measure),
        (store::BoardPage { rows: 1, before: 1, ..page }, second),
        (store::BoardPage { rows: 1, before: 50, ..page }, second),
    ] {
        let (_, board, total) = store::board_of_priority(&mut change, trust, priority, page).await?;
        assert_eq!((ids(board), total), (vec![shown], 2), "beyond the end is the last page: {page:?}");
    }
    sqlx::query("update measure set name = 'Z' where id = $1").bind(scene.measure).execute(&mut *change).await?;
    for (reversed, first) in [(false, second), (true, scene.measure)] {
        let page = store::BoardPage { sort: "measure", reversed, ..page };
        let (_, board, _) = store::board_of_priority(&mut change, trust, priority, page).await?;
        assert_eq!(ids(board).first(), Some(&first), "{page:?}");
    }
    let (found, board) = store::board_of_project(&mut change, scene.project).await?;
    assert_eq!((found.id, ids(board)), (scene.project, vec![scene.measure, second]));
    assert!(store::board_of_priority(&mut change, TrustId::new(), priority, page).await.is_err(), "of another trust");
    sqlx::query("update measure set retired_on = $2 where id = $1")
        .bind(scene.measure)
        .bind(TODAY)
        .execute(&mut *change)
        .await?;
    assert_eq!(ids(first_of(&mut change, Some(scene.project)).await?), [second]);
    assert_eq!(ids(store::board_of_priority(&mut change, trust, priority, page).await?.1), [second]);
    assert_eq!(ids(first_of(&mut change, None).await?), []);
    Ok(())
}

/// The first measure of a page that shows this project.
async fn first_of(conn: &mut Connection, project: Option<ProjectId>) -> Result<Vec<MeasureSeries>> {
    let page = ["with page as (select id from project where id = $1)", store::FIRST_OF_PAGE].concat();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(page)).bind(project).fetch_all(conn).await?)
}

#[tokio::test]
async fn what_is_replaced_keeps_its_id_and_says_what_stood_there() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    scene.insert(&mut change, scene.measure, &["2026-02-11"]).await?;
    let measure = scene.found(&mut change).await?;
    let before = store::measurements(&mut change, scene.measure).await?.remove(0);
    let allowed = scene.request.require(&mut change, RecordMeasurement(scene.project)).await?;
    let point = Point {
        taken_on: on("2026-02-12"),
        taken_at: None,
        place: "Ward 4".to_owned(),
        amount: Amount::Ratio(9.0, 12.0),
        note: "Counted again".to_owned(),
    };
    store::replace(&mut change, &allowed, &measure, &before, &point, "typed wrongly").await?;
    let after = store::measurement(&mut change, before.id).await?;
    assert_eq!((after.taken_on, after.place.as_str(), after.amount()), (point.taken_on, "Ward 4", point.amount));
    assert_eq!((after.note.as_str(), after.reason.as_str()), ("Counted again", "typed wrongly"));
    assert_eq!((after.entry, after.version), (before.entry, before.version + 1));
    let told = history::of_object(&mut change, before.id, 1).await?;
    let fields: Vec<String> = told[0].changes().into_iter().map(|change| change.field).collect();
    assert_eq!(fields, ["When", "Value", "Note", "Reason"]);
    Ok(())
}

#[tokio::test]
async fn another_chart_is_taken_or_set_aside_by_a_person_and_the_history_says_which() -> Result {
    let scene = scene().await;
    let mut change = scene.at.store.write().await?;
    let measure = scene.found(&mut change).await?;
    let allowed = scene.request.require(&mut change, DefineMeasure(scene.project)).await?;
    let decided = chart_settings::Decided {
        now: ChartType::P,
        suggested: ChartType::PPrime,
        because: "the spread is wider than chance",
        said: "A p′ chart suits the last 12 points better.",
        last_entry: 24,
    };
    chart_settings::set_suggestion_aside(&mut change, &allowed, &measure, &decided).await?;
    let kept = chart_settings::chart_settings(&mut change, scene.measure).await?;
    assert_eq!((kept.settled_chart, kept.settled_entry), (None, 24));
    chart_settings::take_suggestion(&mut change, &allowed, &measure, &decided).await?;
    let taken = chart_settings::chart_settings(&mut change, scene.measure).await?;
    assert_eq!((taken.settled_chart, taken.settled_on), (Some(ChartType::PPrime), Some(TODAY)));
    let told = history::of_object(&mut change, scene.measure, 2).await?;
    let actions: Vec<&str> = told.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        ["changed the chart as its points suggest", "kept the chart although its points suggest another"]
    );
    Ok(())
}
