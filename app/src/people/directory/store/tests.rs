use chrono::NaiveDate;

use super::*;
use crate::access::{GrantRoles, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::history;
use crate::id::{AwayId, DepartmentId};
use crate::people::directory::model::{AwayDetails, NewPerson, PostDetails, RoleDates, Show, TrustRole};
use crate::people::store::{give_password as put_password, insert_address};
use crate::people::ties::store::Tied;
use crate::testing::{self, Fixture, TODAY, on};

fn words(at: &Fixture, starts_on: &str, ends_on: Option<&str>) -> PostDetails {
    PostDetails {
        department: at.department,
        staff_group: "Medical".to_owned(),
        grade: "ST3".to_owned(),
        starts_on: on(starts_on),
        ends_on: ends_on.map(on),
        percent: 60,
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let Err(Error::Invalid(errors)) = result else { panic!("not refused: {result:?}") };
    errors[0].message.clone()
}

async fn names(at: &Fixture, filter: Filter, today: NaiveDate) -> Vec<String> {
    let mut conn = at.store.read().await.expect("a reader");
    let found = people(&mut conn, at.trust, &filter, today).await.expect("found");
    assert_eq!(usize::try_from(found.total).expect("a count"), found.rows.len());
    found.rows.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn the_list_is_narrowed_by_name_department_and_the_end_of_posts() {
    let at = Fixture::new().await;
    let all = names(&at, Filter::default(), TODAY).await;
    assert_eq!(
        all,
        ["Adam Administrator", "Colin Colleague", "Lena Lead", "Sonia Supervisor", "Tara Trainee"],
        "nobody of the other trust"
    );
    let show = |show| Filter { show, ..Filter::default() };
    assert!(names(&at, show(Show::Ending), on("2026-05-11")).await.is_empty(), "12 weeks and a day before");
    assert_eq!(names(&at, show(Show::Ending), on("2026-05-12")).await, ["Colin Colleague", "Tara Trainee"]);
    assert_eq!(names(&at, show(Show::WithoutPost), on("2026-08-05")).await, ["Colin Colleague", "Tara Trainee"]);
    let named = Filter { name: "tara".into(), ..Filter::default() };
    assert_eq!(names(&at, named, TODAY).await, ["Tara Trainee"]);
    let wild = Filter { name: "%".into(), ..Filter::default() };
    assert!(names(&at, wild, TODAY).await.is_empty(), "a sign is a sign");
    let here = |show| Filter { department: Some(at.department), show, ..Filter::default() };
    assert_eq!(names(&at, here(Show::All), TODAY).await.len(), 5);
    assert_eq!(names(&at, here(Show::All), on("2026-08-05")).await.len(), 3);
    assert_eq!(names(&at, here(Show::WithoutPost), on("2026-08-05")).await.len(), 2);
    let elsewhere = Filter { department: Some(DepartmentId::new()), ..Filter::default() };
    assert!(names(&at, elsewhere, TODAY).await.is_empty());
}

#[tokio::test]
async fn a_post_that_follows_soon_is_no_ending() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    add_post(&mut change, &allowed, at.trainee, &words(&at, "2026-08-05", None)).await.expect("added");
    change.commit().await.expect("committed");
    let ending = Filter { show: Show::Ending, ..Filter::default() };
    assert_eq!(names(&at, ending, on("2026-07-01")).await, ["Colin Colleague"]);
    let mut conn = at.store.read().await.expect("a reader");
    let found = people(&mut conn, at.trust, &Filter::default(), TODAY).await.expect("found");
    let tara = found.rows.iter().find(|row| row.id == at.trainee).expect("Tara");
    assert_eq!((tara.ends_on, tara.post.as_str()), (None, "FY2, Acute medicine"));
}

#[tokio::test]
async fn somebody_is_added_once_whatever_trust_they_come_from() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    insert_address(&mut change, at.stranger, "stella@other.uk", None, testing::noon()).await.expect("an address");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let new = |name: &str, address: &str| NewPerson {
        name: name.to_owned(),
        address: Some(address.to_owned()),
        post: words(&at, "2026-04-01", None),
    };
    let (id, tied) = add_person(&mut change, &allowed, &new("Amara Osei", "amara@trust.uk")).await.expect("added");
    assert_eq!(tied, Tied::Accepted);
    let told = refused(add_person(&mut change, &allowed, &new("A. Osei", "AMARA@trust.uk")).await);
    assert!(told.contains("Amara Osei"), "{told}");
    assert!(addresses(&mut change, at.trust, id).await.expect("addresses")[0].verified_at.is_some());
    let history = history::of_object(&mut change, id, 10).await.expect("history");
    assert!(history.iter().any(|row| row.action == "added" && row.detail.contains("amara@trust.uk")), "{history:?}");
    let (rotated, tied) =
        add_person(&mut change, &allowed, &new("S. Stranger", "stella@other.uk")).await.expect("asked");
    assert_eq!((rotated, tied), (at.stranger, Tied::Asked));
}

#[tokio::test]
async fn of_somebody_who_has_not_accepted_the_trust_it_sees_what_it_wrote_and_decides_nothing() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    insert_address(&mut change, at.stranger, "stella@other.uk", None, testing::noon()).await.expect("an address");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let grants = request.require(&mut change, GrantRoles(at.trust)).await.expect("allowed");
    let new = NewPerson {
        name: "S. Stranger".to_owned(),
        address: Some("stella@other.uk".to_owned()),
        post: words(&at, "2026-02-01", None),
    };
    let (id, _) = add_person(&mut change, &allowed, &new).await.expect("asked");
    assert_eq!(add_post(&mut change, &allowed, id, &words(&at, "2026-04-01", None)).await, Ok(Tied::Asked));
    let stella = person(&mut change, at.trust, id).await.expect("known now");
    assert_eq!((stella.name.as_str(), stella.tie, stella.signs_in), ("S. Stranger", Tie::Asked, false));
    assert!(addresses(&mut change, at.trust, id).await.expect("addresses").is_empty());
    let found = people(&mut change, at.trust, &Filter::default(), TODAY).await.expect("found");
    let row = found.rows.iter().find(|row| row.id == id).expect("Stella");
    assert_eq!((row.name.as_str(), row.tie), ("S. Stranger", Tie::Asked));
    let real = Filter { name: "Stella".to_owned(), ..Filter::default() };
    assert_eq!(people(&mut change, at.trust, &real, TODAY).await.expect("found").total, 0, "nor by her real name");
    for told in [
        refused(rename(&mut change, &allowed, id, 1, "Another Name").await),
        refused(add_address(&mut change, &allowed, id, "s@trust.uk").await),
        refused(confirm_address(&mut change, &allowed, id, "stella@other.uk").await),
        refused(remove_address(&mut change, &allowed, id, "stella@other.uk").await),
        refused(close(&mut change, &allowed, id).await),
        refused(reopen(&mut change, &allowed, id).await),
        refused(give_sign_in(&mut change, &allowed, id, "hash").await),
        refused(may_give_password_code(&mut change, &allowed, id).await),
        refused(grant(&mut change, &grants, id, TrustRole::AcademyLead, RoleDates::default()).await),
    ] {
        assert!(told.contains("has not accepted this trust"), "{told}");
    }
    // Nor when she has: she belongs to the other trust as well.
    sqlx::query("update tie set state = 'accepted', answered_at = asked_at where person_id = $1")
        .bind(id)
        .execute(&mut *change)
        .await
        .expect("accepted");
    assert_eq!(person(&mut change, at.trust, id).await.expect("known").name, "Stella Stranger");
    for told in [
        refused(rename(&mut change, &allowed, id, 1, "Another Name").await),
        refused(add_address(&mut change, &allowed, id, "s@trust.uk").await),
        refused(confirm_address(&mut change, &allowed, id, "stella@other.uk").await),
        refused(close(&mut change, &allowed, id).await),
        refused(give_sign_in(&mut change, &allowed, id, "hash").await),
        refused(may_give_password_code(&mut change, &allowed, id).await),
    ] {
        assert!(told.contains("also belongs to another trust"), "{told}");
    }
}

