//! What the pack says before anybody has written it: most of it is known from the project.

use chrono::{Days, NaiveDate};

use super::model::{FURTHEST, PART, Pack, Plan, SENTENCE, State, To};
use super::store::{Handover, Subject};
use crate::format;
use crate::measures::series::{Measure, MeasureSeries};
use crate::measures::values;
use crate::team::model::TeamRole;

/// The pack as it can be told today: the live draft or offer, else what an offer of the same lead that
/// came to nothing said, else what the project tells of itself.
pub fn pack(subject: &Subject, charted: &[MeasureSeries], last: Option<&Handover>, today: NaiveDate) -> Pack {
    let fresh = fresh(subject, charted, last, today);
    let Some(last) = last else { return fresh };
    let written = match last.state(today) {
        State::Draft | State::Offered => last.pack(),
        State::Declined | State::Withdrawn | State::Lapsed
            if last.from_person == subject.leader && !last.summary.is_empty() =>
        {
            let day = last.takes_effect_on.filter(|day| *day >= today).or(fresh.takes_effect_on);
            Pack { to: To::Nobody, takes_effect_on: day, ..last.pack() }
        }
        State::Agreed | State::Declined | State::Withdrawn | State::Lapsed => return fresh,
    };
    let plan = |plan: Plan| written.plans.iter().find(|one| one.measure == plan.measure).cloned().unwrap_or(plan);
    Pack { plans: fresh.plans.into_iter().map(plan).collect(), ..written }
}

fn fresh(subject: &Subject, charted: &[MeasureSeries], last: Option<&Handover>, today: NaiveDate) -> Pack {
    let furthest = today + Days::new(FURTHEST);
    let next_day = subject.last_day.and_then(|day| day.succ_opt()).filter(|day| *day <= furthest);
    let again = |part: fn(&Handover) -> &String| last.map(part).cloned().unwrap_or_default();
    Pack {
        to: To::Nobody,
        takes_effect_on: next_day,
        summary: shortened(summary(subject, charted), PART),
        next_step: shortened(subject.next_step.clone(), SENTENCE),
        next_step_on: subject.next_step_on.filter(|day| *day >= today),
        files: again(|last| &last.files),
        not_repeat: again(|last| &last.not_repeat),
        approvals: again(|last| &last.approvals),
        approvals_expire_on: last.and_then(|last| last.approvals_expire_on).filter(|day| *day >= today),
        helped: shortened(helped(subject, last), PART),
        plans: charted
            .iter()
            .map(|MeasureSeries { measure, .. }| {
                let before = last.and_then(|last| last.plans.iter().find(|plan| plan.measure == measure.id));
                let how = before.map_or_else(|| how(measure), |plan| plan.how.clone());
                Plan { measure: measure.id, how: shortened(how, SENTENCE), next_on: measure.next_on() }
            })
            .collect(),
        contributions: subject.leader.map(|leader| (leader, led(subject))).into_iter().collect(),
    }
}

fn summary(subject: &Subject, charted: &[MeasureSeries]) -> String {
    let mut told = Vec::new();
    let aim = [&subject.aim_what, &subject.aim_whom, &subject.aim_how_much].map(|part| sentence(part));
    let mut aim: Vec<String> = aim.into_iter().filter(|part| !part.is_empty()).collect();
    aim.extend(subject.aim_by.map(|by| format!("by {}", format::date(by))));
    if aim.is_empty() {
        told.push(format!("The problem: {}.", sentence(&subject.problem)));
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
    if subject.cycles > 0 {
        told.push(format!("{} so far.", format::count(subject.cycles, "test of change", "tests of change")));
    }
    told.join(" ")
}

fn sentence(text: &str) -> String {
    text.trim().trim_end_matches('.').to_owned()
}

fn helped(subject: &Subject, last: Option<&Handover>) -> String {
    let before = last.map(|last| last.helped.clone()).unwrap_or_default();
    let team = subject
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

fn led(subject: &Subject) -> String {
    let since = subject.leads_since.map(|since| format!(" since {}", format::date(since))).unwrap_or_default();
    let recorded = if subject.recorded > 0 {
        format!(" Recorded {}.", format::count(subject.recorded, "measurement", "measurements"))
    } else {
        String::new()
    };
    let cycles = if subject.cycles > 0 {
        format!(" Saw the project through {}.", format::count(subject.cycles, "test of change", "tests of change"))
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
