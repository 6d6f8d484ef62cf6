//! The continuity strip and the rows of a list: drawn the same wherever a project is shown.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::ProjectRow;
use super::store;
use crate::batch::Answers;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};
use crate::project::model::Status;
use crate::project::parts::colour;
use crate::web::ui::{self, Markup};
use timeline::{Continuity, DUE_DAYS};

const HELD: &str = "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 3.5-7 8-7s8 3 8 7";
const SUPERVISED: &str = "M12 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M12 8v13M8 12h8M4 14c0 4 3.5 7 8 7s8-3 8-7";
const MEASUREMENT: &str = "M4 3v18h17M8 15l4-5 3 3 5-7";
const STEP: &str = "M4 12h15M13 6l6 6-6 6";

/// The four answers of a project: who leads it, who supervises it, when is the next measurement, what is
/// the next step. Always in that order; what is missing is said, with the link that mends it.
#[derive(Clone, Debug)]
pub struct Strip {
    row: ProjectRow,
    today: NaiveDate,
    /// In a line of a list: the project's page has the rest.
    short: bool,
}

/// What whoever looks at a strip may do about it: no link leads to what they may not do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mends {
    /// Write what is missing and record what is overdue.
    pub works: bool,
    /// Hand the project over.
    pub runs: bool,
    /// Take it on.
    pub takes_on: bool,
}

impl Mends {
    /// For whoever runs the project.
    pub const ALL: Self = Self { works: true, runs: true, takes_on: true };
    /// For somebody of the trust who works on other projects.
    pub const TAKES_ON: Self = Self { works: false, runs: false, takes_on: true };
}

struct Answer {
    label: &'static str,
    icon: &'static str,
    words: String,
    /// Until when it holds; empty where that is not known, or not said.
    until: String,
    more: Vec<String>,
    late: bool,
    mend: Option<Mend>,
    missing: bool,
}

/// A link that mends an answer.
struct Mend {
    href: String,
    label: &'static str,
    may: fn(Mends) -> bool,
}

impl Answer {
    fn given(label: &'static str, icon: &'static str, words: impl Into<String>) -> Self {
        Self {
            label,
            icon,
            words: words.into(),
            until: String::new(),
            more: Vec::new(),
            late: false,
            mend: None,
            missing: false,
        }
    }

    fn missing(label: &'static str, icon: &'static str, words: impl Into<String>) -> Self {
        Self { missing: true, ..Self::given(label, icon, words) }
    }

    fn until(mut self, words: String) -> Self {
        self.until = words;
        self
    }

    fn more(mut self, words: impl Into<String>) -> Self {
        self.more.push(words.into());
        self
    }

    fn mend(mut self, project: ProjectId, page: &str, label: &'static str) -> Self {
        let may: fn(Mends) -> bool = match page {
            "handover" => |mends| mends.runs,
            "take-on" => |mends| mends.takes_on,
            _ => |mends| mends.works,
        };
        self.mend = Some(Mend { href: format!("/projects/{project}/{page}"), label, may });
        self
    }

    fn record(mut self, measure: MeasureId) -> Self {
        // The form for one point, with the day on which it is due.
        let href = format!("/measures/{measure}#record");
        self.mend = Some(Mend { href, label: "Record it", may: |mends| mends.works });
        self
    }

    fn draw(&self, markup: &mut Markup, title: &str, mends: Mends) {
        markup.raw(match (self.missing, self.late) {
            (true, _) => "<div class=\"baton-strip__item baton-strip__item--missing\"><dt>",
            (_, true) => "<div class=\"baton-strip__item baton-strip__item--late\"><dt>",
            _ => "<div class=\"baton-strip__item\"><dt>",
        });
        markup
            .raw("<svg class=\"baton-strip__icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\"><path d=\"")
            .raw(self.icon)
            .raw("\"></path></svg>")
            .raw(self.label)
            .raw("</dt><dd>")
            .text(&self.words);
        for words in [&self.until].into_iter().chain(&self.more).filter(|words| !words.is_empty()) {
            markup.raw(" <span class=\"baton-strip__more\">").text(words).raw("</span>");
        }
        self.draw_mend(markup, title, mends);
        markup.raw("</dd></div>");
    }

