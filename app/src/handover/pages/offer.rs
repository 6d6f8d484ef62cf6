//! A handover as a page: what is offered, what was answered, and the forms of whoever may answer.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::pack;
use super::section::section;
use crate::access::{self, Action};
use crate::continuity::parts::{Mends, Strip};
use crate::error::Error;
use crate::handover::api::{AnswerAsNextLead, AnswerHandoverAsSupervisor, TakeBackHandover};
use crate::handover::model::{Answer, Party, SENTENCE, State};
use crate::handover::parts;
use crate::handover::store::{self, Handover};
use crate::id::HandoverId;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

struct May {
    successor: bool,
    supervisor: bool,
    for_supervisor: bool,
    withdraw: bool,
    /// They are asked, and have no post in the trust of their session from which they could answer.
    elsewhere: bool,
}

/// A handover.
pub async fn offer(request: Request) -> Result<Reply, Error> {
    let id: HandoverId = request.param("id")?;
    let person = request.person()?.id;
    let today = request.today();
    let mut conn = request.store.read().await?;
    let handover = store::find(&mut conn, id, today).await?;
    let of_project = access::relationship(&mut conn, &request, handover.project_id).await?;
    let relationship = handover.relationship(of_project, person, request.now);
    if handover.is_discarded() {
        return Err(Error::NotFound);
    }
    if handover.state(today) == State::Draft {
        return Ok(Reply::Redirect(format!("/projects/{}/handover", handover.project_id)));
    }
    let strip = Strip::load(&mut conn, handover.project_id, today).await?;
    drop(conn);
    let live = handover.state(today) == State::Offered && handover.to_person.is_some() && handover.status.is_open();
    let coming = handover.state(today) == State::Offered
        || (handover.state(today) == State::Agreed && handover.takes_effect_on.is_some_and(|day| day > today));
    let may = May {
        successor: live && access::may(Action::AnswerAsSuccessor(id), relationship),
        supervisor: live && access::may(Action::AnswerAsSupervisor(id), relationship),
        for_supervisor: !relationship.supervisor,
        elsewhere: live && !relationship.belongs && (relationship.successor || relationship.supervisor),
        withdraw: coming && access::may(Action::WithdrawHandover(id), relationship),
    };
    Ok(Page::new(format!("Handover of {}", handover.title), move || draw(&request, &handover, &strip, &may)).into())
}

fn draw(request: &Request, handover: &Handover, strip: &Strip, may: &May) -> AnyView {
    let today = request.today();
    let state = handover.state(today);
    let project = format!("/projects/{}", handover.project_id);
    let answers = (!handover.answers.is_empty()).then(|| {
        let lines = handover.answers.iter().map(|one| view! { <li>{parts::answered(one)}</li> }).collect_view();
        view! { <ul class="nhsuk-list">{lines}</ul> }.into_any()
    });
    let nobody = || "Nobody".to_owned();
    let recipient = match (&handover.to, handover.to_pool) {
        (Some(name), true) => format!("{name}, who found it in the pool"),
        (Some(name), false) => name.clone(),
        (None, _) => "Whoever asks for it in the pool".to_owned(),
    };
    let mut rows = vec![
        ("From", handover.from.clone().unwrap_or_else(nobody).into_any()),
        ("To", recipient.into_any()),
        ("Takes effect on", handover.takes_effect_on.map_or_else(|| ().into_any(), ui::time)),
    ];
    rows.extend(answers.map(|answers| ("Answers", answers)));
    let (forms, summaries) = forms(request, handover, may);
    let elsewhere = may.elsewhere.then(|| {
        let switch = request.person().is_ok_and(|person| !person.others.is_empty());
        let switch = switch.then_some(" If you have one in another of your trusts, change over to it at the top of the page.");
        view! { <div class="nhsuk-inset-text"><p>"You are asked about this handover. To answer, you need a current post in its trust."{switch}</p></div> }
    });
    let body = pack::told(handover);
    let take_on = (state == State::Offered && handover.to_person.is_none())
        .then(|| view! { <p><a href=format!("{project}/take-on")>"Take this project on"</a></p> });
    view! {
        {ui::back(&project, &handover.title)}
        {summaries}
        {ui::heading(&format!("{} {}", handover.reference, handover.title), "Handover")}
        <p>{ui::tag(state.label(), state.colour())}" "{happens(handover, state, today)}</p>
        {strip.view(Mends::default())}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {ui::summary_list(rows)}
            {take_on}
            {elsewhere}
            {forms}
            {section("What the next lead is told", Some(body))}
            <p><a href=format!("/handovers/{}/pack", handover.id)>"Handover pack, with charts, to print"</a></p>
        </div></div>
    }
    .into_any()
}

