//! Trusts of any size, to measure with: many people, projects and points in believable proportions.

use chrono::{DateTime, Datelike as _, Days, Duration, NaiveDate, Utc};
use fastrand::Rng;

use super::calendar::{Calendar, When};
use super::scenario::Scenario;
use super::series::as_f64;
use super::store::{self, moment};
use crate::access::{self, RegisterProject};
use crate::clock::date_in_london;
use crate::db::Store;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{
    DepartmentId, HandoverId, MeasureId, MeasurementId, PersonId, PostId, PriorityId, ProjectId, SiteId, TaskId,
    TeamRoleId, TrustId,
};
use crate::visitor::Sessions;
use crate::web::cookie;

const SEED: u64 = 20_260_305;
const DEPARTMENTS: i64 = 30;
const PRIORITIES: usize = 12;
const PROJECTS_AT_ONCE: i64 = 500;
const CHANGES: [&str; 12] = [
    "on the admissions unit",
    "at night",
    "at the weekend",
    "with a checklist",
    "with a bedside prompt",
    "after discharge",
    "in frail patients",
    "with the ward pharmacist",
    "by nurses",
    "with an electronic template",
    "in clinic",
    "before theatre",
];

/// How many of each.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Trusts, among which the rest is shared out evenly.
    pub trusts: i64,
    /// People.
    pub people: i64,
    /// Projects.
    pub projects: i64,
    /// Points.
    pub measurements: i64,
}

impl Size {
    /// What one trust gets.
    fn of_one(self) -> Self {
        let share = |all: i64| (all / self.trusts.max(1)).max(1);
        Self {
            trusts: 1,
            people: share(self.people).max(DEPARTMENTS * 6),
            projects: share(self.projects),
            measurements: share(self.measurements),
        }
    }
}

/// What a load tool needs to ask as two people of the last trust.
#[derive(Clone, Debug, serde::Serialize)]
pub struct BenchTargets {
    /// The cookie of a trainee who holds projects.
    pub trainee: String,
    /// The cookie of the academy lead.
    pub academy_lead: String,
    /// A project of the trainee.
    pub project: ProjectId,
    /// Its first measure.
    pub measure: MeasureId,
}

#[derive(Clone, Copy)]
struct Worker {
    id: PersonId,
    trainee: bool,
    since: NaiveDate,
    /// They go at the next changeover.
    leaves: bool,
}

struct Filler<'a> {
    store: &'a Store,
    now: DateTime<Utc>,
    today: NaiveDate,
    calendar: Calendar,
    scenario: Scenario,
    chance: Rng,
    /// Which trust is being filled, from 1.
    number: i64,
    trust: TrustId,
    departments: Vec<DepartmentId>,
    priorities: Vec<PriorityId>,
    workers: Vec<Worker>,
    first: Option<(PersonId, ProjectId, MeasureId)>,
}

/// Fills an empty store.
///
/// # Errors
/// When the store holds any trust, or cannot write.
pub async fn fill(store: &Store, size: Size, now: DateTime<Utc>) -> Result<BenchTargets, Error> {
    if store::holds(&mut *store.read().await?).await?.is_some() {
        return Err(Error::form("The store is not empty. Give --data with a file that is not there yet."));
    }
    let today = date_in_london(now);
    let mut filler = Filler {
        store,
        now,
        today,
        calendar: Calendar::new(today),
        scenario: Scenario::read()?,
        chance: Rng::with_seed(SEED),
        number: 0,
        trust: TrustId::new(),
        departments: Vec::new(),
        priorities: Vec::new(),
        workers: Vec::new(),
        first: None,
    };
    let share = size.of_one();
    for _ in 0..size.trusts.max(1) {
        filler.trust().await?;
        filler.people(share.people).await?;
        filler.projects(share.projects, share.measurements).await?;
    }
    filler.sessions().await
}