    /// In a line with the others: only what is missing or late stands out.
    fn draw_in_line(&self, markup: &mut Markup, title: &str, mends: Mends) {
        markup.raw(match (self.missing, self.late) {
            (true, _) => "<div class=\"baton-answers__item baton-answers__item--missing\"><dt>",
            (_, true) => "<div class=\"baton-answers__item baton-answers__item--late\"><dt>",
            _ => "<div class=\"baton-answers__item\"><dt>",
        });
        markup.raw(self.label).raw("</dt> <dd>").text(&self.words);
        if !self.until.is_empty() {
            markup.raw(" ").text(&self.until);
        }
        for words in &self.more {
            markup.raw(", ").text(words);
        }
        self.draw_mend(markup, title, mends);
        markup.raw("</dd></div> ");
    }

    fn draw_mend(&self, markup: &mut Markup, title: &str, mends: Mends) {
        if let Some(Mend { href, label, .. }) = self.mend.as_ref().filter(|mend| (mend.may)(mends)) {
            markup.raw(" <a class=\"baton-act\" href=\"").text(href).raw("\">").raw(label);
            markup.raw("<span class=\"nhsuk-u-visually-hidden\">: ").text(title).raw("</span></a>");
        }
    }
}

impl Strip {
    /// Reads a project's four answers.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such project.
    pub async fn load(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self::of(store::row(conn, project, today).await?, today))
    }

    /// Takes the answer to [`store::ROW`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such project.
    pub fn take(answers: &mut Answers, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self::of(answers.one()?, today))
    }

    /// The four answers of a row that was read already.
    #[must_use]
    pub fn of(row: ProjectRow, today: NaiveDate) -> Self {
        Self { row, today, short: false }
    }

    /// The project as its list row.
    #[must_use]
    pub fn row(&self) -> &ProjectRow {
        &self.row
    }

    /// The strip; each missing answer has the link that mends it, for whoever may.
    #[must_use]
    pub fn view(&self, mends: Mends) -> AnyView {
        self.draw("baton-strip", mends)
    }

    /// The strip of a row in a list.
    #[must_use]
    pub fn view_compact(&self, mends: Mends) -> AnyView {
        self.draw("baton-strip baton-strip--compact", mends)
    }

    fn draw(&self, class: &'static str, mends: Mends) -> AnyView {
        let mut markup = Markup::default();
        self.write(&mut markup, mends);
        markup.into_terms(class)
    }

    fn write(&self, markup: &mut Markup, mends: Mends) {
        for answer in [self.held(), self.supervised(), self.measurement(), self.step()] {
            answer.draw(markup, &self.row.title, mends);
        }
    }

    /// The four answers as they stand in a line.
    fn write_in_line(&self, markup: &mut Markup, mends: Mends) {
        for answer in [self.held(), self.supervised(), self.measurement(), self.step()] {
            answer.draw_in_line(markup, &self.row.title, mends);
        }
    }

    fn is_closed(&self) -> bool {
        self.row.status == Status::Closed
    }

    fn held(&self) -> Answer {
        let row = &self.row;
        let label = "Led by";
        if self.is_closed() {
            let closed = row.closed_on.map_or_else(
                || "Nobody".to_owned(),
                |on| format!("Nobody: it was closed on {}", crate::format::date(on)),
            );
            return Answer::given(label, HELD, closed);
        }
        if row.continuity.is_none() {
            return Answer::given(label, HELD, "Whoever writes the draft");
        }
        let answer = match (&row.lead, row.no_lead_since) {
            (Some(lead), _) => {
                let answer = Answer::given(label, HELD, lead.name.clone()).until(self.until(lead.until));
                if row.continuity == Some(Continuity::Due) {
                    answer.mend(row.id, "handover", "Hand it over")
                } else {
                    answer
                }
            }
            (None, Some(since)) => {
                Answer::missing(label, HELD, format!("Nobody since {}: in the pool", crate::format::date(since)))
            }
            (None, None) => Answer::missing(label, HELD, "Nobody: in the pool"),
        };
        let free = row.lead.is_none() && row.agreed.is_none() && row.asked_for().is_none();
        let answer = if free { answer.mend(row.id, "take-on", "Take it on") } else { answer };
        match self.passing() {
            Some(passing) => answer.more(passing),
            None => answer,
        }
    }

    /// What is agreed or offered beside it.
    fn passing(&self) -> Option<String> {
        let day = crate::format::date;
        if let Some(agreed) = &self.row.agreed {
            let who = agreed.to.as_deref().unwrap_or("The next lead");
            return Some(match agreed.begins_on {
                Some(on) => format!("{who} takes it over on {}", day(on)),
                None => format!("{who} agreed to take it over on {}, and will not be there", day(agreed.on)),
            });
        }
        let offer = self.row.offer.as_ref()?;
        if let Some((name, Some(asked))) = self.row.asked_for() {
            return Some(format!("{name} asked on {} to take it on from {}", day(asked), day(offer.on)));
        }
        Some(match (&offer.to, offer.to_pool) {
            (Some(name), true) => format!("{name} asks to take it on from {}", day(offer.on)),
            (Some(name), false) => format!("Offered to {name} from {}", day(offer.on)),
            // Where nobody leads, whoever takes it on begins as soon as they are accepted.
            (None, _) if self.row.lead.is_none() => "Offered to whoever takes it on".to_owned(),
            (None, _) => format!("Offered to whoever takes it on from {}", day(offer.on)),
        })
    }

    /// A last day in words, and how far it is while that is near.
    fn until(&self, last: Option<NaiveDate>) -> String {
        match last {
            Some(last) if !self.short && (0..=DUE_DAYS).contains(&(last - self.today).num_days()) => {
                format!("until {}, {}", crate::format::date(last), ui::distance(last, self.today))
            }
            Some(last) => format!("until {}", crate::format::date(last)),
            None if self.short => String::new(),
            None => "with no end date".to_owned(),
        }
    }

    fn supervised(&self) -> Answer {
        let label = "Supervised by";
        let row = &self.row;
        if let Some(supervisor) = &row.supervisor {
            let answer = Answer::given(label, SUPERVISED, supervisor.name.clone());
            return if supervisor.until.is_some() { answer.until(self.until(supervisor.until)) } else { answer };
        }
        if self.is_closed() {
            return Answer::given(label, SUPERVISED, "Nobody");
        }
        let answer = Answer::missing(label, SUPERVISED, "Nobody today");
        match (&row.supervisor_asked, &row.supervisor_named) {
            (_, Some(named)) if named.unconfirmed => {
                let words = format!("{} waits for the QI academy to confirm until when", named.name);
                answer.more(words).mend(row.id, "team", "See the team")
            }
            (None, Some(named)) if named.leads => {
                answer.more(format!("{} leads it for now", named.name)).mend(row.id, "team", "Name another supervisor")
            }
            (Some(name), _) => answer.more(format!("{name} was asked")).mend(row.id, "team", "See the team"),
            (None, Some(named)) => answer.more(format!("{} is away or has left", named.name)).mend(
                row.id,
                "team",
                "Name another supervisor",
            ),
            (None, None) => Answer::missing(label, SUPERVISED, "Nobody yet").mend(row.id, "team", "Name a supervisor"),
        }
    }

    fn measurement(&self) -> Answer {
        let label = "Next measurement";
        let row = &self.row;
        if self.is_closed() {
            return Answer::given(label, MEASUREMENT, "None");
        }
        match &row.next_measurement {
            Some(next) => {
                let late = row.is_overdue(self.today);
                let words = if late {
                    format!("Overdue since {}", crate::format::date(next.on))
                } else if row.status == Status::Paused {
                    "Paused".to_owned()
                } else {
                    crate::format::date(next.on)
                };
                let answer = Answer { late, ..Answer::given(label, MEASUREMENT, words) };
                let answer = if self.short { answer } else { answer.more(next.measure.clone()) };
                if late { answer.record(next.id) } else { answer }
            }
            None if row.measures > 0 => Answer::given(label, MEASUREMENT, "When there is something to measure"),
            None => {
                Answer::missing(label, MEASUREMENT, "No measure yet").mend(row.id, "measures/new", "Define a measure")
            }
        }
    }

    fn step(&self) -> Answer {
        let label = "Next step";
        let row = &self.row;
        if self.is_closed() {
            return Answer::given(label, STEP, "None");
        }
        if row.next_step.is_empty() {
            if let (Some(Continuity::Resting), Some(on)) = (row.continuity, row.review_on) {
                return Answer::given(label, STEP, "Look again").more(format!("on {}", crate::format::date(on)));
            }
            return Answer::missing(label, STEP, "Not set").mend(row.id, "tasks", "Set the next step");
        }
        let words = if self.short { shortened(&row.next_step) } else { row.next_step.clone() };
        let answer = Answer::given(label, STEP, words);
        match row.next_step_on {
            Some(on) if on < self.today => {
                Answer { late: true, ..answer }.more(format!("overdue since {}", crate::format::date(on)))
            }
            Some(on) if !self.short => answer.more(format!("by {}", crate::format::date(on))),
            Some(_) | None => answer,
        }
    }
}

