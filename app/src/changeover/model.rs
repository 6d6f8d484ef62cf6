//! The rows of the board, whom they suggest, and what is done with those that are ticked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use timeline::{Continuity, DUE_DAYS};

use crate::choices;
use crate::continuity::model::State;
use crate::error::Error;
use crate::id::{DepartmentId, HandoverId, PersonId, ProjectId, TeamRoleId};
use crate::parse::Fields;

/// The most projects on a board, and so in one press.
pub const MOST: usize = 200;

choices! {
    /// What is done with the ticked projects.
    Act {
        /// Offered to whoever is chosen beside each.
        Offer = "offer" => "Offer to the people chosen",
        /// Offered to whoever takes them on.
        Pool = "pool" => "Put into the pool",
        /// Whoever is to arrange it is told again.
        Remind = "remind" => "Remind",
        /// Paused until a day.
        Pause = "pause" => "Pause",
        /// A colleague is asked to supervise them.
        Supervise = "supervise" => "Ask them to supervise",
    }
}

/// The parts of a handover summary that are counted: how it stands, the next step, the next data points, the credit.
pub const SUMMARY_PARTS: i64 = 4;

/// The days whose leavers a board shows: the last days of leads and supervisors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The changeover: the first day of the new posts.
    pub day: NaiveDate,
    /// The first of the last days.
    pub first: NaiveDate,
}

impl Span {
    /// The span of one of a trust's changeovers: from the one before it, and from today of one to come, to the day itself.
    #[must_use]
    pub fn among(days: &[NaiveDate], day: NaiveDate, today: NaiveDate) -> Option<Self> {
        days.contains(&day).then_some(())?;
        let before = days.iter().copied().filter(|one| *one < day).max();
        let first = before.map_or(day - Days::new(DUE_DAYS.unsigned_abs()), |before| before + Days::new(1));
        Some(Self { day, first: if day > today { first.max(today) } else { first } })
    }
}

/// A project of the board.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub id: ProjectId,
    pub reference: String,
    pub title: String,
    pub department_id: Option<DepartmentId>,
    pub department: Option<String>,
    /// How it stands today.
    #[sqlx(try_from = "State")]
    pub state: Option<Continuity>,
    pub lead_id: Option<PersonId>,
    pub lead: Option<String>,
    pub lead_last_on: Option<NaiveDate>,
    /// The lead goes around this changeover.
    pub lead_goes: bool,
    pub supervisor_id: Option<PersonId>,
    pub supervisor: Option<String>,
    pub supervisor_last_on: Option<NaiveDate>,
    /// The supervisor goes around this changeover.
    pub supervisor_goes: bool,
    /// The supervisor's place in the team.
    pub supervision: Option<TeamRoleId>,
    /// Who is asked to supervise it next, or does from then on.
    pub next_supervisor: Option<String>,
    /// Somebody supervises it after the changeover, as things are.
    pub supervised_after: bool,
    /// It is paused or sustaining until after the changeover.
    pub rests: bool,
    /// Whom its lead chose in the summary that is being prepared.
    pub meant_id: Option<PersonId>,
    pub meant: Option<String>,
    /// The handover that is offered or agreed.
    pub handover_id: Option<HandoverId>,
    /// To whom.
    pub to: Option<String>,
    /// Nobody leads it after the changeover, as things are.
    pub falls: bool,
    /// A handover summary is begun.
    pub begun: bool,
    /// Of the [`SUMMARY_PARTS`], how many are written.
    pub written: i64,
}

/// How far it is with a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    Nothing,
    Waiting,
    Arranged,
}

impl Row {
    /// How far it is with whoever leads it next.
    #[must_use]
    pub fn lead_progress(&self) -> Progress {
        match self.state {
            _ if !self.lead_goes || self.rests => Progress::Arranged,
            Some(Continuity::Agreed) => Progress::Arranged,
            Some(Continuity::Offered) => Progress::Waiting,
            _ => Progress::Nothing,
        }
    }

    /// How far it is with whoever supervises it next.
    #[must_use]
    pub fn supervisor_progress(&self) -> Progress {
        match () {
            () if !self.supervisor_goes || self.supervised_after => Progress::Arranged,
            () if self.next_supervisor.is_some() => Progress::Waiting,
            () => Progress::Nothing,
        }
    }

    /// How far it is with the project: with what is least far.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.lead_progress().min(self.supervisor_progress())
    }
}

