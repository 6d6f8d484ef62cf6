//! How charts are read: their SQL.

use chrono::NaiveDate;

use super::model::{ChartDetails, ChartType, Period, PhaseDetails, RuleSet};
use crate::access::{Allowed, Coordinate, DefineMeasure};
use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{MeasureId, PhaseId, TargetId, TrustId};
use crate::measures::series::{ChartSettings, Measure};
use crate::people::organisation;

/// The columns of [`ChartSettings`], of `measure m` joined to `project p`.
macro_rules! chart_settings_columns {
    () => {
        "m.chart, m.settled_chart, m.settled_because, m.settled_on, m.settled_entry, m.declined_chart, m.rule_set as own_rule_set,
         coalesce(m.rule_set, (select t.rule_set from trust t where t.id = p.trust_id)) as rule_set,
         m.screening, m.centre, m.baseline, m.baseline_until, m.period, m.summary,
         (select json_group_array(json_object('id', f.id, 'starts_on', f.starts_on, 'reason', f.reason, 'freeze_after', f.freeze_after))
            from (select f.id, f.starts_on, f.reason, f.freeze_after from phase f where f.measure_id = m.id and f.removed_at is null order by f.starts_on) f) as phases,
         (select json_group_array(json_object('id', a.id, 'starts_on', a.starts_on, 'target', a.target))
            from (select a.id, a.starts_on, a.target from measure_target a where a.measure_id = m.id and a.removed_at is null order by a.starts_on) a) as later_targets"
    };
}
pub(crate) use chart_settings_columns;

fn or_trust(rule_set: Option<RuleSet>) -> &'static str {
    rule_set.map_or("The trust’s", RuleSet::label)
}

/// Changes how a measure's chart is read.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub async fn save(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    before: &ChartSettings,
    settings: &ChartDetails,
    version: i64,
) -> Result<(), Error> {
    let changed = sqlx::query(
        "update measure set chart = $3, rule_set = $4, screening = $5, centre = $6, baseline = $7, baseline_until = $8,
                period = $9, summary = $10, version = version + 1
         where id = $1 and project_id = $2 and version = $11",
    )
    .bind(measure.id)
    .bind(allowed.project())
    .bind(settings.chart)
    .bind(settings.rule_set)
    .bind(settings.screening)
    .bind(settings.centre)
    .bind(settings.baseline)
    .bind(settings.baseline_until)
    .bind(settings.period)
    .bind(settings.summary)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(changed)?;
    let chart = |chart: Option<ChartType>| chart.map_or("Automatic", ChartType::label);
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let date = |date: Option<NaiveDate>| date.map(format::date).unwrap_or_default();
    let period = |period: Option<Period>| period.map_or("Each observation", Period::label);
    let yes = |yes: bool| if yes { "Yes" } else { "No" };
    let entry = Entry::new("measure", measure.id, "changed how the chart is read")
        .in_project(allowed.project())
        .change("Chart", chart(before.chart), chart(settings.chart))
        .change("Rules", or_trust(before.own_rule_set), or_trust(settings.rule_set))
        .change("Screening", yes(before.screening), yes(settings.screening))
        .change("Centre line", number(before.centre), number(settings.centre))
        .change("Baseline", before.baseline.label(), settings.baseline.label())
        .change("Baseline until", date(before.baseline_until), date(settings.baseline_until))
        .change("Points", period(before.period), period(settings.period))
        .change("Summary", before.summary.label(), settings.summary.label());
    history::record(conn, allowed, entry).await
}

/// Takes another chart that later points ask for.
///
/// # Errors
/// When the store cannot write.
pub async fn take_suggestion(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    decided: &Decided<'_>,
) -> Result<(), Error> {
    sqlx::query(
        "update measure set settled_chart = $3, settled_because = $4, settled_on = $5, settled_entry = $6,
                declined_chart = null, version = version + 1
         where id = $1 and project_id = $2",
    )
    .bind(measure.id)
    .bind(allowed.project())
    .bind(decided.suggested)
    .bind(decided.because)
    .bind(date_in_london(allowed.now))
    .bind(decided.last_entry)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure.id, "changed the chart as its points suggest")
        .in_project(allowed.project())
        .change("Measure", "", &measure.name)
        .change("Chart", decided.now.label(), decided.suggested.label())
        .change("Because", "", decided.said);
    history::record(conn, allowed, entry).await
}

/// Keeps the chart although later points ask for another.
///
/// # Errors
/// When the store cannot write.
pub async fn set_suggestion_aside(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    decided: &Decided<'_>,
) -> Result<(), Error> {
    sqlx::query(
        "update measure set declined_chart = $3, settled_entry = $4, version = version + 1
         where id = $1 and project_id = $2",
    )
    .bind(measure.id)
    .bind(allowed.project())
    .bind(decided.suggested)
    .bind(decided.last_entry)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure.id, "kept the chart although its points suggest another")
        .in_project(allowed.project())
        .change("Measure", "", &measure.name)
        .change("Chart", "", decided.now.label())
        .change("Set aside", "", decided.suggested.label())
        .change("Suggested because", "", decided.said);
    history::record(conn, allowed, entry).await
}

