//! Preparing a handover: most of it is filled in already.

use chrono::Days;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::{self, Action};
use crate::db::Connection;
use crate::error::Error;
use crate::handover::api::{AmendHandover, PrepareHandover, TakeBackHandover};
use crate::handover::model::{
    FURTHEST, PART, POOL, Pack, PackRequirements, Part, SENTENCE, State, contribution, how, when,
};
use crate::handover::prefill;
use crate::handover::store::{self, Handover, HandoverContext};
use crate::id::{HandoverId, ProjectId};
use crate::measures::model::frequency;
use crate::measures::series::MeasureSeries;
use crate::measures::store::load_series;
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::project::parts::{Section, sections};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form, Offered};

/// Prepares the handover of a project, or goes on preparing it.
pub async fn prepare(request: Request) -> Result<Reply, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::WriteSummary(id)).await?;
    let offers = access::may(Action::OfferHandover(id), access::relationship(&mut conn, &request, id).await?);
    let today = request.today();
    let last = store::latest(&mut conn, id, today).await?;
    // What somebody typed comes back as they typed it, with what stands in its way.
    let comes_back = request.rejected.is_some();
    if let Some(live) = last.as_ref().filter(|last| last.state() == State::Offered && !comes_back) {
        return Ok(Reply::Redirect(format!("/handovers/{}", live.id)));
    }
    let me = request.person()?.id;
    if !offers && last.as_ref().is_some_and(|last| last.state() == State::Draft && last.created_by != me) {
        return Err(store::prepared_by_another());
    }
    let context = store::context(&mut conn, id, today).await?;
    if let Some(agreed) = context.agreed.filter(|_| !comes_back) {
        return Ok(Reply::Redirect(format!("/handovers/{agreed}")));
    }
    if !context.status.is_open() {
        return Err(Error::form("Only an active, paused or sustaining project can be handed over."));
    }
    let measures = load_series(&mut conn, id).await?;
    let candidates = if offers { Some(candidates(&mut conn, &request, &context, last.as_ref()).await?) } else { None };
    drop(conn);
    Ok(Page::new(format!("Hand over {}", context.title), move || draw(&request, &context, &measures, last, candidates))
        .into())
}

/// Goes on writing the summary of a handover that is offered or agreed.
pub async fn amend(request: Request) -> Result<Reply, Error> {
    let id: HandoverId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    let handover = store::find(&mut conn, id, today).await?;
    request.require(&mut conn, access::WriteSummary(handover.project_id)).await?;
    if handover.state() != State::Offered && !handover.ahead {
        return Ok(Reply::Redirect(format!("/handovers/{id}")));
    }
    let context = store::context(&mut conn, handover.project_id, today).await?;
    let measures = load_series(&mut conn, handover.project_id).await?;
    drop(conn);
    Ok(Page::new(format!("Handover summary of {}", handover.title), move || {
        let needs = context.requirements(prefill::measured(&measures), today);
        let form = filled(&request, AmendHandover::PATH, Some(&handover), &handover.pack(), "");
        let summary = form.summary();
        let words = words_of(&form, &context, &measures, &needs);
        let fields = view! { {form.hidden("handover", id)}{words}{ui::submit("Save the summary")} }.into_any();
        view! {
            {ui::back(&format!("/handovers/{id}"), "Handover")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&format!("{} {}", handover.reference, handover.title), "Handover summary")}
                <p>"You can go on writing it until the handover takes effect. Whoever takes the project on reads it as it stands."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    })
    .into())
}