/// Why somebody is suggested, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(rename_all = "snake_case")]
pub enum Why {
    /// They are in its team, and stay.
    Team,
    /// They begin in its department around the changeover.
    Arriving,
    /// They said that they look for a project, there or anywhere.
    Looking,
}

/// Somebody who could lead a project next.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Suggested {
    pub project_id: ProjectId,
    pub person_id: PersonId,
    pub name: String,
    /// Grade and department of the post that they have then.
    pub post: String,
    pub why: Why,
    /// The first day of that post.
    pub starts_on: NaiveDate,
}

/// Whom each project is offered to unless somebody else is chosen: whom its lead means; else, of the likeliest kind whoever is suggested least so
/// far, so that one person does not get everything.
#[must_use]
pub fn first_choices(rows: &[Row], suggested: &[Suggested]) -> HashMap<ProjectId, PersonId> {
    let mut taken: HashMap<PersonId, usize> = HashMap::new();
    let mut chosen = HashMap::new();
    for row in rows {
        if let Some(meant) = row.meant_id {
            *taken.entry(meant).or_default() += 1;
            chosen.insert(row.id, meant);
            continue;
        }
        let here = suggested.iter().filter(|one| one.project_id == row.id);
        let Some(best) = here.min_by_key(|one| (one.why, taken.get(&one.person_id).copied().unwrap_or(0), &one.name))
        else {
            continue;
        };
        *taken.entry(best.person_id).or_default() += 1;
        chosen.insert(row.id, best.person_id);
    }
    chosen
}

/// The board's form, as it is sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BoardForm {
    /// The changeover.
    pub on: String,
    /// The projects that are ticked.
    pub ticked: Vec<String>,
    /// Whom each project is offered to.
    pub to: BTreeMap<String, String>,
    /// The day on which somebody looks at the paused projects again.
    pub review_on: String,
    /// The colleague who is asked to supervise.
    pub supervisor: String,
    /// Which button was pressed.
    pub then: String,
}

/// The name of the field that says whom a project is offered to.
#[must_use]
pub fn offered_to(project: ProjectId) -> String {
    format!("to[id-{project}]")
}

/// What is to be done, and with which projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// The changeover.
    pub day: NaiveDate,
    pub act: Act,
    pub projects: Vec<ProjectId>,
    /// Whom each is offered to, of those for whom somebody is chosen.
    pub to: BTreeMap<ProjectId, PersonId>,
    pub supervisor: Option<PersonId>,
}

