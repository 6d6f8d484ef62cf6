//! Reads the body of a form: in time, within what whoever sends it may send, and within what all may send
//! together. How much that is stands in `app::limits`. Somebody who sends slowly takes only the memory of
//! what they have sent, and no permit to be worked on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use app::error::Error;
use app::limits::{self, Budget};
use app::measures::import;
use app::people::intake;
use app::visitor::Visitor;
use app::web::form::{self, FormOwner};
use app::web::request::Request;
use axum::body::Body;
use bytes::Bytes;
use futures::stream::{Stream, TryStreamExt as _};
use http::{HeaderMap, header};
use tokio::sync::Semaphore;

/// Names and values, in the form's order.
pub type Fields = Vec<(String, String)>;

/// The server functions that take a table.
const TABLES: &[&str] = &["/api/measures/import", INTAKE];
/// The one of them that takes a list of people.
const INTAKE: &str = "/api/people/intake";
/// The field that holds a table's file.
pub const FILE: &str = "file";
/// The field that names the measure, which stands before the file.
const MEASURE: &str = "measure";
/// So many bytes of a body are looked through for its key, which stands at its beginning.
const KEY_WITHIN: usize = 8 * 1024;

/// The memory for all bodies that are arriving or worked on, in bytes.
#[derive(Clone, Debug)]
pub struct BodyMemory {
    people: Arc<Semaphore>,
    tables: Arc<Semaphore>,
    nobody: Arc<Semaphore>,
}

impl BodyMemory {
    /// For people who are signed in, for their tables, and for those who are not signed in.
    #[must_use]
    pub fn new(people: usize, tables: usize, nobody: usize) -> Self {
        let [people, tables, nobody] = [people, tables, nobody].map(|bytes| Arc::new(Semaphore::new(bytes)));
        Self { people, tables, nobody }
    }

    fn of(&self, sender: Sender) -> &Arc<Semaphore> {
        match sender {
            Sender::Nobody => &self.nobody,
            Sender::Person => &self.people,
            Sender::PersonWithTable => &self.tables,
        }
    }
}

impl Default for BodyMemory {
    fn default() -> Self {
        Self::new(limits::BODIES_OF_PEOPLE, limits::BODIES_OF_TABLES, limits::BODIES_OF_NOBODY)
    }
}

/// Who sends a body, as far as its limits go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Nobody,
    Person,
    PersonWithTable,
}

impl Sender {
    fn of(visitor: &Visitor, path: &str) -> Self {
        match visitor {
            // Whoever has to change their password first sends no more than that takes.
            Visitor::Nobody | Visitor::Held(_) => Self::Nobody,
            Visitor::Person(_) if TABLES.contains(&path) => Self::PersonWithTable,
            Visitor::Person(_) => Self::Person,
        }
    }

    /// What one body may hold, and the time in which it has to arrive.
    fn bounds(self) -> (Budget, Duration) {
        match self {
            Self::Nobody => (limits::NOBODY, limits::BODY_TIME),
            Self::Person => (limits::PERSON, limits::BODY_TIME),
            Self::PersonWithTable => (limits::TABLE, limits::TABLE_TIME),
        }
    }
}

/// Why a body is not read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReadError {
    TooLarge,
    /// All bodies together take the memory that there is.
    Full,
    Incomplete,
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ReadError {}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::TooLarge => Self::TooLarge,
            ReadError::Full => Self::Busy,
            ReadError::Incomplete => Self::form("The form did not arrive whole. Send it again."),
        }
    }
}

impl From<multer::Error> for ReadError {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamReadFailed(why) => why.downcast().map_or(Self::Incomplete, |error| *error),
            _ => Self::Incomplete,
        }
    }
}

/// The memory that one body takes, until it is dropped.
#[derive(Debug)]
pub struct Reservation {
    memory: Arc<Semaphore>,
    bytes: AtomicUsize,
    most: AtomicUsize,
}