fn draw(
    request: &Request,
    context: &HandoverContext,
    measures: &[MeasureSeries],
    last: Option<Handover>,
    candidates: Option<Offered>,
) -> AnyView {
    let today = request.today();
    let offers = candidates.is_some();
    let needs = context.requirements(prefill::measured(measures), today);
    let mut pack = prefill::pack(context, measures, last.as_ref(), today);
    let draft = last.filter(|last| last.state() == State::Draft);
    let mut to = pack.to.typed();
    if draft.is_none() && request.query("to") == POOL {
        POOL.clone_into(&mut to);
        pack.takes_effect_on = pack.takes_effect_on.or(Some(today));
    }
    let form = filled(request, PrepareHandover::PATH, draft.as_ref(), &pack, &to);
    let parts = needs.parts(|field| form.value(field));
    let tasks = offers.then(|| tasks(&form, &parts));
    let summary = form.summary();
    let fields = fields(&form, context, measures, &needs, candidates);
    let discard = draft.map(|draft| {
        let form = Form::new(request, TakeBackHandover::PATH);
        let fields = view! {
            {form.hidden("handover", draft.id)}
            <p>"The project stays as it is. The next handover starts from what the project says of itself."</p>
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Discard the draft"</button>
        }
        .into_any();
        ui::details("Discard this draft", form.draw(fields))
    });
    let href = format!("/projects/{}", context.id);
    view! {
        {ui::back(&href, &context.title)}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {summary}
            {ui::heading(&format!("{} {}", context.reference, context.title), "Hand over this project")}
            {sections(request, context.id, Section::Handover)}
            <p>{if offers {
                "Most of this is filled in from the project. Check it, add what only you know, and offer it. You lead the project until the next lead and the supervisor have both accepted."
            } else {
                "You lead this project no more. For two weeks after your last day you can finish what you tell whoever leads it next."
            }}</p>
            {tasks}
            {form.draw(fields)}
            {discard}
        </div></div>
    }
    .into_any()
}

fn filled(request: &Request, action: &'static str, draft: Option<&Handover>, pack: &Pack, to: &str) -> Form {
    let mut form = Form::new(request, action)
        .version(draft.map_or(0, |draft| draft.version))
        .with("to", to)
        .with_date("takes_effect_on", pack.takes_effect_on)
        .with("summary", &pack.summary)
        .with("next_step", &pack.next_step)
        .with_date("next_step_on", pack.next_step_on)
        .with("files", &pack.files)
        .with("not_repeat", &pack.not_repeat)
        .with("approvals", &pack.approvals)
        .with_date("approvals_expire_on", pack.approvals_expire_on)
        .with("helped", &pack.helped);
    for plan in &pack.plans {
        form = form.with(&how(plan.measure), &plan.how).with_date(&when(plan.measure), plan.next_on);
    }
    for (person, said) in &pack.contributions {
        form = form.with(&contribution(*person), said);
    }
    form
}

