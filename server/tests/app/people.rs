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