impl Reservation {
    fn new(memory: Arc<Semaphore>, most: usize) -> Self {
        Self { memory, bytes: AtomicUsize::new(0), most: AtomicUsize::new(most) }
    }

    /// So many bytes of a body are taken from what all bodies share.
    fn shared(bytes: usize) -> usize {
        bytes.saturating_sub(limits::BODY_APART)
    }

    fn grow(&self, bytes: usize) -> Result<(), ReadError> {
        let before = self.bytes.load(Ordering::Relaxed);
        let after = before.saturating_add(bytes);
        if after > self.most.load(Ordering::Relaxed) {
            return Err(ReadError::TooLarge);
        }
        let permits = u32::try_from(Self::shared(after) - Self::shared(before)).map_err(|_| ReadError::TooLarge)?;
        self.memory.try_acquire_many(permits).map_err(|_| ReadError::Full)?.forget();
        self.bytes.store(after, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.memory.add_permits(Self::shared(*self.bytes.get_mut()));
    }
}

/// A form that has arrived.
#[derive(Debug)]
pub struct Received {
    /// What was typed; of a form that was refused, what had arrived of it.
    pub fields: Fields,
    /// A table's file, still to be read.
    pub file: Option<Bytes>,
    /// Why the form is not to be done.
    pub refused: Option<Error>,
    /// Held as long as anything is done with the form.
    pub held: Arc<Reservation>,
}

/// Reads the body that is sent to a path.
///
/// # Errors
/// When it is larger than this visitor's may be, does not arrive in time, or there is no room for it.
pub async fn read(
    memory: &BodyMemory,
    request: &Request,
    path: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Received, Error> {
    let sender = Sender::of(&request.visitor, path);
    let (budget, time) = sender.bounds();
    let held = Arc::new(Reservation::new(Arc::clone(memory.of(sender)), budget.bytes));
    let reader = Reader { request, path, budget, held, fields: Fields::new(), file: None };
    let read = match boundary(headers) {
        None => tokio::time::timeout(time, reader.urlencoded(body)).await,
        Some(_) if !TABLES.contains(&path) => {
            return Err(Error::form("This form takes no file. Open the page again and retry."));
        }
        Some(boundary) => tokio::time::timeout(time, reader.multipart(body, &boundary)).await,
    };
    Ok(read.unwrap_or(Err(ReadError::Incomplete))?)
}

/// The boundary of a multipart form, which carries files.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

struct Reader<'a> {
    request: &'a Request,
    path: &'a str,
    budget: Budget,
    held: Arc<Reservation>,
    fields: Fields,
    file: Option<Bytes>,
}

impl Reader<'_> {
    fn done(self, refused: Option<Error>) -> Received {
        Received { fields: self.fields, file: self.file, refused, held: self.held }
    }

    /// A form that was drawn for somebody whose session ended meanwhile may be as long as theirs: it
    /// waits for them. Its key is the proof.
    fn widen_for(&mut self, key: &str) {
        let forms = &self.request.forms;
        if self.request.visitor.id().is_none() && forms.form_owner(key, None) == FormOwner::SomebodyElse {
            self.budget = limits::PERSON;
            self.held.most.store(limits::PERSON.bytes, Ordering::Relaxed);
        }
    }

    async fn urlencoded(mut self, body: Body) -> Result<Received, ReadError> {
        let mut frames = body.into_data_stream();
        let mut whole = Vec::new();
        let mut looked = false;
        while let Some(frame) = frames.try_next().await.map_err(|_| ReadError::Incomplete)? {
            whole.extend_from_slice(&frame);
            if !looked && whole.len() > KEY_WITHIN {
                looked = true;
                let key = form_urlencoded::parse(&whole[..KEY_WITHIN]).find(|(name, _)| name == form::KEY);
                if let Some((_, key)) = key {
                    self.widen_for(&key);
                }
            }
            self.held.grow(frame.len())?;
        }
        self.fields = form_urlencoded::parse(&whole).into_owned().take(self.budget.pairs + 1).collect();
        if self.fields.len() > self.budget.pairs { Err(ReadError::TooLarge) } else { Ok(self.done(None)) }
    }

