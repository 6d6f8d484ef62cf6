//! The pages on which it is decided how charts are read, and the one that says how they are checked.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use spc::ChartKind;

use super::api::{RemovePhase, RemoveTarget, SaveChartSettings, SetTarget, SetTrustRules, StartPhase};
use super::model::{Baseline, ChartType, Period, RuleSet, Summary};
use super::store;
use crate::access::{Coordinate, DefineMeasure, ReadTrust};
use crate::error::Error;
use crate::id::MeasureId;
use crate::measures::choice::{self, Why};
use crate::measures::model::DataType;
use crate::measures::series::{ChartSettings, MeasureSeries};
use crate::measures::values;
use crate::measures::{self, chart};
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/measures/{id}/chart", chart_settings),
        route!("/charts", rules_of_the_trust),
        route!("/how-charts-are-checked", checked),
    ]
}

async fn chart_settings(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let series = measures::store::load_series_of_measure(&mut conn, id).await?;
    request.require(&mut conn, DefineMeasure(series.measure.project_id)).await?;
    let trust = store::trust_rules(&mut conn, request.person()?.trust).await?;
    drop(conn);
    let compute = |series: MeasureSeries| (by_points(&series), chart::of(&series), series);
    let (by_points, drawn, series) = chart::computed(request.visitor.id(), series, compute).await?;
    let title = "Chart settings";
    Ok(Page::new(format!("{title}: {}", series.measure.name), move || {
        let (summary, settings) = settings_form(&request, &series, &by_points, trust);
        let (phase_summary, phases) = phases(&request, &series, &drawn);
        let (target_summary, targets) = targets(&request, &series);
        view! {
            {ui::back(&format!("/measures/{id}"), &series.measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {phase_summary}
                {target_summary}
                {ui::heading(&series.measure.name, title)}
                {sections(&request, series.measure.project_id, Section::Measures)}
                {settings}
                {phases}
                {targets}
            </div></div>
        }
        .into_any()
    }))
}

/// The form as the settings are stored.
fn stored_settings(request: &Request, MeasureSeries { measure, settings, .. }: &MeasureSeries) -> Form {
    let stored = |value: Option<String>| value.unwrap_or_default();
    Form::new(request, SaveChartSettings::PATH)
        .version(measure.version)
        .with("chart", stored(settings.chart.map(|chart| chart.to_string())))
        .with("rule_set", stored(settings.own_rule_set.map(|rules| rules.to_string())))
        .with("screening", if settings.screening { "yes" } else { "no" })
        .with("centre", stored(settings.centre.map(|centre| centre.to_string())))
        .with("baseline", settings.baseline)
        .with_date("baseline_until", settings.baseline_until)
        .with("period", stored(settings.period.map(|period| period.to_string())))
        .with("summary", settings.summary)
}

/// The chart that a measure has when nobody chooses one, and why.
fn by_points(measured: &MeasureSeries) -> (ChartKind, String) {
    let unchosen = ChartSettings { chart: None, ..measured.settings.clone() };
    match choice::chosen(&unchosen, &choice::series(measured)) {
        (kind, Why::Kept(_, because)) => (kind, format!("{because} It stays until somebody chooses another.")),
        (kind, Why::Points(because)) => (kind, because.to_owned()),
        (kind, Why::Person) => (kind, String::new()),
    }
}

fn settings_form(
    request: &Request,
    series: &MeasureSeries,
    (by_points, because): &(ChartKind, String),
    trust: RuleSet,
) -> (AnyView, AnyView) {
    let measure = &series.measure;
    let form = stored_settings(request, series);
    let summary = form.summary();
    let mut charts = vec![(String::new(), format!("Automatic ({})", by_points.name()))];
    let suits = ChartType::ALL.iter().filter(|chart| chart.suits(measure.data_type));
    charts.extend(suits.map(|chart| (chart.to_string(), chart.label().to_owned())));
    let mut rules = vec![(String::new(), format!("The trust’s: {}", trust.label()))];
    rules.extend(RuleSet::options());
    let mut periods = vec![(String::new(), "Nothing: each observation is a point".to_owned())];
    periods.extend(Period::options());
    let baselines = Baseline::ALL.iter().map(|one| (one.to_string(), one.label().to_owned(), String::new())).collect();
    let several = (measure.data_type == DataType::Measurement).then(|| {
        form.select("summary", "How do several observations become one point?", Summary::options())
            .hint("Counts, numerators and denominators are always added up.")
            .view()
    });
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form.select("chart", "Chart", charts).hint(because).view()}
        {form
            .select("rule_set", "Rules", rules)
            .hint("Each set is explained on the page about the trust’s charts.")
            .view()}
        {form.radios("baseline", "Where do the centre line and the limits come from?", baselines).view()}
        {form.date("baseline_until", "Last day of the baseline, if it is up to a date").view()}
        {form
            .select("period", "Group data by", periods)
            .hint("For several observations a day, a week or a month. Every observation is kept.")
            .view()}
        {several}
        {form
            .select(
                "screening",
                "Leave out moving ranges that stand out?",
                vec![("yes".to_owned(), "Yes, as most tools do".to_owned()), ("no".to_owned(), "No".to_owned())],
            )
            .hint("Stops one extreme point widening the limits.")
            .view()}
        {form
            .number("centre", "Fixed centre line (optional)")
            .hint("Only where the centre is known from elsewhere.")
            .width(5)
            .view()}
        <div class="baton-actions">
            {ui::submit("Save")}
            <a href=format!("/measures/{}", measure.id)>"Cancel"</a>
            <a href="/charts">"The trust’s charts"</a>
        </div>
    }
    .into_any();
    (summary, form.draw(fields))
}

