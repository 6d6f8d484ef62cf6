//! Fixtures for tests: a store in a temporary file with one small trust in it.

pub mod make;
pub mod measured;

use std::error::Error;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use sha2::{Digest as _, Sha256};
use tempfile::{NamedTempFile, TempDir};

use crate::continuity::derived::DERIVED;
use crate::db::{self, Connection, MIGRATIONS, Store};
use crate::id::{DepartmentId, MeasureId, PersonId, PriorityId, ProjectId, TeamRoleId, TrustId};
use crate::outbox::Mail;
use crate::people::directory::model::TrustRole;
use crate::visitor::{Caller, Sessions, Visitor};
use crate::web::attempts::Attempts;
use crate::web::codes::Codes;
use crate::web::form::Forms;
use crate::web::request::{Request, RequestParts};

/// The day on which every fixture stands: Wednesday 4 March 2026.
pub const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");

const FILE: &str = "baton.db";
/// The department in each trust, and its specialty.
const ACUTE: [&str; 2] = ["Acute medicine", "Acute internal medicine"];

/// Noon of [`TODAY`].
#[must_use]
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 4, 12, 0, 0).single().expect("a moment")
}

/// The fields that a form was refused for.
///
/// # Panics
/// When it was accepted, or refused for something else.
#[must_use]
pub fn wrong<T: fmt::Debug>(parsed: std::result::Result<T, crate::error::Error>) -> Vec<String> {
    let Err(crate::error::Error::Invalid(errors)) = parsed else { panic!("accepted: {parsed:?}") };
    errors.into_iter().map(|error| error.field).collect()
}

/// Baton as mail speaks of it, with a mail server.
#[must_use]
pub fn mail() -> Mail {
    Mail { base: "https://baton.example".into(), sends: true }
}

/// A date from its ISO form.
#[must_use]
pub fn on(date: &str) -> NaiveDate {
    date.parse().expect("a date")
}

/// What a test gives back, so that it says `?` where something must not fail.
pub type Result<T = ()> = std::result::Result<T, Failure>;

/// What ended a test, and where.
pub struct Failure {
    error: Box<dyn Error + Send + Sync>,
    at: &'static Location<'static>,
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        Self { error: error.into(), at: Location::caller() }
    }
}

impl fmt::Debug for Failure {
    /// As a test that fails shows it: each error with what caused it, and the line that gave up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        write!(f, "\n  at {}", self.at)
    }
}

/// Opens a new store in this folder. It is a copy of one that was migrated once: no test waits for the
/// migrations, nor for the disk.
pub async fn new_store(folder: &Path) -> Result<Store> {
    let file = folder.join(FILE);
    let template = template()?;
    if let Err(error) = fs::copy(&template, &file) {
        if error.kind() != io::ErrorKind::NotFound {
            return Err(error.into());
        }
        make_template(&template).await?;
        fs::copy(&template, &file)?;
    }
    Ok(Store::open_unsynced(&file, DERIVED).await?)
}

/// The store that is copied: beside the tests' programs, under a name that changes with the migrations.
fn template() -> io::Result<PathBuf> {
    let digest = MIGRATIONS.iter().fold(Sha256::new(), |digest, one| digest.chain_update(&one.checksum)).finalize();
    let name = format!("migrated-{}.db", &crate::digest::hex(&digest)[..16]);
    Ok(std::env::current_exe()?.with_file_name(name))
}

/// Makes it under a name of its own first: each test is a process, and many of them begin at once.
async fn make_template(template: &Path) -> Result {
    let made = NamedTempFile::new_in(template.parent().unwrap_or(Path::new(".")))?;
    db::migrate(made.path(), DERIVED).await?;
    made.persist(template)?;
    Ok(())
}

/// A store with a trust, a department, a priority and people in it. The file goes when it is dropped.
#[derive(Debug)]
pub struct Fixture {
    folder: TempDir,
    /// The store.
    pub store: Store,
    /// The trust.
    pub trust: TrustId,
    /// Its department.
    pub department: DepartmentId,
    /// Its priority.
    pub priority: PriorityId,
    /// A trainee, whose post ends on 4 August 2026: the lead of what [`Fixture::project`] makes.
    pub trainee: PersonId,
    /// Another trainee.
    pub colleague: PersonId,
    /// A consultant on a permanent post: the supervisor of what [`Fixture::project`] makes.
    pub supervisor: PersonId,
    /// The academy lead.
    pub lead: PersonId,
    /// The administrator.
    pub administrator: PersonId,
    /// Somebody of another trust.
    pub stranger: PersonId,
    /// The other trust.
    pub other_trust: TrustId,
}