#[tokio::test]
async fn posts_overlap_change_end_and_go() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    testing::make::no_way_in(&mut change, at.trainee).await.expect("no way in");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let half = words(&at, "2026-02-01", Some("2026-12-31"));
    add_post(&mut change, &allowed, at.trainee, &half).await.expect("overlapping posts are allowed");
    let held = posts(&mut change, at.trust, at.trainee).await.expect("posts");
    assert_eq!(held.iter().map(|post| post.percent).collect::<Vec<_>>(), [60, 100]);
    let id = held[0].id;
    let changed = PostDetails { grade: "ST4".to_owned(), ..half.clone() };
    assert_eq!(edit_post(&mut change, &allowed, id, 1, &changed).await, Ok(at.trainee));
    assert_eq!(edit_post(&mut change, &allowed, id, 1, &half).await, Err(Error::Conflict));
    let told = refused(end_post(&mut change, &allowed, id, 2, on("2026-01-31")).await);
    assert!(told.contains("1 February 2026"), "{told}");
    assert_eq!(end_post(&mut change, &allowed, id, 2, on("2026-03-31")).await, Ok(at.trainee));
    assert_eq!(end_post(&mut change, &allowed, id, 2, on("2026-04-30")).await, Err(Error::Conflict));
    assert_eq!(remove_post(&mut change, &allowed, id).await, Ok(Some(at.trainee)));
    let told = refused(remove_post(&mut change, &allowed, held[1].id).await);
    assert!(told.contains("only post"), "{told}");
    let actions: Vec<String> = sqlx::query_scalar("select action from history where object_id = $1 order by sequence")
        .bind(at.trainee)
        .fetch_all(&mut *change)
        .await
        .expect("history");
    assert_eq!(actions, ["added a post", "changed a post", "ended a post", "removed a post"]);
}

