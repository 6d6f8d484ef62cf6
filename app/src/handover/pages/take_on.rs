//! Taking on a project that is looking for a lead: what it means, and asking for it.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::pack;
use super::section::section;
use crate::access::TakeOn;
use crate::continuity::parts::{Mends, Strip};
use crate::error::Error;
use crate::handover::api::TakeOnProject;
use crate::handover::model::{SENTENCE, State};
use crate::handover::store::{self, Handover, HandoverContext};
use crate::id::{PersonId, ProjectId};
use crate::measures::chart::{Heavy, Small};
use crate::measures::store::load_series;
use crate::project::parts::{Section, sections};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// What taking the project on means, and the form that asks for it.
pub async fn take_on(request: Request) -> Result<Reply, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, TakeOn(id)).await?;
    let today = request.today();
    let strip = Strip::load(&mut conn, id, today).await?;
    let context = store::context(&mut conn, id, today).await?;
    let me = request.person()?.id;
    let starts = store::first_day(&mut conn, me, context.trust_id, today).await?;
    let last = store::last_offered(&mut conn, id, today).await?;
    let first = load_series(&mut conn, id).await?.into_iter().take(1).collect();
    drop(conn);
    let first = Small::draw(Some(me), first, "last", Heavy::All).await?;
    Ok(Page::new(format!("Take on {}", context.title), move || {
        let stands_in_the_way = in_the_way(&request, &strip, &context, last.as_ref(), starts);
        let first = first.first().map(figure);
        let told = last.as_ref().filter(|last| !last.summary.is_empty()).map(pack::told);
        let form = Form::new(&request, TakeOnProject::PATH);
        let summary = form.summary();
        let ask = match stands_in_the_way {
            Some(words) => words,
            None => asking(form, &context, last.as_ref(), Some(me), (starts.unwrap_or(today), today)),
        };
        let href = format!("/projects/{id}");
        view! {
            {ui::back(&href, &context.title)}
            {summary}
            {ui::heading(&format!("{} {}", context.reference, context.title), "Take this project on")}
            {sections(&request, context.id, Section::Handover)}
            {strip.view(Mends::default())}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ask}
                {section("What the last lead says", told)}
                {section("The last chart", first)}
            </div></div>
        }
        .into_any()
    })
    .into())
}

fn in_the_way(
    request: &Request,
    strip: &Strip,
    context: &HandoverContext,
    last: Option<&Handover>,
    starts: Option<NaiveDate>,
) -> Option<AnyView> {
    let note = |words: String, href: String, label: &str| Some(ui::empty(&words, Some((href.as_str(), label))));
    let project = format!("/projects/{}", context.id);
    let Some(starts) = starts else {
        let words = "A lead needs a post in this trust, today or within the next 12 weeks, and you have none then.";
        return note(words.into(), project, "See the project");
    };
    if let Some(agreed) = context.agreed.filter(|_| !context.broken && !context.leaves_days_before(starts)) {
        return note(
            "A handover of this project is agreed already.".into(),
            format!("/handovers/{agreed}"),
            "See the handover",
        );
    }
    let lead = strip.row().lead.as_ref();
    if lead.is_some_and(|lead| request.visitor.id() == Some(lead.id)) {
        return note("You lead this project.".into(), project, "See the project");
    }
    let offered = last.filter(|last| last.state() == State::Offered);
    if let Some((live, name)) = offered.and_then(|live| live.to.as_ref().map(|name| (live, name))) {
        let see = format!("/handovers/{}", live.id);
        if live.to_person == request.visitor.id() {
            return note("You are named as its next lead.".into(), see, "Answer");
        }
        if live.to_pool || lead.is_some() {
            let words = format!("Waiting for an answer from {name}. If they do not take it on, it is free again.");
            return note(words, see, "See the handover");
        }
        return None;
    }
    match lead {
        Some(lead) if offered.is_none() => {
            note(format!("{} leads this project. You can ask to join its team.", lead.name), project, "See the project")
        }
        _ => None,
    }
}

/// From when to when whoever asks would lead the project.
fn when(context: &HandoverContext, last: Option<&Handover>, starts: NaiveDate, today: NaiveDate) -> String {
    let offered = last
        .filter(|last| last.state() == State::Offered && context.leads.is_some())
        .and_then(|last| last.takes_effect_on);
    let from = offered.map_or(starts, |day| day.max(starts));
    let from =
        if from > today { format!("from {}", crate::format::date(from)) } else { "as soon as they do".to_owned() };
    let until = context.agreed_for.filter(|_| context.leaves_days_before(starts)).and_then(|day| day.pred_opt());
    match (until, &context.agreed_to) {
        (Some(until), Some(name)) => format!(
            "{from} until {}: then {name} takes it over, as it is agreed. If you want to go on after that, ask them to step back",
            crate::format::date(until)
        ),
        _ => from,
    }
}

fn asking(
    form: Form,
    context: &HandoverContext,
    last: Option<&Handover>,
    me: Option<PersonId>,
    (starts, today): (NaiveDate, NaiveDate),
) -> AnyView {
    // Nobody answers for a handover that they give or take.
    let parties = [me, context.leader];
    let supervisors: Vec<&str> = context
        .supervisors
        .iter()
        .filter(|member| !parties.contains(&Some(member.person)))
        .map(|member| member.name.as_str())
        .collect();
    let who = if supervisors.is_empty() {
        "No supervisor can answer, so the QI academy is asked to accept.".to_owned()
    } else {
        format!("{}, who supervises the project, is asked to accept.", supervisors.join(" or "))
    };
    let from = when(context, last, starts, today);
    let fields = view! {
        {form.hidden("project", context.id)}
        {form.lines("word", "Message (optional)", 2).hint("Why you are interested, and how long you can stay.").limit(SENTENCE).view()}
        {ui::submit("Ask to take it on")}
    }
    .into_any();
    view! {
        <h2 class="nhsuk-heading-m">"What taking it on means"</h2>
        <ul class="nhsuk-list nhsuk-list--bullet">
            <li>{who}" You lead the project "{from}"."</li>
            <li>"You take the next step, and make sure that the next data points are recorded."</li>
            <li>"You keep its page up to date: status, aim, next step."</li>
            <li>"Before your post ends you hand it over in your turn, to a colleague or back to the pool."</li>
        </ul>
        {form.draw(fields)}
    }
    .into_any()
}

fn figure(drawn: &Small) -> AnyView {
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption">{drawn.series.measure.name.clone()}</figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{drawn.words()}</p>
        </figure>
    }
    .into_any()
}
