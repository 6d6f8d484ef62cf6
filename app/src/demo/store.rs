//! Rows as they are filled in bulk: each kind knows its own `insert … select … from json_each($1)`, so
//! that many rows travel in one statement.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::db::Connection;
use crate::duplicates;
use crate::error::Error;
use crate::id::{
    CycleId, DepartmentId, DriverId, HandoverId, LinkId, MeasureId, MeasurementId, PersonId, PostId, PriorityId,
    ProjectId, SiteId, TaskId, TeamRoleId, TrustId, UpdateId, WebLinkId,
};

const ROWS_AT_ONCE: usize = 2000;

/// A moment as the store keeps it.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident in $table:literal {
        $first:ident: $first_type:ty, $($field:ident: $type:ty,)* $(; $renamed:ident as $column:literal: $renamed_type:ty)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        pub struct $name {
            pub $first: $first_type,
            $(pub $field: $type,)*
            $(pub $renamed: $renamed_type,)?
        }

        impl $name {
            /// Inserts these rows.
            ///
            /// # Errors
            /// When one does not fit the schema.
            pub async fn insert(conn: &mut Connection, rows: &[Self]) -> Result<(), Error> {
                let sql = concat!(
                    "insert into ", $table, " (", stringify!($first), $(", ", stringify!($field),)* $(", ", $column,)?
                    ") select value ->> '", stringify!($first), "'", $(", value ->> '", stringify!($field), "'",)*
                    $(", value ->> '", stringify!($renamed), "'",)? " from json_each($1)"
                );
                for some in rows.chunks(ROWS_AT_ONCE) {
                    sqlx::query(sql).bind(serde_json::to_string(some)?).execute(&mut *conn).await?;
                }
                Ok(())
            }
        }
    )*};
}

impl Tie {
    /// Of somebody who belongs to the trust since they were made.
    #[must_use]
    pub fn of(person: &Person, trust: TrustId) -> Self {
        let Person { id, name, created_at } = person.clone();
        let (asked_at, answered_at) = (created_at.clone(), created_at);
        Self { person_id: id, trust_id: trust, state: "accepted".to_owned(), named: name, asked_at, answered_at }
    }
}

impl Credential {
    /// Of somebody who could sign in, but for that no password is this one.
    #[must_use]
    pub fn of(person: &Person) -> Self {
        Self { person_id: person.id, password_hash: "none".to_owned(), changed_at: person.created_at.clone() }
    }
}

