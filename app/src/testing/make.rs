//! One of each kind of thing: one builder a table, with the rows that the demonstration is filled with, so
//! that a change of the schema is a change in one place. What every fixture has leaves no history, so that a
//! test finds only its own.

use chrono::NaiveDate;

use super::{Result, TODAY, noon, on};
use crate::access::{DrawDrivers, ManageOrganisation, ManagePriorities, WriteCycle, system};
use crate::cycles::model::Plan;
use crate::db::Connection;
use crate::demo::store::{self as rows, moment};
use crate::drivers::model::{Lines, Position};
use crate::id::{
    BatchId, CycleId, DepartmentId, DriverId, HandoverId, IntakeId, LinkId, MeasureId, MeasurementId, PersonId,
    PhaseId, PostId, PriorityId, ProjectId, SiteId, TallyId, TargetId, TaskId, TeamRoleId, TrustId, UpdateId,
    WebLinkId,
};
use crate::people::directory::model::{AwayDetails, TrustRole};
use crate::people::directory::store as directory;
use crate::people::organisation::model::Place as PartOfTrust;
use crate::people::organisation::store as organisation;
use crate::{cycles, drivers, duplicates, measures, priorities};

/// A trust.
pub async fn trust(conn: &mut Connection, name: &str) -> Result<TrustId> {
    let id = TrustId::new();
    rows::add_trust(conn, id, name, false, noon()).await?;
    organisation::add_changeovers(conn, id, TODAY).await?;
    Ok(id)
}

