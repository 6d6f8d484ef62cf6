//! Mail on its way out, against a mail server that accepts, refuses, is busy, hangs or hangs up.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::clock::Clock;
use app::outbox::{self, Letter, MailKind, Part};
use app::testing::{Fixture, Result, mail, noon};
use chrono::{DateTime, Utc};
use http::StatusCode;
use server::mail::{MailSettings, Mailer, send_due};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::App;

/// How the mail server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Accepts,
    /// Knows no such address.
    Refuses,
    /// Wants to be asked again.
    Busy,
    /// Takes the connection and says nothing.
    Hangs,
    /// Hangs up once it has the mail, and does not say whether it has.
    HangsUp,
}

/// A mail server of the test's own.
pub struct MailServer {
    pub address: SocketAddr,
    behaviour: Arc<Mutex<Behaviour>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub async fn start(behaviour: Behaviour) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = Self { address, behaviour: Arc::new(Mutex::new(behaviour)), taken: Arc::default() };
        let (how, taken) = (Arc::clone(&server.behaviour), Arc::clone(&server.taken));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let how = *how.lock().expect("the behaviour");
                tokio::spawn(converse(stream, how, Arc::clone(&taken)));
            }
        });
        Ok(server)
    }

    pub fn behaves(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("the behaviour") = behaviour;
    }

    /// What it took, as it came.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().expect("the mails").clone()
    }

    /// The settings with which mail goes to it.
    pub fn settings(&self) -> MailSettings {
        MailSettings {
            smtp_url: Some(format!("smtp://{}?tls=none", self.address)),
            smtp_password_file: None,
            mail_from: Some("Baton at Tamar Vale <baton@trust.nhs.uk>".to_owned()),
        }
    }

    pub fn mailer(&self) -> Mailer {
        let url = "https://baton.example".parse().expect("an address");
        let mailer = Mailer::new(&self.settings(), &url).expect("settings").expect("a mail server");
        mailer.patient_for(Duration::from_millis(400))
    }
}

async fn converse(stream: TcpStream, how: Behaviour, taken: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    match how {
        Behaviour::Hangs => return std::future::pending().await,
        _ => write.write_all(b"220 mail.trust.uk ESMTP\r\n").await?,
    }
    while let Some(line) = lines.next_line().await? {
        let answer = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250-mail.trust.uk\r\n250 8BITMIME\r\n",
            "RCPT" if how == Behaviour::Refuses => "550 5.1.1 nobody of that name\r\n",
            "RCPT" if how == Behaviour::Busy => "451 4.3.0 come back later\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push_str("\r\n");
                }
                taken.lock().expect("the mails").push(mail);
                if how == Behaviour::HangsUp {
                    return Ok(());
                }
                "250 2.0.0 taken\r\n"
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => "250 fine\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

async fn write_letter(at: &Fixture, address: &str, unsubscribe: Option<&str>) -> Result {
    let letter = Letter {
        kind: MailKind::Invitation,
        person: Some(at.trainee),
        trust: Some(at.trust),
        address: address.to_owned(),
        subject: "Tamar Vale – Zoë invites you".to_owned(),
        parts: vec![
            Part::Words("Dear Tara,".to_owned()),
            Part::Button("Choose".to_owned(), format!("/invitation?link={}", outbox::SECRET)),
        ],
        because: "You get this because of a test.".to_owned(),
        secret: Some("0123456789abcdef".to_owned()),
        confidential: false,
        unsubscribe: unsubscribe.map(str::to_owned),
        useless_at: noon() + chrono::Duration::days(1),
    };
    let mut change = at.store.write().await?;
    outbox::put(&mut change, &mail(), letter, noon()).await?;
    change.commit().await?;
    Ok(())
}

async fn state_of(at: &Fixture) -> Result<(bool, bool, i64, String)> {
    let mut conn = at.store.read().await?;
    let sql = "select sent_at is not null, failed_at is not null, attempts, failure from outbox";
    Ok(sqlx::query_as(sql).fetch_one(&mut *conn).await?)
}

fn at_minute(minute: i64) -> (Clock, DateTime<Utc>) {
    let now = noon() + chrono::Duration::minutes(minute);
    (Clock::Fixed(now), now)
}

fn header<'a>(mail: &'a str, name: &str) -> Vec<&'a str> {
    let head = mail.split("\r\n\r\n").next().unwrap_or_default();
    head.split("\r\n").filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[tokio::test]
