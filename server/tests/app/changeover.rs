//! The board of a changeover: arranged in a few presses, refused where something stands in the way.

use app::id::ProjectId;
use app::testing::{TODAY, make, on};

use crate::harness::{Answer, App, Browser};

const ARRANGE: &str = "/api/changeover/arrange";
const BOARD: &str = "/changeover?on=2026-08-05";

/// The projects that are ticked on a board, and all that could be.
fn ticks(page: &Answer) -> (Vec<String>, usize) {
    let boxes: Vec<&str> = page.body.split("<input").filter(|input| input.contains("name=\"ticked[]\"")).collect();
    let ticked = boxes.iter().filter(|input| input.split_once('>').is_some_and(|(head, _)| head.contains(" checked")));
    let value = |input: &&str| {
        input.split_once("value=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id.to_owned())
    };
    (ticked.filter_map(value).collect(), boxes.len())
}

/// Presses a button of the board with what is ticked on it.
async fn press(browser: &Browser<'_>, page: &str, act: &str, more: &[(&str, &str)]) -> Answer {
    let pairs: Vec<(&str, &str)> = more.iter().copied().chain([("then", act)]).collect();
    browser.fill(page, ARRANGE, &pairs).await
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "half of it makes the sixty projects")]
async fn sixty_projects_are_arranged_in_a_few_presses() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let mut change = fixture.store.write().await.expect("a change");
    let mut projects: Vec<ProjectId> = Vec::new();
    for at in 0..6 {
        let department = make::department(&mut change, fixture.trust, &format!("Ward {at}"), "Medicine")
            .await
            .expect("a department");
        let ends = Some(on("2026-08-04"));
        let leaver = make::person(&mut change, fixture.trust, department, [&format!("Leaver {at}"), "FY2"], ends)
            .await
            .expect("a leaver");
        // Nobody comes to the last of them.
        if at < 5 {
            let far = make::department(&mut change, fixture.trust, &format!("Far {at}"), "Surgery")
                .await
                .expect("a department");
            let comes = make::person(&mut change, fixture.trust, far, [&format!("Comer {at}"), "FY1"], ends)
                .await
                .expect("one");
            let begins = [Some(on("2026-08-05")), Some(on("2027-08-03"))];
            make::post(&mut change, fixture.trust, department, comes, "FY2", begins).await.expect("a post");
        }
        for number in 0..10 {
            let title = format!("Project {number} of ward {at}");
            let project =
                make::project(&mut change, fixture.trust, department, leaver, &title).await.expect("a project");
            for (person, role) in [(leaver, "lead"), (fixture.supervisor, "supervisor")] {
                make::place(&mut change, project, person, [role, "accepted", "team"], on("2026-01-01"), None)
                    .await
                    .expect("a place");
            }
            projects.push(project);
        }
    }
    change.commit().await.expect("committed");

    let lead = app.browser(fixture.lead).await;
    let mut presses = 0;
    // The board, all ticked, offered; what nobody comes for: ticked again, into the pool.
    presses += 1;
    let board = lead.get(BOARD).await;
    assert!(board.words().contains("0 of 60 arranged"), "{}", board.plain());
    assert!(board.words().contains("If nobody acts, 60 projects fall into the pool."), "{}", board.plain());
    assert_eq!((ticks(&board).0.len(), ticks(&board).1), (0, 60));
    presses += 1;
    let ticked = format!("{BOARD}&tick=all");
    assert_eq!(ticks(&lead.get(&ticked).await).0.len(), 60);
    presses += 1;
    let refused = press(&lead, &ticked, "offer", &[]).await;
    let page = lead.follow(&refused).await;
    assert!(page.words().contains("Project 0 of ward 5: Choose whom it is offered to."), "{}", page.plain());
    assert!(page.words().contains("The 50 other ticked projects are done."), "{}", page.plain());
    presses += 1;
    assert_eq!(ticks(&lead.get(&ticked).await).0.len(), 10, "what is offered is not ticked again");
    presses += 1;
    let done = press(&lead, &ticked, "pool", &[]).await;
    assert_eq!(done.location(), "/changeover?on=2026-08-05&done=board-pool&n=10");
    let board = lead.follow(&done).await;
    assert!(board.words().contains("10 put into the pool."), "{}", board.plain());
    assert!(presses < 40, "{presses} presses");

    let mut conn = fixture.store.read().await.expect("a reader");
    let offered: Vec<(String, i64)> = sqlx::query_as(
        "select coalesce(p.name, 'the pool'), count(*) from handover h left join person p on p.id = h.to_person
         where h.state = 'offered' and h.takes_effect_on = '2026-08-05' group by 1 order by 1",
    )
    .fetch_all(&mut *conn)
    .await
    .expect("the offers");
    let expected: Vec<(String, i64)> =
        (0..5).map(|at| (format!("Comer {at}"), 10)).chain([("the pool".to_owned(), 10)]).collect();
    assert_eq!(offered, expected);
}