impl Filler<'_> {
    async fn trust(&mut self) -> Result<(), Error> {
        self.number += 1;
        self.trust = TrustId::new();
        self.departments = (0..DEPARTMENTS).map(|_| DepartmentId::new()).collect();
        self.priorities = (0..PRIORITIES).map(|_| PriorityId::new()).collect();
        self.workers.clear();
        let mut change = self.store.write().await?;
        let trust = self.trust;
        let name = format!("Measured Hospitals {}", self.number);
        store::add_trust(&mut change, trust, &name, false, self.now).await?;
        let sites =
            ["North", "South"].map(|name| store::Site { id: SiteId::new(), trust_id: trust, name: name.to_owned() });
        store::Site::insert(&mut change, &sites).await?;
        let known = &self.scenario.trust.departments;
        let departments: Vec<_> = (1..)
            .zip(&self.departments)
            .zip(sites.iter().cycle())
            .zip(known.iter().cycle())
            .map(|(((number, id), site), like)| store::Department {
                id: *id,
                trust_id: trust,
                site_id: site.id,
                name: format!("{} {number}", like.name),
                specialty: like.specialty.clone(),
            })
            .collect();
        store::Department::insert(&mut change, &departments).await?;
        let priorities: Vec<_> = (1..)
            .zip(&self.priorities)
            .zip(self.scenario.priorities.iter().cycle())
            .map(|((number, id), like)| store::Priority {
                id: *id,
                trust_id: trust,
                title: format!("{} ({number})", like.title),
                aim: like.aim.clone(),
                source: like.source.clone(),
                owner: like.owner.clone(),
                starts_on: self.today - Days::new(300),
                ends_on: None,
            })
            .collect();
        store::Priority::insert(&mut change, &priorities).await?;
        store::Changeover::insert(&mut change, &store::Changeover::of(trust, self.calendar.changeovers())).await?;
        change.commit().await
    }

    async fn people(&mut self, count: i64) -> Result<(), Error> {
        let at = moment(self.now - Duration::days(400));
        let (mut people, mut addresses, mut posts) = (Vec::new(), Vec::new(), Vec::new());
        let names: Vec<(&str, &str)> =
            self.scenario.trust.people.iter().filter_map(|person| person.name.rsplit_once(' ')).collect();
        for number in 0..count {
            let department = place(number, self.departments.len());
            // Shifted by one from round to round, so that every department has both trainees and others.
            let kind = (number + number / DEPARTMENTS) % 10;
            let trainee = kind < 5;
            let (grade, staff) = grade_and_staff(kind);
            let terms = self.terms(department, kind);
            let id = PersonId::new();
            let first = names.get(place(number * 7, names.len())).map_or("", |name| name.0);
            let family = names.get(place(number * 11 + 3, names.len())).map_or("", |name| name.1);
            people.push(store::Person { id, name: format!("{first} {family}"), created_at: at.clone() });
            addresses.push(store::Address {
                id: uuid::Uuid::now_v7(),
                person_id: id,
                address: format!("person{number}@measured{}.example", self.number),
                verified_at: Some(at.clone()),
                created_at: at.clone(),
            });
            for (department, starts_on, ends_on) in &terms {
                posts.push(store::Post {
                    id: PostId::new(),
                    person_id: id,
                    trust_id: self.trust,
                    department_id: self.departments.get(*department).copied().ok_or(Error::Internal)?,
                    staff_group: staff.to_owned(),
                    grade: grade.to_owned(),
                    starts_on: *starts_on,
                    ends_on: *ends_on,
                    percent: 100,
                    end_confirmed: kind % 3 == 0 && ends_on.is_some(),
                    said_at: None,
                });
            }
            let since = terms.first().map_or(self.today, |term| term.1);
            let leaves = terms.iter().all(|term| term.2.is_some_and(|last| last < self.calendar.date(When::next(0))));
            self.workers.push(Worker { id, trainee, since, leaves });
        }
        let lead = self.workers.iter().find(|worker| !worker.trainee).ok_or(Error::Internal)?;
        let role = store::TrustRole {
            person_id: lead.id,
            trust_id: self.trust,
            role: "academy_lead".to_owned(),
            granted_at: at,
            from_on: Some(self.today - Days::new(900)),
        };
        let mut change = self.store.write().await?;
        store::Person::insert(&mut change, &people).await?;
        store::Address::insert(&mut change, &addresses).await?;
        let ties: Vec<_> = people.iter().map(|person| store::Tie::of(person, self.trust)).collect();
        store::Tie::insert(&mut change, &ties).await?;
        // Everybody can sign in, so that they are asked what they would be.
        let passwords: Vec<_> = people.iter().map(store::Credential::of).collect();
        store::Credential::insert(&mut change, &passwords).await?;
        store::Post::insert(&mut change, &posts).await?;
        store::TrustRole::insert(&mut change, &[role]).await?;
        change.commit().await
    }

    /// Where somebody works from when to when: foundation doctors come from another department of the trust, and
    /// those in their first year go on to one; who has a permanent post stays.
    fn terms(&self, department: usize, kind: i64) -> Vec<(usize, NaiveDate, Option<NaiveDate>)> {
        let date = |when| self.calendar.date(when);
        let other = (department + 1) % self.departments.len().max(1);
        let before = (other, date(When::before(0)), Some(date(When::last(-1))));
        let now = (department, date(When::last(0)), Some(date(When::next(-1))));
        match kind {
            0..2 => vec![before, now, (other, date(When::next(0)), Some(date(When::after(-1))))],
            2..4 => vec![before, now],
            4 => vec![(department, date(When::before(0)), Some(date(When::after(-1))))],
            5..8 => vec![(department, self.today - Days::new(2000), None)],
            8 => vec![(department, self.today - Days::new(1100), None)],
            _ => vec![(department, self.today - Days::new(1050), None)],
        }
    }

    /// Somebody of the department who fits.
    fn somebody(&mut self, department: usize, fits: impl Fn(&Worker) -> bool) -> Option<Worker> {
        let departments = self.departments.len();
        let tries = self.workers.len() / departments;
        let start = self.chance.usize(0..tries);
        (0..tries)
            .map(|step| department + departments * ((start + step) % tries))
            .filter_map(|at| self.workers.get(at).copied())
            .find(fits)
    }

    async fn projects(&mut self, count: i64, measurements: i64) -> Result<(), Error> {
        let mut left = Left { points: measurements, projects: count };
        let mut done = 0;
        while done < count {
            let mut rows = super::Rows::default();
            let mut registered = Vec::new();
            for number in done..(done + PROJECTS_AT_ONCE).min(count) {
                registered.push(self.project(number, count, &mut left, &mut rows)?);
            }
            done += PROJECTS_AT_ONCE;
            let mut change = self.store.write().await?;
            rows.insert(&mut change).await?;
            for (at, author, project) in registered {
                let mut allowed = access::system(RegisterProject(self.trust), Some(self.trust), at);
                allowed.actor = Some(author);
                history::record(&mut change, &allowed, Entry::project(project, "registered the project")).await?;
            }
            change.commit().await?;
        }
        let mut change = self.store.write().await?;
        store::index_all(&mut change, self.trust).await?;
        store::Counter::insert(
            &mut change,
            &[store::Counter { trust_id: self.trust, year: self.today.year(), last: count }],
        )
        .await?;
        change.commit().await
    }

    /// One project; the oldest come first. Returns when and by whom it was registered.
    #[expect(
        clippy::too_many_lines,
        reason = "half of it is the columns of one row; the chances are drawn in a fixed order, on which the data hangs"
    )]
    fn project(
        &mut self,
        number: i64,
        count: i64,
        left: &mut Left,
        rows: &mut super::Rows,
    ) -> Result<(DateTime<Utc>, PersonId, ProjectId), Error> {
        let id = ProjectId::new();
        let age = 1000 - number * 990 / count;
        let at = self.now - Duration::days(age);
        let on = self.today - Duration::days(age);
        let department = self.chance.usize(0..self.departments.len());
        let lead = self.somebody(department, |one| one.trainee).ok_or(Error::Internal)?;
        let stays = self.somebody(department, |one| !one.trainee).ok_or(Error::Internal)?.id;
        let (status, review_on) = match self.chance.u8(0..100) {
            _ if number == count - 1 => ("active", None),
            0..55 if age > 300 => ("closed", None),
            0..8 => ("sustaining", Some(self.today + Days::new(40))),
            8..13 => ("paused", Some(self.today + Days::new(20))),
            _ => ("active", None),
        };
        let closed = status == "closed";
        let closed_on = closed.then(|| on + Days::new(200));
        let titles = &self.scenario.titles;
        let title = titles.get(self.chance.usize(0..titles.len())).map_or("", |title| title.title.as_str());
        let change = CHANGES.get(self.chance.usize(0..CHANGES.len())).copied().unwrap_or_default();
        let like = &self.scenario.projects;
        let like = like.get(self.chance.usize(0..like.len())).ok_or(Error::Internal)?;
        let aim = like.aim.clone().map(|(what, whom, how_much, _)| (what, whom, how_much)).unwrap_or_default();
        rows.projects.push(store::Project {
            id,
            trust_id: self.trust,
            reference: Some(format!("QI-{}-{:05}", self.today.year(), number + 1)),
            title: format!("{title} {change}"),
            problem: like.problem.clone(),
            kind: like.kind.clone(),
            department_id: self.departments.get(department).copied().ok_or(Error::Internal)?,
            status: status.to_owned(),
            review_on,
            closed_reason: closed.then(|| "completed".to_owned()),
            closed_on,
            closed_note: String::new(),
            merged_into: None,
            origin: "idea".to_owned(),
            origin_note: String::new(),
            local_need: String::new(),
            aim_what: aim.0,
            aim_whom: aim.1,
            aim_how_much: aim.2,
            aim_by: Some(on + Days::new(250)),
            standard: String::new(),
            standard_source: String::new(),
            standard_level: String::new(),
            reaudit_on: None,
            author_id: lead.id,
            created_at: moment(at),
            updated_at: moment(at + Duration::days(age / 2)),
            submitted_at: Some(moment(at)),
            last_active_on: Some(match closed_on {
                Some(day) => day.min(self.today),
                // Every twelfth has been quiet since half of its age.
                None if number % 12 == 5 => on + Duration::days(age / 2),
                None => (self.today - Duration::days(number % 30)).max(on),
            }),
        });
        if number % 5 != 0 {
            rows.tasks.push(store::Task {
                id: TaskId::new(),
                project_id: id,
                what: "Show the ward its own figures".to_owned(),
                person_id: Some(lead.id),
                due_on: Some(self.today + Days::new(9)),
                done_at: None,
                done_by: None,
                author_id: lead.id,
                created_at: moment(at),
            });
        }
        let priority = self.chance.usize(0..self.priorities.len());
        rows.priorities.extend(
            self.priorities
                .get(priority)
                .map(|priority| store::ProjectPriority { project_id: id, priority_id: *priority }),
        );
        self.team(
            Told { id, number, age, on, at, closed_on, department, lead, stays, active: status == "active" },
            rows,
        );
        let measure = self.measures(id, on, lead.id, left, rows);
        if status == "active" {
            self.first = Some((lead.id, id, measure));
        }
        Ok((at, lead.id, id))
    }

    /// Who leads a project, who supervises it and who else is in it, with its handovers.
    fn team(&mut self, told: Told, rows: &mut super::Rows) {
        let Told { id, number, age, on, at, closed_on, department, lead, stays, active } = told;
        let (places, offers) = (rows.team.len(), rows.handovers.len());
        let role = |person, role: &str, from_on, until_on| place_in_team(id, person, role, from_on, until_on, at);
        let mut lead_from = on;
        if closed_on.is_none() && on < lead.since {
            // Trainees came later than the project: somebody who stays led it until then.
            lead_from = lead.since;
            if let Some(former) = self.somebody(department, |one| !one.trainee && one.id != stays) {
                rows.team.push(role(former.id, "lead", on, Some(lead_from)));
                rows.handovers.push(self.handover(id, former.id, lead.id, "agreed", lead_from, at));
            }
        }
        let (lost, next_on) = (closed_on.is_none() && number % 12 == 3 && age > 60, self.calendar.date(When::next(0)));
        let goes_on = |one: &Worker| one.trainee && !one.leaves && one.id != lead.id;
        let next = if active && !lost { self.somebody(department, goes_on) } else { None };
        match next {
            // Some have nobody any more: the pool has to hold something.
            None if lost => rows.team.push(role(lead.id, "lead", lead_from, Some(self.today - Days::new(30)))),
            Some(next) if lead.leaves && number % 3 == 1 => {
                rows.team.push(role(lead.id, "lead", lead_from, Some(next_on)));
                rows.team.push(role(next.id, "lead", next_on, None));
                let offered = self.now - Duration::days(12);
                rows.handovers.push(self.handover(id, lead.id, next.id, "agreed", next_on, offered));
            }
            Some(next) if number % 20 == 0 => {
                rows.team.push(role(lead.id, "lead", lead_from, None));
                let offered = self.now - Duration::days(5);
                rows.handovers.push(self.handover(id, lead.id, next.id, "offered", next_on, offered));
            }
            _ => rows.team.push(role(lead.id, "lead", lead_from, closed_on)),
        }
        if number % 7 != 0 {
            rows.team.push(role(stays, "supervisor", on, None));
        }
        let trainee = number % 2 == 0;
        let member = self.somebody(department, |one| one.trainee == trainee && ![lead.id, stays].contains(&one.id));
        rows.team.extend(member.map(|member| role(member.id, "member", on, closed_on)));
        store::TeamRole::tie_to_handovers(&mut rows.team[places..], &rows.handovers[offers..]);
    }

    fn handover(
        &self,
        project: ProjectId,
        from: PersonId,
        to: PersonId,
        state: &str,
        effect: NaiveDate,
        at: DateTime<Utc>,
    ) -> store::Handover {
        store::Handover {
            id: HandoverId::new(),
            project_id: project,
            from_person: Some(from),
            to_person: Some(to),
            to_pool: false,
            state: state.to_owned(),
            takes_effect_on: Some(effect),
            summary: "Half of the way to the aim.".to_owned(),
            next_step: "Show the ward its own figures".to_owned(),
            next_step_on: Some(effect + Days::new(9)),
            files: "Shared drive".to_owned(),
            not_repeat: String::new(),
            approvals: String::new(),
            approvals_expire_on: None,
            helped: String::new(),
            created_by: from,
            created_at: moment(at),
            offered_at: Some(moment(at)),
            ended_at: (state == "agreed").then(|| moment(at)),
            shared_after_leaving: false,
        }
    }

    /// One to three measures with weekly points up to a few days ago; the id of the first.
    fn measures(
        &mut self,
        project: ProjectId,
        on: NaiveDate,
        by: PersonId,
        left: &mut Left,
        rows: &mut super::Rows,
    ) -> MeasureId {
        let first = MeasureId::new();
        let share = left.points / left.projects.max(1);
        let mut points = if left.projects == 1 { left.points } else { self.chance.i64(share / 2..=share * 3 / 2) };
        left.projects -= 1;
        left.points -= points;
        let count = self.chance.i64(1..=3);
        for position in 1..=count {
            let id = if position == 1 { first } else { MeasureId::new() };
            let mine = if position == count { points } else { points / (count - position + 1) };
            points -= mine;
            let last_on = self.today - Days::new(self.chance.u64(1..14));
            let starts_on = (last_on - Duration::days(7 * (mine - 1).max(0))).min(on);
            let percentage = self.chance.u8(0..10) < 7;
            rows.measures.push(store::Measure {
                id,
                project_id: project,
                name: format!("Done in time, sample {position}"),
                definition: "Of all patients on the day of the count: those in whom it was done in time.".to_owned(),
                kind: "process".to_owned(),
                data_type: if percentage { "percentage" } else { "measurement" }.to_owned(),
                unit: if percentage { "%" } else { "hours" }.to_owned(),
                per: None,
                direction: "increase".to_owned(),
                target: Some(85.0),
                every_days: Some(7),
                source: "Electronic record".to_owned(),
                collector: "Whoever leads".to_owned(),
                starts_on,
                position,
                last_on: (mine > 0).then_some(last_on),
                created_at: moment(self.now - Duration::days(5)),
            });
            for entry in 1..=mine {
                let of = self.chance.i64(10..=30);
                let hits = self.chance.i64(of / 3..=of);
                rows.measurements.push(store::Measurement {
                    id: MeasurementId::new(),
                    measure_id: id,
                    taken_on: last_on - Duration::days(7 * (mine - entry)),
                    entry,
                    value: (!percentage).then(|| as_f64(hits) * 1.5),
                    numerator: percentage.then(|| as_f64(hits)),
                    denominator: percentage.then(|| as_f64(of)),
                    note: if self.chance.u8(0..40) == 0 { "Bank holiday".to_owned() } else { String::new() },
                    state: if self.chance.u8(0..50) == 0 { "excluded" } else { "current" }.to_owned(),
                    reason: String::new(),
                    recorded_by: by,
                    recorded_at: moment(self.now - Duration::days(3)),
                });
            }
        }
        first
    }

    async fn sessions(&self) -> Result<BenchTargets, Error> {
        let (trainee, project, measure) = self.first.ok_or(Error::Internal)?;
        let lead = self.workers.iter().find(|worker| !worker.trainee).ok_or(Error::Internal)?;
        let sessions = Sessions { secure: false, idle: Duration::hours(1), absolute: Duration::hours(12) };
        let mut change = self.store.write().await?;
        let first = sessions.begin(&mut change, None, (trainee, self.trust), false, self.now).await?;
        let second = sessions.begin(&mut change, None, (lead.id, self.trust), false, self.now).await?;
        change.commit().await?;
        let pair = |token: &str| cookie::set_session(sessions, token).split(';').next().unwrap_or_default().to_owned();
        Ok(BenchTargets { trainee: pair(&first), academy_lead: pair(&second), project, measure })
    }
}