#[tokio::test]
async fn a_retired_department_keeps_its_posts_and_gets_no_more() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    sqlx::query("update department set retired_on = '2026-03-01' where id = $1")
        .bind(at.department)
        .execute(&mut *change)
        .await
        .expect("retired");
    let told = refused(add_post(&mut change, &allowed, at.trainee, &words(&at, "2026-04-01", None)).await);
    assert!(told.contains("retired"), "{told}");
    let held = posts(&mut change, at.trust, at.trainee).await.expect("posts");
    let same = words(&at, "2025-08-06", Some("2026-06-30"));
    assert_eq!(edit_post(&mut change, &allowed, held[0].id, 1, &same).await, Ok(at.trainee));
}

#[tokio::test]
async fn periods_away_have_no_reason_and_belong_to_the_trust() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let period = AwayDetails { starts_on: on("2026-04-01"), ends_on: on("2026-06-30"), keeps_contributing: true };
    add_away(&mut change, &allowed, at.trainee, &period).await.expect("added");
    let kept = away(&mut change, at.trust, at.trainee).await.expect("periods");
    assert!(kept[0].keeps_contributing);
    let theirs = AwayId::new();
    sqlx::query("insert into away (id, person_id, trust_id, starts_on, ends_on) values ($1, $2, $3, '2026-01-01', '2026-01-02')")
        .bind(theirs).bind(at.stranger).bind(at.other_trust).execute(&mut *change).await.expect("a period");
    assert_eq!(remove_away(&mut change, &allowed, theirs).await, Err(Error::NotFound));
    assert_eq!(remove_away(&mut change, &allowed, kept[0].id).await, Ok(at.trainee));
}

#[tokio::test]
async fn sign_in_is_given_once_to_a_confirmed_address() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    testing::make::no_way_in(&mut change, at.trainee).await.expect("no way in");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    insert_address(&mut change, at.trainee, "tara@trust.uk", None, testing::noon()).await.expect("an address");
    let told = refused(give_sign_in(&mut change, &allowed, at.trainee, "hash").await);
    assert!(told.contains("confirmed"), "{told}");
    confirm_address(&mut change, &allowed, at.trainee, "TARA@trust.uk").await.expect("confirmed");
    give_sign_in(&mut change, &allowed, at.trainee, "hash").await.expect("given");
    assert!(refused(give_sign_in(&mut change, &allowed, at.trainee, "other").await).contains("already"));
    assert!(refused(remove_address(&mut change, &allowed, at.trainee, "tara@trust.uk").await).contains("only"));
    assert!(refused(add_address(&mut change, &allowed, at.colleague, "tara@trust.uk").await).contains("belongs"));
    add_address(&mut change, &allowed, at.trainee, "t.trainee@trust.uk").await.expect("added");
    remove_address(&mut change, &allowed, at.trainee, "tara@trust.uk").await.expect("removed");
    let missing = confirm_address(&mut change, &allowed, at.colleague, "t.trainee@trust.uk").await;
    assert_eq!(missing, Err(Error::NotFound), "somebody else's");
}

