use chrono::Days;
use timeline::Kind;

use super::*;
use crate::access;
use crate::access::{AnswerQuestion, ManageTeam};
use crate::continuity::asks;
use crate::duplicates::model::Query;
use crate::id::{PriorityId, TeamRoleId};
use crate::people::model::Named;
use crate::progress::store::tasks;
use crate::project::details::Completeness;
use crate::project::store::summary;
use crate::projects::model::Transition;
use crate::team::model::Invitation;
use crate::team::model::InviteForm;
use crate::team::store::MOST_ASKED;
use crate::testing::{Fixture, TODAY, noon, on};

fn form(at: &Fixture) -> ProjectForm {
    ProjectForm {
        kind: "quality_improvement".into(),
        title: "Antibiotics in sepsis".into(),
        problem: "They are late.".into(),
        department: at.department.to_string(),
        priorities: vec![at.priority.to_string()],
        ..ProjectForm::default()
    }
}

async fn registered(
    at: &Fixture,
    person: PersonId,
    form: &ProjectForm,
    now: DateTime<Utc>,
) -> Result<ProjectId, Error> {
    let request = at.request_at(Some(person), now).await;
    let trust = request.person()?.trust;
    let said = form.parse(Completeness::Registered)?;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, RegisterProject(trust)).await?;
    let project = register(&mut change, &allowed, &said).await?;
    change.commit().await?;
    Ok(project)
}

#[tokio::test]
async fn references_count_within_a_trust_and_a_year() {
    let at = Fixture::new().await;
    let form = form(&at);
    let next_year = "2027-01-01T00:30:00Z".parse().expect("a moment");
    let mut references = Vec::new();
    for (person, now) in [(at.trainee, noon()), (at.colleague, noon()), (at.lead, next_year)] {
        let project = registered(&at, person, &form, now).await.expect("registered");
        let mut conn = at.store.read().await.expect("a reader");
        references.push(summary(&mut conn, project).await.expect("a head").reference.unwrap_or_default());
    }
    assert_eq!(references, ["QI-2026-0001", "QI-2026-0002", "QI-2027-0001"]);
}

#[tokio::test]
async fn what_is_registered_is_led_found_and_on_record() {
    let at = Fixture::new().await;
    let named = ProjectForm { supervisor: at.supervisor.to_string(), ..form(&at) };
    let id = registered(&at, at.trainee, &named, noon()).await.expect("registered");
    let mut conn = at.store.read().await.expect("a reader");
    let stored = project(&mut conn, id, TODAY, 20).await.expect("a project");
    let team = stored.team;
    let lead = team.iter().find(|place| place.role == TeamRole::Lead).expect("a lead");
    assert!(lead.person == at.trainee && lead.is_current(TODAY));
    assert_eq!((lead.post.as_str(), lead.post_ends), ("FY2, Acute medicine", Some(on("2026-08-04"))));
    let supervisor = team.iter().find(|place| place.role == TeamRole::Supervisor).expect("a supervisor");
    assert!(supervisor.is_open_question() && !supervisor.is_current(TODAY), "a supervisor counts once they accept");
    let actions: Vec<String> = stored.history.into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["asked for a supervisor", "registered the project"]);
    let found = duplicates::store::similar(&mut conn, at.trust, &Query::whole("Sepsis antibiotics"), None, TODAY)
        .await
        .expect("found");
    assert_eq!(found.first().map(|one| one.id), Some(id));
    let asked_on = async |conn: &mut Connection, person, day| {
        let lines = asks::store::of_person(conn, person, day).await.expect("asks");
        lines.iter().flat_map(|line| line.rows()).filter(|row| row.kind == Kind::AskedToSupervise).count()
    };
    assert_eq!(asked_on(&mut conn, at.supervisor, TODAY).await, 1);
    assert_eq!(asked_on(&mut conn, at.trainee, TODAY).await, 0, "the lead is asked when they are silent");
    assert_eq!(asked_on(&mut conn, at.trainee, TODAY + Days::new(14)).await, 1);
    assert_eq!(asked_on(&mut conn, at.lead, TODAY + Days::new(27)).await, 0, "and then the academy");
    assert_eq!(asked_on(&mut conn, at.lead, TODAY + Days::new(28)).await, 1);
}

