//! What somebody supervises, and passing it on.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access;
use crate::error::Error;
use crate::id::PersonId;
use crate::people;
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::team::api::PassOnSupervision;
use crate::team::store;
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form, Offered};

/// What somebody supervises, with the form that passes it on: one's own, or, for the academy, somebody else's.
pub async fn supervision(request: Request) -> Result<Page, Error> {
    let person = request.person()?;
    let (me, trust, today) = (person.id, person.trust, request.today());
    let of: PersonId = match request.query("of") {
        "" => me,
        other => other.parse().map_err(|_| Error::NotFound)?,
    };
    let mut conn = request.store.read().await?;
    if of == me {
        request.require(&mut conn, access::ReadTrust(trust)).await?;
    } else {
        request.require(&mut conn, access::Coordinate(trust)).await?;
    }
    let supervised = store::pass_on::supervised(&mut conn, of, trust, today).await?;
    let choosing = Choosing {
        trust,
        today,
        until: today,
        project: None,
        except: Some(of),
        because: "it is their supervision that is passed on",
    };
    let colleagues = offered(&mut conn, &request, "person", None, &choosing).await?;
    // Nobody is named here who is not known in the trust by what they supervise.
    let name = if of == me || !supervised.is_empty() {
        people::store::name_in(&mut conn, trust, of).await?
    } else {
        return Err(Error::NotFound);
    };
    drop(conn);
    let title = if of == me { "What you supervise".to_owned() } else { format!("What {name} supervises") };
    Ok(Page::new(title.clone(), move || {
        let form = Form::new(&request, PassOnSupervision::PATH);
        let summary = form.summary();
        let body = if supervised.is_empty() {
            ui::empty("You supervise no open project.", None)
        } else {
            pass_on(form, of, supervised, colleagues)
        };
        view! {
            {ui::back("/", "Home")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&name, &title)}
                {body}
            </div></div>
        }
        .into_any()
    }))
}

fn pass_on(form: Form, of: PersonId, supervised: Vec<store::pass_on::Supervised>, colleagues: Offered) -> AnyView {
    let places = supervised
        .into_iter()
        .map(|one| {
            let lead = one.lead.map_or_else(|| "nobody leads it".to_owned(), |lead| format!("led by {lead}"));
            let asked = one.asked.map(|name| format!("; {name} is asked")).unwrap_or_default();
            let label = format!("{} {} ({lead}{asked})", one.reference, one.title);
            (format!("{}/{}", one.project_id, one.membership), label)
        })
        .collect();
    let fields = view! {
        {form.hidden("of", of)}
        {form.checkboxes("places[]", "Which projects are passed on?", places).view()}
        {form.picker("person", "To whom?", colleagues)
            .hint("They are asked for each project. The supervision goes on until they accept, and then ends.").view()}
        {ui::submit("Ask them")}
    }
    .into_any();
    form.draw(fields)
}