#[tokio::test]
async fn what_cannot_be_arranged_is_said_and_the_rest_is_done() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let (sepsis, falls) = (fixture.project("Sepsis").await, fixture.project("Falls").await);
    let mut change = fixture.store.write().await.expect("a change");
    let heir = make::person(&mut change, fixture.trust, fixture.department, ["Hana Heir", "ST4"], None)
        .await
        .expect("an heir");
    make::place(&mut change, sepsis, heir, ["member", "accepted", "team"], TODAY, None).await.expect("a place");
    let next = make::person(&mut change, fixture.trust, fixture.department, ["Dr Next", "Consultant"], None)
        .await
        .expect("one");
    let third = make::project(&mut change, fixture.trust, fixture.department, next, "Led by who stays")
        .await
        .expect("a project");
    for (project, person, role) in [(third, heir, "lead"), (third, next, "supervisor")] {
        make::place(&mut change, project, person, [role, "accepted", "team"], on("2026-01-01"), None)
            .await
            .expect("a place");
    }
    change.commit().await.expect("committed");
    let lead = app.browser(fixture.lead).await;
    let (one, two) = (sepsis.to_string(), falls.to_string());

    let nothing = press(&lead, BOARD, "offer", &[]).await;
    assert!(lead.follow(&nothing).await.words().contains("Tick at least one project."));
    let undated = press(&lead, BOARD, "pause", &[("ticked[]", &one)]).await;
    assert!(lead.follow(&undated).await.words().contains("Enter the date on which to look at it again."));
    let nobody = press(&lead, BOARD, "supervise", &[("ticked[]", &one)]).await;
    assert!(lead.follow(&nobody).await.words().contains("Choose who is asked to supervise the ticked projects."));
    let stays = press(&lead, BOARD, "supervise", &[("ticked[]", &one), ("supervisor", &next.to_string())]).await;
    assert!(lead.follow(&stays).await.words().contains("Its supervisor does not go around this changeover."));
    let elsewhere = press(&lead, BOARD, "remind", &[("ticked[]", &third.to_string())]).await;
    assert!(lead.follow(&elsewhere).await.words().contains("A ticked project is not on the board any more."));

    let reminded = press(&lead, BOARD, "remind", &[("ticked[]", &two)]).await;
    assert_eq!(reminded.location(), "/changeover?on=2026-08-05&done=board-remind&n=1");
    let home = app.browser(fixture.trainee).await.get("/").await;
    assert!(home.words().contains("reminded the team to arrange what comes next"), "{}", home.plain());

    let both = lead.follow(&press(&lead, BOARD, "offer", &[("ticked[]", &one), ("ticked[]", &two)]).await).await;
    assert!(both.words().contains("Falls: Choose whom it is offered to."), "{}", both.plain());
    assert!(both.words().contains("The 1 other ticked project is done."), "{}", both.plain());
    let board = lead.get(BOARD).await;
    assert!(board.words().contains("Waiting for answers"), "{}", board.plain());
    let again = lead.follow(&press(&lead, BOARD, "pool", &[("ticked[]", &one)]).await).await;
    assert!(
        again.words().contains("Sepsis: This project is already offered. Withdraw that offer first."),
        "{}",
        again.plain()
    );

    let day =
        [("ticked[]", two.as_str()), ("review_on.day", "1"), ("review_on.month", "9"), ("review_on.year", "2026")];
    assert_eq!(press(&lead, BOARD, "pause", &day).await.location(), "/changeover?on=2026-08-05&done=board-pause&n=1");

    let csv = lead.get("/changeover.csv?on=2026-08-05").await;
    assert!(csv.body.starts_with("Reference,Title,Department,Lead,"), "{}", csv.body);
    assert!(csv.body.contains("Sepsis") && csv.body.contains("Hana Heir"), "{}", csv.body);
}