async fn invited_as_supervisor(at: &Fixture, id: ProjectId, by: PersonId, person: PersonId) -> Result<String, Error> {
    let request = at.request(Some(by)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, ManageTeam(id)).await?;
    let whom = Named::Colleague(person);
    let invitation = Invitation { whom, role: TeamRole::Supervisor, message: String::new() };
    team::store::invite(&mut change, &allowed, &invitation).await?;
    let stored = sqlx::query_scalar(
        "select state from team_role where project_id = $1 and person_id = $2 and role = 'supervisor' order by asked_at desc",
    )
    .bind(id)
    .bind(person)
    .fetch_one(&mut *change)
    .await?;
    change.commit().await?;
    Ok(stored)
}

#[tokio::test]
async fn whoever_leads_a_project_is_not_asked_to_supervise_it() {
    let at = Fixture::new().await;
    let own = ProjectForm { supervisor: at.supervisor.to_string(), ..form(&at) };
    let refused = registered(&at, at.supervisor, &own, noon()).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "supervisor"));
    let id = at.project("Sepsis").await;
    for by in [at.trainee, at.supervisor] {
        let refused = invited_as_supervisor(&at, id, by, at.trainee).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "person"));
    }
}

#[tokio::test]
async fn who_names_themselves_supervisor_waits_for_the_academy_lead_unless_they_stay() {
    let at = Fixture::new().await;
    let id = at.project("Sepsis").await;
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update post set ends_on = '2026-08-04' where person_id = $1")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await
        .expect("a post that ends");
    sqlx::query("update team_role set role = 'coach' where person_id = $1")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await
        .expect("a coach");
    crate::testing::role(&mut change, id, at.administrator, "supervisor", on("2026-01-01"), None).await;
    change.commit().await.expect("committed");
    assert_eq!(invited_as_supervisor(&at, id, at.lead, at.lead).await, Ok("accepted".to_owned()), "they stay");

    let own = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update post set ends_on = '2026-06-30' where person_id = $1")
        .bind(at.administrator)
        .execute(&mut *change)
        .await
        .expect("a post that ends");
    let manages = own.require(&mut change, ManageTeam(id)).await.expect("allowed");
    sqlx::query("update team_role set until_on = '2026-02-01' where person_id = $1")
        .bind(at.administrator)
        .execute(&mut *change)
        .await
        .expect("ended");
    let whom = Named::Colleague(at.administrator);
    let invitation = Invitation { whom, role: TeamRole::Supervisor, message: String::new() };
    team::store::invite(&mut change, &manages, &invitation).await.expect("invited");
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let asked: Vec<TeamRoleId> = sqlx::query_scalar(
        "select id from team_role where state = 'asked' and role = 'supervisor' and until_on is null",
    )
    .fetch_all(&mut *conn)
    .await
    .expect("questions");
    let [question] = asked[..] else { panic!("{asked:?}") };
    drop(conn);
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let refused = own.require(&mut change, AnswerQuestion(question)).await;
    assert_eq!(refused.err(), Some(Error::Forbidden), "nobody confirms themselves");
    let allowed = request.require(&mut change, AnswerQuestion(question)).await.expect("allowed");
    team::store::answer(&mut change, &allowed, true, "").await.expect("confirmed");
    let until: Option<NaiveDate> = sqlx::query_scalar("select confirmed_until from team_role where id = $1")
        .bind(question)
        .fetch_one(&mut *change)
        .await
        .expect("a place");
    assert_eq!(until, Some(on("2026-06-30")), "for as long as their post lasts");
}

#[tokio::test]
async fn a_supervisor_stays_while_a_handover_waits_for_them() {
    let at = Fixture::new().await;
    let id = at.project("Sepsis").await;
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', $3, $5, $5)")
        .bind(crate::id::HandoverId::new()).bind(id).bind(at.trainee).bind(at.colleague).bind(noon())
        .execute(&mut *change).await.expect("a handover");
    let place: TeamRoleId =
        sqlx::query_scalar("select id from team_role where project_id = $1 and role = 'supervisor'")
            .bind(id)
            .fetch_one(&mut *change)
            .await
            .expect("a place");
    change.commit().await.expect("committed");

    let trainee = at.request(Some(at.trainee)).await;
    let administrator = at.request(Some(at.administrator)).await;
    let lead = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let by_lead = trainee.require(&mut change, ManageTeam(id)).await.expect("allowed");
    let ended = team::store::end_role(&mut change, &by_lead, place, Some("Guided it")).await;
    assert!(matches!(ended, Err(Error::Invalid(_))), "the lead does not choose who answers");
    let moved = team::store::change_role(&mut change, &by_lead, place, TeamRole::Coach).await;
    assert!(matches!(moved, Err(Error::Invalid(_))));

    let whom = Named::Colleague(at.administrator);
    let invitation = Invitation { whom, role: TeamRole::Supervisor, message: String::new() };
    team::store::invite(&mut change, &by_lead, &invitation).await.expect("invited");
    assert!(team::store::under_way(&mut change, id, TODAY).await.expect("read").is_some(), "the page offers no yes");
    let question: TeamRoleId =
        sqlx::query_scalar("select id from team_role where person_id = $1 and state = 'asked' and until_on is null")
            .bind(at.administrator)
            .fetch_one(&mut *change)
            .await
            .expect("a question");
    let own = administrator.require(&mut change, AnswerQuestion(question)).await.expect("allowed");
    assert!(matches!(team::store::answer(&mut change, &own, true, "").await, Err(Error::Invalid(_))));
    let academy = lead.require(&mut change, AnswerQuestion(question)).await;
    assert!(matches!(academy, Err(Error::Forbidden)), "nobody accepts for them");
    let academy = lead.require(&mut change, ManageTeam(id)).await.expect("allowed");
    team::store::end_role(&mut change, &academy, place, Some("Guided it")).await.expect("with the academy lead's word");
}

