//! The demonstration trust: what a visitor sees first. Titles and priorities are published ones, kept
//! with their sources; the trust, its people and what they did are invented.

pub mod bulk;
mod calendar;
mod progress;
mod scenario;
mod series;
pub(crate) mod store;

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, Utc};

use crate::access::{self, DefineMeasure, RegisterProject};
use crate::clock::date_in_london;
use crate::db::{Connection, Store};
use crate::drivers::model::Level;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{
    CycleId, DepartmentId, DriverId, HandoverId, LinkId, MeasureId, MeasurementId, PersonId, PostId, PriorityId,
    ProjectId, SiteId, TeamRoleId, TrustId,
};
use crate::measures::store::{settle, unsettled};
use calendar::{Calendar, When};
use scenario::Scenario;
use store::moment;

/// A merged project was active: what undoing the merge gives back.
const BEFORE_THE_MERGE: &str =
    r#"{"status":"active","review_on":null,"closed_reason":null,"closed_on":null,"closed_note":""}"#;
const SEED: u64 = 20_260_304;

/// Fills an empty store with the demonstration trust; whether it did. What it tells is dated relative
/// to `now`.
///
/// # Errors
/// When the store holds a trust that is not the demonstration, or cannot write.
pub async fn fill(store: &Store, now: DateTime<Utc>) -> Result<bool, Error> {
    let scenario = Scenario::read()?;
    let mut change = store.write().await?;
    match store::holds(&mut change).await? {
        Some(true) => return Ok(false),
        Some(false) => {
            return Err(Error::form(
                "This store holds a trust that is not the demonstration. Give --data with a file that is not there yet.",
            ));
        }
        None => {}
    }
    Filler::new(&scenario, now).fill(&mut change).await?;
    for (measure, project, trust) in unsettled(&mut change).await? {
        settle(&mut change, &access::system(DefineMeasure(project), Some(trust), now), measure).await?;
    }
    change.commit().await?;
    Ok(true)
}

/// Something that was done, to be recorded in the order of its moments.
struct Event {
    at: DateTime<Utc>,
    actor: Option<PersonId>,
    entry: Entry,
}

struct Filler<'a> {
    scenario: &'a Scenario,
    now: DateTime<Utc>,
    calendar: Calendar,
    chance: fastrand::Rng,
    trust: TrustId,
    departments: HashMap<&'a str, DepartmentId>,
    people: HashMap<&'a str, PersonId>,
    priorities: HashMap<&'a str, PriorityId>,
    titles: HashMap<&'a str, &'a scenario::Title>,
    projects: HashMap<&'a str, ProjectId>,
    events: Vec<Event>,
}

fn known<T: Copy>(map: &HashMap<&str, T>, key: &str) -> Result<T, Error> {
    map.get(key).copied().ok_or_else(|| Error::form(format!("The demonstration knows no {key}.")))
}

impl<'a> Filler<'a> {
    fn new(scenario: &'a Scenario, now: DateTime<Utc>) -> Self {
        Self {
            scenario,
            now,
            calendar: Calendar::new(date_in_london(now)),
            chance: fastrand::Rng::with_seed(SEED),
            trust: TrustId::new(),
            departments: scenario.trust.departments.iter().map(|d| (d.key.as_str(), DepartmentId::new())).collect(),
            people: scenario.trust.people.iter().map(|p| (p.key.as_str(), PersonId::new())).collect(),
            priorities: scenario.priorities.iter().map(|p| (p.key.as_str(), PriorityId::new())).collect(),
            titles: scenario.titles.iter().map(|t| (t.key.as_str(), t)).collect(),
            projects: scenario.projects.iter().map(|p| (p.title.as_str(), ProjectId::new())).collect(),
            events: Vec::new(),
        }
    }

    async fn fill(mut self, conn: &mut Connection) -> Result<(), Error> {
        store::add_trust(conn, self.trust, &self.scenario.trust.trust, true, self.now).await?;
        self.organisation(conn).await?;
        self.priorities(conn).await?;
        self.projects(conn).await?;
        store::index_all(conn, self.trust).await?;
        self.links(conn).await?;
        self.events.sort_by_key(|event| event.at);
        for event in self.events {
            let mut allowed = access::system(RegisterProject(self.trust), Some(self.trust), event.at);
            allowed.actor = event.actor;
            "demonstration".clone_into(&mut allowed.request);
            history::record(conn, &allowed, event.entry).await?;
        }
        Ok(())
    }

