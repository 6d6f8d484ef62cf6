//! The handover pack: the one page that carries a project to its next lead.

use leptos::prelude::*;

use crate::access;
use crate::continuity::parts::{Mends, Strip};
use crate::cycles;
use crate::error::Error;
use crate::handover::model::{Pack, PackRequirements, State};
use crate::handover::prefill;
use crate::handover::store::{self, Handover, HandoverContext};
use crate::id::{HandoverId, PersonId, ProjectId};
use crate::measures::chart::{Heavy, Small};
use crate::measures::store::load_series;
use crate::progress::parts::Progress;
use crate::project::parts::{Section, sections};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui;

/// What a handover tells, without the charts: empty parts are left out.
pub fn told(handover: &Handover) -> AnyView {
    let pack = handover.pack();
    if handover.summary.is_empty() && handover.next_step.is_empty() {
        return view! { <p>"The last lead left no pack. The project’s own page says what is known."</p> }.into_any();
    }
    let plans = handover
        .plans
        .iter()
        .map(|plan| view! { <li><strong>{plan.name.clone()}</strong>": "{planned(&plan.how, plan.next_on)}</li> })
        .collect_view();
    let credits = handover
        .contributions
        .iter()
        .map(|one| view! { <li><strong>{one.name.clone()}</strong>": "<span class="baton-lines">{one.contribution.clone()}</span></li> })
        .collect_view();
    let mut rows = vec![("State", ui::paragraphs(&pack.summary)), ("Next step", step(&pack))];
    if !handover.plans.is_empty() {
        rows.push(("Next points", view! { <ul class="nhsuk-list">{plans}</ul> }.into_any()));
    }
    rows.extend(known(&pack));
    if !handover.contributions.is_empty() {
        rows.push(("Credit", view! { <ul class="nhsuk-list">{credits}</ul> }.into_any()));
    }
    ui::summary_list(rows)
}

fn planned(how: &str, next_on: Option<chrono::NaiveDate>) -> AnyView {
    let next = next_on.map(|day| view! { " Next on "{ui::time(day)}"." });
    view! { <span class="baton-lines">{how.to_owned()}</span>{next} }.into_any()
}

fn step(pack: &Pack) -> AnyView {
    let by = pack.next_step_on.map(|day| view! { ", by "{ui::time(day)} });
    view! { <p>{pack.next_step.clone()}{by}</p> }.into_any()
}

fn known(pack: &Pack) -> Vec<(&'static str, AnyView)> {
    let expire = pack.approvals_expire_on.map(|day| view! { <p>"The first expires on "{ui::time(day)}"."</p> });
    let approvals = (!pack.approvals.is_empty() || pack.approvals_expire_on.is_some())
        .then(|| view! { {ui::paragraphs(&pack.approvals)}{expire} }.into_any());
    let text = |text: &String| (!text.is_empty()).then(|| ui::paragraphs(text));
    [
        ("Files and tools", text(&pack.files)),
        ("What not to repeat", text(&pack.not_repeat)),
        ("Approvals", approvals),
        ("Who helped", text(&pack.helped)),
    ]
    .into_iter()
    .filter_map(|(title, body)| body.map(|body| (title, body)))
    .collect()
}

/// The pack of a handover.
pub async fn of_handover(request: Request) -> Result<Reply, Error> {
    let id: HandoverId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let handover = store::find(&mut conn, id, request.today()).await?;
    request.require(&mut conn, access::ReadHandover(id)).await?;
    let me = request.person()?.id;
    let project = handover.project_id;
    // Who led until lately goes on reading what they wrote themselves.
    let hidden = handover.state() == State::Draft
        && !request.may(&mut conn, access::OfferHandover(project)).await?
        && !(handover.created_by == me && request.may(&mut conn, access::WriteSummary(project)).await?);
    if handover.is_discarded() || hidden {
        // What a lead wrote and left behind is for who comes after them.
        let left = store::left_behind(&mut conn, project, request.today(), me).await?;
        if left.is_none_or(|left| left.id != id) {
            return Err(Error::NotFound);
        }
    }
    drop(conn);
    draw(request, project, Some(handover)).await
}

/// The pack of a project as it could be told today.
pub async fn of_project(request: Request) -> Result<Reply, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    access::relationship(&mut conn, &request, id).await?;
    drop(conn);
    draw(request, id, None).await
}