#[tokio::test]
async fn an_academy_lead_does_not_decide_how_an_administrator_signs_in() {
    let at = Fixture::new().await;
    let lead = at.request(Some(at.lead)).await;
    let administrator = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    let by_lead = lead.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let told = refused(add_address(&mut change, &by_lead, at.administrator, "x@trust.uk").await);
    assert!(told.contains("Only an administrator"), "{told}");
    refused(close(&mut change, &by_lead, at.administrator).await);
    let by_administrator = administrator.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    add_address(&mut change, &by_administrator, at.lead, "lena@trust.uk").await.expect("added");
    assert!(refused(close(&mut change, &by_administrator, at.administrator).await).contains("your own"));
}

#[tokio::test]
async fn a_closed_account_ends_its_sessions_and_can_be_reopened() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    close(&mut change, &allowed, at.trainee).await.expect("closed");
    let live: i64 = sqlx::query_scalar("select count(*) from session where person_id = $1 and ended_at is null")
        .bind(at.trainee)
        .fetch_one(&mut *change)
        .await
        .expect("a count");
    assert_eq!(live, 0);
    assert!(person(&mut change, at.trust, at.trainee).await.expect("known").is_closed(TODAY));
    reopen(&mut change, &allowed, at.trainee).await.expect("reopened");
    assert!(!person(&mut change, at.trust, at.trainee).await.expect("known").is_closed(TODAY));
}

#[tokio::test]
async fn only_administrators_grant_roles_and_one_always_stays() {
    let at = Fixture::new().await;
    let lead = at.request(Some(at.lead)).await;
    let administrator = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    let by_lead = lead.require(&mut change, GrantRoles(at.trust)).await;
    assert_eq!(by_lead.err(), Some(Error::Forbidden));
    let allowed = administrator.require(&mut change, GrantRoles(at.trust)).await.expect("allowed");
    let told = refused(take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await);
    assert!(told.contains("only administrator"), "{told}");
    grant(&mut change, &allowed, at.lead, TrustRole::Administrator, RoleDates::default()).await.expect("granted");
    grant(&mut change, &allowed, at.lead, TrustRole::Administrator, RoleDates::default()).await.expect("granted again");
    let told = refused(take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await);
    assert!(told.contains("only administrator"), "who cannot sign in is nobody to rely on: {told}");
    insert_address(&mut change, at.lead, "lena@trust.uk", Some(testing::noon()), testing::noon())
        .await
        .expect("an address");
    put_password(&mut change, at.lead, "hash", Some(at.trust), testing::noon()).await.expect("a password");
    take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await.expect("taken");
    let lena = person(&mut change, at.trust, at.lead).await.expect("known");
    assert!(lena.has(TrustRole::Administrator, TODAY) && lena.has(TrustRole::AcademyLead, TODAY));
    let stranger = grant(&mut change, &allowed, at.stranger, TrustRole::AcademyLead, RoleDates::default()).await;
    assert_eq!(stranger, Err(Error::NotFound));
}

#[tokio::test]
async fn nothing_of_another_trust_is_found() {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
    let foreign = posts(&mut change, at.other_trust, at.stranger).await.expect("posts")[0].clone();
    let mine = words(&at, "2026-04-01", None);
    let theirs = PostDetails { department: foreign.department_id, ..mine.clone() };
    let not_found = Some(Error::NotFound);
    assert_eq!(add_post(&mut change, &allowed, at.stranger, &mine).await.err(), not_found);
    assert_eq!(add_post(&mut change, &allowed, at.trainee, &theirs).await.err(), not_found);
    assert_eq!(edit_post(&mut change, &allowed, foreign.id, 1, &mine).await.err(), not_found);
    assert_eq!(end_post(&mut change, &allowed, foreign.id, 1, TODAY).await.err(), not_found);
    assert_eq!(remove_post(&mut change, &allowed, foreign.id).await.err(), not_found);
    assert_eq!(rename(&mut change, &allowed, at.stranger, 1, "X").await.err(), not_found);
    assert_eq!(close(&mut change, &allowed, at.stranger).await.err(), not_found);
    assert_eq!(add_address(&mut change, &allowed, at.stranger, "x@y.uk").await.err(), not_found);
    let period = AwayDetails { starts_on: TODAY, ends_on: TODAY, keeps_contributing: false };
    assert_eq!(add_away(&mut change, &allowed, at.stranger, &period).await.err(), not_found);
}

