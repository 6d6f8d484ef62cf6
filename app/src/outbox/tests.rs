use chrono::Duration;

use super::*;
use crate::testing::{Fixture, Result, mail, noon};

fn letter(at: &Fixture, address: &str) -> Letter {
    Letter {
        kind: MailKind::Invitation,
        person: Some(at.trainee),
        trust: Some(at.trust),
        address: address.to_owned(),
        subject: "Tamar Vale\r\nBcc: everybody@trust.uk\u{2028}invites you".to_owned(),
        parts: vec![
            Part::Words("Dear <Tara>,".to_owned()),
            Part::Heading("Wanted".to_owned()),
            Part::Button("Choose a password".to_owned(), format!("/invitation?link={SECRET}")),
            Part::List(vec![
                ("Sepsis & \"more\"".to_owned(), "/projects/1".to_owned()),
                ("Falls".to_owned(), String::new()),
            ]),
        ],
        because: "You get this because of a test.".to_owned(),
        secret: Some("s3cret".to_owned()),
        confidential: false,
        unsubscribe: None,
        useless_at: noon() + Duration::days(1),
    }
}

#[tokio::test]
async fn a_mail_says_the_same_in_words_and_in_html_and_only_its_addressee_gets_the_secret() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let id = put(&mut change, &mail(), letter(&at, "tara@trust.uk"), noon()).await?;
    let read = of_trust(&mut change, at.trust, (10, 0)).await?;
    assert_eq!(count_of_trust(&mut change, at.trust).await?, 1);
    assert_eq!(of_trust(&mut change, at.other_trust, (10, 0)).await?.len(), 0);
    let words = read[0].plain.clone().unwrap_or_default();
    assert!(words.contains("https://baton.example/invitation?link={secret}") && !words.contains("s3cret"), "{words}");
    assert_eq!(read[0].subject, "Tamar Vale Bcc: everybody@trust.uk invites you", "one line");
    assert_eq!(waiting(&mut change, noon()).await?.len(), 1);

    let mail = claim(&mut change, noon()).await?.expect("a mail");
    assert_eq!((mail.id, mail.attempts), (id, 1));
    assert!(mail.plain.contains("https://baton.example/invitation?link=s3cret\r\n"), "{}", mail.plain);
    assert!(mail.plain.ends_with("-- \r\nYou get this because of a test.\r\nhttps://baton.example\r\n"));
    assert!(mail.plain.contains("Dear <Tara>,") && mail.plain.contains("* Falls"));
    for part in [
        "<p>Dear &lt;Tara&gt;,</p>",
        "href=\"https://baton.example/invitation?link=s3cret\"",
        "<a href=\"https://baton.example/projects/1\">Sepsis &amp; &quot;more&quot;</a>",
        "<li>Falls</li>",
        "You get this because of a test.",
    ] {
        assert!(mail.html.contains(part), "{part}: {}", mail.html);
    }
    assert_eq!(claim(&mut change, noon()).await?, None, "somebody sends it");
    sent(&mut change, id, noon()).await?;
    let kept: Option<String> = sqlx::query_scalar("select secret from outbox").fetch_one(&mut *change).await?;
    assert_eq!(kept, None, "what went is not kept");
    assert!(!is_due(&mut change, noon() + Duration::hours(1)).await?);
    assert_eq!(written_since(&mut change, at.trainee, MailKind::Invitation, noon() - Duration::hours(1)).await?, 1);
    assert_eq!(written_since(&mut change, at.trainee, MailKind::Password, noon() - Duration::hours(1)).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_mail_that_could_not_go_is_tried_again_ever_more_seldom_and_one_that_is_refused_is_not() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let id = put(&mut change, &mail(), letter(&at, "tara@trust.uk"), noon()).await?;
    let mut now = noon();
    let mut waits = Vec::new();
    for _ in 0..8 {
        let mail = claim(&mut change, now).await?.expect("a mail");
        later(&mut change, &mail, "451 busy", now).await?;
        let next: DateTime<Utc> = sqlx::query_scalar("select next_at from outbox").fetch_one(&mut *change).await?;
        waits.push((next - now).num_minutes());
        assert_eq!(claim(&mut change, next - Duration::seconds(1)).await?, None);
        now = next;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(of_trust(&mut change, at.trust, (10, 0)).await?[0].failure, "451 busy");
    let mail = claim(&mut change, now).await?.expect("a mail");
    refuse(&mut change, mail.id, &format!("550 nobody\r\n{}", "x".repeat(999)), now).await?;
    let row = of_trust(&mut change, at.trust, (10, 0)).await?.remove(0);
    assert!(row.failed_at.is_some() && row.failure.starts_with("550 nobody x") && row.failure.chars().count() <= 300);
    sent(&mut change, id, now).await?;
    assert_eq!(of_trust(&mut change, at.trust, (10, 0)).await?[0].sent_at, None, "what was given up did not go");
    Ok(())
}

#[tokio::test]
async fn whoever_is_ended_while_sending_sends_the_same_mail_again_and_what_is_too_late_never_goes() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let id = put(&mut change, &mail(), letter(&at, "tara@trust.uk"), noon()).await?;
    claim(&mut change, noon()).await?.expect("a mail");
    let again = claim(&mut change, noon() + LEASE).await?.expect("the same mail");
    assert_eq!((again.id, again.attempts), (id, 2));
    let tomorrow = noon() + Duration::days(1);
    assert!(!is_due(&mut change, tomorrow).await?, "it is of no use any more");
    assert!(is_untidy(&mut change, tomorrow).await?);
    assert_eq!(tidy(&mut change, tomorrow).await?, 1);
    let row = of_trust(&mut change, at.trust, (10, 0)).await?.remove(0);
    assert_eq!((row.failed_at, row.failure.as_str()), (Some(tomorrow), "It could not be sent in time."));
    assert!(!is_untidy(&mut change, tomorrow).await?);
    assert_eq!(tidy(&mut change, noon() + KEPT).await?, 1, "and is forgotten in the end");
    assert_eq!(count_of_trust(&mut change, at.trust).await?, 0);
    Ok(())
}

#[tokio::test]
async fn without_a_mail_server_no_secret_is_kept_and_what_is_somebodys_own_is_read_by_nobody_else() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let unsent = Mail { sends: false, ..mail() };
    put(&mut change, &unsent, letter(&at, "tara@trust.uk"), noon()).await?;
    let kept: Option<String> = sqlx::query_scalar("select secret from outbox").fetch_one(&mut *change).await?;
    assert_eq!(kept, None);
    let own = Letter { confidential: true, ..letter(&at, "tara@trust.uk") };
    put(&mut change, &mail(), own, noon() + Duration::seconds(1)).await?;
    let read = of_trust(&mut change, at.trust, (1, 0)).await?;
    assert_eq!((read.len(), &read[0].plain), (1, &None));
    Ok(())
}
