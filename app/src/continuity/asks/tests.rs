//! Asks by hand: rows as the rule would write them, in a change that is never committed, and who reads them as what.

use chrono::NaiveDate;
use timeline::{FOREVER, Kind};

use super::model::{Action, Asked, ClaimDetails, ClaimForm, Line, Place, Seat, actions, lines, needs, waiting};
use super::store::{Shown, claim, goes_on, of_desk, of_person, of_project, you_wait_for};
use crate::access::{EditProject, ManageOrganisation, may, relationship, require};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::roles::lines_waiting;
use crate::testing::{Fixture, Result, TODAY, make, noon, on};
use crate::web::request::Request;

/// A row of `ask`.
#[derive(Clone)]
struct Row {
    project: ProjectId,
    kind: Kind,
    object: Option<String>,
    about: Option<PersonId>,
    cause: &'static str,
    due: Option<&'static str>,
    level: i64,
    person: Option<PersonId>,
    audience: &'static str,
    parties: [Option<PersonId>; 2],
    from: NaiveDate,
    until: NaiveDate,
    rests: bool,
}

impl Row {
    fn of(project: ProjectId, kind: Kind) -> Self {
        Self {
            project,
            kind,
            object: None,
            about: None,
            cause: "2026-03-01",
            due: None,
            level: 1,
            person: None,
            audience: "desk",
            parties: [None, None],
            from: on("2026-03-01"),
            until: FOREVER,
            rests: false,
        }
    }

    fn to(self, level: i64, person: PersonId) -> Self {
        Self { level, person: Some(person), audience: "person", ..self }
    }

    fn about(self, about: PersonId) -> Self {
        Self { about: Some(about), ..self }
    }

    async fn add(self, conn: &mut Connection, trust: TrustId) -> Result {
        mark(conn, "standing_stale", "project_id", &self.project.to_string()).await?;
        sqlx::query(
            "insert into ask (project_id, trust_id, kind, object_id, about_id, cause_on, since_on, due_on, level, audience, person_id,
                giver_id, taker_id, from_on, until_on, rests)
             values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(self.project)
        .bind(trust)
        .bind(self.kind.as_str())
        .bind(self.object)
        .bind(self.about)
        .bind(self.cause)
        .bind(self.due)
        .bind(self.level)
        .bind(self.audience)
        .bind(self.person)
        .bind(self.parties[0])
        .bind(self.parties[1])
        .bind(self.from)
        .bind(self.until)
        .bind(self.rests)
        .execute(conn)
        .await?;
        Ok(())
    }
}

async fn mark(conn: &mut Connection, table: &str, column: &str, id: &str) -> Result {
    let text = format!(
        "insert into {table} ({column}) select $1 where not exists (select 1 from {table} where {column} = $1)"
    );
    sqlx::query(sqlx::AssertSqlSafe(text)).bind(id).execute(conn).await?;
    Ok(())
}

/// Says that the academy lead can act from a day until another, and on no other.
async fn on_desk(conn: &mut Connection, at: &Fixture, until: NaiveDate) -> Result {
    mark(conn, "desk_stale", "trust_id", &at.trust.to_string()).await?;
    sqlx::query("delete from desk where trust_id = $1").bind(at.trust).execute(&mut *conn).await?;
    sqlx::query("insert into desk (trust_id, person_id, from_on, until_on) values ($1, $2, '2026-01-01', $3)")
        .bind(at.trust)
        .bind(at.lead)
        .bind(until)
        .execute(conn)
        .await?;
    Ok(())
}

