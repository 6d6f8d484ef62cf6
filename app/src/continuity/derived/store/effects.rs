//! What a change that is not made yet would do to projects, from a day on: what the rule says of its marked facts,
//! beside what is stored.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use sqlx::FromRow;
use timeline::{Continuity, Kind};
use uuid::Uuid;

use super::read::{MARKED, Page, page_after};
use super::rows::{Derived, derive_all};
use crate::batch;
use crate::db::{Connection, Db, Effect, Effects, Mend};
use crate::error::Error;
use crate::format;

/// Of the projects `$1`, from the day `$2` on: where they stand, the asks that say that a handover broke or that an
/// author leaves, and their titles.
const STORED: &str = "select s.project_id, s.from_on, s.until_on, s.lead_id, s.supervisor_id from standing s
        where s.project_id in (select value from json_each($1)) and s.until_on > $2 order by s.project_id, s.from_on;
    select distinct a.project_id, a.kind from ask a
        where a.project_id in (select value from json_each($1)) and a.until_on > $2 and a.kind in ('broken_handover', 'draft_left');
    select p.id, p.title from project p where p.id in (select value from json_each($1))";

/// Who leads and who supervises on some days.
#[derive(Clone, FromRow)]
struct Stretch {
    project_id: String,
    from_on: NaiveDate,
    until_on: NaiveDate,
    lead_id: Option<String>,
    supervisor_id: Option<String>,
}

/// What is stored of some projects.
struct Stored {
    stretches: BTreeMap<String, Vec<Stretch>>,
    asks: Vec<(String, String)>,
    titles: BTreeMap<String, String>,
}

/// What a change does to somebody's place, from which day, and what mends it.
type Told = (NaiveDate, String, Option<Mend>);

/// Which of the two.
#[derive(Clone, Copy)]
enum Place {
    Lead,
    Supervisor,
}

impl Place {
    const fn label(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Supervisor => "supervisor",
        }
    }

    const fn mend(self) -> Option<Mend> {
        Some(match self {
            Self::Lead => Mend::HandOver,
            Self::Supervisor => Mend::AskSupervisor,
        })
    }

    fn of(self, stretch: &Stretch) -> Option<&str> {
        match self {
            Self::Lead => stretch.lead_id.as_deref(),
            Self::Supervisor => stretch.supervisor_id.as_deref(),
        }
    }
}

/// What the marked facts would do from a day on. It writes nothing.
///
/// # Errors
/// When the store cannot be read.
pub async fn effects(conn: &mut Connection, today: NaiveDate) -> Result<Effects, Error> {
    let mut lines = Vec::new();
    let mut drafts = 0;
    let mut page = Page::default();
    loop {
        page = page_after(conn, MARKED, &page).await?;
        if page.projects.is_empty() {
            break;
        }
        let stored = stored(conn, &page, today).await?;
        for derived in derive_all(&page) {
            match stored.stretches.get(derived.project) {
                Some(before) => lines.extend(of_project(&derived, before, &stored, today)),
                None => drafts += i64::from(loses_its_author(&derived, &stored, today)),
            }
        }
    }
    lines.sort_unstable_by(|one, other| {
        (one.0, &one.1.project, &one.1.text).cmp(&(other.0, &other.1.project, &other.1.text))
    });
    let of_drafts = (drafts > 0).then(|| Effect {
        id: None,
        project: format::count(drafts, "draft", "drafts"),
        text: if drafts == 1 { "loses its author" } else { "lose their authors" }.to_owned(),
        mend: None,
    });
    Ok(Effects::of(lines.into_iter().map(|(_, line)| line).chain(of_drafts).collect()))
}

async fn stored(conn: &mut Connection, page: &Page, today: NaiveDate) -> Result<Stored, Error> {
    let projects: Vec<&str> = page.projects.iter().map(|(id, _)| id.as_str()).collect();
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, serde_json::to_string(&projects)?)?;
    batch::bind(&mut parameters, today)?;
    let mut answers = batch::ask(conn, STORED, parameters).await?;
    let mut stretches: BTreeMap<String, Vec<Stretch>> = BTreeMap::new();
    for stretch in answers.all::<Stretch>()? {
        stretches.entry(stretch.project_id.clone()).or_default().push(stretch);
    }
    Ok(Stored { stretches, asks: answers.all()?, titles: answers.all::<(String, String)>()?.into_iter().collect() })
}

fn is_asked(derived: &Derived<'_>, kind: Kind, today: NaiveDate) -> bool {
    derived.timeline.asks.iter().any(|ask| ask.kind == kind && ask.until_on > today)
}