/// The most letters of a next step in a list: the whole of it stands on the project's page.
const LONGEST_STEP: usize = 60;

/// Words that fit into a line of a list.
fn shortened(words: &str) -> String {
    if words.chars().count() <= LONGEST_STEP {
        return words.to_owned();
    }
    let start: String = words.chars().take(LONGEST_STEP - 1).collect();
    format!("{}…", start.trim_end())
}

/// Where a project stands as tags, where it says more than the strip does. Only what is wrong has a colour.
fn continuity_tags(markup: &mut Markup, row: &ProjectRow) {
    if row.at_risk {
        markup.tag("At risk", "orange");
    }
    markup.raw(" ");
    match row.continuity {
        None | Some(Continuity::Led | Continuity::Ended) => {}
        Some(state) => {
            markup.tag(state.label(), if state == Continuity::InPool { "orange" } else { "grey" });
        }
    }
}

/// Projects as a page's list.
#[must_use]
pub fn rows(rows: Vec<ProjectRow>, today: NaiveDate) -> AnyView {
    draw_rows(rows, today, false, Mends::default())
}

/// Projects as a list under a heading of the page, with the links that mend what is missing.
#[must_use]
pub fn rows_in_section(rows: Vec<ProjectRow>, today: NaiveDate, mends: Mends) -> AnyView {
    draw_rows(rows, today, true, mends)
}

