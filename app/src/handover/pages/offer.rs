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
use crate::project::parts::{Section, sections};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

struct May {
    successor: bool,
    supervisor: bool,
    for_supervisor: bool,
    withdraw: bool,
    /// They are the next lead of an agreed handover, and may say that they cannot be.
    steps_back: bool,
    takes_on: bool,
    /// They can go on writing its summary.
    writes: bool,
}

/// A handover.
pub async fn offer(request: Request) -> Result<Reply, Error> {
    let id: HandoverId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    let handover = store::find(&mut conn, id, today).await?;
    let relationship = access::relationship_of_handover(&mut conn, &request, id).await?;
    if handover.is_discarded() {
        return Err(Error::NotFound);
    }
    if handover.state() == State::Draft {
        return Ok(Reply::Redirect(format!("/projects/{}/handover", handover.project_id)));
    }
    let strip = Strip::load(&mut conn, handover.project_id, today).await?;
    drop(conn);
    let live = handover.state() == State::Offered && handover.to_person.is_some() && handover.status.is_open();
    let coming = handover.state() == State::Offered || handover.ahead;
    let may = May {
        successor: live && access::may(Action::AnswerAsSuccessor(id), relationship),
        supervisor: live && access::may(Action::AnswerAsSupervisor(id), relationship),
        for_supervisor: !relationship.asked_as_supervisor,
        withdraw: coming && access::may(Action::WithdrawHandover(id), relationship),
        steps_back: handover.ahead && relationship.successor,
        writes: coming && access::may(Action::WriteSummary(handover.project_id), relationship),
        takes_on: access::may(Action::TakeOn(handover.project_id), relationship) && !relationship.lead,
    };
    Ok(Page::new(format!("Handover of {}", handover.title), move || draw(&request, &handover, &strip, &may)).into())
}

fn draw(request: &Request, handover: &Handover, strip: &Strip, may: &May) -> AnyView {
    let today = request.today();
    let state = handover.state();
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
    let writes = may.writes.then(|| {
        view! { <p class="baton-no-print"><a href=format!("/handovers/{}/summary", handover.id)>"Go on writing the summary"</a></p> }
    });
    let (forms, summaries) = forms(request, handover, may);
    let body = pack::told(handover);
    let take_on = (state == State::Offered && handover.to_person.is_none() && may.takes_on)
        .then(|| view! { <p><a href=format!("{project}/take-on")>"Take this project on"</a></p> });
    view! {
        {ui::back(&project, &handover.title)}
        {summaries}
        {ui::heading(&format!("{} {}", handover.reference, handover.title), "Handover")}
        {sections(request, handover.project_id, Section::Handover)}
        <p>{ui::tag(state.label(), state.colour())}" "{happens(handover, state, strip.row().lead.is_some(), today)}</p>
        {strip.view(Mends::default())}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {ui::summary_list(rows)}
            {take_on}
            {forms}
            {section("Handover summary", Some(body))}
            {writes}
            <p><a href=format!("/handovers/{}/pack", handover.id)>"Handover pack, with charts, to print"</a></p>
        </div></div>
    }
    .into_any()
}