/// A department without a site.
pub async fn department(conn: &mut Connection, trust: TrustId, name: &str, specialty: &str) -> Result<DepartmentId> {
    let id = DepartmentId::new();
    sqlx::query("insert into department (id, trust_id, name, specialty) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(trust)
        .bind(name)
        .bind(specialty)
        .execute(conn)
        .await?;
    Ok(id)
}

/// A site, in use or retired.
pub async fn site(conn: &mut Connection, trust: TrustId, name: &str, retired: bool) -> Result<SiteId> {
    let organises = system(ManageOrganisation(trust), Some(trust), noon());
    let site = organisation::add_site(conn, &organises, name).await?;
    if retired {
        organisation::retire(conn, &organises, PartOfTrust::Site(site)).await?;
    }
    Ok(site)
}

/// A list of one person that somebody took in.
pub async fn intake(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<IntakeId> {
    let id = IntakeId::new();
    sqlx::query(
        "insert into intake (id, trust_id, number, made_by, made_at, rows, same, left_out) values ($1, $2, 1, $3, $4, 1, 0, 0);
         insert into intake_person (intake_id, person_id, did, added, changed) values ($1, $3, 'added', 1, 0)",
    )
    .bind(id)
    .bind(trust)
    .bind(person)
    .bind(noon())
    .execute(conn)
    .await?;
    Ok(id)
}

/// A priority since April 2025, in use or retired.
pub async fn priority(
    conn: &mut Connection,
    trust: TrustId,
    [title, aim]: [&str; 2],
    retired: bool,
) -> Result<PriorityId> {
    let id = PriorityId::new();
    let row = rows::Priority {
        id,
        trust_id: trust,
        title: title.to_owned(),
        aim: aim.to_owned(),
        source: "Quality account".to_owned(),
        owner: "Chief nurse".to_owned(),
        starts_on: on("2025-04-01"),
        ends_on: None,
    };
    rows::Priority::insert(conn, &[row]).await?;
    if retired {
        let manages = system(ManagePriorities(trust), Some(trust), noon());
        priorities::store::retire(conn, &manages, id, 1).await?;
    }
    Ok(id)
}

/// What stands for the password of whoever is made: no password fits it.
const NO_PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm8tcGFzc3dvcmQtZml0cw$UdVHjKgVPmH4xkIlTBvgZc8yh8FkmcVn1j5hGmVAkF8";

/// A person with a way in who has accepted the trust, with a post from 6 August 2025 until `ends`.
pub async fn person(
    conn: &mut Connection,
    trust: TrustId,
    department: DepartmentId,
    [name, grade]: [&str; 2],
    ends: Option<NaiveDate>,
) -> Result<PersonId> {
    let person = rows::Person { id: PersonId::new(), name: name.to_owned(), created_at: moment(noon()) };
    let id = person.id;
    let tie = rows::Tie::of(&person, trust);
    rows::Person::insert(conn, &[person]).await?;
    rows::Tie::insert(conn, &[tie]).await?;
    password(conn, id, NO_PASSWORD).await?;
    post(conn, trust, department, id, grade, [Some(on("2025-08-06")), ends]).await?;
    Ok(id)
}

/// A doctor's full-time post, from today unless a day is given: it counts once they have accepted the trust.
pub async fn post(
    conn: &mut Connection,
    trust: TrustId,
    department: DepartmentId,
    person: PersonId,
    grade: &str,
    [starts_on, ends_on]: [Option<NaiveDate>; 2],
) -> Result<PostId> {
    let id = PostId::new();
    let row = rows::Post {
        id,
        person_id: person,
        trust_id: trust,
        department_id: department,
        staff_group: "Medical".to_owned(),
        grade: grade.to_owned(),
        starts_on: starts_on.unwrap_or(TODAY),
        ends_on,
        percent: 100,
        end_confirmed: false,
        said_at: None,
    };
    rows::Post::insert(conn, &[row]).await?;
    Ok(id)
}

/// A period away of somebody whom the trust knows; gives its id.
pub async fn away(conn: &mut Connection, trust: TrustId, person: PersonId, [first, last]: [&str; 2]) -> Result<String> {
    let organises = system(ManageOrganisation(trust), Some(trust), noon());
    let period = AwayDetails { starts_on: on(first), ends_on: on(last), keeps_contributing: false };
    directory::add_away(conn, &organises, person, &period).await?;
    let id = sqlx::query_scalar("select id from away where person_id = $1 order by id desc limit 1");
    Ok(id.bind(person).fetch_one(conn).await?)
}

/// A role in a trust.
pub async fn grant(conn: &mut Connection, trust: TrustId, person: PersonId, role: TrustRole) -> Result {
    let (role, granted_at) = (role.to_string(), moment(noon()));
    let row = rows::TrustRole { person_id: person, trust_id: trust, role, granted_at, from_on: None };
    Ok(rows::TrustRole::insert(conn, &[row]).await?)
}

/// An address, confirmed or not.
pub async fn address(conn: &mut Connection, person: PersonId, address: &str, confirmed: bool) -> Result {
    let row = rows::Address {
        id: uuid::Uuid::now_v7(),
        person_id: person,
        address: address.to_owned(),
        verified_at: confirmed.then(|| moment(noon())),
        created_at: moment(noon()),
    };
    Ok(rows::Address::insert(conn, &[row]).await?)
}

/// Takes somebody's way in, as of one who was added and never came.
pub async fn no_way_in(conn: &mut Connection, person: PersonId) -> Result {
    sqlx::query("delete from credential where person_id = $1").bind(person).execute(conn).await?;
    Ok(())
}

/// A password that somebody chose themselves, by its hash.
pub async fn password(conn: &mut Connection, person: PersonId, hash: &str) -> Result {
    sqlx::query(
        "insert into credential (person_id, password_hash, changed_at) values ($1, $2, $3)
         on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at",
    )
        .bind(person)
        .bind(hash)
        .bind(noon())
        .execute(conn)
        .await?;
    Ok(())
}

/// An active project with the next reference of its trust, without a team.
pub async fn project(
    conn: &mut Connection,
    trust: TrustId,
    department: DepartmentId,
    author: PersonId,
    title: &str,
) -> Result<ProjectId> {
    let number: i64 = sqlx::query_scalar(
        "insert into reference_counter (trust_id, year, last) values ($1, 2026, 1)
         on conflict (trust_id, year) do update set last = last + 1 returning last",
    )
    .bind(trust)
    .fetch_one(&mut *conn)
    .await?;
    let id = ProjectId::new();
    let row = rows::Project {
        id,
        trust_id: trust,
        reference: Some(format!("QI-2026-{number:04}")),
        title: title.to_owned(),
        problem: "It goes wrong.".to_owned(),
        department_id: department,
        status: "active".to_owned(),
        review_on: None,
        closed_reason: None,
        closed_on: None,
        closed_note: String::new(),
        merged_into: None,
        origin: "idea".to_owned(),
        origin_note: String::new(),
        local_need: String::new(),
        aim_what: String::new(),
        aim_whom: String::new(),
        aim_how_much: String::new(),
        aim_by: None,
        standard: String::new(),
        standard_source: String::new(),
        standard_level: String::new(),
        reaudit_on: None,
        author_id: author,
        created_at: "2026-01-01T12:00:00+00:00".to_owned(),
        updated_at: moment(noon()),
        submitted_at: Some("2026-01-01T12:00:00+00:00".to_owned()),
        last_active_on: Some(TODAY),
        kind: "quality_improvement".to_owned(),
    };
    rows::Project::insert(conn, &[row]).await?;
    duplicates::store::index(conn, id).await?;
    Ok(id)
}

/// Links a project to a priority.
pub async fn towards(conn: &mut Connection, project: ProjectId, priority: PriorityId) -> Result {
    let row = rows::ProjectPriority { project_id: project, priority_id: priority };
    Ok(rows::ProjectPriority::insert(conn, &[row]).await?)
}

/// A place in a project's team: accepted, or asked for by the team or by the person (`opened_by`).
pub async fn place(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    [role, state, opened_by]: [&str; 3],
    from: NaiveDate,
    until: Option<NaiveDate>,
) -> Result<TeamRoleId> {
    let id = TeamRoleId::new();
    let row = rows::TeamRole {
        id,
        project_id: project,
        person_id: person,
        role: role.to_owned(),
        state: state.to_owned(),
        opened_by: opened_by.to_owned(),
        message: String::new(),
        from_on: from,
        until_on: until,
        contribution: String::new(),
        asked_at: moment(noon()),
        answered_at: (state != "asked").then(|| moment(noon())),
        answered_by: None,
        confirmed_until: None,
        begun_by: None,
        ended_by: None,
    };
    rows::TeamRole::insert(conn, &[row]).await?;
    Ok(id)
}

/// A weekly percentage, wanted at 90, after the project's other measures.
pub async fn measure(conn: &mut Connection, project: ProjectId, name: &str) -> Result<MeasureId> {
    let position: i64 = sqlx::query_scalar("select coalesce(max(position), 0) + 1 from measure where project_id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    let id = MeasureId::new();
    let row = rows::Measure {
        id,
        project_id: project,
        name: name.to_owned(),
        definition: "Of all with red-flag sepsis".to_owned(),
        kind: "process".to_owned(),
        data_type: "percentage".to_owned(),
        unit: "%".to_owned(),
        per: None,
        direction: "increase".to_owned(),
        target: Some(90.0),
        every_days: Some(7),
        source: String::new(),
        collector: String::new(),
        starts_on: on("2026-01-01"),
        position,
        last_on: None,
        created_at: moment(noon()),
    };
    rows::Measure::insert(conn, &[row]).await?;
    Ok(id)
}

/// The act in which every point of a measure so far was recorded.
///
/// # Errors
/// When the store cannot write.
pub async fn batch(conn: &mut Connection, measure: MeasureId, by: PersonId) -> Result<BatchId> {
    let id = BatchId::new();
    sqlx::query(
        "insert into point_batch (id, measure_id, way, points, recorded_by, recorded_at)
         values ($1, $2, 'typed', 2, $3, $4); update measurement set batch_id = $1 where measure_id = $2",
    )
    .bind(id)
    .bind(measure)
    .bind(by)
    .bind(noon())
    .execute(&mut *conn)
    .await?;
    Ok(id)
}

/// A point of 8 in 10, the measure's next entry.
pub async fn point(
    conn: &mut Connection,
    measure: MeasureId,
    by: PersonId,
    day: &str,
    state: &str,
) -> Result<MeasurementId> {
    let entry: i64 = sqlx::query_scalar("select coalesce(max(entry), 0) + 1 from measurement where measure_id = $1")
        .bind(measure)
        .fetch_one(&mut *conn)
        .await?;
    let id = MeasurementId::new();
    let row = rows::Measurement {
        id,
        measure_id: measure,
        taken_on: on(day),
        entry,
        value: None,
        numerator: Some(8.0),
        denominator: Some(10.0),
        note: String::new(),
        state: state.to_owned(),
        reason: if state == "current" { String::new() } else { "A strike".to_owned() },
        recorded_by: by,
        recorded_at: moment(noon()),
    };
    rows::Measurement::insert(conn, &[row]).await?;
    measures::store::refresh_last_on(conn, measure).await?;
    Ok(id)
}

/// The beginning of a phase of a measure's chart.
pub async fn phase(conn: &mut Connection, measure: MeasureId, by: PersonId, day: &str) -> Result<PhaseId> {
    let id = PhaseId::new();
    sqlx::query(
        "insert into phase (id, measure_id, starts_on, reason, created_by, created_at) values ($1, $2, $3, 'New staff', $4, $5)",
    )
    .bind(id)
    .bind(measure)
    .bind(on(day))
    .bind(by)
    .bind(noon())
    .execute(conn)
    .await?;
    Ok(id)
}

/// A target of a measure from a day on.
pub async fn target(conn: &mut Connection, measure: MeasureId, day: &str, target: f64) -> Result<TargetId> {
    let id = TargetId::new();
    sqlx::query(
        "insert into measure_target (id, measure_id, starts_on, target, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(measure)
    .bind(on(day))
    .bind(target)
    .bind(noon())
    .execute(conn)
    .await?;
    Ok(id)
}

/// A count of two yes and one no that goes on.
pub async fn tally(conn: &mut Connection, measure: MeasureId, by: PersonId, day: &str) -> Result<TallyId> {
    let id = TallyId::new();
    sqlx::query(
        "insert into tally (id, measure_id, taken_on, presses, started_by, started_at) values ($1, $2, $3, 'YYN', $4, $5)",
    )
    .bind(id)
    .bind(measure)
    .bind(on(day))
    .bind(by)
    .bind(noon())
    .execute(conn)
    .await?;
    Ok(id)
}

/// A PDSA cycle that is planned.
pub async fn cycle(conn: &mut Connection, project: ProjectId, title: &str, starts_on: &str) -> Result<CycleId> {
    let writes = system(WriteCycle(project), None, noon());
    let plan = Plan {
        title: title.to_owned(),
        question: String::new(),
        prediction: String::new(),
        scale: None,
        idea: None,
        continues: None,
        done: String::new(),
        differed: String::new(),
        studied: String::new(),
        was_right: None,
        decision: None,
        acted: String::new(),
        starts_on: on(starts_on),
        ends_on: None,
    };
    Ok(cycles::store::add(conn, &writes, &plan).await?)
}

/// An open task that nobody has yet.
pub async fn task(
    conn: &mut Connection,
    project: ProjectId,
    author: PersonId,
    what: &str,
    due_on: Option<NaiveDate>,
) -> Result<TaskId> {
    let id = TaskId::new();
    let row = rows::Task {
        id,
        project_id: project,
        what: what.to_owned(),
        person_id: None,
        due_on,
        done_at: None,
        done_by: None,
        author_id: author,
        created_at: moment(noon()),
    };
    rows::Task::insert(conn, &[row]).await?;
    Ok(id)
}

/// An update of the fixtures' day, which may have been deleted.
pub async fn update(
    conn: &mut Connection,
    project: ProjectId,
    author: PersonId,
    words: &str,
    removed: bool,
) -> Result<UpdateId> {
    let id = UpdateId::new();
    let row = rows::Update {
        id,
        project_id: project,
        on_day: TODAY,
        words: words.to_owned(),
        author_id: author,
        created_at: moment(noon()),
    };
    rows::Update::insert(conn, &[row]).await?;
    if removed {
        sqlx::query("update project_update set removed_at = created_at where id = $1").bind(id).execute(conn).await?;
    }
    Ok(id)
}

/// A link to a folder.
pub async fn web_link(conn: &mut Connection, project: ProjectId, author: PersonId, address: &str) -> Result<WebLinkId> {
    let id = WebLinkId::new();
    let row = rows::WebLink {
        id,
        project_id: project,
        kind: "folder".to_owned(),
        title: "Shared folder".to_owned(),
        address: address.to_owned(),
        account: "The ward’s mailbox".to_owned(),
        author_id: author,
        created_at: moment(noon()),
    };
    rows::WebLink::insert(conn, &[row]).await?;
    Ok(id)
}

/// Primary drivers of a project's diagram, in order.
pub async fn drivers(conn: &mut Connection, project: ProjectId, texts: &[&str]) -> Result<Vec<DriverId>> {
    let draws = system(DrawDrivers(project), None, noon());
    let texts = texts.iter().map(|text| (*text).to_owned()).collect();
    Ok(drivers::store::add(conn, &draws, &Lines { place: Position::PRIMARY, texts }).await?)
}

/// A handover to one person from 1 April 2026, offered at noon of a day; ended then, unless `state` is
/// `offered`.
pub async fn handover(
    conn: &mut Connection,
    project: ProjectId,
    [from, to]: [PersonId; 2],
    state: &str,
    offered_on: NaiveDate,
) -> Result<HandoverId> {
    let (id, at) = (HandoverId::new(), format!("{offered_on}T12:00:00+00:00"));
    let row = rows::Handover {
        id,
        project_id: project,
        from_person: Some(from),
        to_person: Some(to),
        to_pool: false,
        state: state.to_owned(),
        takes_effect_on: Some(on("2026-04-01")),
        summary: "Going well".to_owned(),
        next_step: "Measure".to_owned(),
        next_step_on: Some(on("2026-03-11")),
        files: String::new(),
        not_repeat: String::new(),
        approvals: String::new(),
        approvals_expire_on: None,
        helped: String::new(),
        created_by: from,
        created_at: at.clone(),
        offered_at: Some(at.clone()),
        ended_at: (state != "offered").then_some(at),
        shared_after_leaving: false,
    };
    rows::Handover::insert(conn, &[row]).await?;
    Ok(id)
}

/// What was decided about two projects, with what an undoing of it restores.
pub async fn link(
    conn: &mut Connection,
    kind: &str,
    [project, other]: [ProjectId; 2],
    by: PersonId,
    before: Option<&str>,
) -> Result<LinkId> {
    let id = LinkId::new();
    let row = rows::Link {
        id,
        project_id: project,
        other_id: other,
        kind: kind.to_owned(),
        word: String::new(),
        before: before.map(str::to_owned),
        decided_by: by,
        decided_at: moment(noon()),
    };
    rows::Link::insert(conn, &[row]).await?;
    Ok(id)
}
