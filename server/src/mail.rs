//! Mail goes out: what the outbox holds is handed to the trust's mail server, beside everything else. No page waits for
//! it, and a mail server that hangs, refuses or is away keeps mail waiting and nothing else.

mod settings;

use std::time::Duration;

use app::clock::Clock;
use app::db::Store;
use app::error::Error;
use app::notices;
use app::outbox::{self, Mail, Outgoing};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::response::{Code, Detail, Severity};
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};

pub use settings::MailSettings;

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Sending one mail may take so long, from connecting to the mail server's last word.
const SENDING: Duration = Duration::from_secs(60);
/// How often what calendars tell is noted.
const NOTED_EVERY: chrono::Duration = chrono::Duration::minutes(10);
/// So many mails are sent at the same time: one that hangs does not keep all others.
const AT_ONCE: usize = 4;

/// What sends mail.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Of the ids of mails: the host by which people reach Baton.
    host: String,
    patience: Duration,
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server has it.
    Sent,
    /// It may go later.
    Later(String),
    /// It never will.
    Refused(String),
}

impl Mailer {
    /// A mailer as the settings say; none when no mail server is set.
    ///
    /// # Errors
    /// When the settings do not fit together, or the password's file cannot be read.
    pub fn new(settings: &MailSettings, public_url: &http::Uri) -> anyhow::Result<Option<Self>> {
        let Some((transport, from)) = settings.transport(SENDING)? else { return Ok(None) };
        let host = public_url.host().unwrap_or("baton.invalid").trim_matches(['[', ']']).to_owned();
        Ok(Some(Self { transport, from, host, patience: SENDING }))
    }

    /// The same, which waits no longer than this for a mail server.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The mail as it goes; the words that say why it cannot.
    fn message(&self, mail: &Outgoing) -> Result<Message, String> {
        let to: Address = mail.address.parse().map_err(|error| format!("no mail address: {error}"))?;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .date(mail.written_at.into())
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .header(AutoSubmitted);
        if let Some(address) = &mail.unsubscribe {
            builder = builder.header(ListUnsubscribe(format!("<{address}>"))).header(ListUnsubscribePost);
        }
        let parts = MultiPart::alternative_plain_html(mail.plain.clone(), mail.html.clone());
        builder.multipart(parts).map_err(|error| error.to_string())
    }

    /// Hands a mail to the mail server.
    pub async fn send(&self, mail: &Outgoing) -> Outcome {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(why) => return Outcome::Refused(why),
        };
        match tokio::time::timeout(self.patience, self.transport.send(message)).await {
            Err(_) => Outcome::Later("The mail server did not answer in time.".to_owned()),
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) => outcome(&error),
        }
    }
}

/// What a mail server's no means. One about us (our password, how we connect) says nothing about the mail.
fn outcome(error: &lettre::transport::smtp::Error) -> Outcome {
    let words = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ");
    let about_us = |code: Code| {
        code.severity == Severity::PermanentNegativeCompletion
            && (matches!(u16::from(code), 530 | 534 | 535 | 538)
                || code.detail == Detail::Four && u16::from(code) < 510)
    };
    match error.status() {
        Some(code) if error.is_permanent() && !about_us(code) => Outcome::Refused(words),
        _ => Outcome::Later(words),
    }
}

/// So many mails each of those that send takes in a round: what else is done in one waits for no flood.
const MOST_IN_A_ROUND: usize = 50;