/// What the state means for the people in it.
fn happens(handover: &Handover, state: State, today: chrono::NaiveDate) -> String {
    let to = handover.to.as_deref().unwrap_or("the next lead");
    let on = handover.takes_effect_on.unwrap_or(today);
    match state {
        State::Draft => String::new(),
        State::Offered if handover.to_person.is_none() => format!(
            "The project looks for a lead. Whoever takes it on leads it from {}, or from the day when their supervisor has accepted.",
            crate::format::date(on)
        ),
        State::Offered => {
            let mut waits = Vec::new();
            if handover.answer(Party::Successor).is_none() {
                waits.push(format!("{to} as the next lead"));
            }
            if handover.answer(Party::Supervisor).is_none() {
                waits.push(match handover.supervisors().as_slice() {
                    [] => handover.instead_of_a_supervisor().to_owned(),
                    supervisors => format!("{} as supervisor", supervisors.join(" or ")),
                });
            }
            let lapses = on + chrono::Duration::days(timeline::LAPSES_AFTER_DAYS);
            format!("It waits for {}. It lapses after {}.", waits.join(" and for "), crate::format::date(lapses))
        }
        State::Agreed if on > today => {
            format!("Both have accepted. {to} leads the project from {}.", crate::format::date(on))
        }
        State::Agreed => format!("{to} has led the project since {}.", crate::format::date(on)),
        State::Declined => "It was declined. What it said is kept, and the next offer starts from it.".to_owned(),
        State::Withdrawn => "It was taken back. What it said is kept, and the next offer starts from it.".to_owned(),
        State::Lapsed => "Nobody answered in time. What it said is kept, and the next offer starts from it.".to_owned(),
    }
}

fn forms(request: &Request, handover: &Handover, may: &May) -> (AnyView, AnyView) {
    let title = &handover.title;
    let on = handover.takes_effect_on.unwrap_or(request.today()).max(request.today());
    let successor = may.successor.then(|| {
        let form = Form::new(request, AnswerAsNextLead::PATH);
        let summary = form.summary();
        let has_accepted = handover.answer(Party::Successor).is_some();
        let heading = if has_accepted { "Change your answer" } else { "Will you take this project on?" };
        let means = format!("If you accept, and the supervisor does, you lead “{title}” from {}: you take the next step, see to it that the next points are measured, and hand it over in your turn.", crate::format::date(on));
        (summary, answer(form, handover, heading, means, "Yes, I take it on", "No"))
    });
    let supervisor = (may.supervisor && handover.answer(Party::Supervisor).is_none()).then(|| {
        let form = Form::named(request, AnswerHandoverAsSupervisor::PATH, "supervisor");
        let summary = form.summary();
        let to = handover.to.as_deref().unwrap_or("the next lead");
        let heading = format!("Do you accept {to} as the next lead?");
        let means = if may.for_supervisor {
            "You answer as academy lead, because the project has no supervisor in post who neither gives nor takes it, or the supervisor has not answered for 14 days. It is recorded so.".to_owned()
        } else {
            format!("You supervise this project. If you accept, {to} works on it with you from {}.", crate::format::date(on))
        };
        (summary, answer(form, handover, &heading, means, "Yes", "No"))
    });
    let withdraw = may.withdraw.then(|| {
        let form = Form::new(request, TakeBackHandover::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("handover", handover.id)}
            <p>"Whoever led the project before goes on leading it while their post lasts. What was offered and answered is kept, and you can offer it again."</p>
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Withdraw"</button>
        }
        .into_any();
        (summary, ui::details("Withdraw this handover", form.draw(fields)))
    });
    let (mut drawn, mut summaries) = (Vec::new(), Vec::new());
    for (summary, form) in [successor, supervisor, withdraw].into_iter().flatten() {
        summaries.push(summary);
        drawn.push(form);
    }
    (drawn.collect_view().into_any(), summaries.collect_view().into_any())
}

fn answer(form: Form, handover: &Handover, heading: &str, means: String, yes: &str, no: &str) -> AnyView {
    let option = |answer: Answer, words: &str| (answer.to_string(), words.to_owned(), String::new());
    let fields = view! {
        {form.hidden("handover", handover.id)}
        <p>{means}</p>
        {form.radios("answer", "Your answer", vec![option(Answer::Accepted, yes), option(Answer::Declined, no)]).view()}
        {form.lines("word", "A word with it", 2).hint("Needed if you decline.").limit(SENTENCE).view()}
        {ui::submit("Send answer")}
    }
    .into_any();
    view! { <h2 class="nhsuk-heading-m">{heading.to_owned()}</h2>{form.draw(fields)} }.into_any()
}