#[tokio::test]
async fn a_person_page_knows_what_they_lead_and_supervisor() {
    let at = Fixture::new().await;
    at.project("Sepsis bundle").await;
    let mut conn = at.store.read().await.expect("a reader");
    let led = projects(&mut conn, at.trust, at.trainee, TODAY).await.expect("projects");
    let supervised = projects(&mut conn, at.trust, at.supervisor, TODAY).await.expect("projects");
    assert_eq!((led[0].leads, supervised[0].leads), (true, false));
    let found = people(&mut conn, at.trust, &Filter::default(), TODAY).await.expect("found");
    assert_eq!(found.rows.iter().find(|row| row.id == at.trainee).map(|row| row.leads), Some(1));
}

#[tokio::test]
async fn a_role_has_a_first_and_a_last_day() -> testing::Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, GrantRoles(at.trust)).await?;
    let days = RoleDates { from_on: Some(on("2026-04-01")), last_on: Some(on("2026-09-30")) };
    grant(&mut change, &allowed, at.supervisor, TrustRole::AcademyLead, days).await?;
    let sonia = person(&mut change, at.trust, at.supervisor).await?;
    let held = sonia.role(TrustRole::AcademyLead, TODAY).expect("the role");
    assert_eq!((held.from_on, held.until_on, held.last_on()), (days.from_on, Some(on("2026-10-01")), days.last_on));
    assert!(sonia.has_role(on("2026-09-30")) && !sonia.has(TrustRole::AcademyLead, on("2026-10-01")));
    let listed = async |change: &mut Connection, day| {
        let found = people(change, at.trust, &Filter::default(), day).await.expect("found");
        found.rows.iter().any(|row| row.id == at.supervisor && row.academy_lead && !row.administrator)
    };
    assert!(!listed(&mut change, TODAY).await && listed(&mut change, on("2026-04-01")).await);
    assert!(listed(&mut change, on("2026-09-30")).await && !listed(&mut change, on("2026-10-01")).await);
    let early = date_role(&mut change, &allowed, at.supervisor, TrustRole::AcademyLead, Some(on("2026-03-31"))).await;
    assert!(refused(early).contains("not before the first"));
    date_role(&mut change, &allowed, at.supervisor, TrustRole::AcademyLead, None).await?;
    assert!(person(&mut change, at.trust, at.supervisor).await?.has(TrustRole::AcademyLead, on("2030-01-01")));
    let none = date_role(&mut change, &allowed, at.trainee, TrustRole::AcademyLead, None).await;
    assert_eq!(none, Err(Error::NotFound));
    // A role that is over is granted again.
    sqlx::query("update trust_role set from_on = '2025-01-01', until_on = '2026-03-04' where person_id = $1")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await?;
    assert!(!person(&mut change, at.trust, at.supervisor).await?.has_role(TODAY));
    grant(&mut change, &allowed, at.supervisor, TrustRole::AcademyLead, RoleDates::default()).await?;
    let held = person(&mut change, at.trust, at.supervisor).await?.role(TrustRole::AcademyLead, TODAY);
    assert_eq!(held.map(|held| (held.from_on, held.until_on)), Some((None, None)));
    Ok(())
}