fn tasks(form: &Form, parts: &[Part]) -> AnyView {
    let done = parts.iter().filter(|part| part.done).count();
    let rows = parts
        .iter()
        .map(|part| {
            let status = if part.done {
                view! { <div class="nhsuk-task-list__status nhsuk-task-list__status--completed">"Complete"</div> }.into_any()
            } else {
                view! { <div class="nhsuk-task-list__status">{ui::tag("Missing", "blue")}</div> }.into_any()
            };
            view! {
                <li class="nhsuk-task-list__item nhsuk-task-list__item--with-link">
                    <div class="nhsuk-task-list__name-and-hint">
                        <a class="nhsuk-link nhsuk-task-list__link" href=format!("#{}", form.id(&part.field))>{part.label.clone()}</a>
                    </div>
                    {status}
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="needed">
            <h2 class="nhsuk-heading-s" id="needed">{format!("{done} of {} required sections complete", parts.len())}</h2>
            <ul class="nhsuk-task-list">{rows}</ul>
        </section>
    }
    .into_any()
}

/// Whom the project can be handed to: anybody but who leads it now, with a post today or in the year to come.
async fn candidates(
    conn: &mut Connection,
    request: &Request,
    context: &HandoverContext,
    last: Option<&Handover>,
) -> Result<Offered, Error> {
    let today = request.today();
    let choosing = Choosing {
        trust: context.trust_id,
        today,
        until: today + Days::new(FURTHEST),
        project: Some(context.id),
        except: context.leader,
        because: "leads the project now",
    };
    let stored = last.filter(|last| last.state() == State::Draft).and_then(|draft| draft.to_person);
    offered(conn, request, "to", stored, &choosing).await
}

fn plans(form: &Form, measures: &[MeasureSeries]) -> Option<impl IntoView + use<>> {
    let plans = measures
        .iter()
        .map(|MeasureSeries { measure, .. }| {
            let due = format!("{}. For example 12 8 2026.", frequency(measure.every_days));
            let when_label = if measure.every_days.is_some() {
                format!("When is it due? {}", measure.name)
            } else {
                format!("When is it due? {} (optional)", measure.name)
            };
            view! {
                {form.lines(&how(measure.id), &format!("How is the next data point collected? {}", measure.name), 2)
                    .hint("Who counts, where, with what.").limit(SENTENCE).view()}
                {form.date(&when(measure.id), &when_label).hint(&due).view()}
            }
        })
        .collect_view();
    (!measures.is_empty()).then(|| view! { <h2 class="nhsuk-heading-m">"The next points"</h2>{plans} })
}

fn credit(form: &Form, needs: &PackRequirements) -> Option<impl IntoView + use<>> {
    let leaver = needs.leaver.as_ref().map(|(person, name)| {
        form.lines(&contribution(*person), &format!("What {name} contributed"), 3)
            .hint("It is kept with the project as the record of their part, and does not change after the handover.")
            .limit(PART)
            .view()
    });
    let others = needs
        .team
        .iter()
        .map(|(person, name)| {
            form.lines(&contribution(*person), &format!("What {name} contributed (optional)"), 2).limit(PART).view()
        })
        .collect_view();
    (needs.leaver.is_some() || !needs.team.is_empty())
        .then(|| view! { <h2 class="nhsuk-heading-m">"Credit"</h2>{leaver}{others} })
}

/// What the summary says.
fn words_of(form: &Form, context: &HandoverContext, measures: &[MeasureSeries], needs: &PackRequirements) -> AnyView {
    view! {
        {form.hidden("project", context.id)}
        <h2 class="nhsuk-heading-m">"Where it stands"</h2>
        {form.lines("summary", "The state of the project, in one paragraph", 5)
            .hint("What has changed, what the numbers say, what is in the way.").limit(PART).view()}
        {form.lines("next_step", "The next step", 2).hint("What the next lead does first.").limit(SENTENCE).view()}
        {form.date("next_step_on", "By when?").view()}
        {plans(form, measures)}
        <h2 class="nhsuk-heading-m">"What only you know"</h2>
        {form.lines("files", "Where the files and tools are (optional)", 2)
            .hint("Folders, forms, logins to ask for. Never a password.").limit(PART).view()}
        {form.lines("not_repeat", "What not to repeat (optional)", 2).hint("What you tried that did not work, and why.").limit(PART).view()}
        {form.lines("approvals", "Approvals the project has (optional)", 2).hint("For example: audit registration, data protection, ethics waiver.").limit(PART).view()}
        {form.date("approvals_expire_on", "When does the first of them expire? (optional)").view()}
        {form.lines("helped", "Who helped (optional)", 3).hint("Names and what to ask them for.").limit(PART).view()}
        {credit(form, needs)}
    }
    .into_any()
}

fn fields(
    form: &Form,
    context: &HandoverContext,
    measures: &[MeasureSeries],
    needs: &PackRequirements,
    candidates: Option<Offered>,
) -> AnyView {
    let offers = candidates.is_some();
    let words = words_of(form, context, measures, needs);
    let last_day = match (&context.leader_name, context.last_day) {
        (Some(name), Some(day)) => format!("Today or later. {name}’s post ends on {}.", crate::format::date(day)),
        _ => "Today or later.".to_owned(),
    };
    view! {
        {candidates.map(|candidates| view! {
            <h2 class="nhsuk-heading-m">"Who and when"</h2>
            {form.picker("to", "Who takes it over?", candidates).or(POOL, "Nobody yet: offer it to the pool")
                .hint("In the pool, anybody with a post in the trust can ask to take it on. Your place as lead ends on the day, even if nobody has.").view()}
            {form.date("takes_effect_on", "From which day?").hint(&last_day).view()}
        })}
        {words}
        <p class="nhsuk-hint">"A draft is kept for the next lead if you leave: once you have left without offering it, the next lead and the supervisor read it, and nobody else does."</p>
        <div class="baton-actions">
            {offers.then(|| ui::submit("Offer handover"))}
            {ui::submit_as(if offers { "Save as draft" } else { "Save" }, "then", "draft")}
        </div>
    }
    .into_any()
}
