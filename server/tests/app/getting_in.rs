//! How somebody gets into Baton: by an invitation, with a forgotten password, by themselves.

use app::id::PersonId;
use app::testing::{Fixture, Result, make};
use http::StatusCode;

use crate::harness::{Answer, App, Browser};

const OWN: &str = "ninety copper kettles";

/// The colleague has no way in, and an address, confirmed or not.
async fn newcomer(at: &Fixture, confirmed: bool) -> Result<PersonId> {
    let mut change = at.store.write().await?;
    make::no_way_in(&mut change, at.colleague).await?;
    make::address(&mut change, at.colleague, "colin@trust.nhs.uk", confirmed).await?;
    change.commit().await?;
    Ok(at.colleague)
}

/// The path in the last mail that begins so, with its secret, as the addressee reads it.
async fn mailed(at: &Fixture, begins: &str) -> Result<String> {
    let mut conn = at.store.read().await?;
    let sql =
        "select replace(plain, '{secret}', coalesce(secret, '')) from outbox order by written_at desc, id desc limit 1";
    let words: String = sqlx::query_scalar(sql).fetch_one(&mut *conn).await?;
    let rest = words.split(begins).nth(1).unwrap_or_default();
    Ok(format!("{begins}{}", rest.split("\r\n").next().unwrap_or_default()))
}

async fn count(at: &Fixture, sql: &'static str) -> Result<i64> {
    let mut conn = at.store.read().await?;
    Ok(sqlx::query_scalar(sql).fetch_one(&mut *conn).await?)
}

async fn sign_in(browser: &Browser<'_>, address: &str, password: &str) -> Answer {
    browser.fill("/sign-in", "/api/sign-in", &[("address", address), ("password", password)]).await
}

#[tokio::test]
async fn a_mailed_invitation_leads_to_a_password_and_home() -> Result {
    let app = App::with_mail().await;
    let at = &app.fixture;
    let colin = newcomer(at, false).await?;
    let lead = app.browser(at.lead).await;
    let page = lead.get("/people/invitations").await.words();
    assert!(
        page.contains("Colin Colleague") && page.contains("By mail only") && page.contains("Not invited yet"),
        "{page}"
    );
    let person = colin.to_string();
    let answer =
        lead.fill("/people/invitations", "/api/people/invite", &[("people[]", &person), ("how", "mail")]).await;
    assert_eq!(answer.location(), format!("/people/{colin}/account?done=invited-by-mail"));
    let link = mailed(at, "/invitation?link=").await?;
    assert_eq!(link.len(), "/invitation?link=".len() + 40, "{link}");

    // Opening it, as a mail scanner does too, uses nothing up.
    let nobody = app.nobody();
    for _ in 0..3 {
        let page = nobody.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.words().contains("Welcome to Baton, Colin Colleague"), "{}", page.body);
    }
    assert_eq!(count(at, "select count(*) from access_link where used_at is not null").await?, 0);
    let weak = nobody.fill(&link, "/api/invitations/accept", &[("new_password", "password1234")]).await;
    let again = nobody.follow(&weak).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.words().contains("too easy to guess") && !again.body.contains("password1234"), "{}", again.body);
    let answer = nobody.fill(&link, "/api/invitations/accept", &[("new_password", OWN)]).await;
    assert_eq!(answer.location(), "/?done=welcome");
    let home = app.browser_with(&[&answer]).get("/?done=welcome").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.words().contains("Your password is set"), "{}", home.body);

    let used = nobody.get(&link).await;
    assert_eq!(used.status, StatusCode::NOT_FOUND);
    assert!(used.words().contains("This invitation cannot be used"), "{}", used.body);
    let twice = nobody
        .post("/api/invitations/accept", &[("link_code", &link["/invitation?link=".len()..]), ("new_password", OWN)])
        .await;
    assert!(twice.status.is_client_error() || twice.status.is_redirection());
    assert_eq!(sign_in(&nobody, "colin@trust.nhs.uk", OWN).await.location(), "/");
    let page = lead.get("/people/invitations").await.words();
    assert!(!page.contains("Colin Colleague"), "{page}");
    Ok(())
}