#[tokio::test]
async fn the_last_academy_lead_goes_only_when_another_is_named() -> testing::Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, GrantRoles(at.trust)).await?;
    let organises = request.require(&mut change, ManageOrganisation(at.trust)).await?;
    let (role, until) = (TrustRole::AcademyLead, Some(on("2026-06-30")));
    assert!(is_last_academy_lead(&mut change, at.trust, at.lead, TODAY).await?);
    assert!(!is_last_academy_lead(&mut change, at.trust, at.trainee, TODAY).await?, "who is none is not the last");
    for told in [
        refused(take(&mut change, &allowed, at.lead, role).await),
        refused(date_role(&mut change, &allowed, at.lead, role, until).await),
        refused(close(&mut change, &organises, at.lead).await),
    ] {
        assert!(told.contains("only academy lead"), "{told}");
    }
    // Somebody whose role is over by then, or whose account is closed, keeps nothing.
    let short = RoleDates { from_on: None, last_on: until };
    grant(&mut change, &allowed, at.supervisor, role, short).await?;
    assert!(refused(date_role(&mut change, &allowed, at.lead, role, until).await).contains("only academy lead"));
    date_role(&mut change, &allowed, at.lead, role, Some(on("2026-06-29"))).await?;
    date_role(&mut change, &allowed, at.lead, role, None).await?;
    close(&mut change, &organises, at.supervisor).await?;
    assert!(refused(take(&mut change, &allowed, at.lead, role).await).contains("only academy lead"));
    reopen(&mut change, &organises, at.supervisor).await?;
    take(&mut change, &allowed, at.lead, role).await?;
    assert!(refused(take(&mut change, &allowed, at.supervisor, role).await).contains("only academy lead"));
    Ok(())
}

#[tokio::test]
async fn the_last_administrators_role_gets_no_end() -> testing::Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, GrantRoles(at.trust)).await?;
    let (role, until) = (TrustRole::Administrator, Some(on("2026-06-30")));
    insert_address(&mut change, at.lead, "lena@trust.uk", Some(testing::noon()), testing::noon()).await?;
    put_password(&mut change, at.lead, "hash", Some(at.trust), testing::noon()).await?;
    grant(&mut change, &allowed, at.lead, role, RoleDates { from_on: None, last_on: until }).await?;
    let dated = date_role(&mut change, &allowed, at.administrator, role, Some(on("2026-05-31"))).await;
    assert!(refused(dated).contains("only administrator"), "the other one's role ends as well");
    assert!(refused(take(&mut change, &allowed, at.administrator, role).await).contains("only administrator"));
    date_role(&mut change, &allowed, at.lead, role, None).await?;
    date_role(&mut change, &allowed, at.administrator, role, Some(on("2026-05-31"))).await?;
    Ok(())
}

#[tokio::test]
async fn who_arrives_within_twelve_weeks_is_found() -> testing::Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let arrives = |days| TODAY + chrono::Days::new(days);
    let mut new = Vec::new();
    for (name, days) in [("Next Week", 7), ("In Time", SOON), ("Later On", SOON + 1)] {
        let id = testing::person(&mut change, at.trust, at.department, name, "FY1", None).await;
        sqlx::query("update post set starts_on = $2 where person_id = $1")
            .bind(id)
            .bind(arrives(days))
            .execute(&mut *change)
            .await?;
        new.push(id);
    }
    let filter = Filter { show: Show::Arriving, department: Some(at.department), ..Filter::default() };
    let found = people(&mut change, at.trust, &filter, TODAY).await?;
    let rows: Vec<_> = found.rows.iter().map(|row| (row.id, row.arrives_on)).collect();
    assert_eq!(rows, [(new[1], Some(arrives(SOON))), (new[0], Some(arrives(7)))]);
    let all = people(&mut change, at.trust, &Filter::default(), TODAY).await?;
    assert!(all.rows.iter().all(|row| row.id != at.trainee || row.arrives_on.is_none()), "who is here has arrived");
    Ok(())
}

#[tokio::test]
async fn a_desk_is_empty_from_the_day_after_its_last_academy_lead() {
    let at = Fixture::new().await;
    for (last, is_empty, empty_from) in [
        (None, false, None),
        (Some("2026-03-31"), false, Some("2026-04-01")),
        (Some("2026-12-31"), false, None),
        (Some("2026-03-03"), true, Some("2026-03-04")),
    ] {
        let mut change = at.store.write().await.expect("a change");
        sqlx::query("update post set ends_on = $2 where person_id = $1")
            .bind(at.lead)
            .bind(last.map(on))
            .execute(&mut *change)
            .await
            .expect("a post");
        change.commit().await.expect("committed");
        let mut conn = at.store.read().await.expect("a reader");
        let found = desk(&mut conn, at.trust, TODAY).await.expect("read");
        assert_eq!(found, Desk { is_empty, empty_from: empty_from.map(on) }, "{last:?}");
    }
    let mut conn = at.store.read().await.expect("a reader");
    assert!(desk(&mut conn, at.other_trust, TODAY).await.expect("read").is_empty);
}
