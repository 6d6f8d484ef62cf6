//! The world of the matrix: everybody who may ask, one of every kind of thing on every kind of project,
//! and the way back to how it was.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use app::id::{DepartmentId, DriverId, MeasureId, PersonId, PriorityId, ProjectId, TrustId};
use app::people::directory::model::TrustRole;
use app::testing::{Result, TODAY, make, noon, on, role, tie};
use chrono::{Days, Duration, NaiveDate};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Executor as _, Row as _};

use crate::harness::{App, Browser};

/// Everybody's password.
pub const PASSWORD: &str = "copper kettle ninety";

/// The code that the colleague has for a new password, and `asked` for their answer.
pub const CODE: &str = "ABCDE-FGHJK";

/// The secrets of the links that [`INVITED`] and [`FORGOTTEN`] make.
pub const INVITATION: &str = "1111111111111111111111111111111111111111";
pub const NEW_PASSWORD: &str = "2222222222222222222222222222222222222222";

/// Petra Patel has no password, and an invitation that was handed over.
pub const INVITED: &str = "delete from credential where person_id in (select id from person where name = 'Petra Patel');
    insert into access_link (id, kind, person_id, trust_id, secret_hash, made_at, expires_at)
    select '01900000-0000-7000-8000-000000000111', 'invitation', k.person_id, k.trust_id,
           '468d019ea81224aeca7ee270b11959d8a187f6f0b6a3febff1c34dc1d66c8d85', '2026-03-04T11:00:00+00:00', '2026-04-04T00:00:00+00:00'
    from person p join tie k on k.person_id = p.id join trust t on t.id = k.trust_id where p.name = 'Petra Patel' and t.name = 'Tamar Vale'";
/// The member was mailed a link for a forgotten password.
pub const FORGOTTEN: &str = "insert into access_link (id, kind, person_id, mailed_to, secret_hash, made_at, expires_at)
    select '01900000-0000-7000-8000-000000000222', 'password', person_id, address,
           '79396ef8980b554cb66116d8c775a13c499189f5681b6d3a2efd2df8990afc55', '2026-03-04T11:59:00+00:00', '2026-03-04T12:09:00+00:00'
    from person_address where address = 'member@trust.nhs.uk'";

/// The secrets of the links that [`JOINS`] and [`CALENDAR`] make.
pub const JOIN: &str = "3333333333333333333333333333333333333333";
pub const FEED: &str = "4444444444444444444444444444444444444444";

/// Somebody whose domain the trust accepts was mailed a link with which they join.
pub const JOINS: &str = "insert into mail_domain (trust_id, domain, shared, added_at) select id, 'join.nhs.uk', 0, created_at from trust where name = 'Tamar Vale';
    insert into access_link (id, kind, mailed_to, secret_hash, made_at, expires_at)
    values ('01900000-0000-7000-8000-000000000333', 'joining', 'nadia@join.nhs.uk', 'e69e5e6f3541ea47026a711c50e1b0f79537e2898c0a72af9909c1702821ca6c', '2026-03-04T11:00:00+00:00', '2026-03-05T11:00:00+00:00')";
/// Somebody who has left has a calendar.
pub const CALENDAR: &str = "insert into calendar_feed (person_id, secret_hash, made_at)
    select person_id, 'dc476692645bcd6ed93c5f28138be89934857fb393684fc764e6664ee5c78718', '2026-03-04T11:00:00+00:00' from person_address where address = 'left@trust.nhs.uk'";