rows! {
    /// A site.
    Site in "site" { id: SiteId, trust_id: TrustId, name: String, }
    /// A department.
    Department in "department" { id: DepartmentId, trust_id: TrustId, site_id: SiteId, name: String, specialty: String, }
    /// A person.
    Person in "person" { id: PersonId, name: String, created_at: String, }
    /// A person's address.
    Address in "person_address" { id: uuid::Uuid, person_id: PersonId, address: String, verified_at: Option<String>, created_at: String, }
    /// A post.
    Post in "post" {
        id: PostId, person_id: PersonId, trust_id: TrustId, department_id: DepartmentId, staff_group: String,
        grade: String, starts_on: NaiveDate, ends_on: Option<NaiveDate>, percent: i64, end_confirmed: bool,
        said_at: Option<String>,
    }
    /// A password.
    Credential in "credential" { person_id: PersonId, password_hash: String, changed_at: String, }
    /// A role in the trust.
    TrustRole in "trust_role" {
        person_id: PersonId, trust_id: TrustId, role: String, granted_at: String, from_on: Option<NaiveDate>,
    }
    /// A day on which many posts end and begin.
    Changeover in "changeover" { trust_id: TrustId, on_day: NaiveDate, }
    /// That somebody belongs to the trust.
    Tie in "tie" { person_id: PersonId, trust_id: TrustId, state: String, named: String, asked_at: String, answered_at: String, }
    /// A priority.
    Priority in "priority" {
        id: PriorityId, trust_id: TrustId, title: String, aim: String, source: String, owner: String,
        starts_on: NaiveDate, ends_on: Option<NaiveDate>,
    }
    /// A project.
    Project in "project" {
        id: ProjectId, trust_id: TrustId, reference: Option<String>, title: String, problem: String,
        department_id: DepartmentId, status: String, review_on: Option<NaiveDate>,
        closed_reason: Option<String>, closed_on: Option<NaiveDate>, closed_note: String, merged_into: Option<ProjectId>,
        origin: String, origin_note: String, local_need: String,
        aim_what: String, aim_whom: String, aim_how_much: String, aim_by: Option<NaiveDate>,
        standard: String, standard_source: String, standard_level: String, reaudit_on: Option<NaiveDate>,
        author_id: PersonId, created_at: String, updated_at: String, submitted_at: Option<String>,
        last_active_on: Option<NaiveDate>,
        ; kind as "type": String
    }
    /// A project's priority.
    ProjectPriority in "project_priority" { project_id: ProjectId, priority_id: PriorityId, }
    /// A place in a team.
    TeamRole in "team_role" {
        id: TeamRoleId, project_id: ProjectId, person_id: PersonId, role: String, state: String, opened_by: String,
        message: String, from_on: NaiveDate, until_on: Option<NaiveDate>, contribution: String, asked_at: String,
        answered_at: Option<String>, answered_by: Option<PersonId>, confirmed_until: Option<NaiveDate>,
        begun_by: Option<HandoverId>, ended_by: Option<HandoverId>,
    }
    /// A measure.
    Measure in "measure" {
        id: MeasureId, project_id: ProjectId, name: String, definition: String, kind: String, data_type: String,
        unit: String, per: Option<i64>, direction: String, target: Option<f64>, every_days: Option<i64>,
        source: String, collector: String, starts_on: NaiveDate, position: i64, last_on: Option<NaiveDate>, created_at: String,
    }
    /// A point.
    Measurement in "measurement" {
        id: MeasurementId, measure_id: MeasureId, taken_on: NaiveDate, entry: i64, value: Option<f64>,
        numerator: Option<f64>, denominator: Option<f64>, note: String, state: String, reason: String,
        recorded_by: PersonId, recorded_at: String,
    }
    /// A PDSA cycle.
    Cycle in "cycle" {
        id: CycleId, project_id: ProjectId, number: i64, title: String, question: String, prediction: String,
        done: String, studied: String, decision: Option<String>, acted: String, starts_on: NaiveDate,
        ends_on: Option<NaiveDate>, created_at: String, scale: Option<String>, idea_id: Option<DriverId>,
        continues: Option<CycleId>, differed: String, was_right: Option<String>,
    }
    /// A task.
    Task in "task" {
        id: TaskId, project_id: ProjectId, what: String, person_id: Option<PersonId>, due_on: Option<NaiveDate>,
        done_at: Option<String>, done_by: Option<PersonId>, author_id: PersonId, created_at: String,
    }
    /// An update.
    Update in "project_update" {
        id: UpdateId, project_id: ProjectId, on_day: NaiveDate, words: String, author_id: PersonId, created_at: String,
    }
    /// A link.
    WebLink in "web_link" {
        id: WebLinkId, project_id: ProjectId, kind: String, title: String, address: String, account: String,
        author_id: PersonId, created_at: String,
    }
    /// A line of a driver diagram.
    Driver in "driver" {
        id: DriverId, project_id: ProjectId, parent_id: Option<DriverId>, level: String, text: String, position: i64,
        created_at: String,
    }
    /// A measure of a line.
    DriverMeasure in "driver_measure" { driver_id: DriverId, measure_id: MeasureId, }
    /// A handover.
    Handover in "handover" {
        id: HandoverId, project_id: ProjectId, from_person: Option<PersonId>, to_person: Option<PersonId>, to_pool: bool, state: String,
        takes_effect_on: Option<NaiveDate>, summary: String, next_step: String, next_step_on: Option<NaiveDate>,
        files: String, not_repeat: String, approvals: String, approvals_expire_on: Option<NaiveDate>, helped: String,
        created_by: PersonId, created_at: String, offered_at: Option<String>, ended_at: Option<String>,
        shared_after_leaving: bool,
    }
    /// How the next point is got.
    HandoverMeasure in "handover_measure" { handover_id: HandoverId, measure_id: MeasureId, how: String, next_on: Option<NaiveDate>, }
    /// What a leaver contributed.
    HandoverContribution in "handover_contribution" { handover_id: HandoverId, person_id: PersonId, contribution: String, }
    /// An answer to a handover.
    HandoverAnswer in "handover_answer" {
        handover_id: HandoverId, party: String, person_id: PersonId, answer: String, word: String, answered_at: String,
    }
    /// What was decided about two projects.
    Link in "project_link" {
        id: LinkId, project_id: ProjectId, other_id: ProjectId, kind: String, word: String, before: Option<String>, decided_by: PersonId, decided_at: String,
    }
    /// The last reference given in a year.
    Counter in "reference_counter" { trust_id: TrustId, year: i32, last: i64, }
}

impl Changeover {
    /// The changeovers of a trust.
    #[must_use]
    pub fn of(trust: TrustId, days: Vec<NaiveDate>) -> Vec<Self> {
        days.into_iter().map(|on_day| Self { trust_id: trust, on_day }).collect()
    }
}

impl TeamRole {
    /// Whether it is a place as lead that counts.
    fn leads(&self) -> bool {
        self.role == "lead" && self.state == "accepted"
    }

    /// Says of places as lead which agreed handover of their project began or ended them.
    pub fn tie_to_handovers(places: &mut [Self], handovers: &[Handover]) {
        for place in places.iter_mut().filter(|place| place.leads()) {
            let (project, person) = (place.project_id, Some(place.person_id));
            let agreed = |on: NaiveDate, taken: bool| {
                let of = |one: &&Handover| one.project_id == project && one.state == "agreed";
                let fits = |one: &&Handover| one.takes_effect_on == Some(on) && (one.to_person == person) == taken;
                handovers.iter().filter(of).find(fits).map(|one| one.id)
            };
            place.begun_by = agreed(place.from_on, true);
            place.ended_by = place.until_on.and_then(|on| agreed(on, false));
        }
    }
}

/// Whether the store's trust is the demonstration; nothing when there is none. Any other trust counts first.
///
/// # Errors
/// When the store cannot be read.
pub async fn holds(conn: &mut Connection) -> Result<Option<bool>, Error> {
    Ok(sqlx::query_scalar("select demonstration from trust order by demonstration limit 1")
        .fetch_optional(conn)
        .await?)
}

/// Makes a trust.
///
/// # Errors
/// When there is one of this name.
pub async fn add_trust(
    conn: &mut Connection,
    id: TrustId,
    name: &str,
    demonstration: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("insert into trust (id, name, demonstration, created_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(name)
        .bind(demonstration)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes every submitted project of a new trust findable by its words.
///
/// # Errors
/// When the store cannot write.
pub async fn index_all(conn: &mut Connection, trust: TrustId) -> Result<(), Error> {
    let projects: Vec<ProjectId> =
        sqlx::query_scalar("select id from project where trust_id = $1 and status <> 'draft'")
            .bind(trust)
            .fetch_all(&mut *conn)
            .await?;
    for project in projects {
        duplicates::store::index(conn, project).await?;
    }
    Ok(())
}