fn draw_rows(rows: Vec<ProjectRow>, today: NaiveDate, in_section: bool, mends: Mends) -> AnyView {
    let mut markup = Markup::default();
    for row in rows {
        draw_row(&mut markup, row, today, in_section, mends);
    }
    markup.into_list("baton-list")
}

fn draw_row(markup: &mut Markup, row: ProjectRow, today: NaiveDate, in_section: bool, mends: Mends) {
    let (opens, closes) = if in_section {
        ("<h3 class=\"baton-list__title\">", "</h3>")
    } else {
        ("<h2 class=\"baton-list__title\">", "</h2>")
    };
    markup.raw("<li class=\"baton-list__row\"><div class=\"baton-list__head\">").raw(opens);
    markup.raw("<a href=\"/projects/").value(row.id).raw("\">").text(&row.title).raw("</a>").raw(closes);
    markup.raw("<p class=\"baton-list__tags\">");
    // Nearly every project is active: that is not said of each.
    if row.status != Status::Active {
        markup.tag(row.status.label(), colour(row.status)).raw(" ");
    }
    continuity_tags(markup, &row);
    markup.raw("</p></div><div class=\"baton-list__facts\"><p class=\"baton-list__meta\">");
    for fact in [&row.reference, &row.department].into_iter().flatten() {
        markup.text(fact).raw(" · ");
    }
    let active = crate::format::date(row.active_on());
    markup.raw("active ").text(&active).raw("</p> <dl class=\"baton-answers\">");
    Strip { short: true, ..Strip::of(row, today) }.write_in_line(markup, mends);
    markup.raw("</dl></div></li>");
}