/// What is not there.
pub const MISSING: &str = "0198c9a4-0000-7000-8000-00000000dead";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$about])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// Who asks.
    Actor {
        /// Without a cookie.
        Nobody = "nobody",
        /// The lead, with a session that has ended for idleness.
        Expired = "expired",
        /// An academy lead, administrator and member of every project, whose account is closed.
        Closed = "closed",
        /// Had a post in the trust, which is over, and no place in any project.
        Left = "left",
        /// Member of every project of the team's, and away today.
        Away = "away",
        /// With a post in the trust that begins in four weeks; named as the next lead of `same`.
        Arriving = "arriving",
        /// Leads the projects of the team, and wrote the draft.
        Lead = "lead",
        /// The lead, with a session begun with a password that somebody else gave.
        Held = "held",
        /// Member of the team.
        Member = "member",
        /// Supervises the projects of the team.
        Supervisor = "supervisor",
        /// Led the projects of the team, and has no post any more.
        Past = "past",
        /// Led the projects of the team, and whose last day was some days ago.
        Leaver = "leaver",
        /// Has a post in the trust, and was asked into the draft's team.
        Invited = "invited",
        /// Has a post in the trust, and is named as the next lead.
        Next = "next",
        /// Has a post in the trust. Has accepted another trust, whose `other` asked them into its team.
        Colleague = "colleague",
        /// Academy lead of the trust.
        Academy = "academy",
        /// Administrator of the trust.
        Administrator = "administrator",
        /// Academy lead of another trust.
        Elsewhere = "elsewhere",
        /// Has a post in another trust only, and a member's place in the team.
        Guest = "guest",
        /// Works in another trust. Here a post, both roles and places in the team wait for their answer.
        Asked = "asked",
    }
}

words! {
    /// What is asked for. The team of `own` has its places in draft, paused, closed and merged too.
    Object {
        /// An active project with all of the team in it; what is the trust's own.
        Own = "own",
        /// An active project of the same trust with another team.
        Same = "same",
        /// An active project of another trust; what is another trust's.
        Other = "other",
        /// A draft.
        Draft = "draft",
        /// A paused project.
        Paused = "paused",
        /// A closed project.
        Closed = "closed",
        /// A project that was merged into `own`.
        Merged = "merged",
        /// What is not there.
        Missing = "missing",
    }
}

impl Actor {
    /// The actors of a list of words.
    pub fn list(words: &str) -> impl Iterator<Item = Self> {
        words.split_whitespace().map(|word| {
            let actor = Self::ALL.iter().find(|actor| actor.word() == word);
            *actor.unwrap_or_else(|| panic!("there is no actor {word}"))
        })
    }
}

impl Object {
    /// The project's title.
    pub fn title(self) -> String {
        format!("Sepsis on the {} ward", self.word())
    }
}

/// Every row of a table, by the table's name.
pub type Dump = BTreeMap<String, String>;

/// An application over the world.
pub struct World {
    app: App,
    cookies: BTreeMap<Actor, String>,
    ids: BTreeMap<(Object, &'static str), String>,
    /// Sees every change that somebody else made, and undoes it.
    watch: SqliteConnection,
    /// With their columns, but for those that follow from others.
    tables: Vec<(String, String)>,
    /// Reads every table at once.
    reading: String,
    triggers: Vec<(String, String)>,
}

struct Builder<'a> {
    conn: &'a mut SqliteConnection,
    ids: BTreeMap<(Object, &'static str), String>,
}

impl Builder<'_> {
    async fn run(&mut self, sql: &'static str, values: &[&str]) -> Result {
        values.iter().fold(sqlx::query(sql), |query, value| query.bind(*value)).execute(&mut *self.conn).await?;
        Ok(())
    }

    /// Names an id for an object, and gives it.
    fn name(&mut self, object: Object, kind: &'static str, id: impl ToString) -> String {
        self.ids.insert((object, kind), id.to_string());
        id.to_string()
    }

