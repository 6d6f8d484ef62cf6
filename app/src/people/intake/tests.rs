//! A list beside what is stored: what it would do, and that it does just that.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::api::Checked;
use super::model::{BOTH, IntakeForm, MAKE, NEW, SHORTEN};
use super::plan::{Found, Question, Totals, What, Who};
use super::store;
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::history;
use crate::id::{IntakeId, PersonId};
use crate::people::directory::store as directory;
use crate::testing::{self, Fixture, Result, on};
use crate::web::request::Request;

const HEADINGS: &str = "Name\tEmail\tGrade\tDepartment\tFrom\tTo\t%\n";

fn list(rows: &[&str]) -> IntakeForm {
    IntakeForm { text: format!("{HEADINGS}{}\n", rows.join("\n")), ..IntakeForm::default() }
}

fn answers(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

async fn check(request: &Request, form: &IntakeForm) -> Result<Checked> {
    Ok(Checked::of(request, form.clone()).await?)
}

async fn found(request: &Request, form: &IntakeForm) -> Result<Vec<Found>> {
    Ok(check(request, form).await?.plan.rows.into_iter().map(|row| row.found).collect())
}

/// Takes a list in, as the lead; what it came to before.
async fn take_in(at: &Fixture, request: &Request, form: &IntakeForm) -> std::result::Result<(IntakeId, Totals), Error> {
    let checked = Checked::of(request, form.clone()).await?;
    let settled = checked.plan.settled(checked.ask_order.as_deref(), &checked.form)?;
    let id = request
        .change(ManageOrganisation(at.trust), async |conn, allowed| store::take_in(conn, allowed, &settled, &[]).await)
        .await?;
    Ok((id, checked.plan.totals()))
}

async fn address(at: &Fixture, person: PersonId, address: &str) -> Result {
    let mut change = at.store.write().await?;
    crate::people::store::insert_address(&mut change, person, address, Some(testing::noon()), testing::noon()).await?;
    Ok(change.commit().await?)
}

#[tokio::test]
async fn new_people_are_added_with_their_posts_and_a_second_time_nothing_changes() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let form = list(&[
        "Ann Bell\tann@trust.uk\tFY1\tAcute medicine\t5 Aug 2026\t1 Dec 2026\t100",
        "Ann Bell\tann@trust.uk\tFY1\tAcute medicine\t2 Dec 2026\t6 Apr 2027\t100",
        "Cy Dee\t\tCT1\tacute MEDICINE\t5 Aug 2026\t\t60%",
    ]);
    let (id, totals) = take_in(&at, &request, &form).await?;
    assert_eq!(totals, Totals { new: 2, posts: 3, ..Totals::default() });
    let again = take_in(&at, &request, &form).await;
    assert!(matches!(again, Err(Error::Invalid(errors)) if errors[0].message.starts_with("Nothing changes")));
    assert_eq!(check(&request, &form).await?.plan.totals(), Totals { known: 2, same: 3, ..Totals::default() });
    let mut conn = at.store.read().await?;
    let intake = store::intake(&mut conn, at.trust, id).await?;
    assert_eq!((intake.number, intake.rows, intake.added, intake.posts, intake.without_sign_in), (1, 3, 2, 3, 2));
    assert_eq!(store::intakes(&mut conn, at.trust).await?.len(), 1);
    assert_eq!(store::intake(&mut conn, at.other_trust, id).await.err(), Some(Error::NotFound));
    let people = store::people(&mut conn, at.trust, id, 1).await?;
    let named: Vec<_> = people.iter().map(|one| (one.name.as_str(), one.address.as_str(), one.added)).collect();
    assert_eq!(named, [("Ann Bell", "ann@trust.uk", 2), ("Cy Dee", "", 1)]);
    let posts = directory::posts(&mut conn, at.trust, people[1].id).await?;
    assert_eq!((posts[0].starts_on, posts[0].ends_on, posts[0].percent), (on("2026-08-05"), None, 60));
    assert_eq!(history::of_object(&mut conn, people[0].id, 10).await?.len(), 1, "one entry for a person");
    let told = history::of_object(&mut conn, id, 10).await?;
    assert_eq!((told.len(), told[0].action.as_str()), (1, "took in a list of people"));
    assert_eq!(history::verify_chain(&mut conn).await?, None);
    Ok(())
}

