//! What a doctor takes away: their part in a project, confirmed by its supervisor.

use crate::harness::App;

#[tokio::test]
async fn a_supervisor_confirms_with_one_press_and_counts_colleagues_once() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let (sepsis, _) = (fixture.project("Sepsis").await, fixture.project("Falls").await);
    let supervisor = app.browser(fixture.supervisor).await;
    let page = supervisor.get("/qi/supported").await;
    assert!(page.words().contains("1 colleague in 2 projects."), "{}", page.plain());

    let part = format!("/qi/{sepsis}?of={}", fixture.trainee);
    let answer = supervisor.fill(&part, "/api/evidence/confirm", &[]).await;
    assert_eq!(answer.location(), format!("{part}&done=confirmed"));
    let own = app.browser(fixture.trainee).await.get("/qi").await;
    assert!(own.plain().contains("Confirmed by Sonia Supervisor on 4 March 2026."), "{}", own.plain());
    let page = supervisor.get(&part).await;
    assert!(page.form("/api/evidence/confirm").is_none(), "{}", page.plain());
    let stranger = app.browser(fixture.colleague).await.get(&part).await;
    assert!(!stranger.body.contains("Sepsis"), "{}", stranger.plain());
}