#[tokio::test]
async fn one_place_is_asked_for_once_and_a_priority_named_twice_is_one() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let twice = ProjectForm {
        supervisor: at.supervisor.to_string(),
        priorities: vec![at.priority.to_string(), at.priority.to_string()],
        ..form(&at)
    };
    let said = twice.parse(Completeness::Draft).expect("words");
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
    let id = save_draft(&mut change, &allowed, &said).await.expect("saved");
    let allowed = request.require(&mut change, EditProject(id)).await.expect("allowed");
    let again = edit(&mut change, &allowed, 1, &said).await;
    assert!(matches!(again, Err(Error::Invalid(errors)) if errors[0].field == "supervisor"));
}

#[tokio::test]
async fn whoever_has_many_drafts_finishes_one_before_the_next() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
    let said = form(&at).parse(Completeness::Draft).expect("words");
    let mut last = None;
    for _ in 0..MOST_DRAFTS {
        last = Some(save_draft(&mut change, &allowed, &said).await.expect("saved"));
    }
    let refused = save_draft(&mut change, &allowed, &said).await;
    let Err(Error::Invalid(errors)) = refused else { panic!("refused") };
    assert!(errors[0].message.contains("You have 50 drafts"), "{}", errors[0].message);
    let draft = FinishDraft(last.expect("a draft"));
    let finish = request.require(&mut change, draft).await.expect("allowed");
    submit(&mut change, &finish).await.expect("registered");
    save_draft(&mut change, &allowed, &said).await.expect("saved");
}