    fn id<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
        &self,
        object: Object,
        kind: &'static str,
    ) -> Result<T> {
        Ok(self.ids[&(object, kind)].parse()?)
    }

    /// A measure, and beside it one that is retired; points, a phase, a target, a count, a cycle and a
    /// driver diagram.
    async fn content(&mut self, object: Object, project: ProjectId, by: PersonId) -> Result {
        for kind in ["measure", "second measure", "retired measure"] {
            let id = make::measure(self.conn, project, kind).await?;
            self.name(object, kind, id);
        }
        let measure: MeasureId = self.id(object, "measure")?;
        for (kind, day, state) in [("point", "2026-02-18", "current"), ("excluded point", "2026-02-25", "excluded")] {
            let id = make::point(self.conn, measure, by, day, state).await?;
            self.name(object, kind, id);
        }
        let id = make::batch(self.conn, measure, by).await?;
        self.name(object, "batch", id);
        let id = make::phase(self.conn, measure, by, "2026-02-20").await?;
        self.name(object, "phase", id);
        let id = make::target(self.conn, measure, "2026-02-20", 95.0).await?;
        self.name(object, "target", id);
        let id = make::tally(self.conn, measure, by, "2026-03-04").await?;
        self.name(object, "tally", id);
        let id = make::cycle(self.conn, project, "Poster", "2026-02-01").await?;
        self.name(object, "cycle", id);
        let id = make::task(self.conn, project, by, "Ask the ward", Some(on("2026-03-11"))).await?;
        self.name(object, "task", id);
        for (kind, removed) in [("update", false), ("removed update", true)] {
            let id = make::update(self.conn, project, by, "Met the ward", removed).await?;
            self.name(object, kind, id);
        }
        let id = make::web_link(self.conn, project, by, "https://files.trust.example/qi").await?;
        self.name(object, "web link", id);
        let lines = make::drivers(self.conn, project, &["Staff know how", "Kit is there", "Posters"]).await?;
        for (kind, id) in ["driver", "second driver", "removed driver"].into_iter().zip(lines) {
            self.name(object, kind, id);
        }
        let gone = [
            self.id::<MeasureId>(object, "retired measure")?.to_string(),
            self.id::<DriverId>(object, "removed driver")?.to_string(),
        ];
        self.run("update measure set retired_on = '2026-02-01' where id = $1", &[&gone[0]]).await?;
        self.run("update driver set removed_at = '2026-02-02T12:00:00+00:00' where id = $1", &[&gone[1]]).await
    }

    /// A handover of the project, offered to one person or ended.
    async fn handover(&mut self, object: Object, people: [PersonId; 2], state: &str, offered: NaiveDate) -> Result {
        let id = make::handover(self.conn, self.id(object, "project")?, people, state, offered).await?;
        self.name(object, "handover", id);
        Ok(())
    }

    /// A question that waits: an invitation of the team's, or somebody's wish to join.
    async fn question(&mut self, object: Object, kind: &'static str, whom: PersonId, opened_by: &str) -> Result {
        let project = self.id(object, "project")?;
        let id = make::place(self.conn, project, whom, ["member", "asked", opened_by], on("2026-03-01"), None).await?;
        self.name(object, kind, id);
        Ok(())
    }

    async fn address(&mut self, object: Object, kind: &'static str, whom: PersonId, confirmed: bool) -> Result {
        let address = self.name(object, kind, format!("{}.{whom}@trust.nhs.uk", kind.replace(' ', ".")));
        make::address(self.conn, whom, &address, confirmed).await
    }

    /// A post and both roles in a trust that somebody has not accepted yet.
    async fn asked(&mut self, whom: PersonId, trust: TrustId, department: DepartmentId) -> Result {
        self.run("insert into tie (person_id, trust_id, state, named, asked_at) values ($1, $2, 'asked', 'A Person', '2026-03-01T12:00:00+00:00')", &[&whom.to_string(), &trust.to_string()]).await?;
        make::post(self.conn, trust, department, whom, "CT2", [Some(on("2026-01-05")), None]).await?;
        make::grant(self.conn, trust, whom, TrustRole::AcademyLead).await?;
        make::grant(self.conn, trust, whom, TrustRole::Administrator).await
    }

    /// Somebody of a trust for whom something can be done: with two posts, a period away, a confirmed and
    /// an unconfirmed address, and no password; and somebody whose account is closed.
    async fn people(&mut self, object: Object, trust: TrustId, department: DepartmentId) -> Result {
        let person_of =
            async |conn: &mut SqliteConnection, name| make::person(conn, trust, department, [name, "FY1"], None).await;
        let petra = person_of(self.conn, "Petra Patel").await?;
        self.name(object, "person", petra);
        for (kind, grade) in [("post", "CT1"), ("second post", "CT2")] {
            let id = make::post(self.conn, trust, department, petra, grade, [Some(on("2026-01-05")), None]).await?;
            self.name(object, kind, id);
        }
        let id = make::away(self.conn, trust, petra, ["2026-05-01", "2026-05-31"]).await?;
        self.name(object, "away", id);
        let id = make::intake(self.conn, trust, petra).await?;
        self.name(object, "intake", id);
        self.address(object, "confirmed address", petra, true).await?;
        self.address(object, "address", petra, false).await?;
        let closed = person_of(self.conn, "Carl Closed").await?;
        self.name(object, "closed person", closed);
        self.run("update person set closed_on = '2026-02-01' where id = $1", &[&closed.to_string()]).await?;
        let leads = person_of(self.conn, "Lea Leading").await?;
        self.name(object, "academy person", leads);
        make::grant(self.conn, trust, leads, TrustRole::AcademyLead).await?;
        for (kind, name, retired) in [("site", "Northgate", false), ("retired site", "Southgate", true)] {
            let id = make::site(self.conn, trust, name, retired).await?;
            self.name(object, kind, id);
        }
        self.name(object, "department", department);
        for (kind, title, retired) in [("priority", "Falls", false), ("retired priority", "Pressure ulcers", true)] {
            let id = make::priority(self.conn, trust, [title, "Fewer of them"], retired).await?;
            self.name(object, kind, id);
        }
        Ok(())
    }

    async fn link(
        &mut self,
        object: Object,
        kind: &str,
        projects: [ProjectId; 2],
        by: PersonId,
        before: Option<&str>,
    ) -> Result {
        let id = make::link(self.conn, kind, projects, by, before).await?;
        self.name(object, "link", id);
        Ok(())
    }
}

