//! Drawing a driver diagram.

use http::StatusCode;

use crate::harness::App;

#[tokio::test]
async fn a_diagram_grows_from_the_aim_to_ideas_and_their_tests() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/drivers");
    assert!(browser.get(&page).await.body.contains("The diagram will be here"));
    assert!(browser.get(&format!("/projects/{project}")).await.body.contains("Draw the driver diagram"));

    let form = browser.follow(&browser.fill(&page, "/api/drivers/add", &[("text", " ")]).await).await;
    assert!(form.body.contains("Write at least one line."));
    let answer = browser.fill(&page, "/api/drivers/add", &[("text", "It is seen\nIt is treated")]).await;
    let shown = browser.follow(&answer).await;
    assert!(shown.body.contains("The driver diagram is changed.") && shown.body.contains("Driver diagram: Sepsis"));
    assert!(shown.body.contains("2 primary drivers") && !shown.body.contains(" style="));

    // The form offers every place of the tree, and stays where the last lines went.
    let place = |body: &str, words: &str| {
        let option =
            body.split("<option").find(|option| option.contains(words)).unwrap_or_else(|| panic!("no {words}"));
        option.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a value").to_owned()
    };
    let secondary = place(&shown.body, "Secondary driver of: It is treated");
    let typed = [("place", secondary.as_str()), ("text", "Kit within reach")];
    let shown = browser.follow(&browser.fill(&page, "/api/drivers/add", &typed).await).await;
    let kept = shown.form("/api/drivers/add").expect("a form");
    assert!(kept.contains(&("place".to_owned(), secondary)));
    let idea = place(&shown.body, "Change idea for: Kit within reach");
    let typed = [("place", idea.as_str()), ("text", "Sepsis box")];
    let shown = browser.follow(&browser.fill(&page, "/api/drivers/add", &typed).await).await;

    // The idea leads to its test, and the test shows beside the idea.
    let plan = shown.body.split("href=\"").find(|link| link.contains("cycles/new?idea=")).expect("a link");
    let plan = plan.split('"').next().expect("an address").to_owned();
    let answer = browser.fill(&plan, "/api/cycles/plan", &[("title", "One box on one shift")]).await;
    assert!(browser.follow(&answer).await.body.contains("The cycle is saved."));
    let shown = browser.get(&page).await;
    assert!(shown.words().contains("Cycle 1: One box on one shift") && shown.body.contains("Plan another test"));
    assert!(browser.get(&format!("/projects/{project}")).await.words().contains("(1 change idea, 1 tested)"));

    // A line has measures.
    let line = shown.body.split("href=\"/drivers/").nth(1).and_then(|link| link.split('"').next()).expect("a line");
    let line = format!("/drivers/{line}");
    let measured = measure.to_string();
    let typed = [("text", "It is seen early"), ("measures[]", measured.as_str())];
    let shown = browser.follow(&browser.fill(&line, "/api/drivers/edit", &typed).await).await;
    assert!(shown.body.contains("It is seen early") && shown.body.contains("Measured by "));

    // Out, and back again.
    let shown = browser.follow(&browser.fill(&line, "/api/drivers/remove", &[]).await).await;
    assert!(shown.body.contains("1 primary driver.") && shown.body.contains("Removed from the diagram (1)"));
    assert!(browser.get(&line).await.body.contains("It was removed from the diagram."));
    let shown = browser.follow(&browser.fill(&page, "/api/drivers/restore", &[]).await).await;
    assert!(shown.body.contains("2 primary drivers") && shown.body.contains("It is in use again."));
    let shown = browser.follow(&browser.fill(&line, "/api/drivers/move", &[]).await).await;
    assert!(shown.words().contains("It is number 2 of 2 in its place."));
    let history = browser.get(&format!("/projects/{project}/history")).await;
    for words in
        ["added to the driver diagram", "removed from", "restored to", "moved in", "changed the driver diagram"]
    {
        assert!(history.body.contains(words), "{words}");
    }

    let reading = app.browser(app.fixture.colleague).await.get(&page).await;
    assert!(
        reading.body.contains("It is seen early")
            && reading.forms().iter().all(|form| !form.action.contains("drivers"))
    );
    assert_eq!(app.browser(app.fixture.colleague).await.get(&line).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.browser(app.fixture.stranger).await.get(&page).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_who_change_a_line_get_both_versions() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let (one, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let page = format!("/projects/{project}/drivers");
    let shown = one.follow(&one.fill(&page, "/api/drivers/add", &[("text", "It is seen")]).await).await;
    let line = shown.body.split("href=\"/drivers/").nth(1).and_then(|link| link.split('"').next()).expect("a line");
    let line = format!("/drivers/{line}");
    let stale = other.get(&line).await.form("/api/drivers/edit").expect("a form");
    one.fill(&line, "/api/drivers/edit", &[("text", "It is seen early")]).await;
    let mut pairs: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.retain(|(name, _)| *name != "text");
    pairs.push(("text", "It is seen at once"));
    let shown = other.follow(&other.post("/api/drivers/edit", &pairs).await).await;
    assert!(shown.body.contains("Both versions, where they differ"));
    assert!(shown.body.contains("It is seen early") && shown.body.contains("It is seen at once"));
}

#[tokio::test]
async fn a_draft_is_deleted_with_its_diagram() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await.to_string();
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/drivers");
    let shown = browser.follow(&browser.fill(&page, "/api/drivers/add", &[("text", "It is seen")]).await).await;
    let line = shown.body.split("href=\"/drivers/").nth(1).and_then(|link| link.split('"').next()).expect("a line");
    browser.fill(&format!("/drivers/{line}"), "/api/drivers/edit", &[("measures[]", &measure)]).await;
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query("update project set status = 'draft'").execute(&mut *conn).await.expect("a draft");
    conn.commit().await.expect("committed");
    let answer = browser.fill(&format!("/projects/{project}"), "/api/projects/delete-draft", &[]).await;
    assert!(browser.follow(&answer).await.body.contains("The draft is deleted."));
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let left: i64 = sqlx::query_scalar("select (select count(*) from driver) + (select count(*) from driver_measure)")
        .fetch_one(&mut *conn)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}