#[tokio::test]
async fn who_is_known_by_address_gets_new_changed_and_shortened_posts() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    address(&at, at.trainee, "tara@trust.uk").await?;
    // Her post as it is stored: 6 August 2025 to 4 August 2026.
    let longer = list(&["Tara Trainee\tTara@Trust.uk\tFY2\tAcute medicine\t6/8/2025\t1/9/2026\t100"]);
    let checked = check(&request, &IntakeForm { order: "day".into(), ..longer.clone() }).await?;
    assert_eq!(checked.ask_order.as_deref(), Some("6/8/2025"));
    assert_eq!(
        checked.plan.rows[0].found,
        Found::Does(Who::Known, What::Changed(vec!["Last day: 1 September 2026, was 4 August 2026".into()]))
    );
    let unanswered = take_in(&at, &request, &longer).await;
    assert!(matches!(unanswered, Err(Error::Invalid(errors)) if errors[0].field == "order"));
    let next = "T. Trainee\ttara@trust.uk\tCT1\tAcute medicine\t2026-08-05\t2027-02-02\t100";
    let checked = check(&request, &list(&[next])).await?;
    assert_eq!(checked.plan.rows[0].found, Found::Does(Who::Known, What::New));
    assert_eq!(checked.plan.rows[0].notes, ["In Baton: Tara Trainee. The name stays."]);
    // In full time from June: the old post ends, or both are kept, as somebody says.
    let earlier = list(&["Tara Trainee\ttara@trust.uk\tCT1\tAcute medicine\t2026-06-01\t2027-02-02\t100"]);
    assert!(matches!(&found(&request, &earlier).await?[0], Found::Asks(Question::Overlap(_))));
    let both = IntakeForm { overlap: BOTH.into(), ..earlier.clone() };
    assert!(matches!(&found(&request, &both).await?[0], Found::Does(Who::Known, What::Overlaps(_))));
    let (id, totals) = take_in(&at, &request, &IntakeForm { overlap: SHORTEN.into(), ..earlier.clone() }).await?;
    assert_eq!(totals, Totals { known: 1, posts: 1, shortening: 1, ..Totals::default() });
    let mut conn = at.store.read().await?;
    let posts = directory::posts(&mut conn, at.trust, at.trainee).await?;
    assert_eq!((posts[0].starts_on, posts[1].ends_on), (on("2026-06-01"), Some(on("2026-05-31"))));
    assert!(posts[1].end_confirmed);
    let intake = store::intake(&mut conn, at.trust, id).await?;
    assert_eq!((intake.known, intake.posts, intake.changed), (1, 1, 1));
    drop(conn);
    assert_eq!(found(&request, &earlier).await?, [Found::Does(Who::Known, What::Same)]);
    // A part-time post beside one is no question.
    let beside = list(&["Tara Trainee\ttara@trust.uk\tCT1\tAcute medicine\t2026-12-15\t2027-02-02\t0"]);
    assert!(matches!(&found(&request, &beside).await?[0], Found::Wrong(_)));
    Ok(())
}

#[tokio::test]
async fn a_known_name_is_asked_and_what_is_answered_is_done() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let row = "Trainee, Dr Tara\ttt@trust.uk\tCT1\tAcute medicine\t2026-08-05\t2027-02-02\t100";
    let form = list(&[row]);
    let Found::Asks(Question::Person(candidates)) = found(&request, &form).await?.remove(0) else { panic!("asked") };
    assert!(candidates[0].told.starts_with("Tara Trainee, FY2, Acute medicine"), "{candidates:?}");
    let refused = take_in(&at, &request, &form).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].message.contains("1 row waits")));
    let person = at.trainee.to_string();
    let somebody_else = IntakeForm { same: answers(&[("l2", NEW)]), ..form.clone() };
    assert_eq!(found(&request, &somebody_else).await?, [Found::Does(Who::New, What::New)]);
    let same = IntakeForm { same: answers(&[("l2", &person)]), ..form.clone() };
    let (_, totals) = take_in(&at, &request, &same).await?;
    assert_eq!((totals.known, totals.posts), (1, 1));
    let mut conn = at.store.read().await?;
    let addresses = directory::addresses(&mut conn, at.trust, at.trainee).await?;
    assert_eq!(addresses.len(), 1, "the address is theirs from now on");
    drop(conn);
    assert_eq!(found(&request, &form).await?, [Found::Does(Who::Known, What::Same)], "and nothing is asked again");
    // Nobody but an administrator gives an address to who has a role.
    let lead = list(&["Adam Administrator\tadam@trust.uk\tManager\tAcute medicine\t2026-08-05\t\t100"]);
    let administrator = at.administrator.to_string();
    let same = IntakeForm { same: answers(&[("l2", &administrator)]), overlap: BOTH.into(), ..lead };
    let checked = check(&request, &same).await?;
    assert!(checked.plan.rows[0].notes[0].starts_with("The address is not added"));
    Ok(())
}

