//! The slide of a measure, or of a project with its first measure: a picture to download, and a page to print.

use leptos::prelude::*;

use crate::access::ReadProject;
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};
use crate::measures::chart::{self, Large};
use crate::measures::series::MeasureSeries;
use crate::measures::slide::Slide;
use crate::measures::{png, store};
use crate::progress::store::tasks;
use crate::project;
use crate::project::parts::{Section, sections};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui;

/// What a slide is made of.
struct Loaded {
    slide: Slide,
    project: ProjectId,
    reference: String,
    shown: Option<MeasureSeries>,
    others: Vec<(MeasureId, String)>,
}

async fn load(request: &Request, project: ProjectId, measure: Option<MeasureId>) -> Result<Loaded, Error> {
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadProject(project)).await?;
    let today = request.today();
    let head = project::store::summary(&mut conn, project).await?;
    let aim = project::store::aim(&mut conn, project).await?;
    let measures = store::for_handover(&mut conn, project).await?;
    let step = tasks::open(&mut conn, project, today).await?.into_iter().next();
    // Of one measure the points are read: a project may have ten times as many as a slide shows.
    let shown = match measure.or_else(|| measures.first().map(|first| first.id)) {
        Some(id) => Some(store::load_series_of_measure(&mut conn, id).await?),
        None => None,
    };
    drop(conn);
    let here = shown.as_ref().map(|shown| shown.measure.id);
    let others = measures.into_iter().map(|one| (one.id, one.name));
    let reference = head.reference.unwrap_or_else(|| "Draft".to_owned());
    let department = (!head.department_name.is_empty()).then_some(head.department_name);
    Ok(Loaded {
        slide: Slide {
            of: [Some(reference.clone()), department].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            title: head.title,
            aim,
            chart: None,
            next_step_on: step.as_ref().and_then(|step| step.due_on),
            next_step: step.map(|step| step.what).unwrap_or_default(),
            on: today,
        },
        project,
        reference,
        others: others.filter(|(id, _)| Some(*id) != here).collect(),
        shown,
    })
}

async fn of_measure(request: &Request) -> Result<Loaded, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let project = store::project_of_measure(&mut conn, id).await?;
    drop(conn);
    load(request, project, Some(id)).await
}

async fn of_project(request: &Request) -> Result<Loaded, Error> {
    load(request, request.param("id")?, None).await
}

pub(super) async fn measure_picture(request: Request) -> Result<Reply, Error> {
    picture(&request, of_measure(&request).await?).await
}

pub(super) async fn project_picture(request: Request) -> Result<Reply, Error> {
    picture(&request, of_project(&request).await?).await
}

async fn picture(request: &Request, loaded: Loaded) -> Result<Reply, Error> {
    let Loaded { mut slide, shown, reference, .. } = loaded;
    let name = format!("{}-slide.png", reference.to_lowercase());
    let body = chart::off_thread(request.visitor.id(), move || {
        slide.chart = shown.as_ref().map(chart::of);
        png::of(&slide.svg())
    })
    .await??;
    Ok(Reply::File { name, kind: "image/png", body })
}

pub(super) async fn measure_page(request: Request) -> Result<Page, Error> {
    let loaded = of_measure(&request).await?;
    page(request, loaded, true).await
}

pub(super) async fn project_page(request: Request) -> Result<Page, Error> {
    let loaded = of_project(&request).await?;
    page(request, loaded, false).await
}

async fn page(request: Request, loaded: Loaded, measured: bool) -> Result<Page, Error> {
    let Loaded { mut slide, project, shown, others, .. } = loaded;
    let of = shown.as_ref().filter(|_| measured).map(|shown| (shown.measure.id, shown.measure.name.clone()));
    let drawn = match shown {
        Some(shown) => Some(Large::draw(request.visitor.id(), shown).await?),
        None => None,
    };
    slide.chart = drawn.as_ref().map(|drawn| drawn.chart.clone());
    Ok(Page::new(format!("Slide: {}", slide.title), move || {
        let (back, label, picture) = match of {
            Some((id, name)) => (format!("/measures/{id}"), name, format!("/measures/{id}/slide.png")),
            None => (format!("/projects/{project}"), slide.title.clone(), format!("/projects/{project}/slide.png")),
        };
        let others = others
            .into_iter()
            .map(|(id, name)| view! { <li><a href=format!("/measures/{id}/slide")>{name}</a></li> })
            .collect::<Vec<_>>();
        let others = (!others.is_empty()).then(|| {
            view! {
                <section class="baton-no-print" aria-labelledby="others">
                    <h2 class="nhsuk-heading-s" id="others">"With another measure"</h2>
                    <ul class="nhsuk-list">{others}</ul>
                </section>
            }
        });
        view! {
            {ui::back(&back, &label)}
            {sections(&request, project, if measured { Section::Measures } else { Section::Overview })}
            <div class="baton-actions baton-no-print">
                <a class="nhsuk-button" href=picture download="">"Download the slide (PNG)"</a>
                <span>"Or print this page: it is one landscape sheet."</span>
            </div>
            {sheet(&slide, drawn.as_ref())}
            {others}
        }
        .into_any()
    }))
}

fn sheet(slide: &Slide, drawn: Option<&Large>) -> AnyView {
    let (step, by) = slide.step();
    let aim = (!slide.aim.is_empty())
        .then(|| view! { <p class="baton-slide__aim"><strong>"Aim: "</strong>{slide.aim.clone()}</p> });
    let figure = drawn.map(|drawn| {
        view! {
            <figure class="baton-chart">
                <figcaption class="baton-chart__caption">{drawn.series.measure.name.clone()}</figcaption>
                {drawn.still()}
                {notes(slide)}
            </figure>
        }
    });
    view! {
        <article class="baton-slide">
            <p class="baton-slide__of">{slide.of.clone()}</p>
            <h1 class="nhsuk-heading-l">{slide.title.clone()}</h1>
            {aim}
            <div class="baton-slide__columns">
                {figure}
                <div>
                    <p class="baton-slide__verdict"><strong>{slide.headline().verdict}</strong>" "{slide.because()}</p>
                    <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">"Next step"</h2>
                    <p>{step}" "{by}</p>
                </div>
            </div>
            <p class="baton-slide__foot">{format!("From Baton on {}", crate::format::date(slide.on))}</p>
        </article>
    }
    .into_any()
}

/// What the letters of the picture mean.
fn notes(slide: &Slide) -> Option<AnyView> {
    let (notes, more) = slide.notes();
    if notes.is_empty() {
        return None;
    }
    let items =
        notes.into_iter().map(|(letter, words)| view! { <li><strong>{letter.to_string()}</strong>" "{words}</li> });
    let more = (more > 0).then(|| {
        let count = crate::format::count(i64::try_from(more).unwrap_or(i64::MAX), "earlier note", "earlier notes");
        view! { <li>{format!("{count} on the measure’s page")}</li> }
    });
    Some(
        view! { <ul class="baton-slide__notes" aria-label="Notes on the chart">{items.collect::<Vec<_>>()}{more}</ul> }
            .into_any(),
    )
}