    fn date(&self, when: When) -> NaiveDate {
        self.calendar.date(when)
    }

    fn maybe(&self, when: Option<When>) -> Option<NaiveDate> {
        when.map(|when| self.date(when))
    }

    /// Some moment in the working day, and never one to come.
    fn moment(&mut self, on: NaiveDate) -> DateTime<Utc> {
        let minutes = self.chance.u32(0..9 * 60);
        let time = NaiveTime::from_hms_opt(8 + minutes / 60, minutes % 60, 0).unwrap_or_default();
        on.and_time(time).and_utc().min(self.now)
    }

    fn person(&self, key: &str) -> Result<PersonId, Error> {
        known(&self.people, key)
    }

    async fn organisation(&mut self, conn: &mut Connection) -> Result<(), Error> {
        let trust = self.trust;
        let sites: Vec<store::Site> = self
            .scenario
            .trust
            .sites
            .iter()
            .map(|name| store::Site { id: SiteId::new(), trust_id: trust, name: name.clone() })
            .collect();
        let mut departments = Vec::new();
        for department in &self.scenario.trust.departments {
            let site = sites.get(department.site).ok_or_else(|| Error::form("A department has no site."))?;
            departments.push(store::Department {
                id: known(&self.departments, &department.key)?,
                trust_id: trust,
                site_id: site.id,
                name: department.name.clone(),
                specialty: department.specialty.clone(),
            });
        }
        let (mut people, mut addresses, mut posts, mut roles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for person in &self.scenario.trust.people {
            let id = self.person(&person.key)?;
            let since = person.posts.iter().map(|(_, from, _)| self.date(*from)).min().unwrap_or(self.calendar.today);
            let at = moment(self.moment(since.min(self.calendar.today)));
            people.push(store::Person { id, name: person.name.clone(), created_at: at.clone() });
            addresses.push(store::Address {
                id: uuid::Uuid::now_v7(),
                person_id: id,
                address: format!("{}@tamarvale.example", person.name.to_lowercase().replace(' ', ".")),
                // Who has no post is somebody whom a colleague named, and has not signed in.
                verified_at: (!person.posts.is_empty()).then(|| at.clone()),
                created_at: at.clone(),
            });
            let said = person.said.map(|on| moment(self.moment(self.date(on))));
            posts.extend(self.posts(person, said.as_deref())?);
            if let Some(role) = &person.role {
                let from_on = self.maybe(person.role_from);
                let (person_id, trust_id, role, granted_at) = (id, trust, role.clone(), at);
                roles.push(store::TrustRole { person_id, trust_id, role, granted_at, from_on });
            }
        }
        store::Site::insert(conn, &sites).await?;
        store::Department::insert(conn, &departments).await?;
        store::Person::insert(conn, &people).await?;
        store::Address::insert(conn, &addresses).await?;
        let ties: Vec<_> = people.iter().map(|person| store::Tie::of(person, self.trust)).collect();
        store::Tie::insert(conn, &ties).await?;
        store::Post::insert(conn, &posts).await?;
        store::TrustRole::insert(conn, &roles).await?;
        store::Changeover::insert(conn, &store::Changeover::of(trust, self.calendar.changeovers())).await
    }

    /// Somebody's posts; of the last one they said when it ends at `said`.
    fn posts(&self, person: &scenario::Person, said: Option<&str>) -> Result<Vec<store::Post>, Error> {
        let post = |(at, (department, from, until)): (usize, &(String, When, Option<When>))| {
            let said_at = said.filter(|_| at == person.posts.len()).map(str::to_owned);
            Ok(store::Post {
                id: PostId::new(),
                person_id: self.person(&person.key)?,
                trust_id: self.trust,
                department_id: known(&self.departments, department)?,
                staff_group: person.staff.clone(),
                grade: person.grade.clone(),
                starts_on: self.date(*from),
                ends_on: self.maybe(*until).map(|day| day - Days::new(1)),
                percent: person.percent,
                end_confirmed: said_at.is_some(),
                said_at,
            })
        };
        (1..).zip(&person.posts).map(post).collect()
    }

    async fn priorities(&mut self, conn: &mut Connection) -> Result<(), Error> {
        let starts_on = self.calendar.today - Days::new(230);
        let mut rows = Vec::new();
        for priority in &self.scenario.priorities {
            rows.push(store::Priority {
                id: known(&self.priorities, &priority.key)?,
                trust_id: self.trust,
                title: priority.title.clone(),
                aim: priority.aim.clone(),
                source: priority.source.clone(),
                owner: priority.owner.clone(),
                starts_on,
                ends_on: Some(starts_on + Days::new(730)),
            });
        }
        store::Priority::insert(conn, &rows).await
    }

    async fn projects(&mut self, conn: &mut Connection) -> Result<(), Error> {
        let mut order: Vec<&scenario::Project> = self.scenario.projects.iter().collect();
        order.sort_by_key(|project| self.date(project.registered));
        let mut rows = Rows::default();
        let mut last: HashMap<i32, i64> = HashMap::new();
        for project in order {
            let reference = (project.status != "draft").then(|| {
                let year = self.date(project.registered).year();
                let number = last.entry(year).and_modify(|last| *last += 1).or_insert(1);
                format!("QI-{year}-{number:04}")
            });
            self.project(project, reference, &mut rows)?;
        }
        rows.projects.sort_by_key(|project| project.merged_into.is_some());
        let counters: Vec<store::Counter> =
            last.into_iter().map(|(year, last)| store::Counter { trust_id: self.trust, year, last }).collect();
        rows.insert(conn).await?;
        store::Counter::insert(conn, &counters).await
    }

    #[expect(clippy::too_many_lines, reason = "half of it is the columns of one row")]
    fn project(
        &mut self,
        project: &scenario::Project,
        reference: Option<String>,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let id = known(&self.projects, &project.title)?;
        let draft = reference.is_none();
        let registered = self.date(project.registered);
        let submitted = self.moment(registered);
        let lead = project.team.iter().find(|role| role.role == "lead" || role.role == "supervisor");
        let author = match (&project.author, lead) {
            (Some(author), _) => self.person(author)?,
            (None, Some(role)) => self.person(&role.who)?,
            (None, None) => return Err(Error::form(format!("{} has no author.", project.title))),
        };
        let (aim_what, aim_whom, aim_how_much, aim_by) = match project.aim.clone() {
            Some((what, whom, how_much, by)) => (what, whom, how_much, Some(by)),
            None => Default::default(),
        };
        let (origin, origin_note) = project.origin.clone().unwrap_or_else(|| ("idea".to_owned(), String::new()));
        let title = known(&self.titles, &project.title)?;
        let origin_note =
            format!("{origin_note} The title is a published one: {}", title.source).trim_start().to_owned();
        let (standard, standard_source, standard_level, reaudit) = match project.standard.clone() {
            Some((standard, source, level, on)) => (standard, source, level, Some(on)),
            None => Default::default(),
        };
        let (closed_reason, closed_on, closed_note) = match project.closed.clone() {
            Some((reason, on, note)) => (Some(reason), Some(self.date(on)), note),
            None => Default::default(),
        };
        let merged_into = project.merged_into.as_deref().map(|key| known(&self.projects, key)).transpose()?;

        let (earlier, places) = (self.events.len(), rows.team.len());
        let (offers, points) = (rows.handovers.len(), rows.measurements.len());
        self.event(submitted, Some(author), if draft { "began a draft" } else { "registered the project" }, id);
        for priority in &project.priorities {
            rows.priorities
                .push(store::ProjectPriority { project_id: id, priority_id: known(&self.priorities, priority)? });
        }
        self.team(project, id, rows)?;
        let measures = self.measures(project, id, rows)?;
        let ideas = self.drivers(project, id, &measures, rows)?;
        self.cycles(project, id, &ideas, rows)?;
        self.progress(project, id, rows)?;
        for handover in &project.handovers {
            self.handover(handover, id, &measures, rows)?;
        }
        store::TeamRole::tie_to_handovers(&mut rows.team[places..], &rows.handovers[offers..]);
        if let (Some(on), Some(reason)) = (closed_on, &closed_reason) {
            let at = self.moment(on);
            let action = if reason == "merged" { "merged into another project" } else { "closed the project" };
            let by = if reason == "merged" { self.person("margaret")? } else { self.lead(project, on)? };
            self.event(at, Some(by), action, id);
        }
        let updated = self.events.iter().skip(earlier).map(|event| event.at).max().unwrap_or(submitted);
        let measured = rows.measurements[points..].iter().map(|point| point.taken_on).max();
        let last_active_on = measured.into_iter().chain([date_in_london(updated)]).max();
        rows.projects.push(store::Project {
            id,
            trust_id: self.trust,
            reference,
            title: title.title.clone(),
            problem: project.problem.clone(),
            kind: project.kind.clone(),
            department_id: known(&self.departments, &project.department)?,
            status: project.status.clone(),
            review_on: self.maybe(project.look_again),
            closed_reason,
            closed_on,
            closed_note,
            merged_into,
            origin,
            origin_note,
            local_need: project.local_need.clone(),
            aim_what,
            aim_whom,
            aim_how_much,
            aim_by: self.maybe(aim_by),
            standard,
            standard_source,
            standard_level,
            reaudit_on: self.maybe(reaudit),
            author_id: author,
            created_at: moment(submitted),
            updated_at: moment(updated),
            submitted_at: (!draft).then(|| moment(submitted)),
            last_active_on,
        });
        Ok(())
    }

    fn event(&mut self, at: DateTime<Utc>, actor: Option<PersonId>, action: &'static str, project: ProjectId) {
        self.events.push(Event { at, actor, entry: Entry::project(project, action) });
    }

    fn team(&mut self, project: &scenario::Project, id: ProjectId, rows: &mut Rows) -> Result<(), Error> {
        for role in &project.team {
            let person = self.person(&role.who)?;
            let from_on = self.date(role.from);
            let asked_at = self.moment(from_on.min(self.calendar.today));
            let answered = role.state != "asked";
            rows.team.push(store::TeamRole {
                id: TeamRoleId::new(),
                project_id: id,
                person_id: person,
                role: role.role.clone(),
                state: role.state.clone(),
                opened_by: role.opened_by.clone(),
                message: role.message.clone(),
                from_on,
                until_on: self.maybe(role.until),
                contribution: role.contribution.clone(),
                asked_at: moment(asked_at),
                answered_at: answered.then(|| moment(asked_at)),
                answered_by: answered.then_some(person),
                confirmed_until: self.maybe(role.confirmed),
                begun_by: None,
                ended_by: None,
            });
        }
        Ok(())
    }

    fn measures(
        &mut self,
        project: &scenario::Project,
        id: ProjectId,
        rows: &mut Rows,
    ) -> Result<Vec<MeasureId>, Error> {
        let mut ids = Vec::new();
        for (position, measure) in (1..).zip(&project.measures) {
            let measure_id = MeasureId::new();
            ids.push(measure_id);
            let points = measure.series.as_ref().map_or_else(Vec::new, |series| {
                series.points(&measure.data, measure.per, measure.every, &self.calendar, &mut self.chance)
            });
            let starts_on = points.first().map_or(self.date(project.registered), |point| point.on);
            let made = self.moment(self.date(project.registered).max(starts_on).min(self.calendar.today));
            let lead = self.lead(project, self.calendar.date(project.registered))?;
            self.events.push(Event {
                at: made,
                actor: Some(lead),
                entry: Entry::new("measure", measure_id, "defined a measure").in_project(id).change(
                    "Name",
                    "",
                    &measure.name,
                ),
            });
            rows.measures.push(store::Measure {
                id: measure_id,
                project_id: id,
                name: measure.name.clone(),
                definition: measure.definition.clone(),
                kind: measure.kind.clone(),
                data_type: measure.data.clone(),
                unit: measure.unit.clone(),
                per: measure.per,
                direction: measure.better.clone(),
                target: measure.target,
                every_days: measure.every,
                source: measure.source.clone(),
                collector: measure.collector.clone(),
                starts_on,
                position,
                last_on: points.last().map(|point| point.on),
                created_at: moment(made),
            });
            for (entry, point) in (1..).zip(points) {
                let by = self.lead(project, point.on)?;
                let at = self.moment(point.on);
                rows.measurements.push(store::Measurement {
                    id: MeasurementId::new(),
                    measure_id,
                    taken_on: point.on,
                    entry,
                    value: point.value,
                    numerator: point.ratio.map(|ratio| ratio.0),
                    denominator: point.ratio.map(|ratio| ratio.1),
                    note: point.note,
                    state: if point.excluded.is_some() { "excluded" } else { "current" }.to_owned(),
                    reason: point.excluded.unwrap_or_default(),
                    recorded_by: by,
                    recorded_at: moment(at),
                });
            }
        }
        Ok(ids)
    }

    /// Who worked on it that day: its lead, or whoever stands first in its team.
    fn lead(&self, project: &scenario::Project, on: NaiveDate) -> Result<PersonId, Error> {
        let leads = |role: &&scenario::TeamRole| {
            role.role == "lead" && self.date(role.from) <= on && role.until.is_none_or(|until| self.date(until) > on)
        };
        let role = project.team.iter().find(leads).or(project.team.first());
        let key = role.map(|role| role.who.as_str()).or(project.author.as_deref()).unwrap_or_default();
        self.person(key)
    }

    /// The driver diagram; gives its change ideas by their words.
    fn drivers<'p>(
        &mut self,
        project: &'p scenario::Project,
        id: ProjectId,
        measures: &[MeasureId],
        rows: &mut Rows,
    ) -> Result<HashMap<&'p str, DriverId>, Error> {
        let on = self.date(project.registered);
        let (at, by) = (self.moment(on), self.lead(project, on)?);
        let mut ideas = HashMap::new();
        let mut add = |rows: &mut Rows, parent_id, level: Level, text: &str, position| {
            let driver = DriverId::new();
            let entry = Entry::new("driver", driver, "added to the driver diagram").in_project(id);
            self.events.push(Event { at, actor: Some(by), entry: entry.change(level.label(), "", text) });
            let (level, text, created_at) = (level.to_string(), text.to_owned(), moment(at));
            rows.drivers.push(store::Driver {
                id: driver,
                project_id: id,
                parent_id,
                level,
                text,
                position,
                created_at,
            });
            driver
        };
        for (position, primary) in (1..).zip(&project.drivers) {
            let first = add(rows, None, Level::Primary, &primary.text, position);
            let mut both = vec![(first, primary)];
            for (position, secondary) in (1..).zip(&primary.secondary) {
                both.push((add(rows, Some(first), Level::Secondary, &secondary.text, position), secondary));
            }
            for (driver_id, driver) in both {
                // After the secondary drivers, which stand in the same place.
                for (position, idea) in (100..).zip(&driver.ideas) {
                    ideas.insert(idea.as_str(), add(rows, Some(driver_id), Level::Idea, idea, position));
                }
                for measure in &driver.measures {
                    let measure_id = measures.get(*measure).copied();
                    let measure_id = measure_id.ok_or_else(|| Error::form("A driver has no such measure."))?;
                    rows.driver_measures.push(store::DriverMeasure { driver_id, measure_id });
                }
            }
        }
        Ok(ideas)
    }

    fn cycles(
        &mut self,
        project: &scenario::Project,
        id: ProjectId,
        ideas: &HashMap<&str, DriverId>,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let mut ids: Vec<CycleId> = Vec::new();
        for (number, cycle) in (1..).zip(&project.cycles) {
            let starts_on = self.date(cycle.from);
            let made = self.moment(starts_on.min(self.calendar.today));
            let cycle_id = CycleId::new();
            self.events.push(Event {
                at: made,
                actor: self.lead(project, starts_on).ok(),
                entry: Entry::new("cycle", cycle_id, "planned a cycle").in_project(id).change(
                    "Title",
                    "",
                    &cycle.title,
                ),
            });
            let (decision, acted) = match cycle.act.clone() {
                Some((decision, acted)) => (Some(decision), acted),
                None => (None, String::new()),
            };
            let before = cycle.continues.map(|number| ids.get(number - 1).copied());
            rows.cycles.push(store::Cycle {
                id: cycle_id,
                project_id: id,
                number,
                title: cycle.title.clone(),
                question: cycle.question.clone(),
                prediction: cycle.prediction.clone(),
                done: cycle.done.clone(),
                studied: cycle.study.clone(),
                decision,
                acted,
                starts_on,
                ends_on: self.maybe(cycle.until),
                created_at: moment(made),
                scale: cycle.scale.clone(),
                idea_id: cycle.idea.as_ref().map(|idea| known(ideas, idea)).transpose()?,
                continues: before.flatten(),
                differed: cycle.differed.clone(),
                was_right: cycle.right.clone(),
            });
            ids.push(cycle_id);
        }
        Ok(())
    }

    #[expect(clippy::too_many_lines, reason = "half of it is the columns of its rows")]
    fn handover(
        &mut self,
        handover: &scenario::Handover,
        project: ProjectId,
        measures: &[MeasureId],
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let id = HandoverId::new();
        let from = handover.from.as_deref().map(|key| self.person(key)).transpose()?;
        let to = handover.to.as_deref().map(|key| self.person(key)).transpose()?;
        let by = match &handover.by {
            Some(by) => self.person(by)?,
            None => from.ok_or_else(|| Error::form("A handover was prepared by nobody."))?,
        };
        let made = self.moment(self.date(handover.made));
        let offered = self.maybe(handover.offered).map(|on| self.moment(on));
        let ended = self.maybe(handover.ended).map(|on| self.moment(on));
        let event =
            |at, actor, action| Event { at, actor, entry: Entry::new("handover", id, action).in_project(project) };
        self.events.extend(offered.map(|at| event(at, Some(by), "offered the handover")));
        let mut answered = None;
        for (party, person, answer, word, on) in &handover.answers {
            let (person, at) = (self.person(person)?, self.moment(self.date(*on)));
            answered = Some((at, person));
            let action = if answer == "accepted" { "accepted the handover" } else { "declined the handover" };
            self.events.push(event(at, Some(person), action));
            rows.answers.push(store::HandoverAnswer {
                handover_id: id,
                party: party.clone(),
                person_id: person,
                answer: answer.clone(),
                word: word.clone(),
                answered_at: moment(at),
            });
        }
        let last = answered.filter(|_| handover.state == "agreed");
        self.events.extend(last.map(|(at, person)| event(at, Some(person), "agreed the handover")));
        let ended = last.map(|(at, _)| at).or(ended);
        self.events.extend(ended.and_then(|at| match handover.state.as_str() {
            "withdrawn" => Some(event(at, Some(by), "withdrew the handover")),
            "lapsed" => Some(event(at, None, "handover lapsed")),
            _ => None,
        }));
        for (measure, (how, next_on)) in measures.iter().zip(&handover.measures) {
            rows.handover_measures.push(store::HandoverMeasure {
                handover_id: id,
                measure_id: *measure,
                how: how.clone(),
                next_on: Some(self.date(*next_on)),
            });
        }
        for (person, contribution) in &handover.contributions {
            rows.contributions.push(store::HandoverContribution {
                handover_id: id,
                person_id: self.person(person)?,
                contribution: contribution.clone(),
            });
        }
        let (next_step, next_step_on) = match handover.next_step.clone() {
            Some((step, on)) => (step, Some(on)),
            None => Default::default(),
        };
        rows.handovers.push(store::Handover {
            id,
            project_id: project,
            from_person: from,
            to_person: to,
            to_pool: handover.pool,
            state: handover.state.clone(),
            takes_effect_on: self.maybe(handover.effect),
            summary: handover.summary.clone(),
            next_step,
            next_step_on: self.maybe(next_step_on),
            files: handover.files.clone(),
            not_repeat: handover.not_repeat.clone(),
            approvals: handover.approvals.clone(),
            approvals_expire_on: self.maybe(handover.approvals_expire),
            helped: handover.helped.clone(),
            created_by: by,
            created_at: moment(made),
            offered_at: offered.map(moment),
            ended_at: ended.map(moment),
            shared_after_leaving: handover.kept,
        });
        Ok(())
    }

    async fn links(&mut self, conn: &mut Connection) -> Result<(), Error> {
        let mut rows = Vec::new();
        for link in &self.scenario.links {
            let by = self.person(&link.by)?;
            let (project, other) = (known(&self.projects, &link.project)?, known(&self.projects, &link.other)?);
            let at = self.moment(self.date(link.on));
            rows.push(store::Link {
                id: LinkId::new(),
                project_id: project,
                other_id: other,
                kind: link.kind.clone(),
                before: (link.kind == "duplicate_of").then(|| BEFORE_THE_MERGE.to_owned()),
                word: link.word.clone(),
                decided_by: by,
                decided_at: moment(at),
            });
        }
        store::Link::insert(conn, &rows).await
    }
}