#[tokio::test]
async fn links_to_hand_over_are_shown_once_with_a_code_for_a_phone() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let colin = newcomer(at, true).await?;
    let lead = app.browser(at.lead).await;
    let person = colin.to_string();
    let page = lead.get("/people/invitations").await.words();
    assert!(page.contains("No mail server is set up here") && !page.contains("Send by mail"), "{page}");
    let made = lead.fill("/people/invitations", "/api/people/invite", &[("people[]", &person), ("how", "hand")]).await;
    let shown = lead.follow(&made).await;
    assert!(shown.body.contains("<svg") && shown.body.contains("viewBox"), "{}", shown.body);
    let secret =
        shown.body.split("http://127.0.0.1:3000/invitation?link=").nth(1).and_then(|rest| rest.split('<').next());
    let link = format!("/invitation?link={}", secret.unwrap_or_default());
    assert!(lead.follow(&made).await.words().contains("shown once"));
    assert_eq!(app.browser(at.administrator).await.get(&made.location()).await.status, StatusCode::OK);
    let answer = app.nobody().fill(&link, "/api/invitations/accept", &[("new_password", OWN)]).await;
    assert_eq!(answer.location(), "/?done=welcome");
    assert_eq!(count(at, "select count(*) from person_address where proved_at is not null").await?, 0);
    assert_eq!(count(at, "select count(*) from outbox").await?, 0);
    Ok(())
}

#[tokio::test]
async fn whoever_has_forgotten_their_password_gets_one_answer_whatever_the_address() -> Result {
    let app = App::with_mail().await;
    let at = &app.fixture;
    let mut change = at.store.write().await?;
    make::address(&mut change, at.trainee, "tara@trust.nhs.uk", true).await?;
    change.commit().await?;
    let nobody = app.nobody();
    let (mut answers, mut times) = (Vec::new(), Vec::new());
    for address in ["tara@trust.nhs.uk", "nobody@trust.nhs.uk"] {
        let began = std::time::Instant::now();
        let answer = nobody.fill("/forgotten-password", "/api/password/forgotten", &[("address", address)]).await;
        times.push(began.elapsed());
        answers.push((answer.status, answer.location(), nobody.follow(&answer).await.words().contains(address)));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].1, "/forgotten-password?done=link-mailed");
    assert!(times.iter().all(|time| time.as_millis() >= 300), "{times:?}");
    assert_eq!(count(at, "select count(*) from outbox").await?, 1);

    let link = mailed(at, "/new-password?link=").await?;
    let page = nobody.get(&link).await;
    assert!(page.words().contains("Set a new password") && page.body.contains("tara@trust.nhs.uk"), "{}", page.body);
    let before = app.browser(at.trainee).await;
    let answer = nobody.fill(&link, "/api/password/set", &[("new_password", OWN)]).await;
    assert_eq!(answer.location(), "/sign-in?done=reset");
    assert_eq!(before.get("/account").await.status, StatusCode::SEE_OTHER, "their sessions are ended");
    assert_eq!(nobody.get(&link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sign_in(&nobody, "tara@trust.nhs.uk", OWN).await.location(), "/");
    assert_eq!(count(at, "select count(*) from outbox where kind = 'password_set'").await?, 1);
    Ok(())
}

#[tokio::test]
async fn administrators_read_what_mail_goes_and_never_the_secret_of_a_link() -> Result {
    let app = App::with_mail().await;
    let at = &app.fixture;
    let colin = newcomer(at, true).await?;
    let administrator = app.browser(at.administrator).await;
    let page = format!("/people/{colin}/account");
    let person = colin.to_string();
    let answer = administrator.fill(&page, "/api/people/invite", &[("people[0]", &person), ("how", "mail")]).await;
    assert_eq!(answer.location(), format!("{page}?done=invited-by-mail"));
    let secret = mailed(at, "/invitation?link=").await?;
    let list = administrator.get("/people/mail").await;
    let words = list.words();
    assert!(words.contains("Tamar Vale invites you to Baton") && words.contains("Waiting"), "{words}");
    assert!(words.contains("/invitation?link=…") && !words.contains(&secret), "{words}");
    assert_eq!(app.browser(at.lead).await.get("/people/mail").await.status, StatusCode::FORBIDDEN);
    let elsewhere = app.browser(at.stranger).await.get("/people/mail").await;
    assert!(elsewhere.status.is_client_error());
    Ok(())
}
