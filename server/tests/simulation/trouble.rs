//! What changes unforeseen: dates that are edited and deleted, accounts that are closed, people who take projects on
//! or do something about theirs, merges, pauses, an academy lead who goes.

use app::access::{
    ChangeOwnDates, ChangeStatus, Coordinate, EditProject, GrantRoles, ManageOrganisation, RecordMeasurement, TakeOn,
};
use app::duplicates::model::{Decision, LinkKind};
use app::error::Error;
use app::id::{PersonId, PostId, ProjectId};
use app::measures::model::{Amount, Point};
use app::people::directory::model::{AwayDetails, RoleDates, TrustRole};
use app::people::directory::store as directory;
use app::project::store as project;
use app::projects::model::{StatusChange, Transition};
use app::testing::Result;
use chrono::{Duration, NaiveDate};

use crate::plan::{DEPARTMENTS, FIRST};
use crate::world::World;

/// A post as it is edited.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Edited {
    id: PostId,
    person_id: PersonId,
    department_id: app::id::DepartmentId,
    grade: String,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    version: i64,
}

impl World {
    pub async fn trouble(&mut self) -> Result {
        let rate = self.scale.trouble;
        let posts = self.posts().await?;
        for post in &posts {
            if self.dice.chance(0.25 / 365.0 * rate) {
                self.edit(post).await?;
            }
        }
        if self.dice.chance(rate / 90.0) {
            self.closes_an_account(&posts).await?;
        }
        if self.dice.chance(rate / 90.0) {
            self.merges().await?;
        }
        if self.dice.chance(rate / 60.0) {
            self.academy_goes_away().await?;
        }
        self.academy_changes().await?;
        self.pool().await?;
        self.works().await
    }