/// What decides who is in a project.
struct Told {
    id: ProjectId,
    number: i64,
    age: i64,
    on: NaiveDate,
    at: DateTime<Utc>,
    closed_on: Option<NaiveDate>,
    department: usize,
    lead: Worker,
    stays: PersonId,
    active: bool,
}

fn place_in_team(
    project: ProjectId,
    person: PersonId,
    role: &str,
    from_on: NaiveDate,
    until_on: Option<NaiveDate>,
    at: DateTime<Utc>,
) -> store::TeamRole {
    store::TeamRole {
        id: TeamRoleId::new(),
        project_id: project,
        person_id: person,
        role: role.to_owned(),
        state: "accepted".to_owned(),
        opened_by: "team".to_owned(),
        message: String::new(),
        from_on,
        until_on,
        contribution: String::new(),
        asked_at: moment(at),
        answered_at: Some(moment(at)),
        answered_by: Some(person),
        confirmed_until: None,
        begun_by: None,
        ended_by: None,
    }
}

/// What is still to be shared out among the projects.
struct Left {
    points: i64,
    projects: i64,
}

fn grade_and_staff(kind: i64) -> (&'static str, &'static str) {
    match kind {
        0..2 => ("FY1", "Medical"),
        2..4 => ("FY2", "Medical"),
        4 => ("ST4", "Medical"),
        5..8 => ("Consultant", "Medical"),
        8 => ("Ward manager", "Nursing"),
        _ => ("Clinical pharmacist", "Pharmacy"),
    }
}

