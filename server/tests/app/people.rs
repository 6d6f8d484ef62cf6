//! Signing in and out.

use http::StatusCode;

use crate::harness::App;

#[tokio::test]
async fn a_page_sends_nobody_to_sign_in_and_back() {
    let app = App::new().await;
    let answer = app.nobody().get("/account").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn a_wrong_password_brings_the_form_back_with_the_address_and_without_the_password() {
    let app = App::new().await;
    let nobody = app.nobody();
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", "a@b.uk"), ("password", "guess")]).await;
    let page = nobody.follow(&answer).await;
    assert!(page.body.contains("do not match an account"));
    assert!(page.body.contains("value=\"a@b.uk\""));
    assert!(!page.body.contains("guess"));
}

#[tokio::test]
async fn a_machine_gets_json_with_the_right_status() {
    let app = App::new().await;
    let answer = app.nobody().post("/api/sign-in-as", &[("person", &app.fixture.lead.to_string())]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "only the demonstration lets one sign in as somebody");
}

#[tokio::test]
async fn a_rejected_form_answers_with_its_status_and_a_large_one_with_a_page() {
    let app = App::new().await;
    let nobody = app.nobody();
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", "a@b.uk"), ("password", "")]).await;
    assert_eq!(nobody.follow(&answer).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "a".repeat(2 * 1024 * 1024);
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("This is too large"));
}

#[tokio::test]
async fn another_site_cannot_post_in_a_persons_name() {
    let app = App::new().await;
    let answer = app.browser(app.fixture.trainee).await.post_from("https://evil.example", "/api/sign-out", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let page = app.browser(app.fixture.trainee).await.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_waits_for_the_same_person_and_for_nobody_else() {
    let app = App::new().await;
    let trainee = app.browser(app.fixture.trainee).await;
    let mut pairs = trainee.get("/account").await.form("/api/account/password").expect("a form");
    pairs.push(("new_password".into(), "short".into()));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

    let colleague = app.browser(app.fixture.colleague).await;
    let answer = colleague.post("/api/account/password", &pairs).await;
    assert!(answer.location().starts_with("/sign-in?next=%2Faccount%3Fform%3D"), "{}", answer.location());
    let waiting =
        answer.location().replace("/sign-in?next=", "").replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
    assert!(!colleague.get(&waiting).await.body.contains("There is a problem"));
    assert!(trainee.get(&waiting).await.body.contains("Your session had ended"));
}