#[tokio::test]
async fn a_team_asks_so_many_people_until_some_have_answered() {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageTeam(project)).await.expect("allowed");
    for number in 0..=MOST_ASKED {
        let form = InviteForm {
            role: "member".into(),
            name: "Dr New".into(),
            address: format!("new{number}@trust.uk"),
            ..InviteForm::default()
        };
        let invited = team::store::invite(&mut change, &allowed, &form.parse().expect("an invitation")).await;
        match invited {
            Ok(()) => assert!(number < MOST_ASKED, "one more than there may be"),
            Err(Error::Invalid(errors)) => {
                assert!(number == MOST_ASKED && errors[0].message.contains("have not answered"), "{errors:?}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_stood_in_a_draft_is_read_by_its_author_and_whom_they_invited() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let secret = ProjectForm { problem: "Mr Secret fell".into(), ..form(&at) };
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
    let said = secret.parse(Completeness::Draft).expect("words");
    let said = Registration { supervisor: Some(Named::Colleague(at.supervisor)), ..said };
    let id = save_draft(&mut change, &allowed, &said).await.expect("saved");
    change.commit().await.expect("committed");
    // Edited and registered with one press: at one moment.
    let later = at.request_at(Some(at.trainee), noon() + chrono::Duration::minutes(5)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = later.require(&mut change, EditProject(id)).await.expect("allowed");
    let said = form(&at).parse(Completeness::Registered).expect("words");
    edit(&mut change, &allowed, 1, &said).await.expect("edited");
    let allowed = later.require(&mut change, FinishDraft(id)).await.expect("allowed");
    submit(&mut change, &allowed).await.expect("registered");
    change.commit().await.expect("committed");

    let mut conn = at.store.read().await.expect("a reader");
    for (reader, all) in [(at.trainee, true), (at.supervisor, true), (at.colleague, false), (at.lead, false)] {
        let rows = history::of_project_read_by(&mut conn, id, reader, 50, 0).await.expect("a history");
        let page = project_read_by(&mut conn, id, TODAY, Some(reader), 20).await.expect("a project");
        let newest = page.history;
        let count = history::count_of_project_read_by(&mut conn, id, reader).await.expect("a count");
        let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(newest.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), actions);
        assert_eq!(i64::try_from(actions.len()), Ok(count));
        let told = rows.iter().chain(&newest).any(|row| row.detail.contains("Mr Secret"));
        assert_eq!(told, all);
        if all {
            assert_eq!(
                actions,
                ["registered the project", "edited the project", "asked for a supervisor", "began a draft"]
            );
        } else {
            assert_eq!(actions, ["registered the project", "wrote it as a draft"]);
            assert_eq!(rows[1].actor.as_deref(), Some("Tara Trainee"));
        }
    }
    let second = history::of_project_read_by(&mut conn, id, at.colleague, 1, 1).await.expect("a history");
    assert_eq!(second[0].action, "wrote it as a draft", "also page by page");
}

/// The tables that lead to a project, directly or through others.
async fn hang_on_a_project(conn: &mut Connection) -> std::collections::BTreeSet<String> {
    let keys: Vec<(String, String)> = sqlx::query_as(
        "select m.name, f.\"table\" from sqlite_schema m join pragma_foreign_key_list(m.name) f where m.type = 'table'",
    )
    .fetch_all(conn)
    .await
    .expect("foreign keys");
    let mut found = std::collections::BTreeSet::from(["project".to_owned()]);
    loop {
        let more: Vec<String> = keys
            .iter()
            .filter(|(child, parent)| found.contains(parent) && !found.contains(child))
            .map(|(child, _)| child.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found.remove("project");
    found
}

#[tokio::test]
async fn every_table_that_leads_to_a_project_is_named_where_drafts_are_deleted() {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await.expect("a reader");
    let trigger: String =
        sqlx::query_scalar("select sql from sqlite_schema where type = 'trigger' and name = 'project_is_deleted'")
            .fetch_one(&mut *conn)
            .await
            .expect("the trigger");
    let tables = hang_on_a_project(&mut conn).await;
    assert!(tables.len() >= 15, "{tables:?}");
    for table in tables {
        assert!(trigger.contains(&format!("delete from {table} where")), "{table} keeps a draft from being deleted");
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a row in every table that hangs on a project, then one deletion")]
async fn a_draft_goes_with_all_that_hangs_on_it_and_with_what_its_history_says() {
    let at = Fixture::new().await;
    let (id, other) = (at.project("Half a thought").await, at.project("Registered").await);
    let measure = at.measure(id).await;
    let mut change = at.store.write().await.expect("a change");
    let person = at.trainee.to_string();
    let (id_text, other_text, measure) = (id.to_string(), other.to_string(), measure.to_string());
    for sql in [
        "insert into measurement (id, measure_id, taken_on, entry, value, recorded_by, recorded_at) values ('m', $2, '2026-03-01', 1, 5.0, $3, 'now')",
        "insert into tally (id, measure_id, taken_on, started_by, started_at, closed_at, measurement_id) values ('t', $2, '2026-03-01', $3, 'now', 'now', 'm')",
        "insert into phase (id, measure_id, starts_on, reason, created_by, created_at) values ('p', $2, '2026-03-01', 'A ward', $3, 'now')",
        "insert into measure_target (id, measure_id, starts_on, target, created_at) values ('g', $2, '2026-03-01', 5.0, 'now')",
        "insert into driver (id, project_id, level, text, position, created_at) values ('d', $1, 'primary', 'Staff', 1, 'now')",
        "insert into driver (id, project_id, parent_id, level, text, position, created_at) values ('e', $1, 'd', 'idea', 'Box', 1, 'now')",
        "insert into driver_measure (driver_id, measure_id) values ('d', $2)",
        "insert into cycle (id, project_id, number, title, starts_on, created_at, idea_id) values ('c', $1, 1, 'Box', '2026-03-01', 'now', 'e')",
        "insert into cycle (id, project_id, number, title, starts_on, created_at, continues) values ('b', $1, 2, 'Box', '2026-03-01', 'now', 'c')",
        "insert into task (id, project_id, what, person_id, author_id, created_at) values ('w', $1, 'Ask', $3, $3, 'now')",
        "insert into project_update (id, project_id, on_day, words, author_id, created_at) values ('u', $1, '2026-03-01', 'Met', $3, 'now')",
        "insert into point_batch (id, measure_id, way, points, recorded_by, recorded_at) values ('b', $2, 'typed', 2, $3, 'now')",
        "insert into web_link (id, project_id, kind, title, address, account, author_id, created_at) values ('k', $1, 'folder', 'Drive', 'https://a.example', 'Ward', $3, 'now')",
        "insert into handover (id, project_id, state, created_by, created_at) values ('h', $1, 'draft', $3, 'now')",
        "insert into handover_measure (handover_id, measure_id) values ('h', $2)",
        "insert into handover_contribution (handover_id, person_id) values ('h', $3)",
        "insert into handover_answer (handover_id, party, person_id, answer, answered_at) values ('h', 'successor', $3, 'accepted', 'now')",
        "insert into claim (project_id, kind, cause_on, person_id, until_on, claimed_at) values ($1, 'no_lead', '2026-03-01', $3, '2026-03-10', 'now')",
        "insert into confirmation (project_id, person_id, confirmed_by, confirmed_at) values ($1, $3, $3, 'now')",
        "insert into project_link (id, project_id, other_id, kind, decided_by, decided_at) values ('l', $1, $4, 'differs', $3, 'now')",
    ] {
        sqlx::query(sql)
            .bind(&id_text)
            .bind(&measure)
            .bind(&person)
            .bind(&other_text)
            .execute(&mut *change)
            .await
            .expect(sql);
    }
    change.commit().await.expect("committed");
    let mut change = at.store.write().await.expect("a change");
    let refused = sqlx::query("delete from project where id = $1").bind(id).execute(&mut *change).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("only a draft can be deleted")));
    drop(change);
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update project set status = 'draft', reference = null where id = $1")
        .bind(id)
        .execute(&mut *change)
        .await
        .expect("a draft");
    let by = access::system(EditProject(id), Some(at.trust), noon());
    history::record(&mut change, &by, Entry::project(id, "edited the project").change("Problem", "Mr Secret", ""))
        .await
        .expect("recorded");
    change.commit().await.expect("committed");

    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await.expect("a change");
    let tables = hang_on_a_project(&mut change).await;
    let count = |table: &str| format!("select count(*) from {table}");
    let mut kept = Vec::new();
    for table in &tables {
        let rows: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(count(table))).fetch_one(&mut *change).await.expect("a count");
        assert!(rows > 0, "this draft has nothing in {table}");
    }
    let allowed = request.require(&mut change, FinishDraft(id)).await.expect("allowed");
    delete_draft(&mut change, &allowed).await.expect("deleted with one press");
    for table in &tables {
        let rows: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(count(table))).fetch_one(&mut *change).await.expect("a count");
        if rows > 0 {
            kept.push((table.as_str(), rows));
        }
    }
    // The registered project keeps its team, its priority and what it says.
    assert_eq!(kept, [("project_priority", 1), ("project_terms", 1), ("team_role", 2)]);
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let told: i64 = sqlx::query_scalar("select count(*) from history_detail where detail like '%Secret%'")
        .fetch_one(&mut *conn)
        .await
        .expect("a count");
    assert_eq!(told, 0);
    assert_eq!(history::of_project(&mut conn, id, 9, 0).await.expect("a history").len(), 2);
    assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
    assert!(summary(&mut conn, other).await.is_ok() && summary(&mut conn, id).await.is_err());
}

#[tokio::test]
async fn choices_of_another_trust_are_refused_and_nothing_is_kept() {
    let at = Fixture::new().await;
    let theirs = registered(&at, at.stranger, &form(&at), noon()).await;
    assert!(matches!(theirs, Err(Error::Invalid(errors)) if errors[0].field == "department"));
    let stranger = ProjectForm { supervisor: at.stranger.to_string(), ..form(&at) };
    let refused = registered(&at, at.trainee, &stranger, noon()).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "supervisor"));
    let unknown = ProjectForm { priorities: vec![PriorityId::new().to_string()], ..form(&at) };
    let refused = registered(&at, at.trainee, &unknown, noon()).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "priorities[]"));
    let mut conn = at.store.read().await.expect("a reader");
    let kept: i64 = sqlx::query_scalar("select count(*) from project").fetch_one(&mut *conn).await.expect("a count");
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_stored_project_says_the_same_when_it_is_read_into_its_form() {
    let at = Fixture::new().await;
    let full = ProjectForm {
        kind: "clinical_audit".into(),
        origin: "complaint".into(),
        aim_what: "Give them earlier".into(),
        aim_by: "2026-09-01".into(),
        standard: "Within the hour".into(),
        standard_source: "NICE".into(),
        standard_level: "95%".into(),
        reaudit_on: "2026-10-01".into(),
        ..form(&at)
    };
    let with_step = ProjectForm { next_step: "Collect".into(), next_step_on: "2026-04-01".into(), ..full.clone() };
    let id = registered(&at, at.trainee, &with_step, noon()).await.expect("registered");
    let mut conn = at.store.read().await.expect("a reader");
    let open = tasks::open(&mut conn, id, TODAY).await.expect("tasks");
    assert_eq!(
        open.iter().map(|task| (task.what.as_str(), task.due_on)).collect::<Vec<_>>(),
        [("Collect", Some(on("2026-04-01")))],
        "the next step is the first task"
    );
    let read = project(&mut conn, id, TODAY, 0).await.expect("a project").form().expect("a form");
    assert_eq!(
        read.parse(Completeness::Registered).expect("whole"),
        full.parse(Completeness::Registered).expect("whole")
    );
}