/// Everything about projects, in the order in which it is inserted.
#[derive(Default)]
struct Rows {
    projects: Vec<store::Project>,
    priorities: Vec<store::ProjectPriority>,
    team: Vec<store::TeamRole>,
    measures: Vec<store::Measure>,
    measurements: Vec<store::Measurement>,
    drivers: Vec<store::Driver>,
    driver_measures: Vec<store::DriverMeasure>,
    cycles: Vec<store::Cycle>,
    tasks: Vec<store::Task>,
    updates: Vec<store::Update>,
    links: Vec<store::WebLink>,
    handovers: Vec<store::Handover>,
    handover_measures: Vec<store::HandoverMeasure>,
    contributions: Vec<store::HandoverContribution>,
    answers: Vec<store::HandoverAnswer>,
}

impl Rows {
    async fn insert(&self, conn: &mut Connection) -> Result<(), Error> {
        store::Project::insert(conn, &self.projects).await?;
        store::ProjectPriority::insert(conn, &self.priorities).await?;
        store::Measure::insert(conn, &self.measures).await?;
        store::Measurement::insert(conn, &self.measurements).await?;
        store::Driver::insert(conn, &self.drivers).await?;
        store::DriverMeasure::insert(conn, &self.driver_measures).await?;
        store::Cycle::insert(conn, &self.cycles).await?;
        store::Task::insert(conn, &self.tasks).await?;
        store::Update::insert(conn, &self.updates).await?;
        store::WebLink::insert(conn, &self.links).await?;
        store::Handover::insert(conn, &self.handovers).await?;
        // A place as lead names the handover that began or ended it.
        store::TeamRole::insert(conn, &self.team).await?;
        store::HandoverMeasure::insert(conn, &self.handover_measures).await?;
        store::HandoverContribution::insert(conn, &self.contributions).await?;
        store::HandoverAnswer::insert(conn, &self.answers).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::derived::DERIVED;
    use crate::portfolio;
    use crate::portfolio::model::{Filter, Statuses};
    use crate::testing::{TODAY, noon};
    use timeline::Continuity;

    #[tokio::test]
    async fn an_empty_store_is_filled_once_and_checks_sound() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("demo.db");
        let store = Store::open(&file, DERIVED).await.expect("a store");
        for day in [0, 20, 100, 200, 300] {
            let mut change = store.write().await.expect("a change");
            let scenario = Scenario::read().expect("a scenario");
            let now = noon() + chrono::Duration::days(day);
            Filler::new(&scenario, now).fill(&mut change).await.expect("filled on any day of the year");
        }
        assert!(fill(&store, noon()).await.expect("filled"));
        assert!(!fill(&store, noon()).await.expect("left alone"));
        store.close().await;
        let findings = crate::operator::check(&file).await.expect("a check");
        assert_eq!(findings.faults, Vec::<String>::new());
    }

