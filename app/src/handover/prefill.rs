//! What the pack says before anybody has written it: most of it is known from the project.

use chrono::{Days, NaiveDate};

use super::model::{FURTHEST, Measured, PART, Pack, Plan, SENTENCE, State, To};
use super::store::{self, Handover, HandoverContext};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::id::ProjectId;
use crate::measures::series::{Measure, MeasureSeries};
use crate::measures::store::load_series;
use crate::measures::values;
use crate::team::model::TeamRole;

/// The pack as it can be told today: the live draft or offer, else what an offer of the same lead that
/// came to nothing said, else what the project tells of itself.
pub fn pack(context: &HandoverContext, charted: &[MeasureSeries], last: Option<&Handover>, today: NaiveDate) -> Pack {
    let fresh = fresh(context, charted, last, today);
    let Some(last) = last else { return fresh };
    let written = match last.state() {
        State::Draft | State::Offered => last.pack(),
        State::Declined | State::Withdrawn | State::Lapsed
            if last.from_person == context.leader && !last.summary.is_empty() =>
        {
            let day = last.takes_effect_on.filter(|day| *day >= today).or(fresh.takes_effect_on);
            Pack { to: To::Nobody, takes_effect_on: day, ..last.pack() }
        }
        State::Agreed | State::Declined | State::Withdrawn | State::Lapsed => return fresh,
    };
    let plan = |plan: Plan| written.plans.iter().find(|one| one.measure == plan.measure).cloned().unwrap_or(plan);
    Pack { plans: fresh.plans.into_iter().map(plan).collect(), ..written }
}

/// The pack as it can be told today, and the version of the draft that it goes on from; 0 without one.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn as_it_stands(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<(Pack, i64), Error> {
    let last = store::latest(conn, project, today).await?;
    let context = store::context(conn, project, today).await?;
    let charted = load_series(conn, project).await?;
    let version = last.as_ref().filter(|last| last.state() == State::Draft).map_or(0, |draft| draft.version);
    Ok((pack(&context, &charted, last.as_ref(), today), version))
}

/// What the pack needs to know of the measures that are shown.
pub fn measured(charted: &[MeasureSeries]) -> Vec<Measured> {
    charted
        .iter()
        .map(|MeasureSeries { measure, .. }| Measured {
            id: measure.id,
            name: measure.name.clone(),
            rhythm: measure.every_days.is_some(),
        })
        .collect()
}

fn fresh(context: &HandoverContext, charted: &[MeasureSeries], last: Option<&Handover>, today: NaiveDate) -> Pack {
    let furthest = today + Days::new(FURTHEST);
    let next_day = context.last_day.and_then(|day| day.succ_opt()).filter(|day| *day <= furthest);
    let again = |part: fn(&Handover) -> &String| last.map(part).cloned().unwrap_or_default();
    Pack {
        to: To::Nobody,
        takes_effect_on: next_day,
        summary: shortened(summary(context, charted), PART),
        next_step: shortened(context.next_step.clone(), SENTENCE),
        next_step_on: context.next_step_on.filter(|day| *day >= today),
        files: again(|last| &last.files),
        not_repeat: again(|last| &last.not_repeat),
        approvals: again(|last| &last.approvals),
        approvals_expire_on: last.and_then(|last| last.approvals_expire_on).filter(|day| *day >= today),
        helped: shortened(helped(context, last), PART),
        plans: charted
            .iter()
            .map(|MeasureSeries { measure, .. }| {
                let before = last.and_then(|last| last.plans.iter().find(|plan| plan.measure == measure.id));
                let how = before.map_or_else(|| how(measure), |plan| plan.how.clone());
                Plan { measure: measure.id, how: shortened(how, SENTENCE), next_on: measure.next_on() }
            })
            .collect(),
        contributions: context.leader.map(|leader| (leader, led(context))).into_iter().collect(),
    }
}

fn summary(context: &HandoverContext, charted: &[MeasureSeries]) -> String {
    let mut told = Vec::new();
    let aim = [&context.aim_what, &context.aim_whom, &context.aim_how_much].map(|part| sentence(part));
    let mut aim: Vec<String> = aim.into_iter().filter(|part| !part.is_empty()).collect();
    aim.extend(context.aim_by.map(|by| format!("by {}", format::date(by))));
    if aim.is_empty() {
        told.push(format!("The problem: {}.", sentence(&context.problem)));
    } else {
        told.push(format!("The aim: {}.", aim.join(", ")));
    }
    for MeasureSeries { measure, points, .. } in charted {
        let Some(last) =
            points.iter().filter(|point| point.excluded == 0).max_by_key(|point| (point.taken_on, point.entry))
        else {
            told.push(format!("{}: no points yet.", measure.name));
            continue;
        };
        told.push(format!(
            "{}: {} on {}.",
            measure.name,
            values::amount(measure, last.amount()),
            format::date(last.taken_on)
        ));
    }
    if context.cycles > 0 {
        told.push(format!("{} so far.", format::count(context.cycles, "test of change", "tests of change")));
    }
    told.join(" ")
}

fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

fn helped(context: &HandoverContext, last: Option<&Handover>) -> String {
    let before = last.map(|last| last.helped.clone()).unwrap_or_default();
    let team = context
        .team
        .iter()
        .filter(|member| member.role != TeamRole::Lead && !before.contains(&member.name))
        .map(|member| format!("{} ({})", member.name, member.role.label().to_lowercase()));
    let mut lines: Vec<String> = Some(before.clone()).filter(|text| !text.is_empty()).into_iter().collect();
    lines.extend(team);
    lines.join("\n")
}

fn how(measure: &Measure) -> String {
    match (sentence(&measure.collector), sentence(&measure.source)) {
        (who, from) if !who.is_empty() && !from.is_empty() => format!("{who} collects it. Source: {from}."),
        (who, _) if !who.is_empty() => format!("{who} collects it."),
        (_, from) if !from.is_empty() => format!("Source: {from}."),
        _ => String::new(),
    }
}

fn led(context: &HandoverContext) -> String {
    let since = context.leads_since.map(|since| format!(" since {}", format::date(since))).unwrap_or_default();
    let recorded = if context.recorded > 0 {
        format!(" Recorded {}.", format::count(context.recorded, "measurement", "measurements"))
    } else {
        String::new()
    };
    let cycles = if context.cycles > 0 {
        format!(" Saw the project through {}.", format::count(context.cycles, "test of change", "tests of change"))
    } else {
        String::new()
    };
    format!("Led the project{since}.{recorded}{cycles}")
}

fn shortened(text: String, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text;
    }
    let kept: String = text.chars().take(limit - 1).collect();
    format!("{}…", kept.trim_end())
}
