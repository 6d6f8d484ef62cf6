//! The driver diagram, and one line of it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddDrivers, EditDriver, MoveDriver, RemoveDriver, RestoreDriver};
use super::diagram;
use super::model::{Level, MOST_AT_ONCE, Position};
use super::parts;
use super::store::{self, Diagram};
use super::tree::{self, Node};
use crate::access::{self, Action, DrawDrivers};
use crate::error::Error;
use crate::id::{DriverId, ProjectId};
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::glossary;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/projects/{id}/drivers", drivers), route!("/drivers/{id}", driver)]
}

async fn drivers(request: Request) -> Result<Page, Error> {
    let project: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let relationship = access::relationship(&mut conn, &request, project).await?;
    let diagram = store::diagram(&mut conn, project).await?;
    drop(conn);
    let may_draw = access::may(Action::DrawDrivers(project), relationship);
    let may_test = access::may(Action::WriteCycle(project), relationship);
    let may_edit = access::may(Action::EditProject(project), relationship);
    Ok(Page::new(format!("Driver diagram: {}", diagram.title), move || {
        let nodes = tree::tree(&diagram.drivers);
        let aim = if diagram.aim.is_empty() { "The aim is not written yet.".to_owned() } else { diagram.aim.clone() };
        let picture = diagram::draw(&diagram.title, &aim, &nodes);
        let picture = (!picture.is_empty()).then(|| {
            view! {
                <div class="baton-drawing baton-only-wide baton-drawing--scrolls" role="region" aria-label="Driver diagram" tabindex="0" inner_html=picture />
            }
        });
        let outline = if nodes.is_empty() {
            teaching(may_draw)
        } else {
            outline(&diagram, &aim, &nodes, may_draw, may_test, may_edit)
        };
        let (summary, forms) =
            if may_draw { forms(&request, &diagram, &nodes) } else { (().into_any(), ().into_any()) };
        view! {
            {ui::back(&format!("/projects/{project}"), &diagram.title)}
            {summary}
            {ui::heading(&diagram.title, "Driver diagram")}
            {sections(&request, project, Section::Overview)}
            {picture}
            {outline}
            {forms}
        }
        .into_any()
    }))
}

fn teaching(may_draw: bool) -> AnyView {
    let first = may_draw.then(|| view! { <p><a href="#place">"Write the first primary drivers"</a></p> });
    view! {
        <div class="nhsuk-inset-text">
            <p>"The diagram will be here: from the aim to what you could do about it, read from left to right."</p>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li><strong>"Primary drivers"</strong>": the two to five things that the aim depends on, such as “sepsis is seen early” and “antibiotics are given at once”."</li>
                <li><strong>"Secondary drivers"</strong>": what each of them depends on, such as “the kit is within reach”. Leave them out where an idea is plain."</li>
                <li><strong>"Change ideas"</strong>": what you could do on Monday, such as “a sepsis box on the trolley”. Each is tested in PDSA cycles."</li>
            </ul>
            <p>"Ask at each step: if this changed, would the aim be met? Nobody knows yet: it is a theory, and the tests tell."</p>
            {first}
        </div>
    }
    .into_any()
}

