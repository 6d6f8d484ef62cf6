//! The trust, and what happens in it that nobody decides by an ask: people come, go away and register projects.

use std::collections::BTreeMap;

use app::access::{ChangeOwnDates, ManageOrganisation, RegisterProject};
use app::error::Error;
use app::id::{DepartmentId, MeasureId, PersonId, PostId, ProjectId};
use app::people::directory::model::{AwayDetails, PostDetails, TrustRole};
use app::people::directory::store as directory;
use app::people::model::Named;
use app::project::details::{ProjectDetails, Registration};
use app::project::model::{Origin, ProjectType};
use app::testing::{Fixture, Result, make, tie};
use app::web::request::Request;
use chrono::{DateTime, Duration, NaiveDate, TimeZone as _, Utc};

use crate::dice::Dice;
use crate::plan::{Character, DEPARTMENTS, Event, FIRST, Plan, Scale, Stay, Tempo, changeovers};
use crate::report::Report;

/// What no password fits.
const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm8tcGFzc3dvcmQtZml0cw$UdVHjKgVPmH4xkIlTBvgZc8yh8FkmcVn1j5hGmVAkF8";

/// The trust and everybody in it.
pub struct World {
    pub fixture: Fixture,
    pub scale: Scale,
    pub dice: Dice,
    pub today: NaiveDate,
    pub report: Report,
    plan: Plan,
    /// By their numbers in the plan, once they are known.
    ids: Vec<Option<PersonId>>,
    pub tempo: BTreeMap<PersonId, Tempo>,
    pub seniors: Vec<PersonId>,
    pub departments: Vec<DepartmentId>,
    /// The measure of a project that has one.
    pub measured: BTreeMap<ProjectId, MeasureId>,
    requests: BTreeMap<PersonId, Request>,
}

impl World {
    pub async fn new(scale: Scale) -> Result<Self> {
        let fixture = Fixture::new().await;
        let mut dice = Dice::new(scale.seed);
        let plan = Plan::draw(&scale, &mut dice);
        let mut conn = fixture.store.write().await?;
        let mut departments = vec![fixture.department];
        for number in 1..DEPARTMENTS {
            departments
                .push(make::department(&mut conn, fixture.trust, &format!("Department {number}"), "Medicine").await?);
        }
        for day in changeovers(scale.days) {
            sqlx::query("insert into changeover (trust_id, on_day) select $1, $2 where not exists (select 1 from changeover where trust_id = $1 and on_day = $2)")
                .bind(fixture.trust)
                .bind(day)
                .execute(&mut *conn)
                .await?;
        }
        // An administrator counts by the role alone.
        let clerk = add_person(&mut conn, "Ada Administrator").await?;
        tie(&mut conn, clerk, fixture.trust).await;
        make::grant(&mut conn, fixture.trust, clerk, TrustRole::Administrator).await?;
        let mut known =
            vec![fixture.trainee, fixture.colleague, fixture.supervisor, fixture.lead, fixture.administrator, clerk];
        for number in 1..scale.academy_leads {
            let name = format!("Dr Academy {number}");
            let lead = make::person(&mut conn, fixture.trust, fixture.department, [&name, "Consultant"], None).await?;
            make::grant(&mut conn, fixture.trust, lead, TrustRole::AcademyLead).await?;
            known.push(lead);
        }
        for person in &known {
            give_way_in(&mut conn, *person).await?;
        }
        conn.commit().await?;
        let ids = vec![None; plan.people.len()];
        let tempo = known.iter().map(|person| (*person, Tempo::Prompt)).collect();
        let seniors = vec![fixture.supervisor];
        Ok(Self {
            fixture,
            scale,
            dice,
            today: FIRST,
            report: Report::default(),
            plan,
            ids,
            tempo,
            seniors,
            departments,
            measured: BTreeMap::new(),
            requests: BTreeMap::new(),
        })
    }

    /// Noon of today.
    pub fn now(&self) -> DateTime<Utc> {
        Utc.from_utc_datetime(&self.today.and_hms_opt(12, 0, 0).unwrap_or_default())
    }

    /// A request of somebody, of today.
    pub async fn request(&mut self, person: PersonId) -> Request {
        if let Some(request) = self.requests.get(&person) {
            return request.clone();
        }
        let request = self.fixture.request_at(Some(person), self.now()).await;
        self.requests.insert(person, request.clone());
        request
    }