#[tokio::test]
async fn people_of_another_trust_are_asked() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    address(&at, at.stranger, "stella@shire.uk").await?;
    let form = list(&["Stella S.\tstella@shire.uk\tFY2\tAcute medicine\t2026-08-05\t\t100"]);
    assert_eq!(found(&request, &form).await?, [Found::Does(Who::Asked, What::New)]);
    let (id, totals) = take_in(&at, &request, &form).await?;
    assert_eq!((totals.asked, totals.posts), (1, 1));
    let mut conn = at.store.read().await?;
    let stella = directory::person(&mut conn, at.trust, at.stranger).await?;
    assert_eq!((stella.name.as_str(), stella.tie), ("Stella S.", directory::Tie::Asked));
    let people = store::people(&mut conn, at.trust, id, 1).await?;
    assert_eq!((people[0].did.as_str(), people[0].address.as_str()), ("asked", ""));
    drop(conn);
    assert_eq!(found(&request, &form).await?, [Found::Does(Who::Known, What::Same)], "the second time");
    Ok(())
}

#[tokio::test]
async fn an_unknown_department_is_asked_once_and_remembered() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let form = list(&[
        "Ann Bell\ta@t.uk\tFY1\tAcute Med\t2026-08-05\t\t100",
        "Cy Dee\tc@t.uk\tFY1\tACUTE MED\t2026-08-05\t\t100",
        "Eve Fox\te@t.uk\tFY1\tDermatology\t2026-08-05\t\t100",
    ]);
    let checked = check(&request, &form).await?;
    let unknown: Vec<_> = checked.plan.unknown.iter().map(|one| (one.line, one.rows, one.nearest.len())).collect();
    assert_eq!(unknown, [(2, 2, 1), (4, 1, 0)]);
    assert_eq!(checked.plan.totals().asks, 3);
    let department = at.department.to_string();
    let answered = IntakeForm { department: answers(&[("l2", &department), ("l4", MAKE)]), ..form.clone() };
    let (_, totals) = take_in(&at, &request, &answered).await?;
    assert_eq!((totals.new, totals.asks), (3, 0));
    let checked = check(&request, &form).await?;
    assert_eq!((checked.plan.unknown.len(), checked.plan.totals().same), (0, 3), "remembered, and made");
    Ok(())
}

#[tokio::test]
async fn contradictions_within_a_list_are_told_by_row() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let form = list(&[
        "Ann Bell\tann@t.uk\tFY1\tAcute medicine\t2026-08-05\t2026-12-01\t100",
        "Cy Dee\tann@t.uk\tFY1\tAcute medicine\t2026-08-05\t2026-12-01\t100",
        "Ann Bell\tann@t.uk\tFY1\tAcute medicine\t2026-08-05\t2026-12-01\t100",
        "Ann Bell\tann@t.uk\tFY2\tAcute medicine\t2026-08-05\t2026-12-01\t100",
        "Eve Fox\t\tFY1\tAcute medicine\t2026-08-05\t\t100",
        "Eve Fox\t\tFY1\tAcute medicine\t2026-08-05\t\t100",
        "Eve Fox\t\tFY2\tAcute medicine\t2027-08-05\t\t100",
    ]);
    let rows = found(&request, &form).await?;
    let told = |at: usize| match &rows[at] {
        Found::Wrong(wrong) => wrong[0].1.clone(),
        other => format!("{other:?}"),
    };
    assert!(told(1).contains("line 2 too, for Ann Bell"), "{}", told(1));
    assert_eq!(rows[2], Found::Does(Who::New, What::Same));
    assert!(told(3).contains("Line 2 says otherwise"), "{}", told(3));
    assert_eq!(rows[5], Found::Does(Who::New, What::Same), "the same row twice is one post");
    let Found::Asks(Question::Person(candidates)) = &rows[6] else { panic!("asked: {:?}", rows[6]) };
    assert!(candidates[0].told.contains("Eve Fox on line 6"), "{candidates:?}");
    let same = IntakeForm { same: answers(&[("l8", "l6")]), overlap: BOTH.into(), ..form };
    assert!(matches!(&found(&request, &same).await?[6], Found::Does(Who::New, What::Overlaps(_))));
    Ok(())
}

