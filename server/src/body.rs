//! Receiving a form: in time, within what whoever sends it may send, and within what all may send
//! together. Nothing here is work in the sense of the limit on work: somebody who sends slowly takes
//! only what they have sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use app::error::Error;
use app::form::{self, DrawnFor};
use app::limits::{self, Budget};
use app::measures::import;
use app::request::Request;
use app::visitor::Visitor;
use axum::body::Body;
use bytes::Bytes;
use futures::stream::{Stream, TryStreamExt as _};
use http::{HeaderMap, header};
use tokio::sync::Semaphore;

/// Names and values, in order.
pub type Pairs = Vec<(String, String)>;

/// The server functions that take a table.
const TABLES: &[&str] = &["/api/measures/import"];
/// The field that holds a table's file.
pub const FILE: &str = "file";
/// The field that names the measure, which stands before the file.
const MEASURE: &str = "measure";
/// So much of a body is looked through for its key, which stands at its beginning.
const KEY_WITHIN: usize = 8 * 1024;

/// The room for all bodies that are arriving.
#[derive(Clone, Debug)]
pub struct Bodies {
    of_people: Arc<Semaphore>,
    of_tables: Arc<Semaphore>,
    of_nobody: Arc<Semaphore>,
}

impl Bodies {
    /// Room for so many bytes from people who are signed in, for their tables, and from those who are not.
    #[must_use]
    pub fn new(of_people: usize, of_tables: usize, of_nobody: usize) -> Self {
        let [of_people, of_tables, of_nobody] =
            [of_people, of_tables, of_nobody].map(|bytes| Arc::new(Semaphore::new(bytes)));
        Self { of_people, of_tables, of_nobody }
    }
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(limits::BODIES_OF_PEOPLE, limits::BODIES_OF_TABLES, limits::BODIES_OF_NOBODY)
    }
}

/// Why a body is not read further.
#[derive(Clone, Copy, Debug)]
enum Stop {
    TooLarge,
    /// All bodies together take the room that there is.
    Full,
    Incomplete,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Stop {}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TooLarge => Self::TooLarge,
            Stop::Full => Self::Busy,
            Stop::Incomplete => Self::refused("The form did not arrive whole. Send it again."),
        }
    }
}

impl From<multer::Error> for Stop {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamReadFailed(why) => why.downcast().map_or(Self::Incomplete, |stop| *stop),
            _ => Self::Incomplete,
        }
    }
}

/// So many of a body's bytes are counted.
fn counted(bytes: usize) -> usize {
    bytes.saturating_sub(limits::BODY_APART)
}

/// The bytes of one body, counted until it is dropped.
#[derive(Debug)]
pub struct Held {
    room: Arc<Semaphore>,
    bytes: AtomicUsize,
    most: AtomicUsize,
}

impl Held {
    fn grow(&self, bytes: usize) -> Result<(), Stop> {
        let before = self.bytes.load(Ordering::Relaxed);
        let after = before.saturating_add(bytes);
        if after > self.most.load(Ordering::Relaxed) {
            return Err(Stop::TooLarge);
        }
        let permits = u32::try_from(counted(after) - counted(before)).map_err(|_| Stop::TooLarge)?;
        self.room.try_acquire_many(permits).map_err(|_| Stop::Full)?.forget();
        self.bytes.store(after, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.add_permits(counted(*self.bytes.get_mut()));
    }
}

/// A form that has arrived.
#[derive(Debug)]
pub struct Received {
    /// What was typed; of a form that was refused, what had arrived of it.
    pub typed: Pairs,
    /// A file, still to be read.
    pub file: Option<Bytes>,
    /// Why the form is not to be done.
    pub refused: Option<Error>,
    /// What it takes of the room for all.
    pub held: Arc<Held>,
}

/// Receives the form that is sent to a path.
///
/// # Errors
/// When it is larger than this visitor's may be, does not arrive in time, or there is no room for it.
pub async fn receive(
    bodies: &Bodies,
    request: &Request,
    path: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Received, Error> {
    let somebody = matches!(request.visitor, Visitor::Person(_));
    let table = TABLES.contains(&path);
    let (budget, time, room) = match (somebody, table) {
        (false, _) => (limits::NOBODY, limits::BODY_TIME, &bodies.of_nobody),
        (true, false) => (limits::PERSON, limits::BODY_TIME, &bodies.of_people),
        (true, true) => (limits::TABLE, limits::TABLE_TIME, &bodies.of_tables),
    };
    let room = Arc::clone(room);
    let held = Arc::new(Held { room, bytes: AtomicUsize::new(0), most: AtomicUsize::new(budget.bytes) });
    let receiving = Receiving { request, budget, held: Arc::clone(&held), typed: Pairs::new(), file: None };
    let received = match boundary(headers) {
        None => tokio::time::timeout(time, receiving.pairs(body)).await,
        Some(_) if !table => return Err(Error::refused("This form takes no file. Open the page again and retry.")),
        Some(boundary) => tokio::time::timeout(time, receiving.parts(body, &boundary)).await,
    };
    Ok(received.unwrap_or(Err(Stop::Incomplete))?)
}

/// The boundary of a form that carries files.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

struct Receiving<'a> {
    request: &'a Request,
    budget: Budget,
    held: Arc<Held>,
    typed: Pairs,
    file: Option<Bytes>,
}

impl Receiving<'_> {
    fn done(self, refused: Option<Error>) -> Received {
        Received { typed: self.typed, file: self.file, refused, held: self.held }
    }