/// The academy lead's only.
async fn without_derived(conn: &mut Connection, projects: &[ProjectId]) -> Result {
    for project in projects {
        mark(conn, "standing_stale", "project_id", &project.to_string()).await?;
        sqlx::query("delete from ask where project_id = $1").bind(project).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn counted(conn: &mut Connection, person: PersonId) -> Result<usize> {
    let count: i64 =
        sqlx::query_scalar(concat!("select ", lines_waiting!("n.id", "$2"), " from person n where n.id = $1"))
            .bind(person)
            .bind(TODAY)
            .fetch_one(conn)
            .await?;
    Ok(usize::try_from(count)?)
}

async fn read(conn: &mut Connection, person: PersonId) -> Result<Vec<Line>> {
    let lines = of_person(conn, person, TODAY).await?;
    let counts = lines.iter().filter(|line| !line.rests()).count();
    assert_eq!(counted(conn, person).await?, counts, "the header counts the lines of home");
    let of_academy = of_desk(conn, person, TODAY, Shown::Lines { lines: 1000, after: 0, rows: 1000 }).await?;
    let academy: Vec<_> = lines.iter().filter(|line| line.first.seat() != Seat::Own).collect();
    assert_eq!(waiting(&of_academy), academy.iter().filter(|line| !line.rests()).count());
    let sizes = |lines: &mut dyn Iterator<Item = &Line>| -> Vec<_> {
        let mut sizes: Vec<_> = lines.map(|line| (line.first.kind, line.first.cause_on, line.len())).collect();
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(sizes(&mut of_academy.iter()), sizes(&mut academy.into_iter()), "the academy's pages show the same");
    Ok(lines)
}

#[tokio::test]
async fn what_the_academy_is_asked_is_read_in_parts_that_say_how_much_there_is() -> Result {
    let at = Fixture::new().await;
    let mut projects = Vec::new();
    for number in 0..15 {
        projects.push(at.project(&format!("Sepsis {number:02}")).await);
    }
    let mut change = at.store.write().await?;
    without_derived(&mut change, &projects).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    let causes = ["2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"];
    for (project, cause) in projects.iter().zip(causes.iter().cycle()) {
        Row { cause, due: Some(cause), ..Row::of(*project, Kind::NoLead) }.add(&mut change, at.trust).await?;
    }
    Row { rests: true, ..Row::of(projects[0], Kind::LookAgain) }.add(&mut change, at.trust).await?;
    let own = Row::of(projects[1], Kind::ConfirmDates).to(1, at.lead);
    own.add(&mut change, at.trust).await?;
    assert_eq!(read(&mut change, at.lead).await?.len(), 7);
    let (mut seen, mut projects_seen) = (Vec::new(), 0);
    for after in [0, 2, 4, 6] {
        let lines = of_desk(&mut change, at.lead, TODAY, Shown::Lines { lines: 2, after, rows: 2 }).await?;
        for line in &lines {
            assert_eq!((line.first.all_lines, waiting(&lines)), (6, 5), "those that rest are not counted");
            assert_eq!(line.first.seat(), Seat::Desk, "what is somebody's own stands on home");
            let rows = if line.rests() { (1, 1) } else { (3, 2) };
            assert_eq!((line.len(), line.shown()), rows);
            seen.push(line.first.cause_on);
        }
        if let Some(first) = lines.first().filter(|first| !first.rests()) {
            for after in [0, 2] {
                let shown = Shown::Line { line: &first.first.line, rows: 2, after };
                let one = of_desk(&mut change, at.lead, TODAY, shown).await?;
                assert_eq!((one[0].first.cause_on, one[0].len()), (first.first.cause_on, 3));
                projects_seen += one[0].shown();
            }
        }
    }
    let days = ["2026-02-01", "2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05", "2026-03-01"];
    assert_eq!(seen, days.map(on), "each once, the soonest first, and last what rests");
    assert_eq!(projects_seen, 9, "each of the three lines with all of its projects");
    let nothing = Shown::Line { line: "nothing", rows: 2, after: 0 };
    assert!(of_desk(&mut change, at.lead, TODAY, nothing).await?.is_empty());
    assert!(of_desk(&mut change, at.trainee, TODAY, Shown::Lines { lines: 9, after: 0, rows: 9 }).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn twenty_projects_of_one_leaver_are_one_line_and_count_one() -> Result {
    let at = Fixture::new().await;
    let mut projects = Vec::new();
    for number in 0..20 {
        projects.push(at.project(&format!("Project {number:02}")).await);
    }
    let mut change = at.store.write().await?;
    without_derived(&mut change, &projects).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    for project in &projects {
        let row = Row { due: Some("2026-03-20"), ..Row::of(*project, Kind::HandOver).about(at.trainee) };
        row.clone().to(1, at.trainee).add(&mut change, at.trust).await?;
        Row { level: 3, from: TODAY, ..row }.add(&mut change, at.trust).await?;
    }
    for (person, seat) in [(at.trainee, Seat::Own), (at.lead, Seat::Desk)] {
        let lines = read(&mut change, person).await?;
        assert_eq!((lines.len(), lines[0].len(), lines[0].first.seat()), (1, 20, seat));
    }
    let own = read(&mut change, at.trainee).await?[0].sentence(at.trainee, TODAY).to_string();
    assert_eq!(
        own,
        "Your time as lead of 20 projects ends on 20 March 2026. Offer them to a successor or to the pool by 20 March 2026. \
         Otherwise nobody leads them after 20 March 2026. You get this because you lead them."
    );
    let desk = read(&mut change, at.lead).await?[0].sentence(at.lead, TODAY);
    assert!(desk.what.contains("Tara Trainee leads 20 projects until 20 March 2026"), "{desk}");
    assert!(desk.why.contains("academy lead"), "{desk}");
    Ok(())
}

#[tokio::test]
async fn whoever_stands_in_for_the_academy_is_asked_of_each_project_once() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    without_derived(&mut change, &[project]).await?;
    let row = Row { level: 3, ..Row::of(project, Kind::NoLead) };
    row.clone().add(&mut change, at.trust).await?;
    Row { audience: "administrators", ..row }.add(&mut change, at.trust).await?;
    let lines = read(&mut change, at.administrator).await?;
    assert_eq!((lines.len(), lines[0].len()), (1, 1), "{}", lines[0].sentence(at.administrator, TODAY));
    Ok(())
}

#[tokio::test]
async fn what_somebody_is_asked_themselves_is_not_asked_of_them_at_the_desk_again() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    without_derived(&mut change, &[project]).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    let row = Row::of(project, Kind::NoSupervisor);
    row.clone().to(1, at.lead).add(&mut change, at.trust).await?;
    Row { level: 3, ..row }.add(&mut change, at.trust).await?;
    let lines = read(&mut change, at.lead).await?;
    assert_eq!((lines.len(), lines[0].first.seat(), lines[0].first.place()), (1, Seat::Own, Place::First));
    assert!(read(&mut change, at.administrator).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn nobody_answers_at_the_desk_for_what_they_give_or_take_and_administrators_do_where_nobody_else_can() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let handover = make::handover(&mut change, project, [at.lead, at.colleague], "offered", TODAY).await?;
    without_derived(&mut change, &[project]).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    let row = Row { object: Some(handover.to_string()), level: 3, ..Row::of(project, Kind::AgreeToHandover) };
    for (parties, asked) in [
        ([Some(at.trainee), Some(at.colleague)], [at.lead]),
        ([Some(at.lead), Some(at.colleague)], [at.administrator]),
        ([Some(at.trainee), Some(at.lead)], [at.administrator]),
    ] {
        without_derived(&mut change, &[project]).await?;
        Row { parties, ..row.clone() }.add(&mut change, at.trust).await?;
        for person in [at.lead, at.administrator, at.supervisor, at.stranger] {
            let lines = read(&mut change, person).await?;
            assert_eq!(lines.len(), usize::from(asked.contains(&person)), "{parties:?}");
        }
    }
    // On a day without an academy lead who can act the administrators are asked, for all of the desk's.
    without_derived(&mut change, &[project]).await?;
    row.clone().add(&mut change, at.trust).await?;
    on_desk(&mut change, &at, TODAY).await?;
    assert!(read(&mut change, at.lead).await?.is_empty());
    let lines = read(&mut change, at.administrator).await?;
    assert_eq!(lines[0].first.seat(), Seat::Administrator);
    assert!(lines[0].sentence(at.administrator, TODAY).why.contains("no academy lead can answer today"));
    // What is for the administrators as well is theirs whoever else is there.
    on_desk(&mut change, &at, FOREVER).await?;
    assert!(read(&mut change, at.administrator).await?.is_empty());
    Row { audience: "administrators", ..row }.add(&mut change, at.trust).await?;
    assert_eq!(read(&mut change, at.administrator).await?.len(), 1);
    assert_eq!(read(&mut change, at.lead).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn at_the_desk_what_has_gone_quiet_is_one_line_and_what_rests_is_not_counted() -> Result {
    let at = Fixture::new().await;
    let projects = [at.project("Falls").await, at.project("Pain").await, at.project("Delirium").await];
    let mut change = at.store.write().await?;
    without_derived(&mut change, &projects).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    for (project, cause) in [(projects[0], "2026-02-01"), (projects[1], "2026-02-10")] {
        let row = Row { cause, ..Row::of(project, Kind::StillYours).about(at.trainee) };
        row.clone().to(1, at.trainee).add(&mut change, at.trust).await?;
        Row { level: 3, ..row }.add(&mut change, at.trust).await?;
    }
    Row { rests: true, until: on("2026-03-21"), ..Row::of(projects[2], Kind::NoLead) }
        .add(&mut change, at.trust)
        .await?;
    let desk = read(&mut change, at.lead).await?;
    assert_eq!(
        desk.iter().map(|line| (line.first.kind, line.len(), line.rests())).collect::<Vec<_>>(),
        [(Kind::StillYours, 2, false), (Kind::NoLead, 1, true),]
    );
    assert_eq!(desk[1].first.last_day(), Some(on("2026-03-20")));
    assert_eq!(read(&mut change, at.trainee).await?.len(), 2, "a lead is asked of each by itself");
    Ok(())
}

#[tokio::test]
async fn rows_of_other_days_are_nobodys_and_the_next_who_is_asked_is_named_with_their_day() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Safer weekend handover").await;
    let mut change = at.store.write().await?;
    without_derived(&mut change, &[project]).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    let row =
        Row { due: Some("2026-05-05"), cause: "2026-05-06", ..Row::of(project, Kind::HandOver).about(at.trainee) };
    row.clone().to(1, at.trainee).add(&mut change, at.trust).await?;
    Row { from: on("2026-03-24"), ..row.clone().to(2, at.supervisor) }.add(&mut change, at.trust).await?;
    Row { from: on("2026-04-07"), level: 3, ..row.clone() }.add(&mut change, at.trust).await?;
    for person in [at.supervisor, at.lead] {
        assert!(read(&mut change, person).await?.is_empty());
    }
    let lines = read(&mut change, at.trainee).await?;
    assert_eq!(
        lines[0].sentence(at.trainee, TODAY).to_string(),
        "Your time as lead of “Safer weekend handover” ends on 5 May 2026. Offer it to a successor or to the pool by 24 March 2026. \
         Then Sonia Supervisor is asked too, and from 7 April 2026 the QI academy. You get this because you lead it."
    );
    let waiting = of_project(&mut change, project, TODAY).await?;
    assert_eq!((waiting.len(), waiting[0].asked[0].who(), waiting[0].next.len()), (1, "Tara Trainee", 2));
    Ok(())
}

#[tokio::test]
async fn whoever_put_a_question_waits_and_sees_whose_turn_it_is() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let handover = make::handover(&mut change, project, [at.trainee, at.colleague], "offered", TODAY).await?;
    let joins = make::place(&mut change, project, at.administrator, ["member", "asked", "person"], TODAY, None).await?;
    let invited = make::place(&mut change, project, at.lead, ["coach", "asked", "team"], TODAY, None).await?;
    without_derived(&mut change, &[project]).await?;
    let of = |kind, object: String, about| Row { object: Some(object), ..Row::of(project, kind).about(about) };
    let successor = of(Kind::AnswerAsSuccessor, handover.to_string(), at.colleague);
    successor.clone().to(1, at.colleague).add(&mut change, at.trust).await?;
    Row { from: on("2026-03-10"), level: 3, ..successor }.add(&mut change, at.trust).await?;
    of(Kind::AgreeToHandover, handover.to_string(), at.colleague)
        .to(1, at.supervisor)
        .add(&mut change, at.trust)
        .await?;
    of(Kind::AnswerJoin, joins.to_string(), at.administrator).to(1, at.trainee).add(&mut change, at.trust).await?;
    of(Kind::Invitation, invited.to_string(), at.lead).to(1, at.lead).add(&mut change, at.trust).await?;
    let kinds = |waits: Vec<super::model::WaitsFor>| {
        let mut kinds: Vec<_> =
            waits.iter().map(|one| (one.kind, one.asked[0].who().to_owned(), one.next.len())).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(
        kinds(you_wait_for(&mut change, at.trainee, TODAY).await?),
        [
            (Kind::AnswerAsSuccessor, "Colin Colleague".to_owned(), 1),
            (Kind::AgreeToHandover, "Sonia Supervisor".to_owned(), 0),
            (Kind::Invitation, "Lena Lead".to_owned(), 0),
        ]
    );
    let own = kinds(you_wait_for(&mut change, at.administrator, TODAY).await?);
    assert_eq!(own, [(Kind::AnswerJoin, "Tara Trainee".to_owned(), 0)]);
    // Whose own answer is missing waits for the other only.
    let colleague = kinds(you_wait_for(&mut change, at.colleague, TODAY).await?);
    assert_eq!(colleague, [(Kind::AgreeToHandover, "Sonia Supervisor".to_owned(), 0)]);
    let lines = read(&mut change, at.trainee).await?;
    assert_eq!(lines.len(), 1);
    assert!(matches!(lines[0].first.actions()[0], Action::Answer(_)));
    Ok(())
}

#[tokio::test]
async fn who_is_on_it_at_the_desk_says_until_when_and_only_while_they_can_act() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await?;
    without_derived(&mut change, &[project]).await?;
    on_desk(&mut change, &at, on("2026-03-15")).await?;
    let row = Row { due: Some("2026-03-12"), ..Row::of(project, Kind::HandOver).about(at.trainee) };
    row.add(&mut change, at.trust).await?;
    let allowed = require(&mut change, &request, ManageOrganisation(at.trust)).await?;
    let said = |until: &str| ClaimDetails {
        kind: Kind::HandOver,
        about: Some(at.trainee),
        cause_on: Some(on("2026-03-01")),
        until_on: on(until),
    };
    let refused = claim(&mut change, &allowed, &said("2026-03-13")).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "after the day it is about: {refused:?}");
    let other = ClaimDetails { kind: Kind::Gap, ..said("2026-03-10") };
    assert_eq!(claim(&mut change, &allowed, &other).await, Err(Error::NotFound));
    claim(&mut change, &allowed, &said("2026-03-10")).await?;
    claim(&mut change, &allowed, &said("2026-03-11")).await?;
    let claimed = read(&mut change, at.lead).await?[0].first.claim.clone();
    let claimed = claimed.map(|claim| (claim.name, claim.until));
    assert_eq!(claimed, Some(("Lena Lead".to_owned(), on("2026-03-11"))));
    assert!(of_project(&mut change, project, TODAY).await?[0].claim.is_some());
    assert!(of_project(&mut change, project, on("2026-03-12")).await?[0].claim.is_none(), "its day has passed");
    on_desk(&mut change, &at, TODAY).await?;
    assert!(of_project(&mut change, project, TODAY).await?[0].claim.is_none(), "its taker cannot act");
    Ok(())
}

#[test]
fn nobody_is_on_something_for_ever() {
    let form = |until: &str| ClaimForm { kind: "no_lead".into(), until: until.into(), ..ClaimForm::default() };
    let parsed = form("2026-03-18").parse(TODAY).expect("a claim");
    assert_eq!((parsed.kind, parsed.cause_on, parsed.until_on), (Kind::NoLead, None, on("2026-03-18")));
    for until in ["2026-03-19", "2026-03-03", ""] {
        assert!(matches!(form(until).parse(TODAY), Err(Error::Invalid(_))), "{until}");
    }
    assert_eq!(ClaimForm { kind: "nothing".into(), ..form("2026-03-18") }.parse(TODAY), Err(Error::NotFound));
}

#[tokio::test]
async fn that_it_goes_on_is_an_act_of_the_team() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = require(&mut change, &request, EditProject(project)).await?;
    goes_on(&mut change, &allowed).await?;
    let told: String =
        sqlx::query_scalar("select action from history where project_id = $1 order by sequence desc limit 1")
            .bind(project)
            .fetch_one(&mut *change)
            .await?;
    assert_eq!((told.as_str(), allowed.now), ("said that it goes on", noon()));
    Ok(())
}

#[tokio::test]
async fn every_kind_in_every_place_has_a_sentence_of_its_parts_and_something_to_do() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    without_derived(&mut change, &[project]).await?;
    on_desk(&mut change, &at, FOREVER).await?;
    for kind in Kind::ALL {
        for place in Place::ALL {
            assert!(!actions(*kind, *place).is_empty(), "{kind} {place:?}");
        }
        let row = Row { due: Some("2026-03-20"), ..Row::of(project, *kind).about(at.colleague) };
        row.clone().to(1, at.trainee).add(&mut change, at.trust).await?;
        row.clone().to(2, at.supervisor).add(&mut change, at.trust).await?;
        Row { level: 3, ..row }.add(&mut change, at.trust).await?;
    }
    for person in [at.trainee, at.supervisor, at.lead] {
        let lines = lines(
            read(&mut change, person)
                .await?
                .into_iter()
                .flat_map(|line| line.rows().cloned().collect::<Vec<_>>())
                .collect(),
        );
        assert_eq!(lines.len(), Kind::ALL.len());
        for line in lines {
            let sentence = line.sentence(person, TODAY);
            let told = sentence.to_string();
            assert!(!line.first.actions().is_empty(), "{told}");
            assert!([&sentence.what, &sentence.wanted, &sentence.why].iter().all(|part| part.ends_with('.')), "{told}");
            assert!(told.contains("“Sepsis”") && !told.contains(".."), "{told}");
            for action in line.first.actions() {
                let leads = line.first.address(action).is_some()
                    || matches!(
                        action,
                        Action::Answer(_)
                            | Action::GoesOn
                            | Action::LeadAgain
                            | Action::Bridge
                            | Action::KeepLooking
                            | Action::Handover(_)
                            | Action::Membership(_)
                    );
                assert!(leads, "{action:?} of {told}");
            }
        }
    }
    Ok(())
}

/// Every action of a row that asks for a permission of the project or the trust is permitted, as the store says it.
async fn permitted(conn: &mut Connection, request: &Request, row: &Asked) -> Result<usize> {
    let here = relationship(conn, request, row.project_id).await?;
    let mut looked_at = 0;
    for action in row.actions() {
        if let Some(permission) = needs(action, row).filter(|_| !matches!(action, Action::Answer(_))) {
            assert!(may(permission, here), "{} {:?}: {action:?} is offered", row.kind, row.place());
            looked_at += 1;
        }
    }
    Ok(looked_at)
}

#[tokio::test]
async fn whatever_is_offered_of_an_ask_is_permitted_in_every_place() -> Result {
    let at = Fixture::new().await;
    let (led, left) = (at.project("Sepsis").await, at.project("Falls").await);
    let mut change = at.store.write().await?;
    sqlx::query("update team_role set until_on = '2026-01-05' where project_id = $1 and role = 'lead'")
        .bind(left)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let mut people = Vec::new();
    for person in [at.trainee, at.supervisor, at.lead, at.administrator] {
        people.push((person, at.request(Some(person)).await));
    }
    for desk_until in [FOREVER, TODAY] {
        let mut change = at.store.write().await?;
        without_derived(&mut change, &[led, left]).await?;
        on_desk(&mut change, &at, desk_until).await?;
        if desk_until == TODAY {
            sqlx::query("insert into desk (trust_id, from_on, until_on) values ($1, $2, '9999-12-31')")
                .bind(at.trust)
                .bind(TODAY)
                .execute(&mut *change)
                .await?;
        }
        for (project, kind) in
            [led, left].into_iter().flat_map(|project| Kind::ALL.iter().map(move |kind| (project, kind)))
        {
            let row = Row { due: Some("2026-03-20"), ..Row::of(project, *kind).about(at.colleague) };
            row.clone().to(1, at.trainee).add(&mut change, at.trust).await?;
            row.clone().to(2, at.supervisor).add(&mut change, at.trust).await?;
            Row { level: 3, ..row }.add(&mut change, at.trust).await?;
        }
        let mut looked_at = 0;
        for (person, request) in &people {
            for line in of_person(&mut change, *person, TODAY).await? {
                for row in line.rows() {
                    looked_at += permitted(&mut change, request, row).await?;
                }
            }
        }
        assert!(looked_at > 60, "only {looked_at} actions are offered");
    }
    Ok(())
}