fn outline(
    diagram: &Diagram,
    aim: &str,
    nodes: &[Node<'_>],
    may_draw: bool,
    may_test: bool,
    may_edit: bool,
) -> AnyView {
    let project = diagram.project;
    let items = nodes.iter().map(|node| item(node, project, may_draw, may_test)).collect_view();
    let outcomes = diagram.outcomes.iter().map(|measure| {
        view! { <li>"Measured by "<a href=format!("/measures/{}", measure.id)>{measure.name.clone()}</a></li> }
    });
    let outcomes = (!diagram.outcomes.is_empty())
        .then(|| view! { <ul class="baton-outline__linked">{outcomes.collect_view()}</ul> });
    let write = (may_edit && diagram.aim.is_empty()).then(
        || view! { " "<a class="baton-no-print" href=format!("/projects/{project}/edit#aim_what")>"Write the aim"</a> },
    );
    view! {
        <section aria-labelledby="outline">
            <h2 class="nhsuk-heading-m" id="outline">"Outline"</h2>
            <p class="nhsuk-u-margin-bottom-1"><strong>"Aim: "</strong><span class="baton-lines">{aim.to_owned()}</span>{write}</p>
            {outcomes}
            <ul class="nhsuk-list baton-outline">{items}</ul>
        </section>
    }
    .into_any()
}

fn item(node: &Node<'_>, project: ProjectId, may_draw: bool, may_test: bool) -> AnyView {
    let driver = node.driver;
    let of = |words: &str| {
        view! { {words.to_owned()}<span class="nhsuk-u-visually-hidden">{format!(": {}", driver.text)}</span> }
    };
    let mut links: Vec<AnyView> = Vec::new();
    if may_draw {
        links.push(view! { <a href=format!("/drivers/{}", driver.id)>{of("Change")}</a> }.into_any());
        if driver.level != Level::Idea {
            let beneath = Position {
                level: if driver.level == Level::Primary { Level::Secondary } else { Level::Idea },
                parent: Some(driver.id),
            };
            links.push(
                view! { <a href=format!("/projects/{project}/drivers?under={beneath}#place")>{of("Add beneath")}</a> }
                    .into_any(),
            );
        }
    }
    if may_test && driver.level == Level::Idea {
        let words = if driver.cycles.is_empty() { "Plan a test" } else { "Plan another test" };
        links.push(
            view! { <a href=format!("/projects/{project}/cycles/new?idea={}", driver.id)>{of(words)}</a> }.into_any(),
        );
    }
    let links = (!links.is_empty()).then(|| view! { <span class="baton-outline__links baton-no-print">{links}</span> });
    let children = node.children.iter().map(|child| item(child, project, may_draw, may_test)).collect_view();
    let children = (!node.children.is_empty()).then(|| view! { <ul class="nhsuk-list baton-outline">{children}</ul> });
    view! {
        <li class=format!("baton-outline__item baton-outline__item--{}", driver.level)>
            <span class="baton-outline__level">{driver.level.label()}</span>
            <span class="baton-outline__text">{driver.text.clone()}</span>
            {links}
            {parts::linked(driver)}
            {children}
        </li>
    }
    .into_any()
}

/// Every place that a line could have, in the order of the diagram.
fn places(nodes: &[Node<'_>]) -> Vec<(Position, String)> {
    fn walk(node: &Node<'_>, places: &mut Vec<(Position, String)>) {
        let beneath: &[Level] = match node.driver.level {
            Level::Primary => &[Level::Secondary, Level::Idea],
            Level::Secondary => &[Level::Idea],
            Level::Idea => &[],
        };
        for level in beneath {
            let joined = if *level == Level::Idea { "for" } else { "of" };
            let words = format!("{} {joined}: {}", level.label(), node.driver.text);
            places.push((Position { level: *level, parent: Some(node.driver.id) }, words));
        }
        node.children.iter().for_each(|child| walk(child, places));
    }
    let mut places = vec![(Position::PRIMARY, format!("{} of the aim", Level::Primary.label()))];
    nodes.iter().for_each(|node| walk(node, &mut places));
    places
}

fn options(places: Vec<(Position, String)>) -> Vec<(String, String)> {
    places.into_iter().map(|(place, words)| (place.to_string(), words)).collect()
}

/// The form that adds lines, and those that restore what was removed.
fn forms(request: &Request, diagram: &Diagram, nodes: &[Node<'_>]) -> (AnyView, AnyView) {
    let form = Form::new(request, AddDrivers::PATH).with("place", request.query("under"));
    let mut summaries = vec![form.summary()];
    let hint = format!("One on each line, at most {MOST_AT_ONCE} at once. A few words each.");
    let fields = view! {
        {form.hidden("project", diagram.project)}
        {form.select("place", "Where does it belong?", options(places(nodes))).view()}
        {form.lines("text", "What do you add?", 3).hint(&hint).view()}
        {ui::submit("Add to the diagram")}
    }
    .into_any();
    let add = form.draw(fields);
    let removed: Vec<AnyView> = tree::removed(&diagram.drivers)
        .into_iter()
        .map(|driver| {
            let form =
                Form::named(request, RestoreDriver::PATH, &driver.id.to_string()).version(driver.version);
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("driver", driver.id)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">
                    "Restore"<span class="nhsuk-u-visually-hidden">{format!(": {}", driver.text)}</span>
                </button>
            }
            .into_any();
            view! { <li><p class="nhsuk-u-margin-bottom-1">{driver.level.label()}": "{driver.text.clone()}</p>{form.draw(fields)}</li> }
                .into_any()
        })
        .collect();
    let restore = (!removed.is_empty()).then(|| {
        let words = format!("Removed from the diagram ({})", removed.len());
        ui::details(&words, view! { <ul class="nhsuk-list">{removed}</ul> }.into_any())
    });
    let forms = view! {
        <section class="baton-no-print" aria-labelledby="add">
            <h2 class="nhsuk-heading-m" id="add">"Add to the diagram"</h2>
            {glossary::help("What is a driver?", glossary::DRIVER, ().into_any())}
            {add}
            {restore}
        </section>
    };
    (summaries.collect_view().into_any(), forms.into_any())
}

async fn driver(request: Request) -> Result<Page, Error> {
    let id: DriverId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let line = store::driver(&mut conn, id).await?;
    request.require(&mut conn, DrawDrivers(line.project_id)).await?;
    let diagram = store::diagram(&mut conn, line.project_id).await?;
    drop(conn);
    if line.removed {
        return Ok(out_of_it(request, diagram, line));
    }
    Ok(Page::new(format!("{}: {}", line.level.label(), line.text), move || {
        let nodes = tree::tree(&diagram.drivers);
        let node = nodes.iter().find_map(|node| node.find(id));
        let linked = diagram.drivers.iter().find(|driver| driver.id == id);
        let (summary, edit) = edit_form(&request, &diagram, &nodes, &line);
        let (moving, moves) = node.map_or_else(|| (().into_any(), ().into_any()), |node| moves(&request, node));
        let (removing, remove) = remove(&request, &line, node.map_or(0, Node::beneath));
        view! {
            {ui::back(&format!("/projects/{}/drivers", diagram.project), "Driver diagram")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}{moving}{removing}
                {ui::heading(&format!("{} · {}", diagram.title, line.level.label()), &line.text)}
                {sections(&request, diagram.project, Section::Overview)}
                {linked.map(parts::linked)}
                {edit}
                {moves}
                {remove}
            </div></div>
        }
        .into_any()
    }))
}

fn edit_form(request: &Request, diagram: &Diagram, nodes: &[Node<'_>], line: &store::Stored) -> (AnyView, AnyView) {
    let form =
        Form::new(request, EditDriver::PATH).version(line.version).with("text", &line.text).with("place", line.place());
    let linked = diagram.drivers.iter().find(|driver| driver.id == line.id);
    let measures = linked.map(|driver| driver.measures.as_slice()).unwrap_or_default();
    let form = measures.iter().fold(form, |form, measure| form.with("measures[]", measure.id));
    let level = line.level;
    let places = places(nodes).into_iter().filter(|(place, _)| place.level == level && place.parent != Some(line.id));
    let place = match level {
        Level::Primary => form.hidden("place", Position::PRIMARY),
        Level::Secondary | Level::Idea => {
            form.select("place", "Where does it belong?", options(places.collect())).view()
        }
    };
    let offered: Vec<(String, String)> =
        diagram.measures.iter().map(|measure| (measure.id.to_string(), measure.name.clone())).collect();
    let offered = (!offered.is_empty())
        .then(|| form.checkboxes("measures[]", "Which measures show whether it changes? (optional)", offered).view());
    let fields = view! {
        {form.hidden("driver", line.id)}
        {form.line("text", "What is it?").view()}
        {place}
        {offered}
        <div class="baton-actions">
            {ui::submit("Save")}
            <a href=format!("/projects/{}/drivers", diagram.project)>"Cancel"</a>
        </div>
    }
    .into_any();
    (form.summary(), form.draw(fields))
}

fn moves(request: &Request, node: &Node<'_>) -> (AnyView, AnyView) {
    if node.of < 2 {
        return (().into_any(), ().into_any());
    }
    let mut summaries = Vec::new();
    let ways = [("up", "Move up", node.place > 1), ("down", "Move down", node.place < node.of)];
    let buttons: Vec<AnyView> = ways
        .into_iter()
        .filter(|(_, _, can)| *can)
        .map(|(way, label, _)| {
            let form = Form::named(request, MoveDriver::PATH, way).version(node.driver.version);
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("driver", node.driver.id)}
                {form.hidden("way", way)}
                <button class="nhsuk-button nhsuk-button--secondary" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">{label}</button>
            }
            .into_any();
            form.draw(fields)
        })
        .collect();
    let drawn = view! {
        <section aria-labelledby="order">
            <h2 class="nhsuk-heading-m" id="order">"Order"</h2>
            <p>{format!("It is number {} of {} in its place.", node.place, node.of)}</p>
            <div class="baton-buttons-inline nhsuk-u-margin-bottom-4">{buttons}</div>
        </section>
    };
    (summaries.collect_view().into_any(), drawn.into_any())
}

fn remove(request: &Request, line: &store::Stored, beneath: usize) -> (AnyView, AnyView) {
    let form = Form::new(request, RemoveDriver::PATH).version(line.version);
    let summary = form.summary();
    let with_it = match beneath {
        0 => String::new(),
        1 => " The line beneath it goes with it.".to_owned(),
        many => format!(" The {many} lines beneath it go with it."),
    };
    let fields = view! {
        {form.hidden("driver", line.id)}
        <button class="nhsuk-button nhsuk-button--warning" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">"Remove from the diagram"</button>
    }
    .into_any();
    let drawn = ui::details(
        "Remove it from the diagram",
        view! {
            <p>"Its cycles and its history stay."{with_it}" You can restore it at the foot of the diagram’s page."</p>
            {form.draw(fields)}
        }
        .into_any(),
    );
    (summary, drawn)
}

fn out_of_it(request: Request, diagram: Diagram, line: store::Stored) -> Page {
    Page::new(format!("{}: {}", line.level.label(), line.text), move || {
        let form = Form::new(&request, RestoreDriver::PATH).version(line.version);
        let summary = form.summary();
        let fields = view! { {form.hidden("driver", line.id)}{ui::submit("Restore it")} }.into_any();
        view! {
            {ui::back(&format!("/projects/{}/drivers", diagram.project), "Driver diagram")}
            {summary}
            {ui::heading(&format!("{} · {}", diagram.title, line.level.label()), &line.text)}
                {sections(&request, diagram.project, Section::Overview)}
            <p>"It was removed from the diagram."</p>
            {form.draw(fields)}
        }
        .into_any()
    })
}