    #[tokio::test]
    async fn every_status_every_state_of_continuity_and_every_state_of_a_handover_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("demo.db"), DERIVED).await.expect("a store");
        fill(&store, noon()).await.expect("filled");
        let mut conn = store.read().await.expect("a reader");
        let trust = sqlx::query_scalar("select id from trust").fetch_one(&mut *conn).await.expect("a trust");
        for state in Continuity::ALL.iter().copied() {
            let filter = Filter { statuses: Statuses::Any, continuity: Some(state), ..Filter::default() };
            let found = portfolio::store::list(&mut conn, trust, &filter, TODAY).await.expect("a list");
            assert!(found.total > 0, "{state}");
        }
        for (question, least) in [
            ("select count(*) from department", 12),
            ("select count(*) from person", 40),
            ("select count(*) from priority", 8),
            ("select count(*) from project", 40),
            ("select count(*) from measure", 60),
            ("select count(distinct status) from project", 5),
            ("select count(distinct type) from project", 3),
            ("select count(distinct state) from handover", 6),
            ("select count(*) from priority i where not exists (select 1 from project_priority l join project p on p.id = l.project_id
              where l.priority_id = i.id and p.status in ('active', 'paused', 'sustaining'))", 1),
            ("select count(*) from team_role where state = 'asked' and until_on is null", 4),
            ("select count(*) from measurement where state = 'excluded'", 3),
            ("select count(*) from measurement where note <> ''", 5),
            ("select count(*) from project_text where project_text match 'weekend handover'", 2),
        ] {
            let count: i64 = sqlx::query_scalar(question).fetch_one(&mut *conn).await.expect("a count");
            assert!(count >= least, "{count} is too few: {question}");
        }
    }

    #[tokio::test]
    async fn what_can_happen_to_a_project_can_be_tried_on_any_day_of_the_year() {
        for day in [0, 70, 150, 270] {
            let folder = tempfile::tempdir().expect("a folder");
            let store = Store::open(&folder.path().join("demo.db"), DERIVED).await.expect("a store");
            let now = noon() + chrono::Duration::days(day);
            let today = date_in_london(now);
            fill(&store, now).await.expect("filled");
            let mut conn = store.read().await.expect("a reader");
            for (kind, whose, least) in [
                ("answer_as_successor", "Nadia Rahman", 1),
                ("pass_on_supervision", "Andrew Nance", 11),
                ("asked_to_supervise", "Simon Teague", 1),
                ("draft_left", "Tilly Jago", 1),
                ("look_again", "Peter Lindqvist", 1),
                ("broken_handover", "Hamish Fraser", 1),
                ("gap", "Zainab Hussain", 1),
                ("still_yours", "Gareth Pugh", 1),
                ("agree_to_handover", "Nikolai Petrov", 1),
                ("hand_over", "Priya Raman", 1),
                ("no_lead", "Sunita Patel", 1),
                ("confirm_supervisor", "", 1),
                ("no_lead", "", 2),
                ("broken_handover", "", 1),
            ] {
                let asked: i64 = sqlx::query_scalar(
                    "select count(*) from ask a left join person p on p.id = a.person_id
                     where a.kind = $1 and coalesce(p.name, '') = $2 and a.from_on <= $3 and a.until_on > $3",
                )
                .bind(kind)
                .bind(whose)
                .bind(today)
                .fetch_one(&mut *conn)
                .await
                .expect("a count");
                assert!(asked >= least, "on {today}, {kind} of {whose}: {asked}");
            }
            // In the pool, and nobody but the academy is asked.
            let alone: i64 = sqlx::query_scalar(
                "select count(*) from standing s where s.from_on <= $1 and s.until_on > $1 and s.state = 'in_pool'
                 and not exists (select 1 from ask a where a.project_id = s.project_id and a.person_id is not null
                     and a.from_on <= $1 and a.until_on > $1)",
            )
            .bind(today)
            .fetch_one(&mut *conn)
            .await
            .expect("a count");
            assert!(alone >= 1, "on {today}");
            let people = crate::people::store::demo_people(&mut conn, today).await.expect("people");
            let is = |name: &str| people.iter().find(|person| person.name == name).expect("somebody to sign in as");
            assert!(is("Nadia Rahman").starts_on > Some(today) && is("Sam Cole").starts_on > Some(today));
            assert_eq!(is("Katie Munro").last_on, Some(today - Days::new(6)));
            assert_eq!((is("Andrew Nance").supervises, is("Andrew Nance").last_on), (11, Some(today + Days::new(60))));
            assert_eq!(is("Margaret Ellis").role, "Academy lead");
            assert!(is("Ruth Abrahams").role.is_empty() && is("Ruth Abrahams").role_from > Some(today));
        }
    }

    #[tokio::test]
    async fn another_trust_is_never_touched() {
        let fixture = crate::testing::Fixture::new().await;
        assert!(fill(&fixture.store, noon()).await.is_err());
    }
}