    pub fn department(&self, number: i64) -> DepartmentId {
        usize::try_from(number).ok().and_then(|at| self.departments.get(at)).copied().unwrap_or(self.fixture.department)
    }

    /// The next day, and what was planned for it.
    pub async fn begin_day(&mut self, today: NaiveDate) -> Result {
        self.today = today;
        self.requests.clear();
        for (number, event) in self.plan.events.remove(&today).unwrap_or_default() {
            self.happens(number, event).await?;
        }
        Ok(())
    }

    async fn happens(&mut self, number: usize, event: Event) -> Result {
        let character = self.plan.people[number].clone();
        if let Event::Known = event {
            return self.becomes_known(number, &character).await;
        }
        let Some(person) = self.ids[number] else { return Ok(()) };
        match event {
            Event::Known => {}
            Event::Post(stay) => self.add_post(person, &character, stay).await?,
            Event::Reachable => {
                let mut conn = self.fixture.store.write().await?;
                give_way_in(&mut conn, person).await?;
                tie(&mut conn, person, self.fixture.trust).await;
                conn.commit().await?;
            }
            Event::Registers => self.registers(person, &character).await?,
            Event::Away { first, last, keeps } => {
                self.goes_away(person, AwayDetails { starts_on: first, ends_on: last, keeps_contributing: keeps })
                    .await?
            }
            Event::Vanishes => {
                self.tempo.insert(person, Tempo::Vanished);
            }
        }
        Ok(())
    }

    async fn becomes_known(&mut self, number: usize, character: &Character) -> Result {
        let mut conn = self.fixture.store.write().await?;
        let person = add_person(&mut conn, &character.name).await?;
        if character.unreachable && self.dice.chance(0.5) {
            // The trust asks them, and they have not answered.
            sqlx::query(
                "insert into tie (person_id, trust_id, state, named, asked_at) values ($1, $2, 'asked', $3, $4)",
            )
            .bind(person)
            .bind(self.fixture.trust)
            .bind(&character.name)
            .bind(self.now())
            .execute(&mut *conn)
            .await?;
            give_way_in(&mut conn, person).await?;
        } else {
            tie(&mut conn, person, self.fixture.trust).await;
            if !character.unreachable {
                give_way_in(&mut conn, person).await?;
            }
        }
        conn.commit().await?;
        self.ids[number] = Some(person);
        self.tempo.insert(person, character.tempo);
        if character.senior {
            self.seniors.push(person);
        }
        Ok(())
    }

    /// As the list of a changeover is imported: nobody of the trust is asked whether they may.
    async fn add_post(&mut self, person: PersonId, character: &Character, stay: Stay) -> Result {
        let mut conn = self.fixture.store.write().await?;
        sqlx::query(
            "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on, percent)
             values ($1, $2, $3, $4, 'Medical', $5, $6, $7, $8)",
        )
        .bind(PostId::new())
        .bind(person)
        .bind(self.fixture.trust)
        .bind(self.department(stay.department))
        .bind(character.grade)
        .bind(stay.first)
        .bind(stay.last)
        .bind(stay.percent)
        .execute(&mut *conn)
        .await?;
        Ok(conn.commit().await?)
    }

    /// A trainee registers a project, mostly with a supervisor of the department.
    async fn registers(&mut self, person: PersonId, character: &Character) -> Result {
        let request = self.request(person).await;
        if request.visitor.person().is_err() {
            return Ok(());
        }
        let trust = self.fixture.trust;
        let supervisor = if self.dice.chance(0.85) { self.senior_but(&[person]).await? } else { None };
        let registration = Registration {
            details: ProjectDetails {
                kind: ProjectType::QualityImprovement,
                title: format!("Fewer delays, by {} on {}", character.name, self.today),
                problem: "It goes wrong.".to_owned(),
                department: Some(self.department(character.home)),
                local_need: "We need it here.".to_owned(),
                origin: Origin::Idea,
                origin_note: String::new(),
                aim_what: String::new(),
                aim_whom: String::new(),
                aim_how_much: String::new(),
                aim_by: self.dice.chance(0.4).then(|| self.today + Duration::days(300)),
                standard: String::new(),
                standard_source: String::new(),
                standard_level: String::new(),
                reaudit_on: self.dice.chance(0.1).then(|| self.today + Duration::days(365)),
            },
            priorities: Vec::new(),
            next_step: "Measure".to_owned(),
            next_step_on: Some(self.today + Duration::days(30)),
            supervisor: supervisor.map(Named::Colleague),
            differs: String::new(),
        };
        let done = request
            .change(RegisterProject(trust), async |conn, allowed| {
                app::projects::store::register(conn, allowed, &registration).await
            })
            .await;
        match done {
            Ok(project) => {
                self.report.projects += 1;
                self.measures(project).await
            }
            // They have no post today, or cannot sign in.
            Err(Error::Forbidden | Error::NotFound | Error::SignIn) => Ok(()),
            Err(error) => {
                self.report.refused("register", &error);
                Ok(())
            }
        }
    }