fn place(number: i64, of: usize) -> usize {
    usize::try_from(number).unwrap_or_default() % of.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::derived::DERIVED;
    use crate::testing::noon;

    #[tokio::test]
    async fn every_point_that_was_asked_for_is_there_and_the_store_checks_sound() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("bulk.db");
        let store = Store::open(&file, DERIVED).await.expect("a store");
        let size = Size { trusts: 2, people: 400, projects: 60, measurements: 1500 };
        let handles = fill(&store, size, noon()).await.expect("filled");
        assert!(handles.trainee.starts_with("baton="));
        let mut conn = store.read().await.expect("a reader");
        let counts: (i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from person), (select count(*) from project), (select count(*) from measurement)",
        )
        .fetch_one(&mut *conn)
        .await
        .expect("counts");
        assert_eq!(counts, (400, 60, 1500));
        let led: Vec<(bool, i64)> = sqlx::query_as(
            "select s.lead_id is not null, count(*) from standing s
             where s.state <> 'ended' and s.from_on <= $1 and s.until_on > $1 group by 1 order by 1",
        )
        .bind(date_in_london(noon()))
        .fetch_all(&mut *conn)
        .await
        .expect("standings");
        let [(false, looking), (true, led)] = led[..] else { panic!("some are led, and some are not: {led:?}") };
        assert!(led > 5 * looking, "most are led: {led} to {looking}");
        let (leads, unreached, asked): (i64, i64, i64) = sqlx::query_as(
            "select (select count(*) from desk where person_id is not null and from_on <= $1 and until_on > $1),
                (select count(*) from ask where kind = 'cannot_be_reached'),
                (select count(*) from ask where audience = 'desk' and from_on <= $1 and until_on > $1)",
        )
        .bind(date_in_london(noon()))
        .fetch_one(&mut *conn)
        .await
        .expect("asks");
        assert_eq!((leads, unreached), (2, 0), "an academy lead of each trust can act, and everybody can be reached");
        assert!(asked > 5, "the academy is asked something: {asked}");
        drop(conn);
        assert!(fill(&store, size, noon()).await.is_err(), "only an empty store is filled");
        store.close().await;
        assert_eq!(crate::operator::check(&file).await.expect("a check").faults, Vec::<String>::new());
    }
}