async fn a_mail_goes_once_with_an_id_of_its_own_as_text_and_as_html() -> Result {
    let at = Fixture::new().await;
    let server = MailServer::start(Behaviour::Accepts).await?;
    write_letter(&at, "tara@trust.uk", Some("https://baton.example/api/notices/stop?for=1")).await?;
    assert_eq!(send_due(&at.store, &server.mailer(), Clock::Fixed(noon())).await?, 1);
    assert_eq!(send_due(&at.store, &server.mailer(), Clock::Fixed(noon())).await?, 0);
    let [mail] = &server.taken()[..] else { panic!("{:?}", server.taken()) };
    let id: String = {
        let mut conn = at.store.read().await?;
        sqlx::query_scalar("select id from outbox").fetch_one(&mut *conn).await?
    };
    assert_eq!(header(mail, "Message-ID"), [format!("<{id}@baton.example>")]);
    assert_eq!(header(mail, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(mail, "To"), ["tara@trust.uk"]);
    assert_eq!(header(mail, "List-Unsubscribe-Post"), ["List-Unsubscribe=One-Click"]);
    assert_eq!(header(mail, "List-Unsubscribe"), ["<https://baton.example/api/notices/stop?for=1>"]);
    assert!(header(mail, "From")[0].contains("<baton@trust.nhs.uk>"), "{mail}");
    assert!(header(mail, "Content-Type")[0].starts_with("multipart/alternative"), "{mail}");
    assert!(mail.contains("text/plain") && mail.contains("text/html") && mail.contains("0123456789abcdef"), "{mail}");
    assert_eq!(state_of(&at).await?, (true, false, 1, String::new()));
    Ok(())
}

#[tokio::test]
async fn an_address_or_subject_with_a_line_break_adds_no_header() -> Result {
    let at = Fixture::new().await;
    let server = MailServer::start(Behaviour::Accepts).await?;
    write_letter(&at, "tara@trust.uk\r\nBcc: all@trust.uk", None).await?;
    assert_eq!(send_due(&at.store, &server.mailer(), Clock::Fixed(noon())).await?, 1);
    assert_eq!(server.taken(), Vec::<String>::new());
    let (sent, failed, _, why) = state_of(&at).await?;
    assert!(!sent && failed && why.contains("no mail address"), "{why}");
    let mut change = at.store.write().await?;
    sqlx::query("update outbox set address = 'tara@trust.uk', failed_at = null, subject = 'Hello' || char(13, 10) || 'Bcc: all@trust.uk'")
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    send_due(&at.store, &server.mailer(), Clock::Fixed(noon())).await?;
    let mails = server.taken();
    assert!(mails.iter().all(|mail| header(mail, "Bcc").is_empty()), "{mails:?}");
    Ok(())
}

#[tokio::test]
async fn what_a_mail_server_refuses_for_good_is_given_up_and_all_else_is_tried_again() -> Result {
    for (how, words) in
        [(Behaviour::Busy, "451"), (Behaviour::Hangs, "did not answer in time"), (Behaviour::HangsUp, "")]
    {
        let at = Fixture::new().await;
        let server = MailServer::start(how).await?;
        write_letter(&at, "tara@trust.uk", None).await?;
        let (clock, _) = at_minute(0);
        assert_eq!(send_due(&at.store, &server.mailer(), clock).await?, 1, "{how:?}");
        let (sent, failed, attempts, why) = state_of(&at).await?;
        assert!(!sent && !failed && attempts == 1 && why.contains(words), "{how:?}: {why}");
        server.behaves(Behaviour::Accepts);
        let (clock, _) = at_minute(1);
        assert_eq!(send_due(&at.store, &server.mailer(), clock).await?, 1, "{how:?}");
        assert_eq!(state_of(&at).await?, (true, false, 2, String::new()), "{how:?}");
        let ids: Vec<String> = server.taken().iter().map(|mail| header(mail, "Message-ID")[0].to_owned()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "a mail that came twice is known as one");
    }
    let at = Fixture::new().await;
    let server = MailServer::start(Behaviour::Refuses).await?;
    write_letter(&at, "tara@trust.uk", None).await?;
    send_due(&at.store, &server.mailer(), Clock::Fixed(noon())).await?;
    let (sent, failed, _, why) = state_of(&at).await?;
    assert!(!sent && failed && why.contains("nobody of that name"), "{why}");
    let mut conn = at.store.read().await?;
    let secret: Option<String> = sqlx::query_scalar("select secret from outbox").fetch_one(&mut *conn).await?;
    assert_eq!(secret, None);
    Ok(())
}

#[tokio::test]
async fn several_that_hang_keep_no_page_waiting() -> Result {
    let server = MailServer::start(Behaviour::Hangs).await?;
    let app = App::new().await;
    for _ in 0..6 {
        write_letter(&app.fixture, "tara@trust.uk", None).await?;
    }
    let (store, mailer) = (app.fixture.store.clone(), server.mailer());
    let sending = tokio::spawn(async move { send_due(&store, &mailer, Clock::Fixed(noon())).await });
    let browser = app.browser(app.fixture.lead).await;
    let began = Instant::now();
    assert_eq!(browser.get("/people").await.status, StatusCode::OK);
    let add = browser
        .fill(
            "/changeovers",
            "/api/changeovers/add",
            &[("on_day.day", "7"), ("on_day.month", "10"), ("on_day.year", "2026")],
        )
        .await;
    assert_eq!(add.location(), "/changeovers?done=saved");
    assert!(!sending.is_finished() || began.elapsed() < Duration::from_millis(400), "it was still sending");
    assert_eq!(sending.await??, 6);
    Ok(())
}