    /// A form that was drawn for somebody whose session ended meanwhile may be as long as theirs: it
    /// waits for them. Its key is the proof.
    fn look_at_key(&mut self, key: &str) {
        let forms = &self.request.forms;
        if self.request.visitor.id().is_none() && forms.drawn_for(key, None) == DrawnFor::SomebodyElse {
            self.budget = limits::PERSON;
            self.held.most.store(limits::PERSON.bytes, Ordering::Relaxed);
        }
    }

    async fn pairs(mut self, body: Body) -> Result<Received, Stop> {
        let mut frames = body.into_data_stream();
        let mut whole = Vec::new();
        let mut looked = false;
        while let Some(frame) = frames.try_next().await.map_err(|_| Stop::Incomplete)? {
            whole.extend_from_slice(&frame);
            if !looked && whole.len() > KEY_WITHIN {
                looked = true;
                let key = form_urlencoded::parse(&whole[..KEY_WITHIN]).find(|(name, _)| name == form::KEY);
                if let Some((_, key)) = key {
                    self.look_at_key(&key);
                }
            }
            self.held.grow(frame.len())?;
        }
        self.typed = form_urlencoded::parse(&whole).into_owned().take(self.budget.pairs + 1).collect();
        if self.typed.len() > self.budget.pairs { Err(Stop::TooLarge) } else { Ok(self.done(None)) }
    }

    /// Part by part, in their order, so that a file is not taken before it is known that it may be sent.
    async fn parts(mut self, body: Body, boundary: &str) -> Result<Received, Stop> {
        let mut form = multer::Multipart::new(watched(body, Arc::clone(&self.held)), boundary);
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_some() {
                match self.expects(&name).await {
                    Ok(()) => self.file = Some(field.bytes().await?),
                    Err(error) => return Ok(self.done(Some(error))),
                }
                continue;
            }
            let value = String::from_utf8_lossy(&field.bytes().await?).into_owned();
            if name == form::KEY {
                self.look_at_key(&value);
            }
            self.typed.push((name, value));
            if self.typed.len() > self.budget.pairs {
                return Err(Stop::TooLarge);
            }
        }
        Ok(self.done(None))
    }

    /// Whether this visitor may send a file in this field.
    async fn expects(&self, name: &str) -> Result<(), Error> {
        if name != FILE || self.file.is_some() {
            return Err(Error::refused("One file can be sent with this form. Choose one and send it again."));
        }
        let measure = self.typed.iter().find(|(name, _)| name == MEASURE).ok_or(Error::NotFound)?;
        import::api::may_import(self.request, measure.1.parse().map_err(|_| Error::NotFound)?).await
    }
}

fn watched(body: Body, held: Arc<Held>) -> impl Stream<Item = Result<Bytes, Stop>> + Send {
    body.into_data_stream().map_err(|_| Stop::Incomplete).and_then(move |frame| {
        let grown = held.grow(frame.len()).map(|()| frame);
        async { grown }
    })
}