fn phases(request: &Request, series: &MeasureSeries, drawn: &spc::Chart) -> (AnyView, AnyView) {
    let MeasureSeries { measure, settings, .. } = series;
    let suggestion = drawn.suggested_phase();
    let form = Form::new(request, StartPhase::PATH)
        .with_date("starts_on", suggestion.as_ref().map(|suggestion| suggestion.date));
    let summary = form.summary();
    let rows: Vec<Vec<AnyView>> = settings
        .phases
        .iter()
        .map(|phase| {
            let remove = Form::named(request, RemovePhase::PATH, &format!("f{}", phase.id.0.simple()));
            let button = view! {
                {remove.hidden("measure", measure.id)}
                {remove.hidden("phase", phase.id)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "Remove"<span class="nhsuk-u-visually-hidden">{format!(" the phase from {}", crate::format::date(phase.starts_on))}</span>
                </button>
            }
            .into_any();
            vec![
                ui::time(phase.starts_on),
                phase.reason.clone().into_any(),
                phase.freeze_after.map_or_else(|| "All".to_owned(), |many| format!("The first {many}")).into_any(),
                remove.draw_as("baton-form", button),
            ]
        })
        .collect();
    let table = (!rows.is_empty()).then(|| {
        let columns = vec![ui::words("From"), ui::words("Reason"), ui::words("Lines from points"), ui::words("Change")];
        ui::table("Phases after the first", columns, rows)
    });
    let told = suggestion.map(|suggestion| {
        view! { <div class="nhsuk-inset-text"><p>{spc::words::suggested_phase(drawn, &suggestion)}</p></div> }
    });
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form.date("starts_on", "First day of the new phase").view()}
        {form
            .line("reason", "What changed in the process, and why is it expected to last?")
            .hint("For example, sepsis boxes on every ward since then.")
            .view()}
        {form
            .number("freeze_after", "How many points to use for its lines (optional)")
            .hint("Leave it empty to use all of them.")
            .width(3)
            .view()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Start the phase"</button>
    }
    .into_any();
    let body = view! {
        <section aria-labelledby="phases">
            <h2 class="nhsuk-heading-m" id="phases">"Phases"</h2>
            <p>
                "A new phase gets lines of its own. Start one when a change is sustained, its cause is known, it goes the wanted way and it is expected to last; not because the chart looks better with it. The points before keep their lines."
            </p>
            {told}
            {table}
            {form.draw(fields)}
        </section>
    };
    (summary, body.into_any())
}

fn targets(request: &Request, series: &MeasureSeries) -> (AnyView, AnyView) {
    let MeasureSeries { measure, settings, .. } = series;
    let form = Form::named(request, SetTarget::PATH, "target");
    let summary = form.summary();
    let rows: Vec<Vec<AnyView>> = settings
        .later_targets
        .iter()
        .map(|later| {
            let remove = Form::named(request, RemoveTarget::PATH, &format!("t{}", later.id.0.simple()));
            let button = view! {
                {remove.hidden("measure", measure.id)}
                {remove.hidden("target", later.id)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "Remove"<span class="nhsuk-u-visually-hidden">{format!(" the target from {}", crate::format::date(later.starts_on))}</span>
                </button>
            }
            .into_any();
            vec![
                ui::time(later.starts_on),
                values::value(measure, later.target).into_any(),
                remove.draw_as("baton-form", button),
            ]
        })
        .collect();
    let table = (!rows.is_empty())
        .then(|| ui::table("Later targets", vec![ui::words("From"), ui::numbers("Target"), ui::words("Change")], rows));
    let first = measure.target.map_or_else(
        || "The measure has no target yet.".to_owned(),
        |target| format!("The measure’s target is {}.", values::value(measure, target)),
    );
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form.date("starts_on", "From which day?").view()}
        {form.number("target", "Target from then on").width(5).view()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Set the target"</button>
    }
    .into_any();
    let body = view! {
        <section aria-labelledby="targets">
            <h2 class="nhsuk-heading-m" id="targets">"A target that changes"</h2>
            <p>{first}" Set another one here that holds from a day on."</p>
            {table}
            {form.draw(fields)}
        </section>
    };
    (summary, body.into_any())
}