/// Sends the next mail that is due; whether there was one.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn send_next(store: &Store, mailer: &Mailer, clock: Clock) -> Result<bool, Error> {
    let mut conn = store.read().await?;
    let due = outbox::is_due(&mut conn, clock.now()).await?;
    drop(conn);
    if !due {
        return Ok(false);
    }
    let mut change = store.write().await?;
    let claimed = outbox::claim(&mut change, clock.now()).await?;
    change.commit().await?;
    let Some(mail) = claimed else { return Ok(false) };
    let outcome = mailer.send(&mail).await;
    let mut change = store.write().await?;
    match &outcome {
        Outcome::Sent => outbox::sent(&mut change, mail.id, clock.now()).await?,
        Outcome::Later(why) => outbox::later(&mut change, &mail, why, clock.now()).await?,
        Outcome::Refused(why) => outbox::refuse(&mut change, mail.id, why, clock.now()).await?,
    }
    change.commit().await?;
    note(&mail, &outcome);
    Ok(true)
}

fn note(mail: &Outgoing, outcome: &Outcome) {
    let (what, why) = match outcome {
        Outcome::Sent => {
            tracing::info!(mail = %mail.id, kind = %mail.kind, "a mail went");
            return;
        }
        Outcome::Later(why) => ("could not go yet", why),
        Outcome::Refused(why) => ("was refused", why),
    };
    tracing::warn!(mail = %mail.id, attempts = mail.attempts, why, "a mail {what}");
}

/// Sends everything that is due now, several at a time; how many that were.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn send_due(store: &Store, mailer: &Mailer, clock: Clock) -> Result<usize, Error> {
    let worker = async || {
        let mut sent = 0;
        while sent < MOST_IN_A_ROUND && send_next(store, mailer, clock).await? {
            sent += 1;
        }
        Ok::<usize, Error>(sent)
    };
    let done = futures::future::join_all((0..AT_ONCE).map(|_| worker())).await;
    done.into_iter().sum()
}

/// Gives up what is of no use any more, and forgets what is old.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn tidy(store: &Store, clock: Clock) -> Result<(), Error> {
    let mut conn = store.read().await?;
    let untidy = outbox::is_untidy(&mut conn, clock.now()).await?;
    drop(conn);
    if untidy {
        let mut change = store.write().await?;
        outbox::tidy(&mut change, clock.now()).await?;
        change.commit().await?;
    }
    Ok(())
}

/// Looks at the outbox now and then, for as long as the server runs, and once a day writes what people are to be told.
pub async fn run(store: Store, mail: Mail, mailer: Option<Mailer>, clock: Clock) {
    let (mut told_on, mut noted_at) = (None, None);
    let mut next = tokio::time::interval(EVERY);
    next.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        next.tick().await;
        if let Some(mailer) = &mailer {
            done(send_due(&store, mailer, clock).await, "the outbox could not be worked off");
        }
        done(tidy(&store, clock).await, "the outbox could not be tidied");
        if noted_at.is_none_or(|at| clock.now() - at >= NOTED_EVERY) {
            noted_at = Some(clock.now());
            let noted = notices::calendar::store::note_all(&store, clock.now()).await;
            done(noted, "what calendars tell could not be noted");
        }
        // Only spares the asking: whether somebody was told is noted in the store.
        if told_on == Some(clock.today()) || !notices::store::is_time(clock.now()) {
            continue;
        }
        let told = notices::store::run(&store, &mail, clock.now()).await;
        if done(told, "the mails of the day could not be written").is_some() {
            told_on = Some(clock.today());
        }
    }
}

/// What was done; a fault is logged, and the next round tries again.
fn done<T>(result: Result<T, Error>, fault: &'static str) -> Option<T> {
    result.inspect_err(|error| tracing::warn!(%error, "{fault}")).ok()
}

macro_rules! fixed_header {
    ($(#[$doc:meta])* $name:ident, $header:literal, $value:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        struct $name;

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self)
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), $value.to_owned())
            }
        }
    };
}

fixed_header! {
    /// No person wrote it, so no machine answers that somebody is away.
    AutoSubmitted, "Auto-Submitted", "auto-generated"
}
fixed_header! {
    /// The address takes a post without more questions (RFC 8058).
    ListUnsubscribePost, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
}

/// Where a mail program says that such mail is not wanted.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(value: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(value.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}