impl Stored {
    fn was_asked(&self, project: &str, kind: Kind) -> bool {
        self.asks.iter().any(|(id, was)| id == project && was == kind.as_str())
    }
}

/// What happens to an open project that was there before.
fn of_project(
    derived: &Derived<'_>,
    before: &[Stretch],
    stored: &Stored,
    today: NaiveDate,
) -> Vec<(NaiveDate, Effect)> {
    let to_come = derived.timeline.standings.iter().filter(|row| row.until_on > today);
    if to_come.clone().any(|row| row.state == Continuity::Ended) {
        return Vec::new();
    }
    let after: Vec<Stretch> = to_come
        .map(|row| Stretch {
            project_id: derived.project.to_owned(),
            from_on: row.from_on,
            until_on: row.until_on,
            lead_id: row.lead.map(|id| id.to_string()),
            supervisor_id: row.supervisor.map(|id| id.to_string()),
        })
        .collect();
    let was_broken = stored.was_asked(derived.project, Kind::BrokenHandover);
    let broken = match (was_broken, is_asked(derived, Kind::BrokenHandover, today)) {
        (false, true) => Some((today, "its agreed handover no longer holds".to_owned(), Some(Mend::ChooseAgain))),
        (true, false) => Some((today, "its agreed handover holds again".to_owned(), None)),
        _ => None,
    };
    let places = [Place::Lead, Place::Supervisor];
    let told = places.into_iter().filter_map(|place| of_place(place, before, &after, today)).chain(broken);
    let title = stored.titles.get(derived.project).cloned().unwrap_or_default();
    let id = Uuid::parse_str(derived.project).ok();
    told.map(|(day, text, mend)| (day, Effect { id, project: title.clone(), text, mend })).collect()
}

/// Whether the author of a draft leaves who was to stay.
fn loses_its_author(draft: &Derived<'_>, stored: &Stored, today: NaiveDate) -> bool {
    is_asked(draft, Kind::DraftLeft, today) && !stored.was_asked(draft.project, Kind::DraftLeft)
}

fn of_place(place: Place, before: &[Stretch], after: &[Stretch], today: NaiveDate) -> Option<Told> {
    let what = place.label();
    let last = |end: NaiveDate| format::date(end - Days::new(1));
    match (first_without(place, before, today), first_without(place, after, today)) {
        (None, Some(day)) => Some((day, format!("loses its {what} {}", from(day, today)), place.mend())),
        (Some(day), None) => {
            Some((day, format!("has a {what} for good: it was to have none {}", from(day, today)), None))
        }
        (Some(was), Some(day)) if was != day => {
            let text = match (was == today, day == today) {
                (true, _) => format!("has a {what} again, until {}", last(day)),
                (_, true) => format!("loses its {what} today instead of after {}", last(was)),
                _ => format!("has its {what} until {} instead of {}", last(day), last(was)),
            };
            Some((was.min(day), text, place.mend().filter(|_| day < was)))
        }
        _ => differs_from(place, before, after, today),
    }
}

fn from(day: NaiveDate, today: NaiveDate) -> String {
    if day == today { "today".to_owned() } else { format!("from {}", format::date(day)) }
}

/// The first day without somebody.
fn first_without(place: Place, stretches: &[Stretch], today: NaiveDate) -> Option<NaiveDate> {
    stretches.iter().find(|stretch| place.of(stretch).is_none()).map(|stretch| stretch.from_on.max(today))
}

/// The first day on which it is somebody else, or somebody and nobody.
fn differs_from(place: Place, before: &[Stretch], after: &[Stretch], today: NaiveDate) -> Option<Told> {
    let on = |stretches: &[Stretch], day: NaiveDate| {
        let then = stretches.iter().find(|stretch| stretch.from_on <= day && stretch.until_on > day);
        then.and_then(|stretch| place.of(stretch)).map(str::to_owned)
    };
    let mut days: Vec<NaiveDate> = before.iter().chain(after).map(|stretch| stretch.from_on.max(today)).collect();
    days.sort_unstable();
    let what = place.label();
    days.into_iter().find_map(|day| match (on(before, day), on(after, day)) {
        (was, now) if was == now => None,
        (Some(_), Some(_)) => Some((day, format!("has another {what} {}", from(day, today)), None)),
        (None, _) => Some((day, format!("has a {what} {}, where it was to have none", from(day, today)), None)),
        (_, None) => Some((day, format!("has no {what} {}", from(day, today)), place.mend())),
    })
}