/// What a person decided about a suggestion.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    /// The chart that the measure has.
    pub now: ChartType,
    /// The one that is suggested.
    pub suggested: ChartType,
    /// Why it suits.
    pub because: &'a str,
    /// The whole suggestion, as the person read it.
    pub said: &'a str,
    /// The number of the last point entered.
    pub last_entry: i64,
}

/// Starts a phase: a person's decision, with its reason.
///
/// # Errors
/// [`Error::Invalid`] when a phase starts on that day already.
pub async fn start_phase(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    phase: &PhaseDetails,
) -> Result<PhaseId, Error> {
    let id = PhaseId::new();
    let added = sqlx::query(
        "insert into phase (id, measure_id, starts_on, reason, freeze_after, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (measure_id, starts_on) where removed_at is null do nothing",
    )
    .bind(id)
    .bind(measure.id)
    .bind(phase.starts_on)
    .bind(&phase.reason)
    .bind(phase.freeze_after)
    .bind(allowed.actor)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if added.rows_affected() == 0 {
        return Err(Error::field(
            "starts_on",
            "A phase starts on this day already. Remove it first, or choose another day.",
        ));
    }
    let entry = Entry::new("measure", measure.id, "started a phase of the chart")
        .in_project(allowed.project())
        .change("From", "", format::date(phase.starts_on))
        .change("Reason", "", &phase.reason);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Takes a phase away; the points before and after are read together again.
///
/// # Errors
/// [`Error::NotFound`] when the measure has no such phase any more.
pub async fn remove_phase(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    phase: PhaseId,
) -> Result<(), Error> {
    let (starts_on, reason): (NaiveDate, String) = sqlx::query_as(
        "update phase set removed_at = $3, version = version + 1
         where id = $1 and measure_id = $2 and removed_at is null returning starts_on, reason",
    )
    .bind(phase)
    .bind(measure.id)
    .bind(allowed.now)
    .fetch_one(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure.id, "removed a phase of the chart")
        .in_project(allowed.project())
        .change("From", format::date(starts_on), "")
        .change("Reason", reason, "");
    history::record(conn, allowed, entry).await
}

/// Sets a target from a day on. One that was set for the same day gives way.
///
/// # Errors
/// When the store cannot write.
pub async fn set_target(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    (starts_on, target): (NaiveDate, f64),
) -> Result<(), Error> {
    sqlx::query(
        "update measure_target set removed_at = $3 where measure_id = $1 and starts_on = $2 and removed_at is null",
    )
    .bind(measure.id)
    .bind(starts_on)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into measure_target (id, measure_id, starts_on, target, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(TargetId::new())
    .bind(measure.id)
    .bind(starts_on)
    .bind(target)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure.id, "set a later target")
        .in_project(allowed.project())
        .change("From", "", format::date(starts_on))
        .change("Target", "", target.to_string());
    history::record(conn, allowed, entry).await
}

/// Takes a later target away.
///
/// # Errors
/// [`Error::NotFound`] when the measure has no such target any more.
pub async fn remove_target(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    target: TargetId,
) -> Result<(), Error> {
    let (starts_on, target): (NaiveDate, f64) = sqlx::query_as(
        "update measure_target set removed_at = $3
         where id = $1 and measure_id = $2 and removed_at is null returning starts_on, target",
    )
    .bind(target)
    .bind(measure.id)
    .bind(allowed.now)
    .fetch_one(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure.id, "removed a later target")
        .in_project(allowed.project())
        .change("From", format::date(starts_on), "")
        .change("Target", target.to_string(), "");
    history::record(conn, allowed, entry).await
}

/// The rules that a trust's charts are judged by.
///
/// # Errors
/// [`Error::NotFound`] when there is no such trust.
pub async fn trust_rules(conn: &mut Connection, trust: TrustId) -> Result<RuleSet, Error> {
    Ok(sqlx::query_scalar("select rule_set from trust where id = $1").bind(trust).fetch_one(conn).await?)
}

/// Changes them.
///
/// # Errors
/// When the store cannot write.
pub async fn set_trust_rules(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    rule_set: RuleSet,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let before = trust_rules(conn, trust).await?;
    organisation::store::set_chart_rules(conn, allowed, rule_set.as_str()).await?;
    let entry = Entry::new("trust", trust, "changed the rules of the trust’s charts").change(
        "Rules",
        before.label(),
        rule_set.label(),
    );
    history::record(conn, allowed, entry).await
}

/// How a measure's chart is read.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn chart_settings(conn: &mut Connection, measure: MeasureId) -> Result<ChartSettings, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        chart_settings_columns!(),
        " from measure m join project p on p.id = m.project_id where m.id = $1"
    ))
    .bind(measure)
    .fetch_one(conn)
    .await?)
}