impl BoardForm {
    /// The arrangement.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing or too much is ticked, or what an act needs is missing.
    pub fn parse(&self) -> Result<Arrangement, Error> {
        let mut fields = Fields::new();
        let day: NaiveDate = self.on.parse().map_err(|_| Error::NotFound)?;
        let act: Act = self.then.parse().map_err(|_| Error::NotFound)?;
        let projects: BTreeSet<ProjectId> = self.ticked.iter().filter_map(|typed| typed.parse().ok()).collect();
        match projects.len() {
            0 => fields.error("ticked[]", "Tick at least one project."),
            1..=MOST => {}
            _ => fields.error("ticked[]", format!("Tick at most {MOST} projects at once.")),
        }
        let supervisor = self.supervisor.parse().ok();
        if act == Act::Supervise && supervisor.is_none() {
            fields.error("supervisor", "Choose who is asked to supervise the ticked projects.");
        }
        let to = self
            .to
            .iter()
            .filter_map(|(project, person)| Some((project.strip_prefix("id-")?.parse().ok()?, person.parse().ok()?)))
            .take(MOST)
            .collect();
        fields.finish(|| Arrangement { day, act, projects: projects.into_iter().collect(), to, supervisor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on, wrong};

    #[test]
    fn a_board_shows_who_goes_from_the_changeover_before_to_its_own() {
        let days = ["2025-12-03", "2026-02-04", "2026-04-01", "2026-08-05"].map(on);
        let span = |day: &str| Span::among(&days, on(day), TODAY).map(|span| span.first.to_string());
        assert_eq!(span("2026-04-01").as_deref(), Some("2026-03-04"), "from today on");
        assert_eq!(span("2026-08-05").as_deref(), Some("2026-04-02"));
        assert_eq!(span("2026-02-04").as_deref(), Some("2025-12-04"), "one that has passed");
        assert_eq!(span("2025-12-03").as_deref(), Some("2025-09-10"), "without one before");
        assert_eq!(span("2026-05-05"), None);
    }

    fn row(id: ProjectId) -> Row {
        Row {
            id,
            reference: String::new(),
            title: String::new(),
            department_id: None,
            department: None,
            state: Some(Continuity::Due),
            lead_id: None,
            lead: None,
            lead_last_on: None,
            lead_goes: true,
            supervisor_id: None,
            supervisor: None,
            supervisor_last_on: None,
            supervisor_goes: false,
            supervision: None,
            next_supervisor: None,
            supervised_after: true,
            rests: false,
            meant_id: None,
            meant: None,
            handover_id: None,
            to: None,
            falls: true,
            begun: false,
            written: 0,
        }
    }

    #[test]
    fn the_team_comes_first_and_nobody_gets_everything() {
        let projects: Vec<ProjectId> = (0..4).map(|_| ProjectId::new()).collect();
        let (ada, ben, cy) = (PersonId::new(), PersonId::new(), PersonId::new());
        let one = |project: usize, person: PersonId, name: &str, why: Why| Suggested {
            project_id: projects[project],
            person_id: person,
            name: name.into(),
            post: String::new(),
            why,
            starts_on: TODAY,
        };
        let suggested = [
            one(0, ben, "Ben", Why::Arriving),
            one(0, ada, "Ada", Why::Arriving),
            one(1, ada, "Ada", Why::Arriving),
            one(1, ben, "Ben", Why::Arriving),
            one(2, ada, "Ada", Why::Arriving),
            one(2, cy, "Cy", Why::Team),
        ];
        let rows: Vec<Row> = projects.iter().copied().map(row).collect();
        let chosen = first_choices(&rows, &suggested);
        assert_eq!(chosen.get(&projects[0]), Some(&ada), "by name");
        assert_eq!(chosen.get(&projects[1]), Some(&ben), "who has none yet");
        assert_eq!(chosen.get(&projects[2]), Some(&cy), "who is in the team");
        assert_eq!(chosen.get(&projects[3]), None);
        let meant = Row { meant_id: Some(cy), ..row(projects[0]) };
        assert_eq!(first_choices(&[meant], &suggested).get(&projects[0]), Some(&cy), "whom the lead means");
    }

    #[test]
    fn a_project_is_as_far_as_what_is_least_far() {
        let led = |state| Row { state: Some(state), ..row(ProjectId::new()) };
        assert_eq!(led(Continuity::Due).progress(), Progress::Nothing);
        assert_eq!(led(Continuity::Offered).progress(), Progress::Waiting);
        assert_eq!(led(Continuity::Agreed).progress(), Progress::Arranged);
        assert_eq!(led(Continuity::Resting).progress(), Progress::Nothing, "until before the changeover");
        assert_eq!(Row { rests: true, ..led(Continuity::Due) }.progress(), Progress::Arranged);
        let both = Row { supervisor_goes: true, supervised_after: false, ..led(Continuity::Agreed) };
        assert_eq!(both.progress(), Progress::Nothing);
        assert_eq!(Row { next_supervisor: Some("Sam".into()), ..both.clone() }.progress(), Progress::Waiting);
        assert_eq!(Row { supervised_after: true, ..both }.progress(), Progress::Arranged);
    }

    #[test]
    fn an_arrangement_names_its_projects_and_what_it_needs() {
        let project = ProjectId::new();
        let form = BoardForm {
            on: "2026-08-05".into(),
            ticked: vec![project.to_string(), project.to_string(), "x".into()],
            then: "offer".into(),
            ..BoardForm::default()
        };
        let person = PersonId::new();
        let to = [(format!("id-{project}"), person.to_string()), ("x".into(), person.to_string())].into();
        let arrangement = BoardForm { to, ..form.clone() }.parse().expect("an arrangement");
        assert_eq!(arrangement.to, [(project, person)].into());
        assert_eq!((arrangement.act, arrangement.projects), (Act::Offer, vec![project]), "each once");
        assert_eq!(wrong(BoardForm { ticked: Vec::new(), ..form.clone() }.parse()), ["ticked[]"]);
        assert_eq!(wrong(BoardForm { then: "supervise".into(), ..form.clone() }.parse()), ["supervisor"]);
        let many = (0..=MOST).map(|_| ProjectId::new().to_string()).collect();
        assert_eq!(wrong(BoardForm { ticked: many, ..form.clone() }.parse()), ["ticked[]"]);
        for broken in [BoardForm { then: "burn".into(), ..form.clone() }, BoardForm { on: "soon".into(), ..form }] {
            assert_eq!(broken.parse(), Err(Error::NotFound));
        }
    }
}