/// What the state means for the people in it.
fn happens(handover: &Handover, state: State, is_led: bool, today: chrono::NaiveDate) -> String {
    let to = handover.to.as_deref().unwrap_or("the next lead");
    let on = handover.takes_effect_on.unwrap_or(today);
    match state {
        State::Draft => String::new(),
        State::Offered if handover.to_person.is_none() && !is_led => {
            "The project is looking for a lead. Whoever takes it on leads it from the day on which its supervisor has accepted them.".to_owned()
        }
        State::Offered if handover.to_person.is_none() => format!(
            "The project is looking for a lead. Whoever takes it on leads it from {}, or from the day on which its supervisor has accepted them.",
            crate::format::date(on)
        ),
        State::Offered => {
            let mut waits = Vec::new();
            if handover.answer(Party::Successor).is_none() {
                waits.push(format!("{to} as the next lead"));
            }
            if handover.answer(Party::Supervisor).is_none() {
                waits.push(match handover.supervisors().as_slice() {
                    [] => "the QI academy, in the supervisor’s place".to_owned(),
                    supervisors if handover.for_desk => {
                        format!("{} as supervisor or the QI academy", supervisors.join(" or "))
                    }
                    supervisors => format!("{} as supervisor", supervisors.join(" or ")),
                });
            }
            let waits = waits.join(" and for ");
            match handover.lapses_on.and_then(|day| day.pred_opt()) {
                Some(last) => format!("Waiting for {waits}. The offer expires after {}.", crate::format::date(last)),
                None => format!("Waiting for {waits}."),
            }
        }
        State::Agreed if handover.broken => format!(
            "Both have accepted, but {to} will not be there on {} or in the four weeks after it. Choose somebody else, or withdraw it.",
            crate::format::date(on)
        ),
        State::Agreed if handover.ahead && on <= today => {
            format!("Both have accepted. {to} leads the project from their first day in post.")
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
        let means = format!("If you accept, and the supervisor does, you lead “{title}” from {}: you take the next step, keep it measured, and hand it over in turn.", crate::format::date(on));
        let word = ("What will you do next, in one line?", "Whoever hands over reads that it was understood. If you say no, say why.");
        (summary, answer(form, handover, heading, means, ("Yes, I’ll take it on", "No"), word))
    });
    let supervisor = (may.supervisor && handover.answer(Party::Supervisor).is_none()).then(|| {
        let form = Form::named(request, AnswerHandoverAsSupervisor::PATH, "supervisor");
        let summary = form.summary();
        let to = handover.to.as_deref().unwrap_or("the next lead");
        let heading = format!("Do you accept {to} as the next lead?");
        let means = if may.for_supervisor {
            "You answer for the QI academy: no supervisor who neither gives nor takes the project can answer, or none has answered in time. It is recorded so.".to_owned()
        } else {
            format!("You supervise this project. If you accept, {to} works on it with you from {}.", crate::format::date(on))
        };
        (summary, answer(form, handover, &heading, means, ("Yes", "No"), ("Comment", "Required if you decline.")))
    });
    let withdraw = may.withdraw.then(|| {
        let form = Form::new(request, TakeBackHandover::PATH);
        let summary = form.summary();
        let (heading, words, button) = if may.steps_back {
            (
                "I cannot take this project on",
                "The project needs another next lead, and everybody concerned is asked. What was offered and answered is kept.",
                "Step back",
            )
        } else {
            (
                "Withdraw this handover",
                "Whoever leads the project goes on leading it while their post lasts; where nobody does, it goes to the pool. What was offered and answered is kept, and the project can be offered again.",
                "Withdraw",
            )
        };
        let fields = view! {
            {form.hidden("handover", handover.id)}
            <p>{words}</p>
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">{button}</button>
        }
        .into_any();
        (summary, ui::details(heading, form.draw(fields)))
    });
    let (mut drawn, mut summaries) = (Vec::new(), Vec::new());
    for (summary, form) in [successor, supervisor, withdraw].into_iter().flatten() {
        summaries.push(summary);
        drawn.push(form);
    }
    (drawn.collect_view().into_any(), summaries.collect_view().into_any())
}

fn answer(
    form: Form,
    handover: &Handover,
    heading: &str,
    means: String,
    (yes, no): (&str, &str),
    (word, hint): (&str, &str),
) -> AnyView {
    let option = |answer: Answer, words: &str| (answer.to_string(), words.to_owned(), String::new());
    let fields = view! {
        {form.hidden("handover", handover.id)}
        <p>{means}</p>
        {form.radios("answer", "Your answer", vec![option(Answer::Accepted, yes), option(Answer::Declined, no)]).view()}
        {form.lines("word", word, 2).hint(hint).limit(SENTENCE).view()}
        {ui::submit("Send answer")}
    }
    .into_any();
    view! { <h2 class="nhsuk-heading-m">{heading.to_owned()}</h2>{form.draw(fields)} }.into_any()
}