    async fn measures(&mut self, project: ProjectId) -> Result {
        if self.dice.chance(0.7) {
            let mut conn = self.fixture.store.write().await?;
            let measure = make::measure(&mut conn, project, "Within the hour").await?;
            conn.commit().await?;
            self.measured.insert(project, measure);
        }
        Ok(())
    }

    /// Somebody who could supervise: a senior with a post today, as the list of colleagues shows them.
    pub async fn senior_but(&mut self, but: &[PersonId]) -> Result<Option<PersonId>> {
        let mut conn = self.fixture.store.read().await?;
        let here: Vec<PersonId> = sqlx::query_scalar(
            "select distinct o.person_id from post o join person p on p.id = o.person_id
             join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
             where o.trust_id = $1 and o.grade = 'Consultant' and o.starts_on <= $2 and (o.ends_on is null or o.ends_on >= $2)
               and (p.closed_on is null or p.closed_on > $2) order by o.person_id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?;
        let here: Vec<PersonId> = here.into_iter().filter(|person| !but.contains(person)).collect();
        Ok(self.dice.pick(&here))
    }

    /// They say so themselves, or the academy writes it down.
    async fn goes_away(&mut self, person: PersonId, period: AwayDetails) -> Result {
        let request = self.request(person).await;
        if self.dice.chance(0.5) && request.visitor.person().is_ok() {
            let said = request
                .change(ChangeOwnDates(person), async |conn, allowed| {
                    app::people::dates::store::say_away(conn, allowed, &period).await
                })
                .await;
            self.report.noted("away, as they say", &said);
            return Ok(());
        }
        let Some(desk) = self.at_the_desk().await? else { return Ok(()) };
        let request = self.request(desk).await;
        let done = request
            .change(ManageOrganisation(self.fixture.trust), async |conn, allowed| {
                directory::add_away(conn, allowed, person, &period).await
            })
            .await;
        self.report.noted("away", &done);
        Ok(())
    }

    /// Somebody who manages people's dates: an academy lead or an administrator with a way in.
    pub async fn at_the_desk(&mut self) -> Result<Option<PersonId>> {
        let mut conn = self.fixture.store.read().await?;
        let of_trust: Vec<PersonId> = sqlx::query_scalar(
            "select r.person_id from trust_role r join person p on p.id = r.person_id
             where r.trust_id = $1 and (r.from_on is null or r.from_on <= $2) and (r.until_on is null or r.until_on > $2)
               and (p.closed_on is null or p.closed_on > $2) order by r.role, r.person_id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?;
        Ok(self.dice.pick(&of_trust))
    }

    /// The details of a post with other days.
    pub fn details(
        department: DepartmentId,
        grade: &str,
        starts_on: NaiveDate,
        ends_on: Option<NaiveDate>,
    ) -> PostDetails {
        PostDetails {
            department,
            staff_group: "Medical".to_owned(),
            grade: grade.to_owned(),
            starts_on,
            ends_on,
            percent: 100,
        }
    }
}

async fn add_person(conn: &mut app::db::Connection, name: &str) -> Result<PersonId> {
    let person = PersonId::new();
    sqlx::query("insert into person (id, name, created_at) values ($1, $2, '2026-01-01T12:00:00+00:00')")
        .bind(person)
        .bind(name)
        .execute(conn)
        .await?;
    Ok(person)
}

/// Somebody gets a password, and accepts the trust that asks them.
pub async fn give_way_in(conn: &mut app::db::Connection, person: PersonId) -> Result {
    sqlx::query(
        "insert into credential (person_id, password_hash, changed_at) select $1, $2, '2026-01-01T12:00:00+00:00'
         where not exists (select 1 from credential where person_id = $1)",
    )
    .bind(person)
    .bind(NO_PASSWORD)
    .execute(conn)
    .await?;
    Ok(())
}