#[tokio::test]
async fn all_or_nothing_and_only_what_is_ticked_is_left_out() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let form = list(&[
        "Ann Bell\tann@t.uk\tFY1\tAcute medicine\t2026-08-05\t\t100",
        "Cy Dee\tcy@t.uk\tFY1\tAcute medicine\t31/02/2026\t\t100",
        "Total\t\t\t\t\t\t2",
    ]);
    let refused = take_in(&at, &request, &form).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "leave_out[]"));
    let mended = IntakeForm { fix: answers(&[("l3_from", "5 August 2026")]), ..form.clone() };
    assert_eq!(
        check(&request, &mended).await?.plan.totals(),
        Totals { new: 2, posts: 2, nobody: 1, ..Totals::default() }
    );
    let left_out = IntakeForm { leave_out: vec!["yes".into()], ..form };
    let (id, _) = take_in(&at, &request, &left_out).await?;
    let mut conn = at.store.read().await?;
    let intake = store::intake(&mut conn, at.trust, id).await?;
    assert_eq!((intake.rows, intake.added, intake.left_out), (2, 1, 1));
    Ok(())
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_not_overwritten() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    address(&at, at.trainee, "tara@trust.uk").await?;
    let form = list(&["Tara Trainee\ttara@trust.uk\tFY2\tAcute medicine\t2025-08-06\t2026-09-01\t100"]);
    let checked = check(&request, &form).await?;
    let settled = checked.plan.settled(None, &checked.form)?;
    let mut change = at.store.write().await?;
    sqlx::query("update post set ends_on = '2026-10-01', version = version + 1 where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let late = request.change(ManageOrganisation(at.trust), async |conn, allowed| {
        store::put(conn, allowed, &settled).await.map(|_| ())
    });
    assert_eq!(late.await, Err(Error::Conflict));
    assert_ne!(check(&request, &form).await?.ground, checked.ground);
    Ok(())
}

#[tokio::test]
async fn a_trust_remembers_what_its_lists_call_their_columns() -> Result {
    use super::columns::Holds;
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let checked = check(&request, &list(&["Ann Bell\tann@t.uk\tFY1\tAcute medicine\t2026-08-05\t\t100"])).await?;
    let settled = checked.plan.settled(None, &checked.form)?;
    let headings = [("rota no".to_owned(), Holds::Grade)];
    request
        .change(ManageOrganisation(at.trust), async |conn, allowed| {
            store::take_in(conn, allowed, &settled, &headings).await
        })
        .await?;
    let mut conn = at.store.read().await?;
    assert_eq!(store::columns(&mut conn, at.trust).await?, HashMap::from(headings));
    assert!(store::columns(&mut conn, at.other_trust).await?.is_empty());
    let nothing = store::ground(&mut conn, at.trust, (at.lead, testing::TODAY), &[], &Default::default()).await?;
    assert_eq!((nothing.departments.len(), nothing.people.len()), (1, 0));
    Ok(())
}

/// As many rows as one intake takes.
fn five_thousand() -> IntakeForm {
    let mut text = HEADINGS.to_owned();
    for at in 0..5_000 {
        let _ = writeln!(
            text,
            "Ann{at} Bell{at}\tann.{at}@trust.uk\tFY1\tAcute medicine\t05/08/2026\t{}/12/2026\t100",
            1 + at % 28
        );
    }
    IntakeForm { text, order: "day".into(), ..IntakeForm::default() }
}

#[tokio::test]
async fn five_thousand_rows_are_taken_in() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let form = five_thousand();
    let (_, totals) = take_in(&at, &request, &form).await?;
    assert_eq!(totals, Totals { new: 5_000, posts: 5_000, ..Totals::default() });
    assert_eq!(check(&request, &form).await?.plan.totals(), Totals { known: 5_000, same: 5_000, ..Totals::default() });
    Ok(())
}

/// `cargo nextest run --release -p app -E 'test(how_long)' --run-ignored all --no-capture`
#[tokio::test]
#[ignore = "says how long it takes on this machine"]
async fn how_long_five_thousand_rows_take() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.lead)).await;
    let began = std::time::Instant::now();
    let checked = check(&request, &five_thousand()).await?;
    eprintln!("read and planned: {:?}", began.elapsed());
    let settled = checked.plan.settled(checked.ask_order.as_deref(), &checked.form)?;
    let act = ManageOrganisation(at.trust);
    let seen = crate::web::confirm::preview(&request, act, async |conn, allowed| {
        store::put(conn, allowed, &settled).await.map(|_| ())
    });
    assert_eq!(seen.await?, None);
    eprintln!("with what it does to projects: {:?}", began.elapsed());
    let began = std::time::Instant::now();
    request.change(act, async |conn, allowed| store::take_in(conn, allowed, &settled, &[]).await).await?;
    eprintln!("taken in: {:?}", began.elapsed());
    let began = std::time::Instant::now();
    check(&request, &five_thousand()).await?;
    eprintln!("planned again, when all are known: {:?}", began.elapsed());
    Ok(())
}