    /// Part by part, in their order, so that a file is not taken before it is known that it may be sent.
    async fn multipart(mut self, body: Body, boundary: &str) -> Result<Received, ReadError> {
        let mut form = multer::Multipart::new(counted(body, Arc::clone(&self.held)), boundary);
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            if field.file_name().is_some() {
                match self.expect_file(&name).await {
                    Ok(()) => self.file = Some(field.bytes().await?),
                    Err(error) => return Ok(self.done(Some(error))),
                }
                continue;
            }
            let value = String::from_utf8_lossy(&field.bytes().await?).into_owned();
            if name == form::KEY {
                self.widen_for(&value);
            }
            self.fields.push((name, value));
            if self.fields.len() > self.budget.pairs {
                return Err(ReadError::TooLarge);
            }
        }
        Ok(self.done(None))
    }

    /// Whether this visitor may send a file in this field.
    async fn expect_file(&self, name: &str) -> Result<(), Error> {
        if name != FILE || self.file.is_some() {
            return Err(Error::form("One file can be sent with this form. Choose one and send it again."));
        }
        if self.path == INTAKE {
            return intake::api::may_take_in(self.request).await;
        }
        let measure = self.fields.iter().find(|(name, _)| name == MEASURE).ok_or(Error::NotFound)?;
        import::api::may_import(self.request, measure.1.parse().map_err(|_| Error::NotFound)?).await
    }
}

/// The body's frames, each of which grows the reservation before it is passed on.
fn counted(body: Body, held: Arc<Reservation>) -> impl Stream<Item = Result<Bytes, ReadError>> + Send {
    body.into_data_stream().map_err(|_| ReadError::Incomplete).and_then(move |frame| {
        let grown = held.grow(frame.len()).map(|()| frame);
        async { grown }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_a_body_are_free_and_the_rest_is_given_back() {
        let memory = Arc::new(Semaphore::new(10));
        let body = Reservation::new(Arc::clone(&memory), limits::BODY_APART + 100);
        assert_eq!(body.grow(limits::BODY_APART), Ok(()));
        assert_eq!(memory.available_permits(), 10);
        assert_eq!(body.grow(7), Ok(()));
        assert_eq!(memory.available_permits(), 3);
        assert_eq!(body.grow(4), Err(ReadError::Full));
        assert_eq!(body.grow(94), Err(ReadError::TooLarge), "over its own bound, whatever there is for all");
        assert_eq!(memory.available_permits(), 3, "what was refused takes nothing");
        drop(body);
        assert_eq!(memory.available_permits(), 10);
    }

    #[test]
    fn whoever_is_not_signed_in_has_the_smallest_bound_wherever_they_send_to() {
        for path in [TABLES[0], "/api/sign-in"] {
            assert_eq!(Sender::of(&Visitor::Nobody, path), Sender::Nobody, "{path}");
        }
        assert_eq!(Sender::Nobody.bounds(), (limits::NOBODY, limits::BODY_TIME));
        assert_eq!(Sender::Person.bounds(), (limits::PERSON, limits::BODY_TIME));
        assert_eq!(Sender::PersonWithTable.bounds(), (limits::TABLE, limits::TABLE_TIME));
    }

    #[test]
    fn only_a_multipart_form_has_a_boundary() {
        let of = |kind: &'static str| {
            boundary(&HeaderMap::from_iter([(header::CONTENT_TYPE, header::HeaderValue::from_static(kind))]))
        };
        assert_eq!(of("multipart/form-data; boundary=x").as_deref(), Some("x"));
        assert_eq!(of("application/x-www-form-urlencoded"), None);
        assert_eq!(boundary(&HeaderMap::new()), None);
    }
}