#[tokio::test]
async fn an_edit_from_an_old_version_changes_nothing() {
    let at = Fixture::new().await;
    let id = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let said = form(&at).parse(Completeness::Registered).expect("words");
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, EditProject(id)).await.expect("allowed");
    assert_eq!(edit(&mut change, &allowed, 7, &said).await, Err(Error::Conflict));
    edit(&mut change, &allowed, 1, &said).await.expect("edited");
    assert_eq!(edit(&mut change, &allowed, 1, &said).await, Err(Error::Conflict));
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let found = duplicates::store::similar(&mut conn, at.trust, &Query::whole("antibiotics"), None, TODAY).await;
    assert_eq!(found.expect("found").len(), 1, "the new title is found");
}

#[tokio::test]
async fn a_status_changes_only_as_it_can_and_from_the_version_seen() {
    let at = Fixture::new().await;
    let id = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut conn = at.store.write().await.expect("a change");
    let allowed = request.require(&mut conn, ChangeStatus(id)).await.expect("allowed");
    let wish = |to| StatusChange { to, review_on: None, note: "Because".into() };
    assert!(matches!(change_status(&mut conn, &allowed, 1, &wish(Transition::Reopen)).await, Err(Error::Invalid(_))));
    assert_eq!(change_status(&mut conn, &allowed, 9, &wish(Transition::Stop)).await, Err(Error::Conflict));
    change_status(&mut conn, &allowed, 1, &wish(Transition::Stop)).await.expect("stopped");
    let closed = project(&mut conn, id, TODAY, 1).await.expect("a project");
    assert_eq!((closed.status, closed.closed_reason), (Status::Closed, Some(ClosedReason::Stopped)));
    assert_eq!(closed.closed_on, Some(TODAY));
    assert!(closed.team.iter().any(|place| place.is_current(TODAY)), "the team stays");
    change_status(&mut conn, &allowed, 2, &wish(Transition::Reopen)).await.expect("reopened");
    let open = project(&mut conn, id, TODAY, 1).await.expect("a project");
    assert_eq!((open.status, open.closed_reason, open.closed_on), (Status::Active, None, None));
}

#[tokio::test]
async fn drafts_are_listed_for_their_author_alone() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let said = form(&at).parse(Completeness::Draft).expect("words");
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
    let id = save_draft(&mut change, &allowed, &said).await.expect("saved");
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let mine = drafts(&mut conn, at.trainee).await.expect("drafts");
    assert_eq!(mine.iter().map(|draft| draft.id).collect::<Vec<_>>(), [id]);
    assert!(drafts(&mut conn, at.colleague).await.expect("drafts").is_empty());
    let found = duplicates::store::similar(&mut conn, at.trust, &Query::whole("antibiotics sepsis"), None, TODAY).await;
    assert!(found.expect("found").is_empty(), "a draft is in nobody's suggestions");
}

#[tokio::test]
async fn the_lists_of_questions_and_drafts_use_their_indexes() {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await.expect("a reader");
    for sql in [
        "explain query plan select id from project where author_id = $1 and status = 'draft'",
        "explain query plan select id from team_role where person_id = $1 and state = 'asked' and opened_by = 'team'",
    ] {
        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sql).bind(at.trainee).fetch_all(&mut *conn).await.expect("a plan");
        assert!(plan.iter().all(|(.., step)| step.contains("INDEX")), "{plan:?}");
    }
}