impl Fixture {
    /// A new store with the people in it, and no project.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = new_store(folder.path()).await.expect("a store");
        Self::with_people(folder, store).await.expect("a fixture")
    }

    async fn with_people(folder: TempDir, store: Store) -> Result<Self> {
        let mut conn = store.write().await?;
        let trust = make::trust(&mut conn, "Tamar Vale").await?;
        let other_trust = make::trust(&mut conn, "Other Shire").await?;
        let department = make::department(&mut conn, trust, ACUTE[0], ACUTE[1]).await?;
        let other_department = make::department(&mut conn, other_trust, ACUTE[0], ACUTE[1]).await?;
        let priority = make::priority(&mut conn, trust, ["Sepsis", "Antibiotics within the hour"], false).await?;
        let ends = Some(on("2026-08-04"));
        let trainee = make::person(&mut conn, trust, department, ["Tara Trainee", "FY2"], ends).await?;
        let colleague = make::person(&mut conn, trust, department, ["Colin Colleague", "CT1"], ends).await?;
        let supervisor = make::person(&mut conn, trust, department, ["Sonia Supervisor", "Consultant"], None).await?;
        let lead = make::person(&mut conn, trust, department, ["Lena Lead", "Consultant"], None).await?;
        let administrator = make::person(&mut conn, trust, department, ["Adam Administrator", "Manager"], None).await?;
        let stranger = make::person(&mut conn, other_trust, other_department, ["Stella Stranger", "FY1"], None).await?;
        make::grant(&mut conn, trust, lead, TrustRole::AcademyLead).await?;
        make::grant(&mut conn, trust, administrator, TrustRole::Administrator).await?;
        conn.commit().await?;
        Ok(Self {
            folder,
            store,
            trust,
            department,
            priority,
            trainee,
            colleague,
            supervisor,
            lead,
            administrator,
            stranger,
            other_trust,
        })
    }

    /// The store's file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// A request of this person at noon of [`TODAY`]; `None` for nobody.
    pub async fn request(&self, person: Option<PersonId>) -> Request {
        self.request_at(person, noon()).await
    }

    /// A request of this person at a moment.
    pub async fn request_at(&self, person: Option<PersonId>, now: DateTime<Utc>) -> Request {
        let sessions =
            Sessions { secure: false, idle: chrono::Duration::hours(1), absolute: chrono::Duration::hours(12) };
        let visitor = match person {
            None => Visitor::Nobody,
            Some(person) => {
                let mut change = self.store.write().await.expect("a change");
                let trust = if person == self.stranger { self.other_trust } else { self.trust };
                let token = sessions.begin(&mut change, None, (person, trust), false, now).await.expect("a session");
                let visitor = sessions.visitor(&mut change, Some(&token), now).await.expect("a visitor");
                change.commit().await.expect("committed");
                visitor
            }
        };
        Request::new(RequestParts {
            store: self.store.clone(),
            sessions,
            forms: Forms::new("secret"),
            attempts: Attempts::default(),
            codes: Codes::default(),
            mail: mail(),
            demo: false,
            contact: "".into(),
            caller: Caller { visitor, id: "test".to_owned(), now },
            client: "127.0.0.1".to_owned(),
            path: "/".to_owned(),
            params: Vec::new(),
            query: Vec::new(),
            rejected: None,
            has_rejected_form: Default::default(),
        })
    }

    /// An active project, led by the trainee and supervised by the supervisor since 1 January 2026.
    pub async fn project(&self, title: &str) -> ProjectId {
        self.new_project(title).await.expect("a project")
    }

    async fn new_project(&self, title: &str) -> Result<ProjectId> {
        let mut conn = self.store.write().await?;
        let id = make::project(&mut conn, self.trust, self.department, self.trainee, title).await?;
        make::towards(&mut conn, id, self.priority).await?;
        for (person, role) in [(self.trainee, "lead"), (self.supervisor, "supervisor")] {
            make::place(&mut conn, id, person, [role, "accepted", "team"], on("2026-01-01"), None).await?;
        }
        conn.commit().await?;
        Ok(id)
    }

    /// A weekly percentage of a project, without points.
    pub async fn measure(&self, project: ProjectId) -> MeasureId {
        let mut conn = self.store.write().await.expect("a change");
        let id = make::measure(&mut conn, project, "Antibiotics within the hour").await.expect("a measure");
        conn.commit().await.expect("committed");
        id
    }
}

/// A person with a post from 6 August 2025 until `ends`.
pub async fn person(
    conn: &mut Connection,
    trust: TrustId,
    department: DepartmentId,
    name: &str,
    grade: &str,
    ends: Option<NaiveDate>,
) -> PersonId {
    make::person(conn, trust, department, [name, grade], ends).await.expect("a person")
}

/// Says that somebody has accepted a trust, unless something is known of the two.
pub async fn tie(conn: &mut Connection, person: PersonId, trust: TrustId) {
    sqlx::query(
        "insert into tie (person_id, trust_id, state, named, asked_at, answered_at)
         select id, $2, 'accepted', name, $3, $3 from person where id = $1 on conflict do nothing",
    )
    .bind(person)
    .bind(trust)
    .bind(noon())
    .execute(conn)
    .await
    .expect("a tie");
}

/// An accepted place in a project's team, of somebody who has accepted the project's trust.
pub async fn role(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    role: &str,
    from: NaiveDate,
    until: Option<NaiveDate>,
) -> TeamRoleId {
    let id = make::place(conn, project, person, [role, "accepted", "team"], from, until).await.expect("a place");
    let trust = sqlx::query_scalar("select trust_id from project where id = $1").bind(project).fetch_one(&mut *conn);
    let trust = trust.await.expect("the project's trust");
    tie(conn, person, trust).await;
    id
}