async fn rules_of_the_trust(request: Request) -> Result<Page, Error> {
    let person = request.person()?.clone();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(person.trust)).await?;
    let rules = store::trust_rules(&mut conn, person.trust).await?;
    let coordinates = request.may(&mut conn, Coordinate(person.trust)).await?;
    drop(conn);
    Ok(Page::new("The trust’s charts", move || {
        let form = Form::new(&request, SetTrustRules::PATH).with("rule_set", rules);
        let summary = form.summary();
        let sets: Vec<(String, String, String)> = RuleSet::ALL
            .iter()
            .map(|set| (set.to_string(), set.label().to_owned(), set.explained().to_owned()))
            .collect();
        let body = if coordinates {
            let fields = view! {
                {form.radios("rule_set", "Which rules are the trust’s charts read by?", sets).view()}
                {ui::submit("Save")}
            }
            .into_any();
            form.draw(fields)
        } else {
            let rows = sets
                .into_iter()
                .map(|(set, name, explained)| {
                    let own = (set == rules.as_str()).then(|| ui::tag("The trust’s", "blue"));
                    view! { <dt><strong>{name}</strong>" "{own}</dt><dd>{explained}</dd> }
                })
                .collect_view();
            view! { <dl class="baton-definitions">{rows}</dl> }.into_any()
        };
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&person.trust_name, "The trust’s charts")}
                <p>
                    "Rules tell a change in a process from chance. More rules find more changes, and more that are none. A measure can name other rules than the trust’s; sets are never mixed, and the name of the set stands under every chart."
                </p>
                {body}
                <p><a href="/how-charts-are-checked">"How the charts are checked"</a></p>
            </div></div>
        }
        .into_any()
    }))
}

/// What the engine's answers to the reference tools' cases are: `make vectors` writes it.
const CHECKED: &str = include_str!("../../../spc/checked.json");

/// Cases that are part of the project, and cases of published series that are not.
#[derive(serde::Deserialize)]
struct Table {
    own: Vec<Checked>,
    other: Vec<Checked>,
}

#[derive(serde::Deserialize)]
struct Checked {
    tool: String,
    version: String,
    chart: String,
    passed: u32,
    total: u32,
}

async fn checked(_: Request) -> Result<Page, Error> {
    let Table { own, other } = serde_json::from_str(CHECKED)?;
    Ok(Page::new("How the charts are checked", move || {
        let all = own.iter().chain(&other);
        let (passed, total) = all.fold((0, 0), |(passed, total), case| (passed + case.passed, total + case.total));
        let table = |caption: &str, cases: Vec<Checked>| {
            let rows = cases
                .into_iter()
                .map(|case| {
                    vec![
                        case.tool.into_any(),
                        case.version.into_any(),
                        case.chart.into_any(),
                        format!("{} of {}", case.passed, case.total).into_any(),
                    ]
                })
                .collect();
            let columns = vec![ui::words("Tool"), ui::words("Version"), ui::words("Chart"), ui::numbers("Same answer")];
            ui::table(caption, columns, rows)
        };
        view! {
            {ui::heading("", "How the charts are checked")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                <p>
                    "A chart must not mislead. Baton’s chart engine is given the same numbers as seven tools of the field, and its answers are compared with theirs: every centre line, every limit, every signal, to nine digits. Where the tools disagree with each other, each one’s choices are a named set of options of the one engine."
                </p>
                <p><strong>{format!("{} of {} cases give the same answer.", spc::format::plain(f64::from(passed)), spc::format::plain(f64::from(total)))}</strong></p>
                <p>"What Baton chooses by itself, and why, is written under each chart. A signal says that a process changed, never why."</p>
            </div></div>
            {table("Made-up series: random ones, and those that go wrong", own)}
            {table("Series from textbooks and the tools’ own examples", other)}
        }
        .into_any()
    }))
}