    /// Posts that are not over.
    async fn posts(&self) -> Result<Vec<Edited>> {
        let mut conn = self.fixture.store.read().await?;
        Ok(sqlx::query_as(
            "select o.id, o.person_id, o.department_id, o.grade, o.starts_on, o.ends_on, o.version from post o
             where o.trust_id = $1 and (o.ends_on is null or o.ends_on >= $2)
               and not exists (select 1 from trust_role k where k.person_id = o.person_id) order by o.id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?)
    }

    /// They leave early, are extended, come later, work elsewhere, or do not come at all.
    async fn edit(&mut self, post: &Edited) -> Result {
        let today = self.today;
        let future = post.starts_on > today;
        let deleted = future && self.dice.chance(0.3);
        let days = self.dice.between(5, 90);
        let (mut department, mut first, mut last) = (post.department_id, post.starts_on, post.ends_on);
        if future && self.dice.chance(0.5) {
            first = post.starts_on + Duration::days(days);
            last = last.map(|last| last.max(first + Duration::days(60)));
        } else if self.dice.chance(0.2) {
            let number = self.dice.between(0, DEPARTMENTS - 1);
            department = self.department(number);
        } else if self.dice.chance(0.5) {
            last = Some((today.max(first) + Duration::days(days)).min(last.unwrap_or(NaiveDate::MAX)));
        } else {
            last = last.map(|last| last + Duration::days(days + 30));
        }
        let same = department == post.department_id && first == post.starts_on;
        if same && !future && self.dice.chance(0.5) {
            return self.says_last_day(post, last).await;
        }
        let Some(desk) = self.at_the_desk().await? else { return Ok(()) };
        let request = self.request(desk).await;
        let details = Self::details(department, &post.grade, first, last);
        let done = request
            .change(ManageOrganisation(self.fixture.trust), async |conn, allowed| {
                if deleted {
                    directory::remove_post(conn, allowed, post.id).await.map(drop)
                } else {
                    directory::edit_post(conn, allowed, post.id, post.version, &details).await.map(drop)
                }
            })
            .await;
        // Somebody's only post cannot be removed.
        self.report.noted(if deleted { "remove a post" } else { "edit a post" }, &done);
        Ok(())
    }

    /// They say themselves that they leave earlier, or are extended.
    async fn says_last_day(&mut self, post: &Edited, last: Option<NaiveDate>) -> Result {
        let request = self.request(post.person_id).await;
        if request.visitor.person().is_err() {
            return Ok(());
        }
        let done = request
            .change(ChangeOwnDates(post.person_id), async |conn, allowed| {
                app::people::dates::store::say_last_day(conn, allowed, post.id, post.version, last).await
            })
            .await;
        self.report.noted("own dates", &done);
        Ok(())
    }

    async fn closes_an_account(&mut self, posts: &[Edited]) -> Result {
        let people: Vec<PersonId> = posts.iter().map(|post| post.person_id).collect();
        let (Some(person), Some(desk)) = (self.dice.pick(&people), self.at_the_desk().await?) else { return Ok(()) };
        let request = self.request(desk).await;
        let done = request
            .change(ManageOrganisation(self.fixture.trust), async |conn, allowed| {
                directory::close(conn, allowed, person).await
            })
            .await;
        self.report.noted("close an account", &done);
        Ok(())
    }

    async fn merges(&mut self) -> Result {
        let mut conn = self.fixture.store.read().await?;
        let open: Vec<ProjectId> = sqlx::query_scalar(
            "select id from project where trust_id = $1 and status in ('active', 'paused', 'sustaining') order by id",
        )
        .bind(self.fixture.trust)
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        let (Some(one), Some(other)) = (self.dice.pick(&open), self.dice.pick(&open)) else { return Ok(()) };
        let leads = self.academy_leads().await?;
        let Some(lead) = self.dice.pick(&leads).filter(|_| one != other) else { return Ok(()) };
        let request = self.request(lead).await;
        let decision = Decision { project: one, other, kind: LinkKind::DuplicateOf, word: "The same".to_owned() };
        let done = request
            .change(Coordinate(self.fixture.trust), async |conn, allowed| {
                app::duplicates::store::decide(conn, allowed, &decision).await.map(drop)
            })
            .await;
        self.report.noted("merge", &done);
        Ok(())
    }

    async fn academy_leads(&self) -> Result<Vec<PersonId>> {
        let mut conn = self.fixture.store.read().await?;
        Ok(sqlx::query_scalar(
            "select person_id from trust_role where trust_id = $1 and role = 'academy_lead' and (until_on is null or until_on > $2) order by person_id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?)
    }

    /// An academy lead has leave too.
    async fn academy_goes_away(&mut self) -> Result {
        let leads = self.academy_leads().await?;
        let (Some(lead), Some(desk)) = (self.dice.pick(&leads), self.at_the_desk().await?) else { return Ok(()) };
        let starts_on = self.today + Duration::days(self.dice.between(1, 20));
        let ends_on = starts_on + Duration::days(self.dice.between(6, 24));
        let period = AwayDetails { starts_on, ends_on, keeps_contributing: false };
        let request = self.request(desk).await;
        let done = request
            .change(ManageOrganisation(self.fixture.trust), async |conn, allowed| {
                directory::add_away(conn, allowed, lead, &period).await
            })
            .await;
        self.report.noted("academy away", &done);
        Ok(())
    }

    /// After two fifths of the time the first academy lead goes; a consultant is named for them a month later.
    async fn academy_changes(&mut self) -> Result {
        let (trust, lead) = (self.fixture.trust, self.fixture.lead);
        let day = (self.today - FIRST).num_days();
        if self.scale.academy_leads < 2 {
            return Ok(());
        }
        let request = self.request(self.fixture.administrator).await;
        if day == self.scale.days * 2 / 5 {
            let last = self.today + Duration::days(14);
            let done = request
                .change(GrantRoles(trust), async |conn, allowed| {
                    directory::date_role(conn, allowed, lead, TrustRole::AcademyLead, Some(last)).await
                })
                .await;
            self.report.noted("academy lead goes", &done);
        }
        if day == self.scale.days * 2 / 5 + 45 {
            let Some(next) = self.senior_but(&[lead]).await? else { return Ok(()) };
            let dates = RoleDates { from_on: None, last_on: None };
            let done = request
                .change(GrantRoles(trust), async |conn, allowed| {
                    directory::grant(conn, allowed, next, TrustRole::AcademyLead, dates).await
                })
                .await;
            self.report.noted("academy lead named", &done);
        }
        Ok(())
    }

    /// Somebody looks at the pool and asks to take a project on.
    async fn pool(&mut self) -> Result {
        let mut conn = self.fixture.store.read().await?;
        let pool: Vec<ProjectId> = sqlx::query_scalar(
            "select s.project_id from standing s left join handover h on h.id = s.handover_id
             where s.trust_id = $1 and s.from_on <= $2 and s.until_on > $2 and (s.state = 'in_pool' and h.id is null
                or h.state = 'offered' and h.to_pool = 1 and h.to_person is null) order by s.project_id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        let posts = self.posts().await?;
        let here: Vec<PersonId> = posts
            .iter()
            .filter(|post| post.grade != "Consultant" && post.starts_on <= self.today)
            .filter(|post| post.ends_on.is_none_or(|last| last > self.today + Duration::days(60)))
            .map(|post| post.person_id)
            .collect();
        for project in pool {
            if !self.dice.chance(0.04 * self.scale.diligence) {
                continue;
            }
            let Some(person) = self.dice.pick(&here) else { return Ok(()) };
            self.asks_to_take_on(project, person).await?;
        }
        Ok(())
    }

    async fn asks_to_take_on(&mut self, project: ProjectId, person: PersonId) -> Result {
        let request = self.request(person).await;
        if request.visitor.person().is_err() {
            return Ok(());
        }
        let done = request
            .change(TakeOn(project), async |conn, allowed| {
                app::handover::store::take_on(conn, allowed, "I would like to lead it").await.map(drop)
            })
            .await;
        self.report.noted("pool: take it on", &done);
        Ok(())
    }

    /// Leads do something about their projects now and then, and pause or complete them.
    async fn works(&mut self) -> Result {
        let mut conn = self.fixture.store.read().await?;
        let led: Vec<(ProjectId, PersonId, bool)> = sqlx::query_as(
            "select s.project_id, s.lead_id, s.handover_id is not null from standing s
             where s.trust_id = $1 and s.from_on <= $2 and s.until_on > $2 and s.lead_id is not null order by s.project_id",
        )
        .bind(self.fixture.trust)
        .bind(self.today)
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        for (of, lead, under_way) in led {
            if !self.works_today(lead) {
                continue;
            }
            if self.dice.chance(1.0 / 14.0) {
                self.acts_on(of, lead).await?;
            } else if !under_way && self.dice.chance(0.3 / 365.0) {
                self.changes_status(of, lead, Transition::Complete).await?;
            } else if self.dice.chance(0.06 / 365.0) {
                self.changes_status(of, lead, Transition::Pause).await?;
            }
        }
        Ok(())
    }

    fn works_today(&self, lead: PersonId) -> bool {
        self.tempo.get(&lead).is_some_and(|tempo| *tempo != crate::plan::Tempo::Vanished)
    }

    async fn acts_on(&mut self, of: ProjectId, lead: PersonId) -> Result {
        let request = self.request(lead).await;
        if request.visitor.person().is_err() {
            return Ok(());
        }
        let measured = self.measured.get(&of).copied();
        let Some(id) = measured else {
            let done = request
                .change(EditProject(of), async |conn, allowed| {
                    app::continuity::asks::store::goes_on(conn, allowed).await
                })
                .await;
            self.report.noted("an act of the team", &done);
            return Ok(());
        };
        let point = Point {
            taken_on: self.today,
            taken_at: None,
            place: String::new(),
            amount: Amount::Ratio(8.0, 10.0),
            note: String::new(),
        };
        let done = request
            .change(RecordMeasurement(of), async |conn, allowed| {
                let measure = app::measures::store::measure(conn, id).await?;
                app::measures::store::record(conn, allowed, &measure, &[("taken_on".to_owned(), point.clone())]).await
            })
            .await;
        self.report.noted("record a point", &done);
        Ok(())
    }

    async fn changes_status(&mut self, of: ProjectId, lead: PersonId, to: Transition) -> Result {
        let request = self.request(lead).await;
        if request.visitor.person().is_err() {
            return Ok(());
        }
        let review_on = (to == Transition::Pause).then(|| self.today + Duration::days(60));
        let change = StatusChange { to, review_on, note: "For now".to_owned() };
        let done: std::result::Result<(), Error> = request
            .change(ChangeStatus(of), async |conn, allowed| {
                let version = project::summary(conn, of).await?.version;
                app::projects::store::change_status(conn, allowed, version, &change).await
            })
            .await;
        self.report.noted("change a status", &done);
        Ok(())
    }
}