async fn draw(request: Request, project: ProjectId, handover: Option<Handover>) -> Result<Reply, Error> {
    let today = request.today();
    let mut conn = request.store.read().await?;
    let context = store::context(&mut conn, project, today).await?;
    let measures = load_series(&mut conn, project).await?;
    let cycles = cycles::store::of_project(&mut conn, project).await?;
    let strip = Strip::load(&mut conn, project, today).await?;
    let progress = Progress::load(&mut conn, project, today).await?;
    drop(conn);
    let pack = match &handover {
        Some(handover) => handover.pack(),
        None => prefill::pack(&context, &measures, None, today),
    };
    let names = context.requirements(prefill::measured(&measures), today);
    let measures = Small::draw(request.visitor.id(), measures, "pack", Heavy::All).await?;
    Ok(Page::new(format!("Handover pack: {}", context.title), move || {
        let asked = handover.as_ref().map_or_else(
            || format!("As of {}", crate::format::date(today)),
            |handover| {
                let from = handover.from.as_deref().unwrap_or("Nobody");
                let to = handover.to.as_deref().unwrap_or("whoever takes it on");
                let on = handover.takes_effect_on.map(|day| format!(", from {}", crate::format::date(day))).unwrap_or_default();
                format!("{from} to {to}{on}")
            },
        );
        let back =
            handover.as_ref().map_or_else(|| format!("/projects/{project}/handovers"), |one| format!("/handovers/{}", one.id));
        let told = whole(&context, &pack, handover.as_ref(), (&measures, &progress), &cycles, &names);
        view! {
            {ui::back(&back, "Back")}
            {sections(&request, project, Section::Handover)}
            <article class="baton-pack">
                <header class="baton-pack__head">
                    {ui::heading(&format!("Handover pack {}", context.reference), &context.title)}
                    <p class="baton-meta">{asked}</p>
                </header>
                {strip.view(Mends::default())}
                <div class="baton-pack__columns">{told}</div>
                <p class="baton-pack__foot">{format!("From Baton on {}. {}", crate::format::date(today), context.reference)}</p>
            </article>
        }
        .into_any()
    })
    .into())
}

fn part(title: &str, body: AnyView) -> AnyView {
    view! { <section class="baton-pack__section"><h2>{title.to_owned()}</h2>{body}</section> }.into_any()
}

fn whole(
    context: &HandoverContext,
    pack: &Pack,
    handover: Option<&Handover>,
    (measures, progress): (&[Small], &Progress),
    cycles: &[cycles::store::Cycle],
    names: &PackRequirements,
) -> Vec<AnyView> {
    let mut parts = Vec::new();
    if !pack.summary.is_empty() {
        parts.push(part("State", ui::paragraphs(&pack.summary)));
    }
    if !pack.next_step.is_empty() {
        parts.push(part("Next step", step(pack)));
    }
    if !measures.is_empty() {
        let figures = measures.iter().map(|drawn| figure(drawn, pack)).collect_view();
        parts.push(
            view! {
                <section class="baton-pack__section baton-pack__section--wide"><h2>"Measures"</h2><div class="baton-charts">{figures}</div></section>
            }
            .into_any(),
        );
    }
    // Whatever a summary says, this is how it stands today.
    parts.extend(progress.of_summary().into_iter().map(|(title, body)| part(title, body)));
    parts.extend(known(pack).into_iter().map(|(title, body)| part(title, body)));
    let credits = credits(pack, handover, names);
    if !credits.is_empty() {
        let lines = credits
            .into_iter()
            .map(|(name, said)| view! { <li><strong>{name}</strong>": "<span class="baton-lines">{said}</span></li> })
            .collect_view();
        parts.push(part("Who contributed what", view! { <ul>{lines}</ul> }.into_any()));
    }
    if !context.team.is_empty() {
        let lines = context
            .team
            .iter()
            .map(|member| view! { <li>{format!("{}, {}", member.name, member.role.label().to_lowercase())}</li> })
            .collect_view();
        let body = view! { <ul>{lines}</ul> };
        parts.push(view! { <section class="baton-pack__section baton-pack__section--names"><h2>"Team today"</h2>{body}</section> }.into_any());
    }
    if !cycles.is_empty() {
        let lines = cycles
            .iter()
            .map(|cycle| {
                let decision = cycle.decision.map_or("under way", |decision| decision.label());
                view! { <li>{format!("{}. {}: {}, {}", cycle.number, cycle.title, crate::format::date(cycle.starts_on), decision.to_lowercase())}</li> }
            })
            .collect_view();
        parts.push(part("Tests of change", view! { <ul>{lines}</ul> }.into_any()));
    }
    parts
}

fn credits(pack: &Pack, handover: Option<&Handover>, names: &PackRequirements) -> Vec<(String, String)> {
    let name = |person: PersonId| {
        let written =
            handover.and_then(|one| one.contributions.iter().find(|c| c.person == person).map(|c| c.name.clone()));
        let led = names.leaver.as_ref().filter(|(id, _)| *id == person).map(|(_, name)| name.clone());
        written.or(led).unwrap_or_default()
    };
    pack.contributions.iter().map(|(person, said)| (name(*person), said.clone())).collect()
}

fn figure(drawn: &Small, pack: &Pack) -> AnyView {
    let measure = &drawn.series.measure;
    let plan = pack.plans.iter().find(|plan| plan.measure == measure.id);
    let plan = plan.map(|plan| view! { <p class="baton-chart__found">{planned(&plan.how, plan.next_on)}</p> });
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption">{measure.name.clone()}</figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{drawn.words()}</p>
            {plan}
        </figure>
    }
    .into_any()
}