impl World {
    /// A new world, in a store of its own.
    #[expect(
        clippy::too_many_lines,
        clippy::cognitive_complexity,
        reason = "one thing after another is put into the store; each `?` counts as a branch"
    )]
    pub async fn new() -> Result<Self> {
        let app = App::demonstration_with_mail().await;
        let fixture = &app.fixture;
        let (here, there) = (fixture.trust, fixture.other_trust);
        let mut projects = BTreeMap::new();
        for object in
            [Object::Own, Object::Same, Object::Other, Object::Draft, Object::Paused, Object::Closed, Object::Merged]
        {
            projects.insert(object, fixture.project(&object.title()).await);
        }
        let another = fixture.project("Sepsis on another ward").await;
        let mut change = fixture.store.write().await?;
        let away_department: DepartmentId = sqlx::query_scalar("select id from department where trust_id = $1")
            .bind(there)
            .fetch_one(&mut *change)
            .await?;
        let mut people = BTreeMap::from([
            (Actor::Lead, fixture.trainee),
            (Actor::Colleague, fixture.colleague),
            (Actor::Supervisor, fixture.supervisor),
            (Actor::Academy, fixture.lead),
            (Actor::Administrator, fixture.administrator),
        ]);
        for (actor, trust, department) in [
            (Actor::Closed, here, fixture.department),
            (Actor::Left, here, fixture.department),
            (Actor::Away, here, fixture.department),
            (Actor::Arriving, here, fixture.department),
            (Actor::Member, here, fixture.department),
            (Actor::Past, here, fixture.department),
            (Actor::Leaver, here, fixture.department),
            (Actor::Invited, here, fixture.department),
            (Actor::Next, here, fixture.department),
            (Actor::Elsewhere, there, away_department),
            (Actor::Guest, there, away_department),
            (Actor::Asked, there, away_department),
        ] {
            let ends = match actor {
                Actor::Left | Actor::Past => Some(on("2026-02-03")),
                Actor::Leaver => Some(on("2026-02-25")),
                _ => None,
            };
            let name = format!("{actor:?} Person");
            people.insert(actor, make::person(&mut change, trust, department, [&name, "CT2"], ends).await?);
        }
        let pat = make::person(&mut change, here, fixture.department, ["Pat Pending", "CT1"], None).await?;
        let sam = make::person(&mut change, here, fixture.department, ["Sam Senior", "Consultant"], None).await?;
        let joiner = make::person(&mut change, here, fixture.department, ["Jo Joining", "CT1"], None).await?;
        let (lead, supervisor) = (people[&Actor::Lead], people[&Actor::Supervisor]);

        let mut at = Builder { conn: &mut change, ids: BTreeMap::new() };
        at.run(
            "update post set starts_on = '2026-04-01', ends_on = null where person_id = $1",
            &[&people[&Actor::Arriving].to_string()],
        )
        .await?;
        at.run("update person set closed_on = '2026-03-01' where id = $1", &[&people[&Actor::Closed].to_string()])
            .await?;
        make::away(at.conn, here, people[&Actor::Away], ["2026-03-01", "2026-03-31"]).await?;
        make::grant(at.conn, here, people[&Actor::Closed], TrustRole::AcademyLead).await?;
        make::grant(at.conn, here, people[&Actor::Closed], TrustRole::Administrator).await?;
        make::grant(at.conn, there, people[&Actor::Elsewhere], TrustRole::AcademyLead).await?;
        at.asked(people[&Actor::Asked], here, fixture.department).await?;
        tie(at.conn, people[&Actor::Colleague], there).await;
        at.name(Object::Own, "trust", here);
        at.name(Object::Other, "trust", there);
        at.people(Object::Own, here, fixture.department).await?;
        at.people(Object::Other, there, away_department).await?;
        let others_priority: PriorityId = at.id(Object::Other, "priority")?;

        for (&object, &project) in &projects {
            at.name(object, "project", project);
            let id = project.to_string();
            let by = match object {
                Object::Same => pat,
                Object::Other => fixture.stranger,
                _ => lead,
            };
            at.content(object, project, by).await?;
            match object {
                Object::Same => {
                    for (was, is) in [(lead, pat), (supervisor, sam)] {
                        at.run("update team_role set person_id = $3 where project_id = $1 and person_id = $2", &[&id, &was.to_string(), &is.to_string()]).await?;
                    }
                }
                Object::Other => {
                    at.run("delete from team_role where project_id = $1 and role = 'supervisor'", &[&id]).await?;
                    at.run("update team_role set person_id = $2 where project_id = $1", &[&id, &fixture.stranger.to_string()]).await?;
                    at.run("update project set trust_id = $2, department_id = $3, author_id = $4, reference = 'QI-2025-0001' where id = $1", &[&id, &there.to_string(), &away_department.to_string(), &fixture.stranger.to_string()]).await?;
                    at.run("update project_priority set priority_id = $2 where project_id = $1", &[&id, &others_priority.to_string()]).await?;
                }
                Object::Draft => {
                    at.run("update project set status = 'draft', reference = null, submitted_at = null where id = $1", &[&id]).await?;
                    at.run("delete from team_role where project_id = $1 and role = 'lead'", &[&id]).await?;
                    at.run("delete from project_text where rowid = (select number from project where id = $1)", &[&id]).await?;
                }
                Object::Paused => at.run("update project set status = 'paused', review_on = '2026-06-01' where id = $1", &[&id]).await?,
                Object::Closed => at.run("update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-20' where id = $1", &[&id]).await?,
                Object::Merged => at.run("update project set status = 'closed', closed_reason = 'merged', closed_on = '2026-02-20', merged_into = $2 where id = $1", &[&id, &projects[&Object::Own].to_string()]).await?,
                Object::Own | Object::Missing => {}
            }
            let team = !matches!(object, Object::Same | Object::Other);
            for actor in [Actor::Member, Actor::Away, Actor::Guest, Actor::Closed, Actor::Asked] {
                if team {
                    role(at.conn, project, people[&actor], "member", on("2026-01-01"), None).await;
                }
            }
            if team && object != Object::Draft {
                role(at.conn, project, people[&Actor::Past], "lead", on("2025-09-01"), Some(on("2026-01-01"))).await;
                role(at.conn, project, people[&Actor::Leaver], "lead", on("2026-01-06"), Some(on("2026-02-26"))).await;
            }
            // A place that the team's lead may change or end: somebody else's.
            let place = role(
                at.conn,
                project,
                if object == Object::Other { fixture.stranger } else { sam },
                "coach",
                on("2026-01-01"),
                None,
            )
            .await;
            at.name(object, "place", place);
            at.name(object, "place person", if object == Object::Other { fixture.stranger } else { sam });
            at.name(object, "leader", if object == Object::Missing { joiner } else { by });
            if object != Object::Draft {
                at.question(object, "wish", joiner, "person").await?;
            }
        }
        at.question(Object::Draft, "invitation", people[&Actor::Invited], "team").await?;
        at.question(Object::Other, "invitation", people[&Actor::Colleague], "team").await?;

        let next = people[&Actor::Next];
        at.handover(Object::Own, [lead, next], "offered", TODAY).await?;
        at.handover(Object::Paused, [lead, next], "offered", TODAY).await?;
        // The supervisor of `same` has been silent for three weeks, and `other` has none.
        at.handover(Object::Same, [pat, people[&Actor::Arriving]], "offered", TODAY - Days::new(21)).await?;
        at.handover(Object::Other, [fixture.stranger, people[&Actor::Guest]], "offered", TODAY).await?;
        at.handover(Object::Closed, [lead, next], "declined", TODAY - Days::new(21)).await?;
        at.handover(Object::Merged, [lead, next], "declined", TODAY - Days::new(21)).await?;

        at.link(Object::Own, "related_to", [another, projects[&Object::Own]], people[&Actor::Academy], None).await?;
        let second = make::project(at.conn, there, away_department, fixture.stranger, "Sepsis elsewhere").await?;
        at.link(Object::Other, "related_to", [second, projects[&Object::Other]], people[&Actor::Elsewhere], None)
            .await?;
        let before = r#"{"status":"active","review_on":null,"closed_reason":null,"closed_on":null,"closed_note":""}"#;
        at.link(
            Object::Merged,
            "duplicate_of",
            [projects[&Object::Merged], projects[&Object::Own]],
            people[&Actor::Academy],
            Some(before),
        )
        .await?;

        let hash = app::people::hash_password(PASSWORD.to_owned()).await?;
        for (actor, whom) in &people {
            make::password(at.conn, *whom, &hash).await?;
            make::address(at.conn, *whom, &format!("{}@trust.nhs.uk", actor.word()), true).await?;
        }
        let code = app::people::hash_password(CODE.replace('-', "")).await?;
        at.run(
            "update tie set code_hash = $2, code_expires_at = '2026-03-08T12:00:00+00:00' where person_id = $1 and state = 'asked'",
            &[&people[&Actor::Asked].to_string(), &code],
        )
        .await?;
        at.run(
            "insert into password_code (person_id, made_at, expires_at, code_hash) values ($1, '2026-03-04T11:00:00+00:00', '2026-03-05T11:00:00+00:00', $2)",
            &[&people[&Actor::Colleague].to_string(), &code],
        )
        .await?;
        let secret = app::db::installation_secret(at.conn).await?;
        let token = app::notices::model::stop_token(&secret, people[&Actor::Member]);
        at.ids.insert((Object::Own, "stop token"), token);
        let ids = at.ids;
        change.commit().await?;

        let mut cookies = BTreeMap::new();
        for (&actor, &whom) in &people {
            let trust = if matches!(actor, Actor::Elsewhere | Actor::Guest | Actor::Asked) { there } else { here };
            cookies.insert(actor, app.session(whom, trust, noon()).await);
        }
        cookies.insert(Actor::Held, app.held_session(lead, here, noon()).await);
        cookies.insert(Actor::Expired, app.session(lead, here, noon() - Duration::hours(2)).await);
        Self::watching(app, cookies, ids).await
    }

    async fn watching(
        app: App,
        cookies: BTreeMap<Actor, String>,
        ids: BTreeMap<(Object, &'static str), String>,
    ) -> Result<Self> {
        let options =
            SqliteConnectOptions::new().filename(app.fixture.file()).foreign_keys(false).pragma("synchronous", "off");
        let mut watch = SqliteConnection::connect_with(&options).await?;
        let copy = app.fixture.file().with_file_name("as-it-was.db");
        sqlx::query("vacuum into $1").bind(copy.to_string_lossy().into_owned()).execute(&mut watch).await?;
        sqlx::query("attach database $1 as was").bind(copy.to_string_lossy().into_owned()).execute(&mut watch).await?;
        let found = sqlx::query("select name from sqlite_schema where type = 'table' and sql not like 'create virtual%' and name not like 'sqlite_%' order by name")
            .fetch_all(&mut watch).await?;
        let (mut tables, mut reading) = (Vec::new(), String::new());
        for table in found.iter().map(|row| row.get::<String, _>(0)) {
            let columns: Vec<String> =
                sqlx::query_scalar("select name from pragma_table_info($1)").bind(&table).fetch_all(&mut watch).await?;
            let kept = columns.iter().filter(|column| (table.as_str(), column.as_str()) != ("session", "seen_at"));
            let row = kept.map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join("||','||");
            let union = if reading.is_empty() { "" } else { " union all " };
            let _ = write!(
                reading,
                "{union}select '{table}', (select coalesce(group_concat(line, char(10)), '') from (select {row} as line from \"{table}\" order by 1))"
            );
            tables.push((table, format!("\"{}\"", columns.join("\", \""))));
        }
        let found =
            sqlx::query("select name, sql from sqlite_schema where type = 'trigger'").fetch_all(&mut watch).await?;
        let triggers = found.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(Self { app, cookies, ids, watch, tables, reading, triggers })
    }

    /// The browser of an actor.
    pub fn browser(&self, actor: Actor) -> Browser<'_> {
        self.app.returning(self.cookies.get(&actor).cloned())
    }

    /// The id of one kind of thing on an object.
    pub fn id(&self, object: Object, kind: &str) -> &str {
        if object == Object::Missing {
            return MISSING;
        }
        let found = self.ids.iter().find(|((of, name), _)| *of == object && *name == kind);
        found.map_or_else(|| panic!("there is no {kind} of {}", object.word()), |(_, id)| id.as_str())
    }

    /// The file of its store.
    pub fn file(&self) -> PathBuf {
        self.app.fixture.file()
    }

    /// Changes the world for a row, by statements.
    pub async fn prepare(&mut self, statements: &'static str) {
        self.watch.execute(statements).await.unwrap_or_else(|error| panic!("{statements}: {error}"));
        self.outdate().await;
    }

    /// Changes with every change that another connection made: as long as it is the same, nothing did.
    pub async fn version(&mut self) -> i64 {
        sqlx::query_scalar("pragma main.data_version").fetch_one(&mut self.watch).await.expect("a version")
    }

    /// Every row of every table, but when each session was last used.
    pub async fn dump(&mut self) -> Dump {
        let rows = sqlx::query(sqlx::AssertSqlSafe(self.reading.as_str()))
            .fetch_all(&mut self.watch)
            .await
            .expect("every table");
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Puts every table back to how it was made.
    pub async fn restore(&mut self) {
        let mut sql = "begin immediate;".to_owned();
        for (name, _) in &self.triggers {
            let _ = write!(sql, "drop trigger \"{name}\";");
        }
        for (table, columns) in &self.tables {
            let _ = write!(
                sql,
                "delete from main.\"{table}\"; insert into main.\"{table}\" ({columns}) select {columns} from was.\"{table}\";"
            );
        }
        for (_, trigger) in &self.triggers {
            let _ = write!(sql, "{trigger};");
        }
        sql.push_str("commit");
        self.watch.execute(sqlx::AssertSqlSafe(sql.as_str())).await.expect("restored");
        self.outdate().await;
    }

    /// What the server keeps of the store is out of date: it learns so from a change of its own.
    async fn outdate(&self) {
        self.app.fixture.store.write().await.expect("a change").commit().await.expect("committed");
    }
}
